-- Use case 5.4: a server brings firmware that its authority approved, and
-- orders the update; then comes software that nobody approved.
local dmsc = require "dmsc"
local flow = require "flow"

local data <const> = os.getenv "DMSC_DATA_DIR" .. "/scripts/demo/"
local device <const> = dmsc.device.new { name = "phone" }
local firmware <const> = ("firmware "):rep(400)

-- It orders what is not installed, and nothing twice.
local server <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
local function read(name)
	local f <close> = assert(io.open("now/" .. name, "rb"))
	return f:read "a"
end
local at <const> = "./FUMO/Firmware"
return { accounts = { { device = "*", auth = "md5", user = "device",
	secret = secret "mobile-secret", nonce = "client-nonce",
	server = { auth = "md5", user = "com.operatorx.dm",
	secret = secret "server-secret", nonce = "server-nonce" } } },
	session = function(s)
		if tostring(s:get "./DevDetail/FwV") == "2.0" then
			return
		end
		s:replace(at .. "/PkgName", "radio")
		s:replace(at .. "/PkgVersion", "2.0")
		s:replace(at .. "/Update/PkgData", read "firmware",
			{ format = "bin" })
		s:replace(at .. "/Ext/Approval", read "approval",
			{ format = "bin" })
		-- One that it was told before is in hand: 405.
		s:send { { "exec", at .. "/Update", correlator = "c1" } }
	end }
]]

local function sync(o)
	local card <close> = flow.card("a.img", o)
	device:sync(card, { server = "com.operatorx.dm", plain_http = true,
		url = os.getenv "DMSC_SERVER", tries = 1 })
	return (card:counters())
end

local steps <const> = {
	function(o)
		local card <close> = flow.card("a.img", o)
		return device:power_on(card, { confirm = "yes" }).apdus
	end,
	sync,
	function(o)		-- what an interrupted one left
		local card <close> = flow.card("a.img", o)
		return device:power_on(card, { confirm = "yes" }).apdus
	end,
	function(o)
		local card <close> = flow.card("a.img", o)
		local good, e = pcall(device.package, device, card, "game", {
			name = "game", version = "1.0", software = true })
		if not good and not e.report then
			error(e, 0)
		end
		return (card:counters())
	end,
	sync,
}

flow.run(arg, { steps = steps, server = server, state = function()
	local out <const> = {}
	local card <close> = flow.card "a.img"
	return flow.told(flow.lines(device:tree(card), "phone", out))
end, prepare = function()
	dmsc.card_new { image = "a.img", profile = "dmsc", seed = 7 }
	local card <close> = flow.card "a.img"
	flow.write("firmware", firmware)
	flow.write("approval", dmsc.cms.sign { data =
		device:approval(firmware, { name = "radio",
		    version = "2.0" }, card),
		key = "@" .. data .. "operator-key",
		cert = flow.read(data .. "operator.pem") }.cms:str())
end })
