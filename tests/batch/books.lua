-- Looks at a batch that is at its end: DATA.csv KEYS.csv DIR... (one of each
-- station, the last one has the whole chain). Each row has its own
-- chip and is sealed behind a verification; each card opens with its own keys
-- and holds its own documents; the chain of changes is whole. Prints what is
-- wrong; nothing else but a last line. Cards that were in a reader of PC/SC
-- are the images of the folder that CARDS names.
local dmsc = require "dmsc"
local data = require "dmsc.batch.data"
local base = require "dmsc.batch.base"
local path, keys, dir = arg[1], arg[2], arg[#arg]
local bad = 0

local function wrong(...)
	bad = bad + 1
	print("# " .. table.concat({ ... }, ": "))
end

-- ---- the chain

local prev, seq, states, chips = ("0"):rep(64), 0, {}, {}
local follows = { free = "leased", leased = "free written scrap",
	written = "keyed scrap", keyed = "verified scrap",
	verified = "sealed scrap" }
for line in io.lines(dir .. "/audit.jsonl") do
	local e = dmsc.json.decode(line)
	local hash = e.hash
	e.hash = nil
	seq = seq + 1
	if e.seq ~= seq or e.prev ~= prev or
	    base.sha256(dmsc.json.encode(e)) ~= hash then
		wrong("the chain is broken", ("%d"):format(seq))
	end
	prev = hash
	if e.event == "row" then
		local was = states[e.row] or "free"
		if e.from ~= was or not follows[was]:find(e.to, 1, true) then
			wrong(e.id, was .. " to " .. e.to)
		end
		states[e.row] = e.to
	elseif e.event == "bind" then
		if chips[e.chip] or states[e.row] ~= "leased" then
			wrong(e.id, "bound twice or not leased")
		end
		chips[e.chip] = e.row
	end
end

-- ---- the cards

local function lines_of(id)
	local all = {}
	for i = 3, #arg do
		local f = io.open(("%s/cards/%s.jsonl"):format(arg[i], id))
		for line in f and f:lines() or function() end do
			all[#all + 1] = dmsc.json.decode(line)
			if all[#all].image then
				all[#all].image = arg[i] .. "/sim/" ..
					all[#all].image
			end
		end
	end
	for i, e in ipairs(all) do
		e.i = i
	end
	table.sort(all, function(a, b)
		return a.at == b.at and a.i < b.i or a.at < b.at
	end)
	return all
end

local function there(image)
	local f = io.open(image)
	return f and f:close() and image
end

local function record(id)
	local image, verified
	for _, e in ipairs(lines_of(id)) do
		image = e.image and there(e.image) or image
		if e.kind == "verify" and e.result == "done" then
			verified = true
		elseif e.state == "sealed" and not verified then
			wrong(id, "sealed before it was verified")
		end
	end
	return image, verified
end

local function open(row, image)
	local card <close> = dmsc.connect { reader = "sim:" .. image,
		state = dir .. "/looked" }
	local info = card:info()
	if info.iccid ~= row.iccid then
		wrong(row._id, "another ICCID")
	end
	card:verify_pin { which = "1", source = row.pin1 }
	card:verify_pin { which = "81", source = row.pin81 }
	card:verify_pin { which = "adm1", source = row.adm1 }
	if card:info().imsi ~= row.imsi then
		wrong(row._id, "another IMSI")
	end
	if not card:export("/Mail", "cp"):find(row.user, 1, true) or
	    #card:documents() ~= 3 then
		wrong(row._id, "another document")
	end
	card:reset()
	card:secure_channel { version = 1, keys = "csv:" .. keys ..
		"?key=MASTER&kdf=sp800-108-cmac" }
	return chips[info.identity]
end

-- The images of CARDS by the row of their chip.
local function by_row(folder)
	local list = {}
	for name in folder and io.popen("ls " .. folder):lines() or
	    function() end do
		local image = folder .. "/" .. name
		local card <close> = dmsc.connect { reader = "sim:" .. image,
			state = dir .. "/looked" }
		local n = chips[card:info().identity]
		if n then
			list[n] = image
		end
	end
	return list
end

local images = by_row(os.getenv "CARDS")
local d = data.open(path)
local n = 0
local row = d:next()
while row do
	n = n + 1
	local image, verified = record(row._id)
	if states[n] ~= "sealed" or not verified then
		wrong(row._id, "not sealed")
	else
		local good, of = pcall(open, row, image or images[n])
		if not good then
			wrong(row._id, tostring(of))
		elseif of ~= n then
			wrong(row._id, "its chip is bound to another row")
		end
	end
	row = d:next()
end
local bound = 0
for _ in pairs(chips) do
	bound = bound + 1
end
if bound ~= n then
	wrong(("%d chips for %d rows"):format(bound, n))
end
print(("%d rows, %d wrong"):format(n, bad))
os.exit(bad == 0 and n > 0)
