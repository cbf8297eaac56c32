/* The tree of a card with the DM-SC application, as the message that fills it
 * (session/profile.h): an Add for each node, a Replace for each ACL. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/msg.h"
#include "dm/appl.h"
#include "session/profile.h"

enum { URI_MAX = 1024, MESSAGE_MAX = 16384 };

/* Nodes that the card has when it is made. */
static bool
is_root(const char *uri)
{
	static const char *const roots[] = { "DMAcc", "Device", "Group",
		"Personal" };
	size_t i;

	for (i = 0; i < DMSC_COUNT(roots); i++)
		if (strcmp(roots[i], uri) == 0)
			return true;
	return false;
}

static struct dmsc_item *
command(struct dmsc_msg *m, enum dmsc_cmd_kind kind, const char *uri,
    const char *query)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, kind);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(m, c);

	if (it == NULL)
		return NULL;
	c->id = dmsc_msg_str(m, "%zu", m->n_cmds);
	it->target.uri = dmsc_msg_str(m, "./%s%s", uri, query);
	return c->id == NULL || it->target.uri == NULL ? NULL : it;
}

static int
add(struct dmsc_msg *m, const struct dmsc_node *n, const char *uri)
{
	struct dmsc_item *it = command(m, DMSC_CMD_ADD, uri, "");
	struct dmsc_rd v = dmsc_node_value(n);

	if (it == NULL)
		return DMSC_E_NOMEM;
	it->meta.format = dmsc_format_name(dmsc_node_format(n));
	if (*dmsc_node_type(n) != '\0')
		it->meta.type = dmsc_msg_str(m, "%s", dmsc_node_type(n));
	return dmsc_node_is_leaf(n) ? dmsc_msg_data(m, &it->data, v,
	    dmsc_node_format(n) == DMSC_FMT_BIN) : DMSC_E_OK;
}

static int
put_node(struct dmsc_msg *m, const struct dmsc_node *n)
{
	struct dmsc_buf *b = dmsc_buf_new(URI_MAX);
	const char *uri = NULL;
	struct dmsc_item *it;
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_node_uri(n, b)) == DMSC_E_OK &&
	    (uri = dmsc_buf_cstr(b)) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK && !is_root(uri))
		r = add(m, n, uri);
	if (r == DMSC_E_OK && *dmsc_node_acl(n) != '\0') {
		it = command(m, DMSC_CMD_REPLACE, uri, "?prop=ACL");
		r = it == NULL ? DMSC_E_NOMEM : dmsc_msg_data(m, &it->data,
		    dmsc_rd_str(dmsc_node_acl(n)), false);
	}
	dmsc_buf_free(&b);
	return r;
}

/* All below top, parents first. */
static int
put_all(struct dmsc_msg *m, const struct dmsc_node *top)
{
	const struct dmsc_node *n = dmsc_node_first(top);
	int r = DMSC_E_OK;

	while (n != NULL && (r = put_node(m, n)) == DMSC_E_OK) {
		if (dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL)
			n = dmsc_node_parent(n);
		n = n == top ? NULL : dmsc_node_next(n);
	}
	return r;
}

static int
write_message(struct dmsc_msg *m, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_appl_message env = { .xml = false };
	struct dmsc_buf *b = dmsc_buf_new(MESSAGE_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_msg_write(m, b, e);

	if (r == DMSC_E_OK) {
		env.bytes = dmsc_buf_rd(b);
		r = dmsc_appl_message_put(out, DMSC_APPL_MESSAGE, &env);
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_profile_message(struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_rd xml = dmsc_rd_of(dmsc_demo_Card, dmsc_demo_Card_len);
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_tree *t = NULL;
	enum dmsc_form form;
	int r = m == NULL ? dmsc_fail(e, DMSC_E_NOMEM, "out of memory") :
	    dmsc_tree_parse(xml, &t, &form, e);

	if (r == DMSC_E_OK) {
		m->hdr.session_id = m->hdr.msg_id = "1";
		m->hdr.target.uri = "./SC";
		m->hdr.source.uri = "factory";
		m->final = true;
		if ((r = put_all(m, dmsc_tree_root(t))) == DMSC_E_OK)
			r = write_message(m, out, e);
		if (r != DMSC_E_OK)
			dmsc_fail(e, r, "cannot write the card's tree");
	}
	dmsc_tree_free(&t);
	dmsc_msg_free(&m);
	return r;
}
