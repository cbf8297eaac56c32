#!/bin/sh
# Whole sessions, compared with what is committed: each tests/cli/*.session
# holds lines "$ COMMAND" with all their output below, "? N" where the exit
# status is not 0. "sessions.sh --update" writes them anew.
update=$1
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH
NO_COLOR=1 TERM=dumb LC_ALL=C.UTF-8 TZ=UTC0
DMSC_DATA_DIR=$src
EDITOR='sed -i s/operatorx.example/edited.example/'
export PATH NO_COLOR TERM LC_ALL TZ EDITOR DMSC_DATA_DIR
unset DISPLAY VISUAL PCSCLITE_CSOCK_NAME
n=0
bad=0

# What differs from run to run: times, folders, journal numbers.
settle() {
	sed -e 's/"ms":[0-9]*/"ms":0/g' -e 's/, [0-9]* ms$/, 0 ms/' -e "s|$work/[a-z0-9-]*|TMP|g" \
	    -e "s|$src|SRC|g" \
	    -e 's/20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-9:]*Z/2000-01-01T00:00:00Z/g' \
	    -e 's/20[0-9]\{6\}T[0-9]\{6\}Z-[0-9]*/20000101T000000Z-001/g'
}

replay() {	# replay FILE: the session as it goes today
	while IFS= read -r line; do
		case $line in
		'$ '*)
			printf '%s\n' "$line"
			# setsid: no terminal, so that nothing is asked.
			setsid -w sh -c "${line#??}" </dev/null 2>&1
			status=$?
			[ "$status" -eq 0 ] || echo "? $status"
			;;
		'## '*)
			printf '%s\n' "$line"
			;;
		esac
	done <"$1"
}

for f in "$src"/tests/cli/*.session; do
	n=$((n + 1))
	name=$(basename "$f" .session)
	mkdir "$work/$name" && cd "$work/$name" || exit 1
	XDG_STATE_HOME=$work/$name/state HOME=$work/$name
	export XDG_STATE_HOME HOME
	ln -s "$src/scripts" scripts
	replay "$f" | settle >"$work/got"
	if [ "$update" = --update ]; then
		cp "$work/got" "$f"
	elif ! diff -u "$f" "$work/got" >"$work/diff"; then
		sed 's/^/# /' "$work/diff"
		echo "# meant so? sh tests/cli/sessions.sh --update writes it anew"
		echo "not ok $n - session $name"
		bad=1
		continue
	fi
	echo "ok $n - session $name"
done
echo "1..$n"
exit $bad
