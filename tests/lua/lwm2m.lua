-- LwM2M documents: tables, accounts, names in paths.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local adm1 = dmsc.secret { content = "hex:4444444444444444" }
local key = dmsc.secret { content = "hex:00112233445566778899AABBCCDDEEFF",
	key = true }

t.test("a document is a table", function(card)
	local doc = card:doc "LwM2M"
	local table = dmsc.lwm2m.decode(doc:bytes())
	t.eq(table.Security[0].ServerURI, "coaps://lwm2m.operatorx.example")
	t.eq(table.Security[0].SecretKey:hex():len(), 32)
	t.eq(table.Server[0].Lifetime, 86400)
	t.eq(dmsc.lwm2m.encode(table), doc:bytes())
	table.Server[0].Lifetime = "long"
	local e = t.raises("DATA", function()
		dmsc.lwm2m.encode(table)
	end)
	t.eq(e.where, "1/0/1")
	t.raises("DATA", function()
		dmsc.lwm2m.encode { Sekurity = {} }
	end)
end)

t.test("a document from a table", function(card)
	card:verify_pin { which = "adm1", source = adm1 }
	card:import("/FromTable", dmsc.lwm2m.encode {
		Security = { [0] = { ServerURI = "coap://h.example",
			SecurityMode = 3, ShortServerID = 9 } },
		Server = { version = "1.1", ["0"] = { [0] = 9, Lifetime = 60,
			Binding = "U" } },
	})
	t.eq(card:get "/FromTable/Security/0/ServerURI", "coap://h.example")
	t.eq(card:get "/FromTable/1/0/1", 60)
	card:commit()
	t.eq(card:doc("FromTable").kind, "lwm2m")
	card:rmdoc "/FromTable"
	card:commit()
end)

t.test("rules of a document that is no tree of its own", function(card)
	card:verify_pin { which = "adm1", source = adm1 }
	card:add("/LwM2M/DMSC/Group", "fleet")
	t.eq(card:stat("/LwM2M").rules.group, "fleet")
	local group = card:documents { group = "fleet" }
	t.eq(#group, 1)
	t.eq(group[1].name, "LwM2M")
	card:commit()
	t.eq(card:get "/LwM2M/DMSC/Group", "fleet")
	t.eq(card:exists "/Mail/DMSC", false)
	card:rm "/LwM2M/DMSC"
	card:commit()
	t.eq(card:stat("/LwM2M").rules, nil)
	t.eq(#card:documents { group = "fleet" }, 0)
end)

t.test("accounts are shown and set", function(card)
	local doc = card:doc "LwM2M"
	local list = doc:lwm2m_show()
	t.eq(#list, 1)
	t.eq(list[1].id, 101)
	t.eq(list[1].security, "psk")
	t.eq(list[1].key_bytes, 16)
	doc:lwm2m_set { id = 101, lifetime = 60 }
	doc:lwm2m_set { bootstrap = true, uri = "coaps://b.example",
		psk = key, identity = "me" }
	list = card:lwm2m_show()
	t.eq(#list, 2)
	t.eq(list[1].lifetime, "60")
	t.eq(list[2].bootstrap, true)
	t.eq(list[2].identity_bytes, 2)
	t.eq(doc:get("Security/1/SecretKey"):hex(),
		"00112233445566778899AABBCCDDEEFF")
	card:lwm2m_set("/New", { uri = "coap://n.example", id = 1 })
	t.eq(card:lwm2m_show("/New")[1].security, "nosec")
	t.raises("USAGE", function()
		card:lwm2m_set("/Other", { uri = "coaps://n.example", id = 1 })
	end)
	t.eq(card:exists "/Other", false)
	t.raises("UNSUPPORTED", function()
		card:lwm2m_show "/OperatorX"
	end)
	card:revert()
end)
