-- The demo card from a row of a data file, for "batch run": identifiers,
-- PINs, documents, keys of its own in place of the transport keys, sealed.
--
--	dmsc scripts/make-batch.lua 20 batch.csv keys.csv
--	dmsc batch check scripts/personalise.lua batch.csv --keys csv:keys.csv
--	dmsc batch run scripts/personalise.lua batch.csv --out out
--	    --readers sim:4 --keys csv:keys.csv
--
-- The cards come as "card new --profile transport" makes them: everything is
-- locked by SCP03 with transport keys (version 30) until they are activated.
local dmsc = require "dmsc"
local batch = require "dmsc.batch"

local TRANSPORT, OWN = 0x30, 0x01	-- versions of keys
local ACTIVE, TERMINATED = 0x6985, 0x6285

local job = { product = "demo", tries = { PIN1 = 3, ADM1 = 10, PIN81 = 3 },
	columns = { iccid = "iccid", imsi = "imsi",
	pin1 = "pin", puk1 = "puk", pin81 = "pin", puk81 = "puk",
	adm1 = "adm", user = "text" } }

-- ---- documents

local folder = (debug.getinfo(1, "S").source:match "^@(.*/)" or "./") ..
	"demo/"

local function read(name)
	local f = assert(io.open(folder .. name, "rb"))
	local text = f:read "a"
	f:close()
	return text
end

-- While the card is swapped: the documents of this row.
function job.prepare(row)
	return {
		operator = read "OperatorX.xml",
		personal = read "Personal.xml",
		mail = read "Mail.xml":gsub("alice@operatorx.example",
			row.user),
	}
end

-- ---- what is asked of the card and written to it

-- Digits as nibbles that are swapped, F behind an odd one.
local function swapped(digits, bytes)
	digits = digits .. ("F"):rep(2 * bytes - #digits)
	return (digits:gsub("(.)(.)", "%2%1"))
end

local function imsi_bytes(imsi)
	local odd = #imsi % 2 == 1 and "9" or "1"
	return "08" .. swapped(odd .. imsi, 8)
end

local function put(card, tag, ...)
	local _, sw = card:apdu { "00DA" .. tag, ... }
	if sw ~= 0x9000 then
		error(("PUT DATA %s: SW %04X"):format(tag, sw))
	end
end

local function activated(card)
	local _, sw = card:apdu "00DA0103097472616E73706F7274"
	return sw == ACTIVE
end

local function keys_of(card)
	local own = false
	for _, key in ipairs(card:key_list()) do
		own = own or key.version == OWN
	end
	return own
end

-- The card's own keys are made of the issuer's master key and its ICCID.
local function own_keys(row)
	return batch.key("MASTER", row, { kdf = "sp800-108-cmac" })
end

-- The channel: by the transport keys, or by the row's own when the card has
-- them already.
local function channel(card, row)
	local data, sw = card:apdu "80CA00E000"
	local hex = sw == 0x9000 and data:hex() or ""
	local own = not hex:find("C00401" .. ("%02X"):format(TRANSPORT), 1,
		true)
	card:secure_channel { keys = own and own_keys(row) or
		batch.key("TRANSPORT", row), version = own and OWN or TRANSPORT }
	return { check = card:secure_status().check }
end

function job.run(card, row, prepared)
	card:step("channel", function() return channel(card, row) end,
		"always")
	card:step("IMSI", function()
		card:file_write("EF.IMSI", imsi_bytes(row.imsi))
	end, "again")
	card:step("PINs", function()
		card:apdu "00A40000023F00"
		put(card, "020113", { row.pin1, pad = 8 }, "0303", row.puk1,
			"0A")
		put(card, "020A0A", row.adm1, "0A01")
		card:apdu "00A40000027F50"
		put(card, "028113", { row.pin81, pad = 8 }, "0301", row.puk81,
			"0A")
	end, "again")
	card:step("rights", function()
		card:verify_pin { which = "adm1", source = row.adm1 }
	end, "always")
	card:step("documents", function()
		card:import("/OperatorX", prepared.operator)
		card:import("/Mail", prepared.mail)
		card:mkdoc("/Personal", { private = true })
		card:import("/Personal", prepared.personal)
		local done = card:commit()
		return { way = done.way }
	end, function() return #card:documents() == 3 end)
	card:step("ICCID", function()
		put(card, "01020A", swapped(row.iccid, 10))
	end, "again")
	card:reached "written"
	card:step("new channel", function()	-- the card has its ICCID now
		card:reset()
		return channel(card, row)
	end, "always")
	card:step("keys", function()
		return { check = card:key_put { version = OWN,
			replace = TRANSPORT, keys = own_keys(row) }[1].check }
	end, function() return keys_of(card) end)
	card:reached "keyed"
	card:step("activate", function()
		local _, sw = card:apdu "00440000023F00"
		assert(sw == 0x9000, ("ACTIVATE: SW %04X"):format(sw))
	end, activated)
	card:verify()
	card:seal(function()
		card:verify_pin { which = "adm1", source = row.adm1 }
		card:apdu "00A40000023F00"
		local _, sw = card:apdu "00E80000022F50"
		assert(sw == 0x9000, ("TERMINATE: SW %04X"):format(sw))
	end, function()
		local _, sw = card:apdu "00A4000C022F50"
		return sw == TERMINATED
	end)
end

-- With the rights of a phone, after a cold reset.
function job.verify(card, row)
	if card:info().iccid ~= row.iccid then
		return false, "the ICCID is another"
	end
	card:verify_pin { which = "1", source = row.pin1 }
	if card:info().imsi ~= row.imsi then
		return false, "the IMSI is another"
	end
	card:verify_pin { which = "81", source = row.pin81 }
	for _, name in ipairs { "OperatorX", "Mail", "Personal" } do
		card:export("/" .. name)
	end
	card:reset()
	card:secure_channel { keys = own_keys(row), version = OWN }
	card:reset()
	return true
end

return job
