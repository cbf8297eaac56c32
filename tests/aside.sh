#!/bin/sh
# aside.sh TEST...: runs it with a folder of its own for what is temporary,
# which goes with it. Other users may pass: a database runs as one of them.
TMPDIR=$(mktemp -d) || exit 99
export TMPDIR
chmod 711 "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT
"$@"
