-- Edits in the working copy, commits under ADM1, and back again.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local ID = "DMAcc/opx/ServerID"
local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local function op(card)
	return card:doc "OperatorX"
end

local function authenticate(card)
	card:verify_pin { which = "adm1", source = adm1 }
end

t.test("an edit shows in status, diff and plan", function(card)
	local doc = op(card)
	local was = doc:get(ID)
	t.eq(card:dirty(), false)
	doc:set(ID, was .. ".x")
	t.eq(card:dirty(), true)
	t.eq(doc:get(ID), was .. ".x")
	local changes = card:diff()
	t.eq(#changes, 1)
	t.eq(changes[1].op, "set")
	t.eq(changes[1].before:str(), was)
	t.eq(changes[1].after:str(), was .. ".x")
	local status = card:status()
	t.eq(status.dirty, true)
	t.eq(#status.documents, 1)
	t.eq(status.documents[1].name, "OperatorX")
	card:revert()
	t.eq(card:dirty(), false)
	t.eq(doc:get(ID), was)
	t.eq(#card:diff(), 0)
end)

t.test("nodes are added, moved, copied, removed", function(card)
	local doc = op(card)
	doc:add("LuaTest/Number", 42)
	doc:add("LuaTest/Flag", false)
	doc:add("LuaTest/Bytes", dmsc.hex "00FF")
	doc:add("LuaTest/Text", "hello", { type = "text/plain" })
	doc:add("LuaTest/Sub")
	t.eq(doc:get "LuaTest/Number", 42)
	t.eq(doc:get "LuaTest/Flag", false)
	t.eq(doc:get "LuaTest/Bytes", dmsc.hex "00FF")
	t.eq(#doc:get "LuaTest", 5)
	t.eq(doc:get "LuaTest/Sub", {})
	doc:mv("LuaTest/Text", "LuaTest/Moved")
	t.eq(doc:exists "LuaTest/Text", false)
	doc:cp("LuaTest/Moved", "LuaTest/Copied")
	t.eq(doc:get "LuaTest/Copied", "hello")
	doc:acl("LuaTest", "Get=*&Replace=opx")
	t.eq(doc:acl "LuaTest", "Get=*&Replace=opx")
	doc:rm "LuaTest"
	t.eq(doc:exists "LuaTest", false)
	t.raises("NOTFOUND", doc.rm, doc, "LuaTest")
	t.raises("EXISTS", doc.add, doc, ID, "again")
	t.eq(#card:diff(), 0)
end)

t.test("a value must fit its format", function(card)
	local doc = op(card)
	doc:add("LuaTest/Number", 1)
	t.raises({ "FORMAT", "DATA", "USAGE" }, doc.set, doc,
		"LuaTest/Number", "many")
	t.eq(doc:get "LuaTest/Number", 1)
	t.raises({ "USAGE", "FORMAT", "DATA" }, doc.set, doc, "DMAcc", "x")
end)

t.test("without rights a commit is refused and writes nothing",
function(card)
	local doc = op(card)
	local was = doc:bytes()
	doc:set(ID, "refused")
	t.raises({ "AUTH", "PLAN" }, card.commit, card)
	card:revert()
	card:reset()
	t.eq(op(card):bytes(), was)
end)

t.test("a commit under ADM1 stays, undo takes it back", function(card)
	local doc = op(card)
	local was, bytes = doc:get(ID), doc:bytes()
	authenticate(card)
	doc:set(ID, "lua.example")
	-- A card after issuance may allow no other way than in place.
	local how = { in_place = card:plan().verdict ~= "allowed" }
	local plan = card:plan(how)
	t.eq(plan.verdict, "allowed")
	t.eq(plan.way == "in place, guarded", how.in_place)
	local done = card:commit(how)
	t.eq(done.way, plan.way)
	t.eq(done.verified ~= false, true)
	t.eq(card:dirty(), false)
	card:reset()
	t.eq(op(card):get(ID), "lua.example")
	t.ok(op(card):bytes() ~= bytes)
	t.ok(#card:journal() >= 1)
	authenticate(card)
	card:undo()
	card:reset()
	t.eq(op(card):get(ID), was)
	t.eq(op(card):bytes(), bytes)
end)

t.test("a commit of nothing does nothing", function(card)
	op(card):get(ID)
	t.eq(card:commit().way, "none")
end)

t.test("a whole tree replaces another", function(card)
	local doc = op(card)
	local tree = doc:tree()
	local leaf = dmsc.find(tree, ID)
	leaf.value = "edited"
	doc:edit(tree)
	t.eq(doc:get(ID), "edited")
	t.eq(#card:diff(), 1)
	t.eq(#doc:diff(), 1)
	doc:revert()
	t.eq(card:dirty(), false)
end)

t.test("an import replaces a document, a raw one byte for byte",
function(card)
	local doc = op(card)
	local raw = doc:export "raw"
	doc:set(ID, "other")
	doc:import(raw)
	t.eq(doc:bytes(), raw)
	t.eq(#card:diff(), 0)
	t.raises({ "FORMAT", "DATA", "SHORT" }, doc.import, doc, "no document")
	t.eq(doc:bytes(), raw)
end)

t.test("an import refuses by name what is no node", function(card)
	local function tnds(more, inside)
		return "<MgmtTree><VerDTD>1.2</VerDTD>" .. more ..
		    "<Node><NodeName>A</NodeName>" .. inside ..
		    "<Value>v</Value></Node></MgmtTree>"
	end
	card:import("/New", tnds("", ""))
	for _, bad in ipairs { { "<Man>m</Man>", "", "Man" },
	    { "", "<v:Own xmlns:v='urn:v'/>", "v:Own" } } do
		local _, e = pcall(card.import, card, "/New",
		    tnds(bad[1], bad[2]))
		t.eq(e.code, "DATA")
		t.ok(e.message:find("'" .. bad[3] .. "'", 1, true))
	end
end)

t.test("a signature stands beside its document, and goes with an edit",
function(card)
	local cms = dmsc.hex "301206092A864886F70D010702A0053003020101"
	local doc = op(card)
	local status = function() return card:status().documents[1] end
	t.eq(doc:signature_bytes(), nil)
	t.eq(doc:signed_bytes(), doc:bytes())
	doc:put_signature(cms)
	t.eq(doc:signature_bytes(), cms)
	t.eq(doc:signature_bytes { as_read = true }, nil)
	t.eq(status().signature_change, "signed")
	authenticate(card)
	t.eq(card:plan().signatures[1].change, "signed")
	t.eq(card:commit().signatures[1].document, "OperatorX")
	t.eq(doc:signature_bytes { as_read = true }, cms)
	t.eq(doc:stat().signature, "present")
	doc:set(ID, "com.example.signed")
	t.eq(status().signature_change, "dropped")
	t.eq(card:commit().signatures[1].change, "dropped")
	t.eq(doc:signature_bytes(), nil)
	card:undo()
	t.eq(card:doc "OperatorX":signature_bytes(), cms)
	card:doc "OperatorX":put_signature()
	t.eq(card:commit().signatures[1].change, "removed")
	t.raises("NOTFOUND", card.put_signature, card, "/OperatorX")
	t.raises("DATA", card.put_signature, card, "/OperatorX", "none")
end)
