#!/bin/sh
# The Lua tests on a card behind a real pcscd, inside dmsc and, unchanged, in
# a stock lua5.4.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
pcscd_start
XDG_STATE_HOME=$env_dir/state
DMSC_READER='Virtual PCD 00 00'
LUA_CPATH=$top_builddir/lua/?.so
DMSC=$top_builddir/dmsc
export XDG_STATE_HOME DMSC_READER DMSC LUA_CPATH
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

# The cases of requirements by name, for tests/requirements.
said() {	# said FILE: what passed, and was not skipped
	grep '^ok [0-9]* - [A-Z]*-[0-9.]*\(-A[0-9]\)\{0,1\}: ' "$1" | grep -v '# SKIP' |
	    cut -d' ' -f4- >"$env_dir/said"
	while IFS= read -r line; do
		n=$((n + 1))
		echo "ok $n - pcscd: $line"
	done <"$env_dir/said"
}

"$top_builddir/dmsc" card new "$env_dir/card.img" >"$env_dir/out" 2>&1
report $? 'a demo card is made'
card_start "$env_dir/card.img" "$vpcd_port"
"$top_builddir/dmsc" wait insert -r "$DMSC_READER" >"$env_dir/out" 2>&1
"$top_builddir/dmsc" -r "$DMSC_READER" test "$top_srcdir"/tests/lua/*.lua \
    >"$env_dir/out" 2>&1
report $? 'inside dmsc'
said "$env_dir/out"
if [ -n "$SANITIZE" ] || ! command -v lua5.4 >/dev/null; then
	echo "ok $((n = n + 1)) - in lua5.4 # SKIP not with sanitizers"
else
	for f in "$top_srcdir"/tests/lua/*.lua; do
		lua5.4 "$f" >"$env_dir/out" 2>&1
		report $? "in lua5.4: $(basename "$f")"
	done
fi

# The files for cards of another profile, the same way.
profile() {	# profile NAME [OPTION...]: the files that want it
	files=$(grep -l "^t.profile.*\"$1\"" "$top_srcdir"/tests/lua/*.lua)
	[ -n "$files" ] || return
	card_stop
	"$top_builddir/dmsc" card new --profile "$@" "$env_dir/$1.img" \
	    >"$env_dir/out" 2>&1
	report $? "a card of the profile $1 is made"
	"$top_builddir/dmsc" wait remove -r "$DMSC_READER" >/dev/null 2>&1
	card_start "$env_dir/$1.img" "$vpcd_port"
	"$top_builddir/dmsc" wait insert -r "$DMSC_READER" \
	    >"$env_dir/out" 2>&1
	DMSC_PROFILE=$1
	export DMSC_PROFILE
	# shellcheck disable=SC2086
	"$top_builddir/dmsc" -r "$DMSC_READER" test $files \
	    >"$env_dir/out" 2>&1
	report $? "inside dmsc, a card of the profile $1"
	said "$env_dir/out"
	[ -z "$SANITIZE" ] && command -v lua5.4 >/dev/null || return
	for f in $files; do
		lua5.4 "$f" >"$env_dir/out" 2>&1
		report $? "in lua5.4: $(basename "$f")"
	done
}
profile locked
profile dmsc --space 4194304

# The use cases as stories, on the card that is served now.
for f in "$top_srcdir"/scripts/use-case-*.lua; do
	"$top_builddir/dmsc" "$f" "$DMSC_READER" >"$env_dir/out" 2>&1
	report $? "the story $(basename "$f" .lua)"
done

# The card that is served is asked past its reader, by its ICCID.
demo=$top_srcdir/scripts/demo
past() {	# past NAME LINE...
	name=$1
	shift
	"$top_builddir/dmsc" -r "$DMSC_READER" "$@" >"$env_dir/out" 2>&1
	report $? "past the reader: $name"
}
past 'card push' card push D009810301010482028182
# The tests before may have brought packages with counters above the clock.
past 'a package' dm package --counter 4000000000 --keys "@$demo/scp-keys" \
    -o "$env_dir/p.ota" "$demo/group-mail.xml"
past 'card ota' card ota --keys "@$demo/scp-keys" "$env_dir/p.ota"
echo "1..$n"
exit $bad
