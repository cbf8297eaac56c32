/*
 * The functions of the device that can be switched: the capabilities below
 * ./DCMO (reference 9.7), by its user, by servers' orders, by the policy in
 * force. What each of them wants is kept in ./Origin/Function/NAME:
 *
 *   Wish      bool  what the user wants where no rule holds; absent: on
 *   Rule      chr   of the policy, that holds; "": none
 *   Order     bool  until another rule holds; absent: none
 *   By        chr   who gave it: a ServerID, "": the user
 */
#ifndef DMSC_DEVICE_FUNCTIONS_H
#define DMSC_DEVICE_FUNCTIONS_H

#include "device/orders.h"
#include "device/policy.h"

/* ./DCMO where it is missing. */
int dmsc_functions_furnish(struct dmsc_device *d) DMSC_MUST_CHECK;
/* The i-th capability, NULL: no more; one by its name, in upper or lower
 * case. */
struct dmsc_node *dmsc_function_at(const struct dmsc_device *d, size_t i);
struct dmsc_node *dmsc_function_find(const struct dmsc_device *d,
    const char *name);
bool dmsc_function_is_on(const struct dmsc_node *function);

/* What a function is as it is, and why. */
struct dmsc_function_state {
	bool on;
	bool denied;		/* the user may not change it now */
	char rule[DMSC_POLICY_NAME + 1];	/* that holds; "": none */
	char by[DMSC_ORDER_TEXT];	/* "policy", "user", or a ServerID */
};
/* p NULL: there is no policy. */
void dmsc_function_look(const struct dmsc_device *d,
    const struct dmsc_policy *p, const struct dmsc_node *function,
    struct dmsc_function_state *out);

/*
 * All functions as they must be at t. Each that switches is told to the
 * policy's administrator by a Generic Alert, where tell is not false; *changed
 * is set where anything of it changed the tree, else left alone.
 */
int dmsc_functions_settle(struct dmsc_device *d, const struct dmsc_policy *p,
    int64_t t, bool tell, bool *changed) DMSC_MUST_CHECK;
/* By the user (server NULL) or a server: on or off. AUTH: the user may not;
 * nothing was changed but an alert that says so. */
int dmsc_function_switch(struct dmsc_device *d, const struct dmsc_policy *p,
    struct dmsc_node *function, const char *server, bool on)
    DMSC_MUST_CHECK;
/* No order holds any longer. */
int dmsc_functions_released(struct dmsc_device *d) DMSC_MUST_CHECK;

/* Exec of ./DCMO/NAME/Operations/Enable and Disable (device/orders.h). */
unsigned dmsc_function_may(const struct dmsc_world *w,
    const struct dmsc_node *n, const struct dmsc_order *o);
int dmsc_function_run(struct dmsc_world *w, const struct dmsc_order *o);

#endif
