-- Writes what would tell the secrets of a data file and of a list of keys, a
-- line each: DATA.csv KEYS.csv.
-- Text, bytes, hexadecimal in both cases and both orders of nibbles, base64
-- at each place in its groups. A PIN of four digits is anywhere by chance: it
-- is looked for as a card is sent it, filled up with FF.
local data = require "dmsc.batch.data"

local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" ..
	"abcdefghijklmnopqrstuvwxyz0123456789+/"

-- The letters of bytes that do not depend on what stands around them, behind
-- so many other bytes.
local function base64(bytes, behind)
	local all, out = ("\0"):rep(behind) .. bytes, {}
	for bit = 0, #all * 8 - 6, 6 do
		local at = bit // 8 + 1
		local v = (all:byte(at) << 8) | (all:byte(at + 1) or 0)
		v = (v >> (10 - bit % 8)) & 63
		if bit >= behind * 8 then
			out[#out + 1] = letters:sub(v + 1, v + 1)
		end
	end
	return table.concat(out)
end

local function hex(bytes)
	return (bytes:gsub(".", function(c)
		return ("%02X"):format(c:byte())
	end))
end

local function bytes_of(text)
	return (text:gsub("..", function(two)
		return string.char(tonumber(two, 16))
	end))
end

local function swapped(bytes)
	return (bytes:gsub(".", function(c)
		local b = c:byte()
		return string.char((b << 4 | b >> 4) & 255)
	end))
end

local function tell(text)
	if not text:find "[\n\0]" then
		io.write(text, "\n")
	end
end

local function bytes_and_hex(bytes)
	for _, b in ipairs { bytes, swapped(bytes) } do
		tell(b)
		tell(hex(b))
		tell(hex(b):lower())
	end
	for behind = 0, 2 do
		tell(base64(bytes, behind))
	end
end

local function all(cell, encoding)
	if encoding == "pin" then
		cell = cell .. ("\xFF"):rep(8 - #cell)
	elseif encoding ~= "puk" then
		tell(cell)
		tell(cell:lower())
		bytes_and_hex(bytes_of(cell))
	end
	bytes_and_hex(cell)
end

local d = data.open(arg[1])
local row, place = d:next()
while row do
	local cells = {}
	for cell in d:raw(place.off, place.line):gmatch "[^,]+" do
		cells[#cells + 1] = cell
	end
	for i, c in ipairs(d.columns) do
		if c.secret then
			all(cells[i], c.encoding)
		end
	end
	row, place = d:next()
end

-- Keys of 16 bytes, some of them together in a cell.
local n = 0
for line in io.lines(arg[2]) do
	for cell in line:gmatch "[^,]+" do
		for at = 1, n > 0 and not cell:find "%X" and
		    #cell % 32 == 0 and #cell or 0, 32 do
			bytes_and_hex(bytes_of(cell:sub(at, at + 31)))
		end
	end
	n = n + 1
end
