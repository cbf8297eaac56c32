-- bare.lua IMAGE SECONDS: the APDUs of a card of a batch in a bare loop on the
-- simulated card, of the same kinds in the same shares; prints how many.
local dmsc = require "dmsc"
local card = dmsc.connect { reader = "sim:" .. arg[1], state = arg[1] .. ".state" }
card:secure_channel { keys = "@" .. arg[3], version = 0x30 }
local select, read = dmsc.hex "00A40000023F00", dmsc.hex "00A40004022F00"
local record, update = dmsc.hex "00B2010426", dmsc.hex "00D6000002FFFF"
local function perso()
	card:apdu(dmsc.hex "00A40000022F50")
end
local clock, n = os.time, 0
local stop = os.clock() + tonumber(arg[2])
while os.clock() < stop do
	card:apdu(select)
	card:apdu(read)
	card:apdu(record)
	perso()
	card:apdu(update)
	n = n + 5
end
io.write(("%d\n"):format(n))
