#!/bin/sh
# The help of every command, and its manual page, against what is committed.
# "help.sh --update" (make man) writes them anew.
update=$1
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work NO_COLOR=1
export XDG_STATE_HOME NO_COLOR
n=0
bad=0
check() {	# check NAME: the last command's status
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		bad=1
		sed 's/^/# /' "$work/diff"
		echo "not ok $n - $1"
	fi
}
(
	"$build/dmsc" help
	for topic in dmsc errors status-words dm-statuses; do
		echo
		echo "==== $topic"
		"$build/dmsc" help $topic
	done
	echo
	"$build/dmsc" help --all
) >"$work/help.txt" 2>&1
[ "$update" = --update ] && cp "$work/help.txt" "$src/tests/cli/help.txt"
diff -u "$src/tests/cli/help.txt" "$work/help.txt" >"$work/diff"
check 'help of every command' $?

"$build/dmsc" help --all | sed -n 's/^==== //p' >"$work/names"
while read -r name; do
	page=dmsc-$(echo "$name" | tr ' ' -).1
	"$build/dmsc" help --mdoc $name >"$work/$page"
	[ "$update" = --update ] && cp "$work/$page" "$src/man/$page"
	diff -u "$src/man/$page" "$work/$page" >"$work/diff" 2>&1
	check "man/$page" $?
done <"$work/names"
awk 'length($0) > 80' "$work/help.txt" >"$work/diff"
[ ! -s "$work/diff" ]
check 'help fits in 80 columns' $?
if command -v mandoc >/dev/null 2>&1; then
	(cd "$work" && mandoc -Tlint -Wwarning dmsc-*.1 >diff 2>&1)
	check 'mandoc has no warning' $?
else
	n=$((n + 1))
	echo "ok $n - mandoc has no warning # SKIP mandoc is not installed"
fi
echo "1..$n"
exit $bad
