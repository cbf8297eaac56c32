#!/bin/sh
# Keys in a token of SoftHSM2, from the command line: a secure channel whose
# keys never leave it is the channel of the same keys in a file, byte for
# byte; new keys go in under the token's Key-DEK; its PIN is not guessed.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
module=/usr/lib/softhsm/libsofthsm2.so
if ! command -v softhsm2-util >/dev/null 2>&1 || [ ! -r "$module" ]; then
	echo 'ok 1 # SKIP softhsm2 is not installed'
	echo 1..1
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH
HOME=$work
XDG_STATE_HOME=$work/state
DMSC_DATA_DIR=$src
SOFTHSM2_CONF=$work/softhsm2.conf
TOKEN_PIN=4711
WRONG=9999
export PATH HOME XDG_STATE_HOME DMSC_DATA_DIR SOFTHSM2_CONF TOKEN_PIN WRONG
cd "$work" || exit 1
. "$src/tests/verdict.sh"
outputs="out err"

mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' \
    "$work" >softhsm2.conf
softhsm2-util --init-token --free --label cards --pin 4711 \
    --so-pin 08154711 >/dev/null 2>&1
verdict $? 'a token'

# The demo's three keys, each an object.
hex=$(sed 's/^hex://' "$src/scripts/demo/scp-keys")
i=0
for name in enc mac dek; do
	i=$((i + 1))
	part=$(echo "$hex" | cut -c$((i * 32 - 31))-$((i * 32)))
	echo "hex:$part" >"$name.key"
	echo "$part" | sed 's/../\n&/g' | while read -r b; do
		[ -z "$b" ] ||
		    printf "\\$(printf %03o "0x$b")"
	done >"$name.bin"
	softhsm2-util --import "$name.bin" --aes --token cards --label "$name" \
	    --id "0$i" --pin 4711 >/dev/null 2>&1
	verdict $? "key $name goes in"
done
key() {
	echo "pkcs11:token=cards;object=$1?module-path=$module&pin-source=env:$2"
}
dmsc card new --profile locked --seed 3 k.img >/dev/null

dmsc -r sim:k.img -c "scp open --keys '$(key enc TOKEN_PIN)' \
    --keys '$(key mac TOKEN_PIN)' --keys '$(key dek TOKEN_PIN)'" \
    -c 'key list' -c 'cat /OperatorX/DMAcc/opx/ServerID' >out 2>err &&
dmsc -r sim:k.img -c "scp open --keys @enc.key --keys @mac.key \
    --keys @dek.key" -c 'key list' \
    -c 'cat /OperatorX/DMAcc/opx/ServerID' >want 2>err &&
diff want out >err
verdict $? 'a channel by the token is that of the same keys in a file'

dmsc -r sim:k.img -c "scp open --keys @enc.key --keys '$(key mac TOKEN_PIN)' \
    --keys '$(key dek TOKEN_PIN)'" -c 'key put 31 --keys @mac.key' \
    -c 'reset' >out 2>err &&
dmsc -r sim:k.img -c 'scp open --kvn 31 --keys @mac.key' >out 2>err
verdict $? "new keys go in under the token's Key-DEK, and are those"

dmsc -r sim:k.img -c "scp open --keys @scripts/demo/scp-keys" \
    -c "key put 32 --keys '$(key enc TOKEN_PIN)'" >out 2>err
[ $? -eq 6 ] && grep -q 'stays in a token' err
verdict $? 'a key that stays in a token goes into no card'

dmsc -r sim:k.img scp open --keys "$(key enc WRONG)" >out 2>err
[ $? -eq 7 ] && ! grep -q 9999 err
verdict $? 'a wrong PIN is exit status 7'
dmsc -r sim:k.img scp open --keys "$(key enc TOKEN_PIN)" >out 2>err
[ $? -eq 8 ] && grep -q 'spend-try' err
verdict $? 'and no other is tried unasked'
dmsc --spend-try -r sim:k.img -c "scp open --keys '$(key enc TOKEN_PIN)' \
    --keys '$(key mac TOKEN_PIN)' --keys '$(key dek TOKEN_PIN)'" >out 2>err
verdict $? 'asked, it is'
dmsc --batch -r sim:k.img scp open \
    --keys "pkcs11:token=cards;object=enc?module-path=$module" >out 2>err
[ $? -eq 8 ] && grep -q "PIN of the token 'cards'" err
verdict $? 'without a source of the PIN, --batch refuses'
dmsc -r sim:k.img scp open \
    --keys 'pkcs11:object=enc?pin-value=4711' >out 2>err
[ $? -eq 2 ] && ! grep -q 4711 err
verdict $? 'a PIN on the command line is refused, and not repeated'
echo "1..$n"
exit $bad
