/*
 * The functions of the simulated device that can be switched, its clock and
 * its place, and the policy in force (use case 5.3, GEN-19). Room device.
 */
#ifndef DMSC_POLICY_H
#define DMSC_POLICY_H

#include <dmsc/err.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_function {
	char *name;		/* "Camera" */
	bool enabled;
	bool denied;		/* the user may not switch it now */
	char *by;		/* "user", "policy", or a ServerID */
	char *rule;		/* of the policy, that holds; or NULL */
};
struct dmsc_policy_row {
	char *name;
	char *functions;	/* "Camera,USB", "*" */
	char *days;		/* "Mon-Fri", "every day" */
	char *hours;		/* "08:00-18:00", "all day" */
	char *place;		/* NULL: everywhere */
	bool enabled;		/* what the functions are while it holds */
	bool deny_user;
};
struct dmsc_policy_info {
	char *uri;		/* in the device's tree */
	char *name;		/* or NULL */
	char *administrator;	/* its ServerID */
	size_t version;
	char *card;		/* that it came from; NULL: without identity */
	char *document;
	char *next;		/* when rules change next, or NULL */
	struct dmsc_policy_row *rules;
	size_t n_rules;
};
struct dmsc_functions {
	char *device;
	char *time;		/* of its clock: "2026-11-23T08:00:00Z" */
	bool simulated;		/* which stands until it is told to move */
	char *place;		/* NULL: none that it knows */
	struct dmsc_function *functions;
	size_t n_functions;
	struct dmsc_policy_info *policy;	/* NULL: none is in force */
	size_t alerts;		/* that wait for a session with a server */
};
extern const struct dmsc_view dmsc_functions_view;

/* All calls let the device run first: what its policy wants by now is done.
 * device NULL: the default one. dry: nothing is kept. */
int dmsc_device_functions(struct dmsc_session *s, const char *device,
    bool dry, struct dmsc_functions **out) DMSC_MUST_CHECK;
/* The user switches one. NOTFOUND; AUTH: the policy is against it, and its
 * administrator is told of the try. */
int dmsc_device_function(struct dmsc_session *s, const char *device,
    const char *function, bool on, bool dry, struct dmsc_functions **out)
    DMSC_MUST_CHECK;
enum dmsc_clock_how { DMSC_CLOCK_SHOW, DMSC_CLOCK_SET, DMSC_CLOCK_ADD,
	DMSC_CLOCK_REAL };
/* "2026-11-23T08:00" or "08:00"; "1d12h", "90m". What happens on the way is
 * done in its order. USAGE: no time, no duration. */
int dmsc_device_clock(struct dmsc_session *s, const char *device,
    enum dmsc_clock_how how, const char *value, bool dry,
    struct dmsc_functions **out) DMSC_MUST_CHECK;
/* Where it is; "": nowhere that it knows. */
int dmsc_device_place(struct dmsc_session *s, const char *device,
    const char *place, bool dry, struct dmsc_functions **out)
    DMSC_MUST_CHECK;

#endif
