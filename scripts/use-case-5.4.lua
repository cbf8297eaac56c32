-- Use case 5.4 of the DM smart card enabler, told: firmware and software that
-- a device installs only when the Management Authority approved it, which the
-- card finds out by that authority's key. Ends with an error where anything is
-- not as it should be.
--
--	dmsc scripts/use-case-5.4.lua
--	dmsc scripts/use-case-5.4.lua READER
--
-- Without a reader it makes a card of its own; one in a reader needs the
-- profile dmsc (card new --profile dmsc, card serve).
local dmsc = require "dmsc"
local inside = require "dmsc.inside"
local json = require "dmsc.json"

local reader <const> = (...)
local adm <const> = dmsc.secret { content = "hex:4444444444444444" }
local demo <const> = (debug.getinfo(1, "S").source:match "^@(.*)/[^/]*$" or
	".") .. "/demo/"

local folder <const> = inside.temp_make()
local card, server

local function tell(...)
	print(string.format(...))
end

local function must(good, ...)
	return good or error("not as use case 5.4 says: " ..
		string.format(...), 2)
end

local function slurp(path)
	local f <close> = assert(io.open(path, "rb"))
	return f:read "a"
end

local function connect()
	if reader then
		return dmsc.connect { reader = reader,
			state = folder .. "/state" }
	end
	local image <const> = folder .. "/card.img"
	dmsc.card_new { image = image, profile = "dmsc" }
	return dmsc.connect { reader = "sim:" .. image,
		state = folder .. "/state" }
end

local phone <const> = dmsc.device.new { name = "phone-5-4" }

-- ---- the Management Authority: its key, whose public half the card has

local key <const>, cert <const> = "@" .. demo .. "operator-key",
	demo .. "operator.pem"

local function sign(text)
	return dmsc.cms.sign { data = text, key = key,
		cert = slurp(cert) }.cms
end

local function approve(data, options)
	return sign(phone:approval(data, options, card))
end

-- ---- messages of OMA DM

local function base64(bytes)
	local set <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst" ..
		"uvwxyz0123456789+/"
	return (bytes:gsub("..?.?", function(s)
		local a, b, c = s:byte(1, 3)
		local n = a << 16 | (b or 0) << 8 | (c or 0)
		local out = ""
		for i = 0, 3 do
			local at = n >> (18 - 6 * i) & 63
			out = out .. (i > #s and "=" or
				set:sub(at + 1, at + 1))
		end
		return out
	end))
end

local function replace(uri, value, binary)
	return ("Replace"), ("<Item><Target><LocURI>%s</LocURI></Target>" ..
		"<Meta><Format xmlns='syncml:metinf'>%s</Format></Meta>" ..
		"<Data>%s</Data></Item>"):format(uri, binary and "b64" or
		"chr", binary and base64(value:str()) or value)
end

local function exec(uri)
	return "Exec", ("<Item><Target><LocURI>%s</LocURI></Target></Item>")
		:format(uri)
end

-- What tells a device to download a package and install it.
local function order(name, version, url, approval)
	local at <const> = "./FUMO/Firmware/"
	local list <const> = { { replace(at .. "PkgName", name) },
		{ replace(at .. "PkgVersion", version) },
		{ replace(at .. "DownloadAndUpdate/PkgURL", url) },
		{ replace(at .. "Ext/Approval", approval, true) },
		{ exec(at .. "DownloadAndUpdate") } }
	local out = { '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2' ..
		"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>54" ..
		"</SessionID><MsgID>1</MsgID><Target><LocURI>device</LocURI>" ..
		"</Target><Source><LocURI>ma</LocURI></Source></SyncHdr>" ..
		"<SyncBody>" }
	for i, c in ipairs(list) do
		out[#out + 1] = ("<%s><CmdID>%d</CmdID>%s</%s>"):format(c[1],
			i, c[2], c[1])
	end
	out[#out + 1] = "<Final/></SyncBody></SyncML>"
	return table.concat(out)
end

-- A server of packages, a process of its own.
local function serve(files)
	local script <const> = folder .. "/server.lua"
	local f <const> = assert(io.open(script, "w"))
	f:write("return { accounts = {}, files = {", files, "} }")
	f:close()
	local pipe <const> = assert(io.popen(('exec "$(readlink ' ..
		'/proc/$PPID/exe)" dmserver --script %s --for 120'):format(
		script)))
	local first <const> = json.decode(pipe:read() or error(
		"no server of packages can be begun", 0))
	return { pipe = pipe, pid = first.pid,
		base = first.url:match "^http://[^/]+" }
end

-- ---- what is where

local function has(uri)
	local n = dmsc.find(phone:tree(card), uri)
	return n and n.value
end

local function firmware()
	return phone:updates(card).updates[1]
end

local function state_is(state, installed, result)
	local u = firmware()
	must(u.state == state and u.installed == installed and
		u.result == result, "firmware %s, state %d, result %d: %s",
		u.installed, u.state, u.result, u.why or "")
	must(has "DevDetail/FwV" == installed, "it says otherwise itself")
	return u
end

-- ---- the story

local good_package <const> = ("firmware 2.0 "):rep(1000)
local bad_package <const> = ("firmware 2.0, and more "):rep(1000)

-- The card asks, the phone answers; one that is new to the card's nonces is
-- asked anew when it is switched on next.
local function session()
	for _ = 1, 3 do
		local x = phone:power_on(card, { cat = true,
			confirm = "yes" })
		for _, s in ipairs(x.sessions) do
			if #s.commands > 0 then
				return s
			end
		end
	end
	must(false, "the card commands nothing")
end

local function from_the_card()
	tell "1. Carol asks her operator for a new firmware. The operator, as"
	tell "   Management Authority, signs what may be done with which data:"
	local approval = approve(good_package, { name = "modem",
		version = "2.0" })
	for line in phone:approval(good_package, { name = "modem",
	    version = "2.0" }, card):str():gmatch "[^\n]+" do
		tell("      %s", line)
	end
	card:reset { cold = true }
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
	card:dm_add("./Outbox/update/Message", order("modem", "2.0",
		server.base .. "/modem", approval), { format = "bin" })
	card:reset { cold = true }
	tell "   It puts the order into Carol's card, which asks for a session"
	tell "   and commands the phone by a message that it signs."
	local s = session()
	must(s.signer, "nobody signed")
	must(s.commands[5].command == "Exec" and s.commands[5].status == 202,
		"Exec: %d", s.commands[5].status)
	must(s.orders == 1, "%d orders were carried out", s.orders)
	tell("2. The phone checks the signature (%s), answers 202, and", s.signer)
	tell("   downloads %d bytes.", #good_package)
	local u = state_is(100, "2.0", 200)
	must(u.approved == "card", "approved by %s", u.approved)
	must(not u.sha256, "the package is there still")
	tell "3. The card finds by the operator's key that operation and data"
	tell("   are approved: firmware %s is installed, state %d.", u.installed,
		u.state)
	s = phone:session(card, { anyway = true, confirm = "yes" })
	must(#s.alerts >= 1 and s.alerts[1].data == "200" and
		s.alerts[1].status == 200, "nobody was told")
	tell("   In the next session the card is told: %s, result %s.",
		s.alerts[1].type:match "[^.]+$", s.alerts[1].data)
end

-- As another server commands it: what it is told next time.
local function by_server(path, approval, confirm)
	local x = phone:server(card, order("modem", "3.0", server.base ..
		path, approval), { as = "mallory.example",
		confirm = confirm })
	must(x.orders == 1, "%d orders were carried out", x.orders)
	for _, s in ipairs(x.answer.statuses) do
		must(s.status == 200 or s.status == 202, "%s: %d", s.command,
			s.status)
	end
end

local function rejected()
	tell "4. Another server knows the phone, too, and sends data that is not"
	tell "   what was approved:"
	phone:unapproved("reject", card)
	by_server("/other", approve(good_package, { name = "modem",
		version = "3.0" }), "yes")
	local u = state_is(80, "2.0", 404)
	must(u.approved == "no" and not u.sha256, "it was not deleted")
	tell("   result %d, %s. It is rejected and deleted.", u.result, u.why)
	by_server("/other", approve(bad_package, { name = "modem",
		version = "3.1" }), "yes")
	state_is(80, "2.0", 404)
	by_server("/other", approve(bad_package, { name = "modem",
		version = "3.0", software = true }), "yes")
	state_is(80, "2.0", 404)
	tell "   So is an approval of another version, and of another operation."
	by_server("/none", approve(bad_package, { name = "modem",
		version = "3.0" }), "yes")
	state_is(20, "2.0", 411)
	tell "   What cannot be downloaded is told with its own result, 411."
end

local function asked()
	tell "5. A phone may be set to ask its user (USE-5). Carol says no:"
	phone:unapproved("ask", card)
	local wrong <const> = sign "DMSC-APPROVAL 1\noperation: anything\n"
	by_server("/other", wrong, "no")
	local u = state_is(80, "2.0", 401)
	must(not u.sha256, "it was not deleted")
	tell("   result %d. Then she says yes:", u.result)
	by_server("/other", wrong, "yes")
	u = state_is(100, "3.0", 200)
	must(u.approved == "user", "approved by %s", u.approved)
	tell("   the phone goes on, firmware %s.", u.installed)
	phone:unapproved("reject", card)
end

local function from_a_file()
	tell "A1. The data comes on a memory card, with the approval beside it."
	local what <const> = { name = "modem", version = "4.0" }
	local data <const> = good_package .. "4"
	what.signature = approve(data, what)
	local e
	local good, x = pcall(phone.package, phone, card, data .. "!", what)
	must(not good and dmsc.is_error(x) and x.code == "SIGNER",
		"what was changed is installed")
	state_is(80, "3.0", 404)
	tell("    With a byte too many: %s.", x.why)
	x = phone:package(card, data, what)
	must(x.outcome == "installed" and x.approved == "card", "it is %s",
		x.outcome)
	state_is(100, "4.0", 200)
	tell("    As it was approved: %s, firmware %s.", x.outcome, x.installed)
	local notes <const> = { name = "notes", version = "1.7",
		software = true }
	notes.signature = approve(data, notes)
	x = phone:package(card, data, notes)
	must(has "DevDetail/SwV" == "1.7" and has "DevDetail/FwV" == "4.0",
		"the software is not what it should be")
	tell("    Software goes the same way: %s %s.", x.name, x.installed)
end

-- As it was, for a card in a reader.
local function clean()
	card:reset { cold = true }
	card:verify_pin { which = "adm1", source = adm, spend_try = true }
	pcall(card.dm_delete, card, "./Outbox/update")
	card:disconnect()
end

local good, e = xpcall(function()
	card = connect()
	phone:reset(card)
	phone:power_on(card, { confirm = "yes" })
	must(has "DevDetail/FwV" == "1", "the phone is not new")
	server = serve [[ ["/modem"] = ("firmware 2.0 "):rep(1000),
		["/other"] = ("firmware 2.0, and more "):rep(1000) ]]
	from_the_card()
	rejected()
	asked()
	from_a_file()
end, function(e)
	return dmsc.is_error(e) and e or debug.traceback(e, 2)
end)
if server then
	os.execute("kill -KILL " .. server.pid)
	server.pipe:close()
end
if card then
	pcall(clean)
end
inside.temp_remove(folder)
if not good then
	error(e, 0)
end
tell "Use case 5.4 is as the requirement says."
