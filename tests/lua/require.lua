-- Requirements of the enabler, proven through the card's and the device's own
-- calls on whatever reader holds a demo card.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local ID = "/OperatorX/DMAcc/opx/ServerID"
local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local function changes_of(device, card)
	local found = {}
	for _, one in ipairs(device:diff(card)) do
		found[#found + 1] = one.op .. " " .. one.uri
	end
	return found
end

local function commit(card)
	card:verify_pin { which = "adm1", source = adm1 }
	return card:commit()
end

-- req: GEN-5
t.test("GEN-5: device and card are compared node by node", function(card)
	local d = dmsc.device.new { name = "lua-test-gen5" }
	d:reset(card)
	t.ok(#d:diff(card) > 0, "a new device has nothing of it")
	d:power_on(card)
	t.eq(changes_of(d, card), {}, "what was taken is the same")

	local was = card:get(ID)
	card:set(ID, was .. ".other")
	card:add("/OperatorX/DMAcc/opx/Ext/gen5", "new")
	commit(card)
	local found = d:diff(card)
	t.eq(#found, 2, "two nodes differ")
	for _, one in ipairs(found) do
		if one.uri:find("ServerID", 1, true) then
			t.eq(one.op, "set")
			t.eq(one.before:str(), was .. ".other", "on the card")
			t.eq(one.after:str(), was, "on the device")
		else
			t.ok(one.uri:find("Ext", 1, true), one.uri)
			t.eq(one.op, "remove")
		end
	end
	d:power_on(card)
	t.eq(changes_of(d, card), {}, "taken at the next power-on")

	card:verify_pin { which = "adm1", source = adm1 }
	card:undo()
	t.eq(card:get(ID), was)
	t.ok(#d:diff(card) >= 2, "and the other way round")
	d:reset(card)
	card:reset()
end)

-- The card as anybody may read it, without what changes by itself.
local function look(card)
	local seen = {}
	for _, doc in ipairs(card:documents()) do
		local good, bytes = pcall(doc.bytes, doc)
		seen[#seen + 1] = { doc.name, doc.kind, doc.size,
			doc.modifiable, good and bytes:hex() or bytes.code }
	end
	return seen
end

local failures = {
	{ "a path that is not there", "NOTFOUND", function(card)
		card:get "/OperatorX/none"
	end },
	{ "a document that is not there", "NOTFOUND", function(card)
		card:set("/Nothing/x", "y")
	end },
	{ "personal data without its PIN", "AUTH", function(card)
		card:get "/Personal/GreatApp/User"
	end },
	{ "a commit without rights", "AUTH", function(card)
		card:set(ID, "not.allowed")
		card:commit()
	end },
	{ "a value of the wrong format", "DATA", function(card)
		card:set(ID, "twelve", { format = "int" })
	end },
	{ "a document that is none", "FORMAT", function(card)
		card:import("/OperatorX", "<MgmtTree")
	end },
	{ "a name that is taken", "EXISTS", function(card)
		card:mkdoc "OperatorX"
	end },
	{ "a file that is not there", { "NOTFOUND", "SW" }, function(card)
		card:file_read "3F00/6F99"
	end },
	{ "a file that nobody may write", "AUTH", function(card)
		card:file_write("3F00/2FE2", dmsc.hex "00")
	end },
	{ "a PIN that this card does not have", "NOTFOUND", function(card)
		card:verify_pin { which = "adm5", source = adm1 }
	end },
	{ "a PIN that is too short", "DATA", function(card)
		card:verify_pin { which = "1",
			source = dmsc.secret { content = "12" } }
	end },
	{ "a commit that is not in the journal", "NOTFOUND", function(card)
		card:undo "20000101T000000Z-999"
	end },
}

-- req: GEN-16
t.test("GEN-16: every failure is told, nothing is half done", function(card)
	local before = look(card)
	local pins = card:pin_status()
	for _, one in ipairs(failures) do
		local e = t.raises(one[2], one[3], card)
		t.ok(dmsc.is_error(e), one[1])
		t.ok(#e.message > 0, one[1] .. ": a sentence")
		t.ok(e.exit > 0, one[1] .. ": an exit status")
		t.ok(#e.next > 0 or #(e.why or "") > 0 or
			#(e.where or "") > 0, one[1] .. ": where, why or next")
		card:revert()
		t.eq(card:dirty(), false)
		t.eq(look(card), before, one[1] .. ": the card is as before")
	end
	t.eq(card:pin_status(), pins, "no try is spent")
	local data, sw = card:apdu "00A4000C023FFF"
	t.eq(#data, 0)
	t.eq(sw, 0x6A82, "a status word is what the card said")
end)

-- req: GEN-16
t.test("GEN-16: a commit is whole, and taken back whole", function(card)
	local before = look(card)
	card:set(ID, "gen16.example")
	card:add("/OperatorX/DMAcc/opx/Ext/gen16", ("x"):rep(200))
	t.eq(look(card)[1][1], before[1][1])
	local done = commit(card)
	t.eq(done.verified, true)
	card:reset()
	t.eq(card:get(ID), "gen16.example")
	t.eq(#card:get "/OperatorX/DMAcc/opx/Ext/gen16", 200)
	card:verify_pin { which = "adm1", source = adm1 }
	card:undo()
	card:reset()
	t.eq(look(card), before)
end)
