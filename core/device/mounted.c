/* Commands on mounted nodes, past the device's tree (device/mounts.h). */
#include "device/mounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "device/nodes.h"
#include "dm/dm.h"

struct point {
	struct dmsc_mount_row row;
	const struct dmsc_node *at;	/* of points */
	struct dmsc_tree *read;		/* while a message is answered */
	unsigned status;		/* why there is none; 0: not asked */
	struct dmsc_err err;		/* of the last time */
};
struct dmsc_mounts {
	struct dmsc_mounts_opts o;
	struct dmsc_dm_elsewhere past;
	struct dmsc_tree *points;	/* the mounts alone, as nodes */
	struct point *v;
	size_t n;
	int code;			/* what ends the take, behind it */
};

/* ---- what a URI names */

/* The mount that uri is at or below; NULL: none. */
static struct point *
point_of(const struct dmsc_mounts *m, const char *uri)
{
	const struct dmsc_node *n;
	char up[DMSC_MOUNT_TEXT];
	size_t i, k, len = uri == NULL ? 0 : strcspn(uri, "?");

	for (i = 1; m->n > 0 && i <= len && i < sizeof up; i++) {
		if (i < len && uri[i] != '/')
			continue;
		memcpy(up, uri, i);
		up[i] = '\0';
		n = dmsc_tree_find(m->points, up);
		for (k = 0; n != NULL && k < m->n; k++)
			if (m->v[k].at == n)
				return &m->v[k];
	}
	return NULL;
}

static struct point *
of_item(const struct dmsc_mounts *m, const struct dmsc_cmd *c,
    const struct dmsc_item *it)
{
	struct point *p = point_of(m, it->target.uri);

	return p != NULL || c->kind != DMSC_CMD_COPY ? p :
	    point_of(m, it->source.uri);
}

/* How many of its Items are for mounted nodes. */
static size_t
count(const struct dmsc_mounts *m, const struct dmsc_cmd *c)
{
	size_t i, n = 0;

	for (i = 0; c->kind != DMSC_CMD_ALERT && i < c->n_items; i++)
		n += of_item(m, c, c->items[i]) != NULL;
	return n;
}

/* ---- reading */

static unsigned
status_of(int code)
{
	switch (code) {
	case DMSC_E_OK:
		return DMSC_DM_OK;
	case DMSC_E_NOTFOUND:
	case DMSC_E_NOREADER:
	case DMSC_E_NOCARD:
	case DMSC_E_REMOVED:
	case DMSC_E_SWAPPED:
		return DMSC_DM_NOT_FOUND;
	case DMSC_E_AUTH:
	case DMSC_E_AUTHFAIL:
	case DMSC_E_BLOCKED:
		return DMSC_DM_DENIED;
	default:
		return DMSC_DM_FAILED;
	}
}

/* What is read stands where the device has it, below empty nodes, and under
 * the ACL of the place. */
static int
read_point(struct dmsc_mounts *m, struct point *p)
{
	const struct dmsc_mount_card *c = m->o.card;
	struct dmsc_node *parent = dmsc_tree_root(p->read), *n = NULL;
	const char *slash = strrchr(p->row.uri, '/'), *acl = "";
	const struct dmsc_node *place = dmsc_tree_root(m->o.dev->tree);
	char up[DMSC_MOUNT_TEXT];
	int r = DMSC_E_OK;

	if (slash != NULL) {
		memcpy(up, p->row.uri, (size_t)(slash - p->row.uri));
		up[slash - p->row.uri] = '\0';
		place = dmsc_tree_find(m->o.dev->tree, up);
		r = dmsc_tree_add(p->read, up, DMSC_FMT_NODE, NULL,
		    dmsc_rd_of(NULL, 0), &n);
		parent = n;
	}
	if (place != NULL)
		acl = dmsc_acl_effective(place);
	if (r == DMSC_E_OK && *acl != '\0')
		r = dmsc_node_set_acl(p->read, dmsc_tree_root(p->read), acl);
	if (r != DMSC_E_OK)
		return dmsc_fail(&p->err, r, "out of memory");
	return c->read(c->ctx, p->row.path, p->read, parent,
	    dmsc_node_name(p->at), &p->err);
}

static unsigned
need_point(struct dmsc_mounts *m, struct point *p)
{
	if (p->status != 0)
		return p->status;
	dmsc_err_clear(&p->err);
	if (!dmsc_mount_is_here(&p->row, m->o.card)) {
		(void)dmsc_fail(&p->err, DMSC_E_NOTFOUND,
		    "the card that keeps this is not there");
		(void)dmsc_err_where(&p->err, "./%s", p->row.uri);
		(void)dmsc_err_why(&p->err, "it is %s of another card than "
		    "the one in the reader, or there is none", p->row.path);
		(void)dmsc_err_next(&p->err, "device mount");
		p->status = DMSC_DM_NOT_FOUND;
		return p->status;
	}
	p->read = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	p->status = p->read == NULL ? DMSC_DM_FAILED :
	    status_of(read_point(m, p));
	if (p->status != DMSC_DM_OK)
		dmsc_tree_free(&p->read);
	return p->status;
}

/* The card's values are held no longer than they are used. */
static void
forget(struct dmsc_mounts *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		dmsc_tree_free(&m->v[i].read);
		m->v[i].status = 0;
	}
}

/* ---- answering */

/* One command of the answer of the responder on what was read. */
static int
pass_on(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_cmd *said, unsigned *status)
{
	uint32_t number = 0;
	size_t i;
	int code = DMSC_E_OK;

	if (said->kind == DMSC_CMD_STATUS && said->cmd != NULL &&
	    strcmp(said->cmd, "Get") == 0 && dmsc_msg_number(said->data,
	    UINT16_MAX, &number) == DMSC_E_OK)
		*status = (unsigned)number;
	if (said->kind != DMSC_CMD_RESULTS)
		return DMSC_E_OK;
	for (i = 0; i < said->n_items && code == DMSC_E_OK; i++) {
		struct dmsc_item it = *said->items[i];

		it.meta.format = dmsc_item_format(said, said->items[i]);
		it.meta.type = dmsc_item_type(said, said->items[i]);
		code = dmsc_responder_tell(r, c, &it);
	}
	return code;
}

static int
pass_all(struct dmsc_responder *from, struct dmsc_responder *r,
    const struct dmsc_cmd *c, unsigned *status)
{
	struct dmsc_msg *a;
	size_t i;
	int code = DMSC_E_OK;

	while (code == DMSC_E_OK && dmsc_responder_waiting(from)) {
		if ((a = dmsc_msg_new()) == NULL)
			return DMSC_E_NOMEM;
		a->hdr.session_id = a->hdr.msg_id = "1";
		a->hdr.target.uri = a->hdr.source.uri = ".";
		code = dmsc_responder_give(from, a);
		for (i = 0; code == DMSC_E_OK && i < a->n_cmds; i++)
			code = pass_on(r, c, a->cmds[i], status);
		dmsc_msg_free(&a);
	}
	return code;
}

/* The Get that the message has of uri alone. */
static int
one_get(const char *uri, struct dmsc_msg **out)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *g = m == NULL ? NULL :
	    dmsc_msg_cmd(m, NULL, DMSC_CMD_GET);
	struct dmsc_item *it = g == NULL ? NULL : dmsc_msg_item(m, g);

	*out = m;
	if (it == NULL)
		return DMSC_E_NOMEM;
	m->hdr.session_id = m->hdr.msg_id = "1";
	m->hdr.target.uri = m->hdr.source.uri = ".";
	m->final = true;
	g->id = "1";
	it->target.uri = uri;
	return DMSC_E_OK;
}

static int
get(struct dmsc_mounts *m, struct dmsc_responder *r, const struct point *p,
    const struct dmsc_cmd *c, const struct dmsc_item *it, unsigned *status)
{
	const struct dmsc_dm_opts o = { .server = m->o.server,
	    .xml = m->o.xml, .depth = DMSC_TREE_DEPTH_MAX,
	    .hooks = { .rule = dmsc_device_rule } };
	struct dmsc_responder *in = NULL;
	struct dmsc_msg *ask = NULL;
	int code = dmsc_responder_new(p->read, &o, &in);

	*status = DMSC_DM_FAILED;
	if (code == DMSC_E_OK)
		code = one_get(it->target.uri, &ask);
	if (code == DMSC_E_OK)
		code = dmsc_responder_take(in, ask, NULL);
	if (code == DMSC_E_LIMIT) {
		*status = DMSC_DM_TOO_LARGE;
		code = DMSC_E_OK;
	} else if (code == DMSC_E_OK)
		code = pass_all(in, r, c, status);
	dmsc_msg_free(&ask);
	dmsc_responder_free(&in);
	return code;
}

static int
one_item(struct dmsc_mounts *m, struct dmsc_responder *r,
    const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	struct point *p = of_item(m, c, it);
	unsigned status = DMSC_DM_NOT_ALLOWED;
	int code = DMSC_E_OK;

	if (p == NULL)
		status = DMSC_DM_UNSUPPORTED;
	else if (c->kind == DMSC_CMD_GET &&
	    (status = need_point(m, p)) == DMSC_DM_OK)
		code = get(m, r, p, c, it, &status);
	else if (c->kind != DMSC_CMD_GET && c->kind != DMSC_CMD_ADD &&
	    !dmsc_mount_is_here(&p->row, m->o.card))
		status = DMSC_DM_NOT_FOUND;
	return code != DMSC_E_OK ? code :
	    dmsc_responder_say(r, c, it, status, NULL);
}

/* A command with Items here and others elsewhere is refused as it is. */
static int
answer(struct dmsc_mounts *m, struct dmsc_responder *r,
    const struct dmsc_cmd *c)
{
	bool all = count(m, c) == c->n_items;
	size_t i;
	int code = DMSC_E_OK;

	for (i = 0; i < c->n_items && code == DMSC_E_OK; i++)
		code = all ? one_item(m, r, c, c->items[i]) :
		    dmsc_responder_say(r, c, c->items[i],
		    DMSC_DM_UNSUPPORTED, NULL);
	return code;
}

/* A Sequence of Gets is carried out; all else that is to be done as a whole
 * cannot be, with nodes that are the card's. */
static int
answer_whole(struct dmsc_mounts *m, struct dmsc_responder *r,
    const struct dmsc_cmd *c)
{
	bool good = c->kind == DMSC_CMD_SEQUENCE;
	size_t i, k;
	int code;

	for (i = 0; i < c->n_cmds; i++)
		good = good && c->cmds[i]->kind == DMSC_CMD_GET &&
		    c->cmds[i]->fault.what == NULL &&
		    count(m, c->cmds[i]) == c->cmds[i]->n_items;
	code = dmsc_responder_say(r, c, NULL, good ? DMSC_DM_OK :
	    DMSC_DM_UNSUPPORTED, NULL);
	for (i = 0; i < c->n_cmds && code == DMSC_E_OK; i++) {
		if (good)
			code = answer(m, r, c->cmds[i]);
		for (k = 0; !good && code == DMSC_E_OK &&
		    k < c->cmds[i]->n_items; k++)
			code = dmsc_responder_say(r, c->cmds[i],
			    c->cmds[i]->items[k], DMSC_DM_NOT_EXECUTED, NULL);
	}
	return code;
}

static bool
concerns(const struct dmsc_mounts *m, const struct dmsc_cmd *c)
{
	size_t i, n = count(m, c);

	for (i = 0; i < c->n_cmds && n == 0; i++)
		n = count(m, c->cmds[i]);
	return n > 0;
}

static bool
takes(void *ctx, struct dmsc_responder *r, const struct dmsc_cmd *c)
{
	struct dmsc_mounts *m = ctx;
	const struct dmsc_dm_elsewhere *e = m->o.next;

	if (!concerns(m, c))
		return e != NULL && e->takes(e->ctx, r, c);
	if (m->code == DMSC_E_OK)
		m->code = c->kind == DMSC_CMD_ATOMIC ||
		    c->kind == DMSC_CMD_SEQUENCE ? answer_whole(m, r, c) :
		    answer(m, r, c);
	return true;
}

static int
rest(void *ctx, struct dmsc_responder *r)
{
	struct dmsc_mounts *m = ctx;
	const struct dmsc_dm_elsewhere *e = m->o.next;
	int code = m->code;

	forget(m);
	m->code = DMSC_E_OK;
	if (code != DMSC_E_OK)
		return code;
	return e != NULL ? e->rest(e->ctx, r) : DMSC_E_OK;
}

/* ---- its life */

static int
put_points(struct dmsc_mounts *m)
{
	struct dmsc_mount_row row;
	struct dmsc_node *n;
	size_t i = 0;
	int r = DMSC_E_OK;

	while (i < DMSC_MOUNTS_MAX && dmsc_mount_at(m->o.dev, i, &row))
		i++;
	if (i > 0 && (m->v = calloc(i, sizeof *m->v)) == NULL)
		return DMSC_E_NOMEM;
	while (m->n < i && dmsc_mount_at(m->o.dev, m->n, &m->v[m->n].row))
		m->n++;
	for (i = 0; i < m->n && r == DMSC_E_OK; i++) {
		r = dmsc_tree_add(m->points, m->v[i].row.uri, DMSC_FMT_NODE,
		    NULL, dmsc_rd_of(NULL, 0), &n);
		if (r == DMSC_E_OK)
			m->v[i].at = n;
		else if (r != DMSC_E_NOMEM)
			r = DMSC_E_OK;	/* a URI that dmsc did not write */
	}
	return r;
}

int
dmsc_mounts_new(const struct dmsc_mounts_opts *o, struct dmsc_mounts **out)
{
	struct dmsc_mounts *m = calloc(1, sizeof *m);

	*out = m;
	if (m == NULL)
		return DMSC_E_NOMEM;
	m->o = *o;
	m->past.ctx = m;
	m->past.takes = takes;
	m->past.rest = rest;
	m->points = dmsc_tree_new(DMSC_DOC_MAX);
	return m->points == NULL ? DMSC_E_NOMEM : put_points(m);
}

void
dmsc_mounts_free(struct dmsc_mounts **m)
{
	if (m == NULL || *m == NULL)
		return;
	forget(*m);
	dmsc_tree_free(&(*m)->points);
	free((*m)->v);
	free(*m);
	*m = NULL;
}

const struct dmsc_dm_elsewhere *
dmsc_mounts_past(const struct dmsc_mounts *m)
{
	return &m->past;
}

const struct dmsc_err *
dmsc_mounts_why(const struct dmsc_mounts *m, const char *uri)
{
	const struct point *p = point_of(m, uri);

	return p == NULL || p->err.code == DMSC_E_OK ? NULL : &p->err;
}
