-- The data file of a batch: its header, its columns, its rows. A row is found
-- by the offset at which it begins, so that no more than one is in memory.
local dmsc = require("dmsc.inside").dmsc
local base = require "dmsc.batch.base"

local data = {}
data.__index = data

local ROW_MAX = 65536		-- bytes of a row

-- ---- encodings: what a cell may be, and what it becomes

local function luhn(digits)
	local sum, double = 0, false
	for i = #digits, 1, -1 do
		local d = digits:byte(i) - 48
		if double then
			d = d * 2 > 9 and d * 2 - 9 or d * 2
		end
		sum, double = sum + d, not double
	end
	return sum % 10 == 0
end
data.luhn = luhn

local function digits(text, least, most)
	if text:find "%D" then
		return nil, "it is not decimal digits"
	elseif #text < least or #text > most then
		return nil, least == most and ("it has %d digits, not %d")
			:format(#text, least) or
			("it has %d digits, not %d to %d"):format(#text, least,
			most)
	end
	return text
end

local function bytes_of(text)
	if #text % 2 == 1 then
		return nil, "it has an odd number of hexadecimal digits"
	elseif text:find "%X" then
		return nil, "it is not hexadecimal"
	end
	return dmsc.hex(text)
end

-- Each returns the value, or nil and what is wrong. The value of a secret is
-- an object that never shows it.
local encodings = {}

function encodings.text(text)
	if not utf8.len(text) then
		return nil, "it is not UTF-8"
	elseif text:find "%c" then
		return nil, "it has a control character"
	elseif text ~= text:match "^%s*(.-)%s*$" then
		return nil, "it begins or ends with a blank"
	end
	return text
end

function encodings.digits(text)
	return digits(text, 1, 64)
end

function encodings.iccid(text)
	local value, why = digits(text, 18, 20)
	if value and not luhn(text) then
		return nil, "its check digit is wrong"
	elseif value and text:sub(1, 2) ~= "89" then
		return nil, "it does not begin with 89"
	end
	return value, why
end

function encodings.imsi(text)
	return digits(text, 14, 15)
end

function encodings.hex(text)
	return bytes_of(text)
end

function encodings.kcv(text)
	local value, why = bytes_of(text)
	if value and #value ~= 3 then
		return nil, "a check value has 3 bytes"
	end
	return value, why
end

local function secret(content, key)
	return dmsc.secret { content = content, key = key }
end

function encodings.pin(text)
	local value, why = digits(text, 4, 8)
	return value and secret(text), why
end

function encodings.puk(text)
	local value, why = digits(text, 8, 8)
	return value and secret(text), why
end

local key_bytes = { [16] = true, [24] = true, [32] = true }

function encodings.key(text)
	if #text % 2 == 1 then
		return nil, "it has an odd number of hexadecimal digits"
	elseif text:find "%X" then
		return nil, "it is not hexadecimal"
	elseif not key_bytes[#text // 2] then
		return nil, "a key has 16, 24 or 32 bytes"
	end
	return secret("hex:" .. text, true)
end

-- An administrative key of 8 bytes.
function encodings.adm(text)
	if #text ~= 16 or text:find "%X" then
		return nil, "it is not 8 bytes in hexadecimal"
	end
	return secret("hex:" .. text, true)
end

local secrets = { pin = true, puk = true, key = true, adm = true }
data.encodings = encodings
data.secrets = secrets

-- ---- records of RFC 4180

-- Where a cell stands, for errors: line and column as people count.
local function bad(self, line, column, why)
	base.fail("DATA", "the data file is wrong", {
		where = ("%s:%d:%d"):format(self.path, line, column),
		why = why })
end

-- One line with its end, which is CR LF or LF; nil at the end of the file.
local function read_line(self)
	local text = self.file:read "L"
	if text then
		self.at = self.at + #text
		self.line = self.line + 1
	end
	return text
end

-- A quoted cell that begins at byte i of text, which may go on in the next
-- lines: its content, and text and place behind it.
local function quoted(self, text, i, begun, column)
	local out = {}
	while true do
		local stop = text:find('"', i, true)
		if stop and text:sub(stop + 1, stop + 1) == '"' then
			out[#out + 1] = text:sub(i, stop)
			i = stop + 2
		elseif stop then
			out[#out + 1] = text:sub(i, stop - 1)
			return table.concat(out), text, stop + 1
		else
			out[#out + 1] = text:sub(i)
			text, i = read_line(self), 1
			if not text or self.at - self.begun > ROW_MAX then
				bad(self, begun, column, "a quote has no end")
			end
		end
	end
end

-- The cells that begin with text; nothing behind the last one is lost.
local function cells_of(self, text)
	local cells, places, i, begun = {}, {}, 1, self.line
	text = text:gsub("\r?\n$", "\n")
	while true do
		local column = i
		places[#places + 1] = column
		local cell
		if text:sub(i, i) == '"' then
			cell, text, i = quoted(self, text, i + 1, begun, column)
			if not text:find("^[,\r\n]", i) and i <= #text then
				bad(self, begun, column,
					"text behind a closing quote")
			end
		else
			local stop = text:find("[,\n]", i) or #text + 1
			cell = text:sub(i, stop - 1)
			if cell:find('"', 1, true) then
				bad(self, begun, column,
					"a quote inside a cell without quotes")
			end
			i = stop
		end
		cells[#cells + 1] = cell
		if text:sub(i, i) ~= "," then
			return cells, places
		end
		i = i + 1
	end
end

-- The next row: its cells, where each stands, its line and offset; nil at the
-- end. Empty lines are passed over.
local function next_cells(self)
	local text, begun
	repeat
		begun = self.at
		self.begun = begun
		text = read_line(self)
	until not text or text:find "[^\r\n]"
	if not text then
		return nil
	elseif #text > ROW_MAX then
		bad(self, self.line, 1, "a row is longer than 65536 bytes")
	elseif text:find("\0", 1, true) then
		bad(self, self.line, text:find("\0", 1, true),
			"a byte 00 in a row")
	end
	local line = self.line
	local cells, places = cells_of(self, text)
	return cells, places, line, begun
end

-- ---- header and columns

local heads = {
	batch = function(text)
		return text:find "^%w[%w.-]*$" and #text <= 64 and text, nil,
			"a batch has a name of letters, digits, dot and dash"
	end,
	quantity = function(text)
		local n = text:find "^[1-9]%d*$" and #text < 10 and
			math.tointeger(tonumber(text))
		return n, nil, "a quantity is a number from 1"
	end,
	product = function(text)
		return text ~= "" and #text <= 64 and text, nil,
			"a product has a name"
	end,
}

local function read_head(self)
	while true do
		local at, line = self.at, self.line
		local text = read_line(self)
		if not text or text:sub(1, 1) ~= "#" then
			self.at, self.line = at, line
			self.file:seek("set", at)
			break
		end
		local name, value = text:match "^#%s*(%w+):%s*(.-)%s*$"
		if not name then
			bad(self, self.line, 1,
				"a line of the header is '# NAME: VALUE'")
		elseif not heads[name] then
			bad(self, self.line, 3,
				"the header knows batch, quantity and product")
		elseif self[name] then
			bad(self, self.line, 3, name .. " stands twice")
		end
		local good, _, why = heads[name](value)
		if not good then
			bad(self, self.line, text:find(value, 1, true) or 1,
				why)
		end
		self[name] = good
	end
	for _, name in ipairs { "batch", "quantity", "product" } do
		if not self[name] then
			bad(self, self.line + 1, 1,
				"the header has no " .. name)
		end
	end
end

local function add_column(self, cell, line, place)
	local name, encoding = cell:match "^([%a][%w_]*):(%w+)$"
	if not name then
		bad(self, line, place, "a column is 'NAME:ENCODING'")
	elseif not encodings[encoding] then
		bad(self, line, place, "no such encoding as " .. encoding)
	elseif self.by_name[name] then
		bad(self, line, place, "a second column " .. name)
	end
	local c = { name = name, encoding = encoding,
		secret = secrets[encoding] or false }
	self.columns[#self.columns + 1] = c
	self.by_name[name] = c
end

local function read_columns(self)
	local cells, places, line = next_cells(self)
	if not cells then
		bad(self, self.line + 1, 1, "the row of columns is missing")
	end
	for i, cell in ipairs(cells) do
		add_column(self, cell, line, places[i])
	end
	local id = self.columns[1]
	if id.secret or id.encoding == "kcv" then
		bad(self, line, 1, "the first column must not be secret")
	end
	for i, c in ipairs(self.columns) do
		local of = c.encoding == "kcv" and c.name:match "^(.*)_%w+$"
		if c.encoding == "kcv" and not (of and self.by_name[of] and
			self.by_name[of].encoding == "key") then
			bad(self, line, places[i], "a check value is of the "
				.. "key whose name it begins with")
		end
	end
end

-- Opens a data file and reads its header and columns. DATA, IO.
function data.open(path)
	local file, why = io.open(path, "rb")
	if not file then
		base.fail("IO", "cannot open the data file", { where = path,
			why = why:gsub("^.*: ", "") })
	end
	file:setvbuf("full", 16384)
	local self = setmetatable({ path = path, file = file, at = 0, line = 0,
		columns = {}, by_name = {} }, data)
	if file:read(3) == "\xEF\xBB\xBF" then
		self.at = 3
	end
	file:seek("set", self.at)
	read_head(self)
	read_columns(self)
	return self
end

function data:close()
	self.file:close()
end

-- ---- rows

-- The values of a row's cells by the names of their columns.
local function decode(self, cells, places, line)
	local row = {}
	if #cells ~= #self.columns then
		bad(self, line, places[#places],
			("%d cells for %d columns"):format(#cells,
			#self.columns))
	end
	for i, c in ipairs(self.columns) do
		local value, wrong = encodings[c.encoding](cells[i])
		if cells[i] == "" then
			value, wrong = nil, "it is empty"
		end
		if not value then
			bad(self, line, places[i], c.name .. ": " .. wrong)
		end
		row[c.name] = value
	end
	return row
end

-- The next row, decoded, and where it stands: { line, off, places }; nil at
-- the end.
function data:next()
	local cells, places, line, off = next_cells(self)
	if not cells then
		return nil
	end
	local row = decode(self, cells, places, line)
	row._id = cells[1]
	return row, { line = line, off = off, places = places }
end

-- The row that begins at off, which is line.
function data:at_offset(off, line)
	self.file:seek("set", off)
	self.at, self.line = off, line - 1
	return self:next()
end

-- The text of that row as it stands in the file.
function data:raw(off, line)
	self.file:seek("set", off)
	self.at, self.line = off, line - 1
	next_cells(self)
	local n = self.at - off
	self.file:seek("set", off)
	return (self.file:read(n):gsub("\r?\n$", ""))
end

-- Raises what is wrong with a cell: name is its column.
function data:wrong(place, name, why)
	local at = 1
	for i, c in ipairs(self.columns) do
		if c.name == name then
			at = place.places[i]
		end
	end
	bad(self, place.line, at, (name and name .. ": " or "") .. why)
end

return data
