#!/bin/sh
# The secure channel through a real pcscd and a virtual reader: the same lines
# on a locked card there and inside the program.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-build}" && pwd)
dmsc=$top_builddir/dmsc
dmsc_talk=$top_builddir/tests/interop/scp-talk
pcscd_start
cd "$env_dir" || exit 1
reader='Virtual PCD 00 00'
NO_COLOR=1 TERM=dumb XDG_STATE_HOME=$env_dir/state DMSC_DATA_DIR=$top_srcdir
export NO_COLOR TERM XDG_STATE_HOME DMSC_DATA_DIR
keys=@$top_srcdir/scripts/demo/scp-keys
"$dmsc" card new --seed 5 --profile locked sim.img >/dev/null
cp sim.img pcsc.img
card_start pcsc.img "$vpcd_port"
"$dmsc" wait insert -r "$reader" >/dev/null
n=0
bad=0
settle() {
	sed -e 's/[0-9]* APDUs/N APDUs/g' -e "s/-r '$reader'/-r READER/g" \
	    -e 's/-r sim:sim.img/-r READER/g' \
	    -e 's|--auth scp=@[^ ]* cat|--auth scp=KEYS cat|' \
	    -e 's/20[0-9]\{6\}T[0-9]\{6\}Z-[0-9]*/TIME/g'
}
both() {	# both TITLE WORD OPTION...: the same, and WORD is in it
	title=$1 word=$2
	shift 2
	setsid -w "$dmsc" -r sim:sim.img "$@" </dev/null 2>&1 | settle >a
	setsid -w "$dmsc" -r "$reader" "$@" </dev/null 2>&1 | settle >b
	n=$((n + 1))
	if diff a b >d && grep -q "$word" b; then
		echo "ok $n - $title"
	else
		bad=1
		sed 's/^/# /' d b | head -40
		echo "not ok $n - $title"
	fi
}
both 'nothing before it is open' 'is locked' cat /OperatorX/DMAcc/opx/Name
for level in 01 03 11 13 33; do
	both "level $level" opx -c "scp open --keys $keys --level $level" \
	    -c 'tree /OperatorX' -c 'find ServerID'
done
both "LwM2M's way" com.operatorx.dm -c "scp open --lwm2m --keys $keys" \
    -c 'cat /OperatorX/DMAcc/opx/ServerID'
both 'a commit' committed -c "scp open --keys $keys" \
    -c 'set /OperatorX/DMAcc/opx/ServerID other.example' -c commit
both 'is there' other.example -c "scp open --keys $keys" \
    -c 'cat /OperatorX/DMAcc/opx/ServerID'
both 'new keys' E52F42 -c "scp open --keys $keys" \
    -c "key put 31 --keys $keys" -c 'key list'
both 'and they end with the channel' 'scp open' \
    -c "scp open --keys $keys --kvn 31" -c 'scp close' -c 'ls /OperatorX'
setsid -w "$dmsc" -r "$reader" -c "scp open --keys $keys" \
    -c 'receipt start --nonce 01' -c 'tree /OperatorX' \
    -c 'receipt --out r.p7m --transcript r.txt' </dev/null >b 2>&1 &&
    "$dmsc" receipt verify --ca "$top_srcdir/scripts/demo/ca.pem" --nonce 01 \
    r.p7m r.txt >b 2>&1 && grep -q '^good' b && grep -q '^> 33 00B0' r.txt
report=$?
n=$((n + 1))
if [ $report -eq 0 ]; then
	echo "ok $n - a receipt"
else
	bad=1
	sed 's/^/# /' b
	echo "not ok $n - a receipt"
fi
card_stop

# LwM2M's bootstrap (Core TS, Appendix H): the PKCS#15 application's keys, all
# four protections, 16 byte MACs; nothing of it in the clear.
DMSC_TEST_CARD=lwm2m "$dmsc" card new --force \
    --profile "$top_srcdir/tests/interop/cards.lua" sim.img >/dev/null
cp sim.img pcsc.img
"$dmsc" wait remove -r "$reader" >/dev/null
card_start pcsc.img "$vpcd_port"
"$dmsc" wait insert -r "$reader" >/dev/null
both 'LwM2M bootstrap: not in the clear' 'asks for secure messaging' \
    cat /BOOTST/0/0/0
both 'and what to type is told' 'scp=KEYS cat' cat /BOOTST/0/0/0
printf 'hex:%s' 404142434445464748494A4B4C4D4E4F \
    505152535455565758595A5B5C5D5E5F 606162636465666768696A6B6C6D6E6F |
    sed 's/hex://2g' >keys
lwm2m='scp open --lwm2m --keys @keys --test-keys'
both 'LwM2M bootstrap: opened as LwM2M says' 'leshan.eclipseprojects.io' \
    --trace t.apdu -c "$lwm2m" -c 'scp status' \
    -c 'cat /BOOTST/0/0/0' -c 'lwm2m show' -c 'file read 7F50/6432'
both 'and shut again' 'asks for secure messaging' \
    -c "$lwm2m" -c 'scp close' -c 'cat /BOOTST/0/0/0'
n=$((n + 1))
if grep -q '^> 84823300 *20' t.apdu && grep -q '^> 80500000 *10' t.apdu; then
	echo "ok $n - EXTERNAL AUTHENTICATE with P1 33, challenges of 16 bytes"
else
	bad=1
	echo "not ok $n - EXTERNAL AUTHENTICATE with P1 33"
fi
card_stop

# Both ends against each other, drawn, on cards with six sets of keys.
for protocol in T=0 T=1; do
	"$dmsc_talk" --image $protocol talk.img || exit 1
	card_start talk.img "$vpcd_port"
	"$dmsc" wait insert -r "$reader" >/dev/null
	"$dmsc_talk" --reader "$reader" >talk 2>&1
	talked=$?
	card_stop
	"$dmsc" wait remove -r "$reader" >/dev/null
	while IFS= read -r line; do
		case $line in
		'ok '*)
			n=$((n + 1))
			echo "ok $n - pcscd, $protocol: ${line#* - }"
			;;
		'not ok '*)
			n=$((n + 1))
			echo "not ok $n - pcscd, $protocol: ${line#* - }"
			;;
		'#'*)
			echo "$line"
			;;
		esac
	done <talk
	grep -q '^1\.\.' talk && [ $talked -eq 0 ] && continue
	bad=1
	n=$((n + 1))
	echo "not ok $n - pcscd, $protocol: all was run"
done
echo "1..$n"
exit $bad
