-- Holds JSON lines against a schema: schema.lua SCHEMA, lines on standard
-- input, "WANT<tab>LINE" where WANT is good or bad. TAP on standard output.
-- Of JSON Schema it knows what scripts/dmsc.schema.json uses, and no more.
local json = require "dmsc".json

local function read(path)
	local f <close> = assert(io.open(path, "rb"))
	return json.decode(f:read "a")
end

local root = read(arg[1])

local function is_list(v)
	return type(v) == "table" and v ~= json.null and
		(next(v) == nil or #v > 0)
end

local is = {
	object = function(v)
		return type(v) == "table" and v ~= json.null and #v == 0
	end,
	array = is_list,
	string = function(v) return type(v) == "string" end,
	number = function(v) return type(v) == "number" end,
	integer = function(v) return math.type(v) == "integer" end,
	boolean = function(v) return type(v) == "boolean" end,
	null = function(v) return v == json.null end,
}

local function has_type(v, types)
	for _, t in ipairs(type(types) == "table" and types or { types }) do
		if is[t](v) then
			return true
		end
	end
	return false
end

local function one_of(v, list)
	for _, x in ipairs(list) do
		if v == x then
			return true
		end
	end
	return false
end

-- The patterns that the schema has, as Lua's.
local hex = "[0-9A-F]"
local two = "%d%d"
local patterns = {
	["^[0-9A-F]{4}$"] = "^" .. hex:rep(4) .. "$",
	["^[0-9A-F]{64}$"] = "^" .. hex:rep(64) .. "$",
	["^[0-9A-F]*$"] = "^[0-9A-F]*$",
	["^[A-Z]+$"] = "^[A-Z]+$",
	["^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"] =
		"^" .. two .. two .. "%-" .. two .. "%-" .. two .. "T" .. two ..
		":" .. two .. ":" .. two .. "Z$",
}

local why			-- the first thing that did not hold

local function no(at, what)
	why = why or at .. ": " .. what
	return false
end

local check

local function quietly(v, s)
	local kept = why
	local good = check(v, s, "")
	why = kept
	return good
end

local keywords = {
	["$ref"] = function(v, ref, at)
		return check(v, root["$defs"][ref:match "^#/%$defs/(.*)$"], at)
	end,
	type = function(v, types, at)
		return has_type(v, types) or no(at, "a wrong type")
	end,
	const = function(v, want, at)
		return v == want or no(at, "not " .. tostring(want))
	end,
	enum = function(v, list, at)
		return one_of(v, list) or no(at, "none of the values")
	end,
	minimum = function(v, least, at)
		return type(v) ~= "number" or v >= least or no(at, "too small")
	end,
	pattern = function(v, p, at)
		local lua = assert(patterns[p], p)
		return type(v) ~= "string" or v:find(lua) ~= nil or
			no(at, "not like " .. p)
	end,
	required = function(v, names, at)
		for _, name in ipairs(names) do
			if is.object(v) and v[name] == nil then
				return no(at, name .. " is missing")
			end
		end
		return true
	end,
	properties = function(v, rows, at)
		for name, s in pairs(rows) do
			if is.object(v) and v[name] ~= nil and
			    not check(v[name], s, at .. "/" .. name) then
				return false
			end
		end
		return true
	end,
	items = function(v, s, at)
		for i, x in ipairs(is_list(v) and v or {}) do
			if not check(x, s, at .. "/" .. i) then
				return false
			end
		end
		return true
	end,
	anyOf = function(v, list, at)
		for _, s in ipairs(list) do
			if quietly(v, s) then
				return true
			end
		end
		return no(at, "none of the forms")
	end,
	allOf = function(v, list, at)
		for _, s in ipairs(list) do
			if not check(v, s, at) then
				return false
			end
		end
		return true
	end,
}

local notes = { ["$schema"] = true, ["$id"] = true, ["$defs"] = true,
	title = true, additionalProperties = true, ["if"] = true,
	["then"] = true, ["else"] = true }

local function unknown_member(v, s, at)
	for name in pairs(s.additionalProperties == false and is.object(v) and
	    v or {}) do
		if s.properties[name] == nil then
			return no(at, name .. " is not in the schema")
		end
	end
	return true
end

function check(v, s, at)
	for word, rule in pairs(s) do
		if not notes[word] and
		    not assert(keywords[word], word)(v, rule, at) then
			return false
		end
	end
	if s["if"] ~= nil then
		local part = s["else"]
		if quietly(v, s["if"]) then
			part = s["then"]
		end
		if part ~= nil and not check(v, part, at) then
			return false
		end
	end
	return unknown_member(v, s, at)
end

local n, bad = 0, 0
for line in io.lines() do
	local want, text = line:match "^(%a+)\t(.*)$"
	n, why = n + 1, nil
	local read_well, v = pcall(json.decode, text)
	local good = read_well and check(v, root, "")
	if not read_well then
		why = v
	end
	if good == (want == "good") then
		print(("ok %d - %s"):format(n, text:sub(1, 60)))
	else
		bad = bad + 1
		print("# " .. (why or "it passes") .. ": " .. text)
		print(("not ok %d - %s"):format(n, text:sub(1, 60)))
	end
end
print("1.." .. n)
os.exit(bad == 0 and n > 0)
