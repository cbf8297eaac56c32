#!/bin/sh
# Completion in bash, as a user's shell would call it.
if [ -z "$BASH_VERSION" ]; then
	command -v bash >/dev/null || { echo '1..0 # SKIP no bash'; exit 0; }
	exec bash "$0"
fi
build=$(cd "${top_builddir:-build}" && pwd)
n=0
bad=0
. /dev/stdin <<END
$("$build/dmsc" help --bash)
END
try() {	# try NAME WANT WORDS...: completes the last word
	name=$1 want=$2
	shift 2
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_dmsc
	n=$((n + 1))
	if [[ " ${COMPREPLY[*]} " == *" $want "* ]]; then
		echo "ok $n - $name"
	else
		bad=1
		echo "# got: ${COMPREPLY[*]}"
		echo "not ok $n - $name"
	fi
}
try 'a command' discover dmsc disc
try 'a noun once' pin dmsc pi
try 'a verb' verify dmsc pin ver
try 'an option of a command' --commit dmsc set --com
try 'an option of a verb' --profile dmsc card new --pro
try 'a program option' --reader dmsc --rea
try 'behind a program option with an argument' discover dmsc -r sim disc
echo "1..$n"
exit $bad
