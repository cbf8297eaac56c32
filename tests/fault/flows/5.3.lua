-- Use case 5.3: a policy comes with the card, holds from ten o'clock on, is
-- reported to its administrator's server, which orders one function on, and
-- stays when another card is put in.
local dmsc = require "dmsc"
local flow = require "flow"

local adm <const> = flow.secret "hex:4444444444444444"
local device <const> = dmsc.device.new { name = "phone" }

local server <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
return { accounts = { { device = "*", auth = "basic", user = "employee",
	secret = secret "employee-s3cret", server = { auth = "basic",
	user = "corp.example", secret = secret "corp-s3cret" } } },
	session = function(s)
		if tostring(s:get "./DCMO/USB/Enabled") == "false" then
			s:exec("./DCMO/USB/Operations/Enable", nil,
				{ correlator = "usb" })
		end
	end }
]]

local function power_on(image)
	return function(o)
		local card <close> = flow.card(image, o)
		return device:power_on(card, { confirm = "yes" }).apdus
	end
end

local function sync(o)
	local card <close> = flow.card("a.img", o)
	device:sync(card, { server = "corp.example", plain_http = true,
		url = os.getenv "DMSC_SERVER", tries = 1 })
	return (card:counters())
end

local function policy(version)
	return (flow.read(os.getenv "DMSC_DATA_DIR" ..
		"/scripts/demo/Policy.xml"):gsub("<Value>1</Value>" ..
		"(%s*</Node>%s*<Node>%s*<NodeName>Rule)",
		"<Value>" .. version .. "</Value>%1"))
end

-- Its administrator puts the policy on the card.
local function put(version)
	return function(o)
		local card <close> = flow.card("a.img", o)
		card:verify_pin { which = "adm1", source = adm,
			spend_try = true }
		card:import("/Corp", policy(version))
		if card:dirty() then
			card:commit()
		end
		return (card:counters())
	end
end

local steps <const> = {
	put(1),
	power_on "a.img",
	function(o)
		local card <close> = flow.card("a.img", o)
		device:clock({ set = "2026-11-23T10:00" }, card)
		return (card:counters())
	end,
	sync,
	power_on "b.img",
	function(o)
		local card <close> = flow.card("b.img", o)
		device:clock({ set = "2026-11-23T19:00" }, card)
		return (card:counters())
	end,
	put(2),
	power_on "a.img",
	sync,
}

flow.run(arg, { steps = steps, server = server, state = function()
	local out <const> = {}
	local card <close> = flow.card "a.img"
	return flow.told(flow.lines(device:tree(card), "phone", out))
end, prepare = function()
	dmsc.card_new { image = "a.img", profile = "dmsc", seed = 7 }
	dmsc.card_new { image = "b.img", profile = "demo", seed = 8 }
	local card <close> = flow.card "a.img"
	device:clock({ set = "2026-11-23T07:00" }, card)
end })
