-- A DM server for 'dmsc dmserver': it knows devices by the account opx of the
-- demo card (OperatorX), looks at them, and gives them a setting.
local dmsc = require "dmsc"

local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end

return {
	accounts = { {
		device = "*", auth = "md5", user = "device",
		secret = secret "mobile-secret", nonce = "client-nonce",
		server = { auth = "md5", user = "com.operatorx.dm",
			secret = secret "server-secret",
			nonce = "server-nonce" },
	} },
	session = function(s)
		s:get "./DevDetail/SwV"
		s:get "./DevInfo"
		local answers = s:send {
			{ "get", "./Greeting/Text" },
		}
		if answers[1].status == 404 then
			s:add("./Greeting/Text", "hello " .. s.info.Man)
		else
			s:replace("./Greeting/Text", "hello again")
		end
	end,
}
