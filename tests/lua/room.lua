-- Where the card has the DM-SC application, files are its own business: no
-- document, whatever is done with it, makes, sizes or deletes a file from
-- outside (requirement OSR-1).
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local function rights(card)
	card:verify_pin { which = "adm1", source = dmsc.secret {
		content = "hex:4444444444444444" } }
	card:verify_pin { which = "81", source = dmsc.secret {
		content = "ascii:2468" } }
end

-- INS of CREATE, DELETE and RESIZE FILE, in the clear and protected.
local function made_files(text)
	for header in text:gmatch "\n> (%x%x%x%x)" do
		local ins = header:sub(3)
		if ins == "E0" or ins == "E4" or ins == "D4" then
			return header
		end
	end
end

local function names(card)
	local list = {}
	for _, d in ipairs(card:documents()) do
		list[d.name] = d
	end
	return list
end

t.test("OSR-1: the card places documents, and no host makes a file",
    function(card)
	local path = os.tmpname()
	card:trace(path)
	rights(card)
	card:mkdoc("Placed", { kind = "dm" })
	card:add("/Placed/DMAcc/a/ServerID", "one")
	card:mkdoc("Secret", { kind = "dm", private = true })
	card:add("/Secret/DMAcc/a/ServerID", "two")
	local plan = card:plan()
	t.eq(plan.way, "create")
	t.eq(plan.steps[2].what, "room from the card")
	local c = card:commit()
	t.eq(c.way, "create")
	t.eq(names(card).Secret.private, true)
	t.eq(tostring(card:get "/Placed/DMAcc/a/ServerID"), "one")
	card:set("/Placed/DMAcc/a/ServerID", ("x"):rep(2000))
	t.eq(card:commit().way, "create")
	card:rmdoc "Placed"
	card:rmdoc "Secret"
	card:commit()
	t.eq(names(card).Placed, nil)
	card:trace()
	local f <close> = assert(io.open(path))
	local text = f:read "a"
	os.remove(path)
	t.eq(made_files(text), nil)
	assert(text:find "\n> 80E291")
end)

t.test("OSR-1: who has no right is given no room", function(card)
	card:mkdoc("Nobody", { kind = "dm" })
	local e = t.raises("AUTH", card.commit, card)
	t.eq(e.exit, 7)
	card:revert()
	t.eq(names(card).Nobody, nil)
end)
