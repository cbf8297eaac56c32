#!/bin/sh
# Bytes are not written to a terminal; text is, and bytes go to a pipe.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state HOME=$work DMSC_DATA_DIR=$src TERM=dumb
export XDG_STATE_HOME HOME DMSC_DATA_DIR TERM
doc=$src/scripts/demo/OperatorX.xml
n=0
bad=0
verdict() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		bad=1
		sed 's/^/# /' "$work/out"
		echo "not ok $n - $2"
	fi
}
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
echo "1..$n"
exit $bad
