#!/bin/sh
# make fuzz: builds the core again with clang's coverage and sanitizers in
# fuzz-build/, then runs each fuzzer for FUZZ_TIME seconds from golden seeds.
# What was found lies in fuzz-build/found/. FUZZERS names some of them.
set -e
top=$(cd "${top_srcdir:-.}" && pwd)
time=${FUZZ_TIME:-30}
if ! command -v clang >/dev/null || ! echo 'int
LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n);
int
LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n)
{ return p == 0 && n == 1; }' |
    clang -fsanitize=fuzzer -x c - -o conftest-fuzz 2>/dev/null; then
	echo "make fuzz: skipped: clang with libFuzzer is needed" >&2
	exit 0
fi
rm -f conftest-fuzz
mkdir -p fuzz-build/found
cd fuzz-build
test -f Makefile || "$top/configure" -q --enable-sanitize CC=clang \
	CFLAGS='-g -O1 -fsanitize=fuzzer-no-link'
make -s -j2 libdmsc.a libdmscsh.a
libs=$(sed -n 's/^[A-Z0-9]*_LIBS = \([^$]*\)$/\1/p' Makefile | tr '\n' ' ')
flags="-std=c11 -g -O1 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
	-fsanitize=address,undefined -DTEST_SRCDIR=\"$top\" -I$top/core -I$top/core/include
	-I$top/tests -I$top/shell"
clang $flags -fsanitize=fuzzer-no-link "$top/tests/fuzz/seeds.c" -o seeds \
	libdmsc.a $libs
./seeds corpus
DMSC_FUZZ_IMAGE=$PWD/corpus/card.img
export DMSC_FUZZ_IMAGE
# Those with golden inputs of their own.
for f in appl ask cat cms device dm key ota pso receipt scp server session; do
	clang $flags -fsanitize=fuzzer-no-link "$top/tests/fuzz/fuzz-$f.c" \
		"$top/tests/fuzz/replay.c" -o "t-$f" libdmsc.a $libs
	"./t-$f" --write "corpus/$f" >/dev/null
done
bad=0
for f in ${FUZZERS:-boot convert ddf lib lint msg tree pkcs15 fcp apdu appl ask cat line cms device dm key ota pso receipt scp server session}; do
	clang $flags -fsanitize=fuzzer "$top/tests/fuzz/fuzz-$f.c" \
		-o "fuzz-$f" libdmscsh.a libdmsc.a $libs
	if ./"fuzz-$f" -max_total_time="$time" -timeout=10 -max_len=8192 \
	    -rss_limit_mb=1024 -print_final_stats=1 \
	    -artifact_prefix="found/$f-" "corpus/$f" >"$f.log" 2>&1; then
		echo "ok - $f: $(sed -n \
			's/^stat::number_of_executed_units: *//p' "$f.log") runs"
	else
		echo "not ok - $f: see fuzz-build/$f.log"
		bad=1
	fi
done
exit $bad
