-- What failures look like.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.test("an error says what, where, why and what next", function(card)
	local e = t.raises("NOTFOUND", card.get, card, "/Nothing")
	t.ok(dmsc.is_error(e))
	t.eq(e.exit, 6)
	t.eq(type(e.message), "string")
	t.eq(type(e.next), "table")
	t.ok(e.at:find("errors.lua:", 1, true), e.at)
	t.ok(tostring(e):find(e.message, 1, true))
	local refused = t.raises("AUTH", card.get, card, "/Personal")
	t.ok(tostring(refused):find("next: ", 1, true))
	t.ok(refused.sw == nil or refused.sw > 0)
end)

t.test("an error passes through pcall and error unchanged", function(card)
	local good, e = pcall(function()
		local inner, first = pcall(card.get, card, "/Nothing")
		t.eq(inner, false)
		error(first)
	end)
	t.eq(good, false)
	t.eq(e.code, "NOTFOUND")
end)

t.test("the connection outlives errors", function(card)
	for _ = 1, 20 do
		pcall(card.get, card, "/Nothing")
	end
	t.ok(card:exists "/OperatorX")
	t.eq(card:dirty(), false)
end)

t.test("readers and images that are not there", function()
	t.raises("NOREADER", dmsc.connect, "sim:/nonexistent/card.img")
	t.raises({ "NOREADER", "TRANSPORT" }, dmsc.connect,
		{ reader = "no such reader anywhere" })
end)

t.test("wrong arguments are Lua's own errors", function(card)
	t.raises("number expected", card.file_read, card, "3F00", {})
	t.raises("string expected", card.get, card)
	t.raises("dmsc.card", card.get, {}, "/")
	t.raises("no value of a node", card.set, card,
		"/OperatorX/DMAcc/opx/ServerID", print)
	t.raises("no format", card.add, card, "/OperatorX/x", "",
		{ format = "y" })
	t.raises("invalid option", card.export, card, "/OperatorX", "pdf")
	t.raises("NUL", card.get, card, "/Opera\0torX")
	t.eq(card:dirty(), false)
end)

-- Every method that writes nothing to the card, with arguments that are none
-- of its own: it returns or raises, and the card is as before.
t.test("any arguments are survived", function(card)
	local odd = { true, 0, -1, 2 ^ 63, 0 / 0, "", "/", "\0", "%", "/%zz",
		("a/"):rep(200), {}, { {} }, { nodes = 1 }, { which = {} },
		{ format = "int", value = "x" }, print, card, dmsc.hex "00",
		dmsc.secret { content = "1234" } }
	local doc, b = card:doc "OperatorX", dmsc.hex "0102"
	local device = dmsc.device.new { name = "lua-test-odd" }
	local function survive(fn, ...)
		if not pcall(fn, ...) then
			return
		end
		card:revert()
	end
	for _, x in ipairs(odd) do
		for _, y in ipairs { false, x, "/OperatorX", 1, {} } do
			for _, name in ipairs { "acl", "add", "bytes", "cp",
			    "diff", "edit", "exists", "export", "file_access",
			    "file_fcp", "get", "import", "mv", "pin_status",
			    "rm", "set", "stat", "tree", "doc" } do
				survive(card[name], card, x, y or nil)
			end
			for _, name in ipairs { "acl", "add", "edit", "get",
			    "import", "mv", "set", "tree" } do
				survive(doc[name], doc, x, y or nil)
			end
			for _, name in ipairs { "find", "hex", "int", "sub" } do
				survive(b[name], b, x, y or nil)
			end
		end
		survive(device.tree, device, x)
		survive(device.diff, device, x)
		survive(dmsc.tnds.write, x)
		survive(dmsc.tnds.read, x)
		survive(dmsc.json.encode, x)
		survive(dmsc.json.decode, x)
		survive(dmsc.bytes, x)
		survive(dmsc.dump, x)
		survive(card.get, x, "/")
		survive(doc.get, x)
	end
	t.eq(card:dirty(), false)
	t.ok(card:exists "/OperatorX")
end)

t.test("documents that are none", function()
	t.raises({ "FORMAT", "DATA", "SHORT" }, dmsc.parse, "<MgmtTree>")
	t.raises({ "FORMAT", "DATA", "SHORT" }, dmsc.tnds.read,
		dmsc.hex "0203")
	t.raises({ "FORMAT", "SIGNER", "MISMATCH", "DATA" }, dmsc.verify,
		{ data = "x", signature = "y", ca = "z" })
	t.raises("signature", dmsc.verify, { data = "x" })
end)
