-- The picture of a card: what anyone may read of it, each value by its hash,
-- so that a picture tells no secret. The golden card's picture is what all
-- cards of a batch must show, but for what a mask names.
local base = require "dmsc.batch.base"

local picture = {}

local function hash(text)
	return base.sha256(text):sub(1, 32)
end

-- The rules and sizes of a file; its content where it may be read.
local function add_file(p, card, f)
	local name = "file:" .. (f.path or f.fid)
	p[name] = f.raw and f.raw:hex() or f.kind
	local good, content = pcall(card.file_read, card, f.path)
	if not good then
		p[name .. "/content"] = "not readable"
	elseif content.bytes then
		p[name .. "/content"] = hash(content.bytes:hex())
	end
	for _, r in ipairs(good and content.records or {}) do
		p[("%s/%d"):format(name, r.number)] = hash(r.bytes:hex())
	end
end

local function add_node(p, path, node)
	if not node.nodes then
		p[path] = hash(tostring(node.format) .. ":" ..
			tostring(node.value))
		return
	end
	p[path .. "/"] = tostring(node.type or "")
	for _, child in ipairs(node.nodes) do
		add_node(p, path .. "/" .. child.name, child)
	end
end

local function add_document(p, card, doc)
	local path = "/" .. doc.name
	p[path] = doc.kind .. (doc.private and ", private" or "")
	local good, tree = pcall(card.tree, card, path)
	if good and tree then
		add_node(p, path, tree)
	else
		p[path .. "/"] = "not readable"
	end
end

local function add_pin(p, pin)
	p["pin:" .. pin.name] = ("%s, %s tries, PUK %s"):format(pin.state,
		tostring(pin.tries), tostring(pin.puk_tries))
end

function picture.take(card)
	local p = {}
	for _, pin in ipairs(card:pin_status()) do
		add_pin(p, pin)
	end
	for _, f in ipairs(card:file_tree().files) do
		add_file(p, card, f)
	end
	for _, doc in ipairs(card:documents()) do
		add_document(p, card, doc)
	end
	return p
end

-- A line of a mask as a pattern of Lua: * is anything.
local function pattern(line)
	return "^" .. line:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0")
		:gsub("%*", ".*") .. "$"
end

-- The patterns of a mask file; # begins a comment.
function picture.mask(path)
	local list = {}
	for line in (path and base.read(path) or ""):gmatch "[^\n]+" do
		line = line:match "^%s*(.-)%s*$"
		if line ~= "" and line:sub(1, 1) ~= "#" then
			list[#list + 1] = pattern(line)
		end
	end
	return list
end

local function masked(mask, name)
	for _, p in ipairs(mask) do
		if name:find(p) then
			return true
		end
	end
	return false
end

-- The first name that differs, in order, and how; nil: none does.
function picture.differs(p, golden, mask)
	local names = {}
	for name in pairs(p) do
		names[#names + 1] = name
	end
	for name in pairs(golden) do
		if p[name] == nil then
			names[#names + 1] = name
		end
	end
	table.sort(names)
	for _, name in ipairs(names) do
		if p[name] ~= golden[name] and not masked(mask, name) then
			return name, p[name] == nil and "it is missing" or
				golden[name] == nil and
				"the golden card does not have it" or
				"it is another than the golden card's"
		end
	end
end

return picture
