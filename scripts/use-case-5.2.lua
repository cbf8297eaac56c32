-- Use case 5.2 of the DM smart card enabler, told: an application's MO goes
-- from a device to the card, so that its user goes on with the application on
-- another device. Ends with an error where anything is not as it should be.
--
--	dmsc scripts/use-case-5.2.lua
--	dmsc scripts/use-case-5.2.lua READER
--
-- Without a reader it makes a card of its own; one in a reader needs the
-- profile dmsc (card new --profile dmsc, card serve).
local dmsc = require "dmsc"
local inside = require "dmsc.inside"

local reader <const> = (...)
local server <const> = "ma.example"
local password <const> = dmsc.secret { content = "ascii:ma-s3cret" }
local adm <const> = dmsc.secret { content = "hex:4444444444444444" }

-- What a phone of the authority's shows the card.
local phone <const> = { version = 0x31, confirm = "yes", keys = dmsc.secret { key = true, content =
	"hex:4D412E6578616D706C6520656E632031" ..
	"4D412E6578616D706C65206D61632032" ..
	"4D412E6578616D706C65206465632033" } }

local folder <const> = inside.temp_make()
local card

local function tell(...)
	print(string.format(...))
end

local function must(good, ...)
	return good or error("not as use case 5.2 says: " ..
		string.format(...), 2)
end

local function connect()
	if reader then
		return dmsc.connect { reader = reader,
			state = folder .. "/state" }
	end
	local image <const> = folder .. "/card.img"
	dmsc.card_new { image = image, profile = "dmsc" }
	return dmsc.connect { reader = "sim:" .. image,
		state = folder .. "/state" }
end

-- ---- the Management Authority's server, which speaks to a device

local head <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>52</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target>
<Source><LocURI>https://ma.example/dm</LocURI></Source></SyncHdr><SyncBody>]]

local function item(target, rest)
	return ("<Item><Target><LocURI>%s</LocURI></Target>%s</Item>"):format(
		target, rest)
end

local function copy(from, to)
	return { "Copy", item(to,
		("<Source><LocURI>%s</LocURI></Source>"):format(from)) }
end

local function delete(uri)
	return { "Delete", item(uri, "") }
end

local function add(uri, value, format, type)
	return { "Add", item(uri, ('<Meta><Format xmlns="syncml:metinf">%s' ..
		'</Format><Type xmlns="syncml:metinf">%s</Type></Meta>%s')
		:format(format or "chr", type or "text/plain",
		value and ("<Data>%s</Data>"):format(value) or "")) }
end

local function share(uri)
	return { "Replace", item(uri .. "?prop=ACL", ("<Data>Get=*&amp;" ..
		"Add=%s&amp;Delete=%s&amp;Replace=%s</Data>"):format(server,
		server, server)) }
end

-- Orders to a device in one message; what it says of each: "Copy 200".
local function order(device, ...)
	local out = { head }
	for i, o in ipairs { ... } do
		out[#out + 1] = ("<%s><CmdID>%d</CmdID>%s</%s>"):format(o[1],
			i, o[2], o[1])
	end
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	local good, x = pcall(device.server, device, card,
		table.concat(out), { as = server, password = password })
	if not good then
		x = dmsc.is_error(x) and x.reply or error(x, 0)
	end
	local said = {}
	for i, s in ipairs(x.answer.statuses) do
		if i > 1 and s.command ~= "Exec" then
			said[#said + 1] = s.command .. " " .. s.status
		end
	end
	return table.concat(said, ", "), x
end

-- ---- what is where

local function has(device, uri)
	local n = dmsc.find(device:tree(card), uri)
	return n and (n.value or n)
end

local function on_card(uri)
	local good, v = pcall(card.dm_get, card, uri)
	return good and v or nil
end

-- The device in its owner's hand: it may write to the card.
local function owner()
	card:reset { cold = true }
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
end

local old <const> = dmsc.device.new { name = "old-phone" }
local new <const> = dmsc.device.new { name = "new-phone" }

local function install(device)
	local said = order(device,
		add("./Notes", nil, "node", "org.example/1.0/Notes"),
		share "./Notes",
		add("./Notes/Owner", "Alice"),
		add("./Notes/First", "milk, bread"),
		add("./Notes/Server", "https://notes.example"),
		add("./Notes/Password", "known-to-the-server"))
	must(said == "Add 200, Replace 200, Add 200, Add 200, Add 200, " ..
		"Add 200", "%s", said)
end

local place <const> = "./Group/Fleet/Notes"

local function main_flow()
	tell "Alice's phone has an application, Notes. Its MO holds her data and"
	tell "the Management Authority's."
	install(old)
	tell "1. The authority decides to have it on her card, and"
	tell "2. orders her phone to: Copy ./Notes to ./SC/Group/Fleet/Notes."
	local said = order(old, copy("./Notes", "./SC/Group/Fleet/Notes"))
	must(said == "Copy 200", "the phone answered %s", said)
	owner()
	must(on_card(place .. "/First") == "milk, bread", "no copy is there")
	must(not on_card(place .. "/Password"),
		"a secret that the server may not read went along")
	tell "3. The phone has put it there; the card had asked who orders it."
	tell "   What the authority may not read itself stayed in the phone."
	said = order(new, copy("./SC/Group/Fleet/Notes", "./Notes"))
	must(said == "Copy 200", "the new phone answered %s", said)
	said = order(new, share "./Notes")
	must(said == "Replace 200", "%s", said)
	must(has(new, "Notes/First") == "milk, bread", "nothing to go on with")
	tell("   Alice puts the card into a new phone, and goes on: %q.",
		has(new, "Notes/First"))
end

local function a2()
	must(has(old, "Notes/First") == "milk, bread", "the first MO is gone")
	tell "A2. The old phone has kept its own beside the copy."
end

local function a1()
	tell "A1. Alice crosses out the bread. The phone compares its MO with"
	tell "    the one on the card, and sends what differs:"
	new:set("./Notes/First", "milk", card)
	owner()
	local x = new:copy(card, "./Notes", "/card/Group/Fleet/Notes",
		{ compare = true, as = server })
	must(x.state == "changed" and #x.changes == 1,
		"%d nodes differ", #x.changes)
	tell("    %s was %q and is %q now.", x.changes[1].uri,
		x.changes[1].before:str(), x.changes[1].after:str())
	must(on_card(place .. "/First") == "milk", "it was not sent")
	x = new:copy(card, "./Notes", "/card/Group/Fleet/Notes",
		{ compare = true, as = server })
	must(x.state == "same", "they differ still")
end

local function a3_by_the_server()
	tell "A3. The authority decides to erase the phone's MO and use only the"
	tell "    card's. First it names a place where the card lets it write"
	tell "    nothing:"
	local said = order(new, copy("./Notes", "./SC/DMAcc/Notes"),
		delete "./Notes")
	must(said == "Copy 425, Delete 215", "%s", said)
	must(has(new, "Notes"), "the MO is lost")
	tell("    the card refuses the copy, so the phone does not delete: " ..
		"%s.", said)
	said = order(new, copy("./Notes", "./SC/Group/Fleet/Notes"),
		delete "./Notes")
	must(said == "Copy 200, Delete 200", "%s", said)
	must(not has(new, "Notes"), "it is still there")
	owner()
	must(on_card(place .. "/First") == "milk", "the card has none")
	tell "    Then to its group: the phone's is erased."
	for _, one in ipairs { new, dmsc.device.new { name = "a-third" } } do
		one:power_on(card, phone)
		must(has(one, "Notes/First") == "milk",
			"%s does not use the card's", one:name())
		tell("    At power-on %s uses the card's: %q.", one:name(),
			has(one, "Notes/First"))
	end
	said = order(new, delete "./SC/Group/Fleet/Notes")
	must(said == "Delete 200", "%s", said)
	new:power_on(card, phone)
	must(not has(new, "Notes"), "it outlives the card's")
	tell "    When the authority erases that, no phone has it any more."
end

local function a3_by_the_device()
	tell "A document of the card does it for cards of any kind. The old"
	tell "phone moves its MO there, secrets too, and erases its own when the"
	tell "card has shown the copy."
	owner()
	local x = old:copy(card, "./Notes", "/Notes", { move = true })
	must(x.state == "new" and x.moved, "it is %s", x.state)
	must(not has(old, "Notes"), "the phone kept it")
	for _, phone in ipairs { old, new } do
		phone:power_on(card, { confirm = "yes" })
		must(has(phone, "Notes/First") == "milk, bread" and
			has(phone, "Notes/Password") == "known-to-the-server",
			"%s does not find it", phone:name())
		tell("%s takes it from the card at power-on.", phone:name())
	end
end

-- As it was, for a card in a reader.
local function clean()
	owner()
	pcall(card.dm_delete, card, place)
	if pcall(card.rmdoc, card, "/Notes") then
		card:commit()
	end
	card:disconnect()
end

local good, e = xpcall(function()
	card = connect()
	main_flow()
	a2()
	a1()
	a3_by_the_server()
	a3_by_the_device()
end, function(e)
	return dmsc.is_error(e) and e or debug.traceback(e, 2)
end)
if card then
	pcall(clean)
end
inside.temp_remove(folder)
if not good then
	error(e, 0)
end
tell "Use case 5.2 is as the requirement says."
