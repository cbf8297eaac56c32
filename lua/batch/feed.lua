-- Where the cards of one reader come from. A feed has insert(want), which
-- waits for a card and returns it connected, eject(card, where), and pending:
-- whether a card that was cut waits.
local inside = require "dmsc.inside"
local base = require "dmsc.batch.base"

local feed = {}
local dmsc = inside.dmsc

local BUSY_MS, BUSY_TRIES = 100, 100	-- another process lets go of a card
local SLICE_MS = 1000

-- Connects; a card that a dying process still holds is waited for.
local function connect(options)
	for try = 1, BUSY_TRIES do
		local good, card = pcall(dmsc.connect, options)
		if good then
			return card
		elseif not dmsc.is_error(card) or card.code ~= "LOCKED" or
		    try == BUSY_TRIES then
			error(card, 0)
		end
		base.uv().sleep(BUSY_MS)
	end
end

-- ---- simulated readers: DIR/sim has an image for each card. NAME.in says
-- which one is in the reader; DIR/sim/cut has those that were pulled.

local sim = {}
sim.__index = sim

local function read_slot(self)
	local f = io.open(self.slot)
	local name = f and f:read "l"
	if f then
		f:close()
	end
	return name ~= "" and name or nil
end

-- A card that was pulled lies in cut/; whoever renames it first has it.
local function from_cut(self)
	local uv = base.uv()
	for name in base.names(self.dir .. "/cut") do
		base.write(self.slot, name)
		if uv.fs_rename(self.dir .. "/cut/" .. name,
		    self.dir .. "/" .. name) then
			return name
		end
	end
	uv.fs_unlink(self.slot)
end

local function next_name(self)
	local name
	repeat
		self.count = self.count + 1
		name = ("%s-%06d.img"):format(self.name, self.count)
	until not base.exists(self.dir .. "/" .. name) and
	    not base.exists(self.dir .. "/cut/" .. name)
	return name
end

-- A new card as its maker delivers it.
local function fresh(self)
	local name = next_name(self)
	local path = self.dir .. "/" .. name
	if self.simulate then
		self.simulate(path)
	else
		dmsc.card_new { image = path, profile = "transport" }
	end
	base.write(self.slot, name)
	return name
end

-- want: a row waits for a new card. Cards that are there come first; nil when
-- no card is left.
function sim:insert(want)
	local name = read_slot(self)
	if name and not base.exists(self.dir .. "/" .. name) then
		name = nil
	end
	name = name or from_cut(self) or want and fresh(self)
	if not name then
		return nil
	end
	self.image = name
	local pull
	if self.pull and math.random(self.pull) == 1 then
		pull = math.random(self.pull_apdus)
	end
	return connect { reader = "sim:" .. self.dir .. "/" .. name,
		state = self.state, pull = pull, pace = self.pace,
		pull_done = pull and math.random(2) == 1 or nil }
end

-- cut: the card was not finished and will be put in again.
function sim:eject(card, cut)
	card:disconnect()
	if cut then
		base.uv().fs_rename(self.dir .. "/" .. self.image,
			self.dir .. "/cut/" .. self.image)
	end
	base.uv().fs_unlink(self.slot)
end

function sim:pending()
	for _ in base.names(self.dir .. "/cut") do
		return true
	end
	return read_slot(self) ~= nil
end

-- Cards in simulated readers that are not used are taken out: any reader may
-- get them. names: the readers in use.
function feed.collect(dir, names)
	local uv, used = base.uv(), {}
	for _, name in ipairs(names) do
		used["r" .. (name:match "^sim:(%d+)$" or "")] = true
	end
	dir = dir .. "/sim"
	for name in base.names(dir) do
		local slot = name:match "^(.*)%.in$"
		if slot and not used[slot] then
			local image = base.read(dir .. "/" .. name)
			uv.fs_rename(dir .. "/" .. image, dir .. "/cut/" ..
				image)
			uv.fs_unlink(dir .. "/" .. name)
		end
	end
end

-- ---- PC/SC

local pcsc = {}
pcsc.__index = pcsc

-- Waits as long as it takes; alive is called each second.
function pcsc:insert(_, alive)
	while true do
		local good, card = pcall(connect, { reader = self.reader,
			state = self.state })
		if good then
			return card
		elseif not dmsc.is_error(card) or card.code ~= "NOCARD" and
		    card.code ~= "REMOVED" and card.code ~= "TRANSPORT" then
			error(card, 0)
		end
		alive()
		base.uv().sleep(SLICE_MS // 5)
	end
end

-- The card that is done has to leave the reader before the next one counts.
function pcsc:eject(card, _, alive)
	while pcall(card.apdu, card, "00A4000C023F00") do
		alive()
		local gone = pcall(card.wait, card, { remove = true,
			timeout = SLICE_MS })
		if gone then
			break
		end
	end
	card:disconnect()
end

function pcsc.pending()
	return true
end

-- options: reader ("sim:K" is the K-th simulated one), dir, simulate, pull.
function feed.open(o)
	local state = o.dir and o.dir .. "/guard"
	local number = o.dir and o.reader:match "^sim:(%d+)$"
	if not number then
		return setmetatable({ reader = o.reader, state = state }, pcsc)
	end
	local dir, name = o.dir .. "/sim", "r" .. number
	base.mkdir(dir)
	base.mkdir(dir .. "/cut")
	return setmetatable({ dir = dir, name = name, count = 0,
		slot = dir .. "/" .. name .. ".in", state = state,
		simulate = o.simulate, pull = o.pull, pace = o.pace,
		pull_apdus = o.pull_apdus or 60 }, sim)
end

return feed
