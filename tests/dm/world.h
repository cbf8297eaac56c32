/* The tree of reference 1.6, with a playground for S1, and messages of one
 * command to a responder on it. */
#ifndef DMSC_TESTS_DM_WORLD_H
#define DMSC_TESTS_DM_WORLD_H

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "dm/respond.h"

#define ALL "Add=S1&Delete=S1&Exec=S1&Get=S1&Replace=S1"
enum { WORLD_MAX = 4096, WORLD_ROOM = 200, WORLD_OBJ = 64 };

struct node_row { const char *uri, *acl; int format; const char *value; };
static const struct node_row world_nodes[] = {
	{ "A", "Get=S3&Replace=S3", DMSC_FMT_NODE, "" },
	{ "A/a", "Get=*", DMSC_FMT_CHR, "va" },
	{ "A/own", "Replace=S1", DMSC_FMT_CHR, "vo" },
	{ "B", "Get=S1&Replace=S1", DMSC_FMT_NODE, "" },
	{ "B/b", "", DMSC_FMT_CHR, "vb" },
	{ "B/C", "Get=S2&Replace=S2&Delete=S2", DMSC_FMT_NODE, "" },
	{ "B/C/c", "", DMSC_FMT_CHR, "vc" },
	{ "X", ALL, DMSC_FMT_NODE, "" },
	{ "X/chr", "", DMSC_FMT_CHR, "text" },
	{ "X/int", "", DMSC_FMT_INT, "5" },
	{ "X/bool", "", DMSC_FMT_BOOL, "true" },
	{ "X/bin", "", DMSC_FMT_BIN, "\x01\x02" },
	{ "X/null", "", DMSC_FMT_NULL, "" },
	{ "X/perm", "", DMSC_FMT_CHR, "p" },
	{ "X/secret", "", DMSC_FMT_CHR, "s" },
	{ "X/fixed", "", DMSC_FMT_CHR, "f" },
	{ "X/small", "", DMSC_FMT_CHR, "abcd" },
	{ "X/shut", "Get=S2", DMSC_FMT_CHR, "none of yours" },
	{ "X/sub", "", DMSC_FMT_NODE, "" },
	{ "X/sub/one", "", DMSC_FMT_CHR, "1" },
	{ "X/sub/a%2Fb", "", DMSC_FMT_CHR, "2" },
	{ "X/empty", "", DMSC_FMT_NODE, "" },
	{ "X/hold", "", DMSC_FMT_NODE, "" },
	{ "X/hold/perm", "", DMSC_FMT_CHR, "p" },
};

/* By their names: perm for ever, secret not to be read, fixed only to be
 * read, small of four bytes, num an int, text only text/plain. */
static void
world_rule(void *ctx, const struct dmsc_node *parent, const char *name,
    struct dmsc_dm_rule *rule)
{
	static const char *const plain[] = { "text/plain" };

	(void)ctx;
	(void)parent;
	if (strcmp(name, "perm") == 0)
		rule->permanent = true;
	else if (strcmp(name, "secret") == 0)
		rule->access &= ~(unsigned)DMSC_DDF_GET;
	else if (strcmp(name, "fixed") == 0)
		rule->access = DMSC_DDF_GET;
	else if (strcmp(name, "small") == 0)
		rule->max = 4;
	else if (strcmp(name, "num") == 0)
		rule->format = DMSC_FMT_INT;
	else if (strcmp(name, "text") == 0) {
		rule->mimes = plain;
		rule->n_mimes = 1;
	}
}

static size_t
world_room(void *ctx)
{
	(void)ctx;
	return WORLD_ROOM;
}

static inline struct dmsc_tree *
world_tree(void)
{
	struct dmsc_tree *t = dmsc_tree_new(WORLD_MAX);
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(world_nodes); i++)
		if (dmsc_tree_add(t, world_nodes[i].uri,
		    (enum dmsc_format)world_nodes[i].format, NULL,
		    dmsc_rd_str(world_nodes[i].value), &n) != DMSC_E_OK ||
		    dmsc_node_set_acl(t, n, world_nodes[i].acl) != DMSC_E_OK)
			abort();
	if (dmsc_node_set_acl(t, dmsc_tree_root(t), "Add=*&Get=*") !=
	    DMSC_E_OK)
		abort();
	return t;
}

static const struct dmsc_dm_opts world_opts = {
	.server = "S1", .max_obj = WORLD_OBJ, .depth = 6, .total = 80,
	.segment = 20, .props = DMSC_DM_PROPS, .now = "20260102T030405Z",
	.hooks = { .rule = world_rule, .room = world_room },
};

/* A message without commands. */
static inline struct dmsc_msg *
world_msg(const char *id)
{
	struct dmsc_msg *m = dmsc_msg_new();

	if (m == NULL)
		abort();
	m->hdr.session_id = "1";
	m->hdr.msg_id = id;
	m->hdr.target.uri = "card";
	m->hdr.source.uri = "server";
	m->final = true;
	return m;
}

/* One command with one Item; uri "a>b" is a Copy of a to b. */
static inline struct dmsc_cmd *
world_cmd(struct dmsc_msg *m, struct dmsc_cmd *parent, const char *name,
    const char *uri, const char *format, const char *type,
    const char *data)
{
	enum dmsc_cmd_kind kind;
	const char *to = uri == NULL ? NULL : strchr(uri, '>');
	struct dmsc_cmd *c;
	struct dmsc_item *it;

	if (dmsc_cmd_parse(name, &kind) != DMSC_E_OK ||
	    (c = dmsc_msg_cmd(m, parent, kind)) == NULL)
		abort();
	c->id = dmsc_msg_str(m, "%zu", parent == NULL ? m->n_cmds :
	    100 * m->n_cmds + parent->n_cmds);
	if (kind == DMSC_CMD_ALERT)
		c->data = data;
	if (kind == DMSC_CMD_ATOMIC || kind == DMSC_CMD_SEQUENCE ||
	    (kind == DMSC_CMD_ALERT && uri == NULL))
		return c;
	if ((it = dmsc_msg_item(m, c)) == NULL)
		abort();
	it->target.uri = to == NULL ? uri : dmsc_msg_str(m, "%s", to + 1);
	if (to != NULL)
		it->source.uri = dmsc_msg_str(m, "%.*s", (int)(to - uri),
		    uri);
	it->meta.format = format;
	it->meta.type = type;
	if (data != NULL && kind != DMSC_CMD_ALERT && dmsc_msg_data(m,
	    &it->data, dmsc_rd_str(data), false) != DMSC_E_OK)
		abort();
	return c;
}

/* All that the responder says, in one message. */
static inline struct dmsc_msg *
world_said(struct dmsc_responder *r)
{
	struct dmsc_msg *out = world_msg("1");

	if (dmsc_responder_give(r, out) != DMSC_E_OK)
		abort();
	return out;
}

/* The Status of the command with this id; 0: there is none. */
static inline unsigned
world_status(const struct dmsc_msg *out, const char *id)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < out->n_cmds; i++)
		if (out->cmds[i]->kind == DMSC_CMD_STATUS &&
		    strcmp(out->cmds[i]->cmd_ref, id) == 0 &&
		    strcmp(out->cmds[i]->cmd, "SyncHdr") != 0 &&
		    dmsc_msg_number(out->cmds[i]->data, 999, &v) !=
		    DMSC_E_OK)
			return 0;
		else if (v != 0)
			return v;
	return v;
}

#endif
