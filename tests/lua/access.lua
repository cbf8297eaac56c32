-- New files have the rules of the ones beside them: a private document those
-- of a private one, all others those of a public one.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."

local function files(card)
	local seen = {}
	for _, f in ipairs(card:file_tree().files) do
		seen[f.path] = f.security
	end
	return seen
end

local function place_of(card, name)
	for _, d in ipairs(card:documents()) do
		if d.name == name then
			return d.place
		end
	end
end

local function check(profile, rights)
	local image = os.tmpname()
	dmsc.card_new { image = image, profile = profile, force = true }
	local card <close> = dmsc.connect { reader = "sim:" .. image }
	rights(card)
	local public = card:file_fcp(place_of(card, "OperatorX")).security
	local private = card:file_fcp(place_of(card, "Personal")).security
	t.ok(public ~= private)
	local before = files(card)
	card:mkdoc "NewPublic"
	card:mkdoc("NewPrivate", { private = true })
	card:doc("NewPublic"):add("A/Text", "for all")
	card:doc("NewPrivate"):add("B/Text", "for one")
	card:commit { create = true }
	t.eq(card:file_fcp(place_of(card, "NewPublic")).security, public)
	t.eq(card:file_fcp(place_of(card, "NewPrivate")).security, private)
	local n = { public = 0, private = 0, other = 0 }
	for path, security in pairs(files(card)) do
		if not before[path] then
			local kind = security == public and "public" or
			    security == private and "private" or "other"
			n[kind] = n[kind] + 1
		end
	end
	t.eq(n.other, 0)
	t.ok(n.public >= 2 and n.private >= 2)
	os.remove(image)
end

local function pins(card)
	card:verify_pin { which = "adm1",
	    source = dmsc.secret { content = "hex:4444444444444444" } }
	card:verify_pin { which = "81",
	    source = dmsc.secret { content = "2468" } }
end

t.test("new files have the rules of those beside them", function()
	check("demo", pins)
end)

t.test("behind a secure channel too", function()
	check("locked", function(card)
		card:secure_channel { lwm2m = true,
		    keys = "@" .. data .. "/scripts/demo/scp-keys" }
		card:verify_pin { which = "81",
		    source = dmsc.secret { content = "2468" } }
	end)
end)
