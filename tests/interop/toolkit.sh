#!/bin/sh
# The toolkit on a card behind a real pcscd: without --cat nothing of it is
# sent, with --cat the card is heard while another process gives it commands.
. "${top_srcdir:-.}/tests/interop/pcscd-env.sh"
pcscd_start
src=$(cd "${top_srcdir:-.}" && pwd)
XDG_STATE_HOME=$env_dir/state DMSC_DATA_DIR=$src
export XDG_STATE_HOME DMSC_DATA_DIR
reader='Virtual PCD 00 00'
. "$src/tests/verdict.sh"
outputs="$env_dir/out $env_dir/err"
dmsc() {
	"$top_builddir/dmsc" "$@"
}
run() {	# run STATUS ARG...: into out and err
	want=$1
	shift
	dmsc -r "$reader" "$@" >"$env_dir/out" 2>"$env_dir/err" </dev/null
	[ $? -eq "$want" ]
}
# TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, ENVELOPE, STATUS
spoken() {
	grep -E '^> [0-9A-F]{2}(10|12|14|C2|F2)0000|^> 80F2' "$1"
}

dmsc card new "$env_dir/card.img" >/dev/null || exit 99
card_start "$env_dir/card.img" "$vpcd_port"
dmsc wait insert -r "$reader" >/dev/null 2>&1

name=/OperatorX/DMAcc/opx/Name
dmsc -r "$reader" card push more-time >/dev/null
run 0 --trace "$env_dir/plain" -c 'device poweron --yes' -c 'tree -q /' \
    -c 'find Addr' -c "pin verify adm1 @$src/scripts/demo/adm1" \
    -c "set $name X" -c 'card push refresh' -c plan -c commit -c undo \
    -c 'file read EF.ICCID' -c 'device poweron --yes' -c 'device diff'
verdict $? 'a long session without --cat'
spoken "$env_dir/plain" >"$env_dir/out"
[ -s "$env_dir/plain" ] && [ ! -s "$env_dir/out" ]
verdict $? 'nothing of the toolkit was sent in it'
run 2 events && grep -q 'events --cat' "$env_dir/err"
verdict $? 'events asks for --cat'
run 2 events tell language de && run 2 events wait --timeout 0
verdict $? 'so do events tell and events wait'
run 0 --trace "$env_dir/waits" -c 'apdu 801000000833B1EF4061010003' \
    -c 'file read EF.ICCID' && grep -q 'proactive' "$env_dir/err" &&
    ! grep -q '^> 8012' "$env_dir/waits"
verdict $? 'without it 91xx is one warning, and nothing is fetched'

run 0 --cat --trace "$env_dir/cat" -c events -c events &&
    grep -q '^more-time *done' "$env_dir/out" &&
    spoken "$env_dir/cat" >/dev/null && grep -q '^nothing' "$env_dir/out"
verdict $? 'with --cat what waited is fetched and answered'
dmsc -r "$reader" --cat --json events wait --for refresh --timeout 20 \
    >"$env_dir/out" 2>"$env_dir/err" &
waiting=$!
sleep 0.5
dmsc -r "$reader" card push display-text Hello >"$env_dir/push" 2>&1
dmsc -r "$reader" card push refresh 3F00/2FE2 >>"$env_dir/push" 2>&1
wait $waiting && grep -q '"name":"refresh"' "$env_dir/out" &&
    grep -q '^{"event":{"name":"refresh",.*"3F00/2FE2"' "$env_dir/err"
verdict $? 'a command that another process gives it is heard'
[ "$(wc -l <"$env_dir/out")" -eq 1 ] && [ "$(wc -l <"$env_dir/err")" -eq 2 ]
verdict $? 'one JSON value, and a JSON line for each event on standard error'
run 6 --cat events wait --for get-input --timeout 0
verdict $? 'what does not come in time is not there'
dmsc -r "$reader" card push refresh >/dev/null
run 0 --cat -c 'device poweron --yes' -c events &&
    grep -q '^refresh *done' "$env_dir/out" &&
    grep -q '^OperatorX *dm *unchanged' "$env_dir/out"
verdict $? 'power-on hears what waits'
dmsc -r "$reader" card push local-information >/dev/null
run 0 --cat events && grep -q 'beyond this device' "$env_dir/out" &&
    dmsc -r "$reader" card push local-information >/dev/null &&
    run 0 --cat events --imei 490154203237518 &&
    grep -q '^local-information *done' "$env_dir/out"
verdict $? 'an IMEI is told only with --imei'
echo "1..$n"
exit $bad
