-- The parts of a batch that need no card: the data file's cells, the chain of
-- the books, leases that are lost.
local dmsc = require "dmsc"
local t = require "dmsc.test"
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"
local data = require "dmsc.batch.data"
local batch = require "dmsc.batch"
if not pcall(require, "luv") or not pcall(require, "luasql.sqlite3") then
	t.skip "lua-luv and lua-sql-sqlite3 are not installed"
end

local function with_folder(fn)
	return function(card)
		local dir = inside.temp_make()
		local good, e = pcall(fn, dir, card)
		inside.temp_remove(dir)
		if not good then
			error(e, 0)
		end
	end
end

local function write(path, text)
	local f = assert(io.open(path, "wb"))
	f:write(text)
	f:close()
	return path
end

local HEAD = "# batch: B.1\n# quantity: 2\n# product: p\n"

t.test("quoted cells, line ends and a mark of UTF-8", with_folder(function(dir)
	local d = data.open(write(dir .. "/d.csv", "\xEF\xBB\xBF" .. HEAD ..
		'id:text,note:text,bytes:hex\r\n' ..
		'one,"a ""quoted"", cell",00ff\r\n\r\n' ..
		'"two\n",x,\n'))
	local row, place = d:next()
	t.eq(row.id, "one")
	t.eq(row.note, 'a "quoted", cell')
	t.eq(row.bytes:hex(), "00FF")
	t.eq(place.line, 5)
	t.raises("DATA", d.next, d)
	local again = d:at_offset(place.off, place.line)
	t.eq(again.note, row.note, "found by its offset")
	d:close()
end))

t.test("a secret is never a text", with_folder(function(dir)
	local d = data.open(write(dir .. "/d.csv", HEAD ..
		"id:text,pin:pin,k:key\na,1234,00112233445566778899AABBCCDDEEFF\n"))
	local row = d:next()
	t.eq(tostring(row.pin), "secret")
	t.eq(#row.pin, 4)
	t.eq(inside.key_check(row.k), "3544E0")
	t.eq(#inside.key_wrap(row.k, row.pin), 16)
	t.ok(inside.key_wrap(row.k, row.pin) ~= inside.key_wrap(row.k, row.pin),
		"equal values do not look equal")
	d:close()
end))

local rows = { { "a", 5, 0 }, { "b", 6, 9 } }

local function each_row()
	local i = 0
	return function()
		i = i + 1
		if rows[i] then
			return table.unpack(rows[i])
		end
	end
end

local function open_books(dir, station)
	return require "dmsc.batch.books".open { dir = dir, batch = "B",
		station = station, silence = 1 }
end

local function make_books(dir)
	local b = open_books(dir, "one")
	b:create({ batch = "B", quantity = 2, product = "p", data = "d",
		job = "j" }, each_row())
	return b
end

t.test("a row goes from state to state, not past one", with_folder(
function(dir)
	local b = make_books(dir)
	local r = b:lease "r1"
	t.eq(r.id, "a")
	t.raises("INTERNAL", b.reach, b, r.n, nil, "keyed")
	t.ok(b:bind(r.n, "chip1", "r1"))
	b:reach(r.n, "chip1", "written")
	t.raises("INTERNAL", b.reach, b, r.n, "chip2", "keyed")
	t.raises("INTERNAL", b.reach, b, r.n, "chip1", "sealed")
	t.eq(b:release(), 0, "a row on a chip is not free again")
	t.eq(b:by_chip "chip1".state, "written")
	b:scrap(r.n, "chip1", "bent")
	t.raises("INTERNAL", b.reach, b, r.n, "chip1", "keyed")
	local c = b:counts()
	t.eq({ c.good, c.rejected, c.open }, { 0, 1, 1 })
	b:close()
end))

t.test("one chip has one row", with_folder(function(dir)
	local b = make_books(dir)
	t.ok(b:bind(b:lease "r1".n, "chip1", "r1"))
	t.raises("IO", b.bind, b, b:lease "r2".n, "chip1", "r2")
	b:close()
end))

t.test("a lease is lost, the row goes to another station", with_folder(
function(dir)
	local one, two = make_books(dir), open_books(dir, "two")
	local r = one:lease "r1"
	t.eq(two:lease "r1".n, 2, "each row is leased once")
	t.eq(two:lease "r2", nil)
	one.db:run("INSERT INTO dmsc_station VALUES ('B', 'one', 1)")
	t.eq(two:beat(), 1, "a station that is silent loses its lease")
	t.eq(two:lease "r2".n, r.n)
	t.eq(one:bind(r.n, "chip1", "r1"), nil)
	t.ok(two:bind(r.n, "chip2", "r2"))
	one:close()
	two:close()
end))

t.test("another file under the name of a batch is refused", with_folder(
function(dir)
	make_books(dir):close()
	local b = open_books(dir, "two")
	t.raises("DATA", b.create, b, { batch = "B", quantity = 2,
		product = "p", data = "other", job = "j" }, each_row())
	b:close()
end))

t.test("a cut line of the books is written again", with_folder(function(dir)
	local b = make_books(dir)
	b:lease "r1"
	b:close()
	local path = dir .. "/audit.jsonl"
	local text = base.read(path)
	write(path, text:sub(1, #text - 7))
	b = open_books(dir, "one")
	b:release()
	local n = require "dmsc.batch.close".chain(path)
	t.eq(n, b:facts().seq)
	b:close()
end))

t.test("sources of keys", function()
	batch.keys = "csv:k.csv?sep=;"
	t.eq(batch.key("K", { _id = "89" }, { kdf = "x" }),
		"csv:k.csv?sep=;&for=89&kdf=x&key=K")
	batch.keys = "file:k"
	t.eq(batch.key("K", { _id = "89" }), "file:k")
	batch.keys = nil
	t.raises("USAGE", batch.key, "K", { _id = "89" })
end)
