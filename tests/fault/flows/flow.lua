-- How the flows of tests/fault/usecases.sh are run: each file beside this one
-- is one use case, dmsc FLOW WHAT:
--   prepare           all that goes before, in the folder where it stands
--   steps             prints how many there are
--   step N [PULL [DONE]]  does step N; the card is pulled out at its PULLth
--                     APDU, with DONE after it was done; prints the APDUs
--   state             prints what has to be the same in the end
--   server            writes the script of its server, where it has one
local dmsc = require "dmsc"
local json = require "dmsc.json"

local flow = {}

-- The value of a line of the demo's files.
function flow.secret(content, key)
	return dmsc.secret { content = content, key = key }
end

-- A card image of the folder, in the simulated reader.
function flow.card(image, o)
	o = o or {}
	return dmsc.connect { reader = "sim:" .. image, pull = o.pull,
		pull_done = o.done }
end

function flow.read(path)
	local f <close> = assert(io.open(path, "rb"))
	return f:read "a"
end

function flow.write(path, text)
	local f <close> = assert(io.open(path, "wb"))
	assert(f:write(text))
end

-- Of what dmsc keeps only orders that are not done and alerts not told count.
local function is_hidden(node, uri)
	return node.name == "AAuthData" or uri:find "/Origin$" and
		node.name ~= "Order" and node.name ~= "Alert"
end

-- All leaves of a tree as lines, without what changes with every session.
function flow.lines(node, uri, out)
	if is_hidden(node, uri) then
		return out
	end
	local at = uri .. "/" .. node.name
	if node.nodes then
		for _, child in ipairs(node.nodes) do
			flow.lines(child, at, out)
		end
	else
		local v = node.value
		out[#out + 1] = ("%s = %s"):format(at, type(v) == "table" and
			v.hex or tostring(v))
	end
	return out
end

-- The alerts that its server was told, each once: a device that is cut before
-- it has noted that one was taken tells it again, in the same words.
function flow.told(out)
	local seen = {}
	for line in io.lines "server.log" do
		local e = json.decode(line)
		local text = e.event == "alert" and ("told: %s %s %s"):format(
			e.uri, e.type, e.value)
		if text and not seen[text] then
			seen[text] = true
			out[#out + 1] = text
		end
	end
	return out
end

function flow.run(args, f)
	local what, n = args[1], tonumber(args[2])
	if what == "prepare" then
		f.prepare()
	elseif what == "steps" then
		print(#f.steps)
	elseif what == "step" then
		local o = { pull = tonumber(args[3]), done = args[4] ~= nil }
		print(f.steps[n](o) or 0)
	elseif what == "state" then
		local lines = f.state()
		table.sort(lines)
		print(table.concat(lines, "\n"))
	elseif what == "server" then
		io.write(f.server or "")
	else
		error("flow: what?")
	end
end

return flow
