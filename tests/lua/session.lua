-- Requirements GEN-14 and GEN-15 on a card of the profile "dmsc": the card
-- asks for a session and commands the device; the device tells the card what
-- changed on it, and the card reads it.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local data <const> = os.getenv "DMSC_DATA_DIR" or
	os.getenv "top_srcdir" or "."
local function slurp(name)
	local f <close> = assert(io.open(data .. "/scripts/demo/" .. name))
	return f:read "a"
end

local ASK <const> = { cat = true, confirm = "yes" }
local owner <const> = dmsc.secret { key = true, content =
	"hex:8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486F" ..
	"D2660B9F47E1AC358870F93D1A5CE4B2" }

-- A message of these commands, each "Add URI VALUE" or the XML of one.
local function message(...)
	local body = {}
	for i, c in ipairs { ... } do
		local name, uri, value = c:match "^(%a+) (%S+) ?(.*)$"
		body[i] = c:sub(1, 1) == "<" and c or ("<%s><CmdID>%d</CmdID>" ..
			"<Item><Target><LocURI>%s</LocURI></Target>%s</Item>" ..
			"</%s>"):format(name, i, uri, value ~= "" and
			"<Data>" .. value .. "</Data>" or "", name)
	end
	return '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2' ..
		"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>" ..
		"<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source>" ..
		"<LocURI>c</LocURI></Source></SyncHdr><SyncBody>" ..
		table.concat(body) .. "<Final/></SyncBody></SyncML>"
end

-- The owner puts it into ./Outbox; the card is as after a reset again.
local function put(card, name, ...)
	card:secure_channel { keys = owner }
	card:dm_add("./Outbox/" .. name .. "/Message", message(...),
		{ format = "bin" })
	card:reset()
end

local function take(card, call)
	card:secure_channel { keys = owner }
	local out = table.pack(pcall(call))
	card:reset()
	assert(out[1], out[2])
	return table.unpack(out, 2, out.n)
end

local function status(card, name)
	return take(card, function()
		local s = card:dm_get("./Outbox/" .. name .. "/Status")
		card:dm_delete("./Outbox/" .. name)
		return tonumber(s)
	end)
end

local function value(phone, uri)
	local n = phone:tree()
	for name in uri:gmatch "[^/]+" do
		local found
		for _, child in ipairs(n.nodes) do
			found = child.name == name and child or found
		end
		if not found then
			return nil
		end
		n = found
	end
	return n.value
end

-- One phone all along: it and the card share nonces that change.
local function fresh(card)
	local phone = dmsc.device.new { name = "session" }
	phone:power_on(card, ASK)
	return phone
end

t.test("GEN-14: a notice leads to a session in which the card commands",
    function(card)
	local phone = fresh(card)
	put(card, "one", "Add ./Radio/Enabled on", "Get ./DevDetail/SwV",
		"Replace ./DMAcc/opx/Name Evil", "Delete ./Radio/Enabled")
	local report = phone:power_on(card, ASK)
	local said = {}
	for _, e in ipairs(report.events) do
		for _, f in ipairs(e.files) do
			said[#said + 1] = e.name .. " " .. f
		end
	end
	t.ok(table.concat(said, ","):find("refresh 3F00/7F44/4E01", 1, true),
		table.concat(said, ","))
	t.eq(#report.sessions, 1)
	local s = report.sessions[1]
	t.eq(s.asked, "card")
	t.eq(s.server, "card.example")
	t.ok(s.signer:find("Signing key", 1, true), s.signer)
	t.eq(s.commands[1].command, "Add")
	t.eq(s.commands[1].status, 200)
	t.eq(s.commands[3].status, 425)
	t.eq(s.commands[4].status, 200)
	t.ok(value(phone, "DMAcc/opx/Name") ~= "Evil")
	t.eq(#phone:power_on(card, ASK).sessions, 0)
	t.eq(status(card, "one"), 425)
end)

t.test("GEN-14: the user is asked, and No is obeyed", function(card)
	local ask = "<Sequence><CmdID>7</CmdID><Alert><CmdID>8</CmdID><Data>" ..
		"1101</Data><Item><Data>DR=0</Data></Item><Item><Data>Sure?" ..
		"</Data></Item></Alert><Add><CmdID>9</CmdID><Item><Target>" ..
		"<LocURI>./Radio/Loud</LocURI></Target><Data>1</Data></Item>" ..
		"</Add></Sequence>"
	local phone = fresh(card)
	put(card, "ask", ask)
	local s = phone:session(card, { confirm = "no" })
	t.eq(s.questions[1].kind, "confirm")
	t.eq(s.questions[1].text, "Sure?")
	t.eq(s.questions[1].status, 304)
	t.eq(value(phone, "Radio/Loud"), nil)
	t.eq(status(card, "ask"), 304)
	put(card, "ask", ask, "Delete ./Radio/Loud")
	s = phone:session(card, { confirm = "yes" })
	t.eq(s.changed, true)
	t.eq(s.commands[3].status, 200)
	t.eq(s.commands[4].status, 200)
	t.eq(status(card, "ask"), 200)
end)

t.test("GEN-14: a request of an unknown server, and of a wrong signer",
    function(card)
	local phone = fresh(card)
	local other = dmsc.device.new { name = "stranger" }
	other:reset()
	put(card, "two", "Add ./Radio/Two 2")
	local e = t.raises("AUTHFAIL", other.session, other, card)
	t.eq(e.exit, 7)
	t.ok(e.why:find("no account", 1, true), e.why)
	t.eq(value(other, "Radio/Two"), nil)
	e = t.raises("SIGNER", phone.session, phone, card,
		{ ca = slurp "operator.pem" })
	t.eq(e.exit, 7)
	t.eq(value(phone, "Radio/Two"), nil)
	t.eq(status(card, "two"), 401)
end)

t.test("GEN-14: a phone that is new to the card's nonces is asked anew",
    function(card)
	local phone = dmsc.device.new { name = "session" }
	phone:reset()			-- it has the nonces of the document
	put(card, "anew", "Add ./Radio/Anew 1", "Delete ./Radio/Anew")
	t.eq(#phone:power_on(card, ASK).sessions, 0)
	local report = phone:power_on(card, ASK)
	t.eq(#report.sessions, 1)
	t.eq(report.sessions[1].commands[1].status, 200)
	t.eq(status(card, "anew"), 200)
end)

t.test("GEN-15: the card is told what changed, and reads it",
    function(card)
	local phone = fresh(card)
	t.eq(phone:session(card).asked, nil)
	phone:session(card, { anyway = true })
	phone:set("./DMAcc/opx/Name", "Renamed")
	phone:set("./DevInfo/Lang", value(phone, "DevInfo/Lang") == "de" and
		"en" or "de")
	local s = phone:session(card, { anyway = true })
	t.eq(s.asked, "device")
	local told = {}
	for _, x in ipairs(s.told) do
		told[x.uri] = x.change
		t.eq(x.status, 200, x.uri)
	end
	t.eq(told["./DMAcc/opx"], "changed")
	t.eq(told["./DevInfo"], "changed")
	t.eq(#s.told, 2)
	t.eq(s.commands[1].command, "Get")
	t.eq(#phone:session(card, { anyway = true }).told, 0)
	local seen, uri = {}, nil
	take(card, function()
		for _, row in ipairs(card:dm_get("./Changes",
		    { list = "StructData" })) do
			if row.uri:match "/Now/%d+/URI$" then
				uri = row.value:str()
			elseif row.uri:match "/Now/%d+/Data$" then
				seen[uri] = row.value:str()
			end
		end
	end)
	t.eq(seen["./DMAcc/opx/Name"], "Renamed")
	t.eq(seen["./DevInfo/Lang"], value(phone, "DevInfo/Lang"))
	t.eq(seen["./DMAcc/opx/AppAuth/client/AAuthSecret"], nil)
end)

t.test("GEN-14: a device that is on is asked while the owner is at work",
    function(card)
	local phone = fresh(card)
	local heard
	card:on("session", function(s)
		heard = s
	end)
	card:secure_channel { keys = owner }
	card:dm_add("./Outbox/live/Message", message "Add ./Live now",
		{ format = "bin" })
	t.ok(heard, "no session")
	t.eq(heard.asked, "card")
	t.eq(heard.commands[1].status, 200)
	t.eq(value(phone, "Live"), "now")
	-- The channel has stood all along.
	t.eq(tonumber(card:dm_get "./Outbox/live/Status"), 200)
	card:dm_delete "./Outbox/live"
	card:on("session", nil)
	card:reset()
end)
