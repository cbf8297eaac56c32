/*
 * The policy in force: taken from a card, it stays (use case 5.3). It is an
 * MO that came from a document (device/state.h); one that somebody else put
 * into the tree is none.
 */
#ifndef DMSC_DEVICE_FORCE_H
#define DMSC_DEVICE_FORCE_H

#include "device/policy.h"
#include "device/state.h"

/* Generic Alerts to the administrator begin so. */
#define DMSC_POLICY_ALERT "urn:oma:at:ext-dmsc-policy:1.0:"

/* NULL: none. origin, which may be NULL: of its document. */
const struct dmsc_node *dmsc_policy_node(const struct dmsc_device *d,
    struct dmsc_origin *origin);
/* It read, *out NULL: none; freed by the caller. NOMEM. */
int dmsc_policy_load(const struct dmsc_device *d, struct dmsc_policy **out)
    DMSC_MUST_CHECK;
/* Who may manage it into out, "" where there is none. */
void dmsc_policy_administrator(const struct dmsc_device *d, char *out,
    size_t size);
/* Whether n stays when what brought it goes: the policy, and the account of
 * its administrator. */
bool dmsc_policy_keeps(const struct dmsc_device *d,
    const struct dmsc_node *n);
/* Whether n is the policy or stands below it. */
bool dmsc_policy_has(const struct dmsc_device *d, const struct dmsc_node *n);

/*
 * Whether a document's MOs may come into the device, so far as its policy is
 * concerned. False: why (DMSC_ERR_TEXT bytes) says what is against it, and the
 * administrator is told by an alert; *changed: which was not told before. old:
 * the document whose policy this one replaces, node NULL: none.
 */
int dmsc_policy_admits(struct dmsc_device *d, const struct dmsc_origin *o,
    const struct dmsc_tree *doc, struct dmsc_origin *old, char *why,
    bool *admits, bool *changed) DMSC_MUST_CHECK;
/* The account of the administrator, which stayed, makes room for that of doc,
 * where its secrets are the same. */
int dmsc_policy_yield(struct dmsc_device *d, const struct dmsc_tree *doc)
    DMSC_MUST_CHECK;
/* A policy was taken in: orders end, its administrator alone may give them,
 * and is told. Nothing where the document o brought none. */
int dmsc_policy_taken(struct dmsc_device *d, const struct dmsc_origin *o)
    DMSC_MUST_CHECK;
/*
 * The device runs: what the policy wants since it ran last, switch by switch,
 * and now. *changed is set where the tree changed, which the caller saves;
 * else it is left alone.
 */
int dmsc_policy_run(struct dmsc_device *d, int64_t now, bool *changed)
    DMSC_MUST_CHECK;
/* When the next switch is, 0: none in the week that comes. */
int64_t dmsc_policy_next(const struct dmsc_device *d,
    const struct dmsc_policy *p, int64_t now);
/* Where the device is, "": nowhere that it knows. */
void dmsc_policy_place(const struct dmsc_device *d, char *out, size_t size);
/* An alert to the administrator; one that waits already is not doubled, and
 * of those too old some go. *changed is set where it was added. */
int dmsc_policy_tell(struct dmsc_device *d, const char *administrator,
    const char *type, const char *source, const char *data, bool warning,
    bool *changed) DMSC_MUST_CHECK;

#endif
