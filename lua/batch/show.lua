-- What a running batch shows on standard error: a table on a terminal, lines
-- of JSON otherwise.
local base = require "dmsc.batch.base"

local show = {}
show.__index = show

local EVERY_MS = 500

function show.new(options)
	if options.quiet then
		return nil
	end
	return setmetatable({ tty = base.uv().guess_handle(2) == "tty",
		lines = 0, last = "" }, show)
end

local function seconds(l)
	return math.max((base.uv().hrtime() - l.begun) / 1e9, 0.001)
end

-- ---- the table: a line for each reader, and one for all

local function reader_line(w)
	local name = #w.reader > 24 and w.reader:sub(1, 24) or w.reader
	if not w.n then
		return ("%-24s  %s"):format(name, w.bye and "done" or
			"waits for a card")
	end
	return ("%-24s  row %-7d %-9s %4d s  %s"):format(name, w.n,
		w.state or "", (base.uv().now() - w.since) // 1000,
		w.step or "")
end

local function stop_line(l)
	if l.stopping then
		return "stopping: " .. l.stopping
	elseif l.stop_rejects > 0 then
		return ("stops at %d rejects in a row (now %d)")
			:format(l.stop_rejects, l.in_a_row)
	end
	return ""
end

local function table_of(l)
	local out = {}
	for _, w in ipairs(l.workers) do
		out[#out + 1] = reader_line(w)
	end
	out[#out + 1] = ("%d good, %d rejected, %d an hour; %s"):format(
		l.good, l.rejected, l.good / seconds(l) * 3600 // 1,
		stop_line(l))
	return out
end

-- Over what stands there: each line is cut at the edge and ends clean.
local function draw(self, l)
	local out = table_of(l)
	local text = { self.lines > 0 and ("\27[%dA"):format(self.lines) or
		"", self.last }
	for _, line in ipairs(out) do
		text[#text + 1] = "\r" .. line:sub(1, 79) .. "\27[K\n"
	end
	io.stderr:write(table.concat(text))
	self.lines, self.last = #out, ""
end

-- A line that stays, above the table.
local function keep(self, text)
	self.last = self.last .. "\r" .. text .. "\27[K\n"
end

-- ---- lines of JSON

function show:event(e)
	if not self.tty then
		e.at = base.time()
		io.stderr:write(base.json.encode(e), "\n")
	elseif e.event == "card" and e.result ~= "sealed" then
		keep(self, ("%s: %s%s: %s"):format(e.reader, e.id and e.id ..
			" " or "", e.result, e.why or ""))
	elseif e.event == "stop" then
		keep(self, "stopping: " .. e.why)
	end
end

function show:beat(l)
	if not self.tty then
		self:event { event = "rate", good = l.good,
			rejected = l.rejected,
			["per_hour"] = l.good / seconds(l) * 3600 // 1 }
	end
end

-- Called after each change; at most twice a second it is drawn.
function show:tick(l, last)
	local now = base.uv().now()
	if self.tty and (last or not self.drawn or
	    now - self.drawn >= EVERY_MS) then
		self.drawn = now
		draw(self, l)
	end
end

return show
