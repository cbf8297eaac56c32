-- A commit handed over as APDUs: sent by somebody else it does what a commit
-- does, and undo takes it back.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local ID = "DMAcc/opx/ServerID"
local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local function read(path)
	local f = assert(io.open(path))
	local text = f:read "a"
	f:close()
	return text
end

-- The APDUs of the file, in order.
local function commands(path)
	local list = {}
	for line in read(path):gmatch "[^\n]+" do
		if line:sub(1, 1) ~= "#" then
			t.ok(line:match "^%x+$")
			list[#list + 1] = line
		end
	end
	return list
end

-- Somebody else sends them, under ADM1.
local function send(card, list, n)
	card:verify_pin { which = "adm1", source = adm1 }
	for i = 1, n or #list do
		local _, sw = card:apdu(list[i])
		t.eq(sw, 0x9000)
	end
	card:reset()
end

local function in_place(card)
	return card:plan().way == "in place, guarded" or
	    card:plan().verdict == "refused"
end

t.test("a commit handed over is done by whoever sends it", function(card)
	local file = os.tmpname()
	local doc = card:doc "OperatorX"
	local was, bytes = doc:get(ID), doc:bytes()
	doc:set(ID, "handed.example")
	local how = { in_place = in_place(card) }
	local done = card:hand_over(file, how)
	t.eq(done.documents, { "OperatorX" })
	t.eq(done.verified, nil)
	t.eq(card:dirty(), false)
	t.eq(card:doc("OperatorX"):bytes(), bytes)
	local list = commands(file)
	t.eq(#list, done.apdus)
	local journal = card:journal()
	t.eq(journal[#journal].id, done.journal)
	t.eq(journal[#journal].state, "handed over")
	t.raises("MISMATCH", card.undo, card, done.journal)
	send(card, list)
	t.eq(card:doc("OperatorX"):get(ID), "handed.example")
	card:verify_pin { which = "adm1", source = adm1 }
	card:undo(done.journal)
	card:reset()
	t.eq(card:doc("OperatorX"):get(ID), was)
	t.eq(card:doc("OperatorX"):bytes(), bytes)
	os.remove(file)
end)

t.test("a new document is made by what was handed over", function(card)
	local file = os.tmpname()
	card:mkdoc("Handed", { kind = "dm" })
	card:doc("Handed"):add("A/B", "c")
	local good, done = pcall(card.hand_over, card, file)
	if not good then		-- this card makes no files
		t.eq(done.code, "PLAN")
		card:revert()
		return
	end
	local list = commands(file)
	t.eq(#list, done.apdus)
	send(card, list)
	t.eq(card:doc("Handed"):get "A/B", "c")
	card:verify_pin { which = "adm1", source = adm1 }
	card:rmdoc "Handed"
	card:commit()
	os.remove(file)
end)

t.test("whoever sends half of it leaves the old documents", function(card)
	local file = os.tmpname()
	local doc = card:doc "OperatorX"
	local was = doc:get(ID)
	doc:set(ID, "half.example")
	if in_place(card) then
		card:revert()
		return
	end
	card:hand_over(file)
	local list = commands(file)
	for n = 0, #list - 1 do
		send(card, list, n)
		t.eq(card:doc("OperatorX"):get(ID), was)
	end
	send(card, list)
	t.eq(card:doc("OperatorX"):get(ID), "half.example")
	card:verify_pin { which = "adm1", source = adm1 }
	card:doc("OperatorX"):set(ID, was)
	card:commit()
	os.remove(file)
end)

t.test("nothing is handed over where nothing changed", function(card)
	local file = os.tmpname()
	os.remove(file)
	t.eq(card:hand_over(file).way, "none")
	t.eq(io.open(file), nil)
	card:doc("OperatorX"):set(ID, "x")
	t.raises("IO", card.hand_over, card, "/nonexistent/ota.txt",
		{ in_place = true })
	t.eq(card:dirty(), true)
	for _, e in ipairs(card:journal()) do
		t.ok(e.state ~= "cut")
	end
	card:revert()
end)
