# Sourced by the tests of batches, behind their own settings: a folder of
# their own, where they stand then, and dmsc. Where what a batch needs is not
# there, the whole test says SKIP.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
outputs='out err'
. "$src/tests/verdict.sh"
dmsc() {
	"$build/dmsc" "$@" </dev/null
}
cd "$work" || exit 1
if ! dmsc lua 'require "luv" require "luasql.sqlite3"' >out 2>&1; then
	echo '1..0 # SKIP lua-luv and lua-sql-sqlite3 are not installed'
	exit 0
fi
