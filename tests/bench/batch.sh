#!/bin/sh
# batch.sh: what a batch adds to the APDUs of its cards. The cards take PACE
# milliseconds for each APDU, which is little for a real one: APDUs per second
# of so many readers in a bare loop, beside APDUs per second of a batch on the
# same readers. Then the same with cards that answer at once, which shows what
# a card costs besides its APDUs; and the memory of runs of 1,000 and of
# ROWS rows (10,000; the whole is 100,000).
here=$(cd "$(dirname "$0")" && pwd)
src=$(cd "$here/../.." && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work
export XDG_STATE_HOME
pace=${PACE:-10}
cards=${CARDS:-10}
cd "$work" || exit 1
dmsc() {
	"$build/dmsc" "$@" </dev/null
}
if ! dmsc lua 'require "luv" require "luasql.sqlite3"' >out 2>&1; then
	echo '# batch: lua-luv and lua-sql-sqlite3 are not installed'
	exit 0
fi

# A member of the JSON line in file $1.
member() {
	sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p" "$1"
}

# batch READERS CARDS PACE: prints its APDUs and milliseconds
batch() {
	dmsc "$src/scripts/make-batch.lua" "$2" b.csv k.csv || exit 1
	rm -rf dir
	dmsc batch run "$src/scripts/personalise.lua" b.csv --out dir \
	    --readers "sim:$1" --pace "$3" --json \
	    --keys csv:k.csv >out 2>err || {
		tail -n 5 err >&2
		exit 1
	}
	sed -i 's/"error".*//' out
	echo "$(member out apdus) $(member out ms)"
}

echo "# batch, cards that take $pace ms for an APDU"
echo '# readers  APDUs/s bare  APDUs/s batch  cards/s  share (aim 0.90)'
for n in ${READERS:-1 2 4 8}; do
	i=0
	rm -f rate.*
	while [ "$i" -lt "$n" ]; do
		dmsc "$here/batch.lua" "bare$n$i.img" "$pace" 3 >"rate.$i" &
		i=$((i + 1))
	done
	wait
	bare=$(cat rate.* | awk '{ s += $1 } END { print s }')
	got=$(batch "$n" $((n * cards)) "$pace") || exit 1
	echo "$n $bare $got $((n * cards))" | awk '{
		rate = $3 * 1000 / $4
		printf "  %7d  %12.1f  %13.1f  %7.2f  %.3f %s\n", $1, $2,
		    rate, $5 * 1000 / $4, rate / $2,
		    (rate >= 0.9 * $2) ? "met" : "missed" }'
done

[ -n "$ONLY_PACED" ] && exit 0
echo '# batch, cards that answer at once'
echo '# readers  cards/s  ms a card and reader'
for n in ${READERS:-1 2 4 8}; do
	got=$(batch "$n" $((n * 15)) 0) || exit 1
	echo "$n $got $((n * 15))" | awk '{
		printf "  %7d  %7.1f  %.1f\n", $1, $4 * 1000 / $3,
		    $3 * $1 / $4 }'
done

# The most memory that the line and any of its readers has had, in kB.
flat() {	# flat ROWS
	dmsc "$src/scripts/make-batch.lua" "$1" b.csv k.csv || exit 1
	rm -rf dir
	"$build/dmsc" batch run "$here/flat.lua" b.csv --out dir --json \
	    --readers sim:2 </dev/null >out 2>err &
	pid=$!
	line=0 reader=0
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.5
		for p in "$pid" $(sed -n \
		    's/.*"event":"reader","pid":\([0-9]*\).*/\1/p' err); do
			kb=$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
			    "/proc/$p/status" 2>/dev/null)
			[ "$p" = "$pid" ] && line=${kb:-$line}
			[ "$p" != "$pid" ] && reader=${kb:-$reader}
		done
	done
	wait "$pid" || {
		tail -n 5 err >&2
		exit 1
	}
	sed -i 's/"error".*//' out
	printf '  %7d  %8d  %8d  %8d  %8d\n' "$1" "$line" "$reader" \
	    $(($(wc -c <dir/state) / 1024)) $(($(member out ms) / 1000))
	dmsc batch close dir >out 2>err || exit 1
}

echo '# batch, memory by rows, with a job that does next to nothing'
echo '#    rows   line kB  reader kB  state kB   seconds'
flat 1000
flat "${ROWS:-10000}"
