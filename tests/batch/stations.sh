#!/bin/sh
# Two stations on one PostgreSQL: the rows are shared; the database is stopped
# at once, a station is killed for good in the middle, its cards are carried
# to the other one. In the end as in kill.sh.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
chmod 755 "$work"
cards=40 readers=2
[ -n "$DMSC_HARD" ] && cards=400 readers=4
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
outputs='out err a.err b.err'
. "$src/tests/verdict.sh"
dmsc() {
	"$build/dmsc" "$@" </dev/null
}
cd "$work" || exit 1
bin=$(echo /usr/lib/postgresql/*/bin | tr ' ' '\n' | tail -n 1)
skip() {
	echo "1..0 # SKIP $1"
	rm -rf "$work"
	exit 0
}
dmsc lua 'require "luv" require "luasql.postgres"' >out 2>&1 ||
    skip 'lua-luv and lua-sql-postgres are not installed'
[ -x "$bin/initdb" ] || skip 'PostgreSQL is not installed'

# The server refuses to run as root.
mkdir pg
if [ "$(id -u)" -eq 0 ]; then
	id postgres >out 2>&1 || skip 'there is no user postgres'
	chown postgres pg
	as() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
else
	as() { "$@"; }
fi
pg() {	# a private socket, no port of the network
	(cd pg && as "$bin/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" \
	    -o "-k $work/pg -c listen_addresses=" "$@") >out 2>&1
}
trap 'pg stop -m immediate; rm -rf "$work"' EXIT
(cd pg && as "$bin/initdb" -D "$work/pg/data" -A trust -U dmsc) >out 2>&1 &&
    pg start
verdict $? 'PostgreSQL runs'
uri="postgresql://dmsc@/postgres?host=$work/pg"

dmsc "$src/scripts/make-batch.lua" "$cards" b.csv k.csv >out 2>err
station() {	# station NAME OPTION...: in the background, as pid
	name=$1
	shift
	if [ -f "$name/batch.json" ]; then
		set -- resume "$name" "$@"
	else
		set -- run "$src/scripts/personalise.lua" b.csv \
		    --out "$name" --jobs "$uri" --silence 3 "$@"
	fi
	"$build/dmsc" batch "$@" --readers "sim:$readers" \
	    --keys csv:k.csv --pull 5:200 \
	    </dev/null >"$name.out" 2>"$name.err" &
	pid=$!
}
sealed() {
	cat a.err b.err 2>/dev/null | grep -c '"sealed"'
}

station a --limit 8
wait "$pid"
status=$?
station b --limit 8
wait "$pid"
[ $? -eq 0 ] && [ "$status" -eq 0 ] && [ "$(sealed)" -eq 16 ] &&
    [ "$(grep -c '"to":"sealed"' b/audit.jsonl)" -eq 16 ]
verdict $? 'two stations have rows of one batch, each has all of the books'

# The database is gone: no answer, so nothing more goes to a card.
station a
a=$pid
station b
b=$pid
i=0
while [ "$(sealed)" -eq 0 ] && [ "$i" -lt 400 ]; do
	i=$((i + 1))
	sleep 0.05
done
pg stop -m immediate
wait "$a"
got=$?
wait "$b"
{ [ $? -eq 5 ] || [ "$got" -eq 5 ]; } &&
    grep -q 'the database failed' a.err b.err
verdict $? 'the database is stopped: a station stops, exit 5'
pg start || verdict 1 'PostgreSQL runs again'

station a
a=$pid
station b
b=$pid
sleep 0.3
kill -9 "$a" 2>err
wait "$a" 2>err
echo "# $(sealed) sealed since the restart when a station was killed"
wait "$b"
# What was in the readers of the dead station is carried over.
mkdir -p b/sim/cut
for i in a/sim/*.in; do
	[ -f "$i" ] && [ -f "a/sim/$(cat "$i")" ] &&
	    mv "a/sim/$(cat "$i")" "b/sim/cut/a-$(cat "$i")"
done
for i in a/sim/cut/*.img; do
	[ -f "$i" ] && mv "$i" "b/sim/cut/a-$(basename "$i")"
done
status=1
tries=0
while [ "$status" -ne 0 ] && [ "$tries" -lt 6 ]; do
	sleep 3.2
	station b
	wait "$pid"
	status=$?
	tries=$((tries + 1))
done
verdict "$status" 'a station is killed for good: the other one ends the batch'
dmsc batch close b >out 2>err && grep -q "^T.*: $cards good" out &&
    dmsc batch verify b >out 2>err
verdict $? 'the books balance and hold'
dmsc "$src/tests/batch/books.lua" b.csv k.csv a b >out 2>err
verdict $? 'each row has one card that opens with its own keys'
echo "1..$n"
