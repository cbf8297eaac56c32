/* Messages compared part by part, and seeded random ones. */
#ifndef DMSC_TESTS_CODEC_MSGS_H
#define DMSC_TESTS_CODEC_MSGS_H

#include <string.h>

#include "codec/msg.h"
#include "codec/trees.h"

static inline bool
same_str(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline bool
same_texts(const struct dmsc_texts *a, const struct dmsc_texts *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (!same_str(a->v[i], b->v[i]))
			return false;
	return a->n == b->n;
}

static inline bool
same_meta(const struct dmsc_meta *a, const struct dmsc_meta *b)
{
	return same_str(a->format, b->format) && same_str(a->type, b->type) &&
	    same_str(a->mark, b->mark) && same_str(a->size, b->size) &&
	    same_str(a->next_nonce, b->next_nonce) &&
	    same_str(a->max_msg, b->max_msg) &&
	    same_str(a->max_obj, b->max_obj) && same_texts(&a->emi, &b->emi);
}

/* Of the bytes, not of how they were carried. */
static inline bool
same_data(const struct dmsc_data *a, const struct dmsc_data *b)
{
	return a->set == b->set && dmsc_rd_eq(a->bytes, b->bytes);
}

static inline bool
same_cred(const struct dmsc_cred *a, const struct dmsc_cred *b)
{
	return a->set == b->set && same_meta(&a->meta, &b->meta) &&
	    same_data(&a->data, &b->data);
}

static inline bool
same_party(const struct dmsc_party *a, const struct dmsc_party *b)
{
	return same_str(a->uri, b->uri) && same_str(a->name, b->name);
}

static inline bool
same_item(const struct dmsc_item *a, const struct dmsc_item *b)
{
	return same_party(&a->target, &b->target) &&
	    same_party(&a->source, &b->source) &&
	    same_meta(&a->meta, &b->meta) && same_data(&a->data, &b->data) &&
	    a->more_data == b->more_data;
}

static inline bool
same_cmds(struct dmsc_cmd *const *v, size_t n, struct dmsc_cmd *const *w,
    size_t m)
{
	size_t i, k;

	for (i = 0; i < n && i < m; i++) {
		const struct dmsc_cmd *a = v[i], *b = w[i];

		if (a->kind != b->kind || !same_str(a->id, b->id) ||
		    !same_str(a->msg_ref, b->msg_ref) ||
		    !same_str(a->cmd_ref, b->cmd_ref) ||
		    !same_str(a->cmd, b->cmd) ||
		    !same_texts(&a->target_refs, &b->target_refs) ||
		    !same_texts(&a->source_refs, &b->source_refs) ||
		    !same_meta(&a->meta, &b->meta) ||
		    !same_str(a->correlator, b->correlator) ||
		    !same_cred(&a->cred, &b->cred) ||
		    a->chal.set != b->chal.set ||
		    !same_meta(&a->chal.meta, &b->chal.meta) ||
		    !same_str(a->data, b->data) ||
		    !same_str(a->fault.what, b->fault.what) ||
		    a->fault.status != b->fault.status ||
		    a->n_items != b->n_items)
			return false;
		for (k = 0; k < a->n_items; k++)
			if (!same_item(a->items[k], b->items[k]))
				return false;
		if (!same_cmds(a->cmds, a->n_cmds, b->cmds, b->n_cmds))
			return false;
	}
	return n == m;
}

static inline bool
same_msg(const struct dmsc_msg *a, const struct dmsc_msg *b)
{
	return same_str(a->hdr.ver_dtd, b->hdr.ver_dtd) &&
	    same_str(a->hdr.ver_proto, b->hdr.ver_proto) &&
	    same_str(a->hdr.session_id, b->hdr.session_id) &&
	    same_str(a->hdr.msg_id, b->hdr.msg_id) &&
	    same_party(&a->hdr.target, &b->hdr.target) &&
	    same_party(&a->hdr.source, &b->hdr.source) &&
	    same_str(a->hdr.resp_uri, b->hdr.resp_uri) &&
	    a->hdr.no_resp == b->hdr.no_resp &&
	    same_cred(&a->hdr.cred, &b->hdr.cred) &&
	    same_meta(&a->hdr.meta, &b->hdr.meta) &&
	    same_cmds(a->cmds, a->n_cmds, b->cmds, b->n_cmds) &&
	    a->final == b->final && same_str(a->fault.what, b->fault.what);
}

/* What a random message may hold. */
enum {
	MSGS_BINARY = 1,	/* Data of any bytes */
	MSGS_PLAIN = 2		/* Data that libwbxml does not change */
};

static inline const char *
msgs_word(struct dmsc_msg *m, uint32_t *s)
{
	static const char *const words[] = { "", "1", "./A/b", "text/plain",
	    "<&>", "\xE2\x82\xAC", "0", "syncml:auth-md5", "x y" };

	return dmsc_msg_str(m, "%s%u", words[trees_draw(s, 9)],
	    trees_draw(s, 100));
}

/* Absent, empty or a word. */
static inline const char *
msgs_maybe(struct dmsc_msg *m, uint32_t *s)
{
	uint32_t v = trees_draw(s, 4);

	return v < 2 ? NULL : v == 2 ? "" : msgs_word(m, s);
}

static inline const char *
msgs_number(struct dmsc_msg *m, uint32_t *s, bool needed)
{
	return !needed && trees_draw(s, 3) > 0 ? NULL :
	    dmsc_msg_str(m, "%u", trees_draw(s, 70000));
}

static inline bool
msgs_texts(struct dmsc_msg *m, uint32_t *s, struct dmsc_texts *l)
{
	uint32_t n = trees_draw(s, 4);
	bool good = true;

	for (; n > 0 && good; n--)
		good = dmsc_msg_text(m, l, trees_draw(s, 4) == 0 ? "" :
		    msgs_word(m, s)) == DMSC_E_OK;
	return good;
}

static inline bool
msgs_meta(struct dmsc_msg *m, uint32_t *s, struct dmsc_meta *meta)
{
	static const char *const formats[] = { "chr", "node", "int", "xml",
	    "b64", NULL };

	meta->format = formats[trees_draw(s, 6)];
	meta->type = msgs_maybe(m, s);
	meta->mark = msgs_maybe(m, s);
	meta->size = msgs_number(m, s, false);
	meta->next_nonce = msgs_maybe(m, s);
	meta->max_msg = msgs_number(m, s, false);
	meta->max_obj = msgs_number(m, s, false);
	return trees_draw(s, 4) != 0 || msgs_texts(m, s, &meta->emi);
}

static inline bool
msgs_data(struct dmsc_msg *m, uint32_t *s, struct dmsc_data *d,
    unsigned flags)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool good = true;

	if (flags & MSGS_PLAIN)
		good = dmsc_buf_str(b, msgs_word(m, s)) == DMSC_E_OK;
	else
		trees_value(s, TREES_SPACES | TREES_EMPTY, b);
	if ((flags & MSGS_BINARY) && trees_draw(s, 3) == 0)
		good = dmsc_buf_u16(b, trees_draw(s, 65536)) == DMSC_E_OK;
	good = good && dmsc_msg_data(m, d, dmsc_buf_rd(b),
	    trees_draw(s, 3) == 0) == DMSC_E_OK;
	dmsc_buf_free(&b);
	return good;
}

static inline void
msgs_party(struct dmsc_msg *m, uint32_t *s, struct dmsc_party *p)
{
	p->uri = msgs_maybe(m, s);
	p->name = p->uri == NULL ? NULL : msgs_maybe(m, s);
}

static inline bool
msgs_cred(struct dmsc_msg *m, uint32_t *s, struct dmsc_cred *c,
    unsigned flags)
{
	c->set = trees_draw(s, 3) == 0;
	return !c->set || (msgs_meta(m, s, &c->meta) &&
	    msgs_data(m, s, &c->data, flags & MSGS_PLAIN));
}

static inline bool
msgs_item(struct dmsc_msg *m, uint32_t *s, struct dmsc_cmd *c,
    unsigned flags)
{
	struct dmsc_item *it = dmsc_msg_item(m, c);

	if (it == NULL)
		return false;
	msgs_party(m, s, &it->target);
	msgs_party(m, s, &it->source);
	it->more_data = trees_draw(s, 4) == 0;
	return (trees_draw(s, 3) == 0 || msgs_meta(m, s, &it->meta)) &&
	    (trees_draw(s, 3) == 0 || msgs_data(m, s, &it->data, flags));
}

static inline bool
msgs_refs(struct dmsc_msg *m, uint32_t *s, struct dmsc_cmd *c,
    unsigned flags)
{
	c->cmd_ref = msgs_word(m, s);
	c->msg_ref = c->kind == DMSC_CMD_STATUS ? msgs_word(m, s) :
	    msgs_maybe(m, s);
	if (!msgs_texts(m, s, &c->target_refs) ||
	    !msgs_texts(m, s, &c->source_refs))
		return false;
	if (c->kind == DMSC_CMD_RESULTS)
		return true;
	c->cmd = msgs_word(m, s);
	c->data = msgs_number(m, s, true);
	c->chal.set = trees_draw(s, 3) == 0;
	return msgs_cred(m, s, &c->cred, flags) && (!c->chal.set ||
	    (msgs_meta(m, s, &c->chal.meta) &&
	    (c->chal.meta.format = "b64") != NULL));
}

static inline bool
msgs_cmd(struct dmsc_msg *m, uint32_t *s, struct dmsc_cmd *parent,
    unsigned depth, unsigned flags)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, parent,
	    (enum dmsc_cmd_kind)trees_draw(s, DMSC_CMD_OTHER));
	uint32_t n = 1 + trees_draw(s, 3);
	bool good = true, group, status;

	if (c == NULL)
		return false;
	group = c->kind == DMSC_CMD_ATOMIC || c->kind == DMSC_CMD_SEQUENCE;
	if (group && depth == 3) {
		c->kind = DMSC_CMD_GET;
		group = false;
	}
	status = c->kind == DMSC_CMD_STATUS;
	c->id = msgs_word(m, s);
	if (c->kind == DMSC_CMD_RESULTS || status)
		good = msgs_refs(m, s, c, flags);
	if (c->kind == DMSC_CMD_ALERT)
		c->data = msgs_number(m, s, false);
	if (c->kind == DMSC_CMD_ALERT || c->kind == DMSC_CMD_EXEC)
		c->correlator = msgs_maybe(m, s);
	if (c->kind != DMSC_CMD_ALERT && !status && trees_draw(s, 2) == 0)
		good = good && msgs_meta(m, s, &c->meta);
	for (; n > 0 && good; n--)
		good = group ? msgs_cmd(m, s, c, depth + 1, flags) :
		    msgs_item(m, s, c, flags);
	return good;
}

/* NULL: no memory. */
static inline struct dmsc_msg *
msgs_random(uint32_t seed, unsigned flags)
{
	struct dmsc_msg *m = dmsc_msg_new();
	uint32_t s = seed, n = trees_draw(&s, 6);
	bool good = m != NULL;

	if (good) {
		m->hdr.session_id = msgs_word(m, &s);
		m->hdr.msg_id = msgs_word(m, &s);
		m->hdr.target.uri = msgs_word(m, &s);
		m->hdr.target.name = msgs_maybe(m, &s);
		m->hdr.source.uri = msgs_word(m, &s);
		m->hdr.source.name = msgs_maybe(m, &s);
		m->hdr.resp_uri = msgs_maybe(m, &s);
		m->hdr.no_resp = trees_draw(&s, 5) == 0;
		m->final = trees_draw(&s, 2) == 0;
		good = msgs_cred(m, &s, &m->hdr.cred, flags) &&
		    msgs_meta(m, &s, &m->hdr.meta);
	}
	for (; n > 0 && good; n--)
		good = msgs_cmd(m, &s, NULL, 0, flags);
	if (!good)
		dmsc_msg_free(&m);
	return m;
}

#endif
