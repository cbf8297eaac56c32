/* The card's own tree at power-on: what of it is for devices is taken as
 * documents are. One request brings all of it, or the one group. */
#include "device/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "device/mounts.h"

enum { USER_PIN = 0x81 };

/* The group's URI on the card; to be freed. */
static int
group_uri(struct dmsc_power *p, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_uri_escape(p->o->group, b);
	const char *name = r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;

	r = name == NULL ? DMSC_E_NOMEM :
	    dmsc_str_set(out, "./Group/%s", name);
	dmsc_buf_free(&b);
	return r == DMSC_E_OK ? r : dmsc_power_nomem(p);
}

static int
ask(struct dmsc_power *p)
{
	char *uri = NULL;
	int r;

	if (p->o->group == NULL)
		return dmsc_store_dm_tree(p->st, ".", &p->own);
	if ((r = group_uri(p, &uri)) != DMSC_E_OK)
		return r;
	r = dmsc_store_dm_tree(p->st, uri, &p->own);
	free(uri);
	p->group_is_own = r == DMSC_E_OK;
	return r;
}

/* What the card says by a status is an answer. */
int
dmsc_power_own_read(struct dmsc_power *p)
{
	int r;

	if (!dmsc_power_known(p) || p->own != NULL)
		return DMSC_E_OK;
	if ((r = ask(p)) == DMSC_E_OK || p->e->dm == 0)
		return r;
	if (r != DMSC_E_NOTFOUND)
		(void)snprintf(p->own_why, sizeof p->own_why, "%s",
		    p->e->why[0] != '\0' ? p->e->why : p->e->message);
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

static int
each(struct dmsc_power *p, int (*one)(void *ctx, const char *name,
    struct dmsc_tree *mos), void *ctx)
{
	const struct dmsc_carddocs_to to = { one, ctx };

	return p->group_is_own ?
	    dmsc_carddocs_group(p->own, p->o->group, &to) :
	    dmsc_carddocs_each(p->own, &to);
}

static int
take_one(void *ctx, const char *name, struct dmsc_tree *mos)
{
	struct dmsc_power *p = ctx;
	char kind[] = DMSC_CARD_DOCUMENT;
	char *path = NULL;
	struct dmsc_doc doc = { .kind = kind };
	struct dmsc_taken *t = dmsc_power_row(p, name, kind);
	int r;

	if (t == NULL || dmsc_str_set(&path, "/%s", name) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	doc.name = path + 1;
	r = dmsc_mount_covers(p->dev, p->card, path, NULL) ?
	    dmsc_power_state(p, t, "skipped", DMSC_MOUNT_SKIPPED) :
	    dmsc_power_take_unsigned(p, &doc, mos, t);
	free(path);
	return r;
}

static int
not_shown(struct dmsc_power *p, const char *why)
{
	struct dmsc_taken *t = dmsc_power_row(p, DMSC_CARD_DOCUMENT,
	    DMSC_CARD_DOCUMENT);

	return t == NULL ? dmsc_power_nomem(p) :
	    dmsc_power_state(p, t, "skipped", why);
}

int
dmsc_power_own_take(struct dmsc_power *p)
{
	int r;

	if (p->report->application == NULL)
		return DMSC_E_OK;
	if (!dmsc_power_known(p))
		return not_shown(p, "needs the device's keys");
	if (p->own_why[0] != '\0')
		return not_shown(p, p->own_why);
	if (p->own == NULL || (p->o->group != NULL && !p->group_is_own))
		return DMSC_E_OK;
	r = each(p, take_one, p);
	return r == DMSC_E_NOMEM ? dmsc_power_nomem(p) : r;
}

struct wanted {
	const char *name;
	bool is;
};

static int
compare(void *ctx, const char *name, struct dmsc_tree *mos)
{
	struct wanted *w = ctx;

	(void)mos;
	w->is = w->is || strcmp(w->name, name) == 0;
	return DMSC_E_OK;
}

/* Whether the user's PIN was shown: it was verified before the tree was
 * read. */
static bool
by_user(const struct dmsc_power *p)
{
	size_t i;

	for (i = 0; i < p->o->n_pins; i++)
		if (p->o->pins[i].ref == USER_PIN)
			return true;
	return false;
}

/* What was not read, or may be hidden, stays. */
bool
dmsc_power_own_listed(struct dmsc_power *p, const char *document)
{
	struct wanted w = { .name = document };

	if (p->own == NULL || p->o->group != NULL || (dmsc_begins(document,
	    DMSC_CARD_PERSONAL) && !by_user(p)))
		return p->report->application != NULL;
	return each(p, compare, &w) != DMSC_E_OK || w.is;
}
