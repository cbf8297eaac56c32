-- The end of a batch: its balance, its files, its signature; and the proof
-- of all that at any time.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"
local data = require "dmsc.batch.data"
local json = base.json

local close = {}

-- ---- CSV

local function cell(text)
	text = tostring(text or "")
	if text:find '[",\r\n]' then
		return '"' .. text:gsub('"', '""') .. '"'
	end
	return text
end

local function row_of(cells)
	local out = {}
	for i = 1, #cells do
		out[i] = cell(cells[i])
	end
	return table.concat(out, ",") .. "\n"
end

-- ---- the files that close writes

local function header(d, quantity, name)
	return ("# batch: %s\n# quantity: %d\n# product: %s\n"):format(name,
		quantity, d.product)
end

-- Columns of out.csv: the job's, else all that are not secret.
local function out_columns(j, d)
	local list = {}
	for _, name in ipairs(j.out or {}) do
		if not d.by_name[name] then
			base.fail("DATA", "the job puts out no such column", {
				where = name })
		end
		list[#list + 1] = d.by_name[name]
	end
	for _, c in ipairs(j.out and {} or d.columns) do
		if not c.secret then
			list[#list + 1] = c
		end
	end
	return list
end

local function shown(value)
	return type(value) == "userdata" and value.hex and value:hex() or
		value
end

local function write_out(o)
	local columns, names = out_columns(o.job, o.data), {}
	for i, c in ipairs(columns) do
		if c.secret and not o.transport then
			base.fail("USAGE", "a secret column is put out", {
				where = c.name, why = "--transport names the " ..
				"key that encrypts it" })
		end
		names[i] = c.secret and c.name .. ":hex" or c.name
	end
	local f = base.appender(o.dir .. "/out.csv.new")
	f:line(row_of(names):sub(1, -2))
	o.books:each_row(function(r)
		local row = o.data:at_offset(r.off, r.line)
		local cells = {}
		for i, c in ipairs(columns) do
			cells[i] = c.secret and inside.key_wrap(o.transport,
				row[c.name]):hex() or shown(row[c.name])
		end
		f:line(row_of(cells):sub(1, -2))
	end, "AND state = 'sealed'")
	f:sync()
	f:close()
	base.uv().fs_rename(o.dir .. "/out.csv.new", o.dir .. "/out.csv")
end

local function write_rejects(o)
	local out = { row_of { "row", o.data.columns[1].name, "chip", "why" } }
	local again, n = {}, 0
	o.books:each_row(function(r)
		out[#out + 1] = row_of { r.n, r.id, r.chip, r.why }
		again[#again + 1] = r
		n = n + 1
	end, "AND state = 'scrap'")
	o.books.db:each("SELECT chip, why FROM dmsc_chip WHERE batch = ? " ..
		"ORDER BY chip", function(c)
			out[#out + 1] = row_of { "", "", c.chip, c.why }
		end, o.books.batch)
	base.write(o.dir .. "/rejects.csv", table.concat(out))
	return again
end

-- Rows to make again, without their secrets: who has the data file has them.
local function write_remake(o, rows)
	local id = o.data.columns[1]
	local out = { header(o.data, #rows, o.data.batch),
		id.name, ":", id.encoding, ",line:digits\n" }
	for _, r in ipairs(rows) do
		out[#out + 1] = row_of { r.id, r.line }
	end
	base.write(o.dir .. "/remake.csv", table.concat(out))
end

local function sign(o)
	local path = o.dir .. "/audit.jsonl"
	local cms = inside.dmsc.cms
	if not cms or not cms.sign then
		base.fail("UNSUPPORTED", "this program does not sign")
	end
	local done = cms.sign { data = inside.dmsc.bytes(base.read(path)),
		key = o.key, cert = base.read(o.cert) }
	base.write(o.dir .. "/audit.p7s", done.cms:str())
end

-- ---- closing

local function balance(o)
	local c = o.books:counts()
	if c.good + c.rejected + c.open ~= o.data.quantity then
		base.fail("INTERNAL", "the books do not balance")
	elseif c.open > 0 and not o.open then
		base.fail("PLAN", ("%d rows are open"):format(c.open), {
			next = { "batch resume " .. o.dir } })
	end
	return c
end

local function end_chain(o, c)
	o.books:change(function()
		o.books:note { event = "close", good = c.good,
			rejected = c.rejected, open = c.open }
		o.books.db:run("UPDATE dmsc_batch SET closed = ? WHERE " ..
			"batch = ?", base.time(), o.books.batch)
	end)
end

-- o: dir, facts, books, job, data, key, cert, transport, open. A batch that is
-- closed already gets its files anew.
function close.run(o)
	local c = balance(o)
	local known = o.books:facts()
	if not known.closed then
		end_chain(o, c)
		known = o.books:facts()
	else
		o.books.pending = {}
		o.books:export(known.seq)
	end
	write_out(o)
	write_remake(o, write_rejects(o))
	local s = { batch = o.data.batch, product = o.data.product,
		quantity = o.data.quantity, good = c.good,
		rejected = c.rejected, open = c.open, begun = known.begun,
		closed = known.closed, audit = { lines = known.seq,
		hash = known.hash }, data = known.data, job = known.job,
		signed = o.key ~= nil }
	if o.key then
		sign(o)
	end
	base.write(o.dir .. "/summary.json", json.encode(s, "\t") .. "\n")
	return s
end

-- ---- proving

local function mismatch(why, where)
	base.fail("MISMATCH", "the books do not hold", { where = where,
		why = why })
end

-- Each line has the hash of the one before it, and its own; returns how many
-- there are, and the last hash.
function close.chain(path)
	local books = require "dmsc.batch.books"
	local prev, n = ("0"):rep(64), 0
	local f = io.open(path, "rb")
	if not f then
		base.fail("IO", "cannot open", { where = path })
	end
	for text in f:lines "L" do
		n = n + 1
		local where = ("%s:%d"):format(path, n)
		local good, e = pcall(json.decode, text)
		if not good or type(e) ~= "table" or text:sub(-1) ~= "\n" then
			mismatch("this is no line of the books", where)
		end
		local hash = e.hash
		e.hash = nil
		if e.prev ~= prev or e.seq ~= n then
			mismatch("a line before it was changed or is missing",
				where)
		end
		local line, right = books.link(e, prev)
		if right ~= hash or line .. "\n" ~= text then
			mismatch("this line was changed", where)
		end
		prev = hash
	end
	f:close()
	return n, prev
end

-- o: dir, ca (content, or nil).
function close.verify(o)
	local path = o.dir .. "/audit.jsonl"
	local n, hash = close.chain(path)
	local result = { lines = n, hash = hash, signed = false }
	local known = o.books and o.books:facts()
	if known and (known.seq ~= n or known.hash ~= hash) then
		mismatch(("the database has %d lines"):format(known.seq), path)
	end
	if o.ca then
		if not base.exists(o.dir .. "/audit.p7s") then
			base.fail("SIGNER", "the books are not signed", {
				where = path })
		end
		local v = inside.dmsc.verify { ca = o.ca,
			data = inside.dmsc.bytes(base.read(path)),
			signature = inside.dmsc.bytes(base.read(o.dir ..
			"/audit.p7s")) }
		result.signed, result.signer = true, v.signer
	end
	return result
end

return close
