-- The same lines on card after card, for the desk: waits for a card, runs the
-- lines, says how it went, waits until the card is taken out.
local base = require "dmsc.batch.base"
local feed = require "dmsc.batch.feed"

local each = {}

-- Runs the lines until one fails.
local function work(card, lines)
	local result = { exit = 0, results = {} }
	card:use()
	local info = card:info()
	result.identity = info.identity
	for _, text in ipairs(lines) do
		local r = card:run(text)
		result.results[#result.results + 1] = { line = text,
			exit = r.exit, data = r.data,
			error = r.error and base.told(r.error) }
		result.text = (result.text or "") .. (r.text or "")
		if r.exit ~= 0 then
			result.exit = r.exit
			result.why = r.error and base.told(r.error).message
			break
		end
	end
	return result
end

local function tell(n, r)
	local said = (r.text or ""):gsub("%s+$", ""):gsub("\n", "\n\t")
	print(("%d\t%s\t%s"):format(n, r.identity or "no identity",
		r.exit == 0 and "done" or ("exit %d: %s"):format(r.exit,
		r.why or "")))
	if said ~= "" then
		print("\t" .. said)
	end
end

local function one(f, lines)
	local card = f:insert(true, function() end)
	local good, r = pcall(work, card, lines)
	if not good then
		local e = base.told(r)
		r = { exit = e.exit or 5, why = e.message, results = {} }
	end
	return card, r
end

-- lines: texts; count: how many cards, nil: until it is interrupted. The
-- embedded card is one card. Returns the first exit status that is not 0.
function each.run(lines, count, options)
	local reader = options.reader or "sim"
	local single = reader:find "^sim" or reader:find "^replay"
	local f = feed.open { reader = reader }
	local status, list, n = 0, {}, 0
	while not count or n < count do
		n = n + 1
		local card, r = one(f, lines)
		status = status ~= 0 and status or r.exit
		if not options.json then
			tell(n, r)
		end
		r.text = nil
		list[n] = r
		if single or n == count then
			card:disconnect()
			break
		end
		f:eject(card, false, function() end)
	end
	return status, list
end

return each
