#!/bin/sh
# The pages that people wrote: mandoc has no complaint, what they list is what
# the program has. "pages.sh --update" writes the lists of dmsc.1 anew.
update=$1
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state
NO_COLOR=1
export XDG_STATE_HOME NO_COLOR
cd "$work" || exit 1
. "$src/tests/verdict.sh"
outputs=out
empty() {
	[ ! -s out ]
}
dmsc() {
	"$build/dmsc" "$@" </dev/null
}

if command -v mandoc >/dev/null 2>&1; then
	(cd "$src/man" && mandoc -Tlint -Wwarning ./*.[1-8]) >out 2>&1
	verdict $? 'mandoc has no warning on any page'
else
	echo "ok $((n = n + 1)) - mandoc # SKIP mandoc is not installed"
fi

# The exit statuses and the codes of errors come from the program's lists.
dmsc help errors >errors
rows() {	# rows HEAD: name, what stands between, text
	awk -v head="$1" '
		$0 == "" { on = 0 }
		on { print }
		$1 == head { on = 1 }' errors
}
{
	echo '.Bl -tag -width 130 -compact'
	rows EXIT | sed -E 's/^([0-9]+) +(.*)/.It \1\n\2/'
	echo '.El'
} >exits.list
{
	echo '.Bl -column "INTERRUPTED" "130"'
	rows CODE | sed -E 's/^([A-Z]+) +([0-9]+) +(.*)/.It \1 Ta \2 Ta \3/'
	echo '.El'
} >errors.list
awk '
	skip && /^\.\\" end/ { skip = 0 }
	!skip { print }
	/^\.\\" (exits|errors)$/ {
		while ((getline line <($2 ".list")) > 0)
			print line
		skip = 1
	}' "$src/man/dmsc.1" >dmsc.1
[ "$update" = --update ] && cp dmsc.1 "$src/man/dmsc.1"
diff -u "$src/man/dmsc.1" dmsc.1 >out
verdict $? 'the lists of dmsc.1 are those of the program'
[ "$(wc -l <errors.list)" -gt 30 ] && [ "$(wc -l <exits.list)" -gt 30 ]
verdict $? 'the lists are whole'

dmsc help dmsc | sed -n 's/^ .*--\([a-z-]*\).*/\1/p' >options
while read -r o; do
	grep -qE "Fl (. , Fl )?-$o( |\$)" dmsc.1 || echo "--$o is not in dmsc.1"
done <options >out
empty && [ "$(wc -l <options)" -gt 10 ]
verdict $? 'dmsc.1 has every option'
sed -n 's/.*Fl -\([a-z][a-z-]*\).*/\1/p' dmsc.1 | sort -u |
while read -r o; do
	case $o in
	commit) ;;
	*) grep -qx -- "$o" options || echo "dmsc has no --$o" ;;
	esac
done >out
empty
verdict $? 'every option of dmsc.1 is one'

# A page for each command, and no other; all are installed.
{
	dmsc help --all | sed -n 's/^==== //p' | tr ' ' - |
	    sed 's/.*/dmsc-&.1/'
	printf '%s\n' dmsc.1 dmsc-lua.3 dmsc-batch.7 dmsc-card.7 dmsc-codec.7 \
	    dmsc-keys.7 dmsc-security.7 dmsc-sign.7
} | sort >want
(cd "$src/man" && ls) | sort | diff want - >out
verdict $? 'a page for each command, no page without one'
while read -r page; do
	grep -q "man/$page" "$src/Makefile.am" || echo "$page"
done <want >out
empty
verdict $? 'every page is installed'

# Cross references lead somewhere.
sed -n 's/^\.Xr \(dmsc[a-z-]*\) \([0-9]\).*/\1.\2/p' "$src"/man/*.[1-8] |
    sort -u | comm -23 - want >out
empty
verdict $? 'no page refers to a page that is not there'

# The bytes that dmsc-card(7) shows are those of a demo or foreign card.
dmsc card new --seed 1 card.img >/dev/null &&
dmsc --json -r sim:card.img file read --hex EF.DIR >bytes &&
dmsc --json -r sim:card.img file read --hex 7F50/5031 >>bytes &&
dmsc card new --seed 1 --profile foreign old.img >/dev/null &&
dmsc --json -r sim:old.img file read --hex 7F50/5031 >>bytes
awk '/^\.Bd -literal -offset 2n/ { on = 1; next }
	/^\.Ed/ { on = 0 }
	on { gsub(/ |FF\.\.\./, ""); print }' "$src/man/dmsc-card.7" >shown
while read -r hex; do
	grep -qi "$hex" bytes || echo "$hex"
done <shown >out
empty && [ "$(wc -l <shown)" -eq 5 ]
verdict $? 'dmsc-card.7 shows the bytes of the demo and the foreign card'

# The document that dmsc-codec(7) shows in bytes is what it says.
cat >shown.xml <<'XML'
<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><RTProperties>
<Format><node/></Format><Type><DDFName>x/1.0/A</DDFName></Type>
</RTProperties><Node><NodeName>B</NodeName><RTProperties><Format><chr/>
</Format><Type><MIME>text/plain</MIME></Type></RTProperties>
<Value>hi</Value></Node></Node></MgmtTree>
XML
dmsc convert shown.xml shown.wbxml >/dev/null
od -An -v -tx1 shown.wbxml | tr -d ' \n' | tr a-f A-F >bytes
awk '/^\.Bd -literal -offset 2n/ { on = 1; next }
	/^\.Ed/ { on = 0 }
	on' "$src/man/dmsc-codec.7" | tr -d ' \n' >shown
cmp shown bytes >out 2>&1 && [ "$(wc -c <shown)" -eq 204 ]
verdict $? 'dmsc-codec.7 shows the bytes of its tree'
echo "1..$n"
exit $bad
