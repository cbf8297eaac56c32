-- Documents from one form into another, and as the card gives them.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local CP = [[<wap-provisioningdoc version="1.1"><characteristic type="NAPDEF">
<parm name="NAPID" value="N1"/></characteristic></wap-provisioningdoc>]]

t.test("a document goes through every form and comes back", function(card)
	local doc = card:doc "OperatorX"
	local data = doc:export "tnds"
	for _, to in ipairs { "json", "syncml", "tnds-wbxml", "syncml-wbxml",
	    "tnds" } do
		local info
		data, info = dmsc.convert { data = data, to = to }
		t.eq(info.to, to)
		t.eq(info.bytes, #data)
		t.eq(#info.warnings, 0)
		t.eq(type(data) == "string", not to:find "wbxml")
	end
	t.eq(data, doc:export "tnds")
end)

t.test("Client Provisioning stays what it is", function()
	local data = dmsc.convert { data = CP, to = "wbxml" }
	t.eq(tostring(data):sub(1, 6), "030B6A")
	local text, info = dmsc.convert { data = data }
	t.eq(info.from, "cp-wbxml")
	t.eq(info.to, "cp")
	t.ok(text:find('value="N1"', 1, true))
end)

t.test("what cannot be held is an error with its name", function()
	local e = t.raises("DATA", dmsc.convert, { data = CP, to = "lwm2m" })
	t.raises("FORMAT", dmsc.convert, { data = "words" })
	t.raises("USAGE", dmsc.convert, { data = CP, to = "yaml" })
	t.raises("'data' is needed", dmsc.convert, { to = "json" })
	t.eq(e.exit, 10)
end)

t.test("what is no DM is a tree too", function(card)
	local cp = dmsc.parse(dmsc.convert { data = CP, to = "json" })
	t.eq(dmsc.find(cp, "NAPDEF/NAPID").value, "N1")
	t.eq(dmsc.find(dmsc.parse(CP), "NAPDEF/NAPID").value, "N1")
	local lwm2m = dmsc.parse '{"Server":{"1":{"Lifetime":60}}}'
	t.eq(dmsc.find(lwm2m, "1/1/1").value, 60)
	card:import("/Net", CP)
	t.ok(#card:doc("Net"):diff() > 0)
end)

t.test("properties that JSON and Lua hold too", function()
	local json = [[{"name":".","nodes":[{"name":"A","value":"b",
	    "tstamp":"20260102T030405Z","verno":7}]}]]
	local tree = dmsc.parse(dmsc.convert { data = json, to = "tnds" })
	local a = dmsc.find(tree, "A")
	t.eq(a.tstamp, "20260102T030405Z")
	t.eq(a.verno, 7)
	local again = dmsc.find(dmsc.parse(dmsc.tnds.write(tree)), "A")
	t.eq(again.verno, 7)
	t.eq(again.tstamp, a.tstamp)
end)

t.test("a JSON of provisioning goes onto the card", function(card)
	card:import("/Net", dmsc.convert { data = CP, to = "json" })
	t.eq(card:get "/Net/NAPDEF/NAPID", "N1")
	t.eq((dmsc.convert { data = card:export "/Net" }),
	    (dmsc.convert { data = CP }))
end)
