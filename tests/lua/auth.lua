-- Requirements AUTH-1, AUTH-3, AUTH-4 and AUT-1 on the demo card, in whatever
-- reader it is: who may do what, and how the card says so.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local function value(content)
	return dmsc.secret { content = content }
end
local personal <const> = value "2468"
local wrong <const> = value "8642"
local adm1 <const> = value "hex:4444444444444444"
local name <const> = "/OperatorX/DMAcc/opx/Name"

local function verified(card, which)
	return card:pin_status(which).state == "verified"
end

-- The status word of a bare command.
local function sw(card, apdu)
	local _, word = card:apdu(apdu)
	return word
end

t.test("AUTH-1: PINs of card and application, keys of the issuer",
    function(card)
	for which, source in pairs { ["1"] = value "1234", ["81"] = personal,
	    adm1 = adm1 } do
		t.eq(verified(card, which), false, which)
		card:verify_pin { which = which, source = source,
			spend_try = true }
		t.eq(verified(card, which), true, which)
		card:reset()
		t.eq(verified(card, which), false, which .. " after a reset")
	end
end)

t.test("AUTH-1: a PIN that is forgotten is set anew by its PUK",
    function(card)
	card:unblock_pin { which = "1", source = value "12345678",
		fresh = value "1234", spend_try = true }
	card:reset()
	card:verify_pin { which = "1", source = value "1234",
		spend_try = true }
	t.eq(verified(card, "1"), true)
end)

t.test("AUTH-3: the card says what it asks for", function(card)
	local e = t.raises("AUTH", card.get, card, "/Personal/GreatApp/Name")
	t.eq(e.exit, 7)
	t.ok(e.why:find("PIN81", 1, true), e.why)
	t.ok(e.next[1]:find("^pin verify 81"), e.next[1])
	local rule = {}
	for _, m in ipairs(card:file_access("7F50/4D12").modes) do
		rule[m.mode] = m
	end
	t.eq(rule.read.needs, "PIN81")
	t.eq(rule.read.have, "refused")
	t.eq(rule.update.needs, "ADM1")
	-- The card's own word, with no rule read before.
	t.eq(sw(card, "00A4040C0CA000000063504B43532D3135"), 0x9000)
	t.eq(sw(card, "00A4000C024D12"), 0x9000)
	t.eq(sw(card, "00B0000001"), 0x6982)
	t.eq(sw(card, "00D6000001FF"), 0x6982)
end)

t.test("AUTH-4: personal data is shown to its user alone", function(card)
	local function shut()
		t.raises("AUTH", card.get, card, "/Personal/GreatApp/Name")
		t.raises("AUTH", card.bytes, card, "/Personal")
		t.raises("AUTH", card.file_read, card, "7F50/4D12")
	end
	shut()
	card:verify_pin { which = "1", source = value "1234",
		spend_try = true }
	shut()			-- another PIN is no help
	card:verify_pin { which = "adm1", source = adm1, spend_try = true }
	shut()			-- nor is the issuer's key
	card:verify_pin { which = "81", source = personal, spend_try = true }
	t.ok(#card:get "/Personal/GreatApp/Name" > 0)
	card:reset()
	shut()			-- the right ends with the session
end)

t.test("AUTH-4: a wrong PIN opens nothing, and costs a try", function(card)
	local before = card:pin_status("81").tries
	t.raises({ "AUTHFAIL", "GUARD" }, card.verify_pin, card,
		{ which = "81", source = wrong, spend_try = true })
	t.ok(card:pin_status("81").tries <= before)
	t.raises("AUTH", card.get, card, "/Personal/GreatApp/Name")
	card:verify_pin { which = "81", source = personal, spend_try = true }
	card:reset()
	t.ok(card:pin_status("81").tries >= before)
end)

t.test("AUTH-4: its PIN cannot be switched off", function(card)
	t.raises(nil, card.disable_pin, card, { which = "81",
		source = personal, spend_try = true })
	card:reset()
	t.raises("AUTH", card.get, card, "/Personal/GreatApp/Name")
end)

t.test("AUT-1: documents change for who may change them, or not at all",
    function(card)
	local before, raw = card:get(name), card:bytes "/OperatorX"
	local function untouched()
		card:revert()
		t.eq(card:get(name), before)
		t.eq(card:bytes "/OperatorX", raw)
	end
	card:set(name, "changed")
	local e = t.raises("AUTH", card.commit, card)
	t.eq(e.exit, 7)
	t.ok(e.why:find("ADM1", 1, true), e.why)
	untouched()
	for _, which in ipairs { "1", "81" } do
		card:verify_pin { which = which, source = which == "1" and
			value "1234" or personal, spend_try = true }
		card:set(name, "changed")
		t.raises("AUTH", card.commit, card)
		untouched()
	end
	card:verify_pin { which = "adm1", source = adm1, spend_try = true }
	card:set(name, "changed")
	card:commit()
	card:reset()
	t.eq(card:get(name), "changed")
	card:verify_pin { which = "adm1", source = adm1, spend_try = true }
	card:undo()
	untouched()
end)

t.test("AUT-1: no bare command changes a document either", function(card)
	local raw = card:bytes "/OperatorX"
	for _, fid in ipairs { "5031", "4401", "4D00", "4D02", "4D10",
	    "4D11" } do
		card:apdu "00A404000CA000000063504B43532D313500"
		if sw(card, "00A4000C02" .. fid) == 0x9000 then
			for _, apdu in ipairs { "00D6000001FF",
			    "00D70000055401005301", "0004000000",
			    "00E4000000", "00E8000000", "00DC010401FF" } do
				local word = sw(card, apdu)
				t.ok(word >> 8 >= 0x65 and word >> 8 <= 0x6E,
					("%s %s: %04X"):format(fid, apdu, word))
			end
		end
	end
	card:reset()
	t.eq(card:bytes "/OperatorX", raw)
end)
