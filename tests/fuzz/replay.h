/* A fuzzer that knows its own golden inputs: fuzz-NAME.c. With replay.c it is
 * a test; "t-NAME --write FOLDER" writes them for libFuzzer. */
#ifndef DMSC_TESTS_FUZZ_REPLAY_H
#define DMSC_TESTS_FUZZ_REPLAY_H

#include <dmsc/bytes.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
/* The i-th input into out; its name, NULL: no more. */
const char *fuzz_seed(unsigned i, struct dmsc_buf *out);

#endif
