-- A card that speaks first, and a device that stays on.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local adm = dmsc.secret { content = "hex:4444444444444444" }
local ASK = { cat = true }	-- the card may be in a reader, too

local function name_of(card, value)
	card:verify_pin { which = "adm1", source = adm }
	card:set("/OperatorX/DMAcc/opx/Name", value)
	card:commit()
end

local function first(list, name)
	for _, one in ipairs(list) do
		if one.name == name or one.document == name then
			return one
		end
	end
end

t.test("commands are fetched and answered", function(card)
	card:events(ASK)
	card:push("display-text", "Hello")
	local e = first(card:events { cat = true, confirm = "yes" }.events,
		"display-text")
	t.eq(e.detail, "Hello")
	t.eq(e.answer, "done")
	card:push("get-input", "Your name", 1, 10)
	e = first(card:events { cat = true, answer = "Ada" }.events,
		"get-input")
	t.eq(e.answer, "done")
	card:push "open-channel"
	e = first(card:events(ASK).events, "open-channel")
	t.eq(e.answer, "beyond this device")
	t.raises("USAGE", card.push, card, "timer", 9)
	t.raises("DATA", card.push, card, "D0")
end)

t.test("what is waited for comes, or does not", function(card)
	card:push("D009810301020082028182")
	t.eq(first(card:events_wait { cat = true, timeout = 5 }.events,
		"more-time").answer, "done")
	t.raises("NOTFOUND", card.events_wait, card,
		{ cat = true, name = "refresh", timeout = 0 })
end)

t.test("functions of the script are called", function(card)
	local heard = {}
	card:events(ASK)
	card:on("more-time", function(e)
		heard[#heard + 1] = e.name
	end)
	card:on("any", function(e)
		heard[#heard + 1] = "any " .. e.name
	end)
	card:push "more-time"
	card:apdu "00A4000C023F00"	-- 91xx behind it
	t.eq(table.concat(heard, ","), "more-time,any more-time")
	card:warnings()
	card:push "more-time"
	card:file_read "EF.ICCID"
	t.eq(#heard, 4)
	t.eq(#card:warnings(), 0)
	card:on("more-time", nil)
	card:on("any", nil)
	card:push "more-time"
	card:events(ASK)
	t.eq(#heard, 4)
	card:on("refresh", function()
		error("from the function", 0)
	end)
	card:push "refresh"
	t.raises("from the function", card.events, card, ASK)
	card:on("refresh", nil)
end)

t.test("the card is told what it asked for", function(card)
	card:events(ASK)
	t.raises("NOTFOUND", card.events_tell, card, "language", "de", ASK)
	card:push("set-up-event-list", "language", "user-activity")
	card:events(ASK)
	t.eq(#card:events_tell("language", "de", ASK).events, 0)
	local data, sw, l = card:envelope("D60799010482028281", ASK)
	t.eq(#data, 0)
	t.eq(sw, 0x9000)
	t.eq(#l.events, 0)
end)

t.test("GEN-20: the device takes in what changed without a restart",
function(card)
	local d = dmsc.device.new { name = "lua-test-live" }
	d:reset(card)
	name_of(card, "Before")
	t.eq(first(d:power_on(card, ASK).documents, "OperatorX").state,
		"added")
	local told = {}
	card:on("taken", function(doc)
		told[#told + 1] = doc.document .. " " .. doc.state
	end)
	name_of(card, "After")
	card:push("refresh", "3F00/7F50/5031")
	local l = card:events(ASK)
	t.eq(first(l.events, "refresh").answer, "done")
	t.eq(dmsc.find(d:tree(card), "DMAcc/opx/Name").value, "After")
	t.eq(told[1], "OperatorX replaced")
	told[1] = nil
	-- Nothing changed: nothing is taken.
	card:push "refresh"
	card:events(ASK)
	t.eq(#told, 0)
	card:on("taken", nil)
	d:reset(card)
	name_of(card, "OperatorX")
end)

t.test("GEN-20: what is new at power-on is announced and read", function(card)
	local d = dmsc.device.new { name = "lua-test-new" }
	d:reset(card)
	card:push("refresh", "3F00/7F50/5031")
	local r = d:power_on(card, ASK)
	t.eq(first(r.events, "refresh").answer, "done")
	t.eq(first(r.documents, "OperatorX").state, "added")
	d:reset(card)
end)
