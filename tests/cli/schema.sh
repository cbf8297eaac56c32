#!/bin/sh
# What --json prints fits the schema that is installed: every command, done
# and refused; and what does not fit is seen.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH
XDG_STATE_HOME=$work/state HOME=$work EDITOR=true DMSC_DATA_DIR=$src
export PATH XDG_STATE_HOME HOME EDITOR DMSC_DATA_DIR
unset VISUAL
cd "$work" || exit 1
ln -s "$src/scripts" scripts
A=scripts/demo/adm1
P=scripts/demo/pin81
name=/OperatorX/DMAcc/opx/Name

try() {		# try ARG...: one call, one line, the same exit status
	setsid -w dmsc --json "$@" </dev/null >out 2>/dev/null
	status=$?
	if [ "$(grep -c . out)" -eq 1 ] &&
	    grep -q "\"exit\":$status," out; then
		printf 'good\t%s\n' "$(cat out)" >>lines
	else
		printf 'good\tstatus %d of dmsc --json %s\n' $status "$*" \
		    >>lines
	fi
}

try card new c.img
try card new c.img
try card new --profile blank b.img
try card new --profile locked --iccid 8988211000000000008 k.img
for image in c b; do
	for line in info docs discover ls 'ls -l /' 'ls /OperatorX' \
	    'tree /' 'tree /OperatorX' "cat $name" 'cat --hex /OperatorX' \
	    'cat /Personal/GreatApp/Name' 'stat /OperatorX' "stat $name" \
	    'stat /' 'find Addr' 'find /' pwd 'cd /OperatorX' status diff \
	    'diff --check /OperatorX scripts/demo/OperatorX.xml' plan \
	    commit revert undo recover journal 'pin status' 'pin verify 1' \
	    "pin verify 1 @$P" 'pin verify 1 1234' 'file ls' 'file tree' \
	    'device app add A --mo com.operatorx/1.0/Mail' 'device app' \
	    'device app get A' 'device app get A /Personal' \
	    'device app set -n A home/Name x' 'device app set A Name y' \
	    'device app rm A' \
	    'device mount /OperatorX ./Mine' 'device mount' \
	    'device get ./Mine/DMAcc' 'device get --list Struct .' \
	    'device get ./None' 'device unmount ./Mine' \
	    'file fcp EF.DIR' 'file access EF.IMSI' 'file read EF.DIR' \
	    'file read EF.ICCID' 'file read EF.IMSI' 'file read FFFF' \
	    'file write -n EF.PL 656E' 'apdu 00A40004022FE2' 'apdu zz' \
	    'device functions' 'device functions set USB off' \
	    'device functions set Radar on' 'device clock' \
	    'device clock add 1h' 'device clock set 25:00' 'device place here' \
	    'trace off' 'device poweron' 'device poweron --model nrf91' \
	    'device poweron --model x' 'device services' 'device show' 'device tree' \
	    'device diff' 'device reset' events \
	    'events wait --timeout 0' 'events tell language de' \
	    'card push D009810301010482028182' 'card push zz' 'card show' 'card prepare' \
	    readers doctor 'wait insert' connect reset 'reset --cold' \
	    disconnect 'export /OperatorX' 'export --raw /OperatorX' \
	    backup "set -n $name X" "set $name X" "set --commit $name X" \
	    'mkdoc -n New' 'rmdoc -n /OperatorX' 'edit -n /OperatorX' \
	    lint 'lint /OperatorX' 'lint --rules' 'lint --model nrf91' 'lint nofile' \
	    'lint file:scripts/demo/OperatorX.xml' \
	    'acl show /OperatorX/DMAcc/opx' 'verify /OperatorX' nosuch pin \
	    'ls --nope' 'run nofile' 'test nofile.lua'
	do
		# shellcheck disable=SC2086
		try -r sim:$image.img $line
	done
done
# session ARG...: many commands of one session, a line each
session() {
	setsid -w dmsc --json "$@" </dev/null 2>/dev/null |
	    sed 's/^/good	/' >>lines
}
echo 'require "dmsc.test".test("one", function() end)' >one.lua
dmsc card new --seed 3 e.img >/dev/null
session -k -r sim:e.img -c 'pin verify 1 @scripts/demo/pin1' \
    -c "pin verify adm1 @$A" -c 'pin disable 1 @scripts/demo/pin1' \
    -c 'pin enable 1 @scripts/demo/pin1' \
    -c 'pin change 1 @scripts/demo/pin1 @scripts/demo/pin1' \
    -c 'pin unblock 1 @scripts/demo/puk1 @scripts/demo/pin1' \
    -c 'receipt start' -c 'receipt --out r.p7m --transcript r.txt' \
    -c 'add /OperatorX/DMAcc/opx/A x' -c "acl $name Get=*" \
    -c 'cp /OperatorX/DMAcc/opx/A /OperatorX/DMAcc/opx/B' \
    -c 'mv /OperatorX/DMAcc/opx/B /OperatorX/DMAcc/opx/C' \
    -c 'rm /OperatorX/DMAcc/opx/C' -c 'backup b.xml' \
    -c 'import scripts/demo/OperatorX.xml New' -c plan -c 'rmdoc /New' \
    -c 'mkdoc --commit Two' -c 'restore -n b.xml' -c 'restore b.xml' \
    -c commit -c journal -c undo -c 'lwm2m show' \
    -c 'lwm2m set --nosec --uri coap://a.example /L --id 5' \
    -c 'lwm2m show' -c revert -c 'file write EF.PL 656E' \
    -c 'card prepare -n' -c 'file tree' -c 'run /dev/null' \
    -c 'option quiet off' -c option -c history \
    -c 'key certify 01 scripts/demo/signing.pem' -c recover \
    -c "set $name Z" -c 'plan --export apdu h.txt' \
    -c 'plan --export apdu h.txt' \
    -c 'card push set-up-event-list language' -c 'events wait' \
    -c 'card push more-time' -c 'events tell language de'
try test one.lua
try -r sim:c.img receipt
try -r sim:c.img sign --on-card --out c.p7s file:scripts/tour.dms
try -r sim:c.img --auth "81=@$P" sign --on-card --out c.p7s \
    file:scripts/tour.dms
try -r sim:c.img verify --on-card --signature c.p7s file:scripts/tour.dms
try receipt verify --ca scripts/demo/ca.pem r.p7m r.txt
S='--key @scripts/demo/operator-key --cert scripts/demo/operator.pem'
for line in "sign $S /OperatorX" "sign -n $S /OperatorX" \
    "sign $S --out - /OperatorX" "sign $S --out o.p7s /OperatorX" \
    "sign $S --out o.p7s /OperatorX" 'export --signed /OperatorX' \
    'export --signed /OperatorX o.bin' 'sign /OperatorX' \
    'verify --ca scripts/demo/ca.pem --signature o.p7s o.bin' \
    'verify --ca scripts/demo/ca.pem --signature o.p7s /Mail' \
    "--auth adm1=@$A sign --commit $S /OperatorX" 'verify /OperatorX' \
    'verify --trust both --ca scripts/demo/ca.pem /OperatorX' \
    "mac --scheme userpin --pin @$P /Mail" 'mac /Mail' \
    "mac --scheme userpin --pin @$P --check 00 /Mail"
do
	# shellcheck disable=SC2086
	try -r sim:c.img $line
done
try convert scripts/demo/OperatorX.xml
try convert --to tnds-wbxml scripts/demo/OperatorX.xml x.wbxml
try convert scripts/demo/OperatorX.xml x.wbxml
try convert --to cp scripts/demo/OperatorX.xml
try -r sim:c.img export /Mail
try -r sim:c.img export --to json /LwM2M l.json
try -r sim:c.img export --to tnds /Mail
try -r sim:c.img --auth "81=@$P" tree /Personal
try -r sim:c.img --auth "adm1=@$A" set -n $name X
try -r sim:c.img --auth "adm1=@$A" set --commit $name X
try -r sim:c.img --auth "adm1=@$A" undo
for line in 'key list' 'key show 01' 'key show 7' 'key public 03' \
    'key csr 01' 'key generate 04' 'key generate 04 -n' \
    'key certify 01 scripts/demo/operator.pem'
do
	# shellcheck disable=SC2086
	try -r sim:c.img $line
done
try -r sim:c.img --auth "81=@$P" key csr 01
try -r sim:c.img --auth "adm1=@$A" key generate 04 --force
K=scripts/demo/scp-keys
try -r sim:k.img info
try -r sim:k.img ls
try -r sim:k.img device poweron --keys @$K
try -r sim:k.img scp status
try -r sim:k.img scp close
try -r sim:k.img key list
try -r sim:k.img key put 31 --keys @$K
try -r sim:k.img scp open --keys @$K
try -r sim:k.img scp open --lwm2m --keys @$K
try -r sim:k.img scp open --level 11 --keys @$K
try -r sim:k.img scp open --level 55 --keys @$K
for line in 'scp status' 'scp close' 'key list' "key put -n 31 --keys @$K" \
    "key put 31 --keys @$K" "key put 31 --keys @$K" \
    "key put 31 --replace 31 --keys @$K" 'key put zz' 'key list'
do
	# shellcheck disable=SC2086
	try -r sim:k.img --auth scp=@$K $line
done
session --yes=0008 -r sim:k.img -c "scp open --keys @$K" \
    -c "key put 32 --keys @$K" -c 'key delete 32' -c 'key list'
dmsc card new --seed 4 --profile dmsc d.img >/dev/null
session -k -r sim:d.img -c 'dm state' -c 'dm get .' \
    -c "dm login ma.example @scripts/demo/ma-password" -c 'dm get ./None' \
    -c 'scp open --keys @scripts/demo/scp-keys' -c 'dm state' \
    -c 'dm get . ./Update' -c 'dm get --list TNDS ./Group' \
    -c 'dm get -l StructData .' -c 'dm get --prop ACL ./Group' \
    -c 'dm add ./New' -c 'dm add ./New/A x' -c 'dm add ./New/A x' \
    -c 'dm replace ./New/A y' -c 'dm replace --prop Title ./New/A T' \
    -c 'dm copy ./New/A ./New/B' -c 'dm delete --atomic ./New ./None' \
    -c 'dm delete ./New/B ./New' -c 'dm delete -n ./Update' \
    -c 'dm send scripts/demo/group-mail.xml' \
    -c 'dm send scripts/demo/group-mail.xml' -c 'dm send scripts/demo/pin1' \
    -c "dm package --keys @$K -o p.ota scripts/demo/Package.xml" \
    -c 'dm package p.txt' -c 'card ota -n p.ota' -c 'card ota p.ota' \
    -c "card ota --keys @$K --proof p.por p.ota" \
    -c "device server scripts/demo/server-card.xml --as ma.example" \
    -c "device server scripts/demo/server-card.xml --as ma.example \
        --password @scripts/demo/ma-password" \
    -c 'dm exec ./Update' \
    -c 'dm add ./Outbox/1/Message --format bin --file scripts/demo/radio.xml' \
    -c 'dm exec ./Outbox/1' -c 'dm login nobody @scripts/demo/ma-password'
session -k -r sim:d.img -c 'device session' -c 'device poweron --yes' \
    -c "pin verify adm1 @$A" -c 'dm add ./Outbox/radio/Message --format bin
    --file scripts/demo/radio.xml' -c 'device session --yes' \
    -c 'device set ./DMAcc/opx/Name N' -c 'device session --anyway' \
    -c 'device set ./None x' -c 'device session --ca scripts/demo/pin1'
session -k -r sim:d.img -c "pin verify adm1 @$A" \
    -c 'device copy -n ./DevDetail /Copy --compare' \
    -c 'device copy ./DevDetail /Copy' \
    -c 'device copy ./DevInfo /Copy/Info --compare' \
    -c 'device copy ./DevInfo /Copy/Info --compare --move' \
    -c 'device copy ./None /Copy' -c 'device copy ./DevInfo /card/Info' \
    -c 'device copy ./DevInfo/Man /card/Info/Man --as opx'
session -k -r sim:d.img -c 'device updates' \
    -c 'device package --version 2 scripts/demo/Package.xml' -c 'device updates' \
    -c 'device package -n scripts/demo/Package.xml' -c 'device updates --unapproved ask' \
    -c 'device package --yes --name p scripts/demo/Package.xml' -c 'device package nofile' \
    -c 'device updates --unapproved reject'
session -k -r sim:d.img -c 'device sync -n' -c 'device sync nobody' \
    -c 'device sync --url http://127.0.0.1:1/' \
    -c 'device sync --url http://127.0.0.1:1/ --plain-http --tries 1'
try dmserver
try dmserver --script nofile.lua
try dmserver --script scripts/demo/dmserver.lua --bad x
try dmserver --script scripts/demo/dmserver.lua --for 0
try -r sim:none.img ls
try -r nosuch ls
# A batch of one card: where its libraries are, else it is not asked for.
if dmsc lua 'require "luv" require "luasql.sqlite3"' >out 2>&1; then
	dmsc scripts/make-batch.lua 1 b.csv k.csv
	for line in 'check scripts/personalise.lua b.csv --keys csv:k.csv' \
	    'check scripts/personalise.lua k.csv' \
	    'run scripts/personalise.lua b.csv --out b --readers sim:1
	    --keys csv:k.csv' 'resume b' 'verify b' 'close b' 'resume b'
	do
		# shellcheck disable=SC2086
		try batch $line
	done
else
	without='batch '
fi
try -r sim:c.img each --count 1 -c info
try -r sim:c.img each --count 1 -c 'ls /none'
try lua 'print(1)'
try lua 'error()'
try help
try help ls
try help errors
try help status-words
try help 6982
try option
try history
try exit

# Each command has been seen done (a card in a vpcd reader is served until it
# is ended), and its entry knows what its data are: a stranger does not pass.
awk -F '[()]' '/^\tX\(/ { gsub("_", " ", $2); print $2 }' \
    "$src/shell/cmd/cmds.h" >commands
while IFS= read -r command; do
	grep -q "\"cmd\":\"$command\",\"ok\":true," lines ||
	    [ "$command" = 'card serve' ] ||
	    case $command in "${without:-none}"*) true ;; *) false ;; esac ||
	    printf 'good\t%s is never done\n' "$command" >>lines
	printf 'bad\t{"v":1,"cmd":"%s",%s,"data":{"stranger":0},%s}\n' \
	    "$command" '"ok":true,"exit":0,"card":null,"sw":null' \
	    '"error":null,"warnings":[],"ms":0' >>lines
done <commands

# What is no answer of ours does not pass.
ok='"v":1,"cmd":"x","ok":true,"exit":0,"card":null,"sw":null'
end='"error":null,"warnings":[],"ms":0'
while IFS= read -r line; do
	printf 'bad\t%s\n' "$line"
done >>lines <<EOF
{$ok,"data":null,"error":null,"warnings":[]}
{$ok,"data":null,$end,"more":1}
{"v":2,"cmd":"x","ok":true,"exit":0,"card":null,"sw":null,"data":null,$end}
{"v":1,"cmd":"x","ok":false,"exit":6,"card":null,"sw":null,"data":null,$end}
{"v":1,"cmd":"x","ok":true,"exit":6,"card":null,"sw":null,"data":null,$end}
{"v":1,"cmd":"x","ok":true,"exit":0,"card":null,"sw":"6a82","data":null,$end}
{"v":1,"cmd":"cat","ok":true,"exit":0,"card":null,"sw":null,"data":{"name":"a","format":"chr"},$end}
{"v":1,"cmd":"ls","ok":true,"exit":0,"card":null,"sw":null,"data":{"documents":[{"name":"a"}]},$end}
{"v":1,"cmd":"reset","ok":true,"exit":0,"card":null,"sw":null,"data":{"reader":"sim","atr":null,"protocol":null,"identity":null,"shared":false},$end}
{"v":1,"cmd":"pin status","ok":true,"exit":0,"card":null,"sw":null,"data":{"pins":[{"name":"PIN1","ref":1,"state":"enabled","tries":-1,"puk_tries":null}]},$end}
{"v":1,"cmd":"scp status","ok":true,"exit":0,"card":null,"sw":null,"data":{"open":true,"broken":false},$end}
{"v":1,"cmd":"scp open","ok":true,"exit":0,"card":null,"sw":null,"data":{"open":true,"broken":false,"needed":false,"aid":"A000000151000000","version":48,"level":"44","protects":"x","form":"S8","channel":0,"bits":128,"check":"x"},$end}
{"v":1,"cmd":"info","ok":true,"exit":0,"card":null,"sw":null,"data":{"atr":null,"locked":true},$end}
{"v":1,"cmd":"scp close","ok":true,"exit":0,"card":null,"sw":null,"data":{"open":false},$end}
{"v":1,"cmd":"key list","ok":true,"exit":0,"card":null,"sw":null,"data":null,$end}
{"v":1,"cmd":"key put","ok":true,"exit":0,"card":null,"sw":null,"data":{"keys":[{"version":49,"id":1,"type":"AES-128","check":"e52f42"}]},$end}
{"v":1,"cmd":"key put","ok":true,"exit":0,"card":null,"sw":null,"data":{"keys":[{"version":49,"id":1,"type":"AES-128","check":null,"value":"404142"}]},$end}
{$ok,"data":null,$end}}
EOF
dmsc "$src/tests/cli/holds.lua" "$src/scripts/dmsc.schema.json" <lines
