-- Requirement GEN-3: applications of the device handle their own data on the
-- card, and nobody else's, in whatever reader the card is.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local GREAT <const> = "com.great-applications/1.0/A"
local MAIL <const> = "com.operatorx/1.0/Mail"
local PLAYER <const> = "urn:oma:mo:ext-player:1.0"
local adm1 <const> = dmsc.secret { content = "hex:4444444444444444" }
local pin81 <const> = dmsc.secret { content = "2468" }
local owner_keys <const> = dmsc.secret { key = true, content = "hex:" ..
	"8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2" }

local function device(card, name)
	local d = dmsc.device.new { name = "lua-test-app-" .. name }
	d:reset(card)
	d:app_add("A", GREAT, card)
	d:app_add("B", MAIL, card)
	return d
end

local function user(card)
	card:verify_pin { which = "81", source = pin81, spend_try = true }
end

local function owner(card)
	card:reset { cold = true }
	card:secure_channel { keys = owner_keys, spend_try = true }
end

-- req: GEN-3
t.test("GEN-3: an application reads and edits its own MO on the card",
    function(card)
	local d = device(card, "own")
	user(card)
	local mo, path = d:app_get(card, "A")
	t.eq(path, "/Personal/GreatApp")
	t.eq(dmsc.find(mo, "Options/Interval").value,
		card:get "/Personal/GreatApp/Options/Interval")
	t.eq(d:app_get(card, "A", "User"), "alice")
	t.eq(d:app_get(card, "A", "/Personal/GreatApp/User"), "alice")
	-- Not without what the card asks of whoever writes there.
	local e = t.raises("AUTH", d.app_set, d, card, "A", "User", "bob")
	t.eq(e.exit, 7)
	t.ok(e.next[1]:find("adm1", 1, true), tostring(e))
	t.eq(card:dirty(), false)
	t.eq(d:app_get(card, "A", "User"), "alice")
	card:verify_pin { which = "adm1", source = adm1 }
	t.eq(d:app_set(card, "A", "User", "bob", { dry = true }).written,
		false)
	t.eq(d:app_get(card, "A", "User"), "alice")
	local x = d:app_set(card, "A", "User", "bob")
	t.eq(x.path, "/Personal/GreatApp/User")
	t.eq(x.mo, GREAT)
	t.eq(x.written, true)
	t.eq(d:app_set(card, "A", "Options/Interval", 60).written, true)
	card:reset()
	user(card)
	t.eq(card:get "/Personal/GreatApp/User", "bob", "it is on the card")
	t.eq(d:app_get(card, "A", "Options/Interval"), 60)
	t.eq(dmsc.find(d:tree(card), "GreatApp"), nil, "and no copy is here")
	card:verify_pin { which = "adm1", source = adm1 }
	d:app_set(card, "A", "User", "alice")
	d:app_set(card, "A", "Options/Interval", 3600)
	d:reset(card)
end)

-- req: GEN-3
t.test("GEN-3: another application is refused, and told why", function(card)
	local d = device(card, "other")
	user(card)
	card:verify_pin { which = "adm1", source = adm1 }
	local before = card:tree "/Personal"
	for _, path in ipairs { "/Personal/GreatApp/User",
		"/Personal/GreatApp", "/Personal/GreatApp/Options/Sync",
		"/Personal/GreatApp/none", "/Personal",
		"/OperatorX/IM/home/Host",
		"/OperatorX/DMAcc/opx/AppAuth/client/AAuthSecret" } do
		local e = t.raises("AUTH", d.app_get, d, card, "B", path)
		t.eq(e.dm, 425)
		t.eq(e.exit, 7)
		t.eq(e.where, path)
		t.ok(e.message:find("'B' may not", 1, true), e.message)
		t.ok(#e.why > 0 and #e.next > 0, tostring(e))
		t.eq(t.raises("AUTH", d.app_set, d, card, "B", path,
			"eve").dm, 425)
	end
	local e = t.raises("AUTH", d.app_get, d, card, "B",
		"/Personal/GreatApp/User")
	t.ok(e.why:find("A's", 1, true), e.why)
	t.eq(card:tree "/Personal", before)
	t.eq(d:app_get(card, "B", "Incoming/Port"), 993, "its own it may")
	-- What is nobody's, or not there.
	t.raises("NOTFOUND", d.app_get, d, card, "C")
	t.raises("EXISTS", d.app_add, d, "B", GREAT, card)
	t.raises("USAGE", d.app_add, d, "B/x", PLAYER, card)
	t.raises("USAGE", d.app_add, d, "B", "a type", card)
	t.raises("NOTFOUND", d.app_get, d, card, "A", "None")
	t.raises("NOTFOUND", d.app_get, d, card, "A", "../Name")
	t.raises("DATA", d.app_set, d, card, "A", "Options/Interval", "much")
	t.raises("USAGE", d.app_set, d, card, "A", "Options", "x")
	-- Associated no more.
	t.eq(#d:apps(card), 2)
	t.eq(d:app_remove("A", nil, card), { { name = "B",
		mos = { MAIL } } })
	t.raises("NOTFOUND", d.app_get, d, card, "A", "User")
	t.raises("AUTH", d.app_get, d, card, "B", "/Personal/GreatApp/User")
	d:reset(card)
end)

-- req: GEN-3
t.test("GEN-3: an MO in the card's own tree is handled under the card's rules",
    function(card)
	local d = device(card, "tree")
	d:app_add("P", PLAYER, card)
	owner(card)
	card:dm_run({
		{ verb = "add", uri = "./Player", type = PLAYER },
		{ verb = "add", uri = "./Player/Volume", value = 7 },
		{ verb = "add", uri = "./Player/List/First", value = "song" },
	}, { atomic = true })
	local node, path = d:app_get(card, "P")
	t.eq(path, "/card/Player")
	t.eq(dmsc.find(node, "List/First").value, "song")
	t.eq(d:app_set(card, "P", "Volume", 9).path, "/card/Player/Volume")
	t.eq(card:dm_get "./Player/Volume", 9)
	t.eq(d:app_get(card, "P", "/card/Player/Volume"), 9)
	t.eq(t.raises("AUTH", d.app_get, d, card, "B",
		"/card/Player/Volume").dm, 425)
	t.eq(t.raises("AUTH", d.app_set, d, card, "P",
		"/card/DevInfo/Lang", "de").dm, 425)
	-- Who the card does not know.
	card:reset { cold = true }
	local e = t.raises("AUTH", d.app_get, d, card, "P", "Volume")
	t.eq(e.exit, 7)
	t.ok(#e.next > 0, tostring(e))
	owner(card)
	t.eq(d:app_get(card, "P", "Volume"), 9)
	card:dm_delete "./Player"
	-- It may be where nobody can look.
	t.ok(t.raises("AUTH", d.app_get, d, card, "P").next[1]:find("81", 1,
		true))
	user(card)
	t.raises("NOTFOUND", d.app_get, d, card, "P")
	d:reset(card)
end)

-- req: GEN-17
t.test("GEN-17: nodes of the card's own tree are mounted too", function(card)
	local d = device(card, "mount")
	owner(card)
	card:dm_run({ { verb = "add", uri = "./Player/Volume", value = 7 } })
	local function state(name)
		d:power_on(card, { keys = owner_keys, spend_try = true })
		local r = d:power_on(card, { keys = owner_keys,
			spend_try = true })
		owner(card)
		for _, one in ipairs(r.documents) do
			if one.document == name then
				return one.state
			end
		end
	end
	t.eq(state "card/Player", "unchanged")
	d:mount(card, "/card/Player", "./Play")
	t.eq(dmsc.find(d:tree(card), "Player"), nil, "its copy is gone")
	t.eq(state "card/Player", "skipped")
	t.eq(dmsc.find(d:tree(card), "Player"), nil, "and stays gone")
	d:unmount("./Play", card)
	t.eq(state "card/Player", "unchanged", "taken again")
	d:mount(card, "/card/Player")
	t.eq(d:get("./Player/Volume", card), 7)
	card:dm_replace("./Player/Volume", 8)
	t.eq(d:get("./Player/Volume", card), 8, "read when used")
	card:reset { cold = true }
	t.eq(t.raises("AUTH", d.get, d, "./Player/Volume", card).dm, 425)
	owner(card)
	card:dm_delete "./Player"
	t.eq(t.raises("NOTFOUND", d.get, d, "./Player/Volume", card).dm, 404)
	d:reset(card)
end)

-- A card inside, pulled out before its n-th APDU or behind it.
-- req: GEN-3
t.test("GEN-3: an edit that is cut is wholly there or not at all", function()
	local image = os.tmpname()
	local seen = { alice = 0, bob = 0 }
	dmsc.card_new { image = image, force = true }
	local function try(pull, done, fn)
		local card <close> = dmsc.connect { reader = "sim:" .. image,
			state = image .. ".state", pull = pull,
			pull_done = done }
		return pcall(function()
			user(card)
			card:verify_pin { which = "adm1", source = adm1,
				spend_try = true }
			return fn(card)
		end)
	end
	local d = dmsc.device.new { name = "cut" }
	try(0, false, function(card)
		d:app_add("A", GREAT, card)
	end)
	for n = 8, 84, 4 do
		for _, done in ipairs { false, true } do
			try(n, done, function(card)
				d:app_set(card, "A", "User", "bob")
			end)
			local good, got = try(0, false, function(card)
				card:recover()
				local who = d:app_get(card, "A", "User")
				if who == "bob" then
					d:app_set(card, "A", "User", "alice")
				end
				return who
			end)
			t.ok(good and seen[got], tostring(got))
			seen[got] = seen[got] + 1
		end
	end
	os.execute("rm -rf " .. image .. " " .. image .. ".state")
	t.ok(seen.alice > 5 and seen.bob > 5, dmsc.dump(seen))
end)
