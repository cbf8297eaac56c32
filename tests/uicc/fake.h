/*
 * A small card for tests of the host side, with the habits of real ones to
 * choose from: what it refuses, how it answers, how a file ends.
 */
#ifndef DMSC_TESTS_UICC_FAKE_H
#define DMSC_TESTS_UICC_FAKE_H

#include "uicc/uicc.h"

enum fake_end { END_SHORT, END_6282, END_6C, END_6B00, END_6700 };
enum { FAKE_FILE_MAX = 70000, FAKE_FILES = 24 };

struct fake_file {
	const char *path;		/* "2FE2", "7F50/5031", "" the MF */
	const char *fcp;		/* hex; NULL: made */
	const char *aid;		/* hex, of a DF */
	const uint8_t *bytes;
	size_t size;
	unsigned record_len;		/* 0: transparent */
	bool locked;			/* READ: 6982 */
};
struct fake {
	const struct fake_file *files;
	size_t n_files;
	/* habits */
	bool no_p2_04, no_p2_0c, no_p2_00;
	bool no_path, no_7fff, no_aid;
	bool t0;			/* answers by 61xx */
	bool tells_size;		/* FCP with tag 80 */
	bool proactive;			/* 91xx instead of 9000 */
	bool no_extended, odd_raw;
	enum fake_end end;
	unsigned always;		/* this SW to everything */
	unsigned pin_sw;		/* to an empty VERIFY */
	/* state */
	const struct fake_file *at;	/* NULL: the MF */
	const struct fake_file *adf;
	struct dmsc_buf *waiting;
	unsigned apdus;
	unsigned channels;		/* open ones, bits */
	unsigned last_ch;
	char log[4096];			/* commands in hex, '|' between */
};
struct dmsc_link fake_link(struct fake *f);
void fake_clear(struct fake *f);
/* A u over f, quiet. e is cleared. */
struct dmsc_uicc *fake_uicc(struct fake *f, struct dmsc_link *l,
    struct dmsc_err *e);

#endif
