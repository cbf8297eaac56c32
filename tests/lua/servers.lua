-- Requirements AUTH-1 to AUTH-4, ADM-1, ADM-2 and GEN-7 on a card with the
-- DM-SC application, in whatever reader it is: who speaks to it and by what,
-- and servers that reach it through the device.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local function keyset(hex)
	return dmsc.secret { content = "hex:" .. hex, key = true }
end
local owner_keys <const> = keyset("8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2")
local ma_keys <const> = keyset("4D412E6578616D706C6520656E632031" ..
	"4D412E6578616D706C65206D61632032" ..
	"4D412E6578616D706C65206465632033")
local server <const> = "ma.example"
local password <const> = dmsc.secret { content = "ascii:ma-s3cret" }
local guess <const> = dmsc.secret { content = "ascii:guess" }
local adm <const> = dmsc.secret { content = "hex:4444444444444444" }
local pin81 <const> = dmsc.secret { content = "2468" }

local function fresh(card)
	card:reset { cold = true }
end

local function owner(card)
	fresh(card)
	card:secure_channel { keys = owner_keys, spend_try = true }
end

local function login(card, source, method)
	return card:dm_login { server = server, source = source,
		method = method }
end

-- What is not there any more is no error.
local function gone(card, uri)
	owner(card)
	local good, e = pcall(card.dm_delete, card, uri)
	t.ok(good or e.dm == 404, tostring(e))
end

-- ---- who speaks

-- Each makes somebody known to the card: the method, who, as whom.
local methods <const> = {
	{ "keys of the owner", function(card)
		card:secure_channel { keys = owner_keys, spend_try = true }
	end, "owner" },
	{ "keys of a server", function(card)
		card:secure_channel { keys = ma_keys, version = 0x31,
			spend_try = true }
	end, server },
	{ "the administrative key", function(card)
		card:verify_pin { which = "adm1", source = adm,
			spend_try = true }
	end, "owner" },
	{ "auth-md5", function(card) login(card, password, "md5") end,
		server },
	{ "auth-MAC", function(card) login(card, password, "mac") end,
		server },
}

for _, m in ipairs(methods) do
	t.test("AUTH-1: the card knows who speaks by " .. m[1], function(card)
		fresh(card)
		t.eq(card:dm_state().as, "nobody")
		m[2](card)
		local s = card:dm_state()
		t.eq(s.as == "owner" and "owner" or s.server, m[3])
		t.eq(card:dm_get "./Update/Server",
			"https://update.example/fw")
		local e = m[3] == server and
			t.raises("AUTH", card.dm_get, card, "./DMAcc")
		t.ok(not e or e.dm == 425, tostring(e))
		fresh(card)
		t.eq(card:dm_state().as, "nobody")
	end)
end

t.test("AUTH-1: a credential serves once, and a wrong one nothing",
    function(card)
	fresh(card)
	t.eq(login(card, password, "md5").server, server)
	local e = t.raises("AUTHFAIL", login, card, guess, "md5")
	t.eq(e.exit, 7)
	t.eq(e.dm, 401)
	t.eq(card:dm_state().as, "nobody")
	t.raises("AUTHFAIL", login, card, guess, "mac")
	t.raises("AUTH", card.dm_get, card, "./Update/Server")
	t.eq(login(card, password, "mac").server, server)
end)

t.test("AUTH-1: ten wrong credentials shut an account until its secret is " ..
    "another", function(card)
	local name <const> = "tries.example"
	local at <const> = "./DMAcc/tries"
	gone(card, at)
	-- The card remembers what was shut: another one each time.
	local first <const> = "first-" .. card:dm_state().counter
	local second <const> = "second-" .. card:dm_state().counter
	local secret <const> = dmsc.secret { content = "ascii:" .. first }
	local other <const> = dmsc.secret { content = "ascii:" .. second }
	local function try(source)
		return card:dm_login { server = name, source = source,
			method = "md5" }
	end
	card:dm_run({
		{ verb = "add", uri = at,
			type = "urn:oma:mo:oma-dm-dmacc:1.0" },
		{ verb = "add", uri = at .. "/ServerID", value = name },
		{ verb = "add", uri = at .. "/AppAuth/1/AAuthLevel",
			value = "SRVCRED" },
		{ verb = "add", uri = at .. "/AppAuth/1/AAuthType",
			value = "DIGEST" },
		{ verb = "add", uri = at .. "/AppAuth/1/AAuthSecret",
			value = first },
	}, { atomic = true })
	fresh(card)
	t.eq(try(secret).server, name)
	for _ = 1, 10 do
		t.raises("AUTHFAIL", try, guess)
	end
	t.eq(t.raises("BLOCKED", try, secret).exit, 8)
	fresh(card)
	t.raises("BLOCKED", try, secret)
	owner(card)
	card:dm_replace(at .. "/AppAuth/1/AAuthSecret", second)
	fresh(card)
	t.eq(try(other).server, name)
	gone(card, at)
end)

-- ---- servers through the device

local head <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>7</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target>
<Source><LocURI>https://ma.example/dm</LocURI></Source></SyncHdr><SyncBody>]]

-- Rows of command, target, source or value.
local function message(rows)
	local out = { head }
	for i, r in ipairs(rows) do
		local verb, target, rest = r[1], r[2], ""
		if verb == "Copy" then
			rest = ("<Source><LocURI>%s</LocURI></Source>"):format(
				r[3])
		elseif r[3] then
			rest = ("<Data>%s</Data>"):format(r[3])
		end
		out[#out + 1] = ("<%s><CmdID>%d</CmdID><Item><Target>" ..
			"<LocURI>%s</LocURI></Target>%s</Item></%s>"):format(
			verb, i, target, rest, verb)
	end
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	return table.concat(out)
end

local device <const> = dmsc.device.new { name = "servers-test" }

-- The statuses of the commands, and the reply.
local function told(card, rows, options)
	local good, x = pcall(device.server, device, card, message(rows),
		options)
	if not good then
		t.ok(dmsc.is_error(x) and x.reply, tostring(x))
		x = x.reply
	end
	local list = {}
	for i, s in ipairs(x.answer.statuses) do
		if i > 1 and s.command ~= "Exec" then
			list[#list + 1] = s.status
		end
	end
	return list, x
end

local proved <const> = { as = server, password = password }
local unproved <const> = { as = server }

t.test("AUTH-2: through the device nothing is done before the card knows " ..
    "the server", function(card)
	owner(card)		-- whoever else is known to it
	local list, x = told(card, {
		{ "Get", "./SC/Update/Server" },
		{ "Add", "./SC/Update/New", "v" },
		{ "Replace", "./SC/Update/Server", "v" },
		{ "Delete", "./SC/Update/Hour" },
		{ "Copy", "./SC/Update/New", "./DevInfo/Man" },
		{ "Copy", "./New", "./SC/Update/Server" },
	}, unproved)
	t.eq(list, { 407, 407, 407, 407, 407, 407 })
	t.eq(#x.answer.results, 0)
	t.eq(told(card, { { "Delete", "./SC/Update/Hour" } },
		{ as = server, password = guess }), { 401 })
	t.eq(told(card, { { "Delete", "./SC/Update/Hour" } },
		{ as = "nobody.example", password = password }), { 401 })
	t.eq(card:dm_get "./Update/Hour", 3)
	t.raises("NOTFOUND", card.dm_get, card, "./Update/New")
end)

t.test("AUTH-3: the card says that it wants to know who speaks, and how",
    function(card)
	fresh(card)
	local s = card:dm_state()
	t.eq(s.authenticated, false)
	t.eq(s.methods, { "scp03", "adm", "md5", "mac" })
	t.eq(s.counter, nil)
	local e = t.raises("AUTH", card.dm_get, card, "./Update")
	t.eq(e.dm, 407)
	t.ok(e.next[1]:find "^scp open" and e.next[2]:find "^dm login",
		dmsc.dump(e.next))
	local _, x = told(card, { { "Get", "./SC/Update" } }, unproved)
	t.eq(#x.nonce, 24)
end)

t.test("AUTH-4: personal data wants the user's PIN, whoever speaks",
    function(card)
	local name <const> = "./Personal/Contact/Name"
	local function user()
		card:verify_pin { which = "81", source = pin81,
			spend_try = true }
	end
	fresh(card)
	login(card, password, "md5")
	t.eq(t.raises("AUTH", card.dm_get, card, name).dm, 425)
	t.eq(t.raises("AUTH", card.dm_replace, card, name, "x").dm, 425)
	t.eq(told(card, { { "Get", "./SC/Personal/Contact/Name" } }, proved),
		{ 425 })
	user()
	t.eq(told(card, { { "Get", "./SC/Personal/Contact/Name" } }, proved),
		{ 200 })
	owner(card)
	t.eq(t.raises("AUTH", card.dm_get, card, name).dm, 425)
	user()
	t.eq(card:dm_get(name), "Alice Example")
	t.eq(card:dm_get "./Personal", { "Contact" })
	fresh(card)
	t.raises("AUTH", card.dm_get, card, name)
end)

t.test("ADM-1: an authorised server gets its link to the card, another none",
    function(card)
	fresh(card)
	local list, x = told(card, { { "Get", "./SC/DevInfo/Mod" } }, proved)
	t.eq(list, { 200 })
	t.eq(x.answer.results[1].uri, "./SC/DevInfo/Mod")
	t.eq(x.answer.results[1].value:str(), "DM-SC")
	t.eq(x.to_card, 2)	-- for the challenge, and with the credential
	-- The link is the server's alone: the device gains nothing by it.
	t.eq(card:dm_state().as, "nobody")
	t.raises("AUTH", card.dm_get, card, "./DevInfo/Mod")
	t.eq(told(card, { { "Get", "./SC/DevInfo/Mod" } },
		{ as = "opx", password = password }), { 401 })
end)

t.test("ADM-1: what it seals reaches the card as it is", function(card)
	fresh(card)
	local x = device:server(card, message {
		{ "Replace", "./Update/Hour", "5" },
		{ "Get", "./Update/Hour" },
	}, { as = server, password = password, sealed = true })
	t.eq(x.answer.results[1].value:str(), "5")
	local e = t.raises("AUTHFAIL", device.server, device, card,
		message { { "Replace", "./Update/Hour", "6" } },
		{ as = server, password = guess, sealed = true })
	t.eq(e.reply.answer.statuses[2].status, 401)
	owner(card)
	t.eq(card:dm_get "./Update/Hour", 5)
	card:dm_replace("./Update/Hour", 3)
end)

t.test("ADM-2: it manages provisioning data there under the card's lists",
    function(card)
	gone(card, "./Update/Server2")
	fresh(card)
	local list, x = told(card, {
		{ "Add", "./SC/Update/Server2", "https://b.example" },
		{ "Replace", "./SC/Update/Server2", "https://c.example" },
		{ "Get", "./SC/Update/Server2" },
		{ "Get", "./SC/DMAcc" },
		{ "Add", "./SC/DMAcc/own", "x" },
		{ "Delete", "./SC/DevInfo" },
	}, proved)
	t.eq(list, { 200, 200, 200, 425, 425, 425 })
	t.eq(x.answer.results[1].value:str(), "https://c.example")
	owner(card)
	t.eq(card:dm_get "./Update/Server2", "https://c.example")
	t.eq(told(card, { { "Delete", "./SC/Update/Server2" } }, proved),
		{ 200 })
	t.raises("NOTFOUND", card.dm_get, card, "./Update/Server2")
end)

t.test("GEN-7: a server has an MO of the device, and a part of one, put on " ..
    "the card", function(card)
	gone(card, "./Group/Fleet/Device")
	gone(card, "./Group/Fleet/Maker")
	device:reset()
	fresh(card)
	t.eq(told(card, {
		{ "Copy", "./SC/Group/Fleet/Device", "./DevInfo" },
		{ "Copy", "./SC/Group/Fleet/Maker", "./DevInfo/Man" },
		{ "Copy", "./Fleet", "./SC/Group/Fleet/Tracking" },
	}, proved), { 200, 200, 200 })
	owner(card)
	t.eq(card:dm_get "./Group/Fleet/Device/DevId",
		"urn:x-dmsc:device:servers-test")
	t.eq(card:dm_get("./Group/Fleet/Device", { prop = "Type" }),
		"urn:oma:mo:oma-dm-devinfo:1.0")
	t.eq(card:dm_get "./Group/Fleet/Maker", "dmsc")
	local mo
	for _, n in ipairs(device:tree().nodes) do
		mo = n.name == "Fleet" and n or mo
	end
	t.ok(mo, "no copy in the device")
	t.eq(mo.type, "org.example/1.0/Tracking")
	t.eq(#mo.nodes, 3)
	card:dm_delete "./Group/Fleet/Device"
	card:dm_delete "./Group/Fleet/Maker"
	device:reset()
end)
