-- lint of a card, of bytes and by models, and what it mends.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local function by_rule(l)
	local found = {}
	for _, f in ipairs(l.findings) do
		found[f.rule] = f
	end
	return found
end

t.test("a clean card has notes alone", function(card)
	local l = card:lint()
	t.eq(l.errors, 0)
	t.eq(l.warnings, 0)
	t.ok(by_rule(l).unsigned, "unsigned is a note")
	t.eq(by_rule(l).unsigned.severity, "note")
end)

t.test("a fault has a name, a place and a byte", function(card)
	card:doc("OperatorX"):set("DMAcc/opx/AppID", "w8")
	local f = by_rule(card:lint { path = "/OperatorX" })["account-appid"]
	t.eq(f.place, "/OperatorX")
	t.eq(f.node, "DMAcc/opx/AppID")
	t.ok(f.offset > 0, "the byte")
	t.eq(f.fixable, false)
	t.eq(#card:lint { path = "/OperatorX/NAP" }.findings, 0)
	card:revert()
end)

t.test("a model says what a reader finds", function(card)
	local l = card:lint { model = "opensc" }
	t.eq(l.model, "opensc")
	t.ok(#l.seen > 0, "documents")
	t.eq(l.seen[1].found, true)
	t.raises("USAGE", card.lint, card, { model = "nobody" })
end)

t.test("what needs no question is mended", function(card)
	card:verify_pin { which = "adm1", source = adm1 }
	card:doc("OperatorX"):set("Mail/home/Incoming/TLS", "False")
	local l = card:lint_fix()
	t.eq(#l.findings, 1)
	t.eq(l.findings[1].rule, "bool-case")
	t.eq(card:doc("OperatorX"):get("Mail/home/Incoming/TLS"), false)
	card:revert()
end)

t.test("bytes are judged and mended without a card", function()
	local text = '<MgmtTree xmlns="syncml:dmddf1.2"><Node><NodeName>A' ..
	    "</NodeName><RTProperties><Format><bool/></Format><Type><MIME>" ..
	    "text/plain</MIME></Type></RTProperties><Value>TRUE</Value>" ..
	    "</Node></MgmtTree>"
	local found = by_rule(dmsc.lint(text))
	t.ok(found["tnds-no-verdtd"], "no VerDTD")
	t.eq(found["bool-case"].offset, text:find("<Value>", 1, true) - 1)
	local l = dmsc.lint(dmsc.lint_fix(text))
	t.eq(#l.findings, 0)
end)

t.test("rules have names", function()
	local rules = dmsc.lint_rules()
	t.ok(#rules > 150, "all of them")
	t.eq(rules[1].rule, "odf-broken")
	t.eq(rules[1].severity, "error")
end)
