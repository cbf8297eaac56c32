/*
 * Applications of the device that may handle their own MOs on its card
 * (GEN-3): a name and the Types of its MOs, in ./Origin/App. A node is the
 * application's whose Type its nearest ancestor with one has.
 */
#ifndef DMSC_DEVICE_APPS_H
#define DMSC_DEVICE_APPS_H

#include "device/state.h"

enum { DMSC_APP_NAME = 64, DMSC_APP_TYPE = 255 };

/* The i-th, from 0, or by its name; NULL: there is none. */
struct dmsc_node *dmsc_app_at(const struct dmsc_device *d, size_t i);
struct dmsc_node *dmsc_app_find(const struct dmsc_device *d,
    const char *name);
/* Its k-th Type; NULL past the end. */
const struct dmsc_node *dmsc_app_type(const struct dmsc_node *app, size_t k);
/* Whether an MO of this Type is app's; whose it is, NULL: nobody's. */
bool dmsc_app_owns(const struct dmsc_node *app, const char *type);
struct dmsc_node *dmsc_app_owner(const struct dmsc_device *d,
    const char *type);
/* Makes the application where it is not there. USAGE: no name, no Type;
 * EXISTS: the Type has an owner. */
int dmsc_app_add(struct dmsc_device *d, const char *name, const char *type,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* type NULL: the whole application. NOTFOUND. */
int dmsc_app_remove(struct dmsc_device *d, const char *name,
    const char *type, struct dmsc_err *e) DMSC_MUST_CHECK;

/* The MO that n is in: the nearest node above it, or itself, that is interior
 * and has a Type; NULL: none. */
const struct dmsc_node *dmsc_app_mo(const struct dmsc_node *n);
/* The first MO of app's at or below top; NULL: none. */
const struct dmsc_node *dmsc_app_search(const struct dmsc_node *app,
    const struct dmsc_node *top);

#endif
