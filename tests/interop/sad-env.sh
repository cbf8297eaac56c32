# Sourced by sad.sh and sad-pcscd.sh, in a folder of their own: runs dmsc and
# judges status, standard output and the one error.
dmsc=$top_builddir/dmsc
NO_COLOR=1 TERM=dumb XDG_STATE_HOME=$PWD/state
DMSC_DATA_DIR=$top_srcdir
export NO_COLOR TERM XDG_STATE_HOME DMSC_DATA_DIR
n=0
bad=0

verdict() {	# verdict STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=1
	[ -s out ] && sed 's/^/# out: /' out | head -20
	[ -s err ] && sed 's/^/# err: /' err | head -20
	echo "# status $status"
	echo "not ok $n - $2"
}
# No terminal, so that nothing is asked.
run() {	# run ARG...
	setsid -w "$dmsc" "$@" </dev/null >out 2>err
	status=$?
}
errors() {
	grep '^dmsc: ' err | grep -vc ': warning: '
}
says() {	# says NAME PATTERN ARG...: on standard output, and no error
	name=$1 pattern=$2
	shift 2
	run "$@"
	[ $status -eq 0 ] && [ "$(errors)" -eq 0 ] &&
	    { [ "$pattern" = '^$' ] && [ ! -s out ] ||
	    grep -q -- "$pattern" out; }
	verdict $? "$name"
}
# One error line, with what next at most, and nothing on standard output.
fails() {	# fails NAME STATUS PATTERN ARG...
	name=$1 want=$2 pattern=$3
	shift 3
	run "$@"
	[ $status -eq "$want" ] && [ ! -s out ] &&
	    [ "$(errors)" -eq 1 ] &&
	    ! grep -qv '^dmsc: \|^next: ' err &&
	    grep -q -- "^dmsc: .*$pattern" err
	verdict $? "$name"
}
# The files of a card: what lies before them are the header of the image, the
# journal of its last write, and the PINs.
unchanged() {	# unchanged NAME IMAGE COPY
	cmp -i $((64 + 77824)) "$2" "$3" >out 2>err
	status=$?
	verdict $status "$1"
}
