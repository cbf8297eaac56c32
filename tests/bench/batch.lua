-- IMAGE PACE SECONDS: APDUs per second of one simulated reader in a bare
-- loop. The image is made.
local dmsc = require "dmsc"
local uv = require "luv"
local image, pace, seconds = arg[1], tonumber(arg[2]), tonumber(arg[3])
dmsc.card_new { image = image, profile = "transport" }
local card <close> = dmsc.connect { reader = "sim:./" .. image,
	pace = math.tointeger(pace) }
local begun, n = uv.hrtime(), 0
repeat
	card:apdu "00A4000C023F00"
	n = n + 1
until uv.hrtime() - begun > seconds * 1e9
print(("%.1f"):format(n * 1e9 / (uv.hrtime() - begun)))
