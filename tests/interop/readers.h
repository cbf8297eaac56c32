/*
 * Other people's readers of the provisioning data on a card, as APDU
 * sequences over a link: each asks for what the real one asks for and is as
 * strict and as careless as it.
 */
#ifndef DMSC_TESTS_READERS_H
#define DMSC_TESTS_READERS_H

#include "link/link.h"

enum { READER_FID_NONE = 0, READER_BLOCK = 128 };

struct reader_found {
	unsigned fid;		/* of the document's file, as the directory
				 * names it; FID_NONE: not found */
	struct dmsc_buf *bytes;	/* what was read of it; NULL: nothing */
	unsigned apdus;
	const char *why;	/* where it gave up */
};
void reader_clear(struct reader_found *f);

/*
 * Nordic's nRF91: channel 1 (it does not look which it got), the last A7 of
 * the ODF, the last oidDO whose identifier has this content, plain or
 * wrapped twice; one READ BINARY of 128 bytes a file; 9000 and data, or it
 * gives up. An entry that is cut at 128 bytes spoils the directory.
 */
bool reader_nordic(struct dmsc_link *l, const char *oid_hex,
    struct reader_found *out);

/*
 * Android: the first object of the ODF must be A7, and the entries of that
 * directory are walked as long as they are A1; one READ BINARY of 256 bytes
 * a file, by FID on a channel of its own. oid_hex is compared with the
 * content of the OID, which for access rules is a whole OID again.
 */
bool reader_android(struct dmsc_link *l, const char *oid_hex,
    struct reader_found *out);
/* The whole of it: from the access rules' entry, or from 4300 without one,
 * over 42xx and 43xx to the certificate hashes, appended to out->bytes.
 * out->fid: of the file with the conditions. */
bool reader_android_rules(struct dmsc_link *l, struct reader_found *out);

/*
 * A reader by the appendix of LwM2M about smart cards, which reads files
 * whole: every A7, the first oidDO with exactly this identifier, paths of
 * every form, index and length. by_dir: it comes by the path in EF.DIR.
 * header: LwM2M data without the header of the file is refused.
 */
bool reader_appendix(struct dmsc_link *l, const char *oid_hex, bool by_dir,
    bool header, struct reader_found *out);

/*
 * OpenSC 0.23 with its default driver: everything it probes for (probing)
 * must fail; EF.DIR, the application by its path there, else by its name;
 * every A7 of the ODF, in each the opaqueDOs until the first entry that is
 * none. want is a label or the hex content of an OID. The file is read whole.
 */
bool reader_opensc(struct dmsc_link *l, const char *want, bool probing,
    struct reader_found *out);

#endif
