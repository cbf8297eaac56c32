#!/bin/sh
# A batch on simulated readers: workers and the line are killed at random
# moments, cards are pulled out; in the end every row has one card, sealed
# behind its verification, that opens with its own keys. DMSC_HARD: 1,000
# cards and 50 kills.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
cards=40 kills=5 readers=3
[ -n "$DMSC_HARD" ] && cards=1000 kills=50 readers=8
n=0
report() {	# report STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		sed 's/^/# /' out err 2>/dev/null | tail -n 40
		echo "not ok $n - $2"
	fi
}
dmsc() {
	"$build/dmsc" "$@" </dev/null
}
cd "$work" || exit 1
if ! dmsc lua 'require "luv" require "luasql.sqlite3"' >out 2>&1; then
	echo '1..0 # SKIP lua-luv and lua-sql-sqlite3 are not installed'
	exit 0
fi

dmsc "$src/scripts/make-batch.lua" "$cards" b.csv k.csv >out 2>err
report $? 'test data is made'

# A number from 0 below $1.
draw() {
	od -An -N2 -tu2 /dev/urandom | awk -v n="$1" '{ print $1 % n }'
}

# The process of a reader that was started last.
a_worker() {
	sed -n 's/.*"event":"reader","pid":\([0-9]*\).*/\1/p' err |
	    tail -n "$readers" | sed -n "$(($(draw "$readers") + 1))p"
}

start() {
	if [ -f dir/batch.json ]; then
		set -- resume dir
	else
		set -- run "$src/scripts/personalise.lua" b.csv --out dir
	fi
	"$build/dmsc" batch "$@" --readers "sim:$readers" \
	    --keys csv:k.csv --pull 5:210 \
	    </dev/null >out 2>err &
	pid=$!
	starts=$((starts + 1))
}

killed=0
status=1
starts=0
: >err
start
while [ "$killed" -lt "$kills" ] && [ "$starts" -lt $((3 * kills)) ]; do
	sleep "0.$(($(draw 5) + 1))"
	if ! kill -0 "$pid" 2>/dev/null; then
		wait "$pid"
		status=$?
		[ "$status" -eq 0 ] && break
	elif [ "$(draw 2)" -eq 0 ] && [ -n "$(a_worker)" ]; then
		kill -9 "$(a_worker)" 2>/dev/null && killed=$((killed + 1))
		continue
	else
		kill -9 "$pid"
		wait "$pid" 2>/dev/null
		killed=$((killed + 1))
	fi
	start
done
wait "$pid"
status=$?
echo "# $killed kills"
tries=0
while [ "$status" -ne 0 ] && [ "$tries" -lt 5 ]; do
	tries=$((tries + 1))
	start
	wait "$pid"
	status=$?
done
report "$status" "$cards cards are sealed after kills and pulls"
dmsc "$src/tests/batch/books.lua" b.csv k.csv dir >out 2>err
report $? 'each row has one card that opens with its own keys'
echo "1..$n"
