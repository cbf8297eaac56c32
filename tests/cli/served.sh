#!/bin/sh
# A card that another process serves: found by its image, given commands and
# packages by its control socket; nobody else gets in.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
work=$(mktemp -d) || exit 1
served=
reader=
trap 'kill $served $reader 2>/dev/null; rm -rf "$work"' EXIT
PATH=$build:$PATH
XDG_STATE_HOME=$work/state HOME=$work DMSC_DATA_DIR=$src
export PATH XDG_STATE_HOME HOME DMSC_DATA_DIR
cd "$work" || exit 1
ln -s "$src/scripts" scripts
. "$src/tests/verdict.sh"
outputs=out
# exits WANT LINE...: a call that ends so
exits() {
	want=$1
	shift
	dmsc "$@" </dev/null >out 2>&1
	[ $? -eq "$want" ]
}

if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP needs python3"
	exit 0
fi
# A reader's driver that says nothing: the card stays in it.
python3 -c '
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1)
open("port", "w").write(str(s.getsockname()[1]) + "\n")
c, _ = s.accept()
open("there", "w").close()
time.sleep(120)' &
reader=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s port ] && break
	sleep 0.2
done
keys='--keys @scripts/demo/scp-keys'
dmsc card new --profile dmsc a.img >out 2>&1 &&
    dmsc card new b.img >>out 2>&1 &&
    dmsc dm package $keys -o p.ota scripts/demo/Package.xml >>out 2>&1
verdict $? "cards and a package"
dmsc card serve --image a.img --vpcd "127.0.0.1:$(cat port)" 2>served.txt &
served=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -e there ] && [ -e "state/dmsc/served/$served" ] && break
	sleep 0.2
done
[ "$(stat -c %a "state/dmsc/served/$served")" = 600 ] &&
    [ "$(stat -c %a state/dmsc/served)" = 700 ]
verdict $? "its socket is its user's alone"
exits 5 -r sim:a.img info
verdict $? "the image is held"
exits 0 -r sim:a.img card push D009810301010482028182
verdict $? "card push reaches it by its image"
exits 0 -r "sim:$work/./a.img" card push D009810301010482028182
verdict $? "by any name of the image"
exits 10 -r sim:a.img card push D0
verdict $? "what is no command is refused there"
# shellcheck disable=SC2086
exits 0 -r sim:a.img card ota $keys p.ota && grep -q 'of the card' out
verdict $? "card ota reaches it, and it proves what it did"
exits 6 -r sim:a.img card ota p.ota && grep -q 'has had this package' out
verdict $? "it takes a package once"
exits 0 -r sim:b.img card push D009810301010482028182
verdict $? "another image is not meant"
exits 6 -r sim:b.img card ota p.ota && grep -q 'no proof of receipt' out
verdict $? "a card without the application gives no proof"
exits 0 -j -r sim:a.img card ota -n p.ota && grep -q '"version":48' out
verdict $? "-n shows what anybody can read"
python3 -c '
import os, socket, sys
a = socket.socket(socket.AF_UNIX)
os.chdir("state/dmsc/served")
a.connect(sys.argv[1])
a.settimeout(5)
a.sendall(os.urandom(60000))
try:
    while a.recv(4096): pass
except ConnectionError: pass' "$served" >out 2>&1
exits 0 -r sim:a.img card push D009810301010482028182
verdict $? "60,000 bytes of noise, and it goes on"
kill "$served"
wait "$served" 2>/dev/null
[ -z "$(ls state/dmsc/served)" ]
verdict $? "its socket goes with it"
exits 0 -c 'connect sim:a.img' -c 'scp open --keys @scripts/demo/scp-keys' \
    -c 'dm get ./Notes/Name' && grep -q 'over the air' out
verdict $? "and what came is there"
echo "1..$n"
exit $bad
