#!/bin/sh
# The use cases as they are told: each script on a card of its own.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
n=0
bad=0
for f in "$top_srcdir"/scripts/use-case-*.lua; do
	n=$((n + 1))
	if "$top_builddir/dmsc" "$f" >"$dir/out" 2>&1 </dev/null; then
		echo "ok $n - the story $(basename "$f" .lua)"
	else
		bad=1
		sed 's/^/# /' "$dir/out"
		echo "not ok $n - the story $(basename "$f" .lua)"
	fi
done
echo "1..$n"
exit $bad
