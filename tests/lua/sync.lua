-- The device's sessions with a DM server over HTTP: the account that the card
-- brought, credentials and nonces, questions to the user, large objects, the
-- card's tree, a server that asks by Package #0, and servers that do wrong.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end

-- The account OperatorX of the demo card, as the server has it; %s is a
-- function of a session.
local SCRIPT <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
return { bad_ms = 700, accounts = { { device = "*", auth = "md5",
	user = "device", secret = secret "mobile-secret",
	nonce = "client-nonce", server = { auth = "md5",
	user = "com.operatorx.dm", secret = secret "server-secret",
	nonce = "server-nonce" } } }, session = %s }
]]

local function serve(session, options)
	return t.dmserver(SCRIPT:format(session), options)
end

-- A device that has seen the card, and nothing else.
local function fresh(card, name)
	local phone = dmsc.device.new { name = name }
	phone:reset()
	phone:power_on(card, { confirm = "yes" })
	return phone
end

-- All of its tree but what every session writes.
local function picture(phone)
	local out = {}
	local function walk(n, path)
		for _, c in ipairs(n.nodes or {}) do
			local at = path .. "/" .. c.name
			if at ~= "./Origin" and c.name ~= "AAuthData" then
				out[#out + 1] = at .. "=" .. tostring(c.value)
				walk(c, at)
			end
		end
	end
	walk(phone:tree(), ".")
	return table.concat(out, "\n")
end

local function value(phone, uri)
	return picture(phone):match("\n" .. uri:gsub("%p", "%%%0") ..
		"=([^\n]*)")
end

local function credentials(log)
	local out = {}
	for _, e in ipairs(log) do
		out[#out + 1] = e.event == "message" and e.credential or nil
	end
	return table.concat(out, " ")
end

t.test("a session with the account that the card brought", function(card)
	local phone = fresh(card, "sync")
	local server = serve [[function(s)
		assert(s.info.Man == "dmsc" and s.alert == 1201)
		if s.number == 1 then
			s:add("./Fleet/Name", "one")
			s:replace("./Fleet?prop=ACL", "Get=*&Add=*&Replace=*")
			s:add("./Fleet/Long", ("long"):rep(10000))
		end
		assert(#s:get "./Fleet/Long" == 40000)
		s:replace("./Fleet/Name", "two " .. s.number)
		local a = s:send { { "replace", "./DMAcc/card/Name", "Evil" },
			{ "get", "./DMAcc/opx/AppAuth/server/AAuthSecret" },
			{ "get", "./Origin" }, { "exec", "./Fleet" } }
		assert(a[1].status == 425 and a[2].status == 405 and
			a[3].status == 405 and a[4].status == 406)
	end]]
	local x = phone:sync(card, { url = server.url, plain_http = true })
	t.eq(x.server, "com.operatorx.dm")
	t.eq(x.asked, "device")
	t.eq(x.url, server.url)
	t.eq(x.changed, true)
	t.eq(x.sessions, 1)
	t.eq(x.commands[1].uri, "./Fleet/Name")
	t.eq(x.commands[1].status, 200)
	t.eq(value(phone, "./Fleet/Name"), "two 1")
	x = phone:sync(card, { url = server.url, plain_http = true, xml = true,
		server = "com.operatorx.dm" })
	t.eq(value(phone, "./Fleet/Name"), "two 2")
	local log = server:stop()
	-- Both keep their nonces: nobody is challenged, not even the second time.
	t.ok(not credentials(log):find "wrong" and
		not credentials(log):find "missing", credentials(log))
end)

t.test("a server that has forgotten the nonces asks anew", function(card)
	local phone = fresh(card, "sync")
	for _ = 1, 2 do
		local server <close> = setmetatable({ serve
			"function(s) s:get './DevInfo/Lang' end" }, {
			__close = function(v) v[1]:stop() end })
		local x = phone:sync(card, { url = server[1].url,
			plain_http = true })
		t.eq(x.commands[1].status, 200)
	end
end)

t.test("credentials do not go over plain HTTP unless told", function(card)
	local phone = fresh(card, "sync")
	local server = serve "function() end"
	local before = picture(phone)
	local e = t.raises("USAGE", phone.sync, phone, card,
		{ url = server.url })
	t.eq(e.exit, 2)
	t.eq(e.next[1], "device sync com.operatorx.dm --plain-http")
	t.eq(picture(phone), before)
	t.eq(#server:stop(), 1)
end)

t.test("nothing is sent in a dry run, or without an account",
    function(card)
	local phone = fresh(card, "sync")
	local x = phone:sync(card, { dry = true })
	t.eq(x.url, "https://dm.operatorx.example/dm")
	t.eq(x.sessions, 0)
	t.raises("NOTFOUND", phone.sync, phone, card, { server = "nobody" })
	phone:reset()
	t.raises("NOTFOUND", phone.sync, phone, card)
end)

t.test("the user is asked by the server", function(card)
	local phone = fresh(card, "sync")
	local server = serve [[function(s)
		s:display "Hello"
		s:add("./Said/" .. s.number, tostring(s:confirm "Sure?"))
	end]]
	local function sync(confirm)
		return phone:sync(card, { url = server.url,
			plain_http = true, confirm = confirm })
	end
	local x = sync "yes"
	t.eq(x.questions[1].kind, "display")
	t.eq(x.questions[2].text, "Sure?")
	t.eq(x.questions[2].status, 200)
	t.eq(value(phone, "./Said/1"), "true")
	t.eq(sync "no".questions[2].status, 304)
	t.eq(value(phone, "./Said/2"), "false")
	t.eq(t.raises("NOANSWER", sync, "ask").report.sessions, 1)
	t.eq(value(phone, "./Said/3"), "nil")
end)

t.test("./SC leads to the card, which judges the server", function(card)
	local phone = fresh(card, "sync")
	local server = serve [[function(s)
		assert(s:get ".":find "SC")
		local a = s:send { { "add", "./SC/Group/Sync/A", "x" } }
		assert(a[1].status == 407 or a[1].status == 401, a[1].status)
	end]]
	local x = phone:sync(card, { url = server.url, plain_http = true })
	t.eq(x.to_card > 0, true)
	t.eq(value(phone, "./SC"), nil)
	t.eq(server:stop()[#server.log].state, "done")
end)

-- ---- alerts

-- Puts alerts for the server into the device's file: { { server, data }, ... }
local function plant(card, phone, list)
	local file = phone:show(card).file
	local f <close> = assert(io.open(file))
	local out = { (f:read "a":gsub("</MgmtTree>%s*$", "")) }
	local function node(name, body, path)
		return ("<Node><NodeName>%s</NodeName>%s<RTProperties><Format>" ..
			"<%s/></Format></RTProperties>%s</Node>"):format(name,
			path or "", path and "node" or body:sub(1, 1) == "<" and
			body:sub(1, 5) == "<Node" and "node" or "chr", body)
	end
	local all = {}
	for i, a in ipairs(list) do
		all[i] = node(i, node("Server", "<Value>" .. a[1] .. "</Value>") ..
			node("Type", "<Value>urn:test</Value>") ..
			node("Format", "<Value>chr</Value>") ..
			node("Data", "<Value>" .. a[2] .. "</Value>"))
	end
	out[2] = node("Alert", table.concat(all), "<Path>Origin</Path>")
	out[3] = "</MgmtTree>\n"
	local w <close> = assert(io.open(file, "w"))
	w:write(table.concat(out))
end

t.test("alerts that wait are told until they were taken", function(card)
	local phone = fresh(card, "sync")
	local list = { { "other.example", "not yours" }, { "", "no" } }
	for i = 3, 80 do
		list[i] = { "com.operatorx.dm", "number " .. i }
	end
	plant(card, phone, list)
	local server = serve [[function() end, event = function(s, e)
		assert(e.type == "urn:test")
		return e.value == "no" and 406 or 200
	end]]
	local function sync()
		return phone:sync(card, { url = server.url,
			plain_http = true })
	end
	local x = sync()
	t.eq(x.sessions, 2)		-- one session tells 64
	t.eq(x.alerts[1].data, "no")
	t.eq(x.alerts[1].status, 406)
	local seen = {}
	for _, a in ipairs(x.alerts) do
		seen[a.data] = (seen[a.data] or 0) + 1
	end
	for i = 3, 80 do
		t.eq(seen["number " .. i], 1)
	end
	t.eq(seen["not yours"], nil)
	x = sync()
	t.eq(x.sessions, 1)
	t.eq(#x.alerts, 1)
	t.eq(x.alerts[1].data, "no")
end)

t.test("an order is written down, done, and told", function(card)
	local phone = fresh(card, "sync")
	local server = serve [[function(s)
		if s.number == 1 then
			assert(s:exec("./DCMO/Camera/Operations/Disable", nil,
				{ correlator = "c7" }) == 202)
		else
			assert(s.events[1].correlator == "c7")
			assert(s:get "./DCMO/Camera/Enabled" == false)
		end
	end]]
	local x = phone:sync(card, { url = server.url, plain_http = true })
	t.eq(x.orders, 1)
	t.eq(x.sessions, 2)
	t.eq(x.changed, true)
	t.eq(#x.alerts, 1)
	t.eq(x.alerts[1].status, 200)
	t.eq(x.alerts[1].source, "./DCMO/Camera/Operations/Disable")
	t.eq(value(phone, "./DCMO/Camera/Enabled"), "false")
end)

-- ---- HTTPS

local CERT <const> = [[
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUReEv70H2t3BiUxvluSjtaIFKCcMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3NTMzOVoYDzIxMjYxMDMw
MTc1MzM5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR5awfZ75ZdVmBYOP2HN3Le1eq78A8zpQwR2Ob8TArXgHTnn7nce+py
jMSvALREoLhnmocJO21YbkS++6yGkL9Eo28wbTAdBgNVHQ4EFgQUzJ7vRrVfBelg
zPULBj24tHoSIj8wHwYDVR0jBBgwFoAUzJ7vRrVfBelgzPULBj24tHoSIj8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgegepbt2H80FNoZrvaCI4/GKJN+M3nZpyOy3ZpFqklmACIQC6
8WiBJjpRx9qmL3+4vOjdN5D5mFFPNx9PGrq4wtVgcQ==
-----END CERTIFICATE-----
]]
local KEY <const> = [[
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyT+pXsN1khsNTrHx
0Zl6OVDLEIeZlzVKpxq4mfsbMu+hRANCAAR5awfZ75ZdVmBYOP2HN3Le1eq78A8z
pQwR2Ob8TArXgHTnn7nce+pyjMSvALREoLhnmocJO21YbkS++6yGkL9E
-----END PRIVATE KEY-----
]]

t.test("a server's certificate holds, or nothing is said", function(card)
	local phone = fresh(card, "sync")
	local names = {}
	for i, text in ipairs { CERT, KEY } do
		names[i] = os.tmpname()
		local f <close> = assert(io.open(names[i], "w"))
		f:write(text)
	end
	local server = serve("function(s) s:add('./Safe', 'yes') end",
		("--cert %s --key %s"):format(names[1], names[2]))
	t.eq(server.url:sub(1, 8), "https://")
	local before = picture(phone)
	local e = t.raises("SIGNER", phone.sync, phone, card,
		{ url = server.url })
	t.eq(e.exit, 7)
	t.eq(e.report.retries, 0)
	t.eq(picture(phone), before)
	phone:sync(card, { url = server.url, ca = names[1] })
	t.eq(value(phone, "./Safe"), "yes")
	os.remove(names[1])
	os.remove(names[2])
end)

-- ---- the server asks

local function invitation(session, ui)
	local maker <close> = dmsc.dmserver { accounts = { { device = "*",
		auth = "md5", user = "device", secret = secret "mobile-secret",
		nonce = "client-nonce", server = { auth = "md5",
		user = "com.operatorx.dm", secret = secret "server-secret",
		nonce = "server-nonce" } } } }
	return maker:package0("urn:x-dmsc:device:sync", session, ui)
end

t.test("a server asks for a session by Package #0", function(card)
	local phone = fresh(card, "sync")
	local server = serve [[function(s)
		assert(s.alert == 1200 and s.id == "A7")
		s:add("./Asked", "yes")
	end]]
	local function sync(package0, confirm)
		return phone:sync(card, { url = server.url, confirm = confirm,
			plain_http = true, package0 = package0 })
	end
	local asks = invitation(0xA7, "interact")
	local before = picture(phone)
	local x = sync(asks, "no")
	t.eq(x.sessions, 0)
	t.eq(x.questions[1].status, 304)
	local e = t.raises("AUTHFAIL", sync,
		dmsc.hex("00" .. invitation(9):hex():sub(3)))
	t.ok(e.why:find("digest", 1, true), e.why)
	t.raises("SHORT", sync, invitation(9):sub(1, 20))
	t.eq(picture(phone), before)
	x = sync(asks, "yes")
	t.eq(x.asked, "server")
	t.eq(x.session, "A7")
	t.eq(value(phone, "./Asked"), "yes")
	t.raises("AUTHFAIL", sync, asks)
end)

-- ---- servers that do wrong

local bad <const> = {
	{ "nonsense", "DATA" },
	{ "much", "LIMIT" },
	{ "late", "TRANSPORT" },
	{ "wrong", "AUTHFAIL" },
	{ "forever", "LIMIT" },
	{ "busy", "TRANSPORT" },
	{ "broken", "TRANSPORT" },
}
for _, row in ipairs(bad) do
	t.test("a server of the kind " .. row[1] .. " is left", function(card)
		local phone = fresh(card, "sync")
		local server = serve(
			"function(s) s:get './DevInfo/Lang' end",
			"--bad " .. row[1])
		local before = picture(phone)
		local began = os.time()
		local e = t.raises(row[2], phone.sync, phone, card, {
			url = server.url, plain_http = true, tries = 2,
			timeout = row[1] == "late" and 0.2 or 5 })
		t.ok(os.time() - began < 30, "it takes too long")
		t.eq(picture(phone), before)
		t.eq(e.report.changed, false)
		t.eq(e.report.sessions, 1)
		t.ok(e.report.messages <= 257, e.report.messages)
		-- And the next session is a good one again.
		server:stop()
		server = serve "function(s) s:add('./Good', 'yes') end"
		phone:sync(card, { url = server.url, plain_http = true })
		t.eq(value(phone, "./Good"), "yes")
	end)
end

t.test("a server that dies leaves what it said as a whole", function(card)
	local phone = fresh(card, "sync")
	local server = serve([[function(s)
		s:add("./Half/A", "1")
		s:add("./Half/B", "2")
		s:add("./Half/C", "3")
	end]], "--bad broken --bad-after 2")
	local e = t.raises("TRANSPORT", phone.sync, phone, card,
		{ url = server.url, plain_http = true, tries = 1 })
	t.eq(e.report.changed, true)
	t.eq(value(phone, "./Half/A"), "1")
	t.eq(value(phone, "./Half/B"), "2")
	t.eq(value(phone, "./Half/C"), nil)
	server:stop()
	t.raises("TRANSPORT", phone.sync, phone, card,
		{ url = server.url, plain_http = true, tries = 1 })
	server = serve "function(s) s:add('./Half/C', '3') end"
	phone:sync(card, { url = server.url, plain_http = true })
	t.eq(value(phone, "./Half/C"), "3")
end)
