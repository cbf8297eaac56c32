/* LocURIs: nodes, properties, lists of a tree (reference 1.1, 1.7). */
#include <string.h>

#include "base/text.h"
#include "dm/inside.h"
#include "mo/node.h"

static const char *const props[] = { "", "ACL", "Format", "Name", "Size",
    "Title", "TStamp", "Type", "VerNo" };

static size_t
characters(const char *s, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += ((uint8_t)s[i] & 0xC0) != 0x80;
	return count;
}

static bool
query(const char *q, struct dm_target *t)
{
	size_t i;

	if (dmsc_begins(q, "prop=")) {
		t->prop = DM_P_UNKNOWN;
		for (i = DM_P_ACL; i < DMSC_COUNT(props); i++)
			if (strcmp(props[i], q + 5) == 0)
				t->prop = (enum dm_prop)i;
		return true;
	}
	if (!dmsc_begins(q, "list="))
		return false;
	q += 5;
	t->list = DM_L_UNKNOWN;
	if (strcmp(q, "Struct") == 0)
		t->list = DM_L_STRUCT;
	else if (strcmp(q, "StructData") == 0)
		t->list = DM_L_STRUCT_DATA;
	else if (dmsc_begins(q, "TNDS") && (q[4] == '\0' || q[4] == '+' ||
	    q[4] == '-')) {
		t->list = DM_L_TNDS;
		t->tnds = q + 4;
	}
	return true;
}

/* Down the tree as far as it goes; then the rest is only looked at. */
static unsigned
walk(struct dmsc_responder *r, struct dm_target *t)
{
	const char *at = t->path, *from;
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dmsc_node *c = dmsc_tree_root(r->t);
	size_t depth = 0, max = r->o.depth == 0 ? DMSC_TREE_DEPTH_MAX :
	    DMSC_MIN(r->o.depth, (size_t)DMSC_TREE_DEPTH_MAX);
	int code;

	t->near = c;
	if (dmsc_mo_uri_begin(&at) != DMSC_E_OK)
		return DMSC_DM_NOT_FOUND;
	t->rest = at;
	while (*at != '\0') {
		from = at;
		if ((code = dmsc_mo_uri_step(&at, name)) != DMSC_E_OK)
			return code == DMSC_E_LIMIT ? DMSC_DM_TOO_LONG :
			    DMSC_DM_NOT_FOUND;
		if (++depth > max || (r->o.segment > 0 && characters(from,
		    strcspn(from, "/")) > r->o.segment))
			return DMSC_DM_TOO_LONG;
		if (c != NULL && (c = dmsc_node_child(c, name)) != NULL) {
			t->near = c;
			t->rest = at;
		}
	}
	t->n = c;
	return DMSC_DM_OK;
}

unsigned
dm_path(struct dmsc_responder *r, struct dmsc_rd path, struct dm_target *t)
{
	if ((t->path = dmsc_strndup(path)) == NULL)
		return dm_code(r, DMSC_E_NOMEM);
	return walk(r, t);
}

unsigned
dm_target(struct dmsc_responder *r, const char *uri, struct dm_target *t)
{
	size_t n;

	memset(t, 0, sizeof *t);
	if (uri == NULL || *uri == '\0')
		return DMSC_DM_INCOMPLETE;
	n = strlen(uri);
	if (n > DM_URI_MAX || (r->o.total > 0 &&
	    characters(uri, n) > r->o.total))
		return DMSC_DM_TOO_LONG;
	n = strcspn(uri, "?");
	if (uri[n] == '?' && !query(uri + n + 1, t))
		return DMSC_DM_NOT_FOUND;
	return dm_path(r, dmsc_rd_of(uri, n), t);
}

void
dm_target_free(struct dm_target *t)
{
	free(t->path);
	t->path = NULL;
}

int
dm_uri(const struct dmsc_node *n, struct dmsc_buf *out)
{
	struct dmsc_buf *b;
	size_t i;
	int r;

	dmsc_buf_reset(out);
	if (dmsc_node_parent(n) == NULL)
		return dmsc_buf_str(out, ".");
	if ((b = dmsc_buf_new(DM_URI_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_node_uri(n, b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(out, "./");
	for (i = 0; i < b->len && r == DMSC_E_OK; i++)
		r = b->p[i] == '?' ? dmsc_buf_str(out, "%3F") :
		    dmsc_buf_u8(out, b->p[i]);
	dmsc_buf_free(&b);
	return r;
}
