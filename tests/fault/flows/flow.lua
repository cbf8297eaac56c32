-- How the flows of tests/fault/usecases.sh are run: each file beside this one
-- is one use case, dmsc FLOW WHAT:
--   prepare           all that goes before, in the folder where it stands
--   steps             prints how many there are
--   step N [PULL [DONE]]  does step N; the card is pulled out at its PULLth
--                     APDU, with DONE after it was done; prints the APDUs
--   state             prints what has to be the same in the end
--   server            writes the script of its server, where it has one
local dmsc = require "dmsc"

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

local function hidden(name)
	return name == "AAuthData" or name == "Origin"
end

-- All leaves of a tree as lines, without what changes with every session.
function flow.lines(node, uri, out)
	if hidden(node.name) then
		return out
	end
	local at = uri == "" and (node.name or "") or uri .. "/" .. node.name
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
