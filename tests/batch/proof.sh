#!/bin/sh
# What proves a card: the golden card under a mask, tries at their most, a
# verification before the seal. A chip that has had its row gets no other.
. "${top_srcdir:-.}/tests/batch/start.sh"
keys=csv:k.csv
ln -s "$src/scripts/demo" demo
cp "$src/scripts/personalise.lua" job.lua
dmsc "$src/scripts/make-batch.lua" 4 b.csv k.csv 5 || exit 1
run() {	# run DIR JOB OPTION...
	dir=$1 job=$2
	shift 2
	dmsc batch run "$job" b.csv --out "$dir" --readers sim:1 \
	    --keys "$keys" "$@" >out 2>err
}

run first job.lua --first 1:dump --limit 1
golden=$(ls first/cards/*.picture.json)
verdict $? 'the picture of the first card is kept'

run plain job.lua --golden "$golden"
[ $? -eq 12 ] && grep -q 'another than the golden' err
verdict $? 'without a mask the second card is rejected'

cat >mask <<'EOF'
# what is each card's own
file:3F00/2FE2/content
file:3F00/7F50/5032/content
file:3F00/7F50/4D12/content
/Mail/APPLICATION~2/FROM
EOF
run masked job.lua --golden "$golden" --mask mask --model opensc
verdict $? 'under the mask all cards are golden'

# One card of another kind in the middle.
sed 's|^function job.prepare(row)|&\n\tif row._n == 3 then\n\t\trow.user = \
		"other"\n\tend|;s|"Mail.xml":gsub("alice@op|"Mail.xml":gsub(row._n \
		== 3 and "imap.op" or "alice@op|' job.lua >other.lua
run other other.lua --golden "$golden" --mask mask --stop-rejects 0
[ $? -eq 12 ] && grep -q '3 good, 1 rejected, 0 open of 4' out &&
    grep -q '"row":3.*ADDR.*another than the golden' err
verdict $? 'a document that differs is rejected, the others are good'
dmsc batch close other >out 2>err
grep -q '^3,.*ADDR' other/rejects.csv && [ "$(wc -l <other/out.csv)" -eq 4 ] &&
    [ "$(wc -l <other/remake.csv)" -eq 5 ]
verdict $? 'rejects.csv says why, remake.csv has the row'

# Jobs that skip what proves a card.
reject() {	# reject NAME TEXT SED
	sed "$3" job.lua >bad.lua
	cmp -s bad.lua job.lua && echo 'sed changed nothing' >err
	run "$1" bad.lua --limit 1 --stop-rejects 1
	[ $? -eq 12 ] && grep -q "$2" err && ! grep -q '"sealed"' err
	verdict $? "$1: $2"
}
reject unproved 'only a verified card is sealed' 's/card:verify()/do end/'
reject unsealed 'ended before the card was sealed' 's/card:seal(function/local _ = (function/;s/^	end, function()$/	end) local _ = (function()/'
reject unkeyed 'verified when it is keyed' 's/card:reached "keyed"/do end/'
reject tries 'tries are left, not 4' 's/PIN1 = 3/PIN1 = 4/'
reject nobody 'has no iccid' 's/^function job.verify.*/&\n	error "it has no iccid"/'

# The card of row 1 is put in again: into the same batch, and as a copy.
cp masked/sim/r1-000001.img masked/sim/cut/again.img
dmsc batch resume masked --readers sim:1 --keys "$keys" >out 2>err
[ $? -eq 0 ] && ! grep -q '"sealed"' err
verdict $? 'a card that is done is not taken again'
run half job.lua --limit 2
cp half/sim/r1-000001.img half/sim/cut/again.img
dmsc batch resume half --readers sim:1 --keys "$keys" >out 2>err
[ $? -eq 0 ] && grep -q '"passed".*it is the card of row 1, sealed' err &&
    grep -q '4 good' out
verdict $? 'one chip twice is refused, the rows go to other cards'
echo "1..$n"
