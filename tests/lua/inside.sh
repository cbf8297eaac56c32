#!/bin/sh
# The Lua tests inside dmsc. Each file makes a fresh demo card, unless
# DMSC_READER names a reader that holds one.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
"$top_builddir/dmsc" -r "${DMSC_READER:-sim}" test "$top_srcdir"/tests/lua/*.lua
