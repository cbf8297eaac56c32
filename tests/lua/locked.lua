-- Requirements AUTH-1, AUTH-2, AUTH-3 and SEC-1 on a card of the profile
-- "locked", in whatever reader it is: nothing before authentication, what the
-- card says about it, and keys that are used and replaced, never told.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "locked"

local enc <const> = "8E1B5C42D7A9360F4C83F21E6DB0597A"
local mac <const> = "3A97C40E15F8B26D91E3507C2BDA486F"
local dek <const> = "D2660B9F47E1AC358870F93D1A5CE4B2"
local function keyset(hex)
	return dmsc.secret { content = "hex:" .. hex, key = true }
end
local keys <const> = keyset(enc .. mac .. dek)
local own <const> = {	-- of 128, 192 and 256 bits
	("A1D4F60B2C3E59D7C4D1A90E73B6F258"):rep(3),
	("C4D1A90E73B6F2581D3E6A7F90B2C5E8A1D4F60B2C3E59D7"):rep(3),
	("5A3C7E9B1D2F4A6C8E0B1D3F5A7C9E1B2D4F6A8C0E1B3D5F7A9C1E3B5D7F9A0C")
		:rep(3),
}
local name <const> = "/OperatorX/DMAcc/opx/Name"

local function sw(card, apdu)
	local _, word = card:apdu(apdu)
	return word
end

-- Each does something with the card that is no discovery.
local operations <const> = {
	documents = function(card) card:documents() end,
	discover = function(card) card:discover() end,
	get = function(card) card:get(name) end,
	tree = function(card) card:tree "/OperatorX" end,
	stat = function(card) card:stat "/OperatorX" end,
	bytes = function(card) card:bytes "/OperatorX" end,
	export = function(card) card:export "/OperatorX" end,
	set = function(card) card:set(name, "x") end,
	add = function(card) card:add("/OperatorX/DMAcc/opx/New", "x") end,
	rm = function(card) card:rm(name) end,
	mkdoc = function(card)
		card:mkdoc "New"
		card:commit()
	end,
	rmdoc = function(card) card:rmdoc "/OperatorX" end,
	lint = function(card) card:lint() end,
	backup = function(card) card:backup() end,
	prepare = function(card) card:prepare() end,
	["lwm2m show"] = function(card) card:lwm2m_show() end,
	["power-on"] = function(card)
		dmsc.device.new { name = "locked-test" }:power_on(card)
	end,
	["pin status"] = function(card) card:pin_status "1" end,
	["pin verify"] = function(card)
		card:verify_pin { which = "1", spend_try = true,
			source = dmsc.secret { content = "1234" } }
	end,
	["file read"] = function(card) card:file_read "7F50/4D10" end,
	["file access"] = function(card) card:file_access "7F50/4D10" end,
	["file write"] = function(card)
		card:file_write("7F50/4D10", dmsc.hex "FF")
	end,
	["key list"] = function(card) card:key_list() end,
	["key put"] = function(card)
		card:key_put { version = 0x31, keys = keys }
	end,
}

t.test("AUTH-2: no operation before authentication", function(card)
	for what, run in pairs(operations) do
		local good, e = pcall(run, card)
		t.eq(good, false, what)
		t.ok(dmsc.is_error(e) and e.exit == 7, ("%s: %s"):format(what,
			tostring(e)))
	end
	card:revert()
end)

t.test("AUTH-2: discovery needs none", function(card)
	t.eq(#card:file_read("EF.ICCID").bytes, 10)
	t.eq(#card:file_read("EF.DIR").records, 4)
	local info = card:info()
	t.eq(info.locked, true)
	t.eq(#info.pins, 0)
	t.ok(info.iccid)
end)

t.test("AUTH-2: no bare command gets further", function(card)
	-- Every instruction, in the application, on a file of it.
	local open <const> = { [0xA4] = true, [0x70] = true, [0xF2] = true,
		[0x50] = true, [0x82] = true, [0xC0] = true }
	for ins = 0, 255 do
		if not open[ins] and ins >> 4 ~= 6 and ins >> 4 ~= 9 then
			card:apdu "00A404000CA000000063504B43532D313500"
			sw(card, "00A4000C024D10")
			for _, cla in ipairs { 0x00, 0x80 } do
				local data, word = card:apdu(
					("%02X%02X000000"):format(cla, ins))
				t.eq(#data, 0, ("%02X %02X"):format(cla, ins))
				t.ok(word ~= 0x9000, ("%02X %02X: %04X")
					:format(cla, ins, word))
			end
		end
	end
end)

t.test("AUTH-2: with the keys all of them are open", function(card)
	card:secure_channel { keys = keys, spend_try = true }
	t.eq(card:get(name), "Operator X")
	t.ok(#card:documents() >= 2)
	t.ok(#card:pin_status() >= 1)
	t.eq(card:info().locked, false)
	card:set(name, "Another")
	card:commit()
	t.eq(card:get(name), "Another")
	card:set(name, "Operator X")
	card:commit()
	card:secure_close()
	t.raises("AUTH", card.get, card, name)
end)

t.test("AUTH-3: the card says that it asks for it, and by what", function(card)
	local s = card:secure_status()
	t.eq(s.open, false)
	t.eq(s.needed, true)
	local e = t.raises("AUTH", card.documents, card)
	t.ok(e.message:find("locked", 1, true), e.message)
	t.eq(e.next[1], "scp open --keys SOURCE")
	-- The card's own words: 6982, and in Card Data the protocol.
	card:apdu "00A404000CA000000063504B43532D313500"
	t.eq(sw(card, "00A4000C025031"), 0x9000)
	t.eq(sw(card, "00B0000000"), 0x6982)
	local data, word = card:apdu "80CA006600"
	t.eq(word, 0x9000)
	t.ok(data:hex():find("2A864886FC6B0403", 1, true), "SCP03")
	card:secure_channel { keys = keys, spend_try = true }
	t.eq(card:secure_status().needed, false)
end)

t.test("AUTH-1: keys of the card and of an application, every level",
    function(card)
	for _, aid in ipairs { "A000000151000000",
	    "A000000063504B43532D3135" } do
		for _, level in ipairs { 0x01, 0x03, 0x11, 0x13, 0x33 } do
			local s = card:secure_channel { keys = keys, aid = aid,
				level = level, version = 0x30,
				spend_try = true }
			t.eq(s.level, ("%02X"):format(level))
			t.eq(s.aid, aid)
			t.eq(card:get(name), "Operator X")
		end
	end
end)

t.test("AUTH-1: within the channel, the user's PIN", function(card)
	card:secure_channel { keys = keys, spend_try = true }
	local e = t.raises("AUTH", card.get, card, "/Personal/GreatApp/Name")
	t.ok(e.next[1]:find("^pin verify 81"), e.next[1])
	card:verify_pin { which = "81", spend_try = true,
		source = dmsc.secret { content = "2468" } }
	t.ok(#card:get "/Personal/GreatApp/Name" > 0)
end)

t.test("AUTH-2: other keys open nothing", function(card)
	local e = t.raises({ "AUTHFAIL", "GUARD" }, card.secure_channel, card,
		{ keys = keyset(own[2]), version = 0x30, spend_try = true })
	t.ok(e.exit == 7 or e.exit == 8)
	t.raises("GUARD", card.secure_channel, card, { version = 0x30,
		keys = keyset(own[2]), spend_try = true })
	t.eq(card:secure_status().open, false)
	t.raises("AUTH", card.get, card, name)
	card:secure_channel { keys = keys, spend_try = true }
	t.eq(card:get(name), "Operator X")
end)

-- The versions that the domain of the open channel has.
local function versions(card)
	local has = {}
	for _, k in ipairs(card:key_list()) do
		has[k.version] = true
	end
	return has
end

t.test("SEC-1: keys are replaced, and the new ones are the ones in use",
    function(card)
	local last = keys
	local version = 0x30
	for _, hex in ipairs(own) do
		local new = keyset(hex)
		card:secure_channel { keys = last, version = version,
			spend_try = true }
		local put = card:key_put { version = 0x31, keys = new,
			replace = versions(card)[0x31] and 0x31 or nil }
		t.eq(#put, 3)
		t.eq(put[1].type, ("AES-%d"):format(#hex // 3 * 4))
		if version == 0x31 then	-- the old ones are gone
			t.raises({ "AUTHFAIL", "GUARD" }, card.secure_channel,
				card, { keys = last, version = 0x31,
				spend_try = true })
		end
		card:secure_channel { keys = new, version = 0x31,
			spend_try = true }
		t.eq(card:get(name), "Operator X")
		last, version = new, 0x31
	end
	card:secure_channel { keys = keys, version = 0x30, spend_try = true }
end)

-- Halves of each key: a part of one would be enough to know it.
local function tells(bytes)
	local text = bytes:hex()
	for _, key in ipairs { enc, mac, dek } do
		if text:find(key:sub(1, 16), 1, true) or
		    text:find(key:sub(17), 1, true) then
			return true
		end
	end
	return false
end

t.test("SEC-1: no command tells a key, with the keys in hand", function(card)
	card:secure_channel { keys = keys, version = 0x30, spend_try = true }
	local n = 0
	for _, p1p2 in ipairs { "0000", "00E0", "0066", "0330", "0031", "DF21",
	    "FF21" } do
		for _, ins in ipairs { 0xCA, 0xCB, 0xB0, 0xB1, 0xB2, 0xB3,
		    0xF2, 0xC0, 0x84, 0xE2 } do
			for _, cla in ipairs { 0x00, 0x80 } do
				local data = card:apdu(("%02X%02X%s00"):format(
					cla, ins, p1p2))
				t.eq(tells(data), false, ("%02X%02X%s"):format(
					cla, ins, p1p2))
				n = n + 1
			end
		end
	end
	t.eq(n, 140)
	card:secure_channel { keys = keys, version = 0x30, spend_try = true }
	t.eq(tells(dmsc.bytes(card:backup())), false, "a backup")
	for _, d in ipairs(card:file_tree().files) do
		local good, file = pcall(card.file_read, card, d.path)
		if good and file.bytes then
			t.eq(tells(file.bytes), false, d.path)
		end
	end
end)
