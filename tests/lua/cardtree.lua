-- The card's own tree as the document /card, on a card of the profile "dmsc":
-- every command works on it, a commit is one Atomic, undo takes it back, and
-- to whom the card does not know nothing is shown.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local enc <const> = "8E1B5C42D7A9360F4C83F21E6DB0597A"
local mac <const> = "3A97C40E15F8B26D91E3507C2BDA486F"
local dek <const> = "D2660B9F47E1AC358870F93D1A5CE4B2"
local owner <const> = dmsc.secret { content = "hex:" .. enc .. mac .. dek,
	key = true }
local top <const> = "/card/CardTest"

local function own(card)
	card:secure_channel { keys = owner }
	if card:exists(top) then
		card:rm(top)
		card:commit()
	end
	return card
end

local function clear(card)
	card:revert()
	if card:exists(top) then
		card:rm(top)
		t.eq(card:commit().way, "atomic")
	end
end

t.test("nobody is shown it, and told what to type", function(card)
	local list = card:documents()
	t.eq(list[#list].name, "card")
	t.eq(list[#list].kind, "card")
	t.eq(list[#list].place, "F0444D2D534301")
	for _, call in ipairs { "tree", "get", "export" } do
		local e = t.raises("AUTH", card[call], card, "/card")
		t.eq(e.exit, 7)
		t.eq(e.dm, 407)
		t.eq(e.next[1], "scp open --keys SOURCE")
	end
	t.raises("AUTH", card.set, card, "/card/DevInfo/Lang", "x")
	t.raises("AUTH", card.add, card, top .. "/x", "x")
	t.raises("AUTH", card.rm, card, "/card/Group")
	t.raises("EXISTS", card.mkdoc, card, "card")
end)

t.test("edits are a working copy, a commit is one Atomic", function(card)
	own(card)
	card:add(top .. "/Number", 42)
	card:add(top .. "/Text", "hello")
	card:add(top .. "/Bytes", dmsc.hex "00FF01")
	card:add(top .. "/Sub/Deep", true)
	card:acl(top .. "/Sub", "Get=*")
	t.eq(card:dirty(), true)
	t.eq(card:status().documents[1].name, "card")
	local plan = card:plan()
	t.eq(plan.way, "atomic")
	t.eq(plan.verdict, "allowed")
	t.eq(plan.steps[#plan.steps].what, "atomic")
	local c = card:commit()
	t.eq(c.way, "atomic")
	t.eq(c.verified, true)
	t.eq(c.documents, { "card" })
	t.eq(card:dirty(), false)
	clear(card)
end)

t.test("what was written stands behind a reset", function(card)
	card:secure_channel { keys = owner }
	card:add(top .. "/Number", 42)
	card:add(top .. "/Bytes", dmsc.hex "00FF01")
	card:add(top .. "/Sub/Deep", true)
	card:acl(top .. "/Sub", "Get=*")
	card:commit()
	card:reset()
	t.raises("AUTH", card.get, card, top .. "/Number")
	card:secure_channel { keys = owner }
	t.eq(card:get(top .. "/Number"), 42)
	t.eq(card:get(top .. "/Bytes"), dmsc.hex "00FF01")
	t.eq(card:get(top .. "/Sub/Deep"), true)
	t.eq(card:acl(top .. "/Sub"), "Get=*")
	clear(card)
end)

t.test("set, mv, cp, rm and types reach the card", function(card)
	own(card)
	card:add(top .. "/a/x", "1")
	card:add(top .. "/b", "2")
	card:commit()
	card:set(top .. "/b", "22")
	card:mv(top .. "/a", top .. "/moved")
	card:cp(top .. "/moved", top .. "/copied")
	card:cp("/OperatorX/DMAcc/opx/AppAddr", top .. "/AppAddr")
	t.eq(card:commit().verified, true)
	t.eq(card:diff(), {})
	t.eq(card:get(top .. "/b"), "22")
	t.eq(card:exists(top .. "/a"), false)
	t.eq(card:get(top .. "/copied/x"), "1")
	t.eq(card:get(top .. "/AppAddr/1/AddrType"), "URI")
	card:rm(top .. "/moved/x")
	local c = card:commit()
	t.eq(c.verified, true)
	t.eq(card:exists(top .. "/moved/x"), false)
	clear(card)
end)

t.test("one changed leaf costs one APDU beside the check of the card",
	function(card)
	own(card)
	card:add(top .. "/leaf", "1")
	card:commit()
	card:set(top .. "/leaf", "2")
	local before = card:counters()
	local c = card:commit()
	-- The same card (SELECT, READ), SELECT, the message; over T=0 an
	-- answer is fetched.
	t.ok(c.apdus <= 4 + 2, c.apdus)
	t.eq(c.verified, true)
	t.eq(card:counters() - before, c.apdus)
	clear(card)
end)

t.test("what the card refuses leaves all of it undone", function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:acl("/card", "Get=nobody")		-- its root is for ever
	local e = t.raises("SW", card.commit, card)
	t.eq(e.dm, 405)
	t.eq(e.where, "/card")
	card:revert()
	t.eq(card:exists(top), false)
end)

t.test("undo takes it back, where the card holds what it left",
	function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:set("/card/DevInfo/Lang", "de")
	card:commit()
	t.eq(card:undo().documents, { "card" })
	t.eq(card:exists(top), false)
	t.eq(card:get "/card/DevInfo/Lang", "en")
	card:add(top .. "/x", "1")
	card:commit()
	card:add(top .. "/y", "2")
	local last = card:commit()
	local all = card:journal()
	local e = t.raises("MISMATCH", card.undo, card, all[#all - 1].id)
	t.eq(e.exit, 1)
	t.eq(card:undo(last.journal).documents, { "card" })
	t.eq(card:exists(top .. "/y"), false)
	clear(card)
end)

t.test("a document and /card are committed together", function(card)
	own(card)
	card:verify_pin { which = "adm1", source = dmsc.secret {
		content = "hex:4444444444444444" } }
	local id <const> = "/OperatorX/DMAcc/opx/Name"
	local was = card:get(id)
	card:set(id, was .. "!")
	card:add(top .. "/x", "1")
	local c = card:commit()
	t.eq(c.way, "pair")
	t.eq(c.documents, { "OperatorX", "card" })
	t.eq(card:get(id), was .. "!")
	t.eq(card:get(top .. "/x"), "1")
	card:undo()
	t.eq(card:get(id), was)
	t.eq(card:exists(top), false)
end)

t.test("export, import, backup and restore carry it", function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:commit()
	local text = card:export(top)
	local all = card:backup()
	card:rm(top)
	card:commit()
	card:import(top, text)
	t.eq(card:get(top .. "/x"), "1")
	card:revert()
	card:restore(all)
	t.eq(card:get(top .. "/x"), "1")
	t.eq(#card:diff(), 2)
	t.eq(card:commit().verified, true)
	clear(card)
end)

t.test("it is never removed, renamed or signed", function(card)
	own(card)
	t.raises("UNSUPPORTED", card.rmdoc, card, "/card")
	t.raises("UNSUPPORTED", card.mv, card, "/card", "/Other")
	t.raises("UNSUPPORTED", card.verify, card, "/card")
end)

t.test("a value of 64 KB goes and comes in parts", function(card)
	own(card)
	local value = dmsc.bytes(("0123456789ABCDEF"):rep(4096))
	card:add(top .. "/big", value)
	t.eq(card:commit().way, "atomic")
	card:reset()
	card:secure_channel { keys = owner }
	t.eq(card:get(top .. "/big"), value)
	clear(card)
end)

t.test("edits outlive a reset that changed nothing", function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:reset()
	t.eq(card:dirty(), true)
	t.raises("AUTH", card.commit, card)
	card:secure_channel { keys = owner }
	t.eq(card:commit().verified, true)
	t.eq(card:get(top .. "/x"), "1")
	clear(card)
end)

t.test("edits of what somebody else has changed are dropped", function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:commit()
	card:set(top .. "/x", "2")
	card:dm_replace("./CardTest/x", "3")
	t.eq(card:get(top .. "/x"), "3")
	t.eq(card:dirty(), false)
	clear(card)
end)

-- A card inside, cut before its n-th APDU or behind it.
local function cut_at(image, n, done, run)
	local card <close> = dmsc.connect { reader = "sim:" .. image, pull = n,
		pull_done = done }
	return pcall(function()
		card:secure_channel { keys = owner, spend_try = true }
		run(card)
	end)
end

local function on_image(space, run)
	local image = os.tmpname()
	dmsc.card_new { image = image, profile = "dmsc", force = true,
		space = space }
	local fine, e = pcall(run, image)
	os.remove(image)
	if not fine then
		error(e, 0)
	end
end

t.test("a commit that is cut is wholly there or not at all", function()
	on_image(nil, function(image)
		local outcomes = {}
		for n = 1, 40 do
			for _, done in ipairs { false, true } do
				local fine = cut_at(image, n, done,
					function(card)
						card:set("/card/DevInfo/Lang",
							"de")
						card:add(top .. "/x", "1")
						card:commit()
					end)
				local card <close> = dmsc.connect("sim:" ..
					image)
				card:secure_channel { keys = owner, spend_try = true }
				card:recover()
				local there = card:exists(top .. "/x")
				t.eq(card:get "/card/DevInfo/Lang",
					there and "de" or "en", n)
				outcomes[there] = (outcomes[there] or 0) + 1
				t.ok(there or not fine, n)
				if there then
					card:set("/card/DevInfo/Lang", "en")
					card:rm(top)
					card:commit()
				end
			end
		end
		t.ok(outcomes[true] > 10 and outcomes[false] > 10)
	end)
end)

t.test("a large object goes on behind a cut", function()
	on_image(1024 * 1024, function(image)
		local value = dmsc.bytes(("0123456789ABCDEF"):rep(12800))
		local apdus, whole = {}, nil
		for n = 8, 40 do
			local fine = cut_at(image, n, n % 2 == 0,
				function(card)
					card:dm_add("./Big", value)
				end)
			local card <close> = dmsc.connect("sim:" .. image)
			card:secure_channel { keys = owner, spend_try = true }
			local was = card:counters()
			local there, e = pcall(card.dm_add, card, "./Big",
				value)
			t.ok(there or e.dm == 418, e)
			if there then
				apdus[n] = card:counters() - was
			end
			t.eq(card:dm_get "./Big", value)
			card:dm_delete "./Big"
			if fine then
				break
			end
		end
		local least, most = math.huge, 0
		for _, n in pairs(apdus) do
			least, most = math.min(least, n), math.max(most, n)
		end
		t.ok(least < most, ("%d to %d"):format(least, most))
	end)
end)

t.test("edits stay where somebody else has changed other nodes",
	function(card)
	own(card)
	card:add(top .. "/x", "1")
	card:add(top .. "/gone", "1")
	card:commit()
	card:set(top .. "/x", "2")
	card:rm(top .. "/gone")
	card:add(top .. "/Sub/new", "n")
	card:dm_add("./CardTest/y", "theirs")
	t.eq(card:get(top .. "/x"), "2")
	t.eq(card:get(top .. "/y"), "theirs")
	t.eq(card:get(top .. "/Sub/new"), "n")
	t.eq(card:exists(top .. "/gone"), false)
	t.eq(card:commit().verified, true)
	t.eq(card:dm_get "./CardTest/x", "2")
	clear(card)
end)

t.test("a PIN that is verified shows what it is for", function(card)
	own(card)
	t.raises("AUTH", card.exists, card, "/card/Personal")
	card:set("/card/DevInfo/Lang", "de")
	card:verify_pin { which = "81", source = dmsc.secret {
		content = "2468" } }
	t.eq(card:get "/card/Personal/Contact/Name" ~= nil, true)
	t.eq(card:get "/card/DevInfo/Lang", "de")
	card:revert()
end)

t.test("an account's secrets go in, stay there, and cannot be undone",
	function(card)
	own(card)
	local account <const> = "/card/DMAcc/test"
	if card:exists(account) then
		card:rm(account)
		card:commit()
	end
	card:add(account .. "/ServerID", "test.example")
	card:add(account .. "/AppAuth/s/AAuthLevel", "SRVCRED")
	card:add(account .. "/AppAuth/s/AAuthSecret", "never shown")
	local c = card:commit()
	t.eq(c.verified, nil)		-- what is not shown is not compared
	t.eq(card:get(account .. "/ServerID"), "test.example")
	t.eq(card:exists(account .. "/AppAuth/s/AAuthSecret"), false)
	card:rm(account)
	c = card:commit()
	t.eq(c.verified, true)
	local e = t.raises("UNSUPPORTED", card.undo, card, c.journal)
	t.ok(e.why:find "secret", e.why)
end)
