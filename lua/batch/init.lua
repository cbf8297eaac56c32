-- Batches: dmsc.batch.run and its like are the commands of the shell, with
-- what was given on the line in one table; key is for jobs.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"

local batch = {}

-- The source of a row's key, made of what --keys names: in a list of cards
-- (csv:) the column is name, and the row that of the data file. how: more
-- attributes of dmsc-keys(7), { kdf = "sp800-108-cmac" }.
function batch.key(name, row, how)
	local source = batch.keys
	if not source then
		base.fail("USAGE", "no source of keys: --keys is missing", {
			where = name })
	end
	local more = { kdf = how and how.kdf, use = how and how.use,
		div = how and how.div }
	if source:find "^csv:" then
		more.key, more["for"] = name, row._id
	end
	local names = {}
	for k in pairs(more) do
		names[#names + 1] = k
	end
	table.sort(names)
	for _, k in ipairs(names) do
		if not source:find("[?&]" .. k .. "=") then
			source = source .. (source:find("?", 1, true) and "&" or
				"?") .. k .. "=" .. more[k]
		end
	end
	return source
end

-- ---- a batch's folder

local function facts_path(dir)
	return dir .. "/batch.json"
end

local function load_facts(dir)
	if not base.exists(facts_path(dir)) then
		base.fail("NOTFOUND", "there is no batch", { where = dir })
	end
	local facts = base.json.decode(base.read(facts_path(dir)))
	for k, v in pairs(facts) do
		if v == base.json.null then
			facts[k] = nil
		end
	end
	return facts
end

-- One process at a time.
local function hold(dir)
	if not inside.lock(dir .. "/lock") then
		base.fail("LOCKED", "another process works on this batch", {
			where = dir })
	end
end

local function absolute(path)
	local real, why = base.uv().fs_realpath(path)
	if not real then
		base.fail("IO", "cannot open", { where = path, why = why })
	end
	return real
end

-- A file that a source names is found from anywhere.
local function absolute_source(source)
	local kind, path, rest = (source or ""):match "^(%a+:)([^?]*)(.*)$"
	if kind ~= "csv:" and kind ~= "file:" then
		kind, path, rest = "@", (source or ""):match "^@(.*)$", ""
	end
	return path and base.exists(path) and kind .. absolute(path) ..
		rest or source
end

local function number(given, name, most)
	local text = given[name]
	if text == nil then
		return nil
	end
	local n = type(text) == "number" and text or
		math.tointeger(tonumber(text))
	if not n or n < 0 or n > (most or math.maxinteger) then
		base.fail("USAGE", ("--%s wants a number"):format(name), {
			where = tostring(text) })
	end
	return n
end

local function station()
	local uv = base.uv()
	local name = uv.os_gethostname():gsub("[^%w.-]", "")
	return ("%s-%04x"):format(name, math.random(0, 0xffff))
end

-- What is fixed when a batch is made.
local function make_facts(given, d, dir)
	local facts = { v = 1, batch = d.batch, quantity = d.quantity,
		product = d.product, job = absolute(given[1]),
		data = absolute(given[2]),
		keys = absolute_source(given.keys),
		jobs = given.jobs, station = station(),
		silence = number(given, "silence") }
	facts.job_hash = base.hash_file(facts.job)
	facts.data_hash = base.hash_file(facts.data)
	return facts
end

local function check_hashes(facts)
	for _, name in ipairs { "job", "data" } do
		if base.hash_file(facts[name]) ~= facts[name .. "_hash"] then
			base.fail("DATA", "the file has changed since the " ..
				"batch was begun", { where = facts[name] })
		end
	end
end

local function open_books(facts, dir)
	return require "dmsc.batch.books".open { dir = dir,
		jobs = facts.jobs, station = facts.station,
		batch = facts.batch, silence = facts.silence }
end

-- ---- running

-- What starts a worker: this program, or the lua5.4 that runs us.
local function program()
	local uv = base.uv()
	local exe = uv.exepath()
	if inside.program then
		return exe, { "lua", "require 'dmsc.batch.worker' ()" }
	end
	return exe, { "-e",
		"require 'dmsc' require 'dmsc.batch.worker' ()" }
end

local function rows_of(d)
	return function()
		local row, place = d:next()
		if row then
			return row._id, place.line, place.off
		end
	end
end

local function summary(facts, books)
	local c = books:counts()
	return { batch = facts.batch, product = facts.product,
		quantity = facts.quantity, good = c.good,
		rejected = c.rejected, open = c.open, states = { free = c.free,
		leased = c.leased, written = c.written, keyed = c.keyed,
		verified = c.verified, sealed = c.sealed, scrap = c.scrap } }
end

local function exit_of(l, s)
	if l.refused then
		return 7
	elseif l.failure then
		return l.failure.exit or 5
	elseif l.interrupted then
		return 130
	elseif s.rejected > 0 then
		return 12
	end
	return s.open > 0 and not l.limit and 11 or 0
end

local function tell(s, l, options)
	if options.json then
		return
	end
	print(("%s: %d good, %d rejected, %d open of %d"):format(s.batch,
		s.good, s.rejected, s.open, s.quantity))
	if l.stopping then
		print("stopped: " .. l.stopping)
	end
end

-- Runs the line over a batch that is in its folder.
local function go(facts, dir, given, options)
	local books = open_books(facts, dir)
	local line = require "dmsc.batch.line"
	local pull, pull_apdus = (given.pull or ""):match "^(%d+):(%d+)$"
	local first = given.first and math.tointeger(tonumber(
		given.first:match "^(%d+):dump$"))
	if given.first and not first then
		base.fail("USAGE", "--first wants N:dump", {
			where = given.first })
	end
	local pace = number(given, "pace", 60000)
	local golden = given.golden and absolute(given.golden)
	local mask = given.mask and absolute(given.mask)
	local readers = line.readers(given.readers)
	require "dmsc.batch.feed".collect(dir, readers)
	local l = line.run { books = books, readers = readers,
		program = program, limit = number(given, "limit"),
		stop_rejects = number(given, "stop-rejects") or 3,
		min_yield = number(given, "min-yield", 100),
		show = require "dmsc.batch.show".new(options, facts),
		setup = function(w)
			return { dir = dir, job = facts.job, data = facts.data,
				reader = w.reader, keys = absolute_source(
				given.keys) or facts.keys, pull = math.tointeger(
				tonumber(pull)), pull_apdus = math.tointeger(
				tonumber(pull_apdus)), golden = golden,
				mask = mask, first = first, pace = pace,
				model = given.model }
		end }
	local s = summary(facts, books)
	s.stopped, s.apdus, s.ms = l.stopping, l.apdus, l.ms
	s.failure = l.failure
	books:close()
	tell(s, l, options)
	return exit_of(l, s), base.json.encode(s), l.stopping or
		("%d rejected, %d open"):format(s.rejected, s.open)
end

local function make_dir(dir)
	for _, name in ipairs { "", "/cards", "/guard" } do
		base.mkdir(dir .. name)
	end
end

-- given: [1] the job, [2] the data, out, readers, keys, jobs, limit, ...
function batch.run(given, options)
	local dir = given.out
	if not dir then
		base.fail("USAGE", "batch run: --out is missing", {
			next = { "help batch run" } })
	elseif not given.readers then
		base.fail("USAGE", "batch run: --readers is missing", {
			next = { "help batch run" } })
	elseif base.exists(dir .. "/batch.json") then
		base.fail("EXISTS", "there is a batch in this folder", {
			where = dir, next = { "batch resume " .. dir } })
	end
	local d = require "dmsc.batch.data".open(given[2])
	local jobs = require "dmsc.batch.job"
	jobs.fits(jobs.load(given[1]), d)
	make_dir(dir)
	hold(dir)
	local facts = make_facts(given, d, dir)
	local books = open_books(facts, dir)
	books:create({ batch = d.batch, quantity = d.quantity,
		product = d.product, data = facts.data_hash,
		job = facts.job_hash }, rows_of(d))
	books:close()
	d:close()
	facts.readers = given.readers
	base.write(facts_path(dir), base.json.encode(facts, "\t") .. "\n")
	return go(facts, absolute(dir), given, options)
end

-- given: [1] the folder, readers, keys, ...
function batch.resume(given, options)
	local dir = absolute(given[1])
	hold(dir)
	local facts = load_facts(dir)
	check_hashes(facts)
	given.readers = given.readers or facts.readers
	local books = open_books(facts, dir)
	if books:facts().closed then
		base.fail("USAGE", "the batch is closed", { where = dir })
	end
	books:release()
	books:close()
	return go(facts, dir, given, options)
end

-- given: [1] the job, [2] the data, keys, sample
function batch.check(given, options)
	local r = require "dmsc.batch.check".run({ given[1], given[2],
		keys = given.keys, sample = given.sample }, options, batch.run)
	if not options.json then
		print(("%s: %d rows are good, %d were tried on simulated " ..
			"cards"):format(r.batch, r.rows, r.run))
		print(("%d APDUs a card, about %d cards an hour on each " ..
			"reader"):format(r.apdus, r.per_hour))
	end
	return 0, base.json.encode(r)
end

-- given: [1] the folder, key, cert, transport, open
function batch.close(given, options)
	local dir = absolute(given[1])
	hold(dir)
	local facts = load_facts(dir)
	check_hashes(facts)
	if given.key and not given.cert then
		base.fail("USAGE", "--key wants --cert too")
	end
	local books = open_books(facts, dir)
	if not books:facts().closed then
		books:release()
	end
	local s = require "dmsc.batch.close".run { dir = dir, books = books,
		job = require "dmsc.batch.job".load(facts.job),
		data = require "dmsc.batch.data".open(facts.data),
		key = given.key, cert = given.cert, open = given.open,
		transport = given.transport and inside.dmsc.secret(
		given.transport, { key = true }) }
	books:close()
	if not options.json then
		print(("%s: %d good, %d rejected, %d open of %d"):format(
			s.batch, s.good, s.rejected, s.open, s.quantity))
		print(s.signed and "closed and signed" or
			"closed, not signed")
	end
	return 0, base.json.encode(s)
end

-- given: command (a line, or a list of them), count
function batch.each(given, options)
	local lines = given.command
	if not lines then
		base.fail("USAGE", "each wants -c LINE")
	elseif type(lines) ~= "table" then
		lines = { lines }
	end
	local status, list = require "dmsc.batch.each".run(lines,
		number(given, "count"), options)
	local failed = 0
	for _, r in ipairs(list) do
		failed = failed + (r.exit ~= 0 and 1 or 0)
	end
	return status, base.json.encode { cards = list },
		("%d cards failed"):format(failed)
end

-- given: [1] the folder, ca
function batch.verify(given, options)
	local dir = absolute(given[1])
	local facts = load_facts(dir)
	local books = (facts.jobs or base.exists(dir .. "/state")) and
		open_books(facts, dir)
	local r = require "dmsc.batch.close".verify { dir = dir,
		books = books, ca = given.ca and base.read(given.ca) }
	if books then
		books:close()
	end
	if not options.json then
		print(("%d changes, each holds the one before%s"):format(
			r.lines, r.signed and "; signed by " .. r.signer or
			""))
	end
	return 0, base.json.encode(r)
end

return batch
