-- Bytes, hex, secrets, JSON, and trees that no card is needed for.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.test("bytes: length, index, slices", function()
	local b = dmsc.hex "01 02:03aAfF"
	t.eq(#b, 5)
	t.eq(b[1], 1)
	t.eq(b[5], 255)
	t.eq(b[0], nil)
	t.eq(b[6], nil)
	t.eq(b(2, 3), dmsc.hex "0203")
	t.eq(b:sub(-2), dmsc.hex "AAFF")
	t.eq(b:sub(4, 2), dmsc.hex "")
	t.eq(b:sub(-99, 99), b)
	t.eq(#b(6), 0)
end)

t.test("bytes: join, compare, convert", function()
	local b = dmsc.bytes "AB"
	t.eq(b, dmsc.hex "4142")
	t.eq(b == dmsc.bytes { 0x41, 0x43 }, false)
	t.eq((b .. "C" .. b):str(), "ABCAB")
	t.eq(tostring(b), "4142")
	t.eq(b:hex " ", "41 42")
	t.eq(b:int(), 0x4142)
	t.eq(b:int(2), 0x42)
	t.eq(b:find "B", 2)
	t.eq(b:find(dmsc.hex "43"), nil)
	t.eq(b:find "", 1)
	t.eq(dmsc.bytes(b), b)
end)

t.test("bytes: what is none", function()
	t.raises("hex", dmsc.hex, "0")
	t.raises("hex", dmsc.hex, "0g")
	t.raises("NUL", dmsc.hex, "00\0")
	t.raises("no byte", dmsc.bytes, { 1, 256 })
	t.raises("no byte", dmsc.bytes, { -1 })
	t.raises("bytes or string", dmsc.bytes, 1)
	t.raises("1 to 8", function() return dmsc.hex "":int() end)
end)

t.test("secrets go in and never come out", function()
	local s = dmsc.secret { content = "ascii:2468" }
	t.eq(#s, 4)
	t.eq(tostring(s), "secret")
	t.eq(#dmsc.secret { content = "hex:4444444444444444" }, 8)
	t.eq(#dmsc.secret { content = "1234" }, 4)
	t.raises("DATA", dmsc.secret, { content = "1234", key = true })
	t.raises("DATA", dmsc.secret, { content = "hex:4" })
	local e = t.raises("USAGE", dmsc.secret, "97531")
	t.eq(tostring(e):find("97531", 1, true), nil)
end)

t.test("JSON both ways", function()
	local v = { a = 1, b = { true, "x\n\"\\" }, c = 1.5, d = {} }
	t.eq(dmsc.json.decode(dmsc.json.encode(v)), v)
	t.eq(dmsc.json.decode(dmsc.json.encode(v, "\t")), v)
	t.eq(dmsc.json.encode { b = dmsc.hex "0a", a = dmsc.json.null },
		'{"a":null,"b":{"hex":"0A"}}')
	t.eq(dmsc.json.decode '"\\u00e4\\ud83d\\ude00"', "ä😀")
	for _, bad in ipairs { "", "{", "[1,]", '"a', '{"a"}', "01", "nul",
	    "1 2", '"\\x"', "[1 2]", '{"a":1,}', "-", "1e", '"\\ud8"',
	    "\"\1\"", ("["):rep(300) } do
		t.raises("JSON: ", dmsc.json.decode, bad)
	end
end)

local tree = { format = "node", name = "", nodes = {
	{ name = "A", format = "node", nodes = {
		{ name = "Text", value = "x < y & z", format = "chr",
			type = "text/plain" },
		{ name = "Number", value = 42, format = "int",
			type = "text/plain" },
		{ name = "Flag", value = true, format = "bool",
			type = "text/plain" },
		{ name = "Bytes", value = dmsc.hex "00FF10",
			format = "bin" },
	} },
} }

t.test("TNDS both ways, XML and WBXML", function()
	local xml = dmsc.tnds.write(tree)
	t.ok(xml:find("<Number", 1, true) or xml:find("Number", 1, true))
	for _, doc in ipairs { xml, dmsc.tnds.write(tree, { wbxml = true }),
	    dmsc.tnds.write(tree, { compact = true }),
	    dmsc.tnds.write(tree.nodes[1], { self = true }) } do
		local back = dmsc.tnds.read(doc)
		t.eq(dmsc.find(back, "A/Text").value, "x < y & z")
		t.eq(dmsc.find(back, "./A/Number").value, 42)
		t.eq(dmsc.find(back, "A/Flag").value, true)
		t.eq(dmsc.find(back, "A/Bytes").value, dmsc.hex "00FF10")
		t.eq(dmsc.find(back, "A/None"), nil)
	end
	t.eq(#dmsc.parse(xml).nodes, 1)
end)

t.test("TNDS that is cut raises, wherever it is cut", function()
	local doc = dmsc.tnds.write(tree, { wbxml = true })
	for n = 0, #doc - 1 do
		t.raises({ "SHORT", "FORMAT", "LIMIT", "DATA" },
			dmsc.tnds.read, doc(1, n))
	end
end)

t.test("trees that are none", function()
	t.raises("name", dmsc.tnds.write, { nodes = { {} } })
	t.raises("format", dmsc.tnds.write, { nodes = {
		{ name = "a", format = "x" } } })
	t.raises({ "EXISTS" }, dmsc.tnds.write, { nodes = {
		{ name = "a" }, { name = "a" } } })
end)
