-- The secure channel: a locked card, keys, what is refused.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local keys = dmsc.secret { content = "hex:8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2",
	key = true }
local fresh = dmsc.secret { content = "hex:" ..
	("C4D1A90E73B6F2581D3E6A7F90B2C5E8A1D4F60B2C3E59D7"):rep(3),
	key = true }

local function locked(run)
	t.fresh({ profile = "locked" }, run)
end

t.test("AUTH-2: nothing is read before the channel is open", function()
	locked(function(card)
		local e = t.raises("AUTH", card.get, card,
			"/OperatorX/DMAcc/opx/ServerID")
		t.eq(e.exit, 7)
		t.eq(e.next[1], "scp open --keys SOURCE")
		t.eq(card:secure_status().open, false)
		local s = card:secure_channel { keys = keys }
		t.eq(s.level, "33")
		t.eq(s.bits, 128)
		t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
			"com.operatorx.dm")
		card:secure_close()
		t.raises("AUTH", card.get, card,
			"/OperatorX/DMAcc/opx/ServerID")
	end)
end)

t.test("every level, and LwM2M's way", function()
	locked(function(card)
		for _, level in ipairs { 0x01, 0x03, 0x11, 0x13, 0x33 } do
			card:secure_channel { keys = keys, level = level }
			t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
				"com.operatorx.dm")
		end
		local s = card:secure_channel { keys = keys, lwm2m = true }
		t.eq(s.aid, "A000000063504B43532D3135")
		t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
			"com.operatorx.dm")
	end)
end)

t.test("a commit through the channel", function()
	locked(function(card)
		card:secure_channel { keys = keys }
		card:set("/OperatorX/DMAcc/opx/ServerID", "other.example")
		card:commit()
		card:secure_close()
		card:secure_channel { keys = keys }
		t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
			"other.example")
	end)
end)

t.test("SEC-1: keys are replaced and used, never read out", function()
	locked(function(card)
		t.raises("AUTH", card.key_put, card, { version = 0x31,
			keys = fresh })
		card:secure_channel { keys = keys }
		local put = card:key_put { version = 0x31, keys = fresh }
		t.eq(#put, 3)
		t.eq(put[1].type, "AES-192")
		card:secure_channel { keys = fresh, version = 0x31 }
		t.eq(card:get "/OperatorX/DMAcc/opx/ServerID",
			"com.operatorx.dm")
		t.eq(#card:key_list(), 6)
		card:key_put { version = 0x32, replace = 0x31, keys = fresh }
	end)
end)

t.test("keys are deleted, but never the last or those in use", function()
	locked(function(card)
		t.raises("AUTH", card.key_delete, card, 0x30)
		card:secure_channel { keys = keys }
		card:key_put { version = 0x31, keys = fresh }
		t.eq(card:key_list()[4].check, card:key_list()[5].check)
		t.raises("NOTFOUND", card.key_delete, card, 0x32)
		t.raises("PLAN", card.key_delete, card, 0x30)
		card:secure_channel { keys = fresh, version = 0x31 }
		-- No card tells a check value of keys that are not in use.
		t.eq(card:key_list()[1].check, nil)
		card:key_delete(0x30)
		t.eq(#card:key_list(), 3)
		t.raises("PLAN", card.key_delete, card, 0x31)
		t.raises("AUTHFAIL", card.secure_channel, card,
			{ keys = keys })
		card:secure_channel { keys = fresh, spend_try = true }
	end)
end)

t.test("the keys in use are replaced, and others put after them", function()
	locked(function(card)
		card:secure_channel { keys = keys }
		local was = card:key_list()[1].check
		card:key_put { version = 0x30, replace = 0x30, keys = fresh }
		t.ok(card:key_list()[1].check ~= was)
		card:key_put { version = 0x31, keys = keys }
		t.eq(card:key_list()[4].check, was)
		card:secure_channel { keys = fresh, version = 0x30 }
		card:secure_channel { keys = keys, version = 0x31 }
	end)
end)

t.test("keys that are wrong spend one try, and no other", function()
	locked(function(card)
		local e = t.raises("AUTHFAIL", card.secure_channel, card,
			{ keys = fresh })
		t.eq(e.exit, 7)
		t.raises("GUARD", card.secure_channel, card, { keys = fresh })
		t.raises("GUARD", card.secure_channel, card, { keys = fresh,
			spend_try = true })
		t.raises("GUARD", card.secure_channel, card, { keys = keys })
		card:secure_channel { keys = keys, spend_try = true }
		t.raises("GUARD", card.secure_channel, card, {
			keys = dmsc.secret { content =
			"hex:404142434445464748494A4B4C4D4E4F", key = true } })
	end)
end)
