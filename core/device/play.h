/*
 * Other people's readers of the provisioning data on a card, as APDU
 * sequences over a link: each asks for what the real one asks for and is as
 * strict and as careless as it.
 */
#ifndef DMSC_DEVICE_PLAY_H
#define DMSC_DEVICE_PLAY_H

#include <dmsc/play.h>

#include "link/link.h"

enum { DMSC_PLAY_FID_NONE = 0, DMSC_PLAY_BLOCK = 128 };

struct dmsc_play_found {
	unsigned fid;		/* of the document's file, as the directory
				 * names it; FID_NONE: not found */
	struct dmsc_buf *bytes;	/* what was read of it; NULL: nothing */
	unsigned apdus;
	const char *why;	/* where it gave up */
	int code;		/* of the link; OK: the card answered */
	struct dmsc_err err;	/* then its record */
};
void dmsc_play_clear(struct dmsc_play_found *f);

/*
 * Nordic's nRF91: channel 1 (it does not look which it got), the last A7 of
 * the ODF, the last oidDO whose identifier has this content, plain or
 * wrapped twice; one READ BINARY of 128 bytes a file; 9000 and data, or it
 * gives up. An entry that is cut at 128 bytes spoils the directory.
 */
bool dmsc_play_nordic(struct dmsc_link *l, const char *oid_hex,
    struct dmsc_play_found *out);

/*
 * Android: the first object of the ODF must be A7, and the entries of that
 * directory are walked as long as they are A1; one READ BINARY of 256 bytes
 * a file, by FID on a channel of its own. oid_hex is compared with the
 * content of the OID, which for access rules is a whole OID again.
 */
bool dmsc_play_android(struct dmsc_link *l, const char *oid_hex,
    struct dmsc_play_found *out);
/* The whole of it: from the access rules' entry, or from 4300 without one,
 * over 42xx and 43xx to the certificate hashes, appended to out->bytes.
 * out->fid: of the file with the conditions. */
bool dmsc_play_android_rules(struct dmsc_link *l, struct dmsc_play_found *out);

/*
 * A reader by the appendix of LwM2M about smart cards, which reads files
 * whole: every A7, the first oidDO with exactly this identifier, paths of
 * every form, index and length. by_dir: it comes by the path in EF.DIR.
 * header: LwM2M data without the header of the file is refused.
 */
bool dmsc_play_letter(struct dmsc_link *l, const char *oid_hex, bool by_dir,
    bool header, struct dmsc_play_found *out);

/*
 * OpenSC 0.23 with its default driver: everything it probes for (probing)
 * must fail; EF.DIR, the application by its path there, else by its name;
 * every A7 of the ODF, in each the opaqueDOs until the first entry that is
 * none. want is a label or the hex content of an OID. The file is read whole.
 */
bool dmsc_play_opensc(struct dmsc_link *l, const char *want, bool probing,
    struct dmsc_play_found *out);

/* The model's reader for each kind of document that it is made for, the card
 * freshly reset for the first; what each brings is in out. Codes are those of
 * the link, and NOMEM. */
struct dmsc_model;
int dmsc_play_model(struct dmsc_link *l, const struct dmsc_model *m,
    struct dmsc_played *out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
