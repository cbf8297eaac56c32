-- Makes a data file for scripts/personalise.lua, and the keys that go with
-- it: identifiers of test ranges with check digits, PINs, keys.
--
--	dmsc scripts/make-batch.lua 1000 batch.csv keys.csv
--
-- A fourth argument fixes what is drawn. Both files are secret.
local uv = require "luv"
local OURS = tonumber("600", 8)		-- nobody else may read them
local count, out, keys, seed = tonumber(arg[1]), arg[2], arg[3], arg[4]
if not count or count < 1 or count > 1000000 or not keys then
	io.stderr:write("usage: make-batch.lua N OUT.csv KEYS.csv [SEED]\n")
	os.exit(2)
end

local source
if seed then
	math.randomseed(math.tointeger(tonumber(seed)) or 1)
else
	source = assert(io.open("/dev/urandom", "rb"))
	source:setvbuf "full"
end

-- A number from 0 below n, from the system unless a seed is given.
local function below(n)
	if not source then
		return math.random(0, n - 1)
	end
	local limit = 0x100000000 // n * n
	local v
	repeat
		v = string.unpack("<I4", source:read(4))
	until v < limit
	return v % n
end

local function digits(n)
	local t = {}
	for i = 1, n do
		t[i] = below(10)
	end
	return table.concat(t)
end

local function hex(bytes)
	local t = {}
	for i = 1, bytes do
		t[i] = ("%02X"):format(below(256))
	end
	return table.concat(t)
end

local function check_digit(text)
	local sum = 0
	for i = #text, 1, -1 do
		local d = text:byte(i) - 48
		if (#text - i) % 2 == 0 then
			d = d * 2 > 9 and d * 2 - 9 or d * 2
		end
		sum = sum + d
	end
	return (10 - sum % 10) % 10
end

-- 8988211 is the test range of ICCIDs, 00101 that of IMSIs.
local function iccid(n)
	local text = ("8988211%011d"):format(n)
	return text .. check_digit(text)
end

local function create(path)
	os.remove(path)
	assert(uv.fs_close(assert(uv.fs_open(path, "wx", OURS))))
	local f = assert(io.open(path, "w"))
	f:setvbuf "full"
	return f
end

local name = ("T%s"):format(digits(6))
local base = below(90000000) * 1000
local f = create(out)
f:write("# batch: ", name, "\n# quantity: ", ("%d"):format(count),
	"\n# product: demo\n")
f:write "iccid:iccid,imsi:imsi,pin1:pin,puk1:puk,pin81:pin,puk81:puk,"
f:write "adm1:adm,user:text\n"
for n = 1, count do
	f:write(table.concat({ iccid(base + n), ("00101%010d"):format(base % 
		1000000000 + n), digits(4), digits(8), digits(4), digits(8),
		hex(8), ("user%d@operatorx.example"):format(n) },
		","), "\n")
end
f:close()

-- The transport keys of "card new --profile transport", and a master key of
-- which each card's own keys are made.
local transport = "5472616E73706F7274206B6579203031" ..
	"5472616E73706F7274206B657920303254" ..
	"72616E73706F7274206B6579203033"
local master = hex(16)
f = create(keys)
f:write "ICCID,TRANSPORT:hex,MASTER:hex\n"
for n = 1, count do
	f:write(iccid(base + n), ",", transport, ",", master, "\n")
end
f:close()
