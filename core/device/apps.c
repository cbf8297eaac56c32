/* Applications of the device and the Types of their MOs (device/apps.h). */
#include "device/apps.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define APPS "Origin/App"

struct dmsc_node *
dmsc_app_at(const struct dmsc_device *d, size_t i)
{
	struct dmsc_node *top = dmsc_tree_find(d->tree, APPS), *n;

	n = top == NULL ? NULL : dmsc_node_first(top);
	while (n != NULL && i-- > 0)
		n = dmsc_node_next(n);
	return n;
}

struct dmsc_node *
dmsc_app_find(const struct dmsc_device *d, const char *name)
{
	struct dmsc_node *top = dmsc_tree_find(d->tree, APPS);

	return top == NULL ? NULL : dmsc_node_child(top, name);
}

const struct dmsc_node *
dmsc_app_type(const struct dmsc_node *app, size_t k)
{
	const struct dmsc_node *n = dmsc_node_first(app);

	while (n != NULL && k-- > 0)
		n = dmsc_node_next(n);
	return n;
}

static struct dmsc_node *
type_of(const struct dmsc_node *app, const char *type)
{
	struct dmsc_node *n;

	for (n = dmsc_node_first(app); n != NULL; n = dmsc_node_next(n))
		if (dmsc_rd_eq_str(dmsc_node_value(n), type))
			return n;
	return NULL;
}

bool
dmsc_app_owns(const struct dmsc_node *app, const char *type)
{
	return *type != '\0' && type_of(app, type) != NULL;
}

struct dmsc_node *
dmsc_app_owner(const struct dmsc_device *d, const char *type)
{
	struct dmsc_node *app;
	size_t i;

	for (i = 0; (app = dmsc_app_at(d, i)) != NULL; i++)
		if (dmsc_app_owns(app, type))
			return app;
	return NULL;
}

/* A word: printable, without blanks. */
static bool
is_word(const char *s, size_t max, const char *but)
{
	size_t i, n = strlen(s);

	for (i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr(but, s[i]) != NULL)
			return false;
	return n > 0 && n <= max;
}

static int
not_added(struct dmsc_err *e, int code, const char *where, const char *why)
{
	(void)dmsc_fail(e, code, "the application is not added");
	(void)dmsc_err_where(e, "%.128s", where);
	(void)dmsc_err_why(e, "%s", why);
	return dmsc_err_next(e, "device app ls");
}

static int
may_add(const struct dmsc_device *d, const char *name, const char *type,
    struct dmsc_err *e)
{
	const struct dmsc_node *owner;
	char why[DMSC_APP_NAME + 32];

	if (!is_word(name, DMSC_APP_NAME, "/%'\"") || name[0] == '.')
		return not_added(e, DMSC_E_USAGE, name, "it is no name of an "
		    "application");
	if (!is_word(type, DMSC_APP_TYPE, ""))
		return not_added(e, DMSC_E_USAGE, type, "it is no Type of an "
		    "MO");
	if ((owner = dmsc_app_owner(d, type)) == NULL)
		return DMSC_E_OK;
	(void)snprintf(why, sizeof why, "MOs of this Type are %s's",
	    dmsc_node_name(owner));
	return not_added(e, DMSC_E_EXISTS, type, why);
}

int
dmsc_app_add(struct dmsc_device *d, const char *name, const char *type,
    struct dmsc_err *e)
{
	struct dmsc_node *top, *app, *n;
	int r = may_add(d, name, type, e);

	if (r != DMSC_E_OK)
		return r;
	r = dmsc_device_need(d, APPS, &top);
	if (r == DMSC_E_OK && (app = dmsc_node_child(top, name)) == NULL)
		r = dmsc_node_add(d->tree, top, name, DMSC_FMT_NODE, &app);
	if (r == DMSC_E_OK)
		r = dmsc_device_numbered(d, app, DMSC_FMT_CHR, &n);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_value(d->tree, n, dmsc_rd_str(type));
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "the device cannot keep the application");
}

int
dmsc_app_remove(struct dmsc_device *d, const char *name, const char *type,
    struct dmsc_err *e)
{
	struct dmsc_node *app = dmsc_app_find(d, name), *n = app;

	if (app != NULL && type != NULL)
		n = type_of(app, type);
	if (n == NULL) {
		(void)dmsc_fail(e, DMSC_E_NOTFOUND, app == NULL ?
		    "the device has no such application" :
		    "the application has no such MO");
		(void)dmsc_err_where(e, "%.128s", app == NULL ? name : type);
		return dmsc_err_next(e, "device app ls");
	}
	if (n != app && dmsc_node_children(app) == 1)
		n = app;		/* that was all it had */
	return dmsc_node_remove(d->tree, n) == DMSC_E_OK ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

const struct dmsc_node *
dmsc_app_mo(const struct dmsc_node *n)
{
	while (n != NULL && (dmsc_node_is_leaf(n) ||
	    *dmsc_node_type(n) == '\0'))
		n = dmsc_node_parent(n);
	return n;
}

const struct dmsc_node *
dmsc_app_search(const struct dmsc_node *app, const struct dmsc_node *top)
{
	const struct dmsc_node *n = top;

	while (n != NULL) {
		if (!dmsc_node_is_leaf(n) &&
		    dmsc_app_owns(app, dmsc_node_type(n)))
			return n;
		if (dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL)
			n = dmsc_node_parent(n);
		n = n == top ? NULL : dmsc_node_next(n);
	}
	return NULL;
}
