#!/bin/sh
# Bytes are not written to a terminal; text is, and bytes go to a pipe.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state HOME=$work DMSC_DATA_DIR=$src TERM=dumb
export XDG_STATE_HOME HOME DMSC_DATA_DIR TERM
doc=$src/scripts/demo/OperatorX.xml
. "$src/tests/verdict.sh"
outputs=$work/out
if ! script -qec true /dev/null >/dev/null 2>&1; then
	echo "1..0 # SKIP needs the program script of util-linux"
	exit 0
fi
for line in "convert --to wbxml $doc" "export --raw /OperatorX" \
    "export --to syncml-wbxml /OperatorX"; do
	script -qec "$build/dmsc $line" /dev/null >"$work/out" 2>&1
	[ $? -eq 2 ] && grep -q 'not written to a terminal' "$work/out"
	verdict $? "refused: ${line%% *} of bytes"
done
for line in "convert --to json $doc" "export /OperatorX"; do
	script -qec "$build/dmsc $line" /dev/null >"$work/out" 2>&1
	verdict $? "${line%% *} of text"
done
"$build/dmsc" convert --to wbxml "$doc" >"$work/out" &&
    "$build/dmsc" convert "$work/out" >"$work/text"
verdict $? "bytes to a pipe"

# The card speaks while a line is typed: it is told above it, and the line is
# there again. Keys come as a user types them.
keys() {
	sleep 0.3
	printf 'events\ncard push more-time\npw'
	sleep 1.3
	printf 'd\n'
	sleep 0.1
	printf "card push display-text 'Go on?'\nl"
	sleep 1.4
	printf 'y\n'
	sleep 0.2
	printf 's -q\nexit\n'
}
"$build/dmsc" card new "$work/c.img" >/dev/null
keys | TERM=xterm script -qec "$build/dmsc --color never -r sim:$work/c.img" \
    /dev/null >"$work/out" 2>&1
sed 's/\x1b\[[?0-9]*[a-zA-Z]//g' "$work/out" | tr '\r' '\n' |
    sed '/^$/d' >"$work/text"
grep -q '^event: more-time: done$' "$work/text" &&
    sed '1,/^event: more-time/d' "$work/text" | head -1 |
    grep -q '^dmsc:/> pwd$'
verdict $? "an event above the line that is typed"
grep -q '^Go on? \[y/N\] y$' "$work/text" &&
    grep -q '^event: display-text: Go on?: done$' "$work/text" &&
    grep -q '^dmsc:/> ls -q$' "$work/text"
verdict $? "a question above it, and its answer"
echo "1..$n"
exit $bad
