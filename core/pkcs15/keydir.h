/*
 * Directories of keys and certificates (ISO/IEC 7816-15, 8.4 to 8.7): PrKDF,
 * PuKDF, CDF, trusted CDF. Pure.
 */
#ifndef DMSC_PKCS15_KEYDIR_H
#define DMSC_PKCS15_KEYDIR_H

#include "pkcs15/pkcs15.h"

/* Tags of the ODF. */
enum dmsc_keydir {
	DMSC_PRKDF = 0xA0, DMSC_PUKDF = 0xA1, DMSC_CDF = 0xA4,
	DMSC_CDF_TRUSTED = 0xA5
};
enum {
	DMSC_KEY_ID_MAX = 16,
	/* usage: bit n is ASN.1's bit n */
	DMSC_USE_SIGN = 1 << 2, DMSC_USE_VERIFY = 1 << 6,
	DMSC_USE_NON_REPUDIATION = 1 << 9
};

/* Strings are the entry's own; raw points into the input. */
struct dmsc_key_entry {
	char *label;			/* NULL: absent */
	bool is_private;		/* flags: private, modifiable */
	bool modifiable;
	uint8_t auth_id[8];
	size_t auth_id_len;
	unsigned consent;		/* uses per authentication, 0: any */
	uint8_t id[DMSC_KEY_ID_MAX];	/* key and certificate share one */
	size_t id_len;
	unsigned usage;			/* keys */
	bool has_ref;
	unsigned ref;			/* keys: keyReference */
	bool authority;			/* certificates: of a CA */
	bool rsa;			/* keys; else on a curve */
	size_t bits;			/* RSA */
	bool has_path;			/* of a private key: its DF */
	struct dmsc_p15_path path;
	struct dmsc_rd raw;
	size_t at;
};
struct dmsc_key_dir {
	struct dmsc_key_entry *v;
	size_t n;
	size_t used;
};

/* Entries of other kinds than RSA, EC and X.509 are passed over. As the other
 * directories: what came before a fault stays in *out. */
int dmsc_keydir_read(enum dmsc_keydir kind, struct dmsc_rd file,
    struct dmsc_key_dir *out) DMSC_MUST_CHECK;
void dmsc_keydir_clear(struct dmsc_key_dir *d);
/* Appends one entry; DATA: no identifier or no path. */
int dmsc_keydir_put(enum dmsc_keydir kind, const struct dmsc_key_entry *e,
    struct dmsc_buf *b) DMSC_MUST_CHECK;

#endif
