-- Before card 1: the data file row by row, its keys, and a dry run on
-- simulated cards.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"
local data = require "dmsc.batch.data"
local jobs = require "dmsc.batch.job"

local check = {}

local APDU_MS, SWAP_MS = 20, 4000	-- of a real card, for the forecast

-- ---- rows

-- Identifiers are unique: the first column, ICCIDs and IMSIs.
local function unique_columns(d)
	local list = {}
	for i, c in ipairs(d.columns) do
		if i == 1 or c.encoding == "iccid" or c.encoding == "imsi" then
			list[#list + 1] = { name = c.name, seen = {} }
		end
	end
	return list
end

local function same_again(d, place, row, columns)
	for _, c in ipairs(columns) do
		local value = tostring(row[c.name])
		if c.name == d.columns[1].name then
			value = row._id
		end
		if c.seen[value] then
			d:wrong(place, c.name, ("it stands in line %d already")
				:format(c.seen[value]))
		end
		c.seen[value] = place.line
	end
end

local function check_values(d, place, row)
	for _, c in ipairs(d.columns) do
		local of = c.encoding == "kcv" and c.name:match "^(.*)_%w+$"
		if of and inside.key_check(row[of]) ~= row[c.name]:hex() then
			d:wrong(place, c.name, "it is not that of " .. of)
		end
	end
end

-- Two secrets that everybody would guess.
local function plausible(d, place, row)
	for _, c in ipairs(d.columns) do
		if c.encoding == "imsi" and row[c.name]:find "^0+$" then
			d:wrong(place, c.name, "it is all zeros")
		end
	end
end

local function check_row(d, j, place, row, columns)
	same_again(d, place, row, columns)
	check_values(d, place, row)
	plausible(d, place, row)
	if j.check then
		local why, column = j.check(row)
		if why then
			d:wrong(place, column, why)
		end
	end
end

-- Raises what is wrong with the data file; returns its facts.
function check.data(j, path)
	local d = data.open(path)
	jobs.fits(j, d)
	local columns, n = unique_columns(d), 0
	local row, place = d:next()
	while row do
		n = n + 1
		row._n, row._line = n, place.line
		check_row(d, j, place, row, columns)
		if n > d.quantity then
			d:wrong(place, nil, ("more rows than the quantity, %d")
				:format(d.quantity))
		end
		row, place = d:next()
	end
	d:close()
	if n < d.quantity then
		d:wrong({ line = d.line + 1, places = {} }, nil,
			("%d rows, the header says %d"):format(n, d.quantity))
	end
	return d
end

-- ---- the dry run

-- run: batch.run's inside, with a folder that is removed behind it.
local function dry_run(given, options, run)
	local dir = inside.temp_make()
	local quiet = { quiet = true, json = true }
	local good, status, text = pcall(run, { given[1], given[2],
		out = dir .. "/dry", readers = "sim:" .. (given.readers or "2"),
		keys = given.keys, limit = given.sample,
		["stop-rejects"] = "1" }, quiet)
	local rejected
	if good then
		local books = require "dmsc.batch.books".open {
			dir = dir .. "/dry", batch = base.json.decode(text)
			.batch }
		books:each_row(function(r)
			rejected = rejected or r
		end, "AND state = 'scrap'")
		books:close()
	end
	inside.temp_remove(dir)
	if not good then
		error(status, 0)
	end
	return status, base.json.decode(text), rejected
end

local function forecast(s, done)
	local apdus = done > 0 and s.apdus / done or 0
	local ms = apdus * APDU_MS + SWAP_MS
	return math.floor(apdus + 0.5), math.floor(3600000 / ms)
end

-- given: [1] the job, [2] the data, sample, keys; run: batch.run.
function check.run(given, options, run)
	local d = check.data(jobs.load(given[1]), given[2])
	local status, s, rejected = dry_run(given, options, run)
	if rejected then
		base.fail("DATA", "the dry run rejects a card", {
			where = ("%s:%d"):format(given[2], rejected.line),
			why = rejected.why })
	elseif s.failure then
		base.fail("DATA", "the dry run failed", { where = given[1],
			why = s.failure.message })
	elseif status ~= 0 then
		base.fail("DATA", "the dry run did not end", {
			why = s.stopped })
	end
	local apdus, per_hour = forecast(s, s.good)
	return { batch = d.batch, product = d.product, rows = d.quantity,
		run = s.good, apdus = apdus, per_hour = per_hour }
end

return check
