-- Use case 5.2: an application's MO is copied to the card, changes on the
-- device, is moved there, and another device goes on with it.
local dmsc = require "dmsc"
local flow = require "flow"

local adm <const> = flow.secret "hex:4444444444444444"
local old <const> = dmsc.device.new { name = "old" }
local new <const> = dmsc.device.new { name = "new" }

local function item(id, uri, format, type, value)
	return ([[<Add><CmdID>%d</CmdID><Item><Target><LocURI>%s</LocURI>
</Target><Meta><Format xmlns="syncml:metinf">%s</Format>
<Type xmlns="syncml:metinf">%s</Type></Meta><Data>%s</Data></Item></Add>]])
	    :format(id, uri, format, type, value)
end

local install <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target>
<Source><LocURI>ma.example</LocURI></Source></SyncHdr><SyncBody>]] ..
	item(1, "./Notes", "node", "org.example/1.0/Notes", "") ..
	item(2, "./Notes/Text", "chr", "text/plain", "first") ..
	item(3, "./Notes/Picture", "bin", "application/octet-stream",
		("00112233"):rep(300)) ..
	"<Final/></SyncBody></SyncML>"

local function with_owner(o, fn)
	local card <close> = flow.card("a.img", o)
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
	fn(card)
	return (card:counters())
end

-- Done by an earlier try, it is there no more to be done.
local function again(good, e)
	if not good and (not dmsc.is_error(e) or e.code ~= "NOTFOUND") then
		error(e, 0)
	end
end

local steps <const> = {
	function(o)
		return with_owner(o, function(card)
			old:copy(card, "./Notes", "/Application")
		end)
	end,
	function(o)
		local card <close> = flow.card("a.img", o)
		again(pcall(old.set, old, "./Notes/Text", "second", card))
		return (card:counters())
	end,
	function(o)
		return with_owner(o, function(card)
			again(pcall(old.copy, old, card, "./Notes",
				"/Application", { compare = true,
				move = true }))
		end)
	end,
	function(o)
		local card <close> = flow.card("a.img", o)
		return new:power_on(card, { confirm = "yes" }).apdus
	end,
}

local function state()
	local out <const> = {}
	local card <close> = flow.card "a.img"
	flow.lines(old:tree(card), "old", out)
	flow.lines(new:tree(card), "new", out)
	flow.lines(dmsc.json.decode(card:export("/Application", "json")),
		"card", out)
	return out
end

flow.run(arg, { steps = steps, state = state, prepare = function()
	dmsc.card_new { image = "a.img", profile = "dmsc", seed = 7 }
	local card <close> = flow.card "a.img"
	old:server(card, install, { as = "ma.example" })
end })
