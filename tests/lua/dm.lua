-- Requirements GEN-1, GEN-8, GEN-10, GEN-11, GEN-12, GEN-16 and AUTH-2 on a
-- card with the DM-SC application, in whatever reader it is: its own tree by
-- DM commands.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile("dmsc", 4 << 20)

local keys <const> = dmsc.secret { key = true, content = "hex:" ..
	"8E1B5C42D7A9360F4C83F21E6DB0597A" ..
	"3A97C40E15F8B26D91E3507C2BDA486F" ..
	"D2660B9F47E1AC358870F93D1A5CE4B2" }
local password <const> = dmsc.secret { content = "ascii:ma-s3cret" }
local personal <const> = dmsc.secret { content = "2468" }

local function owner(card)
	card:secure_channel { keys = keys, spend_try = true }
end

-- Bytes that no two places share.
local function pattern(n)
	local parts = {}
	for i = 1, n // 8 do
		parts[i] = ("%08X"):format(i * 2654435761 & 0xFFFFFFFF)
	end
	return dmsc.bytes(table.concat(parts))
end

local function sorted(list)
	table.sort(list)
	return list
end

-- What is not there any more is no error.
local function gone(card, uri)
	local good, e = pcall(card.dm_delete, card, uri)
	t.ok(good or e.dm == 404, tostring(e))
end

-- The DM status that a call is refused with.
local function status(fn, ...)
	local e = t.raises(nil, fn, ...)
	t.ok(dmsc.is_error(e), tostring(e))
	return e.dm, e
end

t.test("GEN-1: management objects and documents are stored and stay",
    function(card)
	owner(card)
	gone(card, "./Stored")
	card:dm_run({
		{ verb = "add", uri = "./Stored", type = "org.example/1.0/S" },
		{ verb = "add", uri = "./Stored/Text", value = "words" },
		{ verb = "add", uri = "./Stored/Number", value = 42 },
		{ verb = "add", uri = "./Stored/Switch", value = true },
		{ verb = "add", uri = "./Stored/Raw",
			value = dmsc.hex "00FF80" },
	}, { atomic = true })
	card:reset { cold = true }
	owner(card)
	t.eq(card:dm_get "./Stored/Text", "words")
	t.eq(card:dm_get "./Stored/Number", 42)
	t.eq(card:dm_get "./Stored/Switch", true)
	t.eq(card:dm_get "./Stored/Raw", dmsc.hex "00FF80")
	t.eq(card:dm_get("./Stored", { prop = "Type" }), "org.example/1.0/S")
	t.eq(card:get "/card/Stored/Text", "words")
	local names = {}
	for _, d in ipairs(card:documents()) do
		names[d.name] = d.kind
	end
	t.ok(names.card and names.OperatorX == "dm", dmsc.dump(names))
	card:dm_delete "./Stored"
end)

t.test("GEN-8: the card is asked, and answers what was asked for",
    function(card)
	owner(card)
	local id = card:dm_get "./DevInfo/DevId"
	t.ok(id:find(card:info().iccid, 1, true), id)
	t.eq(sorted(card:dm_get "./Update"),
		{ "Hour", "OnlyWifi", "Server" })
	t.eq(card:dm_get "./Update/Hour", 3)
	t.eq(card:dm_get("./Update/Hour", { prop = "Format" }), "int")
	local seen = {}
	for _, r in ipairs(card:dm_get("./Update", { list = "Struct" })) do
		t.eq(r.value, nil, r.uri)
		seen[#seen + 1] = r.uri
	end
	t.eq(sorted(seen), { "./Update", "./Update/Hour",
		"./Update/OnlyWifi", "./Update/Server" })
	for _, r in ipairs(card:dm_get("./Update",
	    { list = "StructData" })) do
		if r.uri == "./Update/Server" then
			t.eq(r.value:str(), "https://update.example/fw")
		end
	end
	local tree = card:dm_tree "./Update"
	t.eq(tree.name, "Update")
	t.eq(#tree.nodes, 3)
	-- Several questions travel together.
	local x = card:dm_run { { verb = "get", uri = "./Update/Hour" },
		{ verb = "get", uri = "./DevInfo/Man" } }
	t.eq(#x.results, 2)
	t.eq(x.messages, 1)
end)

t.test("GEN-10: a group holds what belongs together", function(card)
	owner(card)
	gone(card, "./Group/Trip")
	card:dm_run({
		{ verb = "add", uri = "./Group/Trip" },
		{ verb = "add", uri = "./Group/Trip/Mail",
			type = "org.example/1.0/Mail" },
		{ verb = "add", uri = "./Group/Trip/Mail/Server",
			value = "mail.example" },
		{ verb = "add", uri = "./Group/Trip/Chat",
			type = "org.example/1.0/Chat" },
		{ verb = "add", uri = "./Group/Trip/Chat/Server",
			value = "chat.example" },
	}, { atomic = true })
	t.eq(sorted(card:dm_get "./Group/Trip"), { "Chat", "Mail" })
	t.ok(#card:dm_get "./Group" >= 2)
	-- It goes as a whole, and nothing else with it.
	card:dm_delete "./Group/Trip"
	t.eq(status(card.dm_get, card, "./Group/Trip/Mail/Server"), 404)
	t.eq(sorted(card:dm_get "./Group/Fleet"),
		{ "Connection", "Tracking" })
end)

t.test("GEN-11: one request brings one group and nothing else",
    function(card)
	owner(card)
	gone(card, "./Group/Other")
	card:dm_add "./Group/Other"
	card:dm_add("./Group/Other/Secret", "not asked for")
	local x = card:dm_run { { verb = "get",
		uri = "./Group/Fleet?list=StructData" } }
	t.eq(x.messages, 1)
	local values = {}
	for _, r in ipairs(x.results) do
		t.ok((r.uri .. "/"):find("./Group/Fleet/", 1, true) == 1,
			r.uri)
		values[r.uri] = r.value and r.value:str()
	end
	t.eq(values["./Group/Fleet/Tracking/Interval"], "900")
	t.eq(values["./Group/Fleet/Connection/Addr"],
		"fleet.operatorx.example")
	local tree = card:dm_tree "./Group/Fleet"
	t.eq(#tree.nodes, 2)
	card:dm_delete "./Group/Other"
end)

t.test("GEN-12: a value of 64 KB goes and comes in pieces", function(card)
	owner(card)
	gone(card, "./Large")
	local value = pattern(65536)
	card:dm_add "./Large"
	local there = card:dm_add("./Large/Text", value)
	t.ok(there.apdus > 1)
	t.ok(card:dm_get "./Large/Text" == value)
	t.eq(card:dm_get("./Large/Text", { prop = "Size" }), "65536")
	card:dm_delete "./Large"
end)

t.test("GEN-12: a value of 1 MB, in messages that the card takes",
    function(card)
	owner(card)
	gone(card, "./Large")
	local state = card:dm_state()
	local value = pattern(1 << 20)
	if state.free < #value or state.max_object < #value then
		t.skip(("the card has %d bytes free, takes %d"):format(
			state.free, state.max_object))
	end
	local x = card:dm_run { { verb = "add", uri = "./Large",
		value = value } }
	t.ok(x.messages >= #value // state.max_message, x.messages)
	t.ok(card:dm_get "./Large" == value, "another value")
	card:dm_delete "./Large"
end)

t.test("GEN-16: each refusal has a DM status, a sentence, a next step",
    function(card)
	owner(card)
	local before = card:dm_tree "."
	local counter = card:dm_state().counter
	for _, case in ipairs {
		{ 404, card.dm_get, "./None" },
		{ 405, card.dm_copy, "./Update", "./Copy" },
		{ 405, card.dm_delete, "./Group" },
		{ 405, card.dm_replace, "./DevInfo/DevId", "other" },
		{ 404, card.dm_delete, "./None" },
		{ 404, card.dm_replace, "./None", "x" },
		{ 418, card.dm_add, "./Update/Hour", 4 },
		{ 403, card.dm_copy, "./None", "./Copy" },
		{ 406, card.dm_get, "./Update?prop=None" },
		{ 405, card.dm_add, "./Update/Hour/Below", "x" },
	} do
		local dm, e = status(case[2], card, case[3], case[4])
		local what = ("%s: %s"):format(case[3], tostring(e))
		t.eq(dm, case[1], what)
		t.ok(e.message ~= "" and e.where and e.exit ~= 0, what)
		t.ok(#e.next > 0, what)
		t.eq(e.answer.statuses[#e.answer.statuses].status, dm, what)
	end
	t.eq(card:dm_tree ".", before)
	t.eq(card:dm_state().counter, counter)
end)

t.test("GEN-16: an Atomic is done whole or not at all", function(card)
	owner(card)
	local before = card:dm_tree "."
	local e = t.raises(nil, card.dm_run, card, {
		{ verb = "add", uri = "./Half", value = "x" },
		{ verb = "replace", uri = "./Update/Hour", value = 5 },
		{ verb = "delete", uri = "./None" },
		{ verb = "delete", uri = "./Update" },
	}, { atomic = true })
	local of = {}
	for _, s in ipairs(e.answer.statuses) do
		of[s.command .. " " .. (s.uri or "")] = s.status
	end
	t.eq(of["Delete ./None"], 404, dmsc.dump(of))
	t.eq(of["Add ./Half"], 216, dmsc.dump(of))
	t.eq(of["Delete ./Update"], 215, dmsc.dump(of))
	t.eq(card:dm_tree ".", before)
	-- Without it what can be done is.
	t.raises("NOTFOUND", card.dm_run, card, {
		{ verb = "add", uri = "./Half", value = "x" },
		{ verb = "delete", uri = "./None" } })
	t.eq(card:dm_get "./Half", "x")
	card:dm_delete "./Half"
end)

-- A card of our own, which can be pulled out at any APDU.
local function pulled(image, state, pull, fn)
	local card <close> = dmsc.connect { reader = "sim:" .. image,
		state = state, pull = pull }
	return pcall(function()
		owner(card)
		fn(card)
	end)
end

t.test("GEN-12: what is cut is resumed and equal", function()
	local image = os.tmpname()
	local state = image .. ".state"
	dmsc.card_new { image = image, profile = "dmsc", space = 1 << 20,
		force = true }
	local value, other = pattern(131072), pattern(131080):sub(9)
	-- First another value of the same size: what came of it is not the
	-- beginning of this one.
	for i, pull in ipairs { 12, 13, 12 } do
		local good, e = pulled(image, state, pull, function(card)
			card:dm_add("./Large", i == 1 and other or value)
		end)
		t.ok(not good and (e.exit == 4 or e.exit == 5), tostring(e))
	end
	local good, e = pulled(image, state, 0, function(card)
		local rest = card:dm_add("./Large", value)
		t.ok(card:dm_get "./Large" == value, "another value")
		card:dm_delete "./Large"
		local whole = card:dm_add("./Large", value)
		t.ok(rest.bytes < whole.bytes, "it was not resumed")
	end)
	os.remove(image)
	t.ok(good, tostring(e))
end)

t.test("Exec: a message that waits asks the device again", function(card)
	owner(card)
	gone(card, "./Outbox/again")
	t.eq(status(card.dm_exec, card, "./Update"), 406)
	t.eq(status(card.dm_exec, card, "./Outbox/again"), 404)
	card:dm_add "./Outbox/again"
	t.eq(status(card.dm_exec, card, "./Outbox/again"), 405)
	card:dm_add("./Outbox/again/Message", dmsc.hex "00")
	t.eq(card:dm_state().waits, true)
	local x = card:dm_exec "./Outbox/again"
	t.eq(x.statuses[1].status, 202)
	card:dm_delete "./Outbox/again"
	t.eq(card:dm_state().waits, false)
end)

-- Each asks something of the application.
local operations <const> = {
	get = function(card) card:dm_get "./DevInfo/DevId" end,
	names = function(card) card:dm_get "." end,
	struct = function(card) card:dm_get(".", { list = "Struct" }) end,
	tree = function(card) card:dm_tree "." end,
	add = function(card) card:dm_add("./New", "x") end,
	replace = function(card) card:dm_replace("./Update/Hour", 4) end,
	acl = function(card)
		card:dm_replace("./Update", "Get=*", { prop = "ACL" })
	end,
	delete = function(card) card:dm_delete "./Update" end,
	copy = function(card) card:dm_copy("./Update", "./Copy") end,
	exec = function(card) card:dm_exec "./Update" end,
	atomic = function(card)
		card:dm_run({ { verb = "delete", uri = "./Update" } },
			{ atomic = true })
	end,
	["document read"] = function(card) card:get "/card/Update/Hour" end,
	["document tree"] = function(card) card:tree "/card" end,
	["document edit"] = function(card)
		card:set("/card/Update/Hour", 4)
		card:commit()
	end,
	export = function(card) card:export "/card" end,
}

local function refused(card, what)
	for name, run in pairs(operations) do
		local good, e = pcall(run, card)
		t.eq(good, false, what .. ": " .. name)
		t.ok(dmsc.is_error(e) and e.exit == 7, ("%s: %s: %s"):format(
			what, name, tostring(e)))
		t.ok(#e.next > 0, name)
	end
	card:revert()
end

t.test("AUTH-2: the application does nothing for nobody", function(card)
	local state = card:dm_state()
	t.eq(state.authenticated, false)
	t.eq(state.counter, nil)
	t.eq(state.free, nil)
	refused(card, "nobody")
	owner(card)
	t.eq(card:dm_get "./Update/Hour", 3)
	t.eq(status(card.dm_get, card, "./New"), 404)
end)

t.test("AUTH-2: no bare object of a stranger is taken", function(card)
	local function store(object, word)
		local data, sw = card:apdu(("80E29100%02X%s00"):format(
			#object // 2, object))
		t.eq(sw, word, object)
		return data
	end
	local _, sw = card:apdu "00A4040407F0444D2D53430100"
	t.eq(sw, 0x9000)
	for _, object in ipairs { "E50C800101810400000100840131",
	    "E70480024D10", "E500", "E700" } do
		t.eq(#store(object, 0x6982), 0, object)
	end
	-- A session with the device is of the device, by its credential.
	store("EA0480022000", 0x6A80)
	-- Who it is is asked of all, and told no more than a nonce.
	local state = store("E21B8002010081010F82040000FA00830400200000" ..
		"8408646D7363", 0x6A80)
	t.eq(#state, 0)
	state = store("E2138002010081010F82040000FA00830400200000", 0x9000)
	t.eq(#state, 20, state:hex())
	t.eq(state:sub(1, 4), dmsc.hex "E3128010")
end)

t.test("AUTH-2: no PIN and no wrong password opens it", function(card)
	card:verify_pin { which = "81", source = personal, spend_try = true }
	refused(card, "PIN 81")
	local e = t.raises("AUTHFAIL", card.dm_login, card, {
		server = "ma.example",
		source = dmsc.secret { content = "ascii:wrong" } })
	t.eq(e.exit, 7)
	refused(card, "a wrong password")
	t.raises("AUTHFAIL", card.dm_login, card, { server = "no.example",
		source = password })
	refused(card, "an unknown server")
end)

t.test("AUTH-2: with its password a server is known, until a reset",
    function(card)
	local state = card:dm_login { server = "ma.example",
		source = password }
	t.eq(state.authenticated, true)
	t.eq(state.server, "ma.example")
	t.eq(card:dm_get "./Update/Hour", 3)
	card:dm_replace("./Update/Hour", 4)
	card:dm_replace("./Update/Hour", 3)
	-- It is under the card's ACL.
	local e = t.raises("AUTH", card.dm_get, card, "./Outbox")
	t.eq(e.dm, 425)
	t.eq(e.exit, 7)
	card:reset()
	refused(card, "after a reset")
end)

t.test("a login stands while other files are read", function(card)
	for _, method in ipairs { "md5", "mac" } do
		card:dm_login { server = "ma.example", source = password,
			method = method }
		t.ok(#card:file_read("EF.ICCID").bytes > 0)
		t.eq(card:dm_state().server, "ma.example", method)
		t.ok(#card:get "/OperatorX/DMAcc/opx/ServerID" > 0)
		card:set("/card/Update/Hour", 5)
		card:commit()
		t.eq(card:dm_get "./Update/Hour", 5)
		card:set("/card/Update/Hour", 3)
		t.ok(#card:export "/OperatorX" > 0)
		card:commit()
		card:reset()
		t.raises("AUTH", card.dm_get, card, "./Update/Hour")
	end
end)

t.test("AUTH-2: with the owner's keys all of it is open", function(card)
	owner(card)
	local state = card:dm_state()
	t.eq(state.authenticated, true)
	t.eq(state.as, "owner")
	t.ok(state.counter >= 0 and state.free > 0 and
		state.total >= state.free)
	t.eq(card:dm_get "./Update/Hour", 3)
	card:set("/card/Update/Hour", 4)
	card:commit()
	t.eq(card:dm_get "./Update/Hour", 4)
	t.ok(card:dm_state().counter > state.counter)
	card:dm_replace("./Update/Hour", 3)
	card:secure_close()
	refused(card, "after the channel")
end)
