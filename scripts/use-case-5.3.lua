-- Use case 5.3, a portable enterprise policy: the company's policy is on the
-- card, and whatever device holds the card obeys it by days, hours and places
-- (A2), reports to the company's server, and lets that server alone switch
-- what the policy switched (A1); the policy changes over the air (A3), and
-- stays when the card goes. Fails where anything is not as required.
--
--	dmsc scripts/use-case-5.3.lua
--	dmsc scripts/use-case-5.3.lua READER
--
-- Without READER it makes its own cards. A card in READER is of the profile
-- dmsc with the keys of scripts/demo; it is left as it was.
local dmsc = require "dmsc"
local inside = require "dmsc.inside"

local demo <const> = (debug.getinfo(1, "S").source:match "^@(.*/)[^/]*$" or
	"") .. "demo/"
local OWNER <const> = "@" .. demo .. "scp-keys"
local COMPANY <const> = "@" .. demo .. "ma-keys"
local COMPANY_KVN <const> = 0x31
local ADM1 <const> = "@" .. demo .. "adm1"
local SERVER <const> = "ma.example"		-- whose policy it is
local ALL <const> = "Camera Bluetooth Infrared USB"
local folder <const> = inside.temp_make()	-- cards and devices of our own

local function say(...)
	print((...):format(select(2, ...)))
end

local function is(got, want, what)
	assert(got == want, ("%s: %s, not %s"):format(what, tostring(got),
		tostring(want)))
end

local function holds(text, part, what)
	assert(text:find(part, 1, true), ("%s: no '%s' in: %s"):format(what,
		part, text))
end

local function new_card(name)
	local image = folder .. "/" .. name .. ".img"
	dmsc.card_new { image = image, profile = "dmsc" }
	return dmsc.connect { reader = "sim:" .. image, state = folder }
end

-- What is on, "Camera USB"; the answer of functions, clock and place.
local function on(x)
	local out = {}
	for _, f in ipairs(x.functions) do
		out[#out + 1] = f.enabled and f.name or nil
	end
	return table.concat(out, " ")
end

local function expect(x, want, what)
	is(on(x), want, "on " .. what)
	say("  %s, %s: %s", x.time, what, want == "" and "all is off" or
		"on is " .. want)
end

-- ---- what the company has made

local function credential(uri, level, name, secret)
	return { uri .. "/AAuthLevel", level }, { uri .. "/AAuthType",
		"BASIC" }, { uri .. "/AAuthName", name },
		{ uri .. "/AAuthSecret", secret }
end

-- The account that makes device and administrator trust each other.
local function account(card)
	local top <const> = "/Corp/DMAcc/corp"
	card:verify_pin { which = "adm1", source = ADM1, spend_try = true }
	card:mkdoc("Corp", { kind = "dm", size = 1024 })
	card:add(top, nil, { format = "node",
		type = "urn:oma:mo:oma-dm-dmacc:1.0" })
	local rows = { { "AppID", "w7" }, { "ServerID", SERVER },
		{ "AppAddr/1/Addr", "http://127.0.0.1:8080/dm" },
		{ "AppAddr/1/AddrType", "URI" }, { "AAuthPref", "BASIC" },
		credential("AppAuth/client", "CLCRED", "phone", "ph0ne-pw") }
	for _, row in ipairs { credential("AppAuth/server", "SRVCRED", SERVER,
			"c0mpany-pw") } do
		rows[#rows + 1] = row
	end
	for _, row in ipairs(rows) do
		card:add(top .. "/" .. row[1], row[2])
	end
	card:commit()
	card:reset()
end

local RULES <const> = {
	{ "office", Function = "*", Days = "Mon-Fri", Hours = "08:00-18:00" },
	{ "plant", Function = "Camera,USB", Place = "plant-2" },
	{ "night", Function = "Bluetooth", Hours = "22:00-06:00" },
}

-- In the card's own tree: it is shown to devices that the card knows, and
-- changed by the company, by its key.
local function policy(card)
	card:secure_channel { keys = OWNER, spend_try = true }
	card:dm_add("./Policy", nil, { format = "node",
		type = "urn:oma:mo:ext-dmsc-policy:1.0" })
	card:dm_replace("./Policy", "Get=*&Replace=" .. SERVER,
		{ prop = "ACL" })
	card:dm_add("./Policy/Administrator", SERVER)
	card:dm_add("./Policy/Version", 1)
	for _, rule in ipairs(RULES) do
		for _, leaf in ipairs { "Function", "Days", "Hours",
				"Place" } do
			if rule[leaf] then
				card:dm_add("./Policy/Rule/" .. rule[1] ..
					"/" .. leaf, rule[leaf])
			end
		end
	end
	card:reset()
end

-- ---- the company's server

local ACCOUNTS <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
return { accounts = { { device = "*", auth = "basic", user = "phone",
	secret = secret "ph0ne-pw", server = { auth = "basic",
	user = "ma.example", secret = secret "%s" } } },
	session = %s }
]]

local me <const> = io.popen("readlink /proc/$PPID/exe"):read "l"

-- Runs it for as long as the function does, and gives what it logged.
local function with_server(session, password, call)
	local script, out = folder .. "/server.lua", folder .. "/server.log"
	local f <close> = assert(io.open(script, "w"))
	f:write(ACCOUNTS:format(password or "c0mpany-pw", session))
	f:close()
	local p <close> = assert(io.popen(("exec '%s' dmserver --script %s " ..
		"--for 60 2>%s"):format(me, script, out)))
	local first = dmsc.json.decode(assert(p:read "l",
		"the server did not begin"))
	local good, e = pcall(call, first.url)
	os.execute("kill " .. first.pid)
	local log = {}
	for line in p:lines() do
		log[#log + 1] = dmsc.json.decode(line)
	end
	return log, good, e
end

-- What the administrator reads of it: "./DCMO/USB off ...".
local function read_by_administrator(log)
	local out = {}
	for _, e in ipairs(log) do
		if e.event == "alert" then
			is(e.status, 200, "the server's answer")
			out[#out + 1] = ("%s %s %s"):format(e.type:match
				"[^:]*$", e.uri, e.value or "")
		end
	end
	return table.concat(out, "\n")
end

local function sync(phone, card, session, password)
	return with_server(session, password, function(url)
		return phone:sync(card, { server = SERVER, url = url,
			plain_http = true })
	end)
end

-- ---- the story

local function insert(card)
	local phone = dmsc.device.new { name = "phone" }
	phone:reset(card)
	phone:clock({ set = "2026-11-23T07:30" }, card)
	say "3. On Monday morning she puts it into a phone."
	phone:power_on(card, { cat = true, confirm = "no" })
	is(phone:functions(card).policy, nil,
		"the policy, for a device that the card does not know")
	local r = phone:power_on(card, { keys = OWNER, cat = true,
		confirm = "no" })
	is(r.changed, true, "the phone changed")
	local x = phone:functions(card)
	is(x.policy.administrator, SERVER, "the administrator")
	is(x.policy.document, "card/Policy", "where the policy is from")
	expect(x, ALL, "nobody works yet")
	return phone
end

local function scheduled(phone, card)
	say "4, A2. The phone switches by itself, as a task of its clock."
	expect(phone:clock({ set = "08:00" }, card), "", "office hours")
	expect(phone:clock({ set = "18:00" }, card), ALL, "they are over")
	expect(phone:place("plant-2", card), "Bluetooth Infrared",
		"at plant-2")
	expect(phone:clock({ set = "23:00" }, card), "Infrared",
		"there, at night")
	expect(phone:place(nil, card), "Camera Infrared USB", "at home")
	expect(phone:clock({ set = "2026-11-25T09:30" }, card), "",
		"after a day and a half in a drawer")
	say "  She tries to switch the camera on."
	local good, e = pcall(phone.switch, phone, "Camera", true, card)
	is(good, false, "the override")
	is(e.code, "AUTH", "its error")
	say("  %s: %s.", e.where, e.message)
	is(on(phone:functions(card)), "", "on after that")
end

local function report(phone, card)
	say "5. It reports to the company's server."
	local log, good, e = sync(phone, card, [[function(s)
		assert(s:get "./DCMO/Camera/Enabled" == "false")
	end]])
	assert(good, e)
	local text = read_by_administrator(log)
	holds(text, "Active ./Policy 1", "the report")
	holds(text, "Switched ./DCMO/Camera off 2026-11-23T08:00:00Z office",
		"the report")
	holds(text, "Switched ./DCMO/USB on 2026-11-24T18:00:00Z no rule",
		"the report")
	holds(text, "Override ./DCMO/Camera on refused", "the report")
	say("  The administrator reads %d lines, the last one:",
		select(2, text:gsub("\n", "\n")) + 1)
	say("    %s", text:match "[^\n]*$")
	is(phone:functions(card).alerts, 0, "alerts that still wait")
end

local EXEC <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>phone</LocURI></Target><Source><LocURI>operator
</LocURI></Source></SyncHdr><SyncBody><Exec><CmdID>1</CmdID><Item><Target>
<LocURI>./DCMO/Camera/Operations/Enable</LocURI></Target></Item></Exec><Final/>
</SyncBody></SyncML>]]

local function ordered(phone, card)
	say "A1. The operator's server, which the phone knows, wants the camera on."
	local known, no = pcall(phone.server, phone, card, EXEC,
		{ as = "com.operatorx.dm" })
	is(known, false, "the operator's order")
	is(no.dm, 425, "what it is told")
	say("  %s (%d).", no.why, no.dm)
	say "  Somebody else says that he is the company's server."
	local order <const> = [[function(s)
		s:exec("./DCMO/Camera/Operations/Enable", nil,
			{ correlator = "ticket-9" })
	end]]
	local _, good, e = sync(phone, card, order, "guessed")
	is(good, false, "a server without the credentials")
	say("  %s.", e.message)
	is(on(phone:functions(card)), "", "on after that")
	say "  The company's server switches it on, for one talk."
	local log
	log, good, e = sync(phone, card, order)
	assert(good, e)
	expect(phone:functions(card), "Camera", "by order")
	holds(read_by_administrator(log), "OperationComplete " ..
		"./DCMO/Camera/Operations/Enable 1200", "the result")
	expect(phone:clock({ set = "18:00" }, card), ALL, "hours are over")
	expect(phone:clock({ set = "2026-11-26T08:00" }, card), "",
		"the order is over, too")
end

-- ---- A3

local COUNTER_IS <const> = "the card's (%d+)"

-- A package that the card has not had: it says its counter.
local function over_the_air(card, content)
	local o = { keys = COMPANY, version = COMPANY_KVN, counter = 1 }
	local good, e = pcall(card.ota, card, (card:package("#\n", o)),
		{ cat = true })
	o.counter = 1 + (not good and
		tonumber(tostring(e.why):match(COUNTER_IS)) or 1)
	return card:ota((card:package(content, o)), { keys = COMPANY,
		cat = true })
end

local CHANGE <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>card</LocURI></Target><Source><LocURI>company
</LocURI></Source></SyncHdr><SyncBody><Atomic><CmdID>1</CmdID>
<Replace><CmdID>2</CmdID><Item><Target><LocURI>./Policy/Version</LocURI>
</Target><Data>2</Data></Item></Replace>
<Replace><CmdID>3</CmdID><Item><Target>
<LocURI>./Policy/Rule/office/Function</LocURI></Target><Data>Camera</Data>
</Item></Replace></Atomic><Final/></SyncBody></SyncML>]]

local function changed(phone, card)
	say "A3. The company lets Bluetooth, infra-red and USB work all day:"
	say "  over the air, on the card, by its own key."
	is(over_the_air(card, CHANGE).outcome, "done", "the package")
	phone:power_on(card, { keys = OWNER, cat = true, confirm = "no" })
	local x = phone:functions(card)
	is(x.policy.version, 2, "the policy's version")
	expect(x, "Bluetooth Infrared USB", "office hours")
end

local function another_card(phone)
	say "She takes the card out, and puts in one of her own."
	local own <close> = new_card("own")
	phone:power_on(own, { keys = OWNER, cat = true, confirm = "no" })
	local x = phone:functions(own)
	is(x.policy and x.policy.version, 2, "the policy in force")
	expect(x, "Bluetooth Infrared USB", "office hours, without the card")
	local log, good, e = sync(phone, own, "function(s) end")
	assert(good, e)
	holds(read_by_administrator(log), "Active ./Policy 2", "the report")
	say "  It stays, and the administrator still hears."
end

local function clean(card)
	card:reset()
	card:secure_channel { keys = OWNER, spend_try = true }
	pcall(card.dm_delete, card, "./Policy")
	card:reset()
	card:verify_pin { which = "adm1", source = ADM1, spend_try = true }
	for _, doc in ipairs(card:documents()) do
		if doc.name == "Corp" then
			card:rmdoc "/Corp"
			card:commit()
			break
		end
	end
	card:reset()
end

local function story()
	local card <close> = arg[1] and dmsc.connect { reader = arg[1],
		state = folder } or new_card("employee")
	clean(card)
	say "1. A company wants no camera, Bluetooth, infra-red and USB at work,"
	say "  no pictures at plant-2, and no Bluetooth at night."
	say "2. It stores this policy and an account of its server on a card,"
	say "  and hands that to an employee."
	account(card)
	policy(card)
	local phone = insert(card)
	scheduled(phone, card)
	report(phone, card)
	ordered(phone, card)
	changed(phone, card)
	another_card(phone)
	clean(card)
	say "Use case 5.3: as required."
end

local good, e = xpcall(story, function(e)
	return dmsc.is_error(e) and e or debug.traceback(e, 2)
end)
inside.temp_remove(folder)
if not good then
	error(e, 0)
end
