#!/bin/sh
# check-requirements.sh LIST: holds tests/requirements against the results of
# the tests that just ran (their .log files below this folder), prints the
# table, and fails where a listed case did not pass.
bad=0
while read -r label test words; do
	case $label in ''|'#'*) continue ;; esac
	if grep -q "^PASS: .*$words" "$test.log" 2>/dev/null; then
		verdict=proven
	elif grep -q "^SKIP: " "$test.log" 2>/dev/null; then
		verdict='skipped here'
	else
		verdict='NOT PROVEN'
		bad=1
	fi
	printf '%-8s %-14s %s: %s\n' "$label" "$verdict" "$test" "$words"
done <"$1"
exit $bad
