#!/bin/sh
# A batch on simulated readers: workers and the line are killed at random
# moments, cards are pulled out, the database stops; in the end every row has
# one card, sealed behind its verification, that opens with its own keys.
# DMSC_HARD: 1,000 cards and 50 such moments.
cards=40 kills=5 readers=3 pause=5
[ -n "$DMSC_HARD" ] && cards=1000 kills=50 readers=8 pause=16
. "${top_srcdir:-.}/tests/batch/start.sh"

dmsc "$src/scripts/make-batch.lua" "$cards" b.csv k.csv >out 2>err
verdict $? 'test data is made'

# draw N: a number from 0 below N, in drawn. DMSC_SEED draws the same again.
seed=${DMSC_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# DMSC_SEED=$seed"
draw() {
	seed=$(((seed * 1103515245 + 12345) & 0x7FFFFFFF))
	drawn=$(((seed >> 12) % $1))
}

# The processes of the readers that were started last.
workers() {
	sed -n 's/.*"event":"reader","pid":\([0-9]*\).*/\1/p' err |
	    tail -n "$readers"
}

start() {
	cat err >>told
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

# The database does not answer for longer than the line waits.
stop_database() {
	dmsc lua 'local db = require "luasql.sqlite3".sqlite3()
		:connect "dir/state"
		db:execute "PRAGMA busy_timeout = 10000"
		db:execute "BEGIN IMMEDIATE"
		require "luv".sleep(11500)'
	wait "$pid"
	[ $? -eq 5 ] && stopped=$((stopped + 1))
}

line=0 worker=0 stopped=0 killed=0 starts=0
status=1
: >err
start
while [ "$killed" -lt "$kills" ] && [ "$starts" -lt $((3 * kills)) ]; do
	draw "$pause"
	sleep "$((drawn / 10)).$((drawn % 10 + 1))"
	draw 10
	if ! kill -0 "$pid" 2>/dev/null; then
		wait "$pid"
		status=$?
		[ "$status" -eq 0 ] && break
	elif [ "$drawn" -eq 0 ] && [ -n "$DMSC_HARD" ]; then
		stop_database
		killed=$((killed + 1))
	elif [ "$drawn" -lt 6 ] && [ -n "$(workers)" ]; then
		draw "$readers"
		kill -9 "$(workers | sed -n "$((drawn + 1))p")" 2>/dev/null &&
		    killed=$((killed + 1)) && worker=$((worker + 1))
		continue
	else
		kill -9 "$pid"
		wait "$pid" 2>/dev/null
		killed=$((killed + 1)) line=$((line + 1))
	fi
	start
done
wait "$pid"
status=$?
tries=0
while [ "$status" -ne 0 ] && [ "$tries" -lt 5 ]; do
	tries=$((tries + 1))
	start
	wait "$pid"
	status=$?
done
cat err >>told
echo "# killed: $worker readers, $line times the line; the database was" \
    "stopped $stopped times; $(grep -c '"result":"lost"' told) cards pulled"
verdict "$status" "$cards cards are sealed after kills and pulls"
dmsc "$src/tests/batch/books.lua" b.csv k.csv dir >out 2>err
verdict $? 'each row has one card that opens with its own keys'
dmsc batch close dir >out 2>err &&
    grep -q "$cards good, 0 rejected, 0 open" out && dmsc batch verify dir \
    >out 2>err
verdict $? 'the books balance and hold'
echo "1..$n"
