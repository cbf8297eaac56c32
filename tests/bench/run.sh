#!/bin/sh
# run.sh: what make bench runs. Ratios within this one run are meant, not the
# absolute figures. The PC/SC part needs pcscd and the vpcd driver.
set -e
here=$(cd "$(dirname "$0")" && pwd)
build=${top_builddir:-.}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
XDG_STATE_HOME=$folder
export XDG_STATE_HOME
mkdir -p "$folder/dmsc"
"$build/tests/bench/apdus" "$folder"
"$build/tests/bench/appl" "$folder"
mkdir "$folder/on"
"$build/tests/bench/poweron" "$folder/on"
"$build/tests/bench/card" "$folder"
"$build/dmsc" ls / >/dev/null
"$build/tests/bench/start" "$build/dmsc" "$folder"
"$build/tests/bench/tree"
"$build/tests/bench/dm"
"$build/tests/bench/codec"
"$build/tests/bench/scp"
"$build/tests/bench/sign"
sh "$here/batch.sh"
echo "# PC/SC"
(
	. "$here/../interop/pcscd-env.sh"
	pcscd_start
	"$build/dmsc" card new "$folder/p.img" >/dev/null
	card_start "$folder/p.img" 35963
	"$build/tests/bench/pcsc" 'Virtual PCD 00 00' "$build/dmsc" \
		"$here/apdus.lua"
	card_stop || :	# set -e: a killed card ends with 143
	"$build/dmsc" card new --profile locked "$folder/k.img" >/dev/null
	"$build/dmsc" wait remove -r 'Virtual PCD 00 00' >/dev/null
	card_start "$folder/k.img" 35963
	"$build/dmsc" wait insert -r 'Virtual PCD 00 00' >/dev/null
	"$build/tests/bench/pcsc" --secure 'Virtual PCD 00 00' \
		"$here/../../scripts/demo/scp-keys"
)
