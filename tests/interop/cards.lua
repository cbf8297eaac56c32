-- Profiles of cards that hold no document, for "card new --profile": what
-- DMSC_TEST_CARD names. "bare": a UICC without PKCS#15. "rules": its PKCS#15
-- holds only the access rules that Android reads. "lwm2m": an LwM2M bootstrap
-- (Core TS, Appendix G) that is read by SCP03 alone, with 16 byte MACs and the
-- keys of the published examples (Appendix H).
local card = ...
local kind = os.getenv "DMSC_TEST_CARD"
local adm1 <const> = "A40683010A950108"
local p15 <const> = "A000000063504B43532D3135"

local function send(apdu)
	local _, sw = card:apdu((apdu:gsub("%s", "")))
	if sw ~= 0x9000 then
		error(("%s: %04X"):format(apdu, sw))
	end
end
local function hex(n, digits)
	return ("%0" .. digits .. "X"):format(n)
end
local function bytes(text)
	return #text:gsub("%s", "") // 2
end
local function with_length(ins, data)
	send(ins .. hex(bytes(data), 2) .. data)
end
local function create(attributes)
	with_length("00E00000", "62" .. hex(bytes(attributes), 2) .. attributes)
end
local function rule(n, text)
	local fill = ("FF"):rep(48 - bytes(text))
	with_length("00DC" .. hex(n, 2) .. "04", text .. fill)
end
local function file(fid, size, content)
	create("82024121 8302" .. fid .. " 8B036F0602 8002" .. hex(size, 4) ..
		"8800")
	with_length("00D60000", content)
end

with_length("00DA0101", "3B9E96801FC78031E073FE215766444D5343000184")
with_length("00DA0102", "988812010000500180F4")
with_length("00DA020A", "4444444444444444 0A 01")
create "82027821 83023F00 8B032F0601 C606 900180 83010A"
create "82054221003002 83022F06 8B032F0602 80020060 880130"
rule(1, "80017E" .. adm1)
rule(2, "8001019000 80011A" .. adm1)
create "82054221002602 83022F00 8B032F0602 8002004C 8801F0"
with_length("00DC0104", "61194F10A0000000871002FFFFFFFF890709000050055553494D31" ..
	("FF"):rep(11))
create "82024121 83022FE2 8B032F0602 8002000A 880110"
if kind == "rules" then
	send "00A4000C022F00"
	with_length("00DC0204", "611D4F0C" .. p15 ..
		"5007504B435323313551043F007F50" .. ("FF"):rep(7))
	create("82027821 83027F50 840C" .. p15 ..
		"8B032F0601 C606 900180 83010A")
	create "82054221003002 83026F06 8B036F0602 80020060 8800"
	rule(1, "80017E" .. adm1)
	rule(2, "8001019000 80015A" .. adm1)
	file("5031", 64, "A706300404024407")
	file("5032", 8, "3006020100030100")
	file("4407", 128, "A12B3000300F0C0D4750205345204163632043746CA1163014" ..
		"060C060A2A864886FC6B81480101300404024200")
	file("4200", 18, "301004080102030405060708300404024300")
	file("4300", 18, "3010A0080406FFFFFFFFFFFF300404024310")
	file("4310", 24, "3016041400112233445566778899AABBCCDDEEFF01020304")
end
if kind == "lwm2m" then
	local sm <const> = "9E0140"
	send "00A4000C022F00"
	with_length("00DC0204", "611D4F0C" .. p15 ..
		"5007504B435323313551043F007F50" .. ("FF"):rep(7))
	create("82027821 83027F50 840C" .. p15 ..
		"8B032F0601 C606 900180 83010A")
	with_length("00DA0330", "0571404142434445464748494A4B4C4D4E4F" ..
		"505152535455565758595A5B5C5D5E5F" ..
		"606162636465666768696A6B6C6D6E6F")
	create "82054221003003 83026F06 8B036F0603 80020090 8800"
	rule(1, "80017E" .. adm1)
	rule(2, "800103" .. sm .. "8001189700")
	rule(3, "8001019000 80011A" .. adm1)
	file("5031", 64, "A706300404024407")
	file("5032", 8, "3006020100030100")
	file("4407", 64, "A11C3000 30080C06424F4F545354 " ..
		"A10E300C0604672B0901300404026432")
	file("6432", 60, "00010036 0000000031 08002E C80025" ..
		"636F61703A2F2F6C657368616E2E65636C6970736570726F6A656374" ..
		"732E696F3A35373833 C10101 C10203 FFFF")
end
send "00440000023F00"
