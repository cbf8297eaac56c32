-- GEN-4: a card's receipt for what it received and sent.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local nonce = dmsc.hex "00112233445566778899AABBCCDDEEFF"

local function content(path)
	local f <close> = assert(io.open(path, "rb"))
	return f:read "a"
end

local function folder(run)
	local path = os.tmpname()
	local fine, e = pcall(run, path)
	os.remove(path)
	if not fine then
		error(e, 0)
	end
end

local ca = content((os.getenv "top_srcdir" or ".") .. "/scripts/demo/ca.pem")

local function changed(text)
	return (text:gsub("\n< 9000", "\n< 6982", 1))
end

t.test("GEN-4: the card signs what it received and sent", function(card)
	folder(function(path)
		t.raises("NOTFOUND", card.receipt, card)
		card:receipt_start { nonce = nonce }
		t.raises("AUTH", card.receipt, card)
		card:verify_pin { which = "1", spend_try = true,
			source = dmsc.secret { content = "1234" } }
		card:documents()
		card:get "/OperatorX/DMAcc/opx/ServerID"
		local r = card:receipt { transcript = path }
		t.eq(r.matches, true)
		t.eq(r.receipt.nonce, "00112233445566778899AABBCCDDEEFF")
		t.eq(r.receipt.authenticated[1], "PIN1")
		local text = content(path)
		local v = dmsc.receipt_verify { receipt = r.der,
			transcript = text, ca = ca, nonce = nonce }
		t.eq(v.verdict.outcome, "good")
		t.eq(v.receipt.counter, r.receipt.counter)

		v = dmsc.receipt_verify { receipt = r.der,
			transcript = changed(text), ca = ca }
		t.eq(v.verdict.outcome, "bad")
		v = dmsc.receipt_verify { receipt = r.der, transcript = text,
			ca = ca, nonce = "another" }
		t.eq(v.verdict.outcome, "bad")

		local again = card:receipt()
		t.ok(again.receipt.counter > r.receipt.counter)
		card:reset()
		t.raises("NOTFOUND", card.receipt, card)
	end)
end)
