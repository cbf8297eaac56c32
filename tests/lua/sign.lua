-- Signatures: in the working copy, on the card, of bytes; trust and versions.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local demo = data .. "/scripts/demo/"

local function slurp(name)
	local f <close> = assert(io.open(demo .. name, "rb"))
	return f:read "a"
end

local cert, ca = slurp "operator.pem", slurp "ca.pem"
local who = { key = "@" .. demo .. "operator-key", cert = cert }

local function fresh(run)
	t.fresh({}, run)
end

t.test("bytes are signed and verified, others are not", function()
	local s = dmsc.cms.sign { data = "document", key = who.key,
		cert = cert }
	t.eq(s.signer, "O=DMSC demo,CN=OperatorX")
	t.eq(s.algorithm, "ECDSA P-256")
	t.eq(s.label, nil)
	t.eq(#s.cms, s.size)
	local v = dmsc.cms.verify { data = "document", signature = s.cms,
		ca = ca }
	t.eq(v.outcome, "good")
	t.eq(v.trust, "file")
	t.eq(v.signed_at, s.signed_at)
	t.raises("MISMATCH", dmsc.cms.verify, { data = "Document",
		signature = s.cms, ca = ca })
	t.eq(dmsc.verify { data = "document", signature = s.cms,
		ca = ca }.outcome, "good")
end)

t.test("a document is signed, verified, changed, signed anew", function()
	fresh(function(card)
		local e = t.raises("SIGNER", card.verify, card, "/OperatorX")
		t.eq(e.exit, 7)
		card:verify_pin { which = "adm1",
			source = "@" .. demo .. "adm1" }
		card:set("/OperatorX/DMSC/Version", "2")
		local s = card:sign("/OperatorX", who)
		t.eq(s.label, "OperatorX")
		t.eq(s.version, "2")
		t.eq(card:verify("/OperatorX").outcome, "good")
		t.eq(card:commit().signatures[1].change, "signed")
		local v = card:verify("/OperatorX", { ca = ca,
			trust = "both", as_read = true })
		t.eq(v.label, "OperatorX")
		t.eq(v.trust, "file and card")
		t.eq(v.version, "2")
		card:set("/OperatorX/DMSC/Version", "3")
		local c = card:commit { key = who.key, cert = cert }
		t.eq(c.signatures[1].change, "signed anew")
		t.eq(card:verify("/OperatorX").version, "3")
	end)
end)

t.test("an older version than one that was good is refused", function()
	fresh(function(card)
		card:verify_pin { which = "adm1",
			source = "@" .. demo .. "adm1" }
		for _, version in ipairs { "10", "9" } do
			card:set("/OperatorX/DMSC/Version", version)
			card:sign("/OperatorX", who)
			card:commit()
			if version == "10" then
				t.eq(card:verify("/OperatorX").version, "10")
			end
		end
		local e = t.raises("MISMATCH", card.verify, card,
			"/OperatorX")
		t.eq(e.exit, 1)
		card:set("/OperatorX/DMSC/Version", "11")
		t.eq(card:commit().signatures[1].change, "dropped")
		t.raises("SIGNER", card.verify, card, "/OperatorX")
	end)
end)

t.test("the signature of another document is none of this", function()
	fresh(function(card)
		local s = card:sign("/OperatorX", who)
		local e = t.raises("MISMATCH", card.verify, card, "/Mail",
			{ signature = s.cms })
		t.eq(e.exit, 1)
		card:put_signature("/Mail", s.cms)
		t.raises("MISMATCH", card.verify, card, "/Mail")
	end)
end)

t.test("a companion is signed with its document", function()
	fresh(function(card)
		card:add("/LwM2M/DMSC/Version", "1")
		local s = card:sign("/LwM2M", who)
		t.eq(s.version, "1")
		t.eq(card:verify("/LwM2M").outcome, "good")
		local both = card:signed_bytes("/LwM2M")
		t.ok(#both > #card:bytes("/LwM2M"))
		t.eq(dmsc.cms.verify { data = both, signature = s.cms,
			card = card, trust = "card" }.trust, "card")
		card:set("/LwM2M/DMSC/Version", "2")
		t.raises("MISMATCH", card.verify, card, "/LwM2M",
			{ signature = s.cms })
	end)
end)

t.test("what is refused before anything is signed", function()
	fresh(function(card)
		t.raises("DATA", card.sign, card, "/OperatorX",
			{ key = who.key, cert = ca })
		t.raises("DATA", card.sign, card, "/OperatorX",
			{ key = who.key, cert = "no certificate" })
		t.raises("IO", card.sign, card, "/OperatorX",
			{ key = "@" .. demo .. "nothing", cert = cert })
		t.raises("NOTFOUND", card.sign, card, "/Nobody", who)
		t.eq(card:signature "/OperatorX", nil)
	end)
end)

t.test("codes of messages", function()
	local pin = dmsc.secret { content = "2468" }
	local doc = dmsc.hex "030B6A0005"
	local m = dmsc.mac { scheme = "userpin", data = doc, pin = pin }
	t.eq(m.mac, "3902D61505FB395D3B60328F88D95D45DC6661AF")
	t.eq(m.good, nil)
	t.eq(dmsc.mac { scheme = "userpin", data = doc, pin = pin,
		want = m.mac:lower() }.good, true)
	t.raises("MISMATCH", dmsc.mac, { scheme = "userpin",
		data = "other", pin = pin, want = m.mac })
	t.raises("USAGE", dmsc.mac, { scheme = "md5", data = doc })
end)
