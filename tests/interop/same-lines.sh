#!/bin/sh
# The same shell lines, unchanged but for -r, on the embedded card and on one
# behind a real pcscd: the same output, errors, exit status and card. What a
# reader has of its own (name, protocol) and the APDUs and bytes exchanged may
# differ: over T=0 a command carries 255 bytes, and behind pcscd others can
# move the card's selection.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-build}" && pwd)
dmsc=$top_builddir/dmsc
pcscd_start
dir=$env_dir
reader='Virtual PCD 00 00'
NO_COLOR=1 TERM=dumb
DMSC_DATA_DIR=$top_srcdir
export NO_COLOR TERM DMSC_DATA_DIR
cd "$dir" || exit 1
ln -s "$top_srcdir/scripts" scripts
ln -s "$top_srcdir/tests/interop/lines.dms" lines.dms
echo 4321 >new1
. "$top_srcdir/tests/verdict.sh"
outputs=$dir/diff
same() {	# same NAME A B
	diff -u "$2" "$3" >"$dir/diff" 2>&1
	verdict $? "$1"
}

# What belongs to the reader, the time or the folder.
settle() {
	sed -e "s/$reader, T=[01]/READER/" -e 's/sim, direct/READER/' \
	    -e 's/"ms":[0-9]*/"ms":0/g' -e 's/, [0-9]* ms$/, 0 ms/' -e "s|$dir/[a-z]*-state|STATE|g" \
	    -e "s/-r '$reader'/-r READER/g" -e 's/-r sim:sim.img/-r READER/g' \
	    -e 's/[0-9]* APDUs/N APDUs/g' -e 's/"apdus":[0-9]*/"apdus":0/g' \
	    -e 's/"apdus_read":[0-9]*/"apdus_read":0/g' \
	    -e 's/N APDUs, [0-9]* bytes/N APDUs, N bytes/' \
	    -e 's/"bytes":[0-9]*/"bytes":0/g' \
	    -e 's/20[0-9]\{6\}T[0-9]\{6\}Z-[0-9]*/TIME/g' \
	    -e 's/^\(update\|create\|switch\)  *\([^ ]*\).*/\1 \2/' \
	    -e 's/"reader":"[^"]*","kind":"[^"]*"/"reader":0/' \
	    -e 's/"protocol":"[^"]*"/"protocol":0/' \
	    -e 's|@FILE|@scripts/demo/adm1|'
}
run() {	# run NAME READER OPTION...: its output, then its exit status
	name=$1
	XDG_STATE_HOME=$dir/$1-state
	export XDG_STATE_HOME
	shift
	setsid -w "$dmsc" -r "$@" </dev/null 2>&1 | settle >"$name.out"
}
both() {	# both TITLE OPTION...
	title=$1
	shift
	run sim sim:sim.img "$@"
	run pcsc "$reader" "$@"
	same "$title" sim.out pcsc.out
}

XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
"$dmsc" card new --seed 77 sim.img >/dev/null
cp sim.img pcsc.img
card_start pcsc.img "$vpcd_port"
"$dmsc" wait insert -r "$reader" >/dev/null

both 'lines for people' -k lines.dms
[ "$(wc -l <sim.out)" -gt 400 ]
verdict $? 'they say a lot'
both 'lines with --json' -k --json lines.dms
both 'the first failure ends a file' lines.dms
both 'one command' --auth adm1=@scripts/demo/adm1 \
    set --commit /OperatorX/DMAcc/opx/Name 'One shot'
both 'dry' --auth adm1=@scripts/demo/adm1 -n \
    set /OperatorX/DMAcc/opx/Name 'Only a plan'
both 'without rights' set --commit /OperatorX/DMAcc/opx/Name never
both 'what would be lost' set /OperatorX/DMAcc/opx/Name never
both 'lines by -c' -c 'cd /OperatorX' -c 'ls && pwd' -c 'cat nothing'
for r in sim:sim.img "$reader"; do
	for line in 'cat /none' 'pin verify 81 @none' 'set /OperatorX' \
	    'cat /Personal/GreatApp/User' 'import none.xml /OperatorX'; do
		setsid -w "$dmsc" -r "$r" $line </dev/null >/dev/null 2>&1
		echo "$line: $?"
	done >"${r%%[: ]*}.status"
done
same 'exit statuses' sim.status Virtual.status
both 'the whole card' backup -

both 'the tour' scripts/tour.dms

# What was said, recorded, is the card for whoever asks the same again.
for r in sim:sim.img "$reader"; do
	"$dmsc" -r "$r" --trace said.apdu -c 'ls /' -c 'tree /OperatorX/Mail' \
	    -c 'find ServerID' >said 2>&1
	"$dmsc" -r replay:said.apdu -c 'ls /' -c 'tree /OperatorX/Mail' \
	    -c 'find ServerID' >again 2>&1
	same "a recording of ${r%%[: ]*} says the same" said again
	rm said.apdu
done

# A failing Lua test ends with 14 on both, and says the same.
cat >fail.lua <<'LUA'
local t = require "dmsc.test"
t.test("right", function(card) t.eq(#card:documents(), 5) end)
t.test("wrong", function(card) t.eq(#card:documents(), 99) end)
LUA
for r in sim:sim.img "$reader"; do
	"$dmsc" -r "$r" test fail.lua >"${r%%[: ]*}.lua" 2>&1
	echo "? $?" >>"${r%%[: ]*}.lua"
done
same 'a failing test says the same' sim.lua Virtual.lua
grep -q '^ok 1' sim.lua && grep -q '^not ok 2' sim.lua && [ "$(tail -1 sim.lua)" = '? 14' ]
verdict $? 'and ends with 14'
echo "1..$n"
exit $bad
