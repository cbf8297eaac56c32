-- Use case 5.3 and GEN-19: a policy on the card is taken by whatever device the
-- card is put into, switches its functions by days, hours and places, stays,
-- obeys its administrator alone, and changes over the air.
local dmsc = require "dmsc"
local t = require "dmsc.test"
local inside = require "dmsc.inside"

t.profile "dmsc"

local data <const> = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local OWNER <const> = "@" .. data .. "/scripts/demo/scp-keys"
local MA <const> = "@" .. data .. "/scripts/demo/ma-keys"
local adm1 <const> = dmsc.secret { content = "hex:4444444444444444" }
local ADMIN <const> = "corp.example"
local ALERT <const> = "urn:oma:at:ext-dmsc-policy:1.0:"

-- The demo policy, of this version and with these hours.
local function policy(version, hours)
	local f <close> = assert(io.open(data .. "/scripts/demo/Policy.xml"))
	local text = f:read "a"
	text = text:gsub("<Value>1</Value>(%s*</Node>%s*<Node>%s*" ..
		"<NodeName>Rule)", "<Value>" .. version .. "</Value>%1")
	return (text:gsub("08:00%-18:00", hours or "08:00-18:00"))
end

local function owner(card)
	card:reset()
	card:verify_pin { which = "adm1", source = adm1, spend_try = true }
end

local function put(card, text)
	owner(card)
	card:import("/Corp", text)
	card:commit()
	card:reset()
end

local function clean(card)
	owner(card)
	card:revert()
	for _, doc in ipairs(card:documents()) do
		if doc.name == "Corp" then
			card:rmdoc "/Corp"
			card:commit()
			break
		end
	end
	pcall(card.dm_delete, card, "./Policy")
	card:reset()
end

local function row(report, name)
	for _, one in ipairs(report.documents) do
		if one.document == name then
			return one
		end
	end
	return {}
end

-- A card's, and that which another one left.
local function states(report, name)
	local out = {}
	for _, one in ipairs(report.documents) do
		out[#out + 1] = one.document == name and one.state or nil
	end
	return table.concat(out, " ")
end

-- "Camera,USB": what is on.
local function on(x)
	local out = {}
	for _, f in ipairs(x.functions) do
		out[#out + 1] = f.enabled and f.name or nil
	end
	return table.concat(out, ",")
end
local ALL <const> = "Camera,Bluetooth,Infrared,USB"

-- What waits to be told to whom, "Switched ./DCMO/USB off ...".
local function told(d, card, server)
	local top = dmsc.find(d:tree(card), "Origin/Alert")
	local out = {}
	for _, n in ipairs(top and top.nodes or {}) do
		local function leaf(name)
			local x = dmsc.find(n, name)
			return x and x.value or ""
		end
		if leaf "Server" == server then
			out[#out + 1] = leaf "Type":gsub(".*:", "") .. " " ..
				leaf "Source" .. " " .. leaf "Data"
		end
	end
	return table.concat(out, "\n")
end

-- A phone that is new, at this time, with the card in it.
local function fresh(card, name, at)
	local d = dmsc.device.new { name = "policy-" .. name }
	d:reset(card)
	d:clock({ set = at }, card)
	return d, d:power_on(card, { cat = true, confirm = "yes" })
end

local function exec(d, card, server, uri)
	return d:server(card, ([[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>device</LocURI></Target><Source><LocURI>%s
</LocURI></Source></SyncHdr><SyncBody><Exec><CmdID>1</CmdID><Correlator>c-17
</Correlator><Item><Target><LocURI>%s</LocURI></Target></Item></Exec><Final/>
</SyncBody></SyncML>]]):format(server, uri), { as = server })
end

t.test("UC-5.3: a policy configures whatever device the card is put into",
function(card)
	put(card, policy(1))
	for _, name in ipairs { "one", "two" } do
		local d, r = fresh(card, name, "2026-11-23T10:00")
		t.eq(row(r, "Corp").state, "added")
		t.eq(r.changed, true)
		local x = d:functions(card)
		t.eq(on(x), "")
		t.eq(x.functions[1].by, "policy")
		t.eq(x.functions[1].rule, "office")
		t.eq(x.policy.administrator, ADMIN)
		t.eq(x.policy.version, 1)
		t.eq(x.policy.document, "Corp")
		t.eq(x.policy.next, "2026-11-23T18:00:00Z")
		t.eq(dmsc.find(d:tree(card), "DCMO/USB/Enabled").value, false)
		-- What the administrator is going to read.
		local said = told(d, card, ADMIN)
		t.ok(said:find("Active ./Policy 1", 1, true), said)
		t.ok(said:find("Switched ./DCMO/Camera off " ..
			"2026-11-23T10:00:00Z office", 1, true), said)
		d:reset(card)
	end
	local d = fresh(card, "one", "2026-11-28T10:00")
	t.eq(on(d:functions(card)), ALL)
	t.eq(on(d:place("plant-2", card)), "Bluetooth,Infrared")
	t.eq(on(d:place("plant-3", card)), ALL)
	d:reset(card)
	clean(card)
end)

t.test("UC-5.3: it stays when the card is pulled, swapped or emptied",
function(card)
	put(card, policy(1))
	local d = fresh(card, "stays", "2026-11-23T10:00")
	local folder = inside.temp_make()
	local image = folder .. "/other.img"
	dmsc.card_new { image = image, profile = "dmsc" }
	do
		-- The same phone: its state is where that of this card is.
		local other <close> = dmsc.connect { reader = "sim:" .. image,
			state = d:show(card).file:match "^(.*)/devices/" }
		t.eq(row(d:power_on(other, { confirm = "yes" }), "Corp").state,
			"kept")
		t.eq(on(d:functions(other)), "")
		t.ok(dmsc.find(d:tree(other), "DMAcc/corp/ServerID"))
		-- A policy of somebody else, or without the credentials.
		put(other, (policy(9):gsub("corp%.example", "evil.example")))
		t.eq(states(d:power_on(other, { confirm = "yes" }), "Corp"),
			"kept refused")
		t.eq(d:functions(other).policy.administrator, ADMIN)
		put(other, (policy(9):gsub("corp%-s3cret", "guessed")))
		d:power_on(other, { confirm = "yes" })
		t.eq(d:functions(other).policy.version, 1)
		t.ok(told(d, other, ADMIN):find("credentials", 1, true))
		-- Another card of the same company, with the next version.
		put(other, policy(2, "08:00-09:00"))
		d:power_on(other, { confirm = "yes" })
		t.eq(d:functions(other).policy.version, 2)
		t.eq(on(d:functions(other)), ALL)
	end
	inside.temp_remove(folder)
	-- The first card has an older one now.
	local r = d:power_on(card, { confirm = "yes" })
	t.eq(d:functions(card).policy.version, 2)
	clean(card)
	d:power_on(card, { confirm = "yes" })
	t.eq(d:functions(card).policy.version, 2)
	t.ok(r.documents)
	d:reset(card)
end)

t.test("UC-5.3-A1: its administrator switches a function, nobody else",
function(card)
	local camera <const> = "./DCMO/Camera/Operations/"
	put(card, policy(1))
	local d = fresh(card, "orders", "2026-11-23T10:00")
	local e = t.raises("AUTH", exec, d, card, "other.example", camera ..
		"Enable")
	t.eq(e.dm, 425)
	t.eq(on(d:functions(card)), "")
	t.eq(exec(d, card, ADMIN, camera .. "Enable").answer.statuses[2]
		.status, 202)
	t.eq(on(d:functions(card)), "Camera")
	t.ok(told(d, card, ADMIN):find("OperationComplete ./DCMO/Camera/" ..
		"Operations/Enable 1200", 1, true), told(d, card, ADMIN))
	exec(d, card, ADMIN, camera .. "Disable")
	t.eq(on(d:functions(card)), "")
	exec(d, card, ADMIN, camera .. "Enable")
	-- The policy goes on with the next rule.
	t.eq(on(d:clock({ add = "10h" }, card)), ALL)
	t.eq(on(d:clock({ set = "2026-11-24T10:00" }, card)), "")
	-- A policy is no server's.
	for _, uri in ipairs { "Policy/Version", "DCMO/Camera/Enabled" } do
		t.raises({ "AUTH", "UNSUPPORTED" }, d.set, d, "./" .. uri, "0",
			card)
	end
	d:reset(card)
	clean(card)
end)

t.test("UC-5.3-A2: hours come and go by the clock, several at once",
function(card)
	put(card, policy(1))
	local d = fresh(card, "hours", "2026-11-27T07:00")	-- Friday
	t.eq(on(d:functions(card)), ALL)
	t.eq(on(d:clock({ set = "08:00" }, card)), "")
	t.eq(on(d:clock({ add = "9h59m59s" }, card)), "")
	t.eq(on(d:clock({ add = "1s" }, card)), ALL)
	t.eq(on(d:clock({ set = "23:30" }, card)), "Camera,Infrared,USB")
	-- At night Bluetooth is left to the user, until the rule ends.
	t.eq(on(d:switch("bluetooth", true, card)), ALL)
	t.eq(on(d:clock({ add = "1h" }, card)), ALL)
	t.eq(on(d:clock({ set = "2026-11-28T22:30" }, card)),
		"Camera,Infrared,USB")
	local before = d:functions(card).alerts
	-- To Tuesday noon: two mornings of nights, Monday, its night, Tuesday.
	t.eq(on(d:clock({ set = "2026-12-01T12:00" }, card)), "")
	local said = told(d, card, ADMIN)
	for _, at in ipairs { "on 2026-11-29T06:00:00Z no rule",
			"off 2026-11-29T22:00:00Z night",
			"off 2026-11-30T08:00:00Z office",
			"on 2026-11-30T18:00:00Z no rule",
			"off 2026-12-01T08:00:00Z office" } do
		t.ok(said:find("./DCMO/Bluetooth " .. at, 1, true), said)
	end
	t.ok(d:functions(card).alerts > before)
	d:reset(card)
	clean(card)
end)

-- A counter above all that this card has had.
local function over_the_air(card, content, keys, version)
	local o = { keys = keys, version = version, counter = 1 }
	local good, e = pcall(card.ota, card, (card:package("#\n", o)),
		{ cat = true })
	o.counter = 1 + (good and 1 or
		tonumber(tostring(e.why):match "the card's (%d+)" or 1))
	return card:ota((card:package(content, o)),
		{ cat = true, keys = keys })
end

t.test("UC-5.3-A3: the policy changes on the card over the air",
function(card)
	put(card, policy(1))
	local d = fresh(card, "air", "2026-11-23T10:00")
	card:events { cat = true }
	t.eq(on(d:functions(card)), "")
	local file = os.tmpname()
	card:set("/Corp/Policy/Version", "2")
	card:set("/Corp/Policy/Rule/office/Function", "Camera")
	card:hand_over(file)
	local f = assert(io.open(file))
	local script = f:read "a"
	f:close()
	os.remove(file)
	t.eq(over_the_air(card, script, OWNER).outcome, "done")
	card:events { cat = true }
	-- The device is still on, and has it.
	local x = d:functions(card)
	t.eq(x.policy.version, 2)
	t.eq(on(x), "Bluetooth,Infrared,USB")
	t.ok(told(d, card, ADMIN):find("Active ./Policy 2", 1, true))
	d:reset(card)
	clean(card)
end)

local function replace(uri, value)
	return ([[<Replace><CmdID>1</CmdID><Item><Target><LocURI>%s</LocURI>
</Target><Data>%s</Data></Item></Replace>]]):format(uri, value)
end

local function message(commands)
	return [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>card</LocURI></Target>
<Source><LocURI>server</LocURI></Source></SyncHdr><SyncBody>]] .. commands ..
		"<Final/></SyncBody></SyncML>"
end

-- In the card's own tree it is read under authentication alone, and its
-- authority changes it with keys of its own.
t.test("UC-5.3-A3: in the card's own tree its authority changes it",
function(card)
	local top <const> = "./Policy"
	clean(card)
	card:secure_channel { keys = OWNER, spend_try = true }
	card:dm_add(top, nil, { format = "node",
		type = "urn:oma:mo:ext-dmsc-policy:1.0" })
	card:dm_replace(top, "Get=*&Replace=ma.example", { prop = "ACL" })
	card:dm_add(top .. "/Administrator", "ma.example")
	card:dm_add(top .. "/Version", 1)
	card:dm_add(top .. "/Rule/day/Function", "USB,Camera")
	card:reset()
	local d = fresh(card, "tree", "2026-11-23T10:00")
	t.eq(d:functions(card).policy, nil)
	local with = { keys = OWNER, cat = true, confirm = "yes" }
	d:power_on(card, with)
	t.eq(on(d:functions(card)), "Bluetooth,Infrared")
	local good, e = pcall(over_the_air, card, message(replace(top ..
		"/Administrator/None", "x")), MA, 0x31)
	t.ok(not good and e.dm, tostring(e))
	t.eq(over_the_air(card, message(replace(top .. "/Rule/day/Function",
		"USB")), MA, 0x31).outcome, "done")
	d:power_on(card, with)
	t.eq(on(d:functions(card)), "Camera,Bluetooth,Infrared")
	d:reset(card)
	clean(card)
end)

t.test("GEN-19: what the policy denies the user is refused and reported",
function(card)
	put(card, policy(1))
	local d = fresh(card, "user", "2026-11-23T07:00")
	t.eq(on(d:switch("Camera", false, card)), "Bluetooth,Infrared,USB")
	t.eq(on(d:switch("Camera", true, card)), ALL)
	d:clock({ set = "10:00" }, card)
	local e = t.raises("AUTH", d.switch, d, "Camera", true, card)
	t.eq(e.exit, 7)
	t.eq(e.where, "Camera")
	t.ok(e.why:find(ADMIN, 1, true), e.why)
	t.eq(on(d:functions(card)), "")
	t.ok(told(d, card, ADMIN):find("Override ./DCMO/Camera on refused " ..
		"2026-11-23T10:00:00Z office", 1, true))
	t.raises("NOTFOUND", d.switch, d, "Radar", true, card)
	t.raises("USAGE", d.clock, d, { set = "noon" }, card)
	t.raises("USAGE", d.clock, d, { add = "a while" }, card)
	for _, place in ipairs { "\xFF", "a\1b", ("x"):rep(65) } do
		t.raises("USAGE", d.place, d, place, card)
	end
	t.eq(d:place("Werk 2, Köln", card).place, "Werk 2, Köln")
	t.eq(d:clock({ real = true }, card).simulated, false)
	d:reset(card)
	clean(card)
end)

t.test("GEN-19: what is no policy is refused with its document",
function(card)
	put(card, policy(1, "8 to 18"))
	local d, r = fresh(card, "bad", "2026-11-23T10:00")
	t.eq(row(r, "Corp").state, "refused")
	t.eq(row(r, "Corp").why, "the policy is bad: Rule/office/Hours are " ..
		"not like 08:00-18:00")
	t.eq(d:functions(card).policy, nil)
	t.eq(dmsc.find(d:tree(card), "DMAcc/corp"), nil)
	t.eq(on(d:functions(card)), ALL)
	d:reset(card)
	clean(card)
end)
