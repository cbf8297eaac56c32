-- The Lua part of the module: documents as objects, status, run, json.
-- It is called with the module's table, the methods of cards and the inside.
local dmsc, card, inside = ...

local json = require "dmsc.json"
dmsc.json = { encode = json.encode, decode = json.decode, null = json.null }
inside.dmsc = dmsc
inside.card = card
package.loaded["dmsc.inside"] = inside

-- Documents: the facts of the directory as plain members, and methods that
-- name their node by a URI below the document.
local owner = setmetatable({}, { __mode = "k" })
local doc = {}
local doc_meta = { __index = doc, __name = "dmsc.doc" }

function doc_meta.__tostring(d)
	return "document /" .. d.name
end

local function path(d, uri)
	uri = tostring(uri or ""):gsub("^%./", ""):gsub("^/", "")
	if uri == "" or uri == "." then
		return "/" .. d.name
	end
	return "/" .. d.name .. "/" .. uri
end

local function wrap(c, facts)
	owner[facts] = c
	return setmetatable(facts, doc_meta)
end

-- The methods whose first argument is a URI and which cards have under the
-- same name.
for _, name in ipairs { "get", "set", "add", "rm", "acl", "exists" } do
	local method = card[name]
	doc[name] = function(d, uri, ...)
		return method(owner[d], path(d, uri), ...)
	end
end

function doc.tree(d, uri)
	return card.tree(owner[d], path(d, uri))
end

function doc.edit(d, uri, node)
	if node == nil then
		uri, node = nil, uri
	end
	return card.edit(owner[d], path(d, uri), node)
end

function doc.mv(d, from, to)
	return card.mv(owner[d], path(d, from), path(d, to))
end

function doc.cp(d, from, to)
	return card.cp(owner[d], path(d, from), path(d, to))
end

function doc.bytes(d, options)
	return card.bytes(owner[d], path(d), options)
end

function doc.signed_bytes(d, options)
	return card.signed_bytes(owner[d], path(d), options)
end

function doc.signature_bytes(d, options)
	return card.signature(owner[d], path(d), options)
end

function doc.put_signature(d, cms)
	return card.put_signature(owner[d], path(d), cms)
end

function doc.sign(d, options)
	return card.sign(owner[d], path(d), options)
end

function doc.verify(d, options)
	return card.verify(owner[d], path(d), options)
end

function doc.export(d, form)
	return card.export(owner[d], path(d), form)
end

function doc.import(d, bytes)
	return card.import(owner[d], path(d), bytes)
end

function doc.diff(d, other)
	if getmetatable(other) == doc_meta then
		other = path(other)
	end
	return card.diff(owner[d], path(d), other)
end

function doc.revert(d)
	return card.revert(owner[d], path(d))
end

function doc.remove(d)
	return card.rmdoc(owner[d], path(d))
end

function doc.stat(d)
	return wrap(owner[d], card.stat(owner[d], path(d)))
end

function doc.path(d, uri)
	return path(d, uri)
end

function doc.card(d)
	return owner[d]
end

local documents = card.documents
function card.documents(c, options)
	local list = documents(c, options)
	for _, facts in ipairs(list) do
		wrap(c, facts)
	end
	return list
end

local stat = card.stat
function card.doc(c, name)
	if name:sub(1, 1) ~= "/" then
		name = "/" .. name
	end
	return wrap(c, stat(c, name))
end

-- What differs from the card: the documents that a commit would touch.
function card.status(c)
	local changed = {}
	for _, d in ipairs(c:documents()) do
		if d.state and d.state ~= "" then
			changed[#changed + 1] = d
		end
	end
	return { dirty = c:dirty(), documents = changed }
end

-- In results what is null is absent.
local function without_null(v)
	if v == json.null then
		return nil
	elseif type(v) == "table" then
		for k, x in pairs(v) do
			v[k] = without_null(x)
		end
	end
	return v
end

-- LwM2M documents as tables: {Security = {[0] = {ServerURI = "coap://h"}}}.
-- Numbers may be keys; opaque values are bytes.
local function to_names(v)
	if type(v) ~= "table" or v == json.null then
		return v
	end
	local out = {}
	for k, x in pairs(v) do
		out[math.type(k) == "integer" and tostring(k) or k] =
			to_names(x)
	end
	return out
end

local function from_names(v)
	if type(v) ~= "table" then
		return v
	elseif type(v.hex) == "string" then
		return dmsc.hex(v.hex)
	elseif type(v.text) == "string" then
		return dmsc.bytes(v.text)
	end
	local out = {}
	for k, x in pairs(v) do
		out[math.tointeger(k) or k] = from_names(x)
	end
	return out
end

function dmsc.lwm2m.encode(t)
	return dmsc.lwm2m.from_json(json.encode(to_names(t)))
end

function dmsc.lwm2m.decode(bytes)
	return from_names(json.decode(dmsc.lwm2m.to_json(bytes)))
end

function doc.lwm2m_set(d, account)
	return card.lwm2m_set(owner[d], path(d), account)
end

function doc.lwm2m_show(d)
	return card.lwm2m_show(owner[d], path(d))
end

local run = card.run
function card.run(c, line)
	local r = run(c, line)
	if r.json then
		r.data, r.json = without_null(json.decode(r.json)), nil
	end
	return r
end

function dmsc.run(line)
	return card.run(dmsc.current(), line)
end

-- The node of a table (of tree, tnds.read or parse) that uri names.
function dmsc.find(node, uri)
	for segment in uri:gsub("^%./", ""):gmatch "[^/]+" do
		local name = segment:gsub("%%(%x%x)", function(h)
			return string.char(tonumber(h, 16))
		end)
		local found
		for _, kid in ipairs(node.nodes or {}) do
			if kid.name == name then
				found = kid
				break
			end
		end
		if not found then
			return nil
		end
		node = found
	end
	return node
end

-- value as text for people: tables with their members in order.
local function dump(v, indent, seen)
	if type(v) == "string" then
		return ("%q"):format(v)
	elseif type(v) ~= "table" or seen[v] or v == json.null or
	    dmsc.is_error(v) then
		return tostring(v)
	end
	local keys, out = {}, {}
	seen[v] = true
	for k in pairs(v) do
		keys[#keys + 1] = k
	end
	table.sort(keys, function(a, b)
		if math.type(a) and math.type(b) then
			return a < b
		end
		return type(a) == type(b) and tostring(a) < tostring(b) or
			type(a) < type(b)
	end)
	for i, k in ipairs(keys) do
		local name = k == i and "" or type(k) == "string" and
			k .. " = " or "[" .. tostring(k) .. "] = "
		out[i] = indent .. "\t" .. name .. dump(v[k], indent .. "\t",
			seen)
	end
	seen[v] = nil
	return #out == 0 and "{}" or "{\n" .. table.concat(out, ",\n") ..
		"\n" .. indent .. "}"
end

function dmsc.dump(v)
	return dump(v, "", {})
end

-- A DM server for tests and demonstrations (lua/dmserver.lua).
function dmsc.dmserver(options)
	return require "dmsc.dmserver".new(options)
end

-- A profile that is a Lua file: it is called with a blank card and the
-- options. A failed one leaves no image, or the old one.
local card_new = dmsc.card_new

local function personalise(image, chunk, options)
	local c <close> = dmsc.connect { reader = "sim:" .. image }
	chunk(c, options)
end

function dmsc.card_new(options)
	local profile = options.profile
	if not (profile and profile:find "%.lua$") then
		return card_new(options)
	end
	local chunk = assert(loadfile(profile))
	local image = options.force and options.image .. ".new" or
		options.image
	card_new { image = image, profile = "blank", iccid = options.iccid,
		seed = options.seed, space = options.space,
		force = options.force }
	local current = dmsc.current()
	local good, e = pcall(personalise, image, chunk, options)
	current:use()
	if good and image ~= options.image then
		good, e = os.rename(image, options.image)
	end
	if not good then
		os.remove(image)
		error(e, 0)
	end
	return dmsc.card_show(options.image)
end
