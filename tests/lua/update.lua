-- Use case 5.4 with USE-4 and USE-5 on a card of the profile "dmsc", in
-- whatever reader it is: firmware and software are installed when the
-- authority's key on the card approves operation and data.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local demo <const> = (os.getenv "DMSC_DATA_DIR" or
	os.getenv "top_srcdir" or ".") .. "/scripts/demo/"
local function slurp(name)
	local f <close> = assert(io.open(demo .. name))
	return f:read "a"
end

local owner <const> = dmsc.secret { key = true, content =
	"hex:8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486F" ..
	"D2660B9F47E1AC358870F93D1A5CE4B2" }
local FUMO <const> = "./FUMO/Firmware/"
local DATA <const> = ("package "):rep(4000)

-- The authority's signature over what is approved; key and certificate are
-- the demo card's OperatorX, whose public key the card has.
local function sign(text)
	return dmsc.cms.sign { data = text, key = "@" .. demo ..
		"operator-key", cert = slurp "operator.pem" }.cms
end

-- A phone as it was made, but for the accounts of the card.
local function fresh(card, name)
	local phone = dmsc.device.new { name = name or "update" }
	phone:reset()
	phone:power_on(card, { confirm = "yes" })
	t.eq(phone:updates().unapproved, "reject")
	return phone
end

local function firmware(phone)
	return phone:updates().updates[1]
end

local function is(phone, state, installed, result)
	local u = firmware(phone)
	t.eq(u.state, state)
	t.eq(u.installed, installed)
	t.eq(u.result, result)
	t.eq(dmsc.find(phone:tree(), "DevDetail/FwV").value, installed)
	return u
end

local function base64(bytes)
	local set <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst" ..
		"uvwxyz0123456789+/"
	return (bytes:gsub("..?.?", function(s)
		local a, b, c = s:byte(1, 3)
		local n, out = a << 16 | (b or 0) << 8 | (c or 0), ""
		for i = 0, 3 do
			local at = n >> (18 - 6 * i) & 63
			out = out .. (i > #s and "=" or
				set:sub(at + 1, at + 1))
		end
		return out
	end))
end

local function replace(uri, value, binary)
	return ("<Replace><CmdID>%%d</CmdID><Item><Target><LocURI>%s" ..
		"</LocURI></Target><Meta><Format xmlns='syncml:metinf'>%s" ..
		"</Format></Meta><Data>%s</Data></Item></Replace>"):format(
		uri, binary and "b64" or "chr", binary and
		base64(value) or value)
end

local function exec(uri)
	return ("<Exec><CmdID>%%d</CmdID><Correlator>c9</Correlator><Item>" ..
		"<Target><LocURI>%s</LocURI></Target></Item></Exec>"):format(
		uri)
end

local function message(list)
	local out = { '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2' ..
		"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>4</SessionID>" ..
		"<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source>" ..
		"<LocURI>s</LocURI></Source></SyncHdr><SyncBody>" }
	for i, c in ipairs(list) do
		out[#out + 1] = c:format(i)
	end
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	return table.concat(out)
end

-- Where a server has the package.
local function packages()
	local server = t.dmserver [[return { accounts = {}, files = {
		["/package"] = ("package "):rep(4000) } }]]
	return (server.url:gsub("/dm$", "/package"))
end

local function order(approval, op)
	local url <const> = packages()
	return message {
		replace(FUMO .. "PkgName", "modem"),
		replace(FUMO .. "PkgVersion", "2.0"),
		replace(FUMO .. "Download/PkgURL", url),
		replace(FUMO .. "DownloadAndUpdate/PkgURL", url),
		replace(FUMO .. "Ext/Approval", approval:str(), true),
		exec(FUMO .. (op or "DownloadAndUpdate")),
	}
end

local WHAT <const> = { name = "modem", version = "2.0" }

local function approval(phone, data)
	return sign(phone:approval(data or DATA, WHAT))
end

-- What the device said to each command.
local function said(reply)
	local out = {}
	for _, s in ipairs(reply.answer.statuses) do
		out[#out + 1] = s.status
	end
	return table.concat(out, " ")
end

-- The Generic Alerts that wait for a server: type, data, correlator.
local function alerts(phone)
	local top = dmsc.find(phone:tree(), "Origin/Alert")
	local out = {}
	for _, a in ipairs(top and top.nodes or {}) do
		local v = {}
		for _, n in ipairs(a.nodes) do
			v[n.name] = n.value
		end
		out[#out + 1] = ("%s %s %s %s"):format(v.Server,
			v.Type:match "[^.]+$", v.Data, v.Correlator or "-")
	end
	return table.concat(out, ", ")
end

local function to_phone(phone, card, m, confirm)
	return phone:server(card, m, { as = "ma.example",
		confirm = confirm or "no" })
end

t.test("UC-5.4: a server's package is downloaded, approved by the card, " ..
    "installed", function(card)
	local phone = fresh(card)
	is(phone, 10, "1", 0)
	local x = to_phone(phone, card, order(approval(phone)))
	t.ok(said(x):find "200 200 200 200 200 202$", said(x))
	t.eq(x.orders, 1)
	local u = is(phone, 100, "2.0", 200)
	t.eq(u.approved, "card")
	t.eq(u.sha256, nil)
	t.eq(alerts(phone), "ma.example downloadandupdate 200 c9")
end)

t.test("UC-5.4: the card starts it by a message that it signed",
    function(card)
	-- Not a new one: it and the card share nonces that change.
	local ask <const> = { cat = true, confirm = "no" }
	local phone = dmsc.device.new { name = "session" }
	phone:power_on(card, { cat = true, confirm = "yes" })
	phone:set("./DevDetail/FwV", "1")
	card:secure_channel { keys = owner }
	card:dm_add("./Outbox/update/Message", order(approval(phone)),
		{ format = "bin" })
	card:reset()
	local status, signer
	for _ = 1, 3 do
		for _, x in ipairs(phone:power_on(card, ask).sessions) do
			for _, c in ipairs(x.commands) do
				if c.command == "Exec" then
					status, signer = c.status, x.signer
				end
			end
		end
	end
	phone:session(card, { anyway = true })	-- what changed is told
	card:reset()
	card:secure_channel { keys = owner }
	card:dm_delete "./Outbox/update"
	card:reset()
	t.eq(status, 202)
	t.ok(signer:find("Signing key", 1, true), signer)
	t.eq(is(phone, 100, "2.0", 200).approved, "card")
end)

-- The account of the card's document OperatorX, as its server has it.
local SERVER <const> = [[
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
return { accounts = { { device = "*", auth = "md5", user = "device",
	secret = secret "mobile-secret", nonce = "client-nonce",
	server = { auth = "md5", user = "com.operatorx.dm",
	secret = secret "server-secret", nonce = "server-nonce" } } },
session = function(s)
	local at <const> = "./FUMO/Firmware/"
	if s.number > 1 then
		assert(s:get(at .. "State") == 100)
		assert(s:get "./DevDetail/FwV" == "2.0")
		return
	end
	s:replace(at .. "PkgName", "modem")
	s:replace(at .. "PkgVersion", "2.0")
	s:replace(at .. "DownloadAndUpdate/PkgURL", "%s")
	s:replace(at .. "Ext/Approval", dmsc.hex "%s")
	assert(s:exec(at .. "DownloadAndUpdate", nil,
		{ correlator = "c7" }) == 202)
end }]]

t.test("UC-5.4: a server over HTTP commands it, and hears the result",
    function(card)
	local phone = fresh(card, "sync")
	local server = t.dmserver(SERVER:format(packages(), approval(phone)
		:hex()))
	local x = phone:sync(card, { url = server.url, plain_http = true,
		confirm = "no" })
	t.eq(x.orders, 1)
	t.eq(x.sessions, 2)
	t.eq(is(phone, 100, "2.0", 200).approved, "card")
	t.eq(alerts(phone), "")
	local heard = {}
	for _, e in ipairs(server:stop()) do
		if e.event == "alert" then
			heard[#heard + 1] = ("%s %s"):format(tostring(e.type)
				:match "[^.]+$", tostring(e.value))
		elseif e.event == "ended" then
			t.eq(e.state, "done")
		end
	end
	t.eq(table.concat(heard, ", "), "downloadandupdate 200")
end)

t.test("UC-5.4: step by step, and what may not be", function(card)
	local phone = fresh(card)
	local update = message { exec(FUMO .. "Update") }
	local e = t.raises("SW", to_phone, phone, card, update)
	t.eq(e.dm, 405)
	to_phone(phone, card, order(approval(phone), "Download"))
	local u = is(phone, 50, "1", 200)
	t.eq(u.size, #DATA)
	t.eq(u.sha256, dmsc.sha256 and dmsc.sha256(DATA) or u.sha256)
	to_phone(phone, card, update)
	is(phone, 100, "2.0", 200)
	t.raises("SW", to_phone, phone, card, update)
	t.eq(alerts(phone), "ma.example download 200 c9, " ..
		"ma.example update 200 c9")
	e = t.raises("SW", to_phone, phone,
		card, message { replace(FUMO .. "State", "50") })
	t.eq(e.dm, 405)
	-- Delivered in the message itself.
	to_phone(phone, card, message {
		replace(FUMO .. "PkgVersion", "3.0"),
		replace(FUMO .. "Update/PkgData", "small", true) })
	is(phone, 50, "2.0", 200)
	to_phone(phone, card, message {
		replace(FUMO .. "Ext/Approval", sign(phone:approval("small",
			{ name = "modem", version = "3.0",
			this_device = true })):str(), true),
		exec(FUMO .. "Update") })
	is(phone, 100, "3.0", 200)
end)

t.test("USE-4: what is not approved is rejected and deleted",
    function(card)
	local phone = fresh(card)
	local other = dmsc.device.new { name = "other" }
	local wrong <const> = {
		approval(phone, DATA .. "x"),		-- other data
		sign(phone:approval(DATA, { name = "modem",	-- version
			version = "2.1" })),
		sign(phone:approval(DATA, { name = "modem",	-- operation
			version = "2.0", software = true })),
		sign(other:approval(DATA, { name = "modem",	-- device
			version = "2.0", this_device = true })),
		dmsc.bytes "no signature at all",
	}
	for i, a in ipairs(wrong) do
		to_phone(phone, card, order(a), "yes")
		local u = is(phone, 80, "1", 404)
		t.eq(u.approved, "no", tostring(i))
		t.eq(u.sha256, nil)
		t.ok(u.why, tostring(i))
	end
	t.eq(select(2, alerts(phone):gsub("404", "")), #wrong)
end)

t.test("USE-4: the card's own keys approve nothing", function(card)
	local phone = fresh(card)
	local name <const> = os.tmpname()
	local f = assert(io.open(name, "wb"))
	f:write(phone:approval(DATA, WHAT):str())
	f:close()
	card:verify_pin { which = "81", source = dmsc.secret {
		content = "2468" }, spend_try = true }
	local x = card:run(("sign --on-card=01 --out %s.p7s file:%s"):format(
		name, name))
	t.eq(x.exit, 0, x.text)
	f = assert(io.open(name .. ".p7s", "rb"))
	local own <const> = f:read "a"
	f:close()
	os.remove(name)
	os.remove(name .. ".p7s")
	local e = t.raises("SIGNER", phone.package, phone, card, DATA,
		{ name = "modem", version = "2.0", signature = own })
	t.eq(e.exit, 7)
	t.eq(e.report.result, 404)
	t.ok(e.why:find("no such key", 1, true), e.why)
end)

t.test("USE-5: the user is asked, and No and Yes are obeyed",
    function(card)
	local phone = fresh(card)
	phone:unapproved "ask"
	t.eq(phone:updates().unapproved, "ask")
	to_phone(phone, card, order(approval(phone, "other")), "no")
	local u = is(phone, 80, "1", 401)
	t.eq(u.sha256, nil)
	to_phone(phone, card, order(approval(phone, "other")), "yes")
	t.eq(is(phone, 100, "2.0", 200).approved, "user")
	-- What is approved is not asked about.
	to_phone(phone, card, order(approval(phone)), "no")
	t.eq(is(phone, 100, "2.0", 200).approved, "card")
end)

t.test("UC-5.4-A1: a package from a memory card or a PC", function(card)
	local phone = fresh(card)
	local o = { name = "modem", version = "2.0",
		signature = approval(phone) }
	o.dry = true
	local x = phone:package(card, DATA, o)
	t.eq(x.outcome, "approved")
	is(phone, 10, "1", 0)
	o.dry = nil
	x = phone:package(card, DATA, o)
	t.eq(x.outcome, "installed")
	t.eq(x.approved, "card")
	is(phone, 100, "2.0", 200)
	t.eq(alerts(phone), " update 200 -")
	local e = t.raises("SIGNER", phone.package, phone, card, DATA .. "x",
		o)
	t.eq(e.exit, 7)
	t.eq(e.report.outcome, "rejected")
	is(phone, 80, "2.0", 404)
	phone:unapproved "ask"
	o.confirm = "yes"
	x = phone:package(card, DATA .. "x", o)
	t.eq(x.approved, "user")
	o.confirm = "no"
	t.raises("SIGNER", phone.package, phone, card, DATA .. "x", o)
	is(phone, 80, "2.0", 401)
	x = phone:package(card, DATA, { name = "notes", version = "1.7",
		software = true, signature = sign(phone:approval(DATA,
		{ name = "notes", version = "1.7", software = true })) })
	t.eq(x.slot, "Software")
	t.eq(x.installed, "1.7")
	t.raises("DATA", phone.package, phone, card, "", o)
	t.raises("DATA", phone.approval, phone, DATA, { name = "a\nb" })
end)
