# Sourced by tests in shell: numbers the cases; of one that fails the files
# $outputs are shown (words: no blanks in their names).
n=0
bad=0
verdict() {	# verdict STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		bad=1
		# shellcheck disable=SC2086
		tail -n 40 $outputs 2>/dev/null | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
