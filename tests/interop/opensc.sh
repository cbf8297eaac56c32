#!/bin/sh
# OpenSC and libwbxml on the simulated card behind a real pcscd: the documents
# that dmsc shows, before and after commits in both slots and in place.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
command -v pkcs15-tool >/dev/null || skip_all 'pkcs15-tool is not installed'
command -v wbxml2xml >/dev/null || skip_all 'wbxml2xml is not installed'
pcscd_start
dir=$env_dir
dmsc=${top_builddir:=build}/dmsc
reader='Virtual PCD 00 00'
demo=${top_srcdir:=.}/scripts/demo
leaf=/OperatorX/DMAcc/opx/ServerID
HOME=$dir XDG_STATE_HOME=$dir/state OPENSC_CONF=$dir/opensc.conf
export HOME XDG_STATE_HOME OPENSC_CONF
echo 'app default { enable_default_driver = true; }' >"$OPENSC_CONF"
n=0
bad=0
check() {	# check NAME COMMAND...
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $n - $name"
	else
		bad=1
		sed 's/^/# /' "$dir/out" | head -20
		echo "not ok $n - $name"
	fi
}
card() {	# card PROFILE: a new one in the reader
	card_stop
	"$dmsc" card new --force --profile "$1" "$dir/card.img" >/dev/null
	card_start "$dir/card.img" "$vpcd_port"
	"$dmsc" -r "$reader" wait insert >/dev/null
}

# What the card holds beside what dmsc exports: the document, then padding.
same_document() {	# same_document FROM_CARD EXPORTED
	size=$(stat -c %s "$2")
	cmp -n "$size" "$1" "$2" &&
	    [ -z "$(tail -c +$((size + 1)) "$1" | tr -d '\377')" ] &&
	    [ "$size" -gt 500 ]
}
listed() {	# listed FID
	pkcs15-tool --list-data-objects >"$dir/list" &&
	    grep -q "^Data object 'OperatorX'" "$dir/list" &&
	    grep -q "^Data object 'Personal'" "$dir/list" &&
	    grep -q 'applicationOID:  2.23.43.7.1' "$dir/list" &&
	    grep -q "Path: *3f007f50$1" "$dir/list" || {
		cat "$dir/list"
		return 1
	}
}
operatorx() {
	"$dmsc" -r "$reader" export --force --raw /OperatorX "$dir/ours" &&
	    pkcs15-tool --read-data-object OperatorX --raw >"$dir/theirs" &&
	    same_document "$dir/theirs" "$dir/ours" &&
	    pkcs15-tool -R 2.23.43.7.1 --raw >"$dir/by_oid" &&
	    cmp "$dir/by_oid" "$dir/theirs"
}
personal() {
	"$dmsc" -r "$reader" --auth 81="@$demo/pin81" export --force --raw \
	    /Personal "$dir/ours" &&
	    pkcs15-tool --verify-pin --pin 2468 -R Personal --raw \
	    >"$dir/theirs" && same_document "$dir/theirs" "$dir/ours"
}
personal_is_refused() {
	pkcs15-tool -R Personal --raw </dev/null >"$dir/theirs" \
	    2>"$dir/said"
	grep -q 'Authentication error' "$dir/said" &&
	    [ "$(stat -c %s "$dir/theirs")" -lt 100 ]
}
shows() {	# shows VALUE: in the bytes that OpenSC has read
	pkcs15-tool -R OperatorX --raw >"$dir/theirs" &&
	    wbxml2xml -l SYNCML12 -o "$dir/xml" "$dir/theirs" &&
	    grep -qF "<Value>$1</Value>" "$dir/xml"
}
commit() {	# commit PATH VALUE [OPTION...]
	path=$1 value=$2
	shift 2
	"$dmsc" -r "$reader" --auth adm1="@$demo/adm1" \
	    --auth 81="@$demo/pin81" set --commit "$@" "$path" "$value"
}
in_place_alone() {
	commit $leaf never
	[ $? -eq 11 ] && shows 'operator x, two'
}

# The trap is 44 ms an APDU (delayed acknowledgements); a tenth is usual.
fast() {
	i=0
	while [ $i -lt 101 ]; do
		echo 'apdu 00B0000020'
		i=$((i + 1))
	done >"$dir/reads.dms"
	sed -i '1i apdu 00A40804047F505031' "$dir/reads.dms"
	start=$(date +%s%N)
	"$dmsc" -r "$reader" --json "$dir/reads.dms" >"$dir/reads" || return
	all=$((($(date +%s%N) - start) / 101000))
	median=$(sed -n 's/.*"ms":\([0-9]*\)}$/\1/p' "$dir/reads" | sort -n |
	    sed -n 51p)
	echo "# median $median ms, mean with start and connect $all us"
	echo "# mean $all us" >&3
	[ "$median" -lt 10 ] && [ "$all" -lt 10000 ]
}

keys_agree() {
	pkcs15-tool --list-keys >"$dir/list" 2>&1 &&
	    grep -q 'RSA Key \[RSA key\]' "$dir/list" &&
	    [ "$(grep -c '^Private' "$dir/list")" -eq 4 ] || return 1
	for key in 01 03 04; do
		"$dmsc" -r "$reader" key public $key >"$dir/ours" &&
		    pkcs15-tool --read-public-key $key >"$dir/theirs" &&
		    cmp "$dir/ours" "$dir/theirs" &&
		    pkcs15-tool --read-certificate $key >"$dir/cert" &&
		    openssl verify -CAfile "$demo/ca.pem" "$dir/cert" &&
		    openssl x509 -in "$dir/cert" -noout -pubkey |
		    cmp - "$dir/ours" || return 1
	done
}
# PSO by opensc-tool, which knows nothing of dmsc: PIN, MSE, hash, signature.
raw_signature() {
	printf abc >"$dir/abc"
	opensc-tool -s 00A4040C0CA000000063504B43532D3135 \
	    -s 002000810832343638FFFFFFFF -s 002241B603840103 \
	    -s 002A908003616263 -s 002A9E9A00 >"$dir/list" &&
	    [ "$(grep -c 'SW1=0x90' "$dir/list")" -eq 5 ] &&
	    sed -n '/^Sending: 00 2A 9E/,$p' "$dir/list" | sed 1,2d |
	    cut -c1-48 | tr -d " \n" | basenc --base16 -d >"$dir/sig" &&
	    "$dmsc" -r "$reader" key public 03 >"$dir/pub" &&
	    openssl dgst -sha256 -verify "$dir/pub" -signature "$dir/sig" \
	    "$dir/abc"
}
on_card() {
	"$dmsc" -r "$reader" --auth 81="@$demo/pin81" sign --on-card --force \
	    --out "$dir/p7s" "$demo/Mail.xml" &&
	    openssl cms -verify -binary -inform DER -in "$dir/p7s" \
	    -content "$demo/Mail.xml" -CAfile "$demo/ca.pem" -purpose any \
	    -out "$dir/same" &&
	    "$dmsc" -r "$reader" verify --on-card --signature "$dir/p7s" \
	    "$demo/Mail.xml"
}
exec 3>&1

card demo
check 'an APDU through pcscd takes no 10 ms' fast
check 'OpenSC lists both documents' listed 4d10
check 'OpenSC knows the card' pkcs15-tool --dump
check 'it reads OperatorX, by label and identifier' operatorx
check 'libwbxml reads it' shows com.operatorx.dm
check 'Personal wants its PIN' personal_is_refused
check 'with the PIN it is read' personal
check 'keys and certificates are the same in OpenSC' keys_agree
check 'PSO by opensc-tool, checked by openssl' raw_signature
check 'sign --on-card and verify --on-card' on_card
check 'a commit' commit $leaf 'operator x, one'
check 'OpenSC sees the other slot' listed 4d11
check 'the new bytes' operatorx
check 'the new value' shows 'operator x, one'
check 'a commit to Personal' commit /Personal/GreatApp/User alina
check 'its new bytes' personal
check 'a commit back' commit $leaf 'operator x, three'
check 'OpenSC sees the first slot' listed 4d10
check 'the new bytes again' operatorx
check 'the new value again' shows 'operator x, three'

card field
check 'a commit in place' commit $leaf 'operator x, two' --in-place
check 'OpenSC sees the same file' listed 4d10
check 'the new bytes in place' operatorx
check 'the new value in place' shows 'operator x, two'
check 'and no other way' in_place_alone
echo "1..$n"
exit $bad
