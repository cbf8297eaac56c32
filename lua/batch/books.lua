-- The books of a batch: which row is in which state and on which chip, and
-- the chain of all changes. Every change happens inside books:change, which
-- returns when it is on disk.
local base = require "dmsc.batch.base"
local db = require "dmsc.batch.db"

local books = {}
books.__index = books

local ZERO = ("0"):rep(64)

books.order = { free = 0, leased = 1, written = 2, keyed = 3, verified = 4,
	sealed = 5, scrap = 6 }
local order = books.order
books.ends = { sealed = true, scrap = true }

local tables = {
	[[CREATE TABLE IF NOT EXISTS dmsc_batch (batch TEXT PRIMARY KEY,
	quantity INTEGER NOT NULL, product TEXT NOT NULL, data TEXT NOT NULL,
	job TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
	begun TEXT NOT NULL, closed TEXT)]],
	[[CREATE TABLE IF NOT EXISTS dmsc_row (batch TEXT NOT NULL,
	n INTEGER NOT NULL, id TEXT NOT NULL, line INTEGER NOT NULL,
	off BIGINT NOT NULL, state TEXT NOT NULL, chip TEXT, station TEXT,
	reader TEXT, why TEXT, apdus INTEGER, ms INTEGER,
	PRIMARY KEY (batch, n), UNIQUE (batch, id), UNIQUE (batch, chip))]],
	[[CREATE INDEX IF NOT EXISTS dmsc_row_state ON dmsc_row
	(batch, state, n)]],
	[[CREATE TABLE IF NOT EXISTS dmsc_chip (batch TEXT NOT NULL,
	chip TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (batch, chip))]],
	[[CREATE TABLE IF NOT EXISTS dmsc_station (batch TEXT NOT NULL,
	station TEXT NOT NULL, seen INTEGER NOT NULL,
	PRIMARY KEY (batch, station))]],
	[[CREATE TABLE IF NOT EXISTS dmsc_audit (batch TEXT NOT NULL,
	seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (batch, seq))]],
}

-- ---- opening

-- where: { dir, jobs (URI or nil), station }
function books.open(where)
	local uri = where.jobs or "sqlite:" .. where.dir .. "/state"
	local self = setmetatable({ db = db.open(uri), dir = where.dir,
		station = where.station, batch = where.batch,
		silence = where.silence or 60 }, books)
	for _, sql in ipairs(tables) do
		-- Two stations may make them at the same time.
		if not pcall(self.db.run, self.db, sql) then
			self.db:run(sql)
		end
	end
	return self
end

function books:close()
	self.db:close()
	if self.file then
		self.file:close()
		self.file = nil
	end
end

-- ---- changes and their chain

-- The line of a change, and the hash that the next line holds.
local function link(event, prev)
	event.prev = prev
	event.hash = base.sha256(base.json.encode(event))
	return base.json.encode(event), event.hash
end
books.link = link

local function head(self)
	if not self.head then
		self.head = self.db:one("SELECT seq, hash, closed FROM " ..
			"dmsc_batch WHERE batch = ?" .. self.db.lock,
			self.batch)
		if self.head.closed then
			base.fail("USAGE", "the batch is closed", {
				where = self.batch })
		end
		self.head.seq = math.tointeger(tonumber(self.head.seq))
	end
	return self.head
end

-- Adds an event to the chain; inside a change.
function books:note(event)
	local h, line = head(self)
	h.seq = h.seq + 1
	event.seq, event.at, event.station = h.seq, base.time(), self.station
	line, h.hash = link(event, h.hash)
	self.db:run("INSERT INTO dmsc_audit (batch, seq, line) " ..
		"VALUES (?, ?, ?)", self.batch, h.seq, line)
	self.pending[#self.pending + 1] = line
end

-- Begins a change, unless one is open.
function books:start()
	if not self.db.busy then
		self.head, self.pending = nil, {}
		self.db:begin()
	end
end

-- Ends it: all is on disk, and in DIR/audit.jsonl.
function books:finish()
	if not self.db.busy then
		return
	end
	local h = self.head
	if h then
		self.db:run("UPDATE dmsc_batch SET seq = ?, hash = ? " ..
			"WHERE batch = ?", h.seq, h.hash, self.batch)
	end
	self.db:commit()
	self.head = nil
	if h then
		self:export(h.seq)
	end
end

-- One change: fn's statements as a whole, or not at all.
function books:change(fn, ...)
	local inside = self.db.busy
	self:start()
	local got = table.pack(pcall(fn, self, ...))
	if not got[1] then
		self.db:rollback()
		self.head = nil
		error(got[2], 0)
	elseif not inside then
		self:finish()
	end
	return table.unpack(got, 2, got.n)
end

-- ---- DIR/audit.jsonl: what the database has, line for line

-- How many whole lines the file has; a line that was cut is dropped.
local function count_lines(path)
	local f = io.open(path, "rb")
	if not f then
		return 0
	end
	local n, whole, last = 0, {}, nil
	for line in f:lines "L" do
		last = line
		if line:sub(-1) == "\n" then
			n = n + 1
		end
	end
	f:close()
	if last and last:sub(-1) ~= "\n" then
		local text = base.read(path)
		whole[1] = text:sub(1, #text - #last)
		base.write(path, whole[1])
	end
	return n
end

-- Writes the lines that the file lacks, up to seq.
function books:export(seq)
	local path = self.dir .. "/audit.jsonl"
	if not self.file then
		self.exported = count_lines(path)
		self.file = base.appender(path)
	end
	if self.exported + #self.pending == seq then
		for _, line in ipairs(self.pending) do
			self.file:line(line)
		end
	elseif seq > self.exported then
		self.db:each("SELECT line FROM dmsc_audit WHERE batch = ? " ..
			"AND seq > ? AND seq <= ? ORDER BY seq", function(r)
				self.file:line(r.line)
			end, self.batch, self.exported, seq)
	end
	self.exported = seq
	self.pending = {}
end

-- ---- the batch

function books:facts()
	local b = self.db:one("SELECT * FROM dmsc_batch WHERE batch = ?",
		self.batch)
	for _, name in ipairs { "quantity", "seq" } do
		if b then
			b[name] = math.tointeger(tonumber(b[name]))
		end
	end
	return b
end

-- Makes the batch and its rows, all or nothing; another station may have
-- made it already. facts: batch, quantity, product, data, job; rows gives
-- id, line, off of each.
function books:create(facts, rows)
	self.batch = facts.batch
	local known = self:facts()
	if known then
		return self:same(facts, known)
	end
	local good, e = pcall(self.change, self, function()
		self.db:run("INSERT INTO dmsc_batch (batch, quantity, " ..
			"product, data, job, seq, hash, begun) VALUES " ..
			"(?, ?, ?, ?, ?, 0, ?, ?)", facts.batch,
			facts.quantity, facts.product, facts.data, facts.job,
			ZERO, base.time())
		local n = 0
		for id, line, off in rows do
			n = n + 1
			self.db:run("INSERT INTO dmsc_row (batch, n, id, " ..
				"line, off, state) VALUES (?, ?, ?, ?, ?, " ..
				"'free')", facts.batch, n, id, line, off)
		end
		if n ~= facts.quantity then
			base.fail("DATA", "the quantity is wrong", {
				why = ("%d rows, the header says %d"):format(n,
				facts.quantity) })
		end
		self:note { event = "begin", batch = facts.batch,
			quantity = facts.quantity, product = facts.product,
			data = facts.data, job = facts.job }
	end)
	if not good then
		known = self:facts()
		if not known then
			error(e, 0)
		end
		self:same(facts, known)
	end
end

-- Another station's batch must be this one, byte for byte.
function books:same(facts, known)
	known = known or self:facts()
	for _, name in ipairs { "quantity", "product", "data", "job" } do
		if known[name] ~= facts[name] then
			base.fail("DATA", "this is another batch of that name",
				{ where = facts.batch, why = ("its %s is %s")
				:format(name, known[name]) })
		end
	end
end

-- How many rows are in each state.
function books:counts()
	local c = { free = 0, leased = 0, written = 0, keyed = 0,
		verified = 0, sealed = 0, scrap = 0 }
	self.db:each("SELECT state, count(*) AS n FROM dmsc_row " ..
		"WHERE batch = ? GROUP BY state", function(r)
			c[r.state] = math.tointeger(tonumber(r.n))
		end, self.batch)
	c.good, c.rejected = c.sealed, c.scrap
	c.open = c.free + c.leased + c.written + c.keyed + c.verified
	return c
end

local function number_row(r)
	if r then
		for _, name in ipairs { "n", "line", "off", "apdus", "ms" } do
			r[name] = math.tointeger(tonumber(r[name]))
		end
	end
	return r
end

function books:row(n)
	return number_row(self.db:one("SELECT * FROM dmsc_row WHERE " ..
		"batch = ? AND n = ?", self.batch, n))
end

function books:by_chip(chip)
	return number_row(self.db:one("SELECT * FROM dmsc_row WHERE " ..
		"batch = ? AND chip = ?", self.batch, chip))
end

-- Calls fn with each row in order.
function books:each_row(fn, where, ...)
	self.db:each("SELECT * FROM dmsc_row WHERE batch = ? " ..
		(where or "") .. " ORDER BY n", function(r)
			fn(number_row(r))
		end, self.batch, ...)
end

-- Why a chip without a row is not taken any more, or nil.
function books:refused(chip)
	local c = self.db:one("SELECT why FROM dmsc_chip WHERE batch = ? " ..
		"AND chip = ?", self.batch, chip)
	return c and c.why
end

-- Rows on a chip that are not at their end, the oldest n first.
function books:open_chips()
	return math.tointeger(tonumber(self.db:one("SELECT count(*) AS n " ..
		"FROM dmsc_row WHERE batch = ? AND chip IS NOT NULL AND " ..
		"state NOT IN ('sealed', 'scrap')", self.batch).n))
end

-- ---- what happens to a row

-- From one state to another: the chain has it. more: reader, why, apdus, ms.
local function move(self, r, to, more)
	self:note { event = "row", row = r.n, id = r.id, from = r.state,
		to = to, chip = r.chip, reader = more and more.reader,
		why = more and more.why, step = more and more.step }
	r.state = to
end

-- Leases the first free row for a reader; nil when none is free.
function books:lease(reader)
	return self:change(function()
		local r = number_row(self.db:one("SELECT * FROM dmsc_row " ..
			"WHERE batch = ? AND state = 'free' ORDER BY n " ..
			"LIMIT 1" .. self.db.skip, self.batch))
		if r then
			self.db:run("UPDATE dmsc_row SET state = 'leased', " ..
				"station = ?, reader = ? WHERE batch = ? " ..
				"AND n = ?", self.station, reader, self.batch,
				r.n)
			move(self, r, "leased", { reader = reader })
		end
		return r
	end)
end

-- The chip gets the row before anything is written to it; it has none. Nil:
-- the lease is lost, this station was not heard of for too long.
function books:bind(n, chip, reader)
	return self:change(function()
		local r = self:row(n)
		if self.db:run("UPDATE dmsc_row SET chip = ?, reader = ? " ..
		    "WHERE batch = ? AND n = ? AND state = 'leased' AND " ..
		    "chip IS NULL AND station = ?", chip, reader, self.batch,
		    n, self.station) ~= 1 then
			return nil
		end
		r.chip = chip
		self:note { event = "bind", row = n, id = r.id, chip = chip,
			reader = reader }
		return r
	end)
end

local follows = { written = "leased", keyed = "written",
	verified = "keyed", sealed = "verified" }

-- The next state of a row that has its chip.
function books:reach(n, chip, to, more)
	return self:change(function()
		local r = self:row(n)
		if r.chip ~= chip or follows[to] ~= r.state then
			base.fail("INTERNAL", ("a row does not go from %s " ..
				"to %s"):format(r.state, tostring(to)),
				{ where = r.id })
		end
		self.db:run("UPDATE dmsc_row SET state = ?, apdus = ?, " ..
			"ms = ? WHERE batch = ? AND n = ?", to,
			more and more.apdus, more and more.ms, self.batch, n)
		move(self, r, to, more)
	end)
end

-- A row whose card is rejected.
function books:scrap(n, chip, why, more)
	return self:change(function()
		local r = self:row(n)
		if r.chip ~= chip or order[r.state] >= order.sealed then
			base.fail("INTERNAL", "the row is at its end", {
				where = r.id })
		end
		self.db:run("UPDATE dmsc_row SET state = 'scrap', why = ? " ..
			"WHERE batch = ? AND n = ?", why, self.batch, n)
		more = more or {}
		more.why = why
		move(self, r, "scrap", more)
	end)
end

-- A chip that gets no row.
function books:refuse(chip, why, reader)
	return self:change(function()
		if not self:refused(chip) then
			self.db:run("INSERT INTO dmsc_chip (batch, chip, " ..
				"why) VALUES (?, ?, ?)", self.batch, chip, why)
			self:note { event = "chip", chip = chip, why = why,
				reader = reader }
		end
	end)
end

-- An authentication that a card refused.
function books:alarm(n, chip, what, reader)
	return self:change(function()
		self:note { event = "authentication refused", row = n,
			chip = chip, why = what, reader = reader }
	end)
end

local function free(self, where, ...)
	local n = 0
	for _, r in ipairs(self.db:list("SELECT * FROM dmsc_row WHERE " ..
		"batch = ? AND state = 'leased' AND chip IS NULL AND " ..
		where .. self.db.skip, self.batch, ...)) do
		number_row(r)
		self.db:run("UPDATE dmsc_row SET state = 'free', " ..
			"station = NULL, reader = NULL WHERE batch = ? AND " ..
			"n = ?", self.batch, r.n)
		move(self, r, "free", { reader = r.reader })
		n = n + 1
	end
	return n
end

-- Gives back a lease without a chip, or all of this station.
function books:release(n)
	return self:change(function()
		if n then
			return free(self, "n = ? AND station = ?", n,
				self.station)
		end
		return free(self, "station = ?", self.station)
	end)
end

-- This station lives; leases of those that do not are free again.
function books:beat()
	return self:change(function()
		local d = self.db
		local now = math.tointeger(tonumber(d:one("SELECT " .. d.now ..
			" AS t").t))
		d:run("INSERT INTO dmsc_station (batch, station, seen) " ..
			"VALUES (?, ?, ?) ON CONFLICT (batch, station) DO " ..
			"UPDATE SET seen = excluded.seen", self.batch,
			self.station, now)
		return free(self, "station IN (SELECT station FROM " ..
			"dmsc_station WHERE batch = ? AND seen < ?)",
			self.batch, now - self.silence)
	end)
end

return books
