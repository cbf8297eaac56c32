#!/bin/sh
# The README's blocks "console" show what the program prints. All lines at
# dmsc's prompt are one session on a fresh demo card; lines behind "$" are the
# shell's, on the same card. "readme.sh --update" writes the output anew.
update=$1
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH
XDG_STATE_HOME=$work/state
NO_COLOR=1
DMSC_DATA_DIR=$src
export PATH XDG_STATE_HOME NO_COLOR DMSC_DATA_DIR
. "$src/tests/verdict.sh"
outputs=$work/diff
cd "$work" || exit 1
ln -s "$src/scripts" scripts
mkdir -p state/dmsc
dmsc card new --seed 1 state/dmsc/card.img >/dev/null || exit 1

# What differs from run to run, and what only a file of lines has.
settle() {
	sed -e 's/20[0-9]\{6\}T[0-9]\{6\}Z-[0-9]*/20261123T090146Z-001/' \
	    -e 's/"ms":[0-9]*/"ms":1/' \
	    -e 's/, [0-9]* ms$/, 1 ms/' -e 's/^dmsc: .\/lines:[0-9]*: /dmsc: /'
}

# The session's output, one file for each line typed.
sed -n 's/^dmsc:[^>]*> //p' "$src/README.md" >lines
dmsc -k -v ./lines </dev/null 2>&1 | settle >got
awk '/^dmsc> / { n++; printf "" >("line." n); next }
	n { print >("line." n) }' got

# The README as it would be written today: where "$" or a prompt has spoken,
# the lines up to the next of them are old output.
fresh() {
	on= old= i=0 command= more=
	while IFS= read -r line; do
		case $on$more:$line in
		':```console')
			on=yes ;;
		'yes:```')
			on= old= ;;
		yes:'dmsc:'*'> '*)
			old=yes
			i=$((i + 1))
			printf '%s\n' "$line"
			cat "line.$i"
			continue ;;
		yes:'$ '*)
			old= command=${line#??} ;;
		yesmore:*)
			command=$command$line ;;
		esac
		[ -n "$old" ] || printf '%s\n' "$line"
		more=
		case $command in
		'') ;;
		*\\)
			more=more command=${command%?} ;;
		*)
			sh -c "$command" </dev/null 2>&1 | settle
			old=yes command= ;;
		esac
	done <"$src/README.md"
}
fresh >README.md
# What a commit costs may change without this page being wrong.
costs() {
	sed -E -e 's/[0-9]+ (APDU|byte)s?/N \1s/g' -e 's/Z-[0-9]{3}/Z-NNN/' \
	    -e '/^(update|switch) /s/ +[0-9]+ +[0-9]+$/ N N/' "$1"
}
costs "$src/README.md" >was
costs README.md >is
diff -u was is >diff
status=$?
if [ "$update" = --update ]; then
	cp README.md "$src/README.md"
	status=0
fi
[ $status -eq 0 ] ||
	echo 'meant so? sh tests/cli/readme.sh --update writes it anew' >>diff
verdict $status 'the output in README.md is what the program prints'
[ "$(grep -c . lines)" -gt 10 ] && [ "$(ls line.* | wc -l)" -eq \
    "$(grep -c . lines)" ]
verdict $? 'every line of the tour was run'

# Lua in the README runs in both interpreters.
sed -n '/^```lua/,/^```$/p' "$src/README.md" | grep -v '^```' >example.lua
dmsc example.lua >diff 2>&1
verdict $? 'the Lua example'
echo "1..$n"
exit $bad
