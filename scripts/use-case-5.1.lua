-- Use case 5.1, immediate provisioning: a user moves the card from one device
-- to another, whose mail and messaging then work with nothing typed. A1: what
-- the card holds was updated over the air. And the card is swapped for
-- another. Fails where anything is not as the requirement says.
--
--	dmsc scripts/use-case-5.1.lua
--	dmsc scripts/use-case-5.1.lua READER
--
-- Without READER it makes its own cards. A card in READER is of the profile
-- dmsc with the keys of scripts/demo; it is left as it was.
local dmsc = require "dmsc"
local inside = require "dmsc.inside"

local demo <const> = (debug.getinfo(1, "S").source:match "^@(.*/)[^/]*$" or
	"") .. "demo/"
local KEYS <const> = "@" .. demo .. "scp-keys"
local ADM1 <const> = "@" .. demo .. "adm1"
local HOST <const> = "/OperatorX/Mail/home/Incoming/Host"

local function say(...)
	print((...):format(select(2, ...)))
end

local folder <const> = inside.temp_make()	-- cards and devices of our own

local function new_card(name, profile)
	local image = folder .. "/" .. name .. ".img"
	dmsc.card_new { image = image, profile = profile }
	return dmsc.connect { reader = "sim:" .. image, state = folder }
end

local function service(device, card, name)
	for _, s in ipairs(device:services(card)) do
		if s.name == name then
			return s
		end
	end
	error("the device has no " .. name .. " service")
end

-- The account that a document brought, nil for none.
local function account(device, card, name, document)
	for _, a in ipairs(service(device, card, name).accounts) do
		if a.document == document then
			return a
		end
	end
end

local function tell(device, card)
	for _, s in ipairs(device:services(card)) do
		for _, a in ipairs(s.accounts) do
			for _, server in ipairs(a.servers) do
				say("    %s: %s %s:%d, by %s", s.name,
					server.protocol, server.host,
					server.port, a.apn)
			end
		end
		if #s.accounts == 0 then
			say("    %s: not configured", s.name)
		end
	end
end

-- What the issuer puts on the card: a new name of the mail server.
local function mail_server(card, host)
	card:verify_pin { which = "adm1", source = ADM1, spend_try = true }
	card:set(HOST, host)
	card:commit()
	card:reset()
end

local function incoming(device, card)
	local a = account(device, card, "mail", "OperatorX")
	return a and a.usable and a.servers[1].host
end

local function is(got, want, what)
	assert(got == want, ("%s: %s, not %s"):format(what, tostring(got),
		tostring(want)))
end

-- Step 1 to 3 of the use case, on a device that never had the card: nobody
-- is there to answer questions.
local function insert(device, card)
	is(service(device, card, "mail").state, "unconfigured",
		"mail of " .. device:name() .. " before")
	local report = device:power_on(card, { cat = true })
	for _, s in ipairs(report.services) do
		is(s.state, "configured", s.name .. " of " .. device:name())
	end
	is(incoming(device, card), card:get(HOST), "its mail server")
	is(account(device, card, "mail", "Mail").user, "alice", "its user")
	assert(account(device, card, "mail", "Mail").password,
		"a password would have to be typed")
	say("  taken with %d commands to the card:", report.apdus)
	tell(device, card)
end

local function another_device(card)
	local x = dmsc.device.new { name = "model-x" }
	local y = dmsc.device.new { name = "model-y" }
	x:reset(card)
	y:reset(card)
	say "Alice uses mail and messages on her phone, model X."
	insert(x, card)
	say "She puts the card into a new one, model Y."
	insert(y, card)
	say "The operator moves its mail and stores that on the card."
	mail_server(card, "new.operatorx.example")
	y:power_on(card, { cat = true })
	is(incoming(y, card), "new.operatorx.example", "the mail server")
	tell(y, card)
	x:reset(card)
	return y
end

-- A package that the card has not had: two of one second are told apart.
local function bring(card, content, counter)
	local bytes = card:package(content, { keys = KEYS, counter = counter })
	local good, e = pcall(card.ota, card, bytes, { keys = KEYS,
		cat = true })
	local had = not good and tostring(e.why):match "the card's (%d+)"
	if had and not counter then
		return bring(card, content, tonumber(had) + 1)
	end
	return good and e or error(e, 0)
end

-- A1: as a script of commands to the card, in a package that the network
-- brings; the device hears of it and is not switched on again.
local function over_the_air(device, card)
	say "A1. It moves again, and tells the card over the air."
	local file = folder .. "/update.apdu"
	card:set(HOST, "air.operatorx.example")
	card:hand_over(file)
	local f <close> = assert(io.open(file))
	is(bring(card, f:read "a").outcome, "done", "the package")
	card:events { cat = true }
	is(incoming(device, card), "air.operatorx.example",
		"the mail server, over the air")
	say "  The phone is still on, and has it:"
	tell(device, card)
end

local function another_card(device, card)
	say "Alice takes Bob's card instead."
	local other <close> = new_card("bob", "demo")
	other:verify_pin { which = "adm1", source = ADM1 }
	other:set(HOST, "imap.operatory.example")
	other:rmdoc "/Mail"
	other:commit()
	other:reset()
	device:power_on(other)
	is(incoming(device, other), "imap.operatory.example",
		"the mail server of the other card")
	is(#service(device, other, "mail").accounts, 1,
		"accounts of the other card")
	tell(device, other)
	say "And a card that holds nothing for a phone."
	local empty <close> = new_card("empty", "blank")
	device:power_on(empty)
	for _, s in ipairs(device:services(empty)) do
		is(s.state, "unconfigured", s.name .. " without parameters")
	end
	tell(device, empty)
	say "With her own card all is back."
	device:power_on(card, { cat = true })
	is(incoming(device, card), card:get(HOST), "the mail server")
	tell(device, card)
end

local function story()
	local card <close> = arg[1] and dmsc.connect { reader = arg[1],
		state = folder } or new_card("alice", "dmsc")
	local was = card:get(HOST)
	local device = another_device(card)
	over_the_air(device, card)
	another_card(device, card)
	mail_server(card, was)
	device:reset(card)
	say "Use case 5.1: as required."
end

local good, e = xpcall(story, function(e)
	return dmsc.is_error(e) and e or debug.traceback(e, 2)
end)
inside.temp_remove(folder)
if not good then
	error(e, 0)
end
