-- Requirements GEN-17 and PRV-1: what the device uses straight from the card,
-- in whatever reader it is, and never keeps.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local adm1 <const> = dmsc.secret { content = "hex:4444444444444444" }
local pin81 <const> = dmsc.secret { content = "2468" }
local HOST <const> = "/OperatorX/Mail/home/Incoming/Host"
local USER <const> = "/Personal/GreatApp/User"

local function fresh(card, name)
	local d = dmsc.device.new { name = "lua-test-mount-" .. name }
	d:reset(card)
	return d
end

-- Writes value to path; returns what brings back what was there.
local function write(card, path, value, pin)
	local function go(v)
		card:verify_pin { which = "adm1", source = adm1 }
		if pin then
			card:verify_pin { which = "81", source = pin,
				spend_try = true }
		end
		local was = card:get(path)
		card:set(path, v)
		card:commit()
		card:reset()
		return was
	end
	local was = go(value)
	return function() go(was) end
end

local function state_of(card, d)
	return d:show(card).file:match "^(.*)/devices/"
end

-- The files of the state folder that hold the text, plain, in hex or in
-- base64; images of cards are cards.
local function files_with(card, d, text)
	local folder = state_of(card, d)
	local bytes = dmsc.bytes(text)
	local found = {}
	for _, form in ipairs { text, bytes:hex(), bytes:hex():lower() } do
		local p <close> = assert(io.popen(("grep -rlaF -e '%s' " ..
			"--exclude='*.img' '%s' 2>/dev/null"):format(form,
			folder)))
		for line in p:lines() do
			found[#found + 1] = line
		end
	end
	return found
end

local head <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>7</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target>
<Source><LocURI>https://ma.example/dm</LocURI></Source></SyncHdr><SyncBody>]]

local function one(verb, uri, rest)
	return head .. ("<%s><CmdID>1</CmdID><Item><Target><LocURI>%s" ..
		"</LocURI></Target>%s</Item></%s><Final/></SyncBody></SyncML>")
		:format(verb, uri, rest or "", verb)
end

-- The status of the command, and its first result.
local function serve(card, d, message)
	local good, r = pcall(d.server, d, card, message,
		{ as = "ma.example" })
	local reply = good and r or r.reply
	if not reply then
		error(r, 0)
	end
	for _, s in ipairs(reply.answer.statuses) do
		if s.command ~= "SyncHdr" then
			local got = reply.answer.results[1]
			return s.status, got and got.value and got.value:str()
		end
	end
end

-- req: GEN-17
t.test("GEN-17: a node of the device is read from the card when it is used",
    function(card)
	local d = fresh(card, "used")
	d:power_on(card)
	local m = d:mount(card, "/OperatorX/Mail", "./Post")
	t.eq(m.uri, "./Post")
	t.eq(m.path, "/OperatorX/Mail")
	t.eq(m.state, "there")
	t.eq(d:mounts(card), { m })
	t.eq(d:get("./Post", card), { "home" })
	t.eq(d:get("./Post/home/Incoming/Port", card), 993)
	t.eq(dmsc.find(d:tree(card), "Post"), nil, "the device has no copy")
	local back = write(card, HOST, "changed.imap.example")
	t.eq(d:get("./Post/home/Incoming/Host", card), "changed.imap.example",
		"no power-on was needed")
	back()
	t.eq(d:get("./Post/home/Incoming/Host", card), card:get(HOST))
	t.eq(#d:get("./Post?list=Struct", card), 15)
	d:unmount("./Post", card)
	t.eq(t.raises("NOTFOUND", d.get, d, "./Post", card).dm, 404)
	d:reset(card)
end)

-- A card that is out and in again, by the shell: the same for all readers.
-- req: GEN-17
t.test("GEN-17: what is mounted is gone with the card, and back with it",
    function(card)
	local d = fresh(card, "gone")
	d:mount(card, "/OperatorX", "./Mine")
	local uri <const> = "./Mine/DMAcc/opx/ServerID"
	local was = d:get(uri, card)
	local other = os.tmpname()
	dmsc.card_new { image = other, force = true }
	-- Another card with the same document.
	local second <close> = dmsc.connect { reader = "sim:" .. other,
		state = state_of(card, d) }
	local e = t.raises("NOTFOUND", d.get, d, uri, second)
	t.eq(e.dm, 404)
	t.eq(e.exit, 6)
	t.eq(d:mounts(second)[1].state, "another card")
	t.eq(serve(second, d, one("Get", uri)), 404)
	os.remove(other)
	card:use()
	t.eq(d:get(uri, card), was)
	-- None at all.
	local where = card:connection().reader
	if where == "sim" then
		where = "sim:" .. state_of(card, d):gsub("/state$",
			"/card.img")
	end
	card:run "disconnect"
	t.eq(t.raises("NOTFOUND", d.get, d, uri, card).dm, 404)
	t.eq(d:mounts(card)[1].state, "no card")
	t.eq(d:get("./DevInfo/DmV", card), "1.2", "its own is there")
	card:run("connect '" .. where .. "'")
	t.eq(d:get(uri, card), was, "back")
	t.eq(serve(card, d, one("Get", uri)), 200)
	d:reset(card)
end)

-- req: GEN-17
t.test("GEN-17: servers get what is mounted, and change nothing of it",
    function(card)
	local d = fresh(card, "servers")
	d:mount(card, "/OperatorX/Mail", "./Post")
	local host <const> = "./Post/home/Incoming/Host"
	local status, value = serve(card, d, one("Get", host))
	t.eq(status, 200)
	t.eq(value, card:get(HOST))
	status, value = serve(card, d, one("Get", "."))
	t.ok(value:find("Post", 1, true), value)
	t.eq(serve(card, d, one("Replace", host, "<Data>x</Data>")), 405)
	t.eq(serve(card, d, one("Add", "./Post/new", "<Data>x</Data>")), 405)
	t.eq(serve(card, d, one("Delete", "./Post")), 405)
	t.eq(serve(card, d, one("Copy", "./Stolen", "<Source><LocURI>" ..
		host .. "</LocURI></Source>")), 405, "that would leave a copy")
	t.eq(serve(card, d, one("Get", "./Post/none")), 404)
	t.eq(value ~= nil and card:get(HOST) ~= "x", true)
	d:reset(card)
end)

-- req: PRV-1
t.test("PRV-1: no value of what is mounted comes into a file of the device",
    function(card)
	local tag = dmsc.bytes(tostring(os.time()) .. os.tmpname())
	local secret = "prv1-" .. tag:hex():sub(-12)
	local d = fresh(card, "private")
	-- It was taken before: that copy goes.
	local back_user = write(card, USER, secret .. "-user", pin81)
	local back_host = write(card, HOST, secret .. ".example")
	d:power_on(card, { pins = { ["81"] = pin81 }, spend_try = true })
	t.ok(#files_with(card, d, secret) > 0, "the search finds what is there")
	d:mount(card, "/OperatorX/Mail", "./Post")
	t.raises("AUTH", d.mount, d, card, "/Personal", "./Mine")
	card:verify_pin { which = "81", source = pin81, spend_try = true }
	d:mount(card, "/Personal", "./Mine")
	card:reset()
	t.eq(files_with(card, d, secret), {})
	-- Reads of programs and of servers.
	t.eq(d:get("./Post/home/Incoming/Host", card), secret .. ".example")
	local e = t.raises("AUTH", d.get, d, "./Mine/GreatApp/User", card)
	t.eq(e.dm, 425)
	t.ok(e.next[1]:find("81", 1, true), tostring(e))
	t.eq(serve(card, d, one("Get", "./Mine/GreatApp/User")), 425)
	card:verify_pin { which = "81", source = pin81, spend_try = true }
	t.eq(d:get("./Mine/GreatApp/User", card), secret .. "-user")
	local status, value = serve(card, d,
		one("Get", "./Mine/GreatApp/User"))
	t.eq(status, 200)
	t.eq(value, secret .. "-user")
	t.eq(serve(card, d, one("Get", "./Mine?list=TNDS")), 200)
	-- A server that changes the device, which is written then.
	t.eq(serve(card, d, one("Add", "./Note", "<Data>n</Data>")), 200)
	t.eq(files_with(card, d, secret), {})
	t.eq(dmsc.find(d:tree(card), "Note").value, "n")
	-- The next power-on takes nothing from there.
	for _, doc in ipairs(d:power_on(card, { pins = { ["81"] = pin81 },
		spend_try = true }).documents) do
		if doc.document == "OperatorX" or
			doc.document == "Personal" then
			t.eq(doc.state, "skipped")
			t.ok(doc.why:find("mounted", 1, true), doc.why)
		end
	end
	t.eq(files_with(card, d, secret), {})
	d:reset(card)
	back_user()
	back_host()
end)

-- The account OperatorX of the card, as the server has it.
local SCRIPT <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
return { accounts = { { device = "*", auth = "md5",
	user = "device", secret = secret "mobile-secret",
	nonce = "client-nonce", server = { auth = "md5",
	user = "com.operatorx.dm", secret = secret "server-secret",
	nonce = "server-nonce" } } }, session = function(s)
		assert(s:get "./Mine/GreatApp/User" == "%s")
		local a = s:send { { "get", "./Mine/GreatApp?list=StructData" },
			{ "replace", "./Mine/GreatApp/User", "eve" },
			{ "copy", "./Mine/GreatApp/User", "./Stolen" },
			{ "add", "./Note", "n" },
			{ "get", "./Mine/none" } }
		assert(a[1].status == 200 and a[2].status == 405 and
			a[3].status == 405 and a[4].status == 200 and
			a[5].status == 404)
	end }
]]

-- req: GEN-17, PRV-1
t.test("PRV-1: a server over HTTP gets what is mounted, and the device keeps " ..
    "nothing of it", function(card)
	local value = "prv1-" .. dmsc.bytes(os.tmpname()):hex():sub(-12)
	local back = write(card, USER, value, pin81)
	local d = fresh(card, "sync")
	d:power_on(card)
	card:verify_pin { which = "81", source = pin81, spend_try = true }
	d:mount(card, "/Personal", "./Mine")
	local server = t.dmserver(SCRIPT:format(value))
	local x = d:sync(card, { url = server.url, plain_http = true })
	t.eq(x.changed, true)
	for _, e in ipairs(server:stop()) do
		t.ok(not e.error and e.state ~= "broken", dmsc.dump(e))
	end
	t.eq(dmsc.find(d:tree(card), "Note").value, "n")
	t.eq(dmsc.find(d:tree(card), "Stolen"), nil)
	t.eq(files_with(card, d, value), {})
	d:reset(card)
	back()
end)

t.test("mounts that cannot be", function(card)
	local d = fresh(card, "wrong")
	card:add("/OperatorX/Policy", nil, { format = "node",
		type = "urn:oma:mo:ext-dmsc-policy:1.0" })
	card:verify_pin { which = "adm1", source = adm1 }
	card:commit()
	t.raises("PLAN", d.mount, d, card, "/OperatorX")
	card:undo()
	t.raises("NOTFOUND", d.mount, d, card, "/None")
	t.raises("NOTFOUND", d.mount, d, card, "/OperatorX/None")
	t.raises("USAGE", d.mount, d, card, "/OperatorX", "./Origin/x")
	t.raises("EXISTS", d.mount, d, card, "/OperatorX", "./DevInfo")
	t.raises("NOTFOUND", d.mount, d, card, "/OperatorX", "./a/b")
	t.eq(d:mount(card, "/OperatorX", "./x", { dry = true }).uri, "./x")
	t.eq(d:mounts(card), {})
	t.raises("NOTFOUND", d.unmount, d, "./x", card)
	d:reset(card)
end)
