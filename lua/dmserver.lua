-- A DM server for tests and demonstrations: what a session does with a device
-- is a function, which runs as a coroutine; each of its commands waits for
-- the device's answer.
local inside = require "dmsc.inside"
local json = require "dmsc.json"

local dmserver = {}

local function fail(code, message, more)
	local e = { code = code, message = message }
	for k, v in pairs(more or {}) do
		e[k] = v
	end
	error(inside.make_error(e), 0)
end

-- ---- a session, for the script

local session <const> = {}
session.__index = session

-- Commands that go out together: { { "get", "./A" }, { "add", "./B", 1 } }.
-- group: "atomic" or "sequence". A list of { status=, results= } comes back.
function session:send(list, group)
	if group ~= nil and group ~= "atomic" and group ~= "sequence" then
		fail("USAGE", "a group is 'atomic' or 'sequence'", {
			where = tostring(group) })
	end
	local batch = { group = group ~= nil, sequence = group == "sequence" }
	for i, c in ipairs(list) do
		local copy = {}
		for k, v in pairs(c) do
			copy[k] = v
		end
		copy.name = copy.name or c[1]
		copy.uri = copy.uri or c[2]
		if c[3] ~= nil and copy.name == "copy" then
			copy.source = c[3]
		elseif c[3] ~= nil then
			copy.value = c[3]
		end
		copy[1], copy[2], copy[3] = nil, nil, nil
		batch[i] = copy
	end
	if #batch == 0 then
		return {}
	end
	return coroutine.yield(batch)
end

-- One command; a refusal is raised, with dm as its status.
local function one(s, c)
	local answer = s:send({ c })[1]
	if answer.status < 200 or answer.status >= 300 then
		fail("NOTFOUND", "the device refuses the command", {
			where = c.uri, dm = answer.status,
			why = ("%s: %d"):format(c.name, answer.status) })
	end
	return answer
end

-- The value of a leaf, the names of an interior node's children as text, or,
-- with list = "StructData" and its like, a table of all by their URIs; with
-- list = "TNDS" a document as bytes.
function session:get(uri, options)
	local o = options or {}
	local at = uri .. (o.list and "?list=" .. o.list or
		o.prop and "?prop=" .. o.prop or "")
	local results = one(self, { name = "get", uri = at }).results
	if #results == 1 and (not o.list or o.list:find "^TNDS") then
		return results[1].value
	end
	local all = {}
	for _, r in ipairs(results) do
		all[r.uri or uri] = r.value == nil and "" or r.value
	end
	return all
end

local function put(name)
	return function(s, uri, value, options)
		local o = options or {}
		one(s, { name = name, uri = uri, value = value,
			format = o.format or value == nil and "node" or nil,
			type = o.type })
	end
end
session.add = put "add"
session.replace = put "replace"

function session:delete(uri)
	one(self, { name = "delete", uri = uri })
end

function session:copy(from, to)
	one(self, { name = "copy", uri = to, source = from })
end

-- The Status: 200, or 202 where it goes on behind the session.
function session:exec(uri, value, options)
	local o = options or {}
	return one(self, { name = "exec", uri = uri, value = value,
		format = o.format, type = o.type,
		correlator = o.correlator }).status
end

-- As send, for the tree of the card in the device, below ./SC: the server shows
-- the card what it shares with it, login is { user=, secret= }.
function session:to_card(login, list)
	local nonce = self:send({ { "get", "./SC" } })[1].nonce
	if not nonce then
		fail("NOTFOUND", "the card of the device wants to know nobody",
			{ where = "./SC" })
	end
	local all = table.move(list, 1, #list, 1, {})
	all[#all + 1] = { name = "exec", uri = "./SC", format = "b64",
		type = "syncml:auth-md5", value = inside.credential(login.user,
		login.secret, nonce) }
	local answers = self:send(all)
	answers[#all] = nil
	return answers
end

-- ---- the user

local keys <const> = { { "min", "MINDT" }, { "max", "MAXDT" },
	{ "default", "DR" }, { "length", "MAXLEN" }, { "input", "IT" },
	{ "echo", "ET" } }

local function escape(v)
	return (tostring(v):gsub("[^%w._-]", function(c)
		return ("%%%02X"):format(c:byte())
	end))
end

local function ask(s, code, text, options, choices)
	local list = {}
	for _, k in ipairs(keys) do
		local v = options and options[k[1]]
		if v ~= nil then
			list[#list + 1] = k[2] .. "=" .. escape(v)
		end
	end
	return s:send({ { name = "alert", alert = code, texts = {
		table.concat(list, "&"), text,
		table.unpack(choices or {}) } } })[1]
end

-- The Status: 200 shown, 214 cancelled, 406 there is no user.
function session:display(text, options)
	return ask(self, 1100, text, options).status
end

-- true, false (No), or nil and the Status.
function session:confirm(text, options)
	local status = ask(self, 1101, text, options).status
	if status == 200 then
		return true
	elseif status == 304 then
		return false
	end
	return nil, status
end

-- What was typed, or nil and the Status.
function session:input(text, options)
	local a = ask(self, 1102, text, options)
	if a.status ~= 200 then
		return nil, a.status
	end
	return a.results[1] and a.results[1].value or ""
end

-- The number of a choice; with several a list of them. Or nil and the Status.
function session:choose(text, choices, options)
	local several = options and options.several
	local a = ask(self, several and 1104 or 1103, text, options, choices)
	if a.status ~= 200 then
		return nil, a.status
	end
	local list = {}
	for _, r in ipairs(a.results) do
		for n in tostring(r.value):gmatch "%d+" do
			list[#list + 1] = math.tointeger(tonumber(n))
		end
	end
	return several and list or list[1]
end

-- Alert 1223: the device does not answer it.
function session:abort()
	coroutine.yield { abort = true }
	error("an aborted session goes on", 0)
end

-- ---- sessions as coroutines

local function is_refusal(e)
	return type(e) == "table" and e.dm ~= nil and e.code ~= nil
end

local function step(all, facts, statuses, results)
	local s = all.sessions[facts.number]
	local answers
	if not s then
		s = setmetatable({ number = facts.number, id = facts.id,
			device = facts.device }, session)
		all.sessions[facts.number] = s
		all.threads[s] = coroutine.create(all.script)
	end
	s.alert, s.info = facts.alert, facts.info
	s.events = all.events[facts.number] or {}
	if statuses then
		answers = {}
		for i, status in ipairs(statuses) do
			answers[i] = { status = status.status,
				nonce = status.nonce, results = {} }
		end
		for _, r in ipairs(results) do
			local list = answers[r.of].results
			list[#list + 1] = r
		end
	end
	local thread = all.threads[s]
	local good, batch = coroutine.resume(thread, answers or s)
	if good then
		return coroutine.status(thread) ~= "dead" and batch or nil
	end
	if is_refusal(batch) then
		all.log { event = "error", session = s.number,
			device = s.device, error = tostring(batch),
			status = batch.dm }
		return { abort = true }
	end
	error(type(batch) == "string" and debug.traceback(thread, batch) or
		batch, 0)
end

local function without_null(entry)
	local out = {}
	for k, v in pairs(entry) do
		if v ~= 0 and v ~= "" then
			out[k] = v
		end
	end
	return out
end

-- options: as dmsc-lua(3) says. The server is an object with run, port, url,
-- package0 and close.
function dmserver.new(options)
	local all = { sessions = {}, threads = {}, events = {},
		script = options.session or function() end }
	local log = options.log or function() end
	local event = options.event
	local over = options.over or function() end
	all.log = function(entry)
		log(without_null(entry))
	end
	return inside.dmserver_new(options, {
		error = false,
		log = all.log,
		next = function(facts, statuses, results)
			return step(all, facts, statuses, results)
		end,
		event = function(facts, e)
			local list = all.events[facts.number] or {}
			all.events[facts.number] = list
			list[#list + 1] = e
			return event and event(facts, e) or 200
		end,
		over = function(facts, state)
			local s = all.sessions[facts.number]
			all.sessions[facts.number] = nil
			all.events[facts.number] = nil
			if s then
				local thread = all.threads[s]
				all.threads[s] = nil
				coroutine.close(thread)
			end
			over(facts, state)
		end,
	})
end

-- ---- dmsc dmserver

local function read(path)
	local f, why = io.open(path, "rb")
	if not f then
		fail("IO", "cannot open", { where = path, why = why })
	end
	local text = f:read "a"
	f:close()
	return text
end

-- What the script returns: a table, or the function of a session.
local function load_script(path)
	local chunk, why = loadfile(path)
	if not chunk then
		fail(why:find "^cannot open" and "IO" or "LUA",
			"cannot load the script", { where = path, why = why })
	end
	local t = chunk()
	if type(t) == "function" then
		t = { session = t, accounts = {} }
	elseif type(t) ~= "table" then
		fail("USAGE", "the script returns no table", { where = path })
	end
	return t
end

local function number(args, name)
	local text = args[name]
	if not text then
		return nil
	end
	local n = math.tointeger(tonumber(text))
	if not n or n < 0 then
		fail("USAGE", "--" .. name .. " is no number", {
			where = text })
	end
	return n
end

local function say(text)
	io.stdout:write(text, "\n")
	io.stdout:flush()
end

local function set_up(args)
	local o = {}
	for k, v in pairs(load_script(args.script)) do
		o[k] = v
	end
	o.port = number(args, "port") or o.port
	o.address = args.address or o.address
	o.xml = args.xml ~= nil or o.xml
	o.bad = args.bad or o.bad
	o.bad_after = number(args, "bad-after") or o.bad_after
	o.cert = args.cert and read(args.cert) or o.cert
	o.key = args.key and read(args.key) or o.key
	return o
end

local HOUR <const> = 3600 * 1000

-- The sessions that ended, and whether all of them were done.
local function serve(o, once, seconds)
	local count, good, state = 0, true, nil
	local over, log = o.over, o.log
	o.log = function(entry)
		say(json.encode(entry))
		if log then
			log(entry)
		end
	end
	o.over = function(facts, how)
		count, state = count + 1, how
		good = good and how == "done"
		if over then
			over(facts, how)
		end
	end
	local server <close> = dmserver.new(o)
	repeat
		server:run(seconds and seconds * 1000 or HOUR,
			once and 1 or 0)
	until seconds or once and count > 0
	return count, good, state
end

function dmserver.run(args)
	if not args.script then
		fail("USAGE", "--script FILE is needed")
	end
	if (args.cert ~= nil) ~= (args.key ~= nil) then
		fail("USAGE", "HTTPS needs --cert and --key")
	end
	local count, good, state = serve(set_up(args), args.once ~= nil,
		number(args, "for"))
	return good and 0 or 1, json.encode { sessions = count,
		state = state }, state and "the session ended as " .. state
end

return dmserver
