#!/bin/sh
# Cards that are not as hoped for, without a reader: the right exit status,
# one clear error, and the card as before.
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-build}" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
. "$top_srcdir/tests/interop/sad-env.sh"
cards=$top_srcdir/tests/cards
profile=$top_srcdir/tests/interop/cards.lua
reader=$top_builddir/tests/interop/read-card
adm1=adm1=@$top_srcdir/scripts/demo/adm1

# ---- cards that hold nothing: discover says so, why, and is no error
for row in iso7816:answers:'no PKCS#15' files:answers:'no master file' \
    sick:mute:'nothing sensible' mute:mute:'does not answer' \
    terminated:terminated:terminated locked:locked:locked \
    yes:answers:'names no data object directory'; do
	IFS=: read -r kind state why <<-END
		$row
	END
	says "$kind: discover" "none: .*$why" -r "replay:$cards/$kind.apdu" \
	    discover
	says "$kind: --json" "\"found\":false,\"card\":\"$state\"" \
	    -r "replay:$cards/$kind.apdu" --json discover
done
says 'a plain card: info' 'identity: *none' -r "replay:$cards/iso7816.apdu" \
    info
says 'a plain card: docs' '^$' -r "replay:$cards/iso7816.apdu" docs
says 'a plain card: power-on' 'provisioning: there is no PKCS#15' \
    -r "replay:$cards/iso7816.apdu" device poweron
fails 'a plain card: no such document' 6 'no such document' \
    -r "replay:$cards/iso7816.apdu" cat /OperatorX/x
fails 'a plain card: nothing to make documents in' 11 . \
    -r "replay:$cards/iso7816.apdu" mkdoc A --commit
fails 'a mute card: ls' 5 . -r "replay:$cards/mute.apdu" ls /
fails 'no recording' 3 'no recording' -r "replay:$dir/none.apdu" discover

DMSC_TEST_CARD=bare
export DMSC_TEST_CARD
says 'a UICC without PKCS#15' 'life: *activated' card new \
    --profile "$profile" bare.img
cp bare.img before.img
says 'it holds none' 'none: there is no PKCS#15 application' \
    -r sim:bare.img discover
says 'its files are read' '^8988211000000510084$' -r sim:bare.img \
    file read EF.ICCID
says 'power-on' 'provisioning: there is no PKCS#15' -r sim:bare.img \
    device poweron --device bare
fails 'an edit' 6 'no such document' -r sim:bare.img set --commit /A/b c
unchanged 'the card is as before' bare.img before.img

# ---- Android's access rules alone, and beside our documents
entry=A12B3000300F0C0D4750205345204163632043746CA1163014060C060A2A864886FC6B81\
480101300404024200
hex_of() {	# hex_of PATH: a file of the card
	"$dmsc" -r sim:rules.img --json file read "$1" |
	    sed 's/.*"bytes":{"hex":"\([0-9A-F]*\)".*/\1/'
}
# The rules' files, and the front of the first directory of the ODF.
rules_are() {
	odf=$(hex_of 7F50/5031)
	first=$(hex_of "7F50/$(echo "$odf" | cut -c13-16)")
	[ "$(hex_of 7F50/4200)" = 301004080102030405060708300404024300 ] &&
	    [ "$(hex_of 7F50/4300)" = 3010A0080406FFFFFFFFFFFF300404024310 ] &&
	    [ "$(hex_of 7F50/4310)" = \
	    3016041400112233445566778899AABBCCDDEEFF01020304 ] &&
	    [ "${first#"$entry"}" != "$first" ] &&
	    [ "$("$reader" rules rules.img)" = \
	    '4310 00112233445566778899AABBCCDDEEFF01020304' ]
}
rules() {	# rules NAME
	rules_are >out 2>err
	status=$?
	"$reader" rules rules.img >>out
	verdict $status "$1"
}
DMSC_TEST_CARD=rules
says 'a card with access rules' 'life: *activated' card new \
    --profile "$profile" rules.img
rules 'Android reads them'
says 'discover says none' 'none: the directories hold access rules only' \
    -r sim:rules.img discover
says 'they are shown' 'arf' -r sim:rules.img docs
fails 'they are not removed' 6 'never touched' -r sim:rules.img \
    --auth "$adm1" rmdoc --commit /@4200
fails 'they are not edited' 6 . -r sim:rules.img \
    --auth "$adm1" set --commit /@4200 x
rules 'they stand'
edits() {	# edits NAME: and the rules after each of them
	for line in 'mkdoc Op --size 900' 'add /Op/Mail/home/Host a.example' \
	    'set /Op/Mail/home/Host b.example' 'mkdoc Other --size 500' \
	    'add /Other/IM/x/Name y' 'mv /Op/Mail/home /Op/Mail/office' \
	    'rmdoc /Other' 'set /Op/Mail/office/Host c.example' 'rmdoc /Op' \
	    'mkdoc Op --size 600' \
	    "import $top_srcdir/scripts/demo/Personal.xml /Op" 'rmdoc /Op'
	do
		# shellcheck disable=SC2086
		says "$1: $line" committed -r sim:rules.img --auth "$adm1" \
		    $line --commit
		rules 'Android reads its rules'
	done
}
cp rules.img fresh.img
edits 'beside their directory'
cp fresh.img rules.img
says 'directories of ours beside them' 'made file 4D0' -r sim:rules.img \
    --auth "$adm1" card prepare
rules 'they stand'
edits 'in ours'

# ---- a broken document: said once, the others are there, nothing is lost
says 'a demo card' 'profile: *demo' card new demo.img
broken() {	# broken NAME OFFSET HEX: in OperatorX
	cp demo.img broken.img
	"$dmsc" -r sim:broken.img --auth "$adm1" file write --offset "$2" \
	    7F50/4D10 "$3" >out 2>err
	cp broken.img before.img
	says "$1: discover" 'provisioning data: dm' -r sim:broken.img discover
	says "$1: docs" OperatorX -r sim:broken.img docs
	fails "$1: ls" 10 OperatorX -r sim:broken.img ls /OperatorX
	fails "$1: cat" 10 OperatorX -r sim:broken.img \
	    cat /OperatorX/DMAcc/opx/Name
	fails "$1: set" 10 OperatorX -r sim:broken.img --auth "$adm1" \
	    set --commit /OperatorX/DMAcc/opx/Name x
	run -r sim:broken.img device poweron --device "$1"
	[ $status -eq 10 ] && grep -q 'OperatorX .*broken' out &&
	    grep -q 'Personal .*skipped' out &&
	    grep -q '^dmsc: device poweron: /OperatorX: ' err
	verdict $? "$1: power-on says broken, and goes on"
	says "$1: its bytes" . -r sim:broken.img export --raw \
	    /OperatorX
	says "$1: another document" GreatApp -r sim:broken.img \
	    --auth 81=@"$top_srcdir/scripts/demo/pin81" ls /Personal
	unchanged "$1: the card is as before" broken.img before.img
	says "$1: mended by an import" committed -r sim:broken.img \
	    --auth "$adm1" import \
	    "$top_srcdir/scripts/demo/OperatorX.xml" /OperatorX --commit
	says "$1: whole again" 'Operator X' -r sim:broken.img \
	    cat /OperatorX/DMAcc/opx/Name
}
broken cut 900 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
broken garbage 0 FE0102030405060708
broken overrun 0 02A4016AFF7F6D6C71

# ---- no room, no image, a busy image, an image that is none
full() {	# full NAME ARG...: fails for want of room, nothing happened
	title=$1
	shift
	cp full.img before.img
	fails "$title" 11 'memory\|room' -r sim:full.img --auth "$adm1" "$@"
	grep -q 'next: .*docs' err && ! grep -q -- --in-place err
	verdict $? "$title: in place is no way out"
	unchanged "$title: the card is as before" full.img before.img
}
cp demo.img full.img
"$dmsc" -r sim:full.img --auth "$adm1" -c 'mkdoc A --size 60000' \
    -c 'mkdoc B --size 51000' -c commit >out 2>err
verdict $? 'a card with little room'
head -c 14000 /dev/zero | tr '\0' x >much
full 'a new document' mkdoc C --size 30000 --commit
full 'a value too long' set --commit --file much /OperatorX/NAP/internet/Name
says 'what fits goes on' committed -r sim:full.img --auth "$adm1" \
    set --commit /OperatorX/NAP/internet/Name small

fails 'no image' 3 'No such file' -r sim:nowhere.img ls /
head -c 4000 /dev/urandom >junk.img
fails 'no image of ours' 10 . -r sim:junk.img ls /
mkfifo lines
"$dmsc" -r sim:demo.img <lines >held 2>&1 &
holder=$!
exec 5>lines
echo 'ls /' >&5
tries=100
while [ ! -s held ] && [ $tries -gt 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
fails 'an image in use' 5 "process $holder" -r sim:demo.img ls /
fails 'nor is it replaced' 5 "process $holder" card new --force demo.img
exec 5>&-
wait "$holder"
says 'free again' OperatorX -r sim:demo.img ls /
echo "1..$n"
exit $bad
