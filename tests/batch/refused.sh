#!/bin/sh
# What a batch refuses: data files that are wrong, each with line, column and
# reason; a wrong key file after one refused authentication; books that were
# changed by a byte. And no file of a batch has a secret of a row in it.
. "${top_srcdir:-.}/tests/batch/start.sh"
job=$src/scripts/personalise.lua
keys=csv:k.csv

for o in --out --readers; do	# each alone is not enough
	dmsc batch run "$job" none.csv $o "$work/none" >out 2>err
	[ $? -eq 2 ] && grep -q 'batch run: --[a-z]* is missing' err &&
	    grep -q 'next: .*help batch run' err
	verdict $? "batch run with $o alone"
done

# ---- data files: what sed makes of a good one, and what must be said

dmsc "$src/scripts/make-batch.lua" 3 good.csv k.csv 1 || exit 1
bad() {	# bad LINE:COLUMN REASON SED...
	where=$1 why=$2
	shift 2
	sed "$@" good.csv >bad.csv
	cmp -s good.csv bad.csv && echo 'sed changed nothing' >err
	dmsc batch check "$job" bad.csv --keys "$keys" --sample 1 >out 2>err
	got=$?
	[ "$got" -eq 10 ] && [ ! -s out ] &&
	    grep -q "bad.csv:$where:" err && grep -q -- "$why" err &&
	    ! grep -q "$(sed -n 5p good.csv | cut -d, -f7)" err
	verdict $? "$where: $why"
}
bad 1:1 "a line of the header is" '1s/.*/#/'
bad 1:3 'the header knows' '1s/batch/lot/'
bad 3:1 'the header has no batch' '1s/.*/# product: demo/;3d'
bad 3:1 'the header has no product' '3d'
bad 4:3 'quantity stands twice' '3a# quantity: 3'
bad 2:13 'a number from 1' '2s/3/0/'
bad 2:13 'a number from 1' '2s/3/three/'
bad 1:10 'letters, digits' '1s/: .*/: a b/'
bad 8:1 '3 rows, the header says 4' '2s/3/4/'
bad 7:1 'more rows than the quantity' '2s/3/2/'
bad 4:1 "a column is 'NAME:ENCODING'" '4s/iccid:iccid/iccid/'
bad 4:13 'no such encoding as imsy' '4s/imsi:imsi/imsi:imsy/'
bad 4:23 'a second column imsi' '4s/pin1:pin/imsi:imsi/'
bad 4:1 'must not be secret' '4s/iccid:iccid/iccid:key/'
bad 5:1 'its check digit is wrong' \
    '5s/^\(.\{18\}\)\(.\)/\1x/;5s/x/0/;5s/^\(.\{18\}\)0/\11/'
bad 5:1 'not decimal digits' '5s/^8988/89A8/'
bad 5:1 'does not begin with 89' '5s/^8988/0088/;5s/^[0-9]*/000000000000000000/'
bad 5:1 'it has 17 digits' '5s/^\([0-9]\{17\}\)[0-9]*/\1/'
bad 5:1 'it is empty' '5s/^[0-9]*,/,/'
bad 5:21 'it has 16 digits' '5s/,\([0-9]*\),/,\10,/'
bad 6:1 'it stands in line 5 already' '5{h};6{G;s/^[0-9]*,\(.*\)\n\([0-9]*\),.*/\2,\1/}'
bad 6:21 'it stands in line 5 already' \
    '5{h};6{G;s/^\([0-9]*\),[0-9]*,\(.*\)\n[0-9]*,\([0-9]*\),.*/\1,\3,\2/}'
bad 5:37 'it has 3 digits' '5s/^\([0-9]*,[0-9]*,...\)./\1/'
bad 5:37 'not decimal digits' '5s/^\([0-9]*,[0-9]*,...\)./\1x/'
bad 5:42 'it has 7 digits' '5s/^\(\([0-9]*,\)\{3\}\)./\1/'
bad 5:65 'not 8 bytes' '5s/^\(\([0-9]*,\)\{6\}\)./\1/'
bad 5:65 'not 8 bytes' '5s/^\(\([0-9]*,\)\{6\}\)./\1x/'
bad 5:82 'ends with a blank' '5s/$/ /'
bad 5:82 'a control character' "5s/user1/us$(printf '\001')r/"
bad 5:82 'not UTF-8' "5s/user1/us$(printf '\377')r/"
bad 5:65 '7 cells for 8 columns' '5s/,[^,]*$//'
bad 5:106 '9 cells for 8 columns' '5s/$/,more/'
bad 5:82 'a quote inside a cell' '5s/user1/us"er/'
bad 5:82 'a quote has no end' '5s/user1/"user1/'
bad 5:82 'text behind a closing quote' '5s/user1/"u"ser1/'
key=00112233445566778899AABBCCDDEEFF
with() {	# with KEY CHECK: sed that adds a key and its check value
	echo "4s/\$/,k:key,k_check:kcv/;5,7s/\$/,$1,$2/"
}
bad 5:106 'odd number' "$(with 0 3544E0)"
bad 5:106 'not hexadecimal' "$(with 0G 3544E0)"
bad 5:106 '16, 24 or 32 bytes' "$(with 0011 3544E0)"
bad 5:139 'it is not that of k' "$(with $key 3544E1)"
bad 5:139 'has 3 bytes' "$(with $key 3544)"
bad 4:80 'a check value is of the key' '4s/$/,k:kcv/'
bad 5:106 'it is empty' "$(with '' 3544E0)"

missing() {	# missing WHAT SED...: no place but the file
	what=$1
	shift
	sed "$@" good.csv >bad.csv
	dmsc batch check "$job" bad.csv --keys "$keys" >out 2>err
	[ $? -eq 10 ] && grep -q "$what" err
	verdict $? "$what"
}
missing 'the job asks for pin1:pin' '4s/pin1/pinx/'
missing 'puk1 is digits, the job asks for puk' '4s/puk1:puk/puk1:digits/'
missing 'for another product' '3s/demo/other/'

dmsc batch check "$job" good.csv --keys "$keys" >out 2>err &&
    grep -q '3 rows are good, 3 were tried' out
verdict $? 'the good one passes'

# ---- a wrong key file

dmsc "$src/scripts/make-batch.lua" 30 b.csv k.csv || exit 1
sed 's/6B6579203032/6B6579203F32/' k.csv >wrong.csv	# Key-MAC
sed 's/6B6579203031/6B6579203F31/' k.csv >wrong-enc.csv
dmsc batch run "$job" b.csv --out dir --readers sim:8 --keys csv:wrong.csv \
    >out 2>err
[ $? -eq 7 ] && [ "$(grep -c 'authentication refused' dir/audit.jsonl)" -eq 1 ]
verdict $? 'a wrong key file: exit 7, one refusal in the books'

# The tries on the cards prove it: byte 4 of the key set in the image.
tries() {
	for i in dir/sim/*.img dir/sim/cut/*.img; do
		[ -f "$i" ] && od -An -tu1 -j $((64 + 0x12903)) -N1 "$i"
	done | sort | uniq -c | tr -s ' \n' ' '
}
case $(tries) in
' 1 2 '*' 3 '|' 1 2 ') good=0 ;;
*) good=1; tries >err ;;
esac
verdict "$good" 'one card has lost one try, the others none'

dmsc batch resume dir --readers sim:8 --keys csv:wrong.csv >out 2>err
[ $? -eq 7 ] && case $(tries) in
' 1 2 '*|' 2 2 '*) true ;;
*) tries >err; false ;;
esac
verdict $? 'the same key again: never twice to one card'

# Key-ENC alone: the card refuses nothing, but nobody understands it.
dmsc batch run "$job" b.csv --out enc --readers sim:4 --keys csv:wrong-enc.csv \
    >out 2>err
[ $? -eq 7 ] && grep -q 'is nonsense' out && grep -q ' 0 rejected, 30 open' out
verdict $? 'a wrong Key-ENC stops all readers too, no card is scrap'

# The second key of a card is wrong, on all of them.
ln -s "$src/scripts/demo" demo
sed 's/"adm1", source = row.adm1/"adm1", source = row.puk1/' "$job" >second.lua
dmsc batch run second.lua b.csv --out second --readers sim:8 \
    --keys "$keys" >out 2>err
[ $? -eq 7 ] &&
    [ "$(grep -c 'authentication refused' second/audit.jsonl)" -eq 1 ]
verdict $? 'a wrong second key: one refusal in the books'

# ---- books

dmsc batch resume dir --readers sim:4 --keys "$keys" >out 2>err
verdict $? 'with the right key every row is sealed'
[ -z "$(find dir b.csv k.csv -perm /077 ! -path 'dir/sim/*')" ]
verdict $? 'nobody else may read the files'
dmsc batch verify dir >out 2>err
verdict $? 'the books hold'
size=$(wc -c <dir/audit.jsonl)
cp dir/audit.jsonl whole
i=0
good=0
while [ "$i" -lt 12 ]; do
	at=$(od -An -N4 -tu4 /dev/urandom | awk -v n="$size" '{ print $1 % n }')
	cp whole dir/audit.jsonl
	was=$(od -An -tu1 -j "$at" -N1 whole)
	printf "\\$(printf %03o $((was ^ 1)))" |
	    dd of=dir/audit.jsonl bs=1 seek="$at" conv=notrunc 2>err
	dmsc batch verify dir >out 2>err
	[ $? -eq 1 ] || { good=1; echo "byte $at" >>err; break; }
	i=$((i + 1))
done
verdict "$good" 'one byte changed anywhere: exit 1'
cp whole dir/audit.jsonl
sed -i '$d' dir/audit.jsonl
dmsc batch verify dir >out 2>err
[ $? -eq 1 ]
verdict $? 'the last line is missing: exit 1'
cp whole dir/audit.jsonl

dmsc batch close dir >out 2>err && grep -q '30 good, 0 rejected, 0 open' out
verdict $? 'it closes'
dmsc batch resume dir --readers sim:1 --keys "$keys" >out 2>err
[ $? -eq 2 ] && grep -q 'is closed' err
verdict $? 'a closed batch is not resumed'

# The signature, by others too; a secret column under the transport key.
sed 's/^local job = {/&\n\tout = { "iccid", "adm1" },/' "$job" >out.lua
head -n 4 b.csv | sed 's/30/2/' >two.csv
sed -n 5,6p b.csv >>two.csv
echo hex:5C3A9F107B42E68D01F4A7C95E2B8360 >transport
dmsc batch run out.lua two.csv --out two --readers sim:2 --keys "$keys" \
    >out 2>err && {
	dmsc batch close two >out 2>err
	[ $? -eq 2 ] && grep -q 'secret column' err
}
verdict $? 'a secret column is not put out in clear'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout key.pem -out cert.pem -days 30 -subj /CN=books 2>err
dmsc batch close two --key @key.pem --cert cert.pem --transport @transport \
    >out 2>err && grep -q 'closed and signed' out &&
    dmsc batch verify two --ca cert.pem >out 2>err && grep -q CN=books out
verdict $? 'the books are signed'
openssl cms -verify -binary -inform DER -in two/audit.p7s -content \
    two/audit.jsonl -CAfile cert.pem -purpose any -out cms.out 2>err
verdict $? 'openssl verifies them'
[ "$(sed -n 2p two/out.csv | cut -d, -f2)" != \
    "$(sed -n 5p b.csv | cut -d, -f7)" ] &&
    id=$(sed -n 2p two/out.csv | cut -d, -f1) &&
    dmsc -r "sim:two/sim/r$(sed -n 's/.*"image":"r\([^"]*\)".*/\1/p' \
    "two/cards/$id.jsonl")" pin verify adm1 \
    "csv:two/out.csv?key=adm1&id=iccid&for=$id&len=8&transport=@transport&wrap=aes-cbc" \
    >out 2>err
verdict $? 'the encrypted key of out.csv opens its card'

# ---- secrets

dmsc "$src/tests/batch/needles.lua" b.csv k.csv | LC_ALL=C sort -u >looked
found() {	# found FILE...: the files that tell one, but for the cards
	LC_ALL=C grep -rlaF -f looked --exclude-dir=sim "$@"
}
[ "$(wc -l <looked)" -gt 900 ] && [ "$(found b.csv)" = b.csv ] &&
    [ "$(LC_ALL=C grep -laF -f looked dir/sim/*.img | wc -l)" -eq 30 ]
verdict $? 'the secrets of the rows are found where they are'
! found dir second enc two out err >told
good=$?
[ "$good" -eq 0 ] || cp told err
verdict "$good" 'no file of the batch has a secret of a row'
echo "1..$n"
