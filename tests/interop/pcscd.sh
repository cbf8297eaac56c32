#!/bin/sh
# A real pcscd with virtual readers: the link's PC/SC end.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
pcscd_start
"${top_builddir:-.}/tests/interop/pcsc-link" "$vpcd_port"
