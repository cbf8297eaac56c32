# Sourced by tests that need a PC/SC service with virtual readers:
#   pcscd_start		a pcscd of our own, or one that runs already
#   card_start IMAGE PORT	serves a card image; card_stop ends it
#   pcscd_stop		ends what was started (also done on exit)
# Where it cannot be done the whole test says SKIP, never passed. Tests that
# run side by side wait for one another.
vpcd_driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
vpcd_port=35963
pcscd_socket=/run/pcscd/pcscd.comm
pcscd_pid=
card_pid=
env_dir=

skip_all() {	# skip_all REASON
	echo "1..0 # SKIP $1"
	exit 0
}

pcscd_runs() {
	for comm in /proc/[0-9]*/comm; do
		read -r name <"$comm" || continue
		[ "$name" = pcscd ] && return 0
	done 2>/dev/null
	return 1
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	tries=$(($1 * 20))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

pcscd_start() {
	command -v pcscd >/dev/null || skip_all 'pcscd is not installed'
	[ -e "$vpcd_driver" ] ||
	    skip_all 'the driver vsmartcard-vpcd is not installed'
	command -v flock >/dev/null || skip_all 'flock is not installed'
	exec 9>>/tmp/dmsc-pcscd.lock || skip_all 'no lock in /tmp'
	flock -w 200 9 || skip_all 'another test holds pcscd'
	trap pcscd_stop EXIT
	trap 'exit 1' HUP INT TERM
	env_dir=$(mktemp -d) || exit 1
	pcscd_runs && return
	[ "$(id -u)" = 0 ] || skip_all 'pcscd must be started by root'
	mkdir "$env_dir/readers"
	cat >"$env_dir/readers/vpcd" <<-END
	FRIENDLYNAME "Virtual PCD"
	DEVICENAME /dev/null:$vpcd_port
	LIBPATH $vpcd_driver
	CHANNELID $vpcd_port
	END
	pcscd -f -c "$env_dir/readers" >"$env_dir/pcscd.log" 2>&1 9>&- &
	pcscd_pid=$!
	wait_for 10 test -S "$pcscd_socket" || {
		sed 's/^/# /' "$env_dir/pcscd.log"
		skip_all 'pcscd does not start here'
	}
}

card_start() {	# card_start IMAGE PORT
	"${top_builddir:-.}/dmsc" card serve --image "$1" \
	    --vpcd "127.0.0.1:$2" >"$env_dir/card.log" 2>&1 9>&- &
	card_pid=$!
	wait_for 10 grep -qs 'in the reader' "$env_dir/card.log" || {
		sed 's/^/# /' "$env_dir/card.log"
		echo 'Bail out! the card is not served'
		exit 1
	}
}

card_stop() {
	[ -z "$card_pid" ] && return
	kill "$card_pid"
	wait "$card_pid"
	card_pid=
} 2>/dev/null

pcscd_stop() {
	card_stop
	if [ -n "$pcscd_pid" ]; then
		kill "$pcscd_pid"
		wait "$pcscd_pid"
		pcscd_pid=
	fi
	[ -n "$env_dir" ] && rm -rf "$env_dir"
	env_dir=
} 2>/dev/null
