-- Use case 5.2: an application's MO goes from the device to the card, by its
-- user, or by a DM server through ./SC, and a second device goes on with it.
-- On a card with the DM-SC application, in whatever reader it is.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local server <const> = "ma.example"
local password <const> = dmsc.secret { content = "ascii:ma-s3cret" }
local adm <const> = dmsc.secret { content = "hex:4444444444444444" }
local pin81 <const> = dmsc.secret { content = "2468" }

local phone <const> = { version = 0x31, confirm = "yes", keys = dmsc.secret { key = true, content =
	"hex:4D412E6578616D706C6520656E632031" ..
	"4D412E6578616D706C65206D61632032" ..
	"4D412E6578616D706C65206465632033" } }

local one <const> = dmsc.device.new { name = "copy-one" }
local two <const> = dmsc.device.new { name = "copy-two" }

local function owner(card)
	card:reset { cold = true }
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
end

-- ---- a DM server, through the device

local head <const> = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>52</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target>
<Source><LocURI>https://ma.example/dm</LocURI></Source></SyncHdr><SyncBody>]]

-- Rows of command, target, source (Copy) or value, format, type.
local function message(rows)
	local out = { head }
	for i, r in ipairs(rows) do
		local verb, target, rest = r[1], r[2], ""
		if verb == "Copy" then
			rest = ("<Source><LocURI>%s</LocURI></Source>"):format(
				r[3])
		elseif verb == "Add" or verb == "Replace" then
			rest = ('<Meta><Format xmlns="syncml:metinf">%s' ..
				'</Format><Type xmlns="syncml:metinf">%s' ..
				"</Type></Meta>"):format(r[4] or "chr",
				r[5] or "text/plain")
			if r[3] then
				rest = rest .. ("<Data>%s</Data>"):format(r[3])
			end
		end
		out[#out + 1] = ("<%s><CmdID>%d</CmdID><Item><Target>" ..
			"<LocURI>%s</LocURI></Target>%s</Item></%s>"):format(
			verb, i, target, rest, verb)
	end
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	return table.concat(out)
end

-- The statuses of the commands, and all that the device answered.
local function says(device, card, rows, as)
	local good, x = pcall(device.server, device, card, message(rows),
		{ as = as or server, password = password })
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

-- ---- the application: data of the user and of the MA

local urn <const> = "org.example/1.0/Notes"
local notes <const> = {
	{ "Add", "./Notes", nil, "node", urn },
	{ "Replace", "./Notes?prop=ACL", "Get=*&amp;Add=ma.example&amp;" ..
		"Delete=ma.example&amp;Replace=ma.example" },
	{ "Add", "./Notes/Owner", "Alice" },
	{ "Add", "./Notes/First", "milk, bread" },
	{ "Add", "./Notes/Account", nil, "node" },
	{ "Add", "./Notes/Account/Server", "https://notes.example" },
	{ "Add", "./Notes/Account/Sync", "15", "int" },
	{ "Add", "./Notes/Account/Password", "s3cret-of-the-MA" },
}

-- Both devices new, the application on the first, nothing on the card.
local function install(card)
	owner(card)
	one:reset(card)
	two:reset(card)
	for _, uri in ipairs { "./Group/Fleet/Notes", "./Apps" } do
		local good, e = pcall(card.dm_delete, card, uri)
		t.ok(good or e.dm == 404, tostring(e))
	end
	for _, d in ipairs(card:documents()) do
		if d.name == "Notes" then
			card:rmdoc "/Notes"
			card:commit()
		end
	end
	for _, s in ipairs(says(one, card, notes)) do
		t.eq(s, 200)
	end
end

local function at(device, card, uri)
	local n = dmsc.find(device:tree(card), uri)
	return n and (n.value or n)
end

local function taken(report, name)
	for _, d in ipairs(report.documents) do
		if d.document == name then
			return d.state, d.why
		end
	end
end

-- ---- by a server

t.test("UC-5.2: a server orders a copy, and another device goes on with it",
    function(card)
	install(card)
	card:reset { cold = true }
	local list, x = says(one, card, {
		{ "Copy", "./SC/Group/Fleet/Notes", "./Notes" } })
	t.eq(list, { 200 })
	t.eq(x.answer.statuses[2].command, "Copy")
	-- A2: the device has its own beside it.
	t.eq(at(one, card, "Notes/First"), "milk, bread")
	t.eq(says(two, card, {
		{ "Copy", "./Notes", "./SC/Group/Fleet/Notes" } }), { 200 })
	t.eq(at(two, card, "Notes/First"), "milk, bread")
	t.eq(at(two, card, "Notes/Account/Sync"), 15)
	t.eq(at(two, card, "Notes").type, urn)
end)

t.test("UC-5.2: a part of an MO; what the server may not read stays behind",
    function(card)
	install(card)
	t.eq(says(one, card, {
		{ "Copy", "./SC/Group/Fleet/Notes", "./Notes/Account" } }),
		{ 200 })
	t.eq(card:dm_get "./Group/Fleet/Notes", { "Server", "Sync" })
	t.eq(says(one, card, {
		{ "Copy", "./SC/Group/Fleet/Own", "./Notes/Account/Password" },
		{ "Copy", "./SC/DMAcc/Notes", "./Notes" },
		{ "Copy", "./SC/Group/Fleet/Own", "./Origin" } }),
		{ 405, 425, 405 })
end)

-- ---- by the device

t.test("UC-5.2: the device makes a document; another device takes it at " ..
    "power-on", function(card)
	install(card)
	local x = one:copy(card, "./Notes", "/Notes", { private = true })
	t.eq(x.state, "new")
	t.eq(x.nodes, 7)
	t.eq(x.moved, false)
	t.ok(x.journal)
	t.eq(taken(two:power_on(card), "Notes"), "skipped")
	t.eq(taken(two:power_on(card, { pins = { ["81"] = pin81 },
		spend_try = true }), "Notes"), "added")
	t.eq(at(two, card, "Notes").type, urn)
	t.eq(at(two, card, "Notes/Account/Password"), "s3cret-of-the-MA")
end)

t.test("UC-5.2: or a part of an MO, or a value, at another place",
    function(card)
	install(card)
	owner(card)
	t.eq(one:copy(card, "./Notes/Account", "/card/Apps/Old/Account").state,
		"new")
	t.eq(one:copy(card, "./Notes/First", "/card/Apps/First").state, "new")
	t.eq(card:dm_get "./Apps/Old/Account/Sync", 15)
	t.eq(card:dm_get "./Apps/First", "milk, bread")
	t.eq(one:copy(card, "./Notes/Owner", "/card/Apps/First").state,
		"replaced")
	t.eq(card:dm_get "./Apps/First", "Alice")
	t.eq(one:copy(card, "./Notes/First", "/Notes/A/B").state, "new")
	t.eq(card:get "/Notes/A/B", "milk, bread")
end)

t.test("UC-5.2: for a server the device copies what that server may read",
    function(card)
	install(card)
	owner(card)
	local x = one:copy(card, "./Notes", "/card/Apps/Notes",
		{ as = server })
	t.eq(x.left_out, 1)
	t.eq(x.nodes, 6)
	t.raises("NOTFOUND", card.dm_get, card,
		"./Apps/Notes/Account/Password")
	t.raises("UNSUPPORTED", one.copy, one, card, "./Notes",
		"/card/Apps/Notes", { as = server, move = true })
	t.raises("UNSUPPORTED", one.copy, one, card, "./DevInfo",
		"/card/Apps/Device", { move = true })
	t.raises("USAGE", one.copy, one, card, "./Origin", "/Notes")
	t.raises("NOTFOUND", one.copy, one, card, "./None", "/Notes")
	t.raises("USAGE", one.copy, one, card, "./Notes", "/card")
	t.raises("UNSUPPORTED", one.copy, one, card, "./Notes", "/LwM2M")
	t.eq(at(one, card, "Notes/Owner"), "Alice")
end)

t.test("UC-5.2: who may not write gets told, and nothing is lost",
    function(card)
	install(card)
	card:reset { cold = true }
	local e = t.raises("AUTH", one.copy, one, card, "./Notes",
		"/card/Apps/Notes", { move = true })
	t.ok(e.next[1], "nothing to type")
	t.raises({ "AUTH", "PLAN" }, one.copy, one, card, "./Notes", "/Notes",
		{ move = true })
	t.eq(card:dirty(), false)
	t.eq(at(one, card, "Notes/Owner"), "Alice")
end)

for _, place in ipairs { "/Notes", "/card/Apps/Notes" } do
	local node <const> = place == "/Notes" and "/Notes/Notes" or place
	t.test("UC-5.2-A1: compared, only what differs is sent: " .. place,
	    function(card)
		install(card)
		owner(card)
		local compare <const> = { compare = true }
		local first = one:copy(card, "./Notes", place, compare)
		t.eq(first.state, "new")
		local x = one:copy(card, "./Notes", place, compare)
		t.eq(x.state, "same")
		t.eq(x.changes, {})
		t.eq(x.way, "none")
		one:set("./Notes/First", "milk", card)
		t.eq(says(one, card, {
			{ "Delete", "./Notes/Account/Sync" },
			{ "Add", "./Notes/Second", "call Bob" } }),
			{ 200, 200 })
		x = one:copy(card, "./Notes", place,
			{ compare = true, dry = true })
		t.eq(x.state, "changed")
		t.eq(#x.changes, 3)
		t.eq(card:get(node .. "/First"), "milk, bread")
		x = one:copy(card, "./Notes", place, compare)
		local seen = {}
		for _, c in ipairs(x.changes) do
			seen[c.uri] = c.op
		end
		t.eq(seen, { First = "set", Second = "add",
			["Account/Sync"] = "remove" })
		t.eq(card:get(node .. "/First"), "milk")
		t.eq(one:copy(card, "./Notes", place, compare).state, "same")
	end)

	t.test("UC-5.2-A2: the device keeps its MO beside the copy: " .. place,
	    function(card)
		install(card)
		owner(card)
		t.eq(one:copy(card, "./Notes", place).moved, false)
		one:set("./Notes/First", "mine", card)
		t.eq(card:get(node .. "/First"), "milk, bread")
		t.eq(at(one, card, "Notes/First"), "mine")
		one:power_on(card)
		t.eq(at(one, card, "Notes/First"), "mine")
	end)

	t.test("UC-5.2-A3: the device's goes once the card has it: " .. place,
	    function(card)
		install(card)
		owner(card)
		local x = one:copy(card, "./Notes", place, { move = true })
		t.eq(x.moved, true)
		t.eq(at(one, card, "Notes"), nil)
		t.eq(card:get(node .. "/First"), "milk, bread")
		t.raises("NOTFOUND", one.copy, one, card, "./Notes", place,
			{ move = true })
	end)
end

t.test("UC-5.2-A3: the device uses the card's copy", function(card)
	install(card)
	owner(card)
	t.eq(one:copy(card, "./Notes", "/Notes", { move = true }).moved, true)
	t.eq(taken(one:power_on(card), "Notes"), "added")
	t.eq(at(one, card, "Notes/First"), "milk, bread")
	-- It goes back there with what the user changed, and is taken again.
	one:set("./Notes/First", "eggs", card)
	owner(card)
	t.eq(one:copy(card, "./Notes", "/Notes", { compare = true,
		move = true }).state, "changed")
	t.eq(at(one, card, "Notes"), nil)
	t.eq(taken(one:power_on(card), "Notes"), "replaced")
	t.eq(at(one, card, "Notes/First"), "eggs")
	t.eq(taken(two:power_on(card), "Notes"), "added")
	t.eq(at(two, card, "Notes/First"), "eggs")
end)

t.test("UC-5.2-A3: by the server's orders", function(card)
	install(card)
	card:reset { cold = true }
	t.eq(says(one, card, {
		{ "Copy", "./SC/Group/Fleet/Notes", "./Notes" },
		{ "Delete", "./Notes" } }), { 200, 200 })
	t.eq(at(one, card, "Notes"), nil)
	t.eq(says(one, card, {
		{ "Copy", "./SC/DMAcc/Notes", "./DevInfo" },
		{ "Delete", "./DevInfo" } }), { 425, 215 })
	t.eq(says(one, card, {
		{ "Get", "./SC/Group/Fleet/Notes/First" } }), { 200 })
	t.eq(says(two, card, {
		{ "Copy", "./Notes", "./SC/Group/Fleet/Notes" } }), { 200 })
	t.eq(at(two, card, "Notes/First"), "milk, bread")
	t.eq(taken(one:power_on(card, phone), "card/Group/Fleet"), "added")
	t.eq(at(one, card, "Notes/First"), "milk, bread")
end)

t.test("UC-5.2-A3: what another document of the card would bring again is " ..
    "not moved", function(card)
	install(card)
	one:power_on(card)
	owner(card)
	local account <const> = "./DMAcc/opx"
	t.ok(at(one, card, account))
	local e = t.raises("UNSUPPORTED", one.copy, one, card, account,
		"/Notes", { move = true })
	t.eq(e.where, "/OperatorX")
	t.eq(one:copy(card, account, "/OperatorX", { move = true }).state,
		"same")
	t.eq(at(one, card, account), nil)
	one:power_on(card)
	t.ok(at(one, card, account))
end)

-- ---- a DM server over HTTP, by the account that the card brought

local operator <const> = "com.operatorx.dm"

-- Its account and a group on the card's side.
local function let_in(card)
	owner(card)
	for _, uri in ipairs { "./DMAcc/operator", "./Group/Operator" } do
		pcall(card.dm_delete, card, uri)
	end
	card:dm_run({
		{ verb = "add", uri = "./DMAcc/operator",
			type = "urn:oma:mo:oma-dm-dmacc:1.0" },
		{ verb = "add", uri = "./DMAcc/operator/ServerID",
			value = operator },
		{ verb = "add", uri = "./DMAcc/operator/AppAuth/1/AAuthLevel",
			value = "SRVCRED" },
		{ verb = "add", uri = "./DMAcc/operator/AppAuth/1/AAuthType",
			value = "DIGEST" },
		{ verb = "add", uri = "./DMAcc/operator/AppAuth/1/AAuthSecret",
			value = "for-the-card" },
		{ verb = "add", uri = "./Group/Operator" },
		{ verb = "replace", uri = "./Group/Operator?prop=ACL",
			value = "Add=*&Get=*&Replace=*&Delete=*" },
	}, { atomic = true })
end

local script <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
local card = { user = "com.operatorx.dm", secret = secret "for-the-card" }
local wrong = { user = card.user, secret = secret "guess" }
local function said(s, login, list)
	local out = {}
	for i, a in ipairs(s:to_card(login, list)) do
		out[i] = a.status
	end
	return table.concat(out, " ")
end
local function is(got, want)
	if got ~= want then
		error(("got %s, want %s"):format(got, want))
	end
end
local orders = { { "copy", "./SC/Group/Operator/Notes", "./Notes" },
	{ "delete", "./Notes" } }
return { accounts = { { device = "*", auth = "md5",
	user = "device", secret = secret "mobile-secret",
	nonce = "client-nonce", server = { auth = "md5",
	user = "com.operatorx.dm", secret = secret "server-secret",
	nonce = "server-nonce" } } }, session = function(s)
	if s.number == 1 then
		s:add("./Notes", nil, { type = "org.example/1.0/Notes" })
		s:replace("./Notes?prop=ACL", "Get=*&Add=*&Replace=*&Delete=*")
		s:add("./Notes/First", "milk, bread")
		s:add("./Notes/Long", ("long"):rep(15000))
	elseif s.number == 2 then
		is(said(s, wrong, orders), "401 215")
		is(s:get "./Notes/First", "milk, bread")
		is(said(s, card, orders), "200 200")
	elseif s.number == 3 then
		is(said(s, card, { { "copy", "./Notes",
			"./SC/Group/Operator/Notes" } }), "200")
		is(#s:get "./Notes/Long", 60000)
	end
end }
]]

t.test("UC-5.2: over HTTP a server has it copied, the device's erased, and " ..
    "on another device", function(card)
	install(card)
	let_in(card)
	one:reset(card)
	for _, phone in ipairs { one, two } do
		phone:power_on(card, { confirm = "yes" })
	end
	local dm <const> = t.dmserver(script)
	local function sync(phone)
		local x = phone:sync(card, { url = dm.url, plain_http = true })
		return x
	end
	sync(one)
	t.eq(at(one, card, "Notes/First"), "milk, bread")
	sync(one)
	t.eq(at(one, card, "Notes"), nil)
	sync(two)
	t.eq(at(two, card, "Notes/First"), "milk, bread")
	t.eq(dm:stop()[#dm.log].state, "done")
	owner(card)
	card:dm_delete "./DMAcc/operator"
	card:dm_delete "./Group/Operator"
end)

-- ---- what belongs to it

t.test("GEN-5: the device compares its MO with the card's", function(card)
	install(card)
	owner(card)
	one:copy(card, "./Notes", "/card/Apps/Notes")
	one:set("./Notes/First", "milk", card)
	local x = one:copy(card, "./Notes", "/card/Apps/Notes",
		{ compare = true, dry = true })
	t.eq(#x.changes, 1)
	t.eq(x.changes[1].op, "set")
	t.eq(x.changes[1].before:str(), "milk, bread", "on the card")
	t.eq(x.changes[1].after:str(), "milk", "on the device")
end)

t.test("GEN-7: a large MO goes to the card in parts", function(card)
	install(card)
	owner(card)
	t.eq(says(one, card, { { "Replace", "./Notes/First",
		("long "):rep(12000) } }), { 200 })
	local x = one:copy(card, "./Notes", "/card/Apps/Notes")
	t.eq(x.state, "new")
	one:set("./Notes/First", ("longer "):rep(9000), card)
	t.eq(one:copy(card, "./Notes", "/card/Apps/Notes").state, "replaced")
	t.eq(one:copy(card, "./Notes", "/card/Apps/Notes",
		{ compare = true }).state, "same")
	-- By the server, there and back.
	t.eq(says(one, card, {
		{ "Copy", "./SC/Group/Fleet/Notes", "./Notes" } }), { 200 })
	t.eq(says(two, card, {
		{ "Copy", "./Notes", "./SC/Group/Fleet/Notes" } }), { 200 })
	t.eq(at(two, card, "Notes/First"), ("longer "):rep(9000))
	owner(card)
	card:dm_delete "./Group/Fleet/Notes"
	for i = 1, 20 do
		says(one, card, { { "Add", "./Notes/Page" .. i,
			("%d "):format(i):rep(1000) } })
	end
	one:set("./Notes/First", "short", card)
	t.eq(one:copy(card, "./Notes", "/card/Apps/Notes",
		{ compare = true, move = true }).moved, true)
	t.eq(card:dm_get "./Apps/Notes/Page20", ("20 "):rep(1000))
	install(card)
end)
