-- Use case 5.1: a device takes its services from a card; what changes on the
-- card over the air is taken in; another card replaces it.
local dmsc = require "dmsc"
local flow = require "flow"

local data <const> = os.getenv "DMSC_DATA_DIR"
local keys <const> = "@" .. data .. "/scripts/demo/scp-keys"
local adm <const> = flow.secret "hex:4444444444444444"
local device <const> = dmsc.device.new { name = "phone" }

local function power_on(image)
	return function(o)
		local card <close> = flow.card(image, o)
		return device:power_on(card, { confirm = "yes" }).apdus
	end
end

local message <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>card</LocURI></Target>
<Source><LocURI>server</LocURI></Source></SyncHdr><SyncBody>
<Replace><CmdID>1</CmdID><Item><Target><LocURI>./Update/Server</LocURI>
</Target><Data>https://new.example/fw</Data></Item></Replace>
<Final/></SyncBody></SyncML>]]

local steps <const> = {
	power_on "a.img",
	function(o)		-- over the air
		local card <close> = flow.card("a.img", o)
		local bytes = card:package(message, { keys = keys,
			version = 0x30, counter = 1 })
		local good, e = pcall(card.ota, card, bytes, { cat = true,
			keys = keys })
		if not good and not tostring(e.why):find "the card's" then
			error(e, 0)	-- but for one that it has had
		end
		return (card:counters())
	end,
	power_on "a.img",
	power_on "b.img",
	power_on "a.img",
}

local function state()
	local out <const> = {}
	local card <close> = flow.card "a.img"
	flow.lines(device:tree(card), "device", out)
	card:verify_pin { which = "adm1", source = adm }
	out[#out + 1] = "card: " .. tostring(card:dm_get "./Update/Server")
	return out
end

flow.run(arg, { steps = steps, state = state, prepare = function()
	dmsc.card_new { image = "a.img", profile = "dmsc", seed = 7 }
	dmsc.card_new { image = "b.img", profile = "demo", seed = 8 }
end })
