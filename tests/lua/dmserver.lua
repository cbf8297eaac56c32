-- The DM server for tests: its accounts, its Package #0, and a process of its
-- own that tells what happens.
local dmsc = require "dmsc"
local t = require "dmsc.test"

local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end

local function options()
	return { accounts = { { device = "IMEI:350000000000017", auth = "md5",
		user = "dev-7301", secret = secret "cl13nt-pw",
		nonce = "N0nce-0001", server = { auth = "md5",
		user = "acme-dm", secret = secret "s3rver-pw",
		nonce = "SrvNonce" } } } }
end

t.test("a server listens on this machine, and asks for a session", function()
	local log = {}
	local o = options()
	o.log = function(entry) log[#log + 1] = entry end
	local server <close> = dmsc.dmserver(o)
	t.ok(server:port() > 0)
	t.eq(server:url(), ("http://127.0.0.1:%d/dm"):format(server:port()))
	t.eq(#log, 1)
	t.eq(log[1].event, "listening")
	t.eq(log[1].url, server:url())
	t.eq(server:run(0), 0)
	-- The example of OMA DM Notification.
	t.eq(server:package0("IMEI:350000000000017", 0xA7, "inform"),
		dmsc.hex("05D98F7FC3D57CEB46AEC70C26F80155" ..
		"02E800000000A707" .. "61636D652D646D"))
	t.raises("NOTFOUND", server.package0, server, "IMEI:1", 1)
	t.raises("USAGE", server.package0, server, "IMEI:350000000000017", 1,
		"loud")
	t.raises("session is 1", server.package0, server,
		"IMEI:350000000000017", 0)
	server:close()
	t.raises("closed", server.port, server)
end)

t.test("what is no server", function()
	local o = options()
	o.accounts[1].auth = "sha"
	t.raises("USAGE", dmsc.dmserver, o)
	t.raises("no accounts", dmsc.dmserver, {})
	o = options()
	o.bad = "lazy"
	t.raises("USAGE", dmsc.dmserver, o)
	o = options()
	o.log = function() error "no paper" end
	t.raises("no paper", dmsc.dmserver, o)
	local first <close> = dmsc.dmserver(options())
	o = options()
	o.port = first:port()
	t.raises({ "LOCKED", "IO" }, dmsc.dmserver, o)
end)

t.test("a server in a process of its own", function()
	local s = t.dmserver [[return { accounts = {} }]]
	t.ok(s.url:find "^http://127%.0%.0%.1:%d+/dm$", s.url)
	local log = s:stop()
	t.eq(log[1].event, "listening")
	t.eq(log[1].pid, s.pid)
	t.raises("did not begin", t.dmserver, "return 7", "2>/dev/null")
end)
