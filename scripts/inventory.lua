-- What is on this card: its documents, and the management objects in them.
--
--	dmsc scripts/inventory.lua
--	dmsc -r 0 --auth 81=@pin81 scripts/inventory.lua
--	DMSC_READER=0 lua5.4 scripts/inventory.lua
local dmsc = require "dmsc"

local card <close> = dmsc.connect()

-- Prints rows in columns as wide as their widest cell.
local function print_table(rows)
	local width = {}
	for _, row in ipairs(rows) do
		for i, cell in ipairs(row) do
			width[i] = math.max(width[i] or 0, utf8.len(cell) or #cell)
		end
	end
	for _, row in ipairs(rows) do
		local cells = {}
		for i, cell in ipairs(row) do
			local fill = width[i] - (utf8.len(cell) or #cell)
			cells[i] = cell .. (" "):rep(fill)
		end
		print((table.concat(cells, "  "):gsub(" +$", "")))
	end
end

local function count_leaves(node)
	if not node.nodes then
		return 1
	end
	local n = 0
	for _, child in ipairs(node.nodes) do
		n = n + count_leaves(child)
	end
	return n
end

-- Calls found for each management object at or below node. An object is
-- known by its type, a name like urn:oma:mo:oma-dm-dmacc:1.0.
local function each_object(node, path, found)
	if node.nodes and node.type then
		found(node, path)
		return
	end
	for _, child in ipairs(node.nodes or {}) do
		each_object(child, path .. "/" .. child.name, found)
	end
end

local documents = { { "DOCUMENT", "KIND", "PLACE", "BYTES", "PRIVATE" } }
local objects = { { "OBJECT", "TYPE", "VALUES" } }
for _, doc in ipairs(card:documents()) do
	documents[#documents + 1] = { doc.name, doc.kind, doc.place,
		doc.size and tostring(doc.size) or "-",
		doc.private and "yes" or "no" }
	-- A document may want a PIN first: then the error says which.
	local readable, tree = pcall(doc.tree, doc)
	if readable and tree then
		each_object(tree, "/" .. doc.name, function(node, path)
			objects[#objects + 1] = { path, node.type,
				tostring(count_leaves(node)) }
		end)
	elseif not readable then
		objects[#objects + 1] = { "/" .. doc.name, tree.why or
			tree.message, "-" }
	end
end

local info = card:info()
print("card: " .. (info.identity or "no identity"))
print()
print_table(documents)
print()
print_table(objects)
