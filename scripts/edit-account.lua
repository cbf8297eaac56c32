-- Gives the first DM account of a card a new server address, proves that the
-- card holds it, and prints the journal's number for "undo".
--
--	dmsc scripts/edit-account.lua https://new.example/dm @scripts/demo/adm1
--	dmsc -r 0 scripts/edit-account.lua https://new.example/dm @adm1.key
local dmsc = require "dmsc"

local address, source = arg[1], arg[2]
if not address or not source then
	io.stderr:write("usage: edit-account.lua ADDRESS KEY-SOURCE\n")
	os.exit(2)
end

local card <close> = dmsc.connect()

-- The first account: /DOCUMENT/DMAcc/NAME with an address below AppAddr.
local function find_address()
	for _, doc in ipairs(card:documents()) do
		local readable, tree = pcall(doc.tree, doc)
		local accounts = readable and tree and dmsc.find(tree, "DMAcc")
		for _, account in ipairs(accounts and accounts.nodes or {}) do
			local addresses = dmsc.find(account, "AppAddr")
			for _, a in ipairs(addresses and addresses.nodes or {}) do
				return doc:path(("DMAcc/%s/AppAddr/%s/Addr"):format(
					account.name, a.name))
			end
		end
	end
	error("no document that can be read holds a DM account")
end

local path = find_address()
local old = card:get(path)
if old == address then
	print(path .. " is " .. address .. " already")
	os.exit(0)
end

-- An edit changes the working copy; the plan reads and checks, and the
-- commit writes. If it raises an error, the card is as it was.
card:verify_pin { which = "adm1", source = source }
card:set(path, address)
local plan = card:plan()
print(("plan: %s, %d APDUs, %d bytes"):format(plan.way, plan.apdus,
	plan.bytes))
local done = card:commit()

-- The proof comes from the card: all that is known of it is forgotten first.
card:reset()
local now = card:get(path)
assert(now == address, "the card answers " .. tostring(now))
print(("%s: %s -> %s"):format(path, old, now))
print("journal: " .. (done.journal or "none, a card without identity"))
