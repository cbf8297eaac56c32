/*
 * Secrets in kept bytes: a value that is secret by content leaves a hole
 * with its digest. Undo fills the hole where the card still has the value.
 */
#include "store/cardcommit.h"
#include "store/conceal.h"

#include <string.h>

#include "base/base.h"

#include <dmsc/secret.h>

/* Zeroes the value wherever it stands in bytes. NOTFOUND: it is coded in
 * some way that cannot be cut out. */
static int
punch(struct dmsc_jmove *m, struct dmsc_rd value, struct dmsc_buf **bytes)
{
	struct dmsc_rd b = dmsc_buf_rd(*bytes);
	struct dmsc_hole *h;
	struct dmsc_buf *fresh;
	const uint8_t *p;
	size_t at = 0;
	int r = DMSC_E_NOTFOUND;

	while ((p = dmsc_find_bytes(b, value, at)) != NULL) {
		at = (size_t)(p - b.p);
		h = dmsc_list_add(&m->holes, &m->n_holes, sizeof *h);
		fresh = dmsc_buf_new(DMSC_EF_MAX);
		if (h == NULL || fresh == NULL ||
		    dmsc_sha256(value, h->sha) != DMSC_E_OK ||
		    dmsc_buf_put(fresh, dmsc_rd_slice(b, 0, at)) !=
		    DMSC_E_OK ||
		    dmsc_buf_fill(fresh, 0, value.left) != DMSC_E_OK ||
		    dmsc_buf_put(fresh, dmsc_rd_slice(b, at + value.left,
		    b.left)) != DMSC_E_OK) {
			dmsc_buf_free(&fresh);
			return DMSC_E_NOMEM;
		}
		h->at = at;
		h->n = value.left;
		dmsc_buf_free(bytes);
		*bytes = fresh;
		b = dmsc_buf_rd(fresh);
		at += value.left;
		r = DMSC_E_OK;
	}
	return r;
}

static bool
all_zero(struct dmsc_rd v)
{
	size_t i;

	for (i = 0; i < v.left; i++)
		if (v.p[i] != 0)
			return false;
	return true;
}

/* A value that was cut out with an earlier one is fine. */
static bool
had(const struct dmsc_jmove *m, struct dmsc_rd value)
{
	uint8_t sha[DMSC_SHA256_LEN];
	size_t i;

	if (dmsc_sha256(value, sha) != DMSC_E_OK)
		return false;
	for (i = 0; i < m->n_holes; i++)
		if (memcmp(m->holes[i].sha, sha, sizeof sha) == 0)
			return true;
	return false;
}

static int
punch_all(struct dmsc_jmove *m, const struct dmsc_tree *t)
{
	const struct dmsc_node *n;
	struct dmsc_rd v;
	int r = DMSC_E_OK;

	for (n = dmsc_tree_root(t); r == DMSC_E_OK && n != NULL;
	    n = dmsc_node_after(n)) {
		v = dmsc_node_value(n);
		if (dmsc_node_is_secret(n) && !all_zero(v) && !had(m, v))
			r = punch(m, v, &m->m.old);
	}
	return r;
}

static void
drop(struct dmsc_jmove *m)
{
	free(m->holes);
	m->holes = NULL;
	m->n_holes = 0;
	dmsc_buf_free(&m->m.old);
}

int
dmsc_jmove_mask(struct dmsc_jmove *m)
{
	struct dmsc_tree *t = NULL;
	int r;

	if (m->m.old == NULL || dmsc_cardmove_is(&m->m))
		return DMSC_E_OK;
	if (m->m.secret) {
		drop(m);
		return DMSC_E_OK;
	}
	if (m->m.name == NULL)
		return DMSC_E_OK;
	if (m->n_holes > 0 || dmsc_store_empty(dmsc_buf_rd(m->m.old)))
		return DMSC_E_OK;
	r = dmsc_kind_parse(dmsc_buf_rd(m->m.old), &t);
	if (r == DMSC_E_OK)
		r = punch_all(m, t);
	dmsc_tree_free(&t);
	if (r != DMSC_E_OK && r != DMSC_E_NOMEM) {
		drop(m);	/* no message, or a secret in another code */
		r = DMSC_E_OK;
	}
	return r;
}

static struct dmsc_rd
value_for(const struct dmsc_hole *h, const struct dmsc_tree *t)
{
	const struct dmsc_node *n;
	uint8_t sha[DMSC_SHA256_LEN];
	struct dmsc_rd v;

	for (n = dmsc_tree_root(t); n != NULL; n = dmsc_node_after(n)) {
		v = dmsc_node_value(n);
		if (dmsc_node_is_leaf(n) && v.left == h->n &&
		    dmsc_sha256(v, sha) == DMSC_E_OK &&
		    memcmp(sha, h->sha, sizeof sha) == 0)
			return v;
	}
	return dmsc_rd_of(NULL, 0);
}

static int
fill_from(const struct dmsc_jmove *m, const struct dmsc_tree *t,
    struct dmsc_buf *out)
{
	struct dmsc_rd old = dmsc_buf_rd(m->m.old), v;
	uint8_t *p = malloc(old.left + 1);
	size_t i;
	int r = DMSC_E_OK;

	if (p == NULL)
		return DMSC_E_NOMEM;
	if (old.left > 0)
		memcpy(p, old.p, old.left);
	for (i = 0; r == DMSC_E_OK && i < m->n_holes; i++) {
		v = value_for(&m->holes[i], t);
		if (v.left == 0 || m->holes[i].at + v.left > old.left)
			r = DMSC_E_NOTFOUND;
		else
			memcpy(p + m->holes[i].at, v.p, v.left);
	}
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, dmsc_rd_of(p, old.left));
	dmsc_wipe(p, old.left);
	free(p);
	return r;
}

int
dmsc_jmove_fill(const struct dmsc_jmove *m, struct dmsc_rd now,
    struct dmsc_buf *out)
{
	struct dmsc_tree *t = NULL;
	int r;

	if (m->m.old == NULL)
		return DMSC_E_NOTFOUND;
	if (m->n_holes == 0)
		return dmsc_buf_put(out, dmsc_buf_rd(m->m.old));
	r = dmsc_kind_parse(now, &t);
	r = r == DMSC_E_OK ? fill_from(m, t, out) :
	    r == DMSC_E_NOMEM ? r : DMSC_E_NOTFOUND;
	dmsc_tree_free(&t);
	return r;
}
