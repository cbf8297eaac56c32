/*
 * The simulated card as a thing of this machine: image files, profiles,
 * serving into a vpcd reader, and preparing a real card. Room card.
 */
#ifndef DMSC_CARD_H
#define DMSC_CARD_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_card_new_opts {
	const char *image;	/* file to make */
	const char *profile;	/* "demo" (NULL), "field", "foreign",
				 * "locked", "transport", "blank" */
	const char *iccid;	/* 18 to 20 digits, NULL: drawn, test range */
	const uint64_t *seed;	/* fixes what is drawn, NULL: random */
	uint32_t space;		/* bytes for a tree of its own, on a card that
				 * may have one; 0: what the profile says */
	bool force;		/* replace an existing image */
};
/* The facts of an image, read without powering it. */
struct dmsc_image_info {
	char *file;
	char *profile;
	char *iccid;
	char *atr;
	char *life;		/* "initialisation", "activated",
				 * "terminated" */
	size_t files;
	size_t size;		/* memory of the card */
	size_t free_bytes;
	size_t writes;		/* transactions since it was made */
};
extern const struct dmsc_view dmsc_image_info_view;

struct dmsc_prepare {
	char **done;		/* what was made or was already there */
	size_t n_done;
	unsigned apdus;
};
extern const struct dmsc_view dmsc_prepare_view;

/* Makes and personalises an image by ordinary APDUs. EXISTS without force,
 * IO, LOCKED. A failed call leaves no image, or the old one. */
int dmsc_card_new(struct dmsc_session *s, const struct dmsc_card_new_opts *o,
    struct dmsc_image_info **out) DMSC_MUST_CHECK;
int dmsc_card_show(struct dmsc_session *s, const char *image,
    struct dmsc_image_info **out) DMSC_MUST_CHECK;
/* The next simulated card that s connects to is pulled out at its at-th APDU
 * (0: never), which is done or not: for tests of scripts. */
void dmsc_card_pull(struct dmsc_session *s, unsigned long at, bool done);
/* Each APDU of the simulated cards that s connects to from now on takes ms
 * milliseconds longer, as a real card's does; 0: as fast as it goes. */
void dmsc_card_pace(struct dmsc_session *s, unsigned ms);
/* Serves image to host:port (vpcd) until the session is interrupted. ready
 * is called once the reader has accepted the connection. */
int dmsc_card_serve(struct dmsc_session *s, const char *image,
    const char *host_port, void (*ready)(void *arg), void *arg)
    DMSC_MUST_CHECK;
/*
 * Whether a process of this machine, ours and of the same user, serves the
 * image that reader names ("sim", "sim:IMAGE"; NULL: the embedded card's): it
 * is not free to be connected to then, and dmsc_card_push and dmsc_card_ota
 * reach it by its control socket.
 */
bool dmsc_served(struct dmsc_session *s, const char *reader);
/* Makes what a card lacks to hold documents in pairs: application,
 * directories, slots. PLAN where the card does not let us. */
int dmsc_card_prepare(struct dmsc_session *s, bool dry,
    struct dmsc_prepare **out) DMSC_MUST_CHECK;

#endif
