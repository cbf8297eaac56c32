-- What is on a demo card: discover, documents, nodes, exports.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local function by_name(list, name)
	for _, one in ipairs(list) do
		if one.name == name then
			return one
		end
	end
end

t.test("discover says that there is provisioning data", function(card)
	local d = card:discover()
	t.ok(d.found)
	t.eq(d.card, "answers")
	t.ok(by_name({ { name = d.kinds[1] } }, "dm"), "kind dm")
	t.ok(d.apdus > 0)
end)

t.test("both documents are listed", function(card)
	local list = card:documents()
	local op = t.ok(by_name(list, "OperatorX"), "OperatorX")
	local personal = t.ok(by_name(list, "Personal"), "Personal")
	t.eq(op.kind, "dm")
	t.eq(op.private, false)
	t.eq(personal.private, true)
	t.ok(op.size >= 128)
	t.eq(op.oid, "2.23.43.7.1")
	t.eq(tostring(op), "document /OperatorX")
	t.eq(op:card(), card)
end)

t.test("leaves have values, interior nodes names", function(card)
	local doc = card:doc "OperatorX"
	t.eq(type(doc:get "DMAcc/opx/ServerID"), "string")
	t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
		doc:get "./DMAcc/opx/ServerID")
	local names = table.concat(doc:get(), " ")
	t.ok(names:find("DMAcc", 1, true), names)
	t.eq(doc:get "DMAcc", { "opx" })
	t.ok(doc:exists "DMAcc/opx")
	t.eq(doc:exists "DMAcc/none", false)
	t.raises("NOTFOUND", doc.get, doc, "DMAcc/none")
	t.raises("NOTFOUND", card.get, card, "/Nothing/here")
	t.raises("NOTFOUND", card.doc, card, "Nothing")
end)

t.test("the tree as a table", function(card)
	local doc = card:doc "OperatorX"
	local tree = doc:tree()
	local id = t.ok(dmsc.find(tree, "DMAcc/opx/ServerID"))
	t.eq(id.value, doc:get "DMAcc/opx/ServerID")
	t.eq(id.format, "chr")
	t.eq(dmsc.find(tree, "DMAcc").format, "node")
	t.eq(doc:tree("DMAcc/opx").name, "opx")
end)

t.test("exports read back as the same tree", function(card)
	local doc = card:doc "OperatorX"
	local id = doc:get "DMAcc/opx/ServerID"
	for _, form in ipairs { "tnds", "tnds-wbxml", "syncml",
	    "syncml-wbxml", "json", "raw" } do
		local back = dmsc.parse(doc:export(form))
		local leaf = dmsc.find(back, "DMAcc/opx/ServerID")
		t.ok(leaf, form)
		t.eq(leaf.value, id, form)
	end
	t.eq(doc:export "raw", doc:bytes())
	t.eq(doc:bytes(), doc:bytes { as_read = true })
	t.eq(dmsc.json.decode(doc:export "json") ~= nil, true)
end)

t.test("a shell line gives the same as the objects", function(card)
	local r = card:run "ls /"
	t.eq(r.exit, 0)
	t.ok(r.text:find("OperatorX", 1, true))
	t.ok(r.data ~= nil)
	local bad = card:run "cat /Nothing"
	t.eq(bad.exit, 6)
	t.eq(bad.error.code, "NOTFOUND")
	t.eq(card:run("no-such-command").exit, 2)
	t.eq(dmsc.run("ls /").exit, 0)
end)

t.test("who the card is", function(card)
	local i = card:info()
	t.ok(#i.atr >= 4)
	t.ok(i.iccid == nil or i.iccid:match "^%d+$")
	t.ok(#i.applications >= 1)
	local c = card:connection()
	t.ok(c.reader)
	t.eq(c.identity, i.identity)
	local apdus, bytes = card:counters()
	t.ok(apdus > 0 and bytes > apdus)
end)

t.test("a backup holds what can be read", function(card)
	local b = dmsc.json.decode(card:backup())
	t.eq(type(b), "table")
	t.ok(next(b))
end)

t.test("a description is held against a document", function(card)
	local ddf = [[<MgmtTree><Node><NodeName>A</NodeName>
		<Node><NodeName>b</NodeName></Node></Node></MgmtTree>]]
	local doc = [[<MgmtTree><Node><NodeName>A</NodeName>
		<Node><NodeName>c</NodeName><Value>1</Value></Node></Node>
		</MgmtTree>]]
	local l = dmsc.lint(doc, { ddf = ddf })
	t.eq(l.errors, 2)
	t.eq(l.findings[1].rule, "ddf-unknown-node")
	t.eq(l.findings[1].node, "A/c")
	t.eq(l.findings[2].rule, "ddf-missing-node")
	t.eq(l.findings[2].node, "A/b")
	l = card:lint { path = "/OperatorX", ddf = dmsc.bytes(ddf) }
	t.eq(l.findings[1].rule, "ddf-missing-node")
	t.eq(l.findings[1].place, "/OperatorX")
	t.raises("FORMAT", dmsc.lint, doc, { ddf = doc })
end)
