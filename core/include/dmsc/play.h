/*
 * Other people's readers of provisioning data, played on a card: what a
 * device with one of them would have of it. Room device.
 */
#ifndef DMSC_PLAY_H
#define DMSC_PLAY_H

#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_played_kind {
	char *kind;		/* that it looks for: "dm", "lwm2m", ... */
	bool found;
	char *file;		/* "4D10"; NULL: none */
	size_t bytes;		/* that it has of the file */
	char **objects;		/* what that says: management objects, LwM2M
				 * servers, certificate hashes */
	size_t n_objects;
	char *why;		/* where it gave up, or what it has is broken
				 */
	unsigned apdus;
};
struct dmsc_played {
	char *model, *title;
	struct dmsc_played_kind *kinds;
	size_t n_kinds;
	unsigned apdus;
};
extern const struct dmsc_view dmsc_played_view;

/*
 * The card is reset before and afterwards, no PIN is shown, and no file of it
 * or of the device is changed. model: those of dmsc/lint.h, USAGE for
 * another. *out for OK alone.
 */
int dmsc_device_play(struct dmsc_session *s, const char *model,
    struct dmsc_played **out) DMSC_MUST_CHECK;

#endif
