#!/bin/sh
# Signatures beside the openssl program: what dmsc signs it verifies, and the
# other way round, for every algorithm, DER and PEM, with a CA in the middle.
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
if ! command -v openssl >/dev/null; then
	echo '1..0 # SKIP needs the program openssl'
	exit 0
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
PATH=$build:$PATH XDG_STATE_HOME=$work/state HOME=$work DMSC_DATA_DIR=$src
OPENSSL_CONF=$work/none.cnf
export PATH XDG_STATE_HOME HOME DMSC_DATA_DIR OPENSSL_CONF
cd "$work" || exit 99
printf '[req]\ndistinguished_name=dn\n[dn]\n' >none.cnf
n=0
bad=0
is() {		# is WANT NAME COMMAND...
	want=$1 name=$2
	shift 2
	n=$((n + 1))
	"$@" >now 2>&1
	got=$?
	mv now out
	if [ $got -eq "$want" ]; then
		echo "ok $n - $name"
	else
		sed 's/^/# /' out
		echo "not ok $n - $name (status $got, not $want)"
		bad=1
	fi
}

quiet() {
	"$@" 2>/dev/null || { echo "Bail out! $*"; exit 99; }
}

key() {		# key NAME: its key, as openssl makes them
	case $1 in
	rsa*) openssl genrsa -out "$1.key" 2048 ;;
	weak) openssl genrsa -out "$1.key" 1024 ;;
	p384) openssl genpkey -algorithm EC \
	    -pkeyopt ec_paramgen_curve:P-384 -out "$1.key" ;;
	ed25519) openssl genpkey -algorithm ED25519 -out "$1.key" ;;
	*) openssl genpkey -algorithm EC \
	    -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
	esac
}

issue() {	# issue NAME ISSUER EXTENSIONS [OPTION...]
	name=$1 ca=$2
	printf '%b' "$3" >ext
	shift 3
	quiet key "$name" && quiet openssl req -new -key "$name.key" \
	    -subj "/O=Test/CN=$name" -out req && quiet openssl x509 -req \
	    -in req -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial \
	    -extfile ext -out "$name.pem" -sha256 -days 30 "$@"
}
signs='basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n'
is_ca='basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n'
quiet key root
quiet openssl req -x509 -new -key root.key -subj '/O=Test/CN=root' \
    -addext keyUsage=critical,keyCertSign -days 30 -sha256 -out root.pem
issue mid root "$is_ca"
for k in rsa p256 p384 ed25519; do
	issue $k mid "$signs"
	cat $k.pem mid.pem >$k.chain
done
printf 'a document\r\nwith \000 bytes \377 and\nline ends\n' >doc
printf 'A document\r\nwith \000 bytes \377 and\nline ends\n' >other

there() {	# there NAME FILE [OPTION...]: openssl verifies, not the other
	name=$1 sig=$2
	shift 2
	is 0 "$name: openssl takes it" openssl cms -verify -binary \
	    -inform DER -in "$sig" -content doc -CAfile root.pem \
	    -purpose any -out /dev/null "$@"
	is 4 "$name: openssl does not take it of other bytes" openssl cms \
	    -verify -binary -inform DER -in "$sig" -content other \
	    -CAfile root.pem -purpose any -out /dev/null "$@"
}
here() {	# here NAME FILE
	is 0 "$1: dmsc takes it" dmsc verify --ca root.pem \
	    --signature "$2" file:doc
	is 1 "$1: dmsc does not take it of other bytes" dmsc verify \
	    --ca root.pem --signature "$2" file:other
}

for k in rsa p256 p384; do
	is 0 "$k: dmsc signs" dmsc sign --key @$k.key --cert $k.chain \
	    --out $k.p7s file:doc
	there $k $k.p7s
	here $k $k.p7s
	md=sha256
	[ $k = p384 ] && md=sha384
	for form in DER PEM; do
		is 0 "$k: openssl signs, $form" openssl cms -sign -binary \
		    -in doc -signer $k.pem -inkey $k.key -md $md \
		    -certfile mid.pem -outform $form -out $k.$form
		here "$k, openssl's, $form" $k.$form
	done
done
is 0 'PSS: dmsc signs' dmsc sign --pss --key @rsa.key --cert rsa.chain \
    --out pss.p7s file:doc
there PSS pss.p7s
here PSS pss.p7s
for salt in 20 32 max; do
	is 0 "PSS, salt $salt: openssl signs" openssl cms -sign -binary \
	    -in doc -signer rsa.pem -inkey rsa.key -certfile mid.pem \
	    -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:$salt \
	    -outform DER -out pss.$salt
	here "PSS, openssl's, salt $salt" pss.$salt
done

# Ed25519 goes where openssl goes.
if openssl cms -sign -binary -in doc -signer ed25519.pem -inkey ed25519.key \
    -md sha512 -certfile mid.pem -outform DER -out ed.p7s 2>/dev/null &&
    openssl cms -verify -binary -inform DER -in ed.p7s -content doc \
    -CAfile root.pem -purpose any -out /dev/null 2>/dev/null; then
	here "Ed25519, openssl's" ed.p7s
	is 0 'Ed25519: dmsc signs' dmsc sign --key @ed25519.key \
	    --cert ed25519.chain --out ed2.p7s file:doc
	there Ed25519 ed2.p7s
	here Ed25519 ed2.p7s
else
	is 6 'Ed25519, which openssl cms has not: refused' dmsc sign \
	    --key @ed25519.key --cert ed25519.chain --out ed2.p7s file:doc
	is 0 'the reason is said' grep -q "OpenSSL's CMS has no Ed25519" out
	is 1 'and nothing is written' test -e ed2.p7s
fi

# The middle is missing; nobody known; expired, early; keys that do not do.
is 0 'alone' dmsc sign --key @p256.key --cert p256.pem --out alone file:doc
is 7 'without the CA in the middle it is unknown' dmsc verify \
    --ca root.pem --signature alone file:doc
is 0 'the CA in the middle is trusted itself' dmsc verify --ca mid.pem \
    --signature alone file:doc
openssl x509 -in mid.pem -outform DER -out mid.der
is 0 'the same in DER' dmsc verify --ca mid.der --signature alone file:doc
issue weak mid "$signs"
is 10 'RSA of 1024 bits signs nothing' dmsc sign --key @weak.key \
    --cert weak.pem --out no file:doc
is 0 'the reason is said' grep -q 'fewer than 2048 bits' out
issue crypt mid 'basicConstraints=CA:FALSE\nkeyUsage=keyEncipherment\n'
is 10 'nor does a certificate for encryption' dmsc sign --key @crypt.key \
    --cert crypt.pem --out no file:doc
is 0 'the reason is said' grep -q 'digitalSignature' out
is 10 'nor another key' dmsc sign --key @rsa.key --cert p256.pem --out no \
    file:doc
is 0 'the reason is said' grep -q 'does not belong to the certificate' out
# -days counts from now, -not_after is of later openssl programs: ca does it.
mkdir -p ca && : >ca/index && echo 01 >ca/serial
cat >ca.cnf <<'CNF'
[ca]
default_ca=x
[x]
database=ca/index
serial=ca/serial
new_certs_dir=ca
default_md=sha256
policy=any
unique_subject=no
[any]
organizationName=optional
commonName=supplied
CNF
quiet key old
quiet openssl req -new -key old.key -subj '/O=Test/CN=old' -out req
printf '%b' "$signs" >ext
quiet openssl ca -batch -notext -config ca.cnf -in req -cert mid.pem \
    -keyfile mid.key -extfile ext -startdate 20200101000000Z \
    -enddate 20210101000000Z -out old.pem
is 7 'nor one that has expired' dmsc sign --key @old.key --cert old.pem \
    --out no file:doc
is 0 'the reason is said' grep -q 'ended 2021-01-01' out
is 1 'nothing was written' test -e no
openssl cms -sign -binary -in doc -signer old.pem -inkey old.key \
    -certfile mid.pem -outform DER -out old.p7s 2>/dev/null
is 7 'what an expired signer signed' dmsc verify --ca root.pem \
    --signature old.p7s file:doc
is 0 'is called that' grep -q '^expired' out

# A document on the card, its companion too.
is 0 'a document with its companion' dmsc -c 'add /LwM2M/DMSC/Version 4' \
    -c 'sign --key @p256.key --cert p256.chain --out l.p7s /LwM2M' \
    -c 'export --signed /LwM2M l.bin' -c 'export --raw /LwM2M l.raw' \
    -c 'verify --ca root.pem --signature l.p7s /LwM2M' -c 'revert /'
is 0 'openssl takes what export --signed wrote' openssl cms -verify \
    -binary -inform DER -in l.p7s -content l.bin -CAfile root.pem \
    -purpose any -out /dev/null
is 0 'and prints the label' sh -c 'openssl cms -cmsout -print -inform DER \
    -in l.p7s | grep -A3 "2.25.121798340109293340387286405274811220212.1)" |
    grep -q LwM2M'
is 4 'the document alone is not what was signed' openssl cms -verify \
    -binary -inform DER -in l.p7s -content l.raw -CAfile root.pem \
    -purpose any -out /dev/null
echo "1..$n"
exit $bad
