-- Lua tests on a card that holds the demo's documents: TAP on standard
-- output. The same file runs under "dmsc test" and in a stock lua5.4, where
-- DMSC_READER names the reader. Each test starts on a card that was reset and
-- a clean working copy; without a reader, or with "sim", each file gets a
-- fresh card of its own, of the profile that t.profile names, else "demo". A
-- reader holds a card of one profile: DMSC_PROFILE says of which, and files
-- for others are skipped.
local dmsc = require "dmsc"
local inside = require "dmsc.inside"
local json = require "dmsc.json"

local t = {}
local run, failed = 0, 0
local card, folder		-- of this file
local skip_file, running
local profile = "demo"		-- of the card of this file
local space			-- bytes of its own tree
local skipped = setmetatable({}, { __name = "dmsc.test.skip" })
local failure = { __name = "dmsc.test.failure",
	__tostring = function(f) return f.text end }

local function say(...)
	io.stdout:write(...)
	io.stdout:write "\n"
	io.stdout:flush()
end

local function comment(text)
	for line in (tostring(text) .. "\n"):gmatch "(.-)\n" do
		say("# ", line)
	end
end

local function fail(level, text)
	local info = debug.getinfo(level + 1, "Sl")
	local place = info and ("%s:%d: "):format(info.short_src,
		info.currentline) or ""
	error(setmetatable({ text = place .. text }, failure), 0)
end

-- ---- the card of a file

local function make_card()
	folder = inside.temp_make()
	local image = folder .. "/card.img"
	dmsc.card_new { image = image, profile = profile, space = space }
	return dmsc.connect { reader = "sim:" .. image,
		state = folder .. "/state" }
end

-- nil: each file makes its own card.
local function the_reader()
	local reader = inside.reader or os.getenv "DMSC_READER"
	if reader and reader ~= "" and reader ~= "sim" then
		return reader
	end
end

local function open_card()
	local reader = the_reader()
	if not reader then
		return make_card()
	end
	return dmsc.connect { reader = reader }
end

local function close_card()
	if card then
		-- Where the program ends it may be closed already.
		pcall(card.disconnect, card)
		card = nil
	end
	if folder then
		inside.temp_remove(folder)
		folder = nil
	end
end

-- The card of this file, for what a test does outside its function.
function t.card()
	card = card or open_card()
	return card
end

-- ---- checks

function t.ok(value, what)
	if not value then
		fail(2, what or "not true")
	end
	return value
end

local function same(a, b, seen)
	if a == b then
		return true
	elseif type(a) ~= "table" or type(b) ~= "table" then
		return a ~= a and b ~= b
	elseif seen[a] == b then
		return true
	end
	seen[a] = b
	for k, v in pairs(a) do
		if not same(v, b[k], seen) then
			return false
		end
	end
	for k in pairs(b) do
		if a[k] == nil then
			return false
		end
	end
	return true
end

function t.eq(got, want, what)
	if not same(got, want, {}) then
		fail(2, ("%sgot %s, want %s"):format(what and what .. ": " or
			"", dmsc.dump(got), dmsc.dump(want)))
	end
	return got
end

local function fits(e, code)
	if code == nil then
		return true
	elseif type(code) == "table" then
		for _, one in ipairs(code) do
			if fits(e, one) then
				return true
			end
		end
		return false
	elseif dmsc.is_error(e) then
		return e.code == code
	end
	return tostring(e):find(code, 1, true) ~= nil
end

-- fn must raise: code is the error's code, or part of another error's text,
-- a list of these, or nil for any. Returns what was raised.
function t.raises(code, fn, ...)
	local good, e = pcall(fn, ...)
	if good then
		fail(2, "nothing was raised, want " .. dmsc.dump(code))
	elseif e == skipped or getmetatable(e) == failure or
	    dmsc.is_error(e) and e.code == "INTERRUPTED" then
		error(e, 0)
	elseif not fits(e, code) then
		fail(2, ("raised %s, want %s"):format(dmsc.is_error(e) and
			e.code .. ": " .. tostring(e) or tostring(e),
			dmsc.dump(code)))
	end
	return e
end

-- Inside a test: it ends, skipped. Outside: all that follow in this file.
function t.skip(why)
	skipped.why = why or ""
	if running then
		error(skipped, 0)
	end
	skip_file = skipped.why
end

-- The file's tests want a card of this profile, with so many bytes for a tree
-- of its own; before the first of them.
function t.profile(name, bytes)
	local held = os.getenv "DMSC_PROFILE" or "demo"
	profile, space = name, bytes
	if the_reader() and held ~= name then
		skip_file = ("the card in the reader is no %s card"):format(
			name)
	end
end

-- Runs run on a simulated card of its own, which dmsc.card_new makes with
-- these options and which is gone behind.
function t.fresh(options, run)
	local place = inside.temp_make()
	local made = { image = place .. "/card.img" }
	for name, value in pairs(options) do
		made[name] = value
	end
	local good, e = pcall(function()
		dmsc.card_new(made)
		local own <close> = dmsc.connect {
			reader = "sim:" .. made.image }
		run(own)
	end)
	inside.temp_remove(place)
	if not good then
		error(e, 0)
	end
end

-- ---- a DM server of a test

local servers = {}

-- This program; in a stock lua5.4 the one that $DMSC names, or that is found.
local function program()
	if inside.program then
		return '"$(readlink /proc/$PPID/exe)"'
	end
	return os.getenv "DMSC" and '"$DMSC"' or "dmsc"
end

local SERVER_TRIES <const> = 500
local server <const> = { __name = "dmsc.test.server" }
server.__index = server

-- What it has logged so far, and whether it has ended: an empty line says so.
-- Half a line is none.
local function read_log(s)
	local f <close> = assert(io.open(s.out))
	local log = {}
	for line in f:lines "L" do
		if line == "\n" or line:sub(-1) ~= "\n" then
			return log, line == "\n"
		end
		log[#log + 1] = json.decode(line)
	end
	return log, false
end

-- Ends it; all entries of its log.
function server:stop()
	if self.out then
		os.execute("kill -KILL " .. self.pid .. " 2>/dev/null")
		self.log = read_log(self)
		os.remove(self.script)
		os.remove(self.out)
		self.out = nil
	end
	return self.log
end

-- Runs the text of a script for dmsc dmserver in a process of its own, until
-- stop or the end of the test. options: more of the command line, as a text.
-- Its log goes to a file: however long it gets, the server does not wait.
function t.dmserver(script, options)
	local s = setmetatable({ script = os.tmpname(), out = os.tmpname() },
		server)
	local f, over = assert(io.open(s.script, "w"))
	f:write(script)
	f:close()
	os.execute(("{ %s dmserver --script %s --for 60 %s & wait; echo; } " ..
		"</dev/null >%s &"):format(program(), s.script, options or "",
		s.out))
	for _ = 1, SERVER_TRIES do
		s.log, over = read_log(s)
		if s.log[1] or over then
			break
		end
		os.execute "sleep 0.02"
	end
	if not s.log[1] then
		os.remove(s.script)
		os.remove(s.out)
		error("the server did not begin", 2)
	end
	servers[#servers + 1] = s
	s.pid, s.url = s.log[1].pid, s.log[1].url
	return s
end

local function stop_servers()
	for i = #servers, 1, -1 do
		servers[i]:stop()
		servers[i] = nil
	end
end

-- ---- tests

local function explain(e)
	if getmetatable(e) == failure or e == skipped then
		return e
	elseif dmsc.is_error(e) then
		if e.code ~= "INTERRUPTED" then
			e.message = ("%s [%s at %s]"):format(e.message or "",
				e.code, e.at or "?")
		end
		return e
	end
	return debug.traceback(tostring(e), 2)
end

-- A clean start for the next test, whatever this one did.
local function clean()
	if card:dirty() then
		card:revert()
	end
	card:reset()
	card:warnings()
	card:use()
end

local function body(fn)
	t.card()
	clean()
	fn(card)
end

local function report(name, good, e)
	if good then
		say("ok ", run, " - ", name)
	elseif e == skipped then
		say("ok ", run, " - ", name, " # SKIP ", e.why)
	else
		failed = failed + 1
		say("not ok ", run, " - ", name)
		comment(e)
	end
end

function t.test(name, fn)
	run = run + 1
	if skip_file then
		say("ok ", run, " - ", name, " # SKIP ", skip_file)
		return
	end
	running = true
	local good, e = xpcall(body, explain, fn)
	running = false
	stop_servers()
	if not good and dmsc.is_error(e) and e.code == "INTERRUPTED" then
		error(e, 0)
	end
	report(name, good, e)
end

-- ---- who runs the file

-- For "dmsc test": one file after others; returns the counts and, where it
-- was interrupted, the error.
function t._file(path, run_before, failed_before)
	run, failed, skip_file, running = run_before, failed_before, nil, false
	profile, space = "demo", nil
	comment(path)
	local chunk, e = loadfile(path)
	local good = chunk ~= nil
	if chunk then
		good, e = xpcall(chunk, explain)
	end
	pcall(close_card)
	if not good and dmsc.is_error(e) and e.code == "INTERRUPTED" then
		return run, failed, e
	elseif not good then
		run = run + 1
		report(path, false, e)
	end
	return run, failed
end

-- In a stock lua5.4 the end of the program is the end of the file.
if not inside.runner then
	t._end = setmetatable({}, { __gc = function()
		pcall(close_card)
		say("1..", run)
		if failed > 0 then
			os.exit(14)
		end
	end })
end

return t
