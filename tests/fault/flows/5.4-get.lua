-- Use case 5.4, downloads: firmware that the card orders, that another server
-- orders and nobody approved, and that comes in a file.
local dmsc = require "dmsc"
local flow = require "flow"

local demo <const> = (os.getenv "DMSC_DATA_DIR" or ".") .. "/scripts/demo/"
local adm <const> = flow.secret "hex:4444444444444444"
local device <const> = dmsc.device.new { name = "phone" }
local DATA <const> = ("package "):rep(200)
local AT <const> = "./FUMO/Firmware/"

local function slurp(path)
	local f <close> = assert(io.open(path, "rb"))
	return f:read "a"
end

-- An approval is another one each time it is made: these are kept.
local function approve(name, version)
	local f <close> = assert(io.open(name, "wb"))
	f:write(dmsc.cms.sign { data = device:approval(DATA, { name = "modem",
		version = version }), key = "@" .. demo .. "operator-key",
		cert = slurp(demo .. "operator.pem") }.cms:hex())
end

local function message(version)
	local list <const> = { { "PkgName", "modem" },
		{ "PkgVersion", version },
		{ "DownloadAndUpdate/PkgURL", (os.getenv "DMSC_SERVER" or "")
			:gsub("/dm$", "/package") } }
	local out = { '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2' ..
		"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>4</SessionID>" ..
		"<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source>" ..
		"<LocURI>s</LocURI></Source></SyncHdr><SyncBody>" }
	local function add(verb, uri, rest)
		out[#out + 1] = ("<%s><CmdID>%d</CmdID><Item><Target>" ..
			"<LocURI>%s</LocURI></Target>%s</Item></%s>"):format(
			verb, #out, uri, rest, verb)
	end
	for _, v in ipairs(list) do
		add("Replace", AT .. v[1], "<Data>" .. v[2] .. "</Data>")
	end
	add("Exec", AT .. "DownloadAndUpdate", "")
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	return table.concat(out)
end

-- What is in hand is done first; then the step, which a firmware that is
-- there already does not want.
local function step(version, f)
	return function(o)
		local card <close> = flow.card("a.img", o)
		device:power_on(card, { confirm = "yes" })
		if device:updates(card).updates[1].installed ~= version then
			f(card)
		end
		device:unapproved("reject", card)
		return (card:counters())
	end
end

local function order(card, m)
	device:server(card, m, { as = "com.operatorx.dm", confirm = "no" })
end

local steps <const> = {
	step("2.0", function(card)	-- the card orders
		card:verify_pin { which = "adm1", source = adm }
		if not pcall(card.dm_get, card, "./Outbox/update") then
			card:dm_add("./Outbox/update/Message", message "2.0",
				{ format = "bin" })
		end
		card:reset()
		device:unapproved("ask", card)
		for _ = 1, 3 do
			pcall(device.session, device, card,
				{ anyway = true, confirm = "yes" })
		end
	end),
	step("3.0", function(card)	-- a server, and nobody approved
		order(card, message "3.0")
	end),
	step("4.0", function(card)	-- from a file
		device:package(card, DATA, { name = "modem", version = "4.0",
			signature = dmsc.hex(slurp "four.p7s") })
	end),
}

-- What the next server is told depends on where it was cut.
local function state()
	local all <const>, out <const> = {}, {}
	local card <close> = flow.card "a.img"
	flow.lines(device:tree(card), "device", all)
	for _, line in ipairs(all) do
		if not line:find("/Origin/", 1, true) and
		    not line:find("/PkgURL", 1, true) then	-- its port
			out[#out + 1] = line
		end
	end
	local u <const> = device:updates(card)
	out[#out + 1] = ("unapproved: %s, last %d, %s, %d bytes"):format(
		u.unapproved, u.updates[1].result, u.updates[1].approved,
		u.updates[1].size)
	return out
end

flow.run(arg, { steps = steps, state = state, prepare = function()
	dmsc.card_new { image = "a.img", profile = "dmsc", seed = 7 }
	local card <close> = flow.card "a.img"
	approve("four.p7s", "4.0")
	device:power_on(card, { confirm = "yes" })
end, server = [[return { accounts = {}, files = {
	["/package"] = ("package "):rep(200) } }
]] })
