-- A job file: a function of card and row, or a table with one and more.
local base = require "dmsc.batch.base"
local data = require "dmsc.batch.data"

local job = {}

local kinds = { run = "function", prepare = "function", check = "function",
	verify = "function", simulate = "function", product = "string",
	columns = "table", out = "table", tries = "table", model = "string" }

local function bad(path, why)
	base.fail("DATA", "the job is wrong", { where = path, why = why })
end

-- Loads the job at path. Its own errors pass as they are.
function job.load(path)
	local chunk, why = loadfile(path)
	if not chunk then
		base.fail("LUA", "the job cannot be loaded", { where = path,
			why = why })
	end
	local j = chunk(path)
	if type(j) == "function" then
		j = { run = j }
	end
	if type(j) ~= "table" or type(j.run) ~= "function" then
		bad(path, "it returns no function and no table with run")
	end
	for name, value in pairs(j) do
		if not kinds[name] then
			bad(path, "it has an unknown member " .. tostring(name))
		elseif type(value) ~= kinds[name] then
			bad(path, ("its %s is no %s"):format(name, kinds[name]))
		end
	end
	j.path = path
	return j
end

-- Whether the columns are those that the job asks for: DATA where not.
function job.fits(j, d)
	if j.product and j.product ~= d.product then
		base.fail("DATA", "the data is for another product", {
			where = d.path, why = ("it is for %s, the job for %s")
			:format(d.product, j.product) })
	end
	local names = {}
	for name in pairs(j.columns or {}) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		local encoding, c = j.columns[name], d.by_name[name]
		if not data.encodings[encoding] then
			bad(j.path, "no such encoding as " .. tostring(encoding))
		elseif not c then
			base.fail("DATA", "a column is missing", {
				where = d.path, why = ("the job asks for %s:%s")
				:format(name, encoding) })
		elseif c.encoding ~= encoding then
			base.fail("DATA", "a column has another encoding", {
				where = d.path, why = ("%s is %s, the job asks for %s")
				:format(name, c.encoding, encoding) })
		end
	end
end

return job
