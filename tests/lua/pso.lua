-- Requirements GEN-9 and GEN-18 on the demo card, in whatever reader it is: the
-- card signs with keys that never leave it, and verifies, by standard commands
-- (ISO/IEC 7816-8) as a device would send them.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local aid <const> = "A000000063504B43532D3135"
local function pin(digits)
	return dmsc.secret { content = digits }
end

-- A command, chained where its data is long: T=0 has no other way. The status
-- word, the answer.
local function send(card, head, data, le)
	data = data or ""
	while #data > 2 * 255 do
		local _, sw = card:apdu(("10%sFF%s"):format(head:sub(3),
			data:sub(1, 510)))
		t.eq(sw, 0x9000)
		data = data:sub(511)
	end
	local lc = #data == 0 and "" or ("%02X"):format(#data // 2)
	local answer, sw = card:apdu(head .. lc .. data .. (le or ""))
	return sw, answer:hex()
end
local function length(n)
	return n < 128 and ("%02X"):format(n) or n < 256 and
		("81%02X"):format(n) or ("82%04X"):format(n)
end
local function hex(text)
	return (text:gsub(".", function(c)
		return ("%02X"):format(c:byte())
	end))
end

local function application(card)
	t.eq(send(card, "00A4040C", aid), 0x9000)
end

local function hash(card, text)
	t.eq(send(card, "002A9080", hex(text)), 0x9000)
end

local function sign(card, key, text)
	t.eq(send(card, "002241B6", "8401" .. key), 0x9000)
	hash(card, text)
	local sw, sig = send(card, "002A9E9A", nil, "00")
	t.eq(sw, 0x9000)
	return sig
end

local function verified(card, key, text, sig)
	t.eq(send(card, "002281B6", "8301" .. key), 0x9000)
	hash(card, text)
	return (send(card, "002A00A8", "9E" .. length(#sig // 2) .. sig))
end

local function bend(sig)
	local last = tonumber(sig:sub(-2), 16) ~ 1
	return sig:sub(1, -3) .. ("%02X"):format(last)
end

for _, key in ipairs { "01", "03" } do
	t.test("GEN-9: the card signs with key " .. key, function(card)
		application(card)
		t.eq(send(card, "002241B6", "8401" .. key), 0x9000)
		hash(card, "a message")
		t.eq(send(card, "002A9E9A", nil, "00"), 0x6982,
			"without its PIN")
		card:verify_pin { which = "81", source = pin "2468",
			spend_try = true }
		application(card)
		local sig = sign(card, key, "a message")
		t.ok(#sig >= 128)
		t.eq(verified(card, key, "a message", sig), 0x9000)
		-- Its own and no other; the message and no other.
		t.eq(verified(card, key, "a massage", sig), 0x6300)
		t.eq(verified(card, key, "a message", bend(sig)), 0x6300)
	end)
end

t.test("GEN-18: the card verifies what it did not sign itself",
    function(card)
	card:verify_pin { which = "81", source = pin "2468",
		spend_try = true }
	application(card)
	local one = sign(card, "01", "a message")
	local other = sign(card, "01", "another")
	t.eq(verified(card, "01", "another", other), 0x9000)
	t.eq(verified(card, "01", "another", one), 0x6300)
	-- A key of another kind, a key that is not there.
	t.ok(verified(card, "03", "another", other) ~= 0x9000)
	t.eq(send(card, "002281B6", "830109"), 0x6A88)
	-- Nothing was hashed: nothing is verified.
	t.eq(send(card, "002281B6", "830101"), 0x9000)
	t.ok(send(card, "002A00A8", "9E" .. length(#other // 2) .. other) ~=
		0x9000)
end)

t.test("GEN-9: the key is used, and never told", function(card)
	card:verify_pin { which = "81", source = pin "2468",
		spend_try = true }
	application(card)
	local sw, public = send(card, "00468100", "B603840101", "00")
	t.eq(sw, 0x9000)
	t.ok(public:find("^7F49"), public)
	for _, head in ipairs { "00460000", "00468000", "00CA00E0",
	    "80CA00E0", "00CB3FFF", "00B00000" } do
		local word, answer = send(card, head, nil, "00")
		t.ok(word ~= 0x9000 or #answer < 64, head)
	end
end)
