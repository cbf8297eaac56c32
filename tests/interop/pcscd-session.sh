#!/bin/sh
# A real pcscd with the demo card in a virtual reader: the session's readers.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
pcscd_start
"${top_builddir:-.}/tests/interop/pcsc-session" "$vpcd_port"
