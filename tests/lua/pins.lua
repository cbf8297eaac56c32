-- PINs: states, the guard, personal data, change and back.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local function pin(digits)
	return dmsc.secret { content = digits }
end

local function tries(card, which)
	return card:pin_status(which).tries
end

t.test("states are told without spending a try", function(card)
	local names = {}
	for _, p in ipairs(card:pin_status()) do
		names[p.name] = p
	end
	t.ok(names.PIN1, "PIN1")
	t.ok(names.PIN81, "PIN81")
	local before = tries(card, "81")
	t.eq(tries(card, "81"), before)
	t.ok(before == -1 or before >= 1)
end)

t.test("personal data is refused, then read with the PIN", function(card)
	local doc = card:doc "Personal"
	local e = t.raises("AUTH", doc.get, doc, "")
	t.eq(e.exit, 7)
	t.ok(#e.next >= 1, "a next step")
	card:verify_pin { which = "81", source = pin "2468", spend_try = true }
	t.ok(#doc:get "" >= 1)
	t.ok(doc:tree())
	card:reset()
	t.raises("AUTH", doc.get, doc, "")
end)

t.test("a refused value is not sent again", function(card)
	local wrong = { which = "1", source = pin "8642", spend_try = true }
	local e = t.raises({ "AUTHFAIL", "GUARD" }, card.verify_pin, card,
		wrong)
	t.eq(tostring(e):find("8642", 1, true), nil)
	local left = tries(card, "1")
	t.raises("GUARD", card.verify_pin, card, wrong)
	t.eq(tries(card, "1"), left)
	card:verify_pin { which = "1", source = pin "1234", spend_try = true }
	card:reset()
	t.ok(tries(card, "1") >= left)
end)

t.test("a PIN is changed and changed back", function(card)
	local one, two = pin "1234", pin "4321"
	card:change_pin { which = "1", source = one, fresh = two,
		spend_try = true }
	card:reset()
	card:verify_pin { which = "1", source = two, spend_try = true }
	card:change_pin { which = "1", source = two, fresh = one,
		spend_try = true }
	card:reset()
	card:verify_pin { which = "1", source = one, spend_try = true }
end)

t.test("the personal PIN cannot be disabled", function(card)
	t.raises(nil, card.disable_pin, card, { which = "81",
		source = pin "2468", spend_try = true })
	card:reset()
	local doc = card:doc "Personal"
	t.raises("AUTH", doc.get, doc, "")
end)

t.test("wrong options are told", function(card)
	t.raises("which", card.verify_pin, card, { source = pin "1234" })
	t.raises("source", card.verify_pin, card, { which = "1" })
	t.raises("names no PIN", card.verify_pin, card, { which = "nine",
		source = pin "1234" })
	t.raises("IO", card.verify_pin, card, { which = "1",
		source = "@/nonexistent/pin" })
	t.raises("USAGE", card.verify_pin, card, { which = "1",
		source = "1234" })
end)
