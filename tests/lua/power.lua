-- Power-on with a card of the profile "dmsc": card and device tell each other
-- what they support, the card's own tree is taken as documents are, one
-- request brings one group, and a card that is unchanged is not read.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local owner <const> = dmsc.secret { key = true, content =
	"hex:8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486F" ..
	"D2660B9F47E1AC358870F93D1A5CE4B2" }
local ma <const> = dmsc.secret { key = true, content =
	"hex:4D412E6578616D706C6520656E632031" ..
	"4D412E6578616D706C65206D61632032" ..
	"4D412E6578616D706C65206465632033" }
local pin <const> = dmsc.secret { content = "2468" }
local adm <const> = dmsc.secret { content = "hex:4444444444444444" }
local ON <const> = { keys = owner, confirm = "yes" }
local UNCHANGED <const> = 3	-- APDUs beyond reset and hello

local function row(report, name)
	for _, one in ipairs(report.documents) do
		if one.document == name then
			return one
		end
	end
	return {}
end

-- The owner at the card, which is as after a reset again.
local function own(card, call)
	card:secure_channel { keys = owner }
	local out = table.pack(pcall(call))
	card:reset()
	assert(out[1], out[2])
end

local function remove(card, ...)
	for _, uri in ipairs { ... } do
		pcall(card.dm_delete, card, uri)
	end
end

local function clear(card)
	own(card, function()
		remove(card, "./PowerTest", "./Group/PowerTest", "./DMSC")
		card:verify_pin { which = "81", source = pin, spend_try = true }
		remove(card, "./Personal/PowerTest")
	end)
end

local function add(card, uri, value)
	card:dm_add(uri, nil, { format = "node",
		type = "org.example/1.0/PowerTest" })
	card:dm_add(uri .. "/Value", value)
end

-- Another name for the account of OperatorX; the one before.
local function call_it(card, name)
	local uri <const>, was = "/OperatorX/DMAcc/opx/Name", nil
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
	was = card:get(uri)
	card:set(uri, name)
	card:commit()
	card:reset()
	return was
end

-- A new phone, and a card without what a test before has left.
local function fresh(card)
	local d = dmsc.device.new { name = "power" }
	clear(card)
	d:reset(card)
	return d
end

local function beyond(r)
	return r.apdus - r.apdus_hello
end

t.test("GEN-13: at power-on card and device tell what they support",
		function(card)
	local d = fresh(card)
	local r = d:power_on(card, ON)
	t.eq(r.application.version, "1.0")
	t.eq(r.application.as, "owner")
	t.eq(r.application.methods[1], "scp03")
	t.ok(r.application.max_message >= 4096)
	t.eq(r.told.version, "1.0")
	t.ok(r.told.name:find "^dmsc ")
	t.eq(r.told.obeys, true)
	r = d:power_on(card, { keys = ma, version = 0x31, confirm = "yes" })
	t.eq(r.application.server, "ma.example")
	r = d:power_on(card, { confirm = "yes" })
	t.eq(r.application.as, "nobody")
	t.eq(row(r, "card").state, "skipped")
	t.ok(row(r, "card").why:find "keys")
end)

t.test("GEN-2: what the card holds for devices is found, in files and in " ..
		"its own tree", function(card)
	local d = fresh(card)
	local r = d:power_on(card, ON)
	t.eq(r.provisioning, "found")
	t.eq(row(r, "OperatorX").state, "added")
	t.eq(row(r, "card/Group/Fleet").state, "added")
	t.eq(row(r, "Personal").why, "needs PIN81")
	t.eq(row(r, "card/DMAcc").state, nil)
	t.eq(row(r, "card/Outbox").state, nil)
end)

t.test("GEN-6: objects of the card's own tree come, change and go with it",
		function(card)
	local d = fresh(card)
	d:power_on(card, ON)
	own(card, function() add(card, "./PowerTest", "one") end)
	local r = d:power_on(card, ON)
	t.eq(row(r, "card/PowerTest").state, "added")
	t.eq(row(r, "card/PowerTest").places[1], "./PowerTest")
	t.eq(row(r, "OperatorX").state, "unchanged")
	t.eq(dmsc.find(d:tree(card), "PowerTest/Value").value, "one")
	own(card, function() card:dm_replace("./PowerTest/Value", "two") end)
	t.eq(row(d:power_on(card, ON), "card/PowerTest").state, "replaced")
	t.eq(dmsc.find(d:tree(card), "PowerTest/Value").value, "two")
	own(card, function() card:dm_delete "./PowerTest" end)
	t.eq(row(d:power_on(card, ON), "card/PowerTest").state, "removed")
	t.eq(dmsc.find(d:tree(card), "PowerTest"), nil)
end)

t.test("GEN-6: what the card's own tree says of confirmation holds",
		function(card)
	local d = fresh(card)
	own(card, function()
		add(card, "./PowerTest", "one")
		card:dm_add("./DMSC/UserConfirmation", "required")
	end)
	local r = d:power_on(card, { keys = owner, confirm = "no" })
	t.eq(row(r, "card/PowerTest").state, "refused")
	r = d:power_on(card, ON)
	t.eq(r.by_counter, false)
	t.eq(row(r, "card/PowerTest").state, "added")
	clear(card)
end)

t.test("GEN-11: one request brings one group and nothing else",
		function(card)
	local d = fresh(card)
	local only = { keys = owner, group = "Fleet" }
	local r = d:power_on(card, only)
	t.eq(r.apdus_read, 1)
	t.eq(#r.documents, 1)
	t.eq(row(r, "card/Group/Fleet").state, "added")
	t.eq(dmsc.find(d:tree(card), "Connection/Name").value,
		"Fleet internet")
	t.eq(dmsc.find(d:tree(card), "DMAcc"), nil)
	r = d:power_on(card, only)
	t.eq(r.by_counter, true)
	t.eq(row(d:power_on(card, ON), "OperatorX").state, "added")
	t.eq(row(d:power_on(card, only), "card/Group/Fleet").state,
		"unchanged")
	t.ok(dmsc.find(d:tree(card), "DMAcc"), "what was taken stays")
end)

t.test("GEN-21: each power-on looks, and an unchanged card costs three " ..
		"APDUs beyond reset and hello", function(card)
	local d = fresh(card)
	local first = d:power_on(card, ON)
	t.eq(first.by_counter, false)
	for _ = 1, 2 do
		local r = d:power_on(card, ON)
		t.eq(r.by_counter, true)
		t.eq(r.changed, false)
		t.eq(r.apdus_read, 0)
		t.ok(beyond(r) <= UNCHANGED, beyond(r) .. " APDUs")
		t.eq(#r.documents, #first.documents)
		t.eq(row(r, "OperatorX").state, "unchanged")
		t.eq(row(r, "card/Group/Fleet").state, "unchanged")
		t.eq(row(r, "Personal").state, "skipped")
		t.eq(row(r, "Personal").why, "needs PIN81")
	end
end)

t.test("GEN-21: the counter counts only in a channel, for the same keys, " ..
		"device and question", function(card)
	local d = fresh(card)
	d:power_on(card, ON)
	local other = dmsc.device.new { name = "power-other" }
	for _, o in ipairs { { confirm = "yes" },
			{ pins = { adm1 = adm }, spend_try = true },
			{ keys = ma, version = 0x31 },
			{ keys = owner, group = "Fleet" } } do
		t.eq(d:power_on(card, o).by_counter, false)
		d:power_on(card, ON)
		t.eq(d:power_on(card, ON).by_counter, true)
	end
	other:reset(card)
	t.eq(other:power_on(card, ON).by_counter, false)
	other:reset(card)
end)

t.test("GEN-21: what is in the way of a document is, until the device's " ..
		"tree changes", function(card)
	local d = fresh(card)
	own(card, function()
		card:dm_add("./Group/PowerTest/Connection", nil,
			{ format = "node", type = "org.example/1.0/PowerTest" })
		card:dm_add("./Group/PowerTest/Connection/Value", "one")
	end)
	t.eq(row(d:power_on(card, ON), "card/Group/PowerTest").state,
		"refused")
	local r = d:power_on(card, ON)
	t.eq(r.by_counter, true)
	t.eq(row(r, "card/Group/PowerTest").state, "refused")
	t.ok(row(r, "card/Group/PowerTest").why:find "418")
	t.eq(row(r, "card/Group/Fleet").state, "unchanged")
	d:set("./DevInfo/Lang", "de")
	t.eq(d:power_on(card, ON).by_counter, false)
	t.eq(d:power_on(card, ON).by_counter, true)
	clear(card)
end)

t.test("GEN-20: any change of files or tree is seen at the next power-on",
		function(card)
	local d = fresh(card)
	local was = call_it(card, "Changed")
	d:power_on(card, ON)
	call_it(card, "Changed again")
	local r = d:power_on(card, ON)
	t.eq(r.by_counter, false)
	t.eq(row(r, "OperatorX").state, "replaced")
	t.eq(dmsc.find(d:tree(card), "DMAcc/opx/Name").value,
		"Changed again")
	t.eq(row(r, "Mail").state, "unchanged")
	t.eq(row(r, "card/Group/Fleet").state, "unchanged")
	t.eq(d:power_on(card, ON).by_counter, true)
	own(card, function() add(card, "./Group/PowerTest", "one") end)
	t.eq(d:power_on(card, ON).by_counter, false)
	t.eq(d:power_on(card, ON).by_counter, true)
	clear(card)
	call_it(card, was)
end)

t.test("AUTH-4: personal objects of the card's own tree want the user's PIN",
		function(card)
	local d = fresh(card)
	local with = { keys = owner, confirm = "yes", spend_try = true,
		pins = { ["81"] = pin } }
	own(card, function()
		card:verify_pin { which = "81", source = pin, spend_try = true }
		card:dm_add("./Personal/PowerTest", nil, { format = "node",
			type = "org.example/1.0/PowerTest" })
		card:dm_add("./Personal/PowerTest/Value", "mine")
	end)
	t.eq(row(d:power_on(card, ON), "card/Personal/PowerTest").state, nil)
	local r = d:power_on(card, with)
	t.eq(row(r, "card/Personal/PowerTest").state, "added")
	t.eq(row(r, "card/Personal/PowerTest").places[1], "./PowerTest")
	t.eq(d:power_on(card, with).by_counter, true)
	r = d:power_on(card, ON)
	t.eq(row(r, "card/Personal/PowerTest").state, nil)
	t.eq(dmsc.find(d:tree(card), "PowerTest/Value").value, "mine")
	clear(card)
	t.eq(row(d:power_on(card, with), "card/Personal/PowerTest").state,
		"removed")
end)

t.test("GEN-5: the card's own tree is compared with the device node by node",
		function(card)
	local d = fresh(card)
	own(card, function() add(card, "./PowerTest", "one") end)
	d:power_on(card, ON)
	own(card, function()
		t.eq(#d:diff(card), 0)
		card:dm_replace("./PowerTest/Value", "two")
		local changes = d:diff(card)
		t.eq(#changes, 1)
		t.eq(changes[1].uri, "PowerTest/Value")
	end)
	clear(card)
end)

t.test("keys that are not the card's are tried once", function(card)
	local d = fresh(card)
	d:power_on(card, ON)
	local hex = {}	-- others at each run: a card's refusal is remembered
	for i = 1, 48 do
		hex[i] = ("%02X"):format(math.random(0, 255))
	end
	local wrong = dmsc.secret { key = true,
		content = "hex:" .. table.concat(hex) }
	t.raises("AUTHFAIL", d.power_on, d, card, { keys = wrong })
	t.eq(d:power_on(card, { keys = owner, spend_try = true,
		confirm = "yes" }).by_counter, true)
	d:reset(card)
end)
