-- What a test team asks of every card before it is sent out. Runs unchanged
-- on the simulated card tonight and on real cards tomorrow:
--
--	dmsc -r sim test scripts/check-card.lua
--	dmsc -r 0 test scripts/check-card.lua
local dmsc = require "dmsc"
local t = require "dmsc.test"

-- The documents that can be read with no PIN; the others say why not.
local function open_documents(card)
	local open = {}
	for _, doc in ipairs(card:documents()) do
		local readable, tree = pcall(doc.tree, doc)
		if readable and tree then
			open[#open + 1] = { doc = doc, tree = tree }
		else
			t.ok(doc.private, doc.name .. " is private")
		end
	end
	return open
end

local function each_account(card, check)
	local n = 0
	for _, d in ipairs(open_documents(card)) do
		local accounts = dmsc.find(d.tree, "DMAcc")
		for _, account in ipairs(accounts and accounts.nodes or {}) do
			n = n + 1
			check(account, d.doc.name .. "/" .. account.name)
		end
	end
	t.ok(n > 0, "the card holds a DM account")
end

local function value(node, uri)
	local leaf = dmsc.find(node, uri)
	return leaf and leaf.value
end

t.test("the ICCID has a right check digit", function(card)
	local digits = card:info().iccid
	local sum, double = 0, false
	for i = #digits, 1, -1 do
		local d = tonumber(digits:sub(i, i))
		if double then
			d = d * 2 > 9 and d * 2 - 9 or d * 2
		end
		sum, double = sum + d, not double
	end
	t.eq(sum % 10, 0, digits)
end)

t.test("no PIN has lost a try", function(card)
	for _, pin in ipairs(card:pin_status()) do
		t.ok(pin.tries >= 3, pin.name .. " has its tries")
	end
end)

t.test("a device finds management objects", function(card)
	local found = card:discover()
	t.ok(found.found, "provisioning data is found")
	t.ok(#card:documents() > 0, "documents are listed")
end)

t.test("every account names its server and where it is", function(card)
	each_account(card, function(account, name)
		t.ok(value(account, "ServerID"), name .. " has a ServerID")
		local addresses = dmsc.find(account, "AppAddr")
		t.ok(addresses and #addresses.nodes > 0, name .. " has an address")
		for _, a in ipairs(addresses.nodes) do
			t.ok(tostring(value(a, "Addr")):find "^https://",
				name .. " is reached by https")
		end
	end)
end)

t.test("a new phone takes every account", function(card)
	local phone = dmsc.device.new { name = "check-card" }
	phone:reset(card)
	phone:power_on(card, { confirm = "yes" })
	local tree = phone:tree(card)
	each_account(card, function(account, name)
		t.eq(value(tree, "DMAcc/" .. account.name .. "/ServerID"),
			value(account, "ServerID"), name)
	end)
	t.eq(phone:power_on(card).changed, false, "nothing new the second time")
	phone:reset(card)
end)
