-- What a device does with the card at power-on.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local personal = dmsc.secret { content = "2468" }

local function fresh(card, name)
	local d = dmsc.device.new { name = "lua-test-" .. name }
	d:reset(card)
	return d
end

local function taken(report, name)
	for _, one in ipairs(report.documents) do
		if one.document == name then
			return one
		end
	end
end

t.test("the first power-on takes what needs no PIN", function(card)
	local d = fresh(card, "first")
	local r = d:power_on(card)
	t.eq(r.changed, true)
	t.eq(taken(r, "OperatorX").state, "added")
	local p = taken(r, "Personal")
	t.eq(p.state, "skipped")
	t.ok(p.why:find("PIN", 1, true), p.why)
	t.ok(dmsc.find(d:tree(card), "DMAcc"))
	t.eq(d:show(card).device, d:name())
	d:reset(card)
end)

t.test("the second one changes nothing and reads less", function(card)
	local d = fresh(card, "second")
	local first = d:power_on(card)
	local again = d:power_on(card)
	t.eq(again.changed, false)
	t.eq(taken(again, "OperatorX").state, "unchanged")
	t.ok(again.apdus <= first.apdus)
	d:reset(card)
end)

t.test("with the PIN the personal document is taken", function(card)
	local d = fresh(card, "pin")
	local r = d:power_on(card, { pins = { ["81"] = personal },
		spend_try = true })
	t.eq(taken(r, "Personal").state, "added")
	d:reset(card)
end)

t.test("a dry run leaves the device as it is", function(card)
	local d = fresh(card, "dry")
	local before = d:tree(card)
	t.eq(taken(d:power_on(card, { dry = true }), "OperatorX").state,
		"added")
	t.eq(d:tree(card), before)
	t.eq(dmsc.find(before, "DMAcc"), nil)
	d:reset(card)
end)

t.test("devices are told apart by their names", function(card)
	local one, two = fresh(card, "one"), fresh(card, "two")
	t.eq(taken(one:power_on(card), "OperatorX").state, "added")
	t.eq(taken(two:power_on(card), "OperatorX").state, "added")
	t.eq(taken(one:power_on(card), "OperatorX").state, "unchanged")
	one:reset(card)
	t.eq(taken(two:power_on(card), "OperatorX").state, "unchanged")
	t.eq(taken(one:power_on(card), "OperatorX").state, "added")
	one:reset(card)
	two:reset(card)
end)

t.test("the device holds what the document says", function(card)
	local d = fresh(card, "diff")
	d:power_on(card)
	t.eq(dmsc.find(d:tree(card), "DMAcc/opx/ServerID").value,
		card:get "/OperatorX/DMAcc/opx/ServerID")
	t.eq(type(d:diff(card)), "table")
	d:reset(card)
end)

t.test("options that are none", function(card)
	local d = fresh(card, "options")
	t.raises("confirm", d.power_on, d, card, { confirm = "maybe" })
	t.raises("names no PIN", d.power_on, d, card,
		{ pins = { nine = personal } })
end)
