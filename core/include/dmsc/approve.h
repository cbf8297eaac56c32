/*
 * Updates of the simulated device and their approval (use case 5.4; USE-4,
 * USE-5): what is installed, what waits, what the Management Authority's key
 * on the card says of it. Room device.
 */
#ifndef DMSC_APPROVE_H
#define DMSC_APPROVE_H

#include <dmsc/device.h>

struct dmsc_update {		/* ./FUMO/SLOT */
	char *slot;		/* "Firmware", "Software" */
	char *installed;	/* version */
	unsigned state;		/* of OMA FUMO: 10, 20 to 100 */
	char *text;		/* the same in words */
	char *name, *version;	/* of the package; NULL: not told */
	char *sha256;		/* NULL: no package is there */
	size_t size;
	unsigned result;	/* of the last order; 0: there was none */
	char *approved;		/* then: by "card", "user" or "no" body */
	char *why;		/* not; or NULL */
};
struct dmsc_updates {
	char *device;
	char *unapproved;	/* what is done then: "reject", "ask" */
	struct dmsc_update *updates;
	size_t n_updates;
};
extern const struct dmsc_view dmsc_update_view, dmsc_updates_view;

int dmsc_device_updates(struct dmsc_session *s, const char *device,
    struct dmsc_updates **out) DMSC_MUST_CHECK;
/* What is done with a package that is not approved: it is rejected and
 * deleted, or the user is asked. */
int dmsc_device_unapproved(struct dmsc_session *s, const char *device,
    bool ask) DMSC_MUST_CHECK;

struct dmsc_install_opts {
	const char *device;
	const char *name, *version;	/* of the package; NULL: "" */
	bool software;		/* else firmware */
	struct dmsc_rd approval;	/* CMS, DER or PEM; empty: none */
	enum dmsc_confirm confirm;	/* where the user is asked */
	bool dry;		/* the card is asked, nothing is installed */
};
struct dmsc_install {
	char *device;
	char *slot;
	char *outcome;		/* "installed", "rejected", "waits"; dry:
				 * "approved", "not approved" */
	char *name, *version;
	char *sha256;		/* of the data */
	size_t size;
	unsigned result;	/* of OMA FUMO; 0: it waits, or dry */
	char *approved;		/* as above; NULL: it waits */
	char *why;
	char *installed;	/* version, now */
};
extern const struct dmsc_view dmsc_install_view;

/*
 * Installs data that came by no server: from a memory card, a PC (5.4, A1).
 * SIGNER, with *out: it was not approved, and rejected; DATA: it cannot be
 * read back. NOCARD, with *out: it waits for a card. LOCKED: a server's order
 * is still to be carried out. LIMIT: too large.
 */
int dmsc_device_package(struct dmsc_session *s,
    const struct dmsc_install_opts *o, struct dmsc_rd data,
    struct dmsc_install **out) DMSC_MUST_CHECK;
/* The text that an authority signs to approve data for this device (or for
 * any), appended to out. DATA: a name or version with control characters, or
 * longer than 255 bytes. */
int dmsc_device_approval(struct dmsc_session *s,
    const struct dmsc_install_opts *o, bool any, struct dmsc_rd data,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
