-- The line: one station's readers, each a process, and the books between
-- them. Whatever a reader asks is answered when it is on disk.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"
local json = base.json
local dmsc = inside.dmsc

local line = {}
line.__index = line

local DEATHS = 5		-- of a reader's process without a good card
local LOSSES = 5		-- of one card, then it is rejected
local YIELD_FROM = 20		-- cards until the yield counts
local BEAT_MS = 1000
local RATE_EVERY = 5		-- beats

-- ---- readers

-- A pattern with * and ? as one of Lua.
local function pattern(glob)
	return "^" .. glob:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0")
		:gsub("%*", ".*"):gsub("%?", ".") .. "$"
end

-- The names of the readers that a text asks for.
function line.readers(text)
	local n = text:match "^sim:(%d+)$"
	local list = {}
	if n then
		for k = 1, math.min(tonumber(n), 256) do
			list[k] = "sim:" .. k
		end
	else
		local want = text == "all" and ".*" or pattern(text)
		for _, r in ipairs(dmsc.readers().readers) do
			if r.kind == "pcsc" and r.name:find(want) then
				list[#list + 1] = r.name
			end
		end
	end
	if #list == 0 then
		base.fail("NOREADER", "no reader", { where = text,
			next = { "readers" } })
	end
	return list
end

-- ---- words with the workers

-- Answers go out when the change that they stand for is on disk.
local function answer(self, w, message)
	self.outbox[#self.outbox + 1] = { w, message }
end

local function flush(self)
	self.books:finish()
	local out = self.outbox
	self.outbox = {}
	for _, o in ipairs(out) do
		if o[1].stdin and not o[1].stdin:is_closing() then
			o[1].stdin:write(json.encode(o[2]) .. "\n")
		end
	end
end

local function event(self, what)
	if self.show then
		self.show:event(what)
	end
end

-- No new row is begun; what is in work is finished.
function line:stop(why)
	if not self.stopping then
		self.stopping = why
		event(self, { event = "stop", why = why })
	end
end

-- Nothing more is sent to a card.
local function halt(self, why)
	self:stop(why)
	self.halted = why
	for _, w in ipairs(self.waiting) do
		answer(self, w, { ["do"] = "stop", why = why })
	end
	self.waiting = {}
end

local function reader_name(w)
	return w.reader
end

-- ---- what workers say; each that is asked for an answer gives one

local says = {}

function says.alive(self, w)
	answer(self, w, self.halted and { ["do"] = "stop",
		why = self.halted } or { ["do"] = "go" })
end

-- Rows on chips that no reader has now.
local function absent(self)
	local n = self.books:open_chips()
	for _, w in pairs(self.workers) do
		if w.chip then
			n = n - 1
		end
	end
	return n
end

says["next"] = function(self, w)
	local r
	if self.stopping then
		return answer(self, w, { ["do"] = "end" })
	end
	self.books:start()
	if not self.limit or self.leased < self.limit then
		r = self.books:lease(reader_name(w))
	end
	if r then
		self.leased = self.leased + 1
		w.lease = r.n
		answer(self, w, { ["do"] = "row", n = r.n, off = r.off,
			line = r.line })
	else
		answer(self, w, { ["do"] = "none",
			wait = absent(self) > 0 })
	end
end

local function pass(self, w, chip, why, lost)
	event(self, { event = "card", reader = w.reader, chip = chip,
		result = "passed", why = why })
	answer(self, w, { ["do"] = "pass", why = why, lost = lost })
end

local function give(self, w, r, again, lost)
	w.chip, w.n, w.id, w.state = r.chip, r.n, r.id, r.state
	w.since, w.step = base.uv().now(), nil
	w.first, w.accepted = not again, false
	answer(self, w, { ["do"] = "work", n = r.n, off = r.off,
		line = r.line, state = r.state, again = again, lost = lost })
end

-- Its lease, or another row where that was lost; nil: none is free.
local function bind(self, w, m)
	local r = self.books:bind(m.n, m.chip, w.reader)
	w.lease = nil
	if r then
		return r, false
	end
	r = self.books:lease(w.reader)
	return r and self.books:bind(r.n, m.chip, w.reader), true
end

local function elsewhere(self, w, chip)
	for _, other in pairs(self.workers) do
		if other ~= w and other.chip == chip then
			return other
		end
	end
end

function says.card(self, w, m)
	if self.halted then
		return answer(self, w, { ["do"] = "stop", why = self.halted })
	end
	self.books:start()
	local r = self.books:by_chip(m.chip)
	local refused = self.books:refused(m.chip)
	if elsewhere(self, w, m.chip) then
		-- It was just taken out there, and we hear of that next.
		answer(self, w, { ["do"] = "wait" })
	elseif r and self.books.ends[r.state] then
		pass(self, w, m.chip, ("it is the card of row %d, %s")
			:format(r.n, r.state))
	elseif r then
		give(self, w, r, true)
	elseif refused then
		pass(self, w, m.chip, refused)
	elseif m.n and w.lease == m.n then
		local lost
		r, lost = bind(self, w, m)
		if r then
			give(self, w, r, false, lost)
		else
			pass(self, w, m.chip, "no row is left", true)
		end
	else
		pass(self, w, m.chip, "no row waits for a card")
	end
end

function says.state(self, w, m)
	if self.halted then
		return answer(self, w, { ["do"] = "stop", why = self.halted })
	end
	self.books:start()
	self.books:reach(m.n, m.chip, m.to, { reader = w.reader,
		apdus = m.apdus, ms = m.ms })
	w.state = m.to
	answer(self, w, { ["do"] = "go" })
end

local function grant(self)
	local w = not self.auth and table.remove(self.waiting, 1)
	if w then
		self.auth = w
		answer(self, w, { ["do"] = "go" })
	end
end

-- The first authentication of a card has the line to itself, and so has each
-- kind until a card has accepted one. The others of a card, whose values the
-- job has put there itself, do not wait for those of other readers.
local function beside(self, w, m)
	return w.accepted and self.proved[m.kind]
end

function says.auth(self, w, m)
	if self.halted then
		return answer(self, w, { ["do"] = "stop", why = self.halted })
	elseif beside(self, w, m) then
		return answer(self, w, { ["do"] = "go" })
	end
	self.waiting[#self.waiting + 1] = w
	grant(self)
end

function says.authed(self, w, m)
	if self.auth == w then
		self.auth = nil
	end
	if m.good then
		w.accepted = w.first
		self.proved[m.kind] = true
	end
	if m.refused then
		self.books:start()
		self.books:alarm(m.n, m.chip, m.why, w.reader)
		self.refused = m.why
		halt(self, "a card refused an authentication: " .. m.why)
	end
	answer(self, w, { ["do"] = "go" })
	grant(self)
end

function says.step(_, w, m)
	w.step = m.step
end

local function reject_of(m)
	local e = m.error or {}
	return (m.step and m.step .. ": " or "") .. (e.where and
		e.where .. ": " or "") .. (e.message or "?") ..
		(e.why and ": " .. e.why or "") ..
		(e.sw and " (SW " .. e.sw .. ")" or "")
end

local function breakers(self)
	if self.stop_rejects > 0 and self.in_a_row >= self.stop_rejects then
		self:stop(("%d cards rejected in a row")
			:format(self.in_a_row))
	end
	local n = self.good + self.rejected
	if self.min_yield and n >= YIELD_FROM and
	    self.good * 100 < self.min_yield * n then
		self:stop(("the yield is %d %%")
			:format(self.good * 100 // n))
	end
end

local function rejected(self)
	self.rejected = self.rejected + 1
	self.in_a_row = self.in_a_row + 1
	breakers(self)
end

local function lost(self, m)
	self.lost[m.chip] = (self.lost[m.chip] or 0) + 1
	return self.lost[m.chip] >= LOSSES
end

says["end"] = function(self, w, m)
	local result, why = m.result, nil
	if result ~= "sealed" then
		why = reject_of(m)
	end
	if result == "lost" and lost(self, m) then
		result = "rejected"
	end
	if result == "sealed" then
		self.good, self.in_a_row = self.good + 1, 0
		w.deaths = 0
	elseif result == "rejected" then
		self.books:start()
		self.books:scrap(m.n, m.chip, why, { reader = w.reader,
			step = m.step })
		rejected(self)
	end
	event(self, { event = "card", reader = w.reader, row = m.n,
		id = w.id, result = result, why = why, ms = m.ms,
		apdus = m.apdus })
	self.apdus = self.apdus + (m.apdus or 0)
	w.chip, w.n, w.id, w.state, w.step = nil, nil, nil, nil, nil
end

function says.nobody(self, w, m)
	event(self, { event = "card", reader = w.reader, result = "rejected",
		why = m.why })
	rejected(self)
end

function says.bye(_, w)
	w.bye = true
end

function says.failed(self, w, m)
	self.failure = self.failure or m.error
	self:stop("a reader failed: " .. (m.error.message or "?"))
	event(self, { event = "failed", reader = w.reader, error = m.error })
	w.bye = true
end

local function hear(self, w, text)
	local good, m = pcall(json.decode, text)
	if not good or type(m) ~= "table" or not says[m.say] then
		base.fail("INTERNAL", "a reader's process said something odd",
			{ where = w.reader, why = text:sub(1, 80) })
	end
	for k, v in pairs(m) do
		if v == json.null then
			m[k] = nil
		end
	end
	says[m.say](self, w, m)
end

-- ---- processes

-- What fails here ends the line: no answer goes out that is not on disk.
local function guarded(self, fn)
	return function(...)
		local good, e = xpcall(fn, function(e)
			return type(e) == "string" and
				debug.traceback(e, 2) or e
		end, ...)
		if not good and not self.broken then
			self.broken = e
			self.outbox = {}
			for _, w in pairs(self.workers) do
				if w.stdin and not w.stdin:is_closing() then
					w.stdin:close()
				end
			end
		end
	end
end

local spawn

-- A process is gone. What it had leased without a card is free again; what
-- was on a card stays with the chip, which is still in the reader.
local function gone(self, w)
	self.alive = self.alive - 1
	for i = #self.waiting, 1, -1 do
		if self.waiting[i] == w then
			table.remove(self.waiting, i)
		end
	end
	if self.auth == w then
		self.auth = nil
		grant(self)
	end
	if w.lease then
		self.books:start()
		self.books:release(w.lease)
		self.leased = self.leased - 1
		w.lease = nil
	end
	if not w.bye then
		event(self, { event = "died", reader = w.reader, row = w.n })
	end
	w.chip, w.n, w.id, w.state = nil, nil, nil, nil
	w.deaths = w.bye and w.deaths or w.deaths + 1
	if w.bye or self.stopping or self.broken then
		return
	elseif w.deaths > DEATHS then
		self:stop("a reader's process dies again and again")
	else
		spawn(self, w)
	end
end

local function listen(self, w, out)
	local rest = ""
	out:read_start(guarded(self, function(why, chunk)
		if not chunk then
			out:close()
			return
		end
		rest = rest .. chunk
		for text, at in rest:gmatch "([^\n]*)\n()" do
			w.at = at
			hear(self, w, text)
		end
		rest = rest:match "[^\n]*$"
	end))
end

function spawn(self, w)
	local uv = base.uv()
	local stdin, out = uv.new_pipe(false), uv.new_pipe(false)
	local program, args = self.program()
	w.stdin, w.bye = stdin, false
	local handle, pid
	handle, pid = uv.spawn(program, { args = args, detached = true,
		stdio = { stdin, out, 2 } }, guarded(self, function()
			handle:close()
			if not stdin:is_closing() then
				stdin:close()
			end
			gone(self, w)
		end))
	if not handle then
		base.fail("IO", "cannot start a process", { where = program,
			why = pid })
	end
	w.pid = pid
	self.alive = self.alive + 1
	listen(self, w, out)
	answer(self, w, self.setup(w))
	event(self, { event = "reader", reader = w.reader, pid = pid })
end

-- ---- the loop

local function signals(self)
	local uv, list = base.uv(), {}
	for _, name in ipairs { "sigint", "sigterm" } do
		local s = uv.new_signal()
		s:start(name, guarded(self, function()
			if self.stopping then
				halt(self, "interrupted")
			end
			self.interrupted = true
			self:stop "interrupted"
		end))
		list[#list + 1] = s
	end
	return list
end

-- options: books, readers (names), setup (function of a worker: what it is
-- told), program, limit, stop_rejects, min_yield, show. Returns when all
-- workers are gone; raises what broke the line.
function line.run(o)
	local uv = base.uv()
	local self = setmetatable({ outbox = {}, waiting = {}, lost = {},
		proved = {},
		workers = {}, alive = 0, leased = 0, good = 0, rejected = 0,
		in_a_row = 0, apdus = 0, beats = 0, begun = uv.hrtime() }, line)
	for k, v in pairs(o) do
		self[k] = v
	end
	local handles = signals(self)
	local check, beat = uv.new_check(), uv.new_timer()
	check:start(guarded(self, function()
		flush(self)
		if self.show then
			self.show:tick(self)
		end
	end))
	beat:start(BEAT_MS, BEAT_MS, guarded(self, function()
		self.beats = self.beats + 1
		if self.beats % math.max(self.books.silence // 4, 1) == 0 then
			self.books:beat()
		end
		if self.show and self.beats % RATE_EVERY == 0 then
			self.show:beat(self)
		end
	end))
	handles[#handles + 1], handles[#handles + 2] = check, beat
	guarded(self, function()
		self.books:beat()
		for i, name in ipairs(o.readers) do
			self.workers[i] = { reader = name, deaths = 0 }
			spawn(self, self.workers[i])
		end
		flush(self)
	end)()
	while self.alive > 0 do
		uv.run "once"
	end
	for _, h in ipairs(handles) do
		h:close()
	end
	uv.run "nowait"
	if self.broken then
		error(self.broken, 0)
	end
	flush(self)
	if self.show then
		self.show:tick(self, true)
	end
	self.ms = (uv.hrtime() - self.begun) // 1000000
	return self
end

return line
