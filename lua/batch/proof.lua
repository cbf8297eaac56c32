-- The verification of a card: powered anew, with the rights of a phone, it
-- must be what the batch promises.
local base = require "dmsc.batch.base"
local picture = require "dmsc.batch.picture"

local proof = {}

local function fails(why, where)
	base.fail("MISMATCH", why, { where = where })
end

-- No PIN and no key has lost a try; most: what the job says they have.
local function tries(card, most)
	for _, pin in ipairs(card:pin_status()) do
		local n = most[pin.name]
		if pin.state == "blocked" then
			fails("it is blocked", pin.name)
		elseif n and pin.tries and pin.tries ~= n then
			fails(("%d tries are left, not %d"):format(pin.tries, n),
				pin.name)
		end
	end
end

-- Asked once for all cards of a worker.
local function golden_of(w)
	if not w.golden and w.setup.golden then
		w.golden = base.json.decode(base.read(w.setup.golden))
		w.mask = picture.mask(w.setup.mask)
	end
	return w.golden
end

local function look(c, w)
	local golden = golden_of(w)
	local dump = c.row._n <= (w.setup.first or 0)
	if not golden and not dump then
		return
	end
	local p = picture.take(c.card)
	if dump then
		base.write(("%s/cards/%s.picture.json"):format(w.dir,
			base.file_name(c.row._id)), base.json.encode(p, "\t") ..
			"\n")
	end
	local where, why = picture.differs(p, golden or p, w.mask or {})
	if where then
		fails(why, where)
	end
end

local function lint(c, w)
	local model = w.setup.model or w.job.model
	if not model then
		return
	end
	local l = c.card:lint { model = model }
	for _, f in ipairs(l.findings) do
		if f.severity == "error" then
			fails(f.message, f.place)
		end
	end
end

-- c: the card in work, w: the worker.
function proof.run(c, w)
	local most = w.job.tries or {}
	c.card:reset { cold = true }
	local info = c.card:info()
	-- A card that is known by its ICCID alone may have got another one.
	if info.identity ~= c.chip and not c.chip:find "^iccid:" then
		base.fail("SWAPPED", "this is another card", {
			where = info.identity })
	end
	if not c.again then
		tries(c.card, most)
	end
	look(c, w)
	lint(c, w)
	if w.job.verify then
		local good, why = w.job.verify(c.card, c.row)
		if good == false then
			fails(why or "the job's verification failed")
		end
	end
	tries(c.card, most)
end

return proof
