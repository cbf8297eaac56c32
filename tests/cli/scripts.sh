#!/bin/sh
# The ready scripts, each on a fresh card, from a folder that has none of
# them: they end with 0 and do what they say.
build=$(cd "${top_builddir:-build}" && pwd)
src=$(cd "${top_srcdir:-.}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state
NO_COLOR=1
DMSC_DATA_DIR=$src
export XDG_STATE_HOME NO_COLOR DMSC_DATA_DIR
n=0
bad=0
cd "$work" || exit 1

# report STATUS NAME: standard output of the test is in "out"
report() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		bad=1
		sed 's/^/# /' out
		echo "not ok $n - $2"
	fi
}

# has LINE...: "out" holds all these lines
has() {
	for line in "$@"; do
		grep -qxF -- "$line" out || {
			echo "this line is missing: $line" >>out
			return 1
		}
	done
}

dmsc() {
	"$build/dmsc" "$@" </dev/null >out 2>&1
}

dmsc scripts/tour.dms
report $? 'the tour ends with 0'
has 'dmsc> commit' 'Operator X, mended' 'com.operatorx.dm' 'dmsc> undo'
report $? 'the tour shows what it does'
[ "$(tail -n 2 out | head -n 1)" = 'Operator X' ]
report $? 'the tour leaves the card as it was'

dmsc scripts/inventory.lua &&
has 'OperatorX  dm     3F00/7F50/4D10  6144   no' \
    '/OperatorX/DMAcc/opx     urn:oma:mo:oma-dm-dmacc:1.0      18' \
    '/Personal                rule 2 of EF.ARR asks for PIN81  -'
report $? 'inventory: documents, objects, what is closed'
dmsc --auth 81=@scripts/demo/pin81 scripts/inventory.lua &&
has '/Personal/GreatApp       com.great-applications/1.0/A   6'
report $? 'inventory: with the PIN the personal objects too'

addr=/OperatorX/DMAcc/opx/AppAddr/1/Addr
key=@$src/scripts/demo/adm1
dmsc scripts/edit-account.lua
[ $? -eq 2 ]
report $? 'edit-account: usage'
dmsc scripts/edit-account.lua https://new.example/dm @nothing
[ $? -eq 5 ]
report $? 'edit-account: without the key nothing is changed'
dmsc cat $addr && has 'https://dm.operatorx.example/dm'
report $? 'edit-account: the card holds the old address'
dmsc scripts/edit-account.lua https://new.example/dm "$key" &&
has "$addr: https://dm.operatorx.example/dm -> https://new.example/dm"
report $? 'edit-account: changed and proved'
id=$(sed -n 's/^journal: //p' out)
dmsc cat $addr && has 'https://new.example/dm'
report $? 'edit-account: the card holds the new address'
dmsc --auth "adm1=$key" undo "$id" && dmsc cat $addr &&
has 'https://dm.operatorx.example/dm'
report $? 'edit-account: undo with the number that it printed'

dmsc -r sim test scripts/check-card.lua && ! grep -q '^not ok' out
report $? 'check-card: a good card passes'
dmsc --auth "adm1=$key" set --commit $addr http://plain.example/dm &&
dmsc -r "sim:$work/state/dmsc/card.img" test scripts/check-card.lua
[ $? -eq 14 ] && grep -q '^not ok 4 ' out
report $? 'check-card: an address without https fails'
dmsc scripts/use-case-5.1.lua && has 'Use case 5.1: as required.'
report $? 'use-case-5.1: the story, A1 and a swapped card'
echo "1..$n"
exit $bad
