#!/bin/sh
# Every command on a locked card, before a secure channel is open (AUTH-2,
# AUTH-3): exit 7 and the whole line to type, which then is not refused for
# want of a channel; or one of those that ask nothing of such a card, each
# with its reason. A command without a row here fails.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
ln -s "$src/scripts" scripts
PATH=$build:$PATH
NO_COLOR=1 TERM=dumb LC_ALL=C.UTF-8 TZ=UTC0 EDITOR=true
DMSC_DATA_DIR=$src XDG_STATE_HOME=$work/state HOME=$work
export PATH NO_COLOR TERM LC_ALL TZ EDITOR DMSC_DATA_DIR XDG_STATE_HOME HOME
n=0
bad=0
report() {	# report STATUS TITLE [FILE...]
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=1
	title=$2
	shift 2
	[ $# -eq 0 ] || sed 's/^/# /' "$@"
	echo "not ok $n - $title"
}

dmsc card new --seed 1 --profile locked fresh.img >new.txt || exit 99
# The card as it should be for what an open channel must reach: a backup, a
# commit to take back, an accounts document.
scp=scp=@scripts/demo/scp-keys
cp fresh.img k.img
dmsc -r sim:k.img --auth "$scp" backup b.json >/dev/null || exit 99

# What asks nothing of the card, or shows what the card answers.
free() {	# free COMMAND: why it is not refused, or fails
	case $1 in
	help|history|option|pwd|exit|doctor|readers|trace|run|lua|test)
		echo 'of this program alone' ;;
	connect|disconnect|reset|wait)
		echo 'of the reader alone' ;;
	each|batch\ *)
		echo 'it has readers of its own' ;;
	'card new'|'card ota'|'card push'|'card serve'|'card show')
		echo 'of an image of this machine' ;;
	'device clock'|'device functions'|'device place'|\
	'device reset'|'device services'|'device set'|'device show'|\
	'device tree'|'device updates')
		echo 'of the simulated device alone' ;;
	'device app'|'device get'|'device unmount')
		echo 'of the simulated device alone' ;;
	'device package')
		echo 'what the card does not check is not approved' ;;
	dmserver)
		echo 'of a DM server alone' ;;
	convert|'dm package'|'receipt verify')
		echo 'of files alone' ;;
	receipt)
		echo 'none was started' ;;
	'events tell')
		echo 'the card asked for no event' ;;
	commit|recover|revert|undo|journal)
		echo 'nothing is changed, no commit was cut or made' ;;
	'file ls'|'file tree'|'file fcp')
		echo 'SELECT alone, which is discovery' ;;
	dm\ *|'device server'|'device session'|'device sync')
		echo 'EF.DIR names no such application, which is discovery' ;;
	'scp open'|'scp status'|'scp close')
		echo 'authentication itself' ;;
	apdu)
		echo "the card's own answer is shown" ;;
	*)
		return 1 ;;
	esac
}

# The arguments of a first line that reaches for the card.
args() {	# args COMMAND
	case $1 in
	'acl'|'set')	echo "/OperatorX/DMAcc/opx/ServerID x --commit" ;;
	'acl show'|cat|stat|export)
			echo "/OperatorX/DMAcc/opx/ServerID" ;;
	add)		echo "/OperatorX/DMAcc/opx/New x --commit" ;;
	'device mount')	echo "/OperatorX" ;;
	backup)		echo "again.json" ;;
	'card prepare'|discover|docs|info|lint|ls|plan|status|tree) ;;
	'device diff'|'device poweron'|events|'events wait'|'key list'|'lwm2m show') ;;
	'receipt start') ;;
	'pin status')	;;
	cd)		echo "/OperatorX" ;;
	edit)		echo "/OperatorX --commit" ;;
	cp|mv)		echo "/OperatorX/DMAcc/opx/Name" \
			    "/OperatorX/DMAcc/opx/Ext --commit" ;;
	'device copy')	echo "./DevInfo /Device" ;;
	diff)		echo "/OperatorX /Personal" ;;
	'file access'|'file read')
			echo "7F50/5031" ;;
	'file write')	echo "7F50/5032 FF --offset 60 --yes=9633" ;;
	find)		echo "ServerID" ;;
	import)		echo "scripts/demo/OperatorX.xml /OperatorX --commit" ;;
	'key delete')	echo "31 --yes=9633" ;;
	'key show'|'key public'|'key csr'|'key generate')
			echo "01" ;;
	'key certify')	echo "01 $src/scripts/demo/operator.pem" ;;
	'key put')	echo "31 --keys @scripts/demo/scp-keys" ;;
	'lwm2m set')	echo "/OperatorX --nosec --uri coap://a --commit" ;;
	mac)		echo "/Mail --scheme userpin --pin" \
			    "@scripts/demo/pin1" ;;
	mkdoc)		echo "Fresh --commit" ;;
	rm)		echo "/OperatorX/DMAcc/opx/Name --commit" ;;
	rmdoc)		echo "/OperatorX --commit" ;;
	restore)	echo "b.json --commit" ;;
	'pin verify'|'pin disable'|'pin enable')
			echo "1 @scripts/demo/pin1" ;;
	'pin change')	echo "1 @scripts/demo/pin1 @scripts/demo/pin1" ;;
	'pin unblock')	echo "1 @scripts/demo/puk1 @scripts/demo/pin1" ;;
	sign)		echo "/OperatorX --commit" \
			    "--key @$src/scripts/demo/operator-key" \
			    "--cert $src/scripts/demo/operator.pem" ;;
	verify)		echo "/OperatorX --ca $src/tests/crypto/data/ca.pem" \
			    "--signature $src/tests/crypto/data/rsa.p7s" ;;
	*)		return 1 ;;
	esac
}

try() {	# try COMMAND: refused with 7; then the line that was told
	cp fresh.img k.img
	rm -f again.json
	# shellcheck disable=SC2086
	setsid -w dmsc -r sim:k.img $1 $(args "$1") </dev/null >out 2>err
	got=$?
	line=$(sed -n 's/^next: \(dmsc .*--\(auth scp=\|keys \).*\)/\1/p' err |
	    sed 's|SOURCE|@scripts/demo/scp-keys|' | head -1)
	cmp -s fresh.img k.img && [ "$got" -eq 7 ] && [ -n "$line" ] &&
	    grep -q '^dmsc: .*\(is locked\|secure channel\|SW 6982\)' err
	report $? "$1: refused, and what to type is named" err
	[ -n "$line" ] || return
	setsid -w sh -c "$line" </dev/null >out 2>err2
	got=$?
	[ "$got" -ne 2 ] && [ "$got" -ne 9 ] &&
	    ! grep -q 'is locked\|secure channel' err2
	report $? "$1: with that line the card is open" err err2
}

sed -n 's/^	X(\([a-z0-9_]*\)).*/\1/p' "$src/shell/cmd/cmds.h" |
    tr _ ' ' >names
while read -r name; do
	if why=$(free "$name"); then
		echo "# $name: $why"
	elif ! args "$name" >/dev/null; then
		report 1 "$name: no row in locked.sh: is it refused?"
	else
		try "$name"
	fi
done <names

# Those that reach the card all the same see no more than discovery.
for name in 'file ls' 'file tree' 'scp status' commit; do
	cp fresh.img k.img
	# shellcheck disable=SC2086
	setsid -w dmsc -r sim:k.img $name </dev/null >out 2>err
	[ $? -eq 0 ] && ! grep -q 'OperatorX\|Personal' out err
	report $? "$name: nothing of a document" out err
done
for f in 2F00:A000000063504B43532D3135 2FE2:8988211436045029633; do
	dmsc -r sim:k.img file read "${f%%:*}" 2>&1 | grep -q "${f#*:}"
	report $? "EF ${f%%:*} can be read"
done
echo "1..$n"
exit $bad
