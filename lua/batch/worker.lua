-- One reader of a batch, a process of its own. It speaks with the line in
-- lines of JSON: what it asks is answered before the next APDU is sent. When
-- nobody answers any more, it stops where it stands.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"
local data = require "dmsc.batch.data"
local feed = require "dmsc.batch.feed"
local jobs = require "dmsc.batch.job"
local json = base.json
local dmsc, methods = inside.dmsc, inside.card

local WAIT_MS, WAITS = 20, 250	-- for a card that another reader has

local w = {}			-- this worker: set in main
local stop = setmetatable({}, { __name = "dmsc.batch.stop",
	__tostring = function(s) return s.why or "stopped" end })

-- ---- words with the line

local function say(message)
	io.stdout:write(json.encode(message), "\n")
	io.stdout:flush()
end

local function hear()
	local text = io.stdin:read "l"
	if not text then
		stop.why = "the line is gone"
		error(stop, 0)
	end
	return json.decode(text)
end

local function ask(message)
	say(message)
	local answer = hear()
	if answer["do"] == "stop" then
		stop.why = answer.why
		error(stop, 0)
	end
	return answer
end

local function alive()
	ask { say = "alive" }
end

-- ---- the record of a card

local function record_of(row)
	return base.appender(("%s/cards/%s.jsonl"):format(w.dir,
		base.file_name(row._id)))
end

local function note(c, line)
	line.at, line.row, line.chip, line.reader = base.time(), c.row._n,
		c.chip, w.reader
	c.record:line(json.encode(line))
end

-- ---- what a card can do besides, in a batch

local current			-- the card in work

local function milliseconds(from)
	return (base.uv().hrtime() - from) // 1000000
end

-- Runs fn and writes down what it cost.
local function timed(c, name, kind, fn)
	local begun, before = base.uv().hrtime(), c.card:counters()
	local got = table.pack(xpcall(fn, function(e)
		if type(e) == "string" then
			return debug.traceback(e, 2)
		end
		return e
	end))
	local line = { step = name, kind = kind, ms = milliseconds(begun),
		result = got[1] and "done" or "failed" }
	line.apdus = math.max(c.card:counters() - before, 0)
	line.sw = ("%04X"):format(c.card:last_sw())
	if type(got[2]) == "table" and got[1] then
		line.check = got[2].check
	elseif not got[1] then
		line.error = base.told(got[2])
	end
	note(c, line)
	if not got[1] then
		error(got[2], 0)
	end
	return table.unpack(got, 2, got.n)
end

local function reject(why, step)
	base.fail("FAILED", why, { where = step })
end

-- Whether the step was done on a card that was cut; nil runs it.
local function was_done(c, name, check)
	if check == "always" then
		return false
	elseif c.before > 0 then
		return true		-- a later state is on record
	elseif not c.again or check == "again" then
		return false
	elseif type(check) ~= "function" then
		reject("the card was cut and the step has no check", name)
	end
	local done = timed(c, name, "check", function()
		return check(c.card, c.row)
	end)
	if done == nil then
		reject("the card was cut and cannot say if the step was done",
			name)
	end
	return done
end

local function step(card, name, fn, check)
	local c = current
	if not c or c.card ~= card then
		return fn()
	end
	c.step = name
	say { say = "step", step = name }
	if was_done(c, name, check) then
		note(c, { step = name, result = "was done" })
		return true
	end
	return timed(c, name, "step", fn)
end

local order = { leased = 1, written = 2, keyed = 3, verified = 4, sealed = 5 }

local function costs(c)
	return { apdus = c.card:counters(), ms = milliseconds(c.begun) }
end

local function reach(c, state)
	local spent = costs(c)
	if order[c.state] >= order[state] then
		c.before = math.max(c.before - 1, 0)
		return
	elseif order[c.state] ~= order[state] - 1 then
		reject(("a card that is %s does not become %s"):format(c.state,
			state), c.step)
	end
	ask { say = "state", n = c.row._n, chip = c.chip, to = state,
		apdus = spent.apdus, ms = spent.ms }
	c.state = state
	note(c, { state = state })
end

local function reached(card, state)
	if state ~= "written" and state ~= "keyed" then
		error("a job reaches written and keyed", 2)
	elseif current and current.card == card then
		reach(current, state)
	end
end

local function verify(card)
	local c = current
	if not c or c.card ~= card then
		error("only a batch verifies", 2)
	end
	c.step = "verify"
	say { say = "step", step = "verify" }
	if order[c.state] < order.keyed then
		reject("a card is verified when it is keyed", c.step)
	end
	-- Again on a card that was cut behind it: it proves itself anew.
	timed(c, "verify", "verify", function()
		require "dmsc.batch.proof".run(c, w)
	end)
	reach(c, "verified")
	c.proved = true
end

local function seal(card, fn, check)
	local c = current
	if not c or c.card ~= card then
		return fn()
	elseif not c.proved then
		reject("only a verified card is sealed", "seal")
	end
	c.step = "seal"
	say { say = "step", step = "seal" }
	local done = c.again and check and timed(c, "seal", "check", function()
		return check(c.card, c.row)
	end)
	if not done then
		timed(c, "seal", "step", fn)
	end
	reach(c, "sealed")
end

-- ---- authentication: one at a time on all readers of a station

local refusals = { AUTH = true, AUTHFAIL = true, BLOCKED = true, GUARD = true,
	CHANNEL = true }

-- Calls the method. On a card that was cut the answer to an authentication
-- may have been lost, and the guard holds the value back: once it may be sent
-- again. What the card has refused is never sent, whatever is allowed.
local function authenticate(c, plain, options)
	local got = table.pack(pcall(plain, c.card, options))
	local e = got[2]
	if got[1] or not c.again or not dmsc.is_error(e) or
	    e.code ~= "GUARD" or options.spend_try then
		return got
	end
	local may = { spend_try = true }
	for k, v in pairs(options) do
		may[k] = v
	end
	return table.pack(pcall(plain, c.card, may))
end

-- A method that authenticates asks first and tells how it went.
local function gated(name)
	local plain = methods[name]
	methods[name] = function(card, options)
		local c = current
		if not c or c.card ~= card then
			return plain(card, options)
		end
		local kind = ("%s %s %s"):format(c.step, name,
			options and options.which)
		ask { say = "auth", n = c.row._n, kind = kind }
		local got = authenticate(c, plain, options)
		local e = not got[1] and got[2]
		local refused = e and dmsc.is_error(e) and
			refusals[e.code] or false
		c.refused = c.refused or refused
		ask { say = "authed", n = c.row._n, chip = c.chip,
			refused = refused, good = not e, kind = kind,
			step = c.step,
			why = refused and tostring(e):gsub("\n.*", "") or nil }
		if e then
			error(e, 0)
		end
		return table.unpack(got, 2, got.n)
	end
end

local function extend_cards()
	for _, name in ipairs { "verify_pin", "change_pin", "unblock_pin",
		"enable_pin", "disable_pin", "secure_channel" } do
		gated(name)
	end
	methods.step, methods.reached = step, reached
	methods.verify, methods.seal = verify, seal
end

-- ---- one card

-- Errors that say that the card is gone, not that it is bad.
local gone = { REMOVED = true, NOCARD = true, SWAPPED = true,
	TRANSPORT = true, LOCKED = true }

-- Whether the card has left: what failed may have been told as another
-- fault, a broken channel or a document that is not there.
local function left(c)
	local good, e = pcall(c.card.reset, c.card)
	return not good and dmsc.is_error(e) and gone[e.code]
end

-- The card that is said to be another one is this one, once it was reset:
-- what it answers in the channel is nonsense, so a key is wrong. As bad as an
-- authentication that was refused: it stops all readers.
local function garbled(c, e)
	if not dmsc.is_error(e) or e.code ~= "SWAPPED" or left(c) then
		return false
	end
	local good, info = pcall(c.card.info, c.card)
	if not good or info.identity ~= c.chip then
		return false
	end
	c.refused = true
	ask { say = "authed", n = c.row._n, chip = c.chip, refused = true,
		step = c.step, why = "what the card answers in the secure " ..
		"channel is nonsense: a key is wrong" }
	return true
end

-- "sealed", "lost", "stop", or "rejected" and why.
local function outcome(c, good, e)
	if good and c.state == "sealed" then
		return "sealed"
	elseif good then
		return "rejected", { code = "FAILED",
			message = "the job ended before the card was sealed" }
	elseif e == stop or c.refused or garbled(c, e) or
	    dmsc.is_error(e) and e.code == "INTERRUPTED" then
		return "stop", base.told(e)
	elseif dmsc.is_error(e) and gone[e.code] or left(c) then
		return "lost", base.told(e)
	end
	return "rejected", base.told(e)
end

local function row_of(n, off, line)
	local row, place = w.data:at_offset(off, line)
	row._n, row._line = n, place.line
	return row
end

local function prepare(next_row)
	local row = row_of(next_row.n, next_row.off, next_row.line)
	return { row = row, prepared = w.job.prepare and w.job.prepare(row) }
end

-- Works on the card for what the line has answered.
local function work(card, chip, answer, ready)
	if not ready or ready.row._n ~= answer.n then
		ready = prepare(answer)
	end
	local c = { card = card, chip = chip, row = ready.row,
		state = answer.state, again = answer.again,
		before = math.max(order[answer.state] - 1, 0),
		begun = base.uv().hrtime() }
	c.row._chip = chip
	c.record = record_of(c.row)
	note(c, { card = c.again and "again" or "new", state = c.state,
		image = w.feed.image })
	current = c
	card:use()
	local good, e = pcall(w.job.run, card, c.row, ready.prepared)
	current = nil
	local result, told = outcome(c, good, e)
	note(c, { result = result, error = told })
	c.record:sync()
	c.record:close()
	return result, told, c
end

local function finish(card, c, result, told)
	local spent = costs(c)
	say { say = "end", n = c.row._n, chip = c.chip, result = result,
		error = told, step = c.step, apdus = spent.apdus,
		ms = spent.ms }
	pcall(card.revert, card)
	w.feed:eject(card, result == "lost" or result == "stop", alive)
end

-- A card is in the reader: who is it, and what does the line say of it?
local function meet(card, ready)
	local info = card:info()
	local chip = info.identity
	if not chip or chip:find "^iccid:" then
		chip = chip and chip .. "@" .. (info.atr or "")
	end
	if not chip then
		w.feed:eject(card, false, alive)
		say { say = "nobody", why = "the card has no identity" }
		return false
	end
	local answer, tries = nil, 0
	repeat
		if tries > 0 then
			base.uv().sleep(WAIT_MS)
		end
		tries = tries + 1
		answer = ask { say = "card", chip = chip,
			n = ready and ready.row._n }
	until answer["do"] ~= "wait" or tries > WAITS
	if answer["do"] == "wait" then
		w.feed:eject(card, true, alive)
		say { say = "nobody",
			why = "another reader has a card of this chip" }
		return false
	elseif answer["do"] ~= "work" then
		w.feed:eject(card, false, alive)
		return answer.lost
	end
	local result, told, c = work(card, chip, answer, ready)
	finish(card, c, result, told)
	if result == "stop" then
		error(stop, 0)
	end
	return answer.lost or ready and answer.n == ready.row._n
end

-- Row after row; one is prepared while the card is swapped.
local function loop()
	local ready
	while true do
		local answer = not ready and ask { say = "next" } or {}
		if answer.n then
			ready = prepare(answer)
		elseif not ready and not (answer.wait and
		    w.feed:pending()) then
			return
		end
		local good, card = pcall(w.feed.insert, w.feed,
			ready ~= nil, alive)
		if not good then
			error(card, 0)
		elseif not card then
			return
		end
		local met, used = pcall(meet, card, ready)
		if not met and not (dmsc.is_error(used) and gone[used.code])
		    then
			error(used, 0)
		elseif not met then
			pcall(w.feed.eject, w.feed, card, true, alive)
		elseif used then
			ready = nil
		end
	end
end

local function main()
	local setup = hear()
	w = { dir = setup.dir, reader = setup.reader, setup = setup }
	math.randomseed(setup.seed or os.time())
	w.job = jobs.load(setup.job)
	w.data = data.open(setup.data)
	require "dmsc.batch".keys = setup.keys
	extend_cards()
	w.feed = feed.open { reader = setup.reader, dir = setup.dir,
		simulate = w.job.simulate, pull = setup.pull,
		pull_apdus = setup.pull_apdus, pace = setup.pace }
	loop()
	say { say = "bye" }
end

return function()
	io.stdout:setvbuf "full"
	local good, e = xpcall(main, function(e)
		if type(e) == "string" then
			return debug.traceback(e, 2)
		end
		return e
	end)
	if e == stop then
		pcall(say, { say = "bye" })
	elseif not good then
		pcall(say, { say = "failed", error = base.told(e) })
		os.exit(1)
	end
end
