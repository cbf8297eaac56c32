#!/bin/sh
# A recording holds ** for secrets, and is replayed: masked bytes of a command
# match anything, those of an answer are fillers of the same length.
src=$(cd "${top_srcdir:-.}" && pwd)
dmsc=$(cd "${top_builddir:-build}" && pwd)/dmsc
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state
DMSC_DATA_DIR=$src
NO_COLOR=1
export XDG_STATE_HOME DMSC_DATA_DIR NO_COLOR
. "$src/tests/verdict.sh"
outputs="was is"
hex_of() {
	printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F
}
cd "$work" || exit 99
echo 2468 >right
echo 97531 >other
secret=/OperatorX/DMAcc/opx/AppAuth/client/AAuthSecret
"$dmsc" card new --seed 3 c.img >/dev/null || exit 99

# All that is said of the card, by a PIN from a file. Exit statuses count.
talk() {	# talk READER FILE [OPTION...]
	reader=$1 pin=$2
	shift 2
	"$dmsc" -r "$reader" "$@" -k -c "pin verify 1 @other --spend-try" \
	    -c "pin verify 81 @$pin" -c 'ls -l /' \
	    -c 'cat /OperatorX/DMAcc/opx/ServerID' -c "cat $secret" \
	    -c 'cat /Personal/GreatApp/User' -c 'pin status'
	echo "status $?"
}
talk sim:c.img right --trace trace >was 2>&1
value=$("$dmsc" -r sim:c.img cat "$secret")
user=$("$dmsc" -r sim:c.img --auth 81=@right cat /Personal/GreatApp/User)
[ -n "$value" ] && [ -n "$user" ] && grep -qx -e "$value" was &&
    grep -qx -e "$user" was && grep -q 'PIN81: verified' was
verdict $? 'a conversation with secrets'
cp trace is
for one in 2468 97531 "$value" "$user"; do
	! grep -q "$(hex_of "$one")" trace
	verdict $? 'a secret is not in the recording'
done
grep -q '^> 0020008108\*\*\*\*\*\*\*\*\*\*\*\*\*\*\*\*$' trace &&
    grep -q '^> 0020000108\*\*\*\*\*\*\*\*\*\*\*\*\*\*\*\*$' trace &&
    grep -q '^< .*\*\*.*9000$' trace
verdict $? 'but masks are, byte for byte'

# Another ledger: this one would not send the wrong value again.
XDG_STATE_HOME=$work/again
talk replay:trace other >is 2>&1
grep -q 'PIN81: verified' is
verdict $? 'a masked command matches any value'
filler=$(printf %s "$value" | tr -c '' x)
grep -qx "$filler" is && ! grep -q -e "$value" is
verdict $? 'a masked value has its length'
! grep -q -e "$user" is
verdict $? 'a masked document reads as nothing'
grep -vx -e "$value" -e "$user" -e 'status .*' was >was.open
grep -vx -e "$filler" -e 'status .*' -e '.*/Personal/GreatApp/User.*' \
    -e 'next: ls.*' is | sed 's/,* *[0-9]* warnings*$//' >is.open
cmp -s was.open is.open
verdict $? 'all else is as it was'
"$dmsc" -r replay:trace file read 3F00/2F06 >is 2>&1
[ $? -eq 5 ]
verdict $? 'what was not said is not made up'
# The card's own tree: secrets by their names, also in documents, and all that
# is personal, in commands and in answers.
cat >acc.xml <<'XML'
<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><RTProperties>
<Format><node/></Format></RTProperties><Node><NodeName>AAuthSecret</NodeName>
<RTProperties><Format><chr/></Format></RTProperties><Value>in-a-document</Value>
</Node></Node></MgmtTree>
XML
sed -e 's|./Group/Mail/Server|./Group/Mail/Password|' \
    -e 's|mail.operatorx.example|in-a-message|' \
    "$src/scripts/demo/group-mail.xml" >sent.xml
printf %s in-a-value >value
printf 'hex:4444444444444444' >adm1
"$dmsc" card new --seed 4 --profile dmsc d.img >/dev/null
"$dmsc" -r sim:d.img --trace own --auth adm1=@adm1 --auth 81=@right \
    -c 'dm add --tnds --file acc.xml ./Group/A' -c 'dm send sent.xml' \
    -c 'dm add ./Personal/P personal-value' \
    -c 'dm replace -F value ./DMAcc/ma/AppAuth/server/AAuthSecret' \
    -c 'dm get ./Personal/Contact/Name' -c 'tree /card/Personal' \
    -c 'set /card/Personal/Contact/Name personal-edit' -c commit >is 2>&1
verdict $? 'a conversation with the tree of a card'
cp own is
for one in in-a-document in-a-message in-a-value personal-value \
    'Alice Example' personal-edit; do
	! grep -q "$(hex_of "$one")" own
	verdict $? "the tree of a card: '$one' is not in the recording"
done
grep -q "$(hex_of ./Group/Mail/Password)" own
verdict $? 'what is no secret is'
echo "1..$n"
exit $bad
