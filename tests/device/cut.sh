#!/bin/sh
# A device that is killed in the middle of a session with its server: what
# the server has heard of is done, what it has not is done once, and the next
# session is a good one. The server is killed the same way.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 99
server=
trap '[ -z "$server" ] || kill -9 "$server"; rm -rf "$work"' EXIT
cd "$work" || exit 99
PATH=$build:$PATH
NO_COLOR=1 DMSC_DATA_DIR=$src XDG_STATE_HOME=$work/state HOME=$work
export PATH NO_COLOR DMSC_DATA_DIR XDG_STATE_HOME HOME
n=0
bad=0
report() {	# report STATUS TITLE [FILE...]
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=1
	title=$2
	shift 2
	[ $# -eq 0 ] || sed 's/^/# /' "$@"
	echo "not ok $n - $title"
}

# Three Adds; behind the one that the file at names, whom the file who names
# is killed.
cat >s.lua <<'END'
local dmsc = require "dmsc"
local function secret(text)
	return dmsc.secret { content = "ascii:" .. text }
end
local function read(name)
	local f = io.open(name)
	return f and f:read "a", f and f:close()
end
return { accounts = { { device = "*", auth = "md5",
	user = "device", secret = secret "mobile-secret",
	nonce = "client-nonce", server = { auth = "md5",
	user = "com.operatorx.dm", secret = secret "server-secret",
	nonce = "server-nonce" } } }, session = function(s)
	for i = 1, 3 do
		local a = s:send { { "add", "./Cut/" .. i, "once" } }
		local f <close> = io.open("heard", "a")
		f:write(i, " ", a[1].status, "\n")
		f:flush()
		if tonumber((read "at")) == i then
			os.execute "kill -9 $(cat who)"
		end
	end
	if (read "order") then
		os.remove "order"
		local status = s:exec("./DCMO/Camera/Operations/Disable")
		local f <close> = io.open("ordered", "a")
		f:write(status, "\n")
		f:flush()
		os.execute "kill -9 $(cat who)"
	end
end }
END

serve() {
	: >log
	dmsc dmserver --script s.lua --for 60 >log 2>err.log &
	server=$!
	tries=0
	until grep -q '"url"' log || [ "$tries" -eq 200 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' log)
}
stop() {
	kill -9 "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
}
sync() {
	dmsc -r sim:c.img device sync --url "$url" --plain-http --tries 1 \
	    >out 2>&1
}
# In the background; who it is stands there before the server can ask.
sync_aside() {
	sh -c 'echo $$ >who
	    exec dmsc -r sim:c.img device sync --url "$1" --plain-http' \
	    sync "$url" >out 2>&1 &
	device=$!
}

dmsc card new --seed 4 c.img >out 2>&1 || exit 99
dmsc -r sim:c.img device poweron --yes >out 2>&1 || exit 99
cp state/dmsc/devices/default.xml fresh.xml
for at in 1 2 3; do
	cp fresh.xml state/dmsc/devices/default.xml
	rm -f heard
	echo $at >at
	serve
	sync_aside
	wait $device 2>/dev/null
	[ $? -eq 137 ] && [ "$(wc -l <heard)" -eq $at ] &&
	    ! grep -qv ' 200$' heard
	report $? "a device is killed behind command $at" out heard
	dmsc device tree ./Cut >tree 2>&1
	[ "$(grep -c '= once' tree)" -eq $at ]
	report $? "what the server has heard of is kept, command $at" tree
	echo 0 >at
	rm heard
	sync && [ "$(grep -c ' 418$' heard)" -eq $at ] &&
	    [ "$(grep -c ' 200$' heard)" -eq $((3 - at)) ]
	report $? "the next session does what is left, command $at" out heard
	stop
	cp fresh.xml state/dmsc/devices/default.xml
	rm -f heard
	serve
	echo $at >at
	echo "$server" >who
	sync
	got=$?
	server=
	[ $got -eq 5 ] && dmsc device tree ./Cut >tree 2>&1 &&
	    [ "$(grep -c '= once' tree)" -eq $at ]
	report $? "a server is killed behind command $at" out tree
	echo 0 >at
	rm heard
	serve
	sync && [ "$(grep -c ' 418$' heard)" -eq $at ] &&
	    [ "$(grep -c ' 200$' heard)" -eq $((3 - at)) ]
	report $? "its next session does what is left, command $at" out heard
	stop
done
# An order that the server has heard 202 of, and the device is killed.
cp fresh.xml state/dmsc/devices/default.xml
: >order
serve
sync_aside
wait $device 2>/dev/null
[ $? -eq 137 ] && [ "$(cat ordered)" = 202 ]
report $? 'a device is killed behind an order' out
dmsc device functions >out
grep -q '^Camera *on ' out
report $? 'which it has not carried out' out
dmsc -r sim:c.img device poweron --yes >out 2>&1 &&
    grep -q '^1 order carried out' out && dmsc device functions >out &&
    grep -q '^Camera *off ' out
report $? 'power-on does it first' out
sync && [ "$(grep -c '^alert: ./DCMO/Camera/Operations/Disable' out)" -eq 1 ]
report $? 'the server is told' out
sync && ! grep -q 'alert:\|order' out
report $? 'all of it once' out
stop
echo "1..$n"
exit $bad
