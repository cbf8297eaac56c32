#!/bin/sh
# Makes the certificates and signatures of this folder anew with the openssl
# command. The private keys are thrown away. Run it in this folder.
set -e
here=$(pwd)
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
cd "$keys"
days=36500
key() {	# key NAME ALGORITHM [OPTION...]
	name=$1 algorithm=$2
	shift 2
	openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$name.key" ||
		openssl genpkey -algorithm "$algorithm" "$@" -out "$name.key"
}
root() {	# root NAME SUBJECT
	key "$1" EC -pkeyopt ec_paramgen_curve:P-256
	openssl req -x509 -new -key "$1.key" -subj "$2" -days $days \
		-sha256 -addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign -out "$1.pem"
}
issue() {	# issue NAME SUBJECT ISSUER EXTENSIONS
	printf '%b' "$4" >ext
	openssl req -new -key "$1.key" -utf8 -subj "$2" -out req
	openssl x509 -req -in req -CA "$3.pem" -CAkey "$3.key" -sha256 \
		-days $days -CAcreateserial -extfile ext -out "$1.pem"
}
sign() {	# sign SIGNATURE SIGNER [OPTION...]
	out=$1 signer=$2
	shift 2
	openssl cms -sign -binary -in "$here/doc.bin" -signer "$signer.pem" \
		-inkey "$signer.key" -outform DER -out "$here/$out" "$@"
}
plain='basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n'
printf 'a document\r\nwith \000 bytes \377 and\nline ends\n' >"$here/doc.bin"
root ca '/O=Example/CN=Test CA'
root other '/O=Example/CN=Another CA'
# The same name as ca's, another key.
root twin '/O=Example/CN=Test CA'
key mid EC -pkeyopt ec_paramgen_curve:P-256
issue mid '/O=Example/CN=Middle CA' ca \
	'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n'
cp ca.pem other.pem twin.pem mid.pem "$here"
cat other.pem ca.pem >"$here/both.pem"
key rsa RSA -pkeyopt rsa_keygen_bits:2048
issue rsa '/O=Example/CN=RSA signer' ca "$plain"
key p256 EC -pkeyopt ec_paramgen_curve:P-256
issue p256 '/O=Example/CN=Größe, Ltd' ca "$plain"
key p384 EC -pkeyopt ec_paramgen_curve:P-384
issue p384 '/O=Example/CN=P-384 signer' ca "$plain"
key leaf EC -pkeyopt ec_paramgen_curve:P-256
issue leaf '/CN=Below the middle' mid "$plain"
key tls EC -pkeyopt ec_paramgen_curve:P-256
issue tls '/CN=server.example' ca "${plain}extendedKeyUsage=serverAuth\n"
key code EC -pkeyopt ec_paramgen_curve:P-256
issue code '/CN=Builder' ca "${plain}extendedKeyUsage=codeSigning\n"
sign rsa.p7s rsa
sign pss.p7s rsa -keyopt rsa_padding_mode:pss
sign p256.p7s p256
sign p384.p7s p384 -md sha384
sign leaf.p7s leaf -certfile mid.pem
sign leafalone.p7s leaf
sign tls.p7s tls
sign code.p7s code
sign noattr.p7s p256 -noattr
sign nocert.p7s p256 -nocerts
sign weak.p7s p256 -md sha1
sign two.p7s p256 -signer rsa.pem -inkey rsa.key
sign attached.p7s p256 -nodetach
sign p256.pem p256 -outform PEM
openssl crl2pkcs7 -nocrl -certfile p256.pem -outform DER \
	-out "$here/certs.p7b"
cp p256.pem "$here/signer.pem"
