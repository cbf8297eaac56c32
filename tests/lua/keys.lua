-- Key providers and CSV files from Lua: the same sources as on a command
-- line; rows of a list one at a time, and what is wrong with one.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local data = os.getenv "DMSC_DATA_DIR" or os.getenv "top_srcdir" or "."
local list = data .. "/scripts/demo/keys.csv"

local function from(column, more)
	return "csv:" .. list .. "?key=" .. column .. (more or "")
end

local function locked(iccid, run)
	t.fresh({ profile = "locked", iccid = iccid }, run)
end

t.test("rows of a list, by name and by number", function()
	local lines = {}
	local file = dmsc.csv(list)

	t.eq(table.concat(file:columns(), " "),
		"ICCID ENC:hex MAC:hex DEK:hex PIN81:ascii")
	for line, row in file:rows() do
		lines[#lines + 1] = line
		t.eq(row.ICCID, row[1])
		t.eq(row["PIN81:ascii"], line == 2 and "2468" or "1357")
	end
	t.eq(table.concat(lines, " "), "2 3")
end)

t.test("a loop that is left closes the file", function()
	local file = dmsc.csv(list)

	for line in file:rows() do
		t.eq(line, 2)
		break
	end
	t.eq(pcall(file.columns, file), false)
	file:close()
end)

t.test("what is not well formed tells its place", function()
	local name = os.tmpname()
	local f = assert(io.open(name, "w"))

	f:write("a;b\n1;2\n3\n")
	f:close()
	local e = t.raises("DATA", function()
		for _ in dmsc.csv(name, { sep = ";" }):rows() do
		end
	end)
	t.eq(e.where, name .. ":3:1")
	os.remove(name)
	t.raises("IO", dmsc.csv, name)
	t.eq(pcall(dmsc.csv, list, { sep = "ab" }), false)
end)

t.test("a channel by a list: the card's own row", function()
	locked("8988211000000100019", function(card)
		local s = card:secure_channel { keys = { from "ENC",
			from "MAC", from "DEK" } }
		t.eq(s.open, true)
		t.eq(#dmsc.secret(from("ENC", "&for=8988211000000100027"),
			{ key = true }), 16)
	end)
	locked("8988211000000100027", function(card)
		local fine, e = pcall(card.secure_channel, card,
			{ keys = from "ENC" })
		-- refused by the card, or held back: it was before
		t.ok(not fine and (e.code == "AUTHFAIL" or
			e.code == "GUARD"))
	end)
	locked("8988211000000100035", function(card)
		local e = t.raises("NOTFOUND", card.secure_channel, card,
			{ keys = from "ENC" })
		t.eq(e.exit, 6)
	end)
end)

t.test("keys made for one card, by each scheme", function()
	for _, kdf in ipairs { "sp800-108-cmac", "hkdf-sha256", "an10922",
		"sp800-108-cmac&div=card", "hkdf-sha256&div=card" } do
		locked("8988211000000100019", function(card)
			local made = from("ENC", "&kdf=" .. kdf)

			card:secure_channel { keys = { from "ENC",
				from "MAC", from "DEK" } }
			local put = card:key_put { version = 0x31,
				keys = made }
			t.ok(put[1].check ~= put[2].check)
			card:secure_close()
			local s = card:secure_channel { keys = made,
				version = 0x31 }
			t.eq(s.check, put[1].check .. " " .. put[2].check ..
				" " .. put[3].check)
		end)
	end
end)

t.test("no keys are put where none are given", function()
	locked("8988211000000100019", function(card)
		card:secure_channel { keys = { from "ENC", from "MAC",
			from "DEK" } }
		t.raises("USAGE", card.key_put, card, { version = 0x31 })
	end)
end)
