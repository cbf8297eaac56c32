#!/bin/sh
# A batch through pcscd on two virtual readers. Cards are put in and taken out
# as by hand, some of them too early; those are put in again. DMSC_HARD: 100
# cards.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
dmsc() {
	"$build/dmsc" "$@" </dev/null 9>&-
}
dmsc lua 'require "luv" require "luasql.sqlite3"' >/dev/null 2>&1 ||
    skip_all 'lua-luv and lua-sql-sqlite3 are not installed'
cards=6
[ -n "$DMSC_HARD" ] && cards=100
pcscd_start
cd "$env_dir" || exit 1
XDG_STATE_HOME=$env_dir/state
export XDG_STATE_HOME
outputs='out err'
. "$src/tests/verdict.sh"
dmsc "$src/scripts/make-batch.lua" "$cards" b.csv k.csv >out 2>err
verdict $? 'test data is made'
mkdir sim cut

# What the batch has said of this reader's cards.
said() {
	grep -c "\"event\":\"card\".*\"reader\":\"Virtual PCD 00 0$1\"" err
}

# feed SLOT: card after card; each third one is taken out too early once.
feed() {
	slot=$1
	port=$((vpcd_port + slot))
	k=0
	while [ -d sim ] && [ ! -e stop ]; do
		k=$((k + 1))
		card=$(ls cut | head -n 1)
		if [ -n "$card" ] && mv "cut/$card" "sim/$card" 2>/dev/null
		then
			early=
		else
			card=$slot-$k.img
			dmsc card new --profile transport "sim/$card" \
			    >/dev/null
			early=$((k % 3 == 0))
		fi
		before=$(said "$slot")
		"$build/dmsc" card serve --image "sim/$card" \
		    --vpcd "127.0.0.1:$port" >"serve.$slot" 2>&1 9>&- &
		server=$!
		i=0
		while ! grep -qs 'in the reader' "serve.$slot" &&
		    [ "$i" -lt 100 ]; do
			i=$((i + 1))
			sleep 0.05
		done
		i=0
		[ "$early" = 1 ] && i=394
		while [ "$(said "$slot")" -eq "$before" ] &&
		    [ "$i" -lt 400 ] && [ ! -e stop ]; do
			i=$((i + 1))
			sleep 0.05
		done
		kill "$server"
		wait "$server"
		[ "$early" = 1 ] && mv "sim/$card" "cut/$card"
		sleep 0.5	# the driver must see that it is gone
	done 2>/dev/null
}
feed 0 &
one=$!
feed 1 &
two=$!
: >err
"$build/dmsc" batch run "$src/scripts/personalise.lua" b.csv --out dir \
    --readers 'Virtual PCD*' --keys csv:k.csv \
    </dev/null >out 2>err 9>&- &
batch=$!
i=0
while kill -0 "$batch" 2>/dev/null && [ "$i" -lt $((cards * 40)) ]; do
	i=$((i + 1))
	sleep 0.25
done
kill "$batch" 2>/dev/null
wait "$batch"
got=$?
: >stop
wait "$one" "$two"
grep -q "$cards good, 0 rejected, 0 open" out && [ "$got" -eq 0 ]
verdict $? "$cards cards are sealed in two readers"
echo "# $(grep -c '"result":"lost"' err) were taken out too early"
mv cut/*.img sim/ 2>/dev/null
CARDS=sim dmsc "$src/tests/batch/books.lua" b.csv k.csv dir >out 2>err
verdict $? 'each row has one card that opens with its own keys'
dmsc batch verify dir >out 2>err
verdict $? 'the books hold'
echo "1..$n"
