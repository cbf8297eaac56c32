#!/bin/sh
# A card that was written from dmsc-card(7) alone (spec-card.py) behind a real
# pcscd: what the page says is enough for dmsc to talk to it.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
for tool in python3 openssl; do
	command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
pcscd_start
src=$(cd "${top_srcdir:-.}" && pwd)
XDG_STATE_HOME=$env_dir/state DMSC_DATA_DIR=$src
export XDG_STATE_HOME DMSC_DATA_DIR
reader='Virtual PCD 00 00'
owner=adm1=@$src/scripts/demo/adm1
host=Group/Fleet/Mail/Host
. "$src/tests/verdict.sh"
outputs="$env_dir/out $env_dir/err"
run() {	# run STATUS ARG...: into out and err
	want=$1
	shift
	timeout 30 "$top_builddir/dmsc" -r "$reader" "$@" >"$env_dir/out" \
	    2>"$env_dir/err" </dev/null
	[ $? -eq "$want" ]
}
says() {	# says TEXT: a line of it
	grep -q -- "$1" "$env_dir/out"
}
inserted() {
	timeout 10 "$top_builddir/dmsc" -r "$reader" wait insert >/dev/null
}
card() {	# card [N]: a new card, cut behind message N
	card_stop
	timeout 10 "$top_builddir/dmsc" -r "$reader" wait remove >/dev/null
	timeout 60 python3 "$src/tests/interop/spec-card.py" "$vpcd_port" \
	    "$env_dir" "$@" >"$env_dir/talk" 2>&1 9>&- &
	card_pid=$!
	inserted
}
tab=$(printf '\t')

card
run 0 dm state && says '^known as: *nobody' && says 'adm or md5'
verdict $? 'dm state: nobody is known'
run 7 dm get . && grep -q 'DM 407' "$env_dir/err"
verdict $? 'without a credential all is 407'
run 0 --auth "$owner" dm state && says '^known as: *owner' &&
    says '^free: *200000 of 262144'
verdict $? 'dm state: the owner'
run 0 --auth "$owner" dm get ./DevInfo/Man ./$host &&
    says "^./$host *chr *mail.example"
verdict $? 'dm get: leaves'
run 0 --auth "$owner" dm get --list StructData ./Group && [ "$(wc -l \
    <"$env_dir/out")" -eq 6 ]
verdict $? 'dm get: a list'
run 0 --auth "$owner" dm get './Group/Fleet?list=TNDS' &&
    says "^$tab*<NodeName>Fleet</NodeName>"
verdict $? 'dm get: a document'
run 0 --auth "$owner" ls /card && says '^DevInfo/'
verdict $? 'ls /card'
run 0 --auth "$owner" tree /card && says '^      Host = mail.example' &&
    says '^        AAuthName = ma.example' && ! says s3cret
verdict $? 'tree /card'
run 0 --auth "$owner" -c "set /card/$host new.example" -c commit \
    -c "cat /card/$host" && says '^new.example'
verdict $? 'set and commit'
run 0 --auth "$owner" -c 'add /card/Group/New/A/b text' \
    -c 'acl /card/Group/Fleet Get=*' \
    -c 'mv /card/Group/Fleet/Mail /card/Group/Fleet/Post' -c commit \
    -c 'tree /card/Group' -c undo -c "cat /card/$host" &&
    says '^  Post' && says '^    b = text' && says '^undone' &&
    says '^new.example'
verdict $? 'add, acl and mv in one commit, and undo'
run 0 --auth "$owner" -c 'dm add ./Group/a%2Fb/c d' -c 'dm get ./Group' \
    -c 'dm get --list Struct ./Group' -c 'cat /card/Group/a%2Fb/c' &&
    says '^a%2Fb' && says '^./Group/a%2Fb/c' && says '^d$'
verdict $? 'a name with a slash in it'
run 6 --auth "$owner" dm delete ./Group && grep -q 405 "$env_dir/err"
verdict $? 'a root is not deleted'
run 6 --auth "$owner" dm add ./Inbox/x y && grep -q 405 "$env_dir/err"
verdict $? 'a leaf is nothing for the Inbox'
run 0 --auth "$owner" dm send "$src/scripts/demo/group-mail.xml" &&
    says 'Server *chr *mail.operatorx.example'
verdict $? 'dm send: an Atomic and a Get behind it'

echo ascii:ma-s3cret >"$env_dir/right"
echo ascii:guess >"$env_dir/wrong"
run 0 --auth "dm:ma.example=@$env_dir/right" -c 'dm state' \
    -c 'dm get ./Group' -c 'tree /card' && says '^known as: *ma.example' &&
    says '^Fleet' && ! says DMAcc
verdict $? 'a server logs in by auth-md5, and is under the ACLs'
run 7 --auth "dm:ma.example=@$env_dir/right" dm get ./DMAcc &&
    grep -q 'DM 425' "$env_dir/err"
verdict $? 'what it has no right to is 425'
run 7 --auth "dm:ma.example=@$env_dir/wrong" dm get ./Group &&
    grep -q 'DM 401' "$env_dir/err"
verdict $? 'a wrong password is 401'

run 0 --cat --auth "$owner" -c events -c "dm add ./Outbox/radio/Message \
    --format bin --file $src/scripts/demo/radio.xml" -c events &&
    grep -q 'refresh: files 3F00/7F44/4E01: done' "$env_dir/err"
verdict $? 'events: REFRESH names EF.NOTICE'
run 0 file read 7F44/4E01 && says 'spec.exampl'
verdict $? 'EF.NOTICE holds a Package #0'
run 7 --auth "$owner" device session &&
    grep -q 'spec.example:.*no account of this server' "$env_dir/err"
verdict $? 'which the device reads, and refuses: it has no such account'

device_account() {	# a message that gives the device its account
	leaf='<RTProperties><Format><chr/></Format></RTProperties><Value>'
	node='<RTProperties><Format><node/></Format></RTProperties>'
	cat <<-END
	<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD>
	<VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>
	<Target><LocURI>device</LocURI></Target>
	<Source><LocURI>spec.example</LocURI></Source></SyncHdr>
	<SyncBody><Add><CmdID>1</CmdID><Item>
	<Target><LocURI>./DMAcc/spec</LocURI></Target>
	<Meta><Format xmlns="syncml:metinf">xml</Format><Type
	 xmlns="syncml:metinf">application/vnd.syncml.dmtnds+xml</Type></Meta>
	<Data><MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>
	<Node><NodeName/>$node
	<Node><NodeName>AppID</NodeName>${leaf}w7</Value></Node>
	<Node><NodeName>ServerID</NodeName>${leaf}spec.example</Value></Node>
	<Node><NodeName>AppAuth</NodeName>$node
	<Node><NodeName>server</NodeName>$node
	<Node><NodeName>AAuthLevel</NodeName>${leaf}SRVCRED</Value></Node>
	<Node><NodeName>AAuthType</NodeName>${leaf}DIGEST</Value></Node>
	<Node><NodeName>AAuthName</NodeName>${leaf}spec.example</Value></Node>
	<Node><NodeName>AAuthSecret</NodeName>${leaf}of-the-card</Value></Node>
	<Node><NodeName>AAuthData</NodeName>
	<RTProperties><Format><bin/></Format></RTProperties>
	<Value>bm9uY2U=</Value></Node></Node></Node></Node></MgmtTree></Data>
	</Item></Add><Final/></SyncBody></SyncML>
	END
}
device_account >"$env_dir/account.xml"
run 0 device server "$env_dir/account.xml" --as spec.example &&
    run 0 --auth "$owner" -c 'device session --yes' \
    -c 'dm get ./Outbox/radio/Status ./Outbox/radio/Results/1/URI' &&
    says '^signed by: *CN=spec card' &&
    says '^Add *./Radio/Enabled *200' &&
    says 'Status *int *200' && says './DevDetail/SwV'
verdict $? 'a session from the card: signed, obeyed, its Status kept'
run 0 file read 7F44/4E01 && ! says spec.exampl
verdict $? 'EF.NOTICE is empty then'
run 0 --auth "$owner" -c "dm add ./Outbox/again/Message --format bin \
    --file $src/scripts/demo/radio.xml" -c 'device session --yes' &&
    says '^session: *2' && says '^Add *./Radio/Enabled *418'
verdict $? 'the next one: another number, the nonce of the last'

head -c 12000 /dev/urandom | od -An -v -tx1 | tr -d ' \n' |
    head -c 9000 >"$env_dir/big"
run 0 --auth "$owner" -c "set --file $env_dir/big /card/$host" -c commit &&
    run 0 --auth "$owner" dm get --raw ./$host &&
    cmp "$env_dir/out" "$env_dir/big" >"$env_dir/err"
verdict $? 'a value larger than a message, there and back'
card 3
run 4 --auth "$owner" dm replace --file "$env_dir/big" ./$host
verdict $? 'power fails behind its third part'
wait_for 10 sh -c "[ \$(grep -c reader '$env_dir/talk') -eq 2 ]"
inserted
run 0 --auth "$owner" dm replace --file "$env_dir/big" ./$host &&
    run 0 --auth "$owner" dm get --raw ./$host &&
    cmp "$env_dir/out" "$env_dir/big" >"$env_dir/err"
verdict $? 'it goes on behind that part'
echo "1..$n"
exit $bad
