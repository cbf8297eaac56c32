#!/bin/sh
# The Lua tests on a card behind a real pcscd, inside dmsc and, unchanged, in
# a stock lua5.4.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
pcscd_start
XDG_STATE_HOME=$env_dir/state
DMSC_READER='Virtual PCD 00 00'
LUA_CPATH=$top_builddir/lua/?.so
export XDG_STATE_HOME DMSC_READER LUA_CPATH
n=0
bad=0
report() {	# report STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2 ($(grep -c '^ok' "$env_dir/out") tests)"
	else
		bad=1
		sed 's/^/# /' "$env_dir/out"
		echo "not ok $n - $2"
	fi
}

"$top_builddir/dmsc" card new "$env_dir/card.img" >"$env_dir/out" 2>&1
report $? 'a demo card is made'
card_start "$env_dir/card.img" "$vpcd_port"
"$top_builddir/dmsc" wait insert -r "$DMSC_READER" >"$env_dir/out" 2>&1
"$top_builddir/dmsc" -r "$DMSC_READER" test "$top_srcdir"/tests/lua/*.lua \
    >"$env_dir/out" 2>&1
report $? 'inside dmsc'
if [ -n "$SANITIZE" ] || ! command -v lua5.4 >/dev/null; then
	echo "ok $((n = n + 1)) - in lua5.4 # SKIP not with sanitizers"
else
	for f in "$top_srcdir"/tests/lua/*.lua; do
		lua5.4 "$f" >"$env_dir/out" 2>&1
		report $? "in lua5.4: $(basename "$f")"
	done
fi
echo "1..$n"
exit $bad
