/* An MO of the device copied to its card: the inside of dmsc/copy.h. */
#ifndef DMSC_DEVICE_COPY_H
#define DMSC_DEVICE_COPY_H

#include "codec/msg.h"
#include "device/state.h"
#include "store/store.h"

#include <dmsc/copy.h>

/* As dmsc_device_copy; apdus is the caller's to fill in. */
int dmsc_copy_run(struct dmsc_store *st, const char *state_dir,
    const struct dmsc_copy_opts *o, struct dmsc_err *e,
    struct dmsc_copied **out) DMSC_MUST_CHECK;

/* copyfrom.c: what as (NULL: the user) may read at uri, which begins with no
 * "./": a tree of it, and the same as Data of a DM command. */
struct dmsc_copy_from {
	struct dmsc_tree *t;
	struct dmsc_node *n;		/* the node in t, below the root */
	struct dmsc_meta meta;		/* its texts are the device's tree's */
	struct dmsc_buf *bytes;
	size_t left_out;
};
int dmsc_copy_read(const struct dmsc_device *d, const char *uri,
    const char *as, struct dmsc_copy_from *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void dmsc_copy_from_clear(struct dmsc_copy_from *f);
/* Whether it could be erased for as, when the card has it at to: OK, or AUTH,
 * UNSUPPORTED, where another document of this card would bring it again. */
int dmsc_copy_may_erase(const struct dmsc_device *d, const char *uri,
    const char *as, const char *to, struct dmsc_err *e) DMSC_MUST_CHECK;
/* Erases it, and parents that are empty then and mean nothing; saves. */
int dmsc_copy_erase(struct dmsc_device *d, const char *uri,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
