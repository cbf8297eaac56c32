-- The database of a batch: SQLite in its folder, or PostgreSQL for several
-- stations, through LuaSQL. One connection, plain statements, one transaction
-- at a time. Failures are IO.
local base = require "dmsc.batch.base"

local db = {}
db.__index = db

local function failed(self, why)
	base.fail("IO", "the database failed", { where = self.name,
		why = tostring(why):gsub("^LuaSQL: ", "")
			:gsub("^error executing statement%. PostgreSQL: ", "")
			:gsub("%s+$", "") })
end

-- A value as it stands in a statement.
local function literal(self, v)
	if v == nil or v == base.json.null then
		return "NULL"
	elseif math.type(v) == "integer" then
		return ("%d"):format(v)
	elseif type(v) == "number" then
		return ("%.3f"):format(v)
	end
	v = tostring(v)
	if v:find("\0", 1, true) then
		failed(self, "a text holds a NUL")
	end
	return "'" .. self.con:escape(v) .. "'"
end

-- sql has a ? for each value; ? stands nowhere else.
local function statement(self, sql, ...)
	local values, i = table.pack(...), 0
	return (sql:gsub("%?", function()
		i = i + 1
		return (literal(self, values[i]):gsub("%%", "%%%%"))
	end))
end

-- Runs a statement; the number of rows that it changed.
function db:run(sql, ...)
	local n, why = self.con:execute(statement(self, sql, ...))
	if not n then
		failed(self, why)
	end
	return n
end

-- Calls fn with each row of a query, as a table by column. Numbers stay what
-- they are in both databases.
function db:each(sql, fn, ...)
	local cursor, why = self.con:execute(statement(self, sql, ...))
	if not cursor then
		failed(self, why)
	end
	local row = cursor:fetch({}, "a")
	while row do
		fn(row)
		row = cursor:fetch({}, "a")
	end
	cursor:close()
end

function db:list(sql, ...)
	local out = {}
	self:each(sql, function(row) out[#out + 1] = row end, ...)
	return out
end

function db:one(sql, ...)
	return self:list(sql, ...)[1]
end

function db:begin()
	self:run(self.begins)
	self.busy = true
end

-- Everything since begin is on disk when this returns.
function db:commit()
	self:run "COMMIT"
	self.busy = false
end

function db:rollback()
	self.busy = false
	self.con:execute "ROLLBACK"
end

function db:close()
	self.con:close()
	self.env:close()
end

local function connect(self, env, name, ...)
	local con, why = env:connect(name, ...)
	if not con then
		env:close()
		failed(self, why)
	end
	self.env, self.con = env, con
	return self
end

local function sqlite(path)
	local lib = base.library("luasql.sqlite3", "lua-sql-sqlite3")
	local self = setmetatable({ name = path, kind = "sqlite",
		begins = "BEGIN IMMEDIATE", lock = "", skip = "",
		now = "CAST(strftime('%s', 'now') AS INTEGER)" }, db)
	base.appender(path):close()	-- made for nobody else to read
	connect(self, lib.sqlite3(), path)
	self.con:setautocommit(true)
	for _, pragma in ipairs { "busy_timeout = 10000",
		"journal_mode = WAL", "synchronous = FULL",
		"foreign_keys = ON" } do
		local cursor, why = self.con:execute("PRAGMA " .. pragma)
		if not cursor then
			failed(self, why)
		elseif type(cursor) == "userdata" then
			cursor:close()
		end
	end
	return self
end

local function postgres(uri)
	local lib = base.library("luasql.postgres", "lua-sql-postgres")
	local shown = uri:gsub("://[^@/]*@", "://")
	local self = setmetatable({ name = shown, kind = "postgresql",
		begins = "BEGIN", lock = " FOR UPDATE",
		skip = " FOR UPDATE SKIP LOCKED",
		now = "CAST(extract(epoch FROM now()) AS INTEGER)" }, db)
	connect(self, lib.postgres(), uri)
	self:run "SET synchronous_commit = on"
	self:run "SET client_min_messages = warning"
	return self
end

-- Opens what a URI names: sqlite:PATH, postgresql://...
function db.open(uri)
	local path = uri:match "^sqlite:(.+)$"
	if path then
		return sqlite(path)
	elseif uri:find "^postgres" and uri:find("://", 1, true) then
		return postgres(uri)
	end
	base.fail("USAGE", "no such database", { where = uri,
		why = "it is sqlite:FILE or postgresql://HOST/DATABASE" })
end

return db
