-- Over the air: packages that a card takes once and proves; a document that
-- changes on a card in a device. Runs on the embedded card, and behind pcscd
-- as a device does it, by ENVELOPE.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local OWNER = "@" .. data .. "/scripts/demo/scp-keys"
local MA = "@" .. data .. "/scripts/demo/ma-keys"
local ID = "DMAcc/opx/ServerID"
local adm1 = dmsc.secret { content = "hex:4444444444444444" }

local HEAD = [[<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>
<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>
<MsgID>1</MsgID><Target><LocURI>card</LocURI></Target>
<Source><LocURI>server</LocURI></Source></SyncHdr><SyncBody>]]
local TAIL = [[<Final/></SyncBody></SyncML>]]

local function add(id, uri, value)
	local format = value and "chr" or "node"
	return ([[<Add><CmdID>%d</CmdID><Item><Target><LocURI>%s</LocURI>
</Target><Meta><Format xmlns="syncml:metinf">%s</Format></Meta>%s</Item>
</Add>]]):format(id, uri, format, value and
	    "<Data>" .. value .. "</Data>" or "")
end

local function delete(id, uri)
	return ([[<Delete><CmdID>%d</CmdID><Item><Target><LocURI>%s</LocURI>
</Target></Item></Delete>]]):format(id, uri)
end

local function message(...)
	return HEAD .. table.concat({ ... }) .. TAIL
end

-- The counter that the card has: one that is too low is refused with it.
local function counter_of(card, keys, version)
	local bytes = card:package("#\n", { keys = keys, version = version,
		counter = 1 })
	local good, e = pcall(card.ota, card, bytes, { cat = true })
	local said = not good and tostring(e.why):match "the card's (%d+)"
	return said and tonumber(said) or 1
end

-- Above all that this card has had: one in a reader may have had some.
local last
local function package(card, content, o)
	o = o or {}
	o.keys = o.keys or OWNER
	last = last or math.max(counter_of(card, OWNER, 0x30),
		counter_of(card, MA, 0x31))
	last = last + 1
	o.counter = o.counter or last
	return card:package(content, o)
end

local function bring(card, bytes, o)
	o = o or {}
	o.cat = true
	o.keys = o.keys or OWNER
	return card:ota(bytes, o)
end

-- What the tree holds, as its owner sees it.
local function value(card, uri)
	card:verify_pin { which = "adm1", source = adm1 }
	local good, v = pcall(card.dm_get, card, uri)
	card:reset()
	if not good then
		t.ok(v.dm == 404, tostring(v))
		return nil
	end
	return tostring(v)
end

t.test("GEN-20: a package over the air changes the card's tree",
function(card)
	package(card, message())
	local bytes, info = package(card, message(add(1, "./Air"),
		add(2, "./Air/Name", "first")))
	t.eq(info.version, 0x30)
	t.eq(info.card, nil)
	t.eq(info.size, #bytes)
	t.eq(card:package_show(bytes), info)
	pcall(bring, card, (package(card, message(delete(1, "./Air")),
		{ counter = info.counter - 1 })))
	t.eq(value(card, "./Air/Name"), nil)
	local r = bring(card, bytes)
	t.eq(r.outcome, "done")
	t.eq(r.status, 200)
	t.eq(r.done, 2)
	t.eq(r.counter, info.counter)
	t.eq(r.messages, info.messages)
	t.eq(r.proven, true)
	t.eq(value(card, "./Air/Name"), "first")
end)

t.test("a package comes once, and its counter never goes back",
function(card)
	local old = package(card, message(add(1, "./Air/Old", "x")))
	local bytes, info = package(card, message(add(1, "./Air/Once", "x")))
	local r = bring(card, bytes)
	t.eq(r.outcome, "done")
	local e = t.raises("SW", bring, card, bytes)
	t.ok(e.message:find("has had this package", 1, true))
	t.raises("SW", bring, card, old)
	card:reset()
	t.raises("SW", bring, card, bytes)
	t.eq(value(card, "./Air/Old"), nil)
	r = bring(card, (package(card, message(delete(1, "./Air/Once")))))
	t.ok(r.counter > info.counter)
end)

t.test("what was not made with the card's keys is refused", function(card)
	local bytes = package(card, message(add(1, "./Air/No", "x")),
		{ keys = MA })
	local e = t.raises("AUTH", bring, card, bytes)
	t.eq(e.sw, 0x6982)
	bytes = package(card, message(add(1, "./Air/No", "x")),
		{ version = 0x7E })
	t.raises("AUTH", bring, card, bytes)
	-- A byte of it changed on its way.
	bytes = package(card, message(add(1, "./Air/No", "x")))
	local hex = bytes:hex()
	for _, at in ipairs { 6, 15, 40, #hex // 2, #hex - 1 } do
		local c = hex:sub(at, at)
		local bad = hex:sub(1, at - 1) .. (c == "0" and "1" or "0") ..
		    hex:sub(at + 1)
		t.raises({ "AUTH", "DATA", "SW" }, bring, card,
			dmsc.hex(bad))
	end
	t.eq(value(card, "./Air/No"), nil)
	t.eq(bring(card, bytes).outcome, "done")
	t.eq(value(card, "./Air/No"), "x")
end)

t.test("a package for another card does nothing", function(card)
	local bytes, info = package(card, message(add(1, "./Air/Other", "x")),
		{ card = "8988211000000000008" })
	t.eq(info.card, "8988211000000000008")
	t.raises("SW", bring, card, bytes)
	t.eq(value(card, "./Air/Other"), nil)
	bytes = package(card, message(add(1, "./Air/Mine", "x")),
		{ card = card:info().iccid })
	t.eq(bring(card, bytes).outcome, "done")
	t.eq(value(card, "./Air/Mine"), "x")
end)

t.test("what the tree refuses is told, and an Atomic is whole",
function(card)
	local e = t.raises("SW", bring, card, (package(card, message(
		"<Atomic><CmdID>1</CmdID>" .. add(2, "./Air/Half", "x") ..
		add(3, "./DMAcc", "x") .. "</Atomic>"))))
	t.ok(e.dm ~= nil and e.dm >= 400)
	t.eq(value(card, "./Air/Half"), nil)
	e = t.raises("SW", bring, card, (package(card, message(
		delete(1, "./Nowhere")))))
	t.eq(e.dm, 404)
end)

t.test("the server of a version has its own rights and no more",
function(card)
	local good, e = pcall(bring, card, (package(card, message(
		delete(1, "./DMAcc/ma")), { keys = MA, version = 0x31 })),
		{ keys = MA })
	t.eq(good, false)
	t.eq(e.code, "SW")
	t.eq(e.dm, 425)
	-- Commands on files are the owner's.
	e = t.raises("AUTH", bring, card, (package(card,
		"00A4000C023F00\n", { keys = MA, version = 0x31 })),
		{ keys = MA })
	t.eq(e.sw, 0x6982)
end)

t.test("a proof of other keys does not hold", function(card)
	t.raises("MISMATCH", bring, card, (package(card, message(
		add(1, "./Air/Proof", "x")))), { keys = MA })
	t.eq(value(card, "./Air/Proof"), "x")
end)

t.test("GEN-20: a document changes over the air, the device takes it in",
function(card)
	local dev = dmsc.device.new { name = "lua-test-ota" }
	dev:reset(card)
	local was = card:doc("OperatorX"):get(ID)
	dev:power_on(card, { cat = true })
	card:events { cat = true }
	card:doc("OperatorX"):set(ID, "air.example")
	local file = os.tmpname()
	card:hand_over(file)
	local f = assert(io.open(file))
	local script = f:read "a"
	f:close()
	os.remove(file)
	t.eq(card:doc("OperatorX"):get(ID), was)
	local r = bring(card, (package(card, script)))
	t.eq(r.outcome, "done")
	t.eq(r.status, 0x9000)
	local named = {}
	for _, ev in ipairs(card:events({ cat = true }).events) do
		for _, path in ipairs(ev.name == "refresh" and ev.files or {}) do
			named[path] = true
		end
	end
	t.eq(named["3F00/7F50/5031"], true)
	t.eq(named["3F00/7F44/4E01"], true)
	t.eq(card:doc("OperatorX"):get(ID), "air.example")
	-- The device is still on, and has it.
	t.eq(dmsc.find(dev:tree(card), "DMAcc/opx/ServerID").value,
		"air.example")
	dev:reset(card)
	-- As it was, for whoever comes behind.
	card:verify_pin { which = "adm1", source = adm1 }
	card:doc("OperatorX"):set(ID, was)
	card:commit()
end)

t.test("GEN-20: what was edited in /card goes over the air", function(card)
	local file = os.tmpname()
	card:secure_channel { keys = OWNER }
	pcall(card.dm_delete, card, "./Group/Air")
	card:add "/card/Group/Air"
	card:add("/card/Group/Air/Server", "air.example")
	card:doc("OperatorX"):set(ID, "both.example")
	t.raises("PLAN", card.hand_over, card, file)
	t.raises("PLAN", card.hand_over, card, file, { form = "dm" })
	card:revert "/OperatorX"
	local done = card:hand_over(file, { form = "dm" })
	t.eq(done.documents, { "card" })
	t.eq(card:dirty(), false)
	t.eq(card:journal()[#card:journal()].state, "handed over")
	card:reset()
	local f = assert(io.open(file))
	local content = f:read "a"
	f:close()
	os.remove(file)
	t.eq(value(card, "./Group/Air/Server"), nil)
	t.eq(bring(card, (package(card, content))).outcome, "done")
	t.eq(value(card, "./Group/Air/Server"), "air.example")
	card:secure_channel { keys = OWNER }
	card:undo(done.journal)
	card:reset()
	t.eq(value(card, "./Group/Air/Server"), nil)
end)

local function base64(s)
	local set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" ..
	    "0123456789+/"
	return (s:gsub("..?.?", function(c)
		local a, b, d = c:byte(1, 3)
		local n = a << 16 | (b or 0) << 8 | (d or 0)
		local out = ""
		for i = 18, 0, -6 do
			local at = (n >> i & 63) + 1
			out = out .. set:sub(at, at)
		end
		return out:sub(1, #c + 1) .. ("="):rep(3 - #c)
	end))
end

t.test("GEN-20: what is left over the air for the device, it obeys",
function(card)
	-- It and the card share nonces that change: one device all along.
	local phone = dmsc.device.new { name = "session" }
	local ask = { cat = true, confirm = "yes" }
	phone:power_on(card, ask)
	local inner = message([[<Replace><CmdID>1</CmdID><Item><Target>
<LocURI>./Radio/Air</LocURI></Target><Data>on</Data></Item></Replace>]],
		delete(2, "./Radio/Air"), add(3, "./Radio/Air", "left"))
	local r = bring(card, (package(card, message(([[<Add><CmdID>1</CmdID>
<Item><Target><LocURI>./Outbox/air/Message</LocURI></Target><Meta>
<Format xmlns="syncml:metinf">b64</Format></Meta><Data>%s</Data></Item>
</Add>]]):format(base64(inner))))))
	t.eq(r.outcome, "done")
	local seen = card:events(ask)
	t.eq(#seen.sessions, 1)
	t.eq(dmsc.find(phone:tree(card), "Radio/Air").value, "left")
	t.eq(bring(card, (package(card, message(delete(1,
		"./Outbox/air"))))).outcome, "done")
end)

t.test("commands that are refused leave nothing behind", function(card)
	local was = card:doc("OperatorX"):bytes()
	-- The ODF is written, then a file that is not there is selected.
	local script = "00A4080C047F505031\n00D6000001FF\n" ..
	    "00A4080C047F504DFF\n"
	local e = t.raises("NOTFOUND", bring, card, (package(card, script)))
	t.eq(e.sw, 0x6A82)
	t.eq(card:doc("OperatorX"):bytes(), was)
	e = t.raises("SW", bring, card, (package(card, "00B0000001\n")))
	t.eq(e.sw, 0x6D00)
end)

t.test("what is no content makes no package", function(card)
	t.raises({ "DATA", "FORMAT", "SHORT" }, package, card, "no message")
	t.raises("DATA", package, card, "00A4000C02\nzz\n")
	t.raises("USAGE", package, card, message(), { version = 0x80 })
	t.raises("USAGE", package, card, message(), { card = "12" })
	t.raises("GUARD", package, card, message(),
		{ keys = dmsc.secret { content =
		"hex:404142434445464748494A4B4C4D4E4F" } })
	t.raises("DATA", card.ota, card, "no package")
	t.raises("DATA", card.package_show, card, dmsc.hex "EB00")
end)
