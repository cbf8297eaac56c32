-- Use case 5.1: what a card holds configures the services of the device that
-- it is put into; over the air too; a swapped card's goes and comes.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local KEYS = "@" .. data .. "/scripts/demo/scp-keys"
local HOST = "/OperatorX/Mail/home/Incoming/Host"
local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local function fresh(card, name)
	local d = dmsc.device.new { name = "lua-test-" .. name }
	d:reset(card)
	return d
end

local function service(list, name)
	for _, s in ipairs(list) do
		if s.name == name then
			return s
		end
	end
	error(name .. " is no service")
end

local function account(list, name, document)
	for _, a in ipairs(service(list, name).accounts) do
		if a.document == document then
			return a
		end
	end
end

local function set(card, path, value)
	card:verify_pin { which = "adm1", source = adm1 }
	card:set(path, value)
	card:commit()
	card:reset()
end

-- No question is answered in any of these.
local function on(d, card)
	return d:power_on(card, { cat = true })
end

t.test("UC-5.1: another device is configured with nothing typed",
function(card)
	local names = { "services-x", "services-y" }
	for _, name in ipairs(names) do
		local d = fresh(card, name)
		for _, s in ipairs(d:services(card)) do
			t.eq(s.state, "unconfigured")
			t.eq(s.accounts, {})
		end
		local r = on(d, card)
		t.eq(r.services, d:services(card))
		t.eq(service(r.services, "mail").state, "configured")
		t.eq(service(r.services, "messaging").state, "configured")
		local a = account(r.services, "mail", "OperatorX")
		t.eq(a.uri, "./Mail/home")
		t.eq(a.name, "Operator X mail")
		t.eq(a.user, "user@operatorx.example")
		t.eq(a.servers[1], { role = "incoming", protocol = "imap",
			host = card:get(HOST), port = 993, tls = true })
		t.eq(a.servers[2].host, "smtp.operatorx.example")
		t.eq(a.access, "./NAP/internet")
		t.eq(a.apn, "internet.operatorx.example")
		-- Client Provisioning: a user and a password come along.
		a = account(r.services, "mail", "Mail")
		t.eq(a.usable, true)
		t.eq(a.user, "alice")
		t.eq(a.password, true)
		t.eq(a.servers[1].host, "imap.operatorx.example")
		t.eq(a.servers[2], { role = "outgoing", protocol = "smtp",
			host = "smtp.operatorx.example", port = 587,
			tls = false })
		t.eq(a.access, "./NAP/Mail")
		a = account(r.services, "messaging", "OperatorX")
		t.eq(a.servers, { { role = "messages", protocol = "xmpp",
			host = "im.operatorx.example", port = 5223,
			tls = false } })
	end
	for _, name in ipairs(names) do
		fresh(card, name)
	end
end)

t.test("UC-5.1: new parameters on the card configure it anew",
function(card)
	local d, was = fresh(card, "services-new"), card:get(HOST)
	on(d, card)
	set(card, HOST, "new.operatorx.example")
	local r = on(d, card)
	t.eq(r.changed, true)
	t.eq(account(r.services, "mail", "OperatorX").servers[1].host,
		"new.operatorx.example")
	-- An access point that is not there: the account cannot be used.
	set(card, "/OperatorX/IM/home/ConRef", "./NAP/none")
	r = on(d, card)
	t.eq(service(r.services, "messaging").state, "unusable")
	local a = account(r.services, "messaging", "OperatorX")
	t.eq(a.usable, false)
	t.eq(a.why, "its access point ./NAP/none is not there")
	t.eq(service(r.services, "mail").state, "configured")
	set(card, "/OperatorX/IM/home/ConRef", "./NAP/internet")
	set(card, HOST, was)
	t.eq(service(on(d, card).services, "messaging").state, "configured")
	d:reset(card)
end)

t.test("UC-5.1: the card is swapped: its parameters go, the other's come",
function(card)
	local d, host = fresh(card, "services-swap"), card:get(HOST)
	local image = os.tmpname()
	-- The same device: it is kept where the card's session keeps it.
	local state = d:show(card).file:match "^(.*)/devices/"
	local function insert(profile)
		dmsc.card_new { image = image, profile = profile, force = true }
		return dmsc.connect { reader = "sim:" .. image, state = state }
	end
	local other = insert "demo"
	other:verify_pin { which = "adm1", source = adm1 }
	other:set(HOST, "imap.operatory.example")
	other:rm "/OperatorX/IM"
	other:rmdoc "/Mail"
	other:commit()
	on(d, card)
	t.eq(#service(d:services(card), "mail").accounts, 2)
	local r = d:power_on(other)
	t.eq(#service(r.services, "mail").accounts, 1)
	t.eq(account(r.services, "mail", "OperatorX").servers[1].host,
		"imap.operatory.example")
	t.eq(service(r.services, "messaging").state, "unconfigured")
	other:disconnect()
	other = insert "blank"
	r = d:power_on(other)
	other:disconnect()
	t.eq(service(r.services, "mail"), { name = "mail",
		state = "unconfigured", accounts = {} })
	t.eq(dmsc.find(d:tree(card), "Mail"), nil)
	t.eq(dmsc.find(d:tree(card), "NAP"), nil)
	r = on(d, card)
	t.eq(account(r.services, "mail", "OperatorX").servers[1].host, host)
	t.eq(service(r.services, "messaging").state, "configured")
	d:reset(card)
	os.remove(image)
end)

-- Above what this card has had: one in a reader may have had some.
local function package(card, content)
	local low = card:package("#\n", { keys = KEYS, counter = 1 })
	local good, e = pcall(card.ota, card, low, { cat = true })
	local said = not good and tostring(e.why):match "the card's (%d+)"
	return (card:package(content, { keys = KEYS,
		counter = (tonumber(said) or 1) + 1 }))
end

t.test("UC-5.1-A1: parameters updated over the air, at the next power-on",
function(card)
	local d, was = fresh(card, "services-air"), card:get(HOST)
	local file = os.tmpname()
	local function over_the_air(host)
		card:set(HOST, host)
		card:hand_over(file)
		local f <close> = assert(io.open(file))
		local bytes = package(card, f:read "a")
		t.eq(card:ota(bytes, { keys = KEYS, cat = true }).outcome,
			"done")
		t.eq(card:get(HOST), host)
	end
	local function incoming(list)
		return account(list, "mail", "OperatorX").servers[1].host
	end
	on(d, card)
	-- Off meanwhile: another device has the card.
	local other = fresh(card, "services-other")
	on(other, card)
	over_the_air "air.operatorx.example"
	t.eq(incoming(d:services(card)), was)
	t.eq(incoming(on(d, card).services), "air.operatorx.example")
	-- On: the card tells it by REFRESH.
	over_the_air(was)
	local heard = card:events { cat = true }
	t.eq(incoming(d:services(card)), was)
	t.ok(#heard.documents > 0 or #heard.events > 0)
	os.remove(file)
	d:reset(card)
	other:reset(card)
end)

-- What lint says of a model, and what its reader does on this card.
t.test("GEN-2: readers of other makers find what lint says that they find",
function(card)
	local d = fresh(card, "services-models")
	for _, model in ipairs { "nrf91", "anjay", "android", "opensc",
	    "strict" } do
		local r = d:play(card, model)
		t.eq(r.model, model)
		t.ok(r.apdus > 0 and r.apdus < 400)
		local found = {}
		for _, k in ipairs(r.kinds) do
			t.eq(k.found, k.file ~= nil)
			t.eq(k.found, k.bytes > 0)
			found[k.kind] = k
		end
		for _, s in ipairs(card:lint { model = model }.seen or {}) do
			local k = found[s.kind]
			if k and s.found and s.document ~= "Personal" then
				t.eq(k.found, true, model .. s.document)
				t.ok(#k.objects > 0)
			end
		end
	end
	t.eq(d:play(card, "nrf91").kinds[1].objects,
		{ "coaps://lwm2m.operatorx.example" })
	t.raises("USAGE", d.play, d, card, "none")
	t.eq(dmsc.find(d:tree(card), "Mail"), nil)
end)
