#!/bin/sh
# check-requirements.sh LIST: holds tests/requirements against the results of
# the tests that just ran (their .log files below this folder), prints the
# table, and fails where a listed case did not run and pass, or where a label
# has none. A test that this machine cannot run at all is not counted.
labels='ADM-1 ADM-2 AUT-1 AUTH-1 AUTH-2 AUTH-3 AUTH-4 GEN-1 GEN-2 GEN-3 GEN-4
GEN-5 GEN-6 GEN-7 GEN-8 GEN-9 GEN-10 GEN-11 GEN-12 GEN-13 GEN-14 GEN-15
GEN-16 GEN-17 GEN-18 GEN-19 GEN-20 GEN-21 OSR-1 PRV-1 SEC-1 USE-1 USE-2 USE-3
USE-4 USE-5 UC-5.1 UC-5.1-A1 UC-5.2 UC-5.2-A1 UC-5.2-A2 UC-5.2-A3 UC-5.3
UC-5.3-A1 UC-5.3-A2 UC-5.3-A3 UC-5.4 UC-5.4-A1'
bad=0 proven=' '
while read -r label test words; do
	case $label in ''|'#'*) continue ;; esac
	if grep -q "^PASS: .*$words" "$test.log" 2>/dev/null; then
		verdict=proven
		proven="$proven$label "
	elif grep -q "^SKIP: " "$test.log" 2>/dev/null &&
	    ! grep -q "^PASS: " "$test.log"; then
		verdict='skipped here'
	else
		verdict='NOT PROVEN'
		bad=1
	fi
	printf '%-9s %-14s %s: %s\n' "$label" "$verdict" "$test" "$words"
done <"$1"
for label in $labels; do
	case $proven in *" $label "*) continue ;; esac
	printf '%-9s %-14s by any test\n' "$label" 'NOT PROVEN'
	bad=1
done
exit $bad
