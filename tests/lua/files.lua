-- The card's file system: lists, parameters, rules, content, raw APDUs.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.test("a raw APDU gives data and status word", function(card)
	local data, sw = card:apdu "00A40004023F00"
	t.eq(sw, 0x9000)
	t.eq(data[1], 0x62)
	t.eq(card:apdu(dmsc.hex "00A40004023F00"), data)
	local none, word = card:apdu "00A4000402DEAD"
	t.eq(word, 0x6A82)
	t.eq(#none, 0)
	t.raises("hex", card.apdu, card, "00A4000")
end)

t.test("files of the master file", function(card)
	local list = card:file_ls()
	local seen = {}
	for _, f in ipairs(list.files) do
		seen[f.fid] = f
	end
	t.ok(seen["2FE2"], "EF.ICCID")
	t.ok(seen["2F00"], "EF.DIR")
	t.ok(#card:file_tree().files >= #list.files)
end)

t.test("control parameters", function(card)
	local f = card:file_fcp "EF.ICCID"
	t.eq(f.fid, "2FE2")
	t.eq(f.kind, "transparent")
	t.eq(f.size, 10)
	t.eq(f.raw[1], 0x62)
	t.eq(card:file_fcp("3F00").kind, "mf")
	t.raises("NOTFOUND", card.file_fcp, card, "DEAD")
end)

t.test("content, decoded where it is well known", function(card)
	local c = card:file_read "EF.ICCID"
	t.eq(#c.bytes, 10)
	t.ok(c.text)
	local dir = card:file_read "EF.DIR"
	t.ok(#dir.records >= 1)
	t.eq(dir.records[1].bytes[1], 0x61)
	t.eq(card:file_read("EF.DIR", 1).records[1].bytes,
		dir.records[1].bytes)
end)

t.test("rules are told, and hold", function(card)
	local modes = {}
	local a = card:file_access "EF.ICCID"
	for _, m in ipairs(a.modes) do
		modes[m.mode] = m
	end
	t.eq(modes.read.have, "allowed")
	t.ok(modes.update.have ~= "allowed")
	local bytes = card:file_read("EF.ICCID").bytes
	t.raises({ "AUTH", "SW" }, card.file_write, card, "EF.ICCID", bytes)
	t.eq(card:file_read("EF.ICCID").bytes, bytes)
end)

t.test("the IMSI asks for PIN1", function(card)
	t.raises("AUTH", card.file_read, card, "ADF.USIM/EF.IMSI")
	card:verify_pin { which = "1", spend_try = true,
		source = dmsc.secret { content = "1234" } }
	local c = card:file_read "ADF.USIM/EF.IMSI"
	t.eq(#c.bytes, 9)
	t.ok(c.text:find "%d%d%d%d%d")
end)

t.test("a trace is written, secrets are not", function(card)
	local path = os.tmpname()
	os.remove(path)
	card:trace(path)
	card:verify_pin { which = "81", spend_try = true,
		source = dmsc.secret { content = "ascii:2468" } }
	card:trace()
	local f <close> = assert(io.open(path))
	local text = f:read "a"
	os.remove(path)
	t.ok(text:find("00200081", 1, true), text)
	t.eq(text:find("32343638", 1, true), nil)
end)
