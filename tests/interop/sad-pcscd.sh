#!/bin/sh
# Readers that are empty or held, cards that are pulled or swapped in the
# middle of a commit, behind a real pcscd: the right exit status, one clear
# error, and the card as before.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-build}" && pwd)
pcscd_start
cd "$env_dir" || exit 99
. "$top_srcdir/tests/interop/sad-env.sh"
first='Virtual PCD 00 00'
second='Virtual PCD 00 01'
pulled=$top_builddir/tests/interop/pulled
adm1=adm1=@$top_srcdir/scripts/demo/adm1
leaf=/OperatorX/NAP/internet/Name
other_pid=

# ---- no service, no reader, no card
says 'the readers are listed' "$second *empty" readers
fails 'an empty reader' 4 'no card' -r "$second" ls /
fails 'an empty reader: discover' 4 'no card' -r 1 discover
fails 'no such reader' 3 'no reader' -r 'ACME reader' ls /
fails 'no such number' 3 'no reader number 9' -r 9 ls /
fails 'several readers of that name' 3 'several readers' -r 'Virtual' ls /
fails 'no card with that ICCID' 3 'no card with ICCID' \
    -r 8988211999999999999 ls /
fails 'nothing comes' 4 . -r "$second" wait --timeout 1 insert
PCSCLITE_CSOCK_NAME=$PWD/none
export PCSCLITE_CSOCK_NAME
fails 'no PC/SC service' 3 . -r "$first" ls /
says 'the embedded card needs none' OperatorX ls /
unset PCSCLITE_CSOCK_NAME

# ---- a reader held by another program
"$dmsc" card new one.img >out 2>err && "$dmsc" card new two.img >>out 2>>err
card_start one.img "$vpcd_port"
"$dmsc" -r "$first" wait insert >out 2>err
mkfifo lines
"$dmsc" -r "$first" --auth "$adm1" <lines >held 2>&1 &
holder=$!
exec 5>lines
echo 'ls /' >&5
wait_for 10 test -s held
fails 'a reader that another program has' 5 "$holder" -r "$first" ls /
fails 'it is named' 5 "by $holder dmsc" -r "$first" discover
exec 5>&-
wait "$holder"
says 'free again' OperatorX -r "$first" ls /
card_stop

# ---- a card pulled in the middle of a commit
put() {	# put COMMANDS before|after [OTHER]: a card that will be pulled
	[ -z "$other_pid" ] || { kill "$other_pid"; wait "$other_pid"; } \
	    2>/dev/null
	"$dmsc" -r "$first" wait --timeout 5 remove >out 2>err
	cp one.img card.img
	"$pulled" "$vpcd_port" card.img "$@" >pulled.log 2>&1 9>&- &
	other_pid=$!
	wait_for 10 grep -qs 'in the reader' pulled.log
	"$dmsc" -r "$first" wait --timeout 5 insert >out 2>err
}
value_is() {	# value_is VALUE...: one of these, the rest is whole
	run -r sim:card.img -c "cat $leaf" -c "ls /OperatorX/Mail" \
	    --auth 81=@"$top_srcdir/scripts/demo/pin81" -c 'ls /Personal'
	[ $status -eq 0 ] && grep -q GreatApp out && grep -q home out ||
	    return 1
	for value in "$@"; do
		[ "$(head -1 out)" = "$value" ] && return 0
	done
	return 1
}
whole() {	# whole NAME VALUE...
	title=$1
	shift
	value_is "$@"
	verdict $? "$title"
}
commit() {
	run -r "$first" --auth "$adm1" "$@" set --commit $leaf \
	    'after the pull'
}
# One line, and what to do next: the card was removed.
pulled_out() {
	[ $status -eq 4 ] && [ ! -s out ] &&
	    [ "$(errors)" -eq 1 ] && grep -q '^next: ' err
}
old=$("$dmsc" -r sim:one.img cat $leaf)
put 100000 before
commit --trace all.apdu
total=$(grep -c '^> ' all.apdu)
[ $status -eq 0 ] && [ "$total" -gt 20 ]
verdict $? "a commit with the card in place: $total commands"
for at in $((total / 2)) $((total - 9)) $((total - 5)) $((total - 2)); do
	put $at before
	commit
	pulled_out
	verdict $? "pulled before command $((at + 1)): status 4, one error"
	whole "pulled before command $((at + 1)): old or new" "$old" \
	    'after the pull'
	says "after command $at: a second try is whole" . -r sim:card.img \
	    --auth "$adm1" set --commit $leaf 'after the pull'
	whole "after command $at: and holds" 'after the pull'
done
put $((total - 4)) after
commit
pulled_out
verdict $? 'pulled with an answer on its way: status 4, one error'
whole 'old or new' "$old" 'after the pull'

# ---- a card of the old style: each answer must be fetched
put 100000 t0
says 'answers behind 61xx: discover' 'provisioning data: dm' -r "$first" \
    discover
commit
[ $status -eq 0 ]
verdict $? 'answers behind 61xx: a commit'
run -r "$first" tree /OperatorX
mv out theirs
run -r sim:one.img tree /OperatorX
sed -i "s/$old/after the pull/" out
cmp out theirs >err
verdict $? 'answers behind 61xx: the same tree'
raw='apdu --raw 00A40004023F00'
says 'answers behind 61xx: as they are' '^61' -r "$first" $raw

# ---- a card swapped for another in the middle
"$dmsc" -r sim:two.img --auth "$adm1" set --commit $leaf 'the other card' \
    >out 2>err
swapped() {	# swapped NAME: the other card is there, and as it was
	wait_for 10 grep -qs 'commands' pulled.log
	"$dmsc" -r "$first" wait --timeout 5 insert >out 2>err
	says "$1: the other card is in the reader" 'the other card' \
	    -r "$first" cat $leaf
	kill "$other_pid"
	wait "$other_pid" 2>/dev/null
	other_pid=
	unchanged "$1: nothing was written to it" other.img two.img
	whole "$1: the first is old or new" "$old" 'after the pull'
}
for at in $((total / 2)) $((total - 4)); do
	cp two.img other.img
	put $at before other.img 1200
	commit
	pulled_out
	verdict $? "swapped before command $((at + 1)): status 4, one error"
	swapped "swapped before command $((at + 1))"
done
# At once: PC/SC sees an exchange that was cut, and no change of card.
cp two.img other.img
put $((total - 6)) before other.img 0
commit
case $status in
4 | 5) [ ! -s out ] && [ "$(errors)" -eq 1 ] ;;
*) false ;;
esac
verdict $? 'swapped unseen: status 4 or 5, one error'
swapped 'swapped unseen'

# ---- the working copy outlives the pull, and goes to no card that differs
cp two.img other.img
put $((total / 2)) before other.img 1200
run -k --json -r "$first" --auth "$adm1" -c "set $leaf never" -c commit \
    -c "wait --timeout 5 insert" -c connect \
    -c "pin verify adm1 ${adm1#*=}" -c commit -c status
sed -n 's/.*"cmd":"\([^"]*\)".*"exit":\([0-9]*\).*/\1 \2/p' out >steps
cp out steps.out
cat >want <<'END'
set 0
commit 4
wait 0
connect 0
pin verify 0
commit 0
status 0
END
diff want steps >out 2>&1
verdict $? 'reconnected to another card'
tail -2 steps.out | head -1 | grep -q '"way":"none"'
verdict $? 'nothing to commit there'
swapped 'after that'
echo "1..$n"
exit $bad
