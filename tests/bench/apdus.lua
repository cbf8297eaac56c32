-- apdus.lua N: N APDUs in a loop, as a test script would send them.
local dmsc = require "dmsc"
local card = dmsc.connect { reader = os.getenv("DMSC_READER") or arg.reader }
local status = dmsc.hex("80F2000C")
for _ = 1, tonumber(arg[1]) do
	local _, sw = card:apdu(status)
	assert(sw == 0x9000)
end
