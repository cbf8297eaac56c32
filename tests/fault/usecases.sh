#!/bin/sh
# The use cases, cut: of each flow (flows/*.lua) every step is done by a
# process that is killed in front of one of its writes (cut.c), or whose card
# is pulled out at one of its APDUs; or the server it talks to is killed. Then
# the step is done again, and those behind it. What device, card and server
# hold in the end has to be what they hold where nothing was cut. DMSC_HARD:
# every place, else some of them.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
outputs='out err differ'
. "$src/tests/verdict.sh"
cut=$build/tests/fault/cut.so
some=${DMSC_CUTS:-3}
[ -n "$DMSC_HARD" ] && some=100000
server=
stop_server() {
	[ -z "$server" ] && return
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
}
trap 'stop_server; rm -rf "$work"' EXIT
if [ -n "$SANITIZE" ]; then
	echo '1..0 # SKIP the sanitizers want to be loaded first'
	exit 0
fi
cd "$work" || exit 1

# do_it WHAT...: the flow, in its own folder
do_it() {
	(cd "$work/now" && XDG_STATE_HOME=$work/now/state \
	    LUA_PATH="$src/tests/fault/flows/?.lua" DMSC_DATA_DIR=$src \
	    DMSC_SERVER=$(cat "$work/url" 2>/dev/null) \
	    "$build/dmsc" "$flow" "$@" </dev/null)
}

# Its server, where it has one; with the settings of cut.c before it.
start_server() {
	[ -s server.lua ] || return 0
	stop_server
	: >>now/server.log
	begun=$(grep -c '"listening"' now/server.log)
	env "$@" XDG_STATE_HOME="$work/now/server" DMSC_DATA_DIR="$src" \
	    "$build/dmsc" dmserver --script server.lua --for 120 \
	    >>now/server.log 2>err &
	server=$!
	tries=200
	until [ "$(grep -c '"listening"' now/server.log)" -gt "$begun" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
	sed -n 's/.*"url":"\([^"]*\)".*/\1/p' now/server.log |
	    tail -n 1 >url
}

restore() {	# restore STEP: all as it was before it
	rm -rf now
	cp -r "before.$1" now
	start_server
}

# The steps from the first to the last, as a user would do them again.
rest() {
	i=$1
	while [ "$i" -le "$steps" ]; do
		do_it step "$i" >out 2>err
		i=$((i + 1))
	done
}

same() {	# the end is the right one
	do_it state >is 2>>err && diff want is >differ
}

# places N: which of N are cut
places() {
	awk -v n="$1" -v some="$some" 'BEGIN {
		by = n <= some ? 1 : n / some
		for (i = 1; i <= n; i += by) print int(i)
	}'
}

kills() {	# kills STEP N: the step killed at its writes
	torn=
	for at in $(places "$2"); do
		restore "$1"
		DMSC_CUT_AT=$at DMSC_CUT_TORN=$torn LD_PRELOAD=$cut \
		    do_it step "$1" >out 2>err
		[ $? -eq 137 ] || { echo "# not killed at $at"; return 1; }
		rest "$1"
		same || { echo "# killed at $at $torn"; return 1; }
		torn=$(other "$torn")
	done
}

pulls() {	# pulls STEP N: its card pulled out
	done=
	for at in $(places "$2"); do
		restore "$1"
		do_it step "$1" "$at" $done >out 2>err
		rest "$1"
		same || { echo "# pulled at $at $done"; return 1; }
		done=$(other "$done")
	done
}

other() {	# other WORD: what the next one gets, in turns
	[ -n "$1" ] || echo 1
}

serves() {	# serves STEP N: its server killed
	for at in $(places "$2"); do
		restore "$1"
		start_server DMSC_CUT_AT="$at" LD_PRELOAD="$cut"
		do_it step "$1" >out 2>err
		start_server
		rest "$1"
		same || { echo "# server killed at $at"; return 1; }
	done
}

of() {	# of N: how many of N are cut
	echo "$(places "$1" | wc -l) of $1"
}

one_step() {	# one_step NAME STEP APDUS CALLS OF_SERVER
	kills "$2" "$4"
	verdict $? "$1: step $2 killed at $(of "$4") writes"
	if [ "$3" -gt 0 ]; then
		pulls "$2" "$3"
		verdict $? "$1: step $2 with the card pulled at $(of "$3") APDUs"
	fi
	if [ "${5:-0}" -gt 0 ]; then
		serves "$2" "$5"
		verdict $? "$1: step $2 with the server killed at $(of "$5") calls"
	fi
}

one_flow() {	# one_flow NAME
	rm -rf now before.* url server.lua
	mkdir now
	do_it server >server.lua 2>err
	do_it prepare >out 2>err
	verdict $? "$1: prepared"
	steps=$(do_it steps)
	i=1
	while [ "$i" -le "$steps" ]; do
		stop_server
		cp -r now "before.$i"
		start_server DMSC_CUT_COUNT="$work/served" LD_PRELOAD="$cut"
		DMSC_CUT_COUNT=$work/count LD_PRELOAD=$cut \
		    do_it step "$i" >out 2>err
		verdict $? "$1: step $i"
		stop_server
		echo "$1 $i $(tail -n 1 out) $(cat count) $(cat served \
		    2>/dev/null)" >>places
		i=$((i + 1))
	done
	start_server
	do_it state >want 2>err
	[ -s want ]
	verdict $? "$1: the state in the end"
	while read -r name step apdus calls of_server; do
		one_step "$name" "$step" "$apdus" "$calls" "$of_server"
	done <places
	rm -f places
	stop_server
}

for flow in "$src"/tests/fault/flows/5*.lua; do
	one_flow "$(basename "$flow" .lua)"
done
echo "1..$n"
exit $bad
