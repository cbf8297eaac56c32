#!/bin/sh
# aside.sh TEST...: runs it with a folder of its own for what is temporary,
# which goes with it.
TMPDIR=$(mktemp -d) || exit 99
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
"$@"
