-- The DM-SC application on a card of the profile "dmsc": what card and host
-- say of themselves, and a receipt for a session with it.
local dmsc = require "dmsc"
local t = require "dmsc.test"

t.profile "dmsc"

local top <const> = os.getenv "top_srcdir" or "."

local function content(path)
	local f <close> = assert(io.open(path, "rb"))
	return f:read "a"
end

local function owner(card)
	card:secure_channel { keys = dmsc.secret { key = true,
		content = content(top .. "/scripts/demo/scp-keys") } }
end

-- req: GEN-13
t.test("GEN-13: the card says what it supports before anybody is known",
    function(card)
	card:reset()
	local s = card:dm_state()
	t.eq(s.aid, "F0444D2D534301")
	t.eq(s.version, "1.0")
	t.ok(#s.methods > 0)
	t.ok(s.max_message >= 16384, s.max_message)
	t.ok(s.max_object >= 1024 * 1024, s.max_object)
	t.eq(s.authenticated, false)
	t.eq(s.counter, nil, "how things stand is for who is known")
	t.eq(s.free, nil)
end)

t.test("GEN-13: the card keeps to what the host says that it can take",
    function(card)
	owner(card)
	local s = card:dm_state()
	t.eq(s.authenticated, true)
	t.ok(s.free > 0 and s.free <= s.total)
	local text = ("a value of the card. "):rep(5000)
	card:dm_add("./ApplTest", text)
	t.eq(card:dm_get "./ApplTest", text)
	local a = card:dm_run { { verb = "get", uri = "./ApplTest" } }
	t.eq(a.results[1].value:str(), text)
	t.ok(a.messages > 1, "in more messages than one")
	card:dm_delete "./ApplTest"
	card:reset()
end)

-- req: GEN-4
t.test("GEN-4: a session with the card's tree has a receipt", function(card)
	local path = os.tmpname()
	local ca = content(top .. "/scripts/demo/ca.pem")

	owner(card)
	card:receipt_start { nonce = dmsc.hex "0102030405060708" }
	card:dm_add("./ApplReceipt", "signed for")
	card:dm_get "./Group/Fleet/Tracking/Interval"
	card:dm_delete "./ApplReceipt"
	local r = card:receipt { transcript = path }
	t.eq(r.matches, true)
	local text = content(path)
	os.remove(path)
	local v = dmsc.receipt_verify { receipt = r.der, transcript = text,
		ca = ca, nonce = dmsc.hex "0102030405060708" }
	t.eq(v.verdict.outcome, "good")
	t.ok(text:find(" 80E29100 E4", 1, true), "the messages are in it")
	local other, n = text:gsub("( 80E29100 E4%x-)6D(%x+ )", "%16E%2", 1)
	t.eq(n, 1)
	v = dmsc.receipt_verify { receipt = r.der, transcript = other,
		ca = ca }
	t.eq(v.verdict.outcome, "bad")
	card:reset()
end)
