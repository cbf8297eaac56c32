#!/bin/sh
# Runs every example that the help of a command shows, or a page that people
# wrote (dmsc-lua.3 has a test of its own), each on a card of its own: it must
# do what it says (exit status 0), or, where it edits without a commit, end
# with 11: the changes were dropped.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH
HOME=$work
XDG_STATE_HOME=$work/state
DMSC_DATA_DIR=$src
export PATH HOME XDG_STATE_HOME DMSC_DATA_DIR
unset DISPLAY VISUAL EDITOR
n=0
bad=0
cd "$work" || exit 1
ln -s "$src/scripts" scripts
ln -s "$src/tests" tests
dmsc card new --seed 1 fresh.img >/dev/null || exit 1
mkdir -p state/dmsc

# What the example of 'verify' needs: a signature by somebody's certificate.
signed=yes
dmsc -r sim:fresh.img export --to syncml-wbxml /OperatorX op.wbxml &&
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem \
    -days 2 -subj /CN=Example >/dev/null 2>&1 &&
openssl cms -sign -binary -in op.wbxml -signer ca.pem -inkey key.pem \
    -outform DER -out op.p7s >/dev/null 2>&1 || signed=no

dmsc help --all | awk '
	/^==== / { name = substr($0, 6) }
	/^Examples:/ { on = 1; next }
	/^$/ { on = 0 }
	on { line = line substr($0, 3) }
	on && /\\$/ { sub(/\\$/, "", line); sub(/&& *$/, "\\&\\& ", line); next }
	on { print name "\t" line; line = "" }' >list
# What the pages that people wrote show, in the same form.
pages="dmsc.1 dmsc-card.7 dmsc-codec.7"
dmsc lua 'require "luv" require "luasql.sqlite3"' >/dev/null 2>&1 &&
    pages="$pages dmsc-batch.7"
for page in $pages dmsc-keys.7 dmsc-security.7 dmsc-sign.7; do
	awk -v name="$page" '
		/^\.Ed/ { on = 0 }
		on { gsub(/\\e/, "\\"); line = line $0 }
		on && sub(/\\$/, "", line) { next }
		on && line ~ /^\$ / { print name "\t" line }
		on { line = "" }
		/^\.Bd/ { on = 1 }' "$src/man/$page"
done >>list
while IFS='	' read -r name line; do
	n=$((n + 1))
	case $name:$signed in
	'card serve':*)
		echo "ok $n - $name: $line # SKIP needs a vpcd reader"
		continue ;;
	verify:no|dmsc-sign.7:no)
		echo "ok $n - $name: $line # SKIP needs the program openssl"
		continue ;;
	esac
	cp fresh.img state/dmsc/card.img
	case $line in
	'$ '*) setsid -w sh -c "${line#??}" </dev/null >out 2>&1 ;;
	*) setsid -w dmsc -c "$line" </dev/null >out 2>&1 ;;
	esac
	status=$?
	case $status:$line in
	0:*) ;;
	11:*add\ *|11:*set\ *|11:*rm*|11:*mv\ *|11:*cp\ *|11:*acl\ *|11:*mkdoc*|11:*import*|11:*restore*|11:*edit*|11:*sign\ *) ;;
	*)
		tail -20 out | sed 's/^/# /'
		echo "not ok $n - $name: $line (exit $status)"
		bad=1
		continue ;;
	esac
	echo "ok $n - $name: $line"
done <list
echo "1..$n"
exit $bad
