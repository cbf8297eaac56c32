-- JSON: encode(value [, indent]) and decode(text), without a dependency.
local json = {}

json.null = setmetatable({}, { __tostring = function() return "null" end,
	__name = "json.null" })

local DEPTH_MAX = 200
local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b",
	["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(s)
	return '"' .. s:gsub('[%c"\\\127]', function(c)
		return escapes[c] or ("\\u%04x"):format(c:byte())
	end) .. '"'
end

local function number(n)
	if n ~= n or n == math.huge or n == -math.huge then
		error("a number has no JSON form", 0)
	end
	return math.type(n) == "integer" and ("%d"):format(n) or
		("%.17g"):format(n)
end

local function is_list(t)
	local n = #t
	for k in pairs(t) do
		if math.type(k) ~= "integer" or k < 1 or k > n then
			return false
		end
	end
	return n > 0
end

local encode

local function sorted_keys(t)
	local keys = {}
	for k in pairs(t) do
		if type(k) ~= "string" then
			error("a " .. type(k) .. " is no member name", 0)
		end
		keys[#keys + 1] = k
	end
	table.sort(keys)
	return keys
end

local function encode_table(t, indent, depth)
	local out, open, close = {}, "{", "}"
	if is_list(t) then
		open, close = "[", "]"
		for i, v in ipairs(t) do
			out[i] = encode(v, indent, depth + 1)
		end
	else
		for _, k in ipairs(sorted_keys(t)) do
			out[#out + 1] = quote(k) .. (indent and ": " or ":") ..
				encode(t[k], indent, depth + 1)
		end
	end
	if not indent or #out == 0 then
		return open .. table.concat(out, ",") .. close
	end
	local line = "\n" .. indent:rep(depth + 1)
	return open .. line .. table.concat(out, "," .. line) .. "\n" ..
		indent:rep(depth) .. close
end

function encode(v, indent, depth)
	local kind = type(v)
	if v == nil or v == json.null then
		return "null"
	elseif kind == "boolean" then
		return tostring(v)
	elseif kind == "number" then
		return number(v)
	elseif kind == "string" then
		return quote(v)
	elseif kind == "userdata" and v.hex then
		return '{"hex":' .. quote(v:hex()) .. "}"
	elseif kind ~= "table" then
		error("a " .. kind .. " has no JSON form", 0)
	elseif depth > DEPTH_MAX then
		error("too deep for JSON", 0)
	end
	return encode_table(v, indent, depth)
end

-- An empty table is {}; indent is the text of one level, "\t".
function json.encode(v, indent)
	return encode(v, indent, 0)
end

local function fail(at, what)
	error(("JSON: %s at byte %d"):format(what, at), 0)
end

local unescape = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
	['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function code_unit(s, at)
	local hex = s:match("^%x%x%x%x", at)
	return hex and tonumber(hex, 16) or fail(at, "bad \\u")
end

local function read_u(s, at)		-- at the first digit
	local u = code_unit(s, at)
	at = at + 4
	if u >= 0xD800 and u < 0xDC00 and s:sub(at, at + 1) == "\\u" then
		local low = code_unit(s, at + 2)
		if low >= 0xDC00 and low < 0xE000 then
			return utf8.char(0x10000 + ((u - 0xD800) << 10) +
				(low - 0xDC00)), at + 6
		end
	end
	return utf8.char(u), at
end

local function read_string(s, at)	-- behind the opening quote
	local out = {}
	while true do
		local stop = s:find('[%c"\\]', at)
		if not stop then
			fail(at, "a string has no end")
		end
		out[#out + 1] = s:sub(at, stop - 1)
		local c = s:sub(stop, stop)
		if c == '"' then
			return table.concat(out), stop + 1
		elseif c ~= "\\" then
			fail(stop, "a control byte in a string")
		end
		local e = s:sub(stop + 1, stop + 1)
		if e == "u" then
			out[#out + 1], at = read_u(s, stop + 2)
		else
			out[#out + 1] = unescape[e] or fail(stop, "bad escape")
			at = stop + 2
		end
	end
end

local read

local function blank(s, at)
	return s:match("^[ \t\r\n]*()", at)
end

local function read_list(s, at, depth)
	local list, n = {}, 0
	at = blank(s, at)
	if s:sub(at, at) == "]" then
		return list, at + 1
	end
	while true do
		n = n + 1
		list[n], at = read(s, at, depth)
		at = blank(s, at)
		local c = s:sub(at, at)
		if c == "]" then
			return list, at + 1
		elseif c ~= "," then
			fail(at, "',' or ']' is missing")
		end
		at = at + 1
	end
end

local function read_object(s, at, depth)
	local t = {}
	at = blank(s, at)
	if s:sub(at, at) == "}" then
		return t, at + 1
	end
	while true do
		local key
		at = blank(s, at)
		if s:sub(at, at) ~= '"' then
			fail(at, "a member name is missing")
		end
		key, at = read_string(s, at + 1)
		at = blank(s, at)
		if s:sub(at, at) ~= ":" then
			fail(at, "':' is missing")
		end
		t[key], at = read(s, at + 1, depth)
		at = blank(s, at)
		local c = s:sub(at, at)
		if c == "}" then
			return t, at + 1
		elseif c ~= "," then
			fail(at, "',' or '}' is missing")
		end
		at = at + 1
	end
end

local words = { ["true"] = true, ["false"] = false, ["null"] = json.null }

local function read_number(s, at)
	local text, stop = s:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", at)
	local n = text and not text:find "^-?0%d" and tonumber(text)
	if not n then
		fail(at, "no value")
	end
	return n, stop
end

function read(s, at, depth)
	if depth > DEPTH_MAX then
		fail(at, "too deep")
	end
	at = blank(s, at)
	local c = s:sub(at, at)
	if c == "{" then
		return read_object(s, at + 1, depth + 1)
	elseif c == "[" then
		return read_list(s, at + 1, depth + 1)
	elseif c == '"' then
		return read_string(s, at + 1)
	end
	local word = s:match("^%a+", at)
	if word and words[word] ~= nil then
		return words[word], at + #word
	end
	return read_number(s, at)
end

-- null becomes json.null, so that no member is lost.
function json.decode(text)
	local v, at = read(text, 1, 0)
	at = blank(text, at)
	if at <= #text then
		fail(at, "more text behind the value")
	end
	return v
end

return json
