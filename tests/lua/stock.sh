#!/bin/sh
# The same Lua tests in a stock lua5.4, which loads lua/dmsc.so.
if [ -n "$SANITIZE" ]; then
	echo '1..0 # SKIP the sanitizers want a program of their own'
	exit 0
elif ! command -v lua5.4 >/dev/null; then
	echo '1..0 # SKIP no lua5.4'
	exit 0
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
LUA_CPATH=$top_builddir/lua/?.so
DMSC=$top_builddir/dmsc
TMPDIR=$dir/tmp
mkdir "$TMPDIR" || exit 99
export XDG_STATE_HOME LUA_CPATH TMPDIR DMSC
n=0
bad=0
for f in "$top_srcdir"/tests/lua/*.lua; do
	n=$((n + 1))
	if lua5.4 "$f" >"$dir/out" 2>&1 && grep -q '^1\.\.[1-9]' "$dir/out"
	then
		echo "ok $n - $(basename "$f"): $(grep -c '^ok' "$dir/out") tests"
	else
		bad=1
		sed 's/^/# /' "$dir/out"
		echo "not ok $n - $(basename "$f")"
	fi
done
n=$((n + 1))
if [ -z "$(ls -A "$TMPDIR")" ]; then
	echo "ok $n - the folders of the tests are gone"
else
	bad=1
	echo "not ok $n - the folders of the tests are gone"
fi
echo "1..$n"
exit $bad
