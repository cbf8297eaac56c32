-- Whose documents a device takes: a setting that it keeps.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local demo = data .. "/scripts/demo/"

local function slurp(name)
	local f <close> = assert(io.open(demo .. name, "rb"))
	return f:read "a"
end

local ca, cert = slurp "ca.pem", slurp "operator.pem"
local who = { key = "@" .. demo .. "operator-key", cert = cert }
local NAME = "/OperatorX/DMAcc/opx/Name"

local function owned(card)
	card:verify_pin { which = "adm1", source = "@" .. demo .. "adm1" }
end

local function sign(card, version)
	owned(card)
	if version then
		card:set("/OperatorX/DMSC/Version", version)
	end
	card:sign("/OperatorX", who)
	card:commit()
end

local function new_device(card)
	local d = dmsc.device.new { name = "lua-test-trust" }
	d:reset(card)
	return d
end

-- What the report says of OperatorX: state and why.
local function on(d, card, options)
	for _, one in ipairs(d:power_on(card, options).documents) do
		if one.document == "OperatorX" then
			return one.state, one.why
		end
	end
end

local function name_in(d, card)
	local n = dmsc.find(d:tree(card), "DMAcc/opx/Name")
	return n and n.value
end

local function fresh(run)
	t.fresh({}, function(card) run(card, new_device(card)) end)
end

t.test("signed documents alone are taken, and the setting is kept",
function()
	fresh(function(card, d)
		t.raises("USAGE", d.power_on, d, card, { signed_only = true })
		t.raises("DATA", d.power_on, d, card, { trust = "no PEM" })
		t.eq(on(d, card), "added")
		local state, why = on(d, card, { trust = ca, signed_only =
			true })
		t.eq(state, "refused")
		t.eq(why, "unsigned: there is no signature")
		-- It was unsigned when it came: it goes.
		t.eq(name_in(d, card), nil)
		sign(card)
		state, why = on(d, card)
		t.eq(state, "added")
		t.eq(why, "signed by O=DMSC demo,CN=OperatorX")
		t.eq(on(d, card), "unchanged")
		t.eq(on(d, card, { trust = false }), "unchanged")
		card:put_signature("/OperatorX")
		owned(card)
		card:commit()
		t.eq(on(d, card), "unchanged")
	end)
end)

t.test("unsigned ones are taken where nobody said otherwise", function()
	fresh(function(card, d)
		t.eq(on(d, card, { trust = ca }), "added")
		sign(card)
		local _, why = on(d, card)
		t.eq(why, "signed by O=DMSC demo,CN=OperatorX")
		-- The signer is not below this one.
		local state
		state, why = on(d, card, { trust = slurp "signing.pem" })
		t.eq(state, "refused")
		t.ok(why:find("its signature: unknown signer", 1, true), why)
		t.eq(name_in(d, card), nil)
		t.eq(on(d, card, { trust = ca }), "added")
	end)
end)

t.test("a signature that does not hold: the last good one stays", function()
	fresh(function(card, d)
		sign(card, "2")
		t.eq(on(d, card, { trust = ca, signed_only = true }), "added")
		local good = name_in(d, card)
		local cms = card:signature("/OperatorX")
		owned(card)
		card:set(NAME, "Mallory")
		card:put_signature("/OperatorX", cms)
		card:commit()
		local state, why = on(d, card)
		t.eq(state, "refused")
		t.ok(why:find("its signature: bad", 1, true), why)
		t.eq(name_in(d, card), good)
		-- Signed, but older than what was good before.
		sign(card, "1")
		state, why = on(d, card)
		t.eq(state, "refused")
		t.ok(why:find("its signature: older", 1, true), why)
		t.eq(name_in(d, card), good)
		sign(card, "3")
		t.eq(on(d, card), "replaced")
		t.eq(name_in(d, card), "Mallory")
	end)
end)

t.test("a dry run leaves the setting as it was", function()
	fresh(function(card, d)
		t.eq(on(d, card, { trust = ca, signed_only = true,
			dry = true }), "refused")
		t.eq(on(d, card), "added")
		t.eq(dmsc.find(d:tree(card), "Origin/Setting"), nil)
	end)
end)

t.test("the card's own tree has no signatures", function()
	t.fresh({ profile = "dmsc" }, function(card)
		local d = new_device(card)
		local keys = "@" .. demo .. "ma-keys"
		local function own(options)
			options.keys, options.version = keys, 0x31
			options.spend_try = true
			for _, one in ipairs(d:power_on(card,
			    options).documents) do
				if one.kind == "card" then
					return one.state, one.why
				end
			end
		end
		t.eq(own {}, "added")
		t.eq(own { trust = ca }, "unchanged")
		local state, why = own { signed_only = true }
		t.eq(state, "refused")
		t.eq(why, "unsigned: the card's own tree has no signatures")
		t.eq(own { trust = false }, "added")
	end)
end)
