/*
 * Whose documents a device takes: a setting of its own, below
 * ./Origin/Setting. With certificates to trust, a document whose signature
 * does not hold is refused, and where only signed ones are wanted one without
 * a signature too.
 */
#include "device/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "crypto/cms.h"

#define SETTING "Origin/Setting"
#define TRUST "Trust"
#define ONLY "SignedOnly"
#define SIGNER "Signer"		/* of an origin: it was held against them */

static struct dmsc_rd
setting(const struct dmsc_power *p, const char *name)
{
	const struct dmsc_node *n = dmsc_tree_find(p->dev->tree, SETTING);

	n = n == NULL ? NULL : dmsc_node_child(n, name);
	return n == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(n);
}

static bool
signed_only(const struct dmsc_power *p)
{
	return dmsc_rd_eq_str(setting(p, ONLY), "true");
}

/* ---- the setting */

static int
drop(struct dmsc_device *d, struct dmsc_node *parent, const char *name)
{
	struct dmsc_node *n = parent == NULL ? NULL :
	    dmsc_node_child(parent, name);

	return n == NULL ? DMSC_E_OK : dmsc_node_remove(d->tree, n);
}

/* Nothing is verified with them, so that what they are is all that can be
 * wrong. */
static int
certificates(struct dmsc_power *p)
{
	const struct dmsc_cms_ask ask = { .by_file = true,
	    .file = p->o->trust, .now = dmsc_wall() };
	struct dmsc_verdict *v = NULL;
	int r = dmsc_cms_check(&ask, &v, p->e);

	dmsc_view_free(&dmsc_verdict_view, v);
	if (r != DMSC_E_SIGNER)
		return r;
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

static int
nobody(struct dmsc_power *p)
{
	dmsc_fail(p->e, DMSC_E_USAGE, "this device trusts nobody's "
	    "signatures");
	(void)dmsc_err_next(p->e, "device poweron --trust FILE "
	    "--signed-only");
	return DMSC_E_USAGE;
}

static int
put(struct dmsc_power *p, const char *name, enum dmsc_format f,
    struct dmsc_rd value)
{
	struct dmsc_node *n;
	int r = dmsc_device_need(p->dev, SETTING, &n);

	return r != DMSC_E_OK ? r : dmsc_device_put(p->dev, n, name, f,
	    value);
}

/* Who was trusted then may not be now. */
static int
doubt_all(struct dmsc_power *p)
{
	struct dmsc_origin o;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && dmsc_origin_at(p->dev, i, &o); i++)
		r = drop(p->dev, o.node, SIGNER);
	return r;
}

static int
set(struct dmsc_power *p)
{
	struct dmsc_node *n = dmsc_tree_find(p->dev->tree, SETTING);
	const struct dmsc_poweron_opts *o = p->o;
	int r = DMSC_E_OK;

	if (o->trust_none) {
		if ((r = drop(p->dev, n, TRUST)) == DMSC_E_OK)
			r = drop(p->dev, n, ONLY);
	} else {
		if (o->trust.left > 0)
			r = put(p, TRUST, DMSC_FMT_BIN, o->trust);
		if (r == DMSC_E_OK)
			r = put(p, ONLY, DMSC_FMT_BOOL, dmsc_rd_str(
			    o->signed_only ? "true" : "false"));
	}
	return r != DMSC_E_OK ? r : doubt_all(p);
}

int
dmsc_power_trust(struct dmsc_power *p)
{
	const struct dmsc_poweron_opts *o = p->o;
	struct dmsc_rd was = setting(p, TRUST);
	int r;

	if (!o->trust_none && o->trust.left == 0 && !o->signed_only)
		return DMSC_E_OK;
	if (o->trust.left > 0 && (r = certificates(p)) != DMSC_E_OK)
		return r;
	if (o->signed_only && o->trust.left == 0 && was.left == 0)
		return nobody(p);
	if (o->trust_none ? was.left == 0 : (o->trust.left == 0 ||
	    dmsc_rd_eq(o->trust, was)) && signed_only(p) == o->signed_only)
		return DMSC_E_OK;
	p->renewed = true;
	return set(p) == DMSC_E_OK ? DMSC_E_OK : dmsc_power_nomem(p);
}

/* ---- a document */

/* What it had brought stays only where it was signed, and so is the device's
 * last good one. */
static int
refuse(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_taken *t, const char *why)
{
	struct dmsc_origin old;
	bool kept;

	if (dmsc_origin_find(p->dev, p->card, doc->name, &old) &&
	    dmsc_node_child(old.node, SIGNER) == NULL) {
		if (dmsc_origin_remove(p->dev, &old, true, &kept) !=
		    DMSC_E_OK)
			return dmsc_power_nomem(p);
		p->report->changed = true;
	}
	dmsc_err_clear(p->e);
	return dmsc_power_state(p, t, "refused", why);
}

/* What is no verdict, but about the card or the document. */
static bool
is_about_it(int code)
{
	return code == DMSC_E_NOTFOUND || code == DMSC_E_SW ||
	    code == DMSC_E_AUTH || code == DMSC_E_BLOCKED ||
	    code == DMSC_E_UNSUPPORTED || code == DMSC_E_FORMAT ||
	    code == DMSC_E_SHORT || code == DMSC_E_LIMIT ||
	    code == DMSC_E_DATA;
}

static int
verified(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_verdict **out)
{
	const struct dmsc_verify_opts o = { .by_file = true,
	    .file = setting(p, TRUST), .as_read = true,
	    .forget = p->o->dry };
	char *path = NULL;
	int r;

	if (dmsc_str_set(&path, "/%s", doc->name) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	r = dmsc_store_verify(p->st, path, &o, dmsc_wall(), out);
	free(path);
	return r;
}

static int
judge(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_verdict *v, struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT + 64];

	if (v == NULL)
		(void)snprintf(why, sizeof why, "its signature cannot be "
		    "checked: %s", p->e->message);
	else
		(void)snprintf(why, sizeof why, "%s%s%s%s",
		    strcmp(v->outcome, "unsigned") == 0 ? "" :
		    "its signature: ", v->outcome, v->why != NULL ? ": " : "",
		    v->why != NULL ? v->why : "");
	return refuse(p, doc, t, why);
}

/* The row has a state then, or the document may be taken; *good: its
 * signature holds. */
static int
hold(struct dmsc_power *p, const struct dmsc_doc *doc, struct dmsc_taken *t,
    struct dmsc_verdict **v, bool *good)
{
	int r;

	if (setting(p, TRUST).left == 0)
		return DMSC_E_OK;
	if ((r = verified(p, doc, v)) == DMSC_E_OK) {
		*good = true;
		return r;
	}
	if (*v == NULL && !is_about_it(r))
		return r;
	if (*v == NULL || strcmp((*v)->outcome, "unsigned") != 0 ||
	    signed_only(p))
		return judge(p, doc, *v, t);
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

/* Whom the document is from stays with what it brought. */
static int
note(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_verdict *v, struct dmsc_taken *t)
{
	const char *signer = v->signer != NULL ? v->signer : "one without a "
	    "name";
	struct dmsc_node *n;
	struct dmsc_origin o;

	if (t->why != NULL || !dmsc_origin_find(p->dev, p->card, doc->name,
	    &o))
		return DMSC_E_OK;
	n = dmsc_node_child(o.node, SIGNER);
	p->renewed = p->renewed || n == NULL;
	if (dmsc_device_put(p->dev, o.node, SIGNER, DMSC_FMT_CHR,
	    dmsc_rd_str(signer)) != DMSC_E_OK ||
	    dmsc_str_set(&t->why, "signed by %s", signer) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return DMSC_E_OK;
}

int
dmsc_power_take_signed(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_taken *t)
{
	struct dmsc_verdict *v = NULL;
	bool good = false;
	int r = hold(p, doc, t, &v, &good);

	if (r == DMSC_E_OK && t->state == NULL) {
		r = dmsc_power_take(p, doc, bytes, t);
		if (r == DMSC_E_OK && good)
			r = note(p, doc, v, t);
	}
	dmsc_view_free(&dmsc_verdict_view, v);
	return r;
}

int
dmsc_power_take_unsigned(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_tree *mos, struct dmsc_taken *t)
{
	return setting(p, TRUST).left > 0 && signed_only(p) ?
	    refuse(p, doc, t, "unsigned: the card's own tree has no "
	    "signatures") : dmsc_power_take_tree(p, doc, mos, t);
}
