/*
 * codec: one leaf of a random document is edited: all else comes back as it
 * was. Of a message every other byte: header, other commands, those in Atomic
 * and Sequence, CmdIDs, Meta, order, stamps, empty values. DMSC_SEED=N begins
 * elsewhere.
 */
#include <stdlib.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/convert.h"
#include "codec/cp.h"
#include "codec/docs.h"
#include "codec/emit.h"
#include "codec/lwm2m.h"
#include "codec/tnds.h"
#include "tap.h"

enum { ROUNDS = 300, ITEMS = 24, MARK = 8 };

struct draw {
	uint32_t seed;
	unsigned n;			/* Items made */
	char uris[ITEMS][32];		/* of the leaf of each */
	struct dmsc_err e;
};

static bool
stamp(struct draw *d, struct dmsc_tree *t)
{
	struct dmsc_node *c;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(dmsc_tree_root(t)); c != NULL &&
	    r == DMSC_E_OK; c = dmsc_node_next(c)) {
		if (trees_draw(&d->seed, 2) == 0)
			r = dmsc_node_set_tstamp(t, c, "20260102T030405Z");
		if (r == DMSC_E_OK && trees_draw(&d->seed, 2) == 0)
			r = dmsc_node_set_verno(t, c,
			    (int)trees_draw(&d->seed, 65536));
	}
	return r == DMSC_E_OK;
}

/* TNDS of a random tree with a marked leaf; inline, WBXML or XML. */
static void
emit_tnds(struct draw *d, struct emit *em, const char *leaf,
    const char *value)
{
	struct dmsc_tree *t = trees_random(d->seed, TREES_TITLES |
	    TREES_EMPTY | TREES_BINARY, trees_draw(&d->seed, 12));
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	unsigned how = trees_draw(&d->seed, 3);
	struct emit in = { .b = b, .xml = how == 2 };

	if (t == NULL || !stamp(d, t) || dmsc_tree_add(t, leaf,
	    DMSC_FMT_CHR, "text/plain", dmsc_rd_str(value), NULL) != 0)
		em->code = DMSC_E_INTERNAL;
	else if (how == 0)
		dmsc_tnds_emit(em, dmsc_tree_root(t), TNDS_CHILDREN);
	else {
		in.code = how == 1 ? dmsc_tnds_head(b, 2) : DMSC_E_OK;
		dmsc_tnds_emit(&in, dmsc_tree_root(t), TNDS_CHILDREN);
		if (in.code != DMSC_E_OK)
			em->code = in.code;
		else if (how == 1)
			dmsc_emit_bytes(em, dmsc_buf_rd(b));
		else
			dmsc_emit_text(em, dmsc_buf_rd(b));
	}
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

static void
emit_item(struct draw *d, struct emit *em)
{
	unsigned kind = trees_draw(&d->seed, 3);
	char target[32], leaf[16], value[2 * MARK];

	/* 0: a plain leaf; 1: TNDS; 2: TNDS to a target outside of Inbox. */
	(void)snprintf(leaf, sizeof leaf, "leaf%u", d->n);
	(void)snprintf(value, sizeof value, "LEAF%04u", d->n);
	(void)snprintf(target, sizeof target, kind == 1 ? "./Inbox/T%u" :
	    kind == 0 ? "./Inbox/S/leaf%u" : "./U%u", d->n);
	(void)snprintf(d->uris[d->n], sizeof d->uris[0], kind == 0 ?
	    "S/leaf%u" : kind == 1 ? "T%u/leaf%u" : "U%u/leaf%u", d->n,
	    d->n);
	d->n++;
	dmsc_emit_open(em, EL_ITEM);
	dmsc_emit_open(em, EL_TARGET);
	dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str(target));
	dmsc_emit_close(em);
	if (trees_draw(&d->seed, 2) == 0) {
		dmsc_emit_open(em, EL_META);
		dmsc_emit_leaf(em, EL_M_TYPE, dmsc_rd_str("text/x-own"));
		dmsc_emit_leaf(em, EL_M_MAXOBJSIZE, dmsc_rd_str("4096"));
		dmsc_emit_close(em);
	}
	dmsc_emit_open(em, EL_DATA);
	if (kind == 0)
		dmsc_emit_str(em, value);
	else
		emit_tnds(d, em, leaf, value);
	dmsc_emit_close(em);
	dmsc_emit_close(em);
}

static void
emit_cmd(struct draw *d, struct emit *em, unsigned el)
{
	char id[16];
	unsigned i;

	(void)snprintf(id, sizeof id, "%u", trees_draw(&d->seed, 500));
	dmsc_emit_open(em, el);
	dmsc_emit_leaf(em, EL_CMDID, dmsc_rd_str(id));
	if (el == EL_ADD && trees_draw(&d->seed, 2) == 0) {
		dmsc_emit_open(em, EL_META);
		dmsc_emit_leaf(em, EL_M_TYPE, dmsc_rd_str("text/x-all"));
		dmsc_emit_close(em);
	}
	if (el == EL_ADD)
		for (i = trees_draw(&d->seed, 2) + 1; i > 0; i--)
			emit_item(d, em);
	else {
		dmsc_emit_open(em, EL_ITEM);
		dmsc_emit_open(em, EL_TARGET);
		dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str("./Other"));
		dmsc_emit_close(em);
		dmsc_emit_leaf(em, EL_DATA, dmsc_rd_str("as it is"));
		dmsc_emit_close(em);
	}
	dmsc_emit_close(em);
}

static void
emit_body(struct draw *d, struct emit *em)
{
	static const unsigned groups[] = { EL_ATOMIC, EL_SEQUENCE };
	static const unsigned others[] = { EL_REPLACE, EL_EXEC, EL_DELETE };
	unsigned i, n = 2 + trees_draw(&d->seed, 6), k;

	for (i = 0; i < n; i++) {
		k = trees_draw(&d->seed, 4);
		if (k == 0)
			emit_cmd(d, em, others[trees_draw(&d->seed, 3)]);
		else if (k == 1) {
			dmsc_emit_open(em, groups[trees_draw(&d->seed, 2)]);
			dmsc_emit_leaf(em, EL_CMDID, dmsc_rd_str("700"));
			emit_cmd(d, em, EL_ADD);
			emit_cmd(d, em, EL_REPLACE);
			dmsc_emit_close(em);
		} else
			emit_cmd(d, em, EL_ADD);
	}
	emit_cmd(d, em, EL_ADD);
	if (trees_draw(&d->seed, 2) == 0)
		dmsc_emit_empty(em, EL_FINAL);
}

static int
message(struct draw *d, struct dmsc_buf *b)
{
	struct emit em = { .b = b };

	em.code = dmsc_hex_get("02A4016A00", b);
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCHDR);
	dmsc_emit_leaf(&em, EL_VERDTD, dmsc_rd_str("1.2"));
	dmsc_emit_leaf(&em, EL_VERPROTO, dmsc_rd_str("DM/1.2"));
	dmsc_emit_leaf(&em, EL_SESSIONID, dmsc_rd_str("77"));
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_SYNCBODY);
	emit_body(d, &em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	return em.code;
}

/* The bytes with the mark of leaf i, which they have once, edited. */
static bool
expect(struct dmsc_buf *b, unsigned i)
{
	char from[2 * MARK];
	size_t at;
	bool found = false;

	(void)snprintf(from, sizeof from, "LEAF%04u", i);
	for (at = 0; at + MARK <= b->len; at++) {
		if (memcmp(b->p + at, from, MARK) != 0)
			continue;
		if (found)
			return false;
		memcpy(b->p + at, "EDIT", 4);
		found = true;
	}
	return found;
}

static bool
silent(const struct dmsc_boot *b, const struct dmsc_tree *now,
    void (*say)(void *, const char *), struct dmsc_err *e)
{
	unsigned n = 0;

	return dmsc_boot_gone(b, now, say, &n, e) == DMSC_E_OK && n == 0;
}

static void
count(void *arg, const char *line)
{
	(*(unsigned *)arg)++;
	printf("# %s\n", line);
}

static void
hear(void *arg, const char *line)
{
	if (dmsc_buf_str(arg, line) != DMSC_E_OK)
		dmsc_buf_reset(arg);
}

static bool
one_message(struct draw *d)
{
	struct dmsc_buf *in = dmsc_buf_new(TREE_MAX),
	    *out = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *now = NULL;
	struct dmsc_boot *b = NULL;
	char value[2 * MARK];
	unsigned i = 0;
	bool good = message(d, in) == DMSC_E_OK && dmsc_boot_read(
	    dmsc_buf_rd(in), &b, NULL, &d->e) == DMSC_E_OK &&
	    (now = dmsc_tree_clone(dmsc_boot_tree(b))) != NULL;

	if (good) {
		i = trees_draw(&d->seed, d->n);
		(void)snprintf(value, sizeof value, "EDIT%04u", i);
		good = dmsc_node_set_value(now, dmsc_tree_find(now,
		    d->uris[i]), dmsc_rd_str(value)) == DMSC_E_OK &&
		    silent(b, now, count, &d->e) && dmsc_boot_write(b, now,
		    out, &d->e) == DMSC_E_OK && expect(in, i) &&
		    dmsc_rd_eq(dmsc_buf_rd(in), dmsc_buf_rd(out));
	}
	if (!good)
		printf("# %s of %u Items\n", d->uris[i], d->n);
	dmsc_tree_free(&now);
	dmsc_boot_free(&b);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return good;
}

/* A plain Item that must become TNDS is written again: what its Meta said
 * beside the node is named. */
static bool
named(void)
{
	struct dmsc_buf *heard = dmsc_buf_new(TREE_MAX),
	    *in = dmsc_buf_new(TREE_MAX);
	struct emit em = { .b = in };
	struct dmsc_tree *now = NULL;
	struct dmsc_boot *b = NULL;
	bool good;

	em.code = dmsc_hex_get("02A4016A00", in);
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCBODY);
	dmsc_emit_open(&em, EL_ADD);
	dmsc_emit_open(&em, EL_ITEM);
	dmsc_emit_open(&em, EL_TARGET);
	dmsc_emit_leaf(&em, EL_LOCURI, dmsc_rd_str("./Inbox/A"));
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_META);
	dmsc_emit_leaf(&em, EL_M_MAXOBJSIZE, dmsc_rd_str("4096"));
	dmsc_emit_close(&em);
	dmsc_emit_leaf(&em, EL_DATA, dmsc_rd_str("v"));
	while (em.depth > 0)
		dmsc_emit_close(&em);
	good = em.code == DMSC_E_OK && dmsc_boot_read(dmsc_buf_rd(in), &b,
	    NULL, NULL) == DMSC_E_OK && (now = dmsc_tree_clone(
	    dmsc_boot_tree(b))) != NULL && dmsc_node_set_acl(now,
	    dmsc_tree_find(now, "A"), "Get=*") == DMSC_E_OK &&
	    dmsc_boot_gone(b, now, hear, heard, NULL) == DMSC_E_OK &&
	    strcmp(dmsc_buf_cstr(heard), "the changed Add to './Inbox/A' "
	    "does not keep 'MaxObjSize' of Meta") == 0;
	dmsc_tree_free(&now);
	dmsc_boot_free(&b);
	dmsc_buf_free(&in);
	dmsc_buf_free(&heard);
	return good;
}

/* The nth leaf of chr below n; *left counts down. */
static struct dmsc_node *
leaf(struct dmsc_node *n, unsigned *left)
{
	struct dmsc_node *c, *found = NULL;

	if (dmsc_node_is_leaf(n) && dmsc_node_format(n) == DMSC_FMT_CHR &&
	    (*left)-- == 0)
		return n;
	for (c = dmsc_node_first(n); c != NULL && found == NULL;
	    c = dmsc_node_next(c))
		found = leaf(c, left);
	return found;
}

static int
read_as(enum cv_kind kind, struct dmsc_rd in, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	bool bare = false;
	size_t used;

	return kind == CV_CP ? dmsc_cp_read_wbxml(in, t, &used, e) :
	    dmsc_lwm2m_read(in, t, &used, &bare, e);
}

static int
write_as(enum cv_kind kind, const struct dmsc_tree *t, struct dmsc_rd was,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	return kind == CV_CP ? dmsc_cp_write_wbxml(t, out, e) :
	    dmsc_lwm2m_write(t, was, out, e);
}

static bool
one_tree(struct draw *d, enum cv_kind kind)
{
	struct dmsc_tree *t = kind == CV_CP ? docs_cp(d->seed) :
	    docs_lwm2m(&d->seed), *now = dmsc_tree_new(DMSC_DOC_MAX),
	    *back = dmsc_tree_new(DMSC_DOC_MAX);
	struct dmsc_buf *in = dmsc_buf_new(TREE_MAX),
	    *out = dmsc_buf_new(TREE_MAX);
	unsigned skip = trees_draw(&d->seed, 6);
	struct dmsc_node *n;
	bool good = write_as(kind, t, dmsc_rd_of(NULL, 0), in, &d->e) ==
	    DMSC_E_OK && read_as(kind, dmsc_buf_rd(in), now, &d->e) ==
	    DMSC_E_OK;

	n = good ? leaf(dmsc_tree_root(now), &skip) : NULL;
	/* "1:2" is text that an object link can be too. */
	if (n != NULL)
		good = dmsc_node_set_value(now, n, dmsc_rd_str("1:2")) ==
		    DMSC_E_OK && write_as(kind, now, dmsc_buf_rd(in), out,
		    &d->e) == DMSC_E_OK && read_as(kind, dmsc_buf_rd(out),
		    back, &d->e) == DMSC_E_OK && dmsc_cv_same(dmsc_tree_root(
		    now), dmsc_tree_root(back), DMSC_FORM_JSON, &d->e) ==
		    DMSC_E_OK;
	dmsc_tree_free(&t);
	dmsc_tree_free(&now);
	dmsc_tree_free(&back);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return good;
}

int
main(void)
{
	static const char *const names[] = { "a message: every other byte",
		"provisioning", "LwM2M" };
	const char *v = getenv("DMSC_SEED");
	uint64_t first = 1;
	uint32_t k;
	size_t i;
	bool good;

	if (v != NULL && dmsc_num(v, 10, UINT32_MAX, &first) != DMSC_E_OK)
		first = 1;
	for (i = 0; i < DMSC_COUNT(names); i++) {
		struct draw d;

		good = true;
		for (k = 0; k < ROUNDS && good; k++) {
			d = (struct draw){ .seed = ((uint32_t)first + k) *
			    2654435761u };
			good = i == 0 ? one_message(&d) : one_tree(&d,
			    i == 1 ? CV_CP : CV_LWM2M);
		}
		if (!ok(good, names[i]))
			printf("# seed %u: %s, %s, %s\n",
			    (unsigned)first + k - 1, d.e.message, d.e.where,
			    d.e.why);
	}
	ok(named(), "what a plain Item's Meta loses is named");
	return tap_done();
}
