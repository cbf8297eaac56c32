-- Key pairs of the card: listed, used, made anew, certified.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."

local function pin(digits)
	return dmsc.secret { content = digits }
end

local function demo(run)
	t.fresh({ profile = "demo" }, run)
end

t.test("the directories list them", function()
	demo(function(card)
		local all = card:pairs()
		t.eq(#all, 5)
		t.eq(all[1].label, "Signing key")
		t.eq(all[1].type, "p256")
		t.eq(all[1].needs, "PIN81")
		t.eq(all[1].certified, true)
		t.eq(all[3].type, "rsa:2048")
		t.eq(all[4].consent, true)
		t.eq(all[5].use, "verify")
		t.eq(all[5].secret, false)
		t.eq(card:pair("RSA key").ref, 3)
		t.eq(card:pair("03").label, "RSA key")
		t.raises("NOTFOUND", card.pair, card, "7")
	end)
end)

t.test("a private key asks for its PIN", function()
	demo(function(card)
		local e = t.raises("AUTH", card.pair_csr, card, "01", "x")
		t.eq(e.sw, 0x6982)
		t.eq(e.next[1], "pin verify 81")
		card:verify_pin { which = "81", source = pin "2468" }
		local csr = card:pair_csr("01", "CN=x")
		t.ok(csr:find("^%-%-%-%-%-BEGIN CERTIFICATE REQUEST"))
		t.raises("USAGE", card.pair_csr, card, "01", "=")
	end)
end)

t.test("each signature of the approval key asks again", function()
	demo(function(card)
		card:verify_pin { which = "81", source = pin "2468" }
		card:pair_csr("04", "x")
		t.raises("AUTH", card.pair_csr, card, "04", "x")
		card:pair_csr("01", "x")
	end)
end)

t.test("a new pair ends the old one, and asks first", function()
	demo(function(card)
		local old = card:pair_public "03"
		local e = t.raises("EXISTS", card.pair_generate, card, "03")
		t.eq(e.next[1], "key generate 03 --force")
		t.raises("AUTH", card.pair_generate, card, "03",
			{ force = true })
		t.eq(card:pair_public "03", old)
		card:verify_pin { which = "adm1",
			source = dmsc.secret { content =
			"hex:4444444444444444", key = true } }
		t.raises("USAGE", card.pair_generate, card, "03",
			{ type = "dsa", force = true })
		local p = card:pair_generate("03",
			{ type = "p384", force = true })
		t.eq(p.type, "p384")
		t.eq(p.certified, false)
		t.ok(card:pair_public "03" ~= old)
		t.eq(card:pair("RSA key").type, "p384")
	end)
end)

t.test("the card signs, and checks what it has the key of", function()
	demo(function(card)
		t.raises("AUTH", card.sign, card, "/OperatorX",
			{ on_card = true })
		card:verify_pin { which = "81", source = pin "2468" }
		local s = card:sign("/OperatorX", { on_card = "RSA key" })
		t.eq(s.algorithm, "RSA 2048")
		t.eq(s.label, "OperatorX")
		local v = card:verify("/OperatorX", { on_card = true })
		t.eq(v.outcome, "good")
		t.eq(v.trust, "key 03 'RSA key' of the card, which " ..
			"checked the signature")
		t.eq(card:verify("/OperatorX").trust, "card")
		t.raises("NOTFOUND", card.sign, card, "/OperatorX",
			{ on_card = "none" })
	end)
end)

t.test("a certificate of another key is refused", function()
	demo(function(card)
		local f <close> = assert(io.open(data ..
			"/scripts/demo/operator.pem"))
		t.raises("MISMATCH", card.pair_certify, card, "01",
			f:read "a")
		t.raises("DATA", card.pair_certify, card, "01", "no")
	end)
end)
