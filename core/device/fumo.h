/*
 * Packages that the device installs: ./FUMO/Firmware and ./FUMO/Software, MOs
 * of OMA FUMO (reference 9.5). Their Execs are orders (device/orders.h); each
 * step of the state machine is one write of the device's file. What dmsc
 * keeps of a package stands in ./Origin/Package; its bytes are a file beside
 * the device's, there while ./Origin/Package says so.
 */
#ifndef DMSC_DEVICE_FUMO_H
#define DMSC_DEVICE_FUMO_H

#include "device/orders.h"

enum dmsc_fumo_state { DMSC_FUMO_IDLE = 10, DMSC_FUMO_GET_FAILED = 20,
	DMSC_FUMO_GETTING = 30, DMSC_FUMO_GOT = 40, DMSC_FUMO_READY = 50,
	DMSC_FUMO_UPDATING = 60, DMSC_FUMO_FAILED_HAS = 70,
	DMSC_FUMO_FAILED = 80, DMSC_FUMO_DONE_HAS = 90, DMSC_FUMO_DONE = 100 };
/* Results, told to servers by Generic Alert. */
enum { DMSC_FUMO_SUCCESS = 200, DMSC_FUMO_CANCELLED = 401,
	DMSC_FUMO_CORRUPTED = 402, DMSC_FUMO_INVALID = 404,
	DMSC_FUMO_NOT_NOW = 405, DMSC_FUMO_GET_DENIED = 406,
	DMSC_FUMO_GET_LATE = 407, DMSC_FUMO_NO_WAY = 408,
	DMSC_FUMO_BAD_URL = 411, DMSC_FUMO_SERVER_ERROR = 500,
	DMSC_FUMO_TOO_LARGE = 501, DMSC_FUMO_NETWORK = 503 };
enum { DMSC_FUMO_MAX = 16 << 20,	/* bytes of a package */
	DMSC_FUMO_TEXT = 256 };

struct dmsc_fumo_slot {
	const char *name;		/* of ./FUMO/NAME */
	const char *operation;		/* in an approval (device/approve.h) */
	const char *installed;		/* leaf that says what is installed */
};
/* The i-th, NULL past the end. */
const struct dmsc_fumo_slot *dmsc_fumo_slot(size_t i);

/* The name of a state, NULL: there is no such state. */
const char *dmsc_fumo_text(unsigned state);
const char *dmsc_fumo_result_text(unsigned result);
/* Adds to the tree what lacks of ./FUMO. */
int dmsc_fumo_furnish(struct dmsc_device *d) DMSC_MUST_CHECK;
/* The state that counts: a package that came with Replace of PkgData is ready,
 * one that is gone is idle, a step that nobody will go on with has failed. */
unsigned dmsc_fumo_state(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s);
/* Whether an order for the slot waits, or is being carried out. */
bool dmsc_fumo_ordered(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s);
/* Whether the Exec of name ("Update") may be in that state. */
bool dmsc_fumo_fits(unsigned state, const char *name);
/* A package that a server put into PkgData becomes one that is ready; *changed
 * then, and the caller saves. settle: of all slots without an order. */
int dmsc_fumo_take_in(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    bool *changed, struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_fumo_settle(struct dmsc_device *d, bool *changed,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* Rows of orders.c. */
unsigned dmsc_fumo_may(const struct dmsc_world *w, const struct dmsc_node *n,
    const struct dmsc_order *o);
int dmsc_fumo_run(struct dmsc_world *w, const struct dmsc_order *o)
    DMSC_MUST_CHECK;

/* ./FUMO/NAME/path, and its leaf as text ("") and as bytes. */
struct dmsc_node *dmsc_fumo_node(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s, const char *path);
void dmsc_fumo_read(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s, const char *path, char *out, size_t size);
int dmsc_fumo_write(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path, struct dmsc_rd value) DMSC_MUST_CHECK;
/* ./Origin/Package/NAME, NULL while there was none. Its leaves: SHA256, Size
 * of the package that is there, Order that is carried out; Result, Approved
 * ("card", "user", "no") and Why of the last one. */
struct dmsc_node *dmsc_fumo_facts(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s);
int dmsc_fumo_fact(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *name, const char *value) DMSC_MUST_CHECK;

/* The package's bytes (package.c). A failed put leaves what was there, or
 * nothing. take: DATA where they are not those that were put. */
int dmsc_package_put(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    struct dmsc_rd bytes, struct dmsc_err *e) DMSC_MUST_CHECK;
bool dmsc_package_there(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s);
int dmsc_package_take(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s, struct dmsc_buf **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* No package: the tree forgets it, its file goes. */
int dmsc_package_drop(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Of a device that goes. file: the device's own. */
void dmsc_package_remove_all(const char *file);
/* From url into the slot; OK with result 200, or why it is none. NOMEM,
 * INTERRUPTED, IO: to be done again. */
int dmsc_package_get(struct dmsc_world *w, const struct dmsc_fumo_slot *s,
    const char *url, unsigned *result, struct dmsc_buf *why) DMSC_MUST_CHECK;

#endif
