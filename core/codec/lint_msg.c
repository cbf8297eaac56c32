/* Rules for a SyncML message: header, commands, Items of Adds. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { E_ATOMIC = 0x008, E_SEQUENCE = 0x024, SHOWN = 64 };

struct cmd {
	size_t at;
	unsigned el;
	bool has_id, has_item;
	struct lint_text format, type;
};
struct msg {
	struct lint *l;
	bool xml, in_hdr, final;
	unsigned seen;			/* of the header's members */
	size_t hdr_at, root_at, n_adds;
	struct cmd cmd[DMSC_TREE_DEPTH_MAX];	/* open ones */
	size_t depth;
	struct lint_item item;
	bool in_item;
	unsigned collect;
	size_t skip;			/* levels inside a text */
	struct lint_text text;
	const uint8_t *text_p;
	struct lint_tnds tnds;
	bool in_tnds;
	uint64_t *ids;
	size_t n_ids;
	size_t delta;			/* of XML, its first byte */
};

static const struct { unsigned el; const char *name, *must; } header[] = {
	{ EL_VERDTD, "VerDTD", "1.2" }, { EL_VERPROTO, "VerProto", "DM/1.2" },
	{ EL_SESSIONID, "SessionID", NULL }, { EL_MSGID, "MsgID", NULL },
	{ EL_TARGET, "Target", NULL }, { EL_SOURCE, "Source", NULL },
};

static void
clear_item(struct lint_item *it)
{
	lint_text_free(&it->target);
	lint_text_free(&it->format);
	lint_text_free(&it->type);
	lint_text_free(&it->size);
	lint_text_free(&it->data);
	memset(it, 0, sizeof *it);
}

static struct cmd *
cmd_of(struct msg *m)
{
	return m->depth == 0 ? NULL : &m->cmd[m->depth - 1];
}

static bool
holds_commands(unsigned el)
{
	return el == EL_SYNCBODY || el == E_ATOMIC || el == E_SEQUENCE;
}

static bool
is_command(const struct el_at *at, unsigned el)
{
	return holds_commands(at->parent) && el != EL_FINAL &&
	    el != EL_CMDID && el != EL_META &&
	    strcmp(dmsc_el_name(el), "NoResp") != 0;
}

static int
open_cmd(struct msg *m, unsigned el, size_t at)
{
	struct cmd *c;

	if (m->depth == DMSC_COUNT(m->cmd))
		return DMSC_E_LIMIT;
	c = &m->cmd[m->depth++];
	memset(c, 0, sizeof *c);
	c->at = at;
	c->el = el;
	m->n_adds += el == EL_ADD;
	if (el != EL_ADD && el != E_ATOMIC && el != E_SEQUENCE)
		dmsc_lint_say(m->l->o, DMSC_L_NOT_ADD, at, NULL,
		    "the command %s", dmsc_el_name(el));
	return m->l->o->code;
}

static int
collect(struct msg *m, unsigned el, size_t at)
{
	m->collect = el;
	m->text.at = at;
	m->text.opaque = false;
	m->text_p = NULL;
	m->text.b = dmsc_buf_new(DMSC_DOC_MAX);
	return m->text.b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
open_inline(struct msg *m, unsigned el, const struct el_at *at)
{
	struct dmsc_rd r = dmsc_codec_trim(lint_rd(&m->item.target));
	char *target = dmsc_strndup(r);
	bool inbox = false;
	int code = DMSC_E_NOMEM;

	if (target != NULL)
		code = lint_doc_add(m->l, lint_base_of(target, &inbox), true);
	if (code == DMSC_E_OK)
		m->l->docs[m->l->n_docs - 1].inbox = inbox;
	free(target);
	m->item.is_inline = m->item.has_data = true;
	m->in_tnds = true;
	m->tnds.l = m->l;
	m->tnds.fixed = DMSC_NO_OFFSET;
	m->tnds.delta = m->delta;
	m->tnds.open = LINT_TOP;
	if (!m->xml)
		dmsc_lint_say(m->l->o, DMSC_L_INNER_INLINE,
		    m->delta + at->from, NULL, "the TNDS is not a document of "
		    "its own in the message");
	return code == DMSC_E_OK ? lint_tnds_open(&m->tnds, el, at) : code;
}

static void
open_header(struct msg *m, unsigned el)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(header); i++)
		if (header[i].el == el)
			m->seen |= 1u << i;
}

static bool
wanted(const struct msg *m, unsigned el, unsigned parent)
{
	if (m->in_hdr)
		return parent == EL_SYNCHDR && (el == EL_VERDTD ||
		    el == EL_VERPROTO);
	if (m->depth == 0)
		return false;
	return (el == EL_CMDID && parent == m->cmd[m->depth - 1].el) ||
	    (el == EL_LOCURI && m->item.in_target) ||
	    (el == EL_DATA && parent == EL_ITEM) ||
	    (parent == EL_META && (el == EL_M_FORMAT || el == EL_M_TYPE ||
	    el == EL_M_SIZE));
}

static int
open_other(struct msg *m, unsigned el, const struct el_at *at, size_t here)
{
	if (el == EL_SYNCML)
		m->root_at = here;
	if (el == EL_SYNCHDR) {
		m->in_hdr = true;
		m->hdr_at = here;
	} else if (m->in_hdr && at->parent == EL_SYNCHDR)
		open_header(m, el);
	if (el == EL_FINAL && at->parent == EL_SYNCBODY)
		m->final = true;
	if (is_command(at, el))
		return open_cmd(m, el, here);
	if (el == EL_ITEM && m->depth > 0 && at->parent == cmd_of(m)->el) {
		clear_item(&m->item);
		m->in_item = cmd_of(m)->has_item = true;
		m->item.at = here;
	}
	if (el == EL_TARGET && m->in_item && at->parent == EL_ITEM)
		m->item.in_target = true;
	if (el == EL_MOREDATA && m->in_item)
		dmsc_lint_say(m->l->o, DMSC_L_MORE_DATA, here, NULL,
		    "MoreData");
	return wanted(m, el, at->parent) ? collect(m, el, here) :
	    m->l->o->code;
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct msg *m = ctx;
	size_t here = m->delta + at->from;

	if (m->in_tnds)
		return lint_tnds_open(&m->tnds, el, at);
	if (el == EL_D_MGMTTREE && m->in_item && at->parent == EL_DATA &&
	    m->skip == 0 && !m->item.is_inline)
		return open_inline(m, el, at);
	if (m->skip > 0 || m->collect != EL_NONE) {
		m->skip++;
		return m->l->o->code;
	}
	if (el == EL_NONE) {
		dmsc_lint_say(m->l->o, DMSC_L_UNKNOWN_TOKEN, here, NULL,
		    "an element that is not known");
		return m->l->o->code;
	}
	return open_other(m, el, at, here);
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct msg *m = ctx;
	bool first;

	if (m->in_tnds)
		return lint_tnds_text(&m->tnds, text, opaque);
	if (m->collect == EL_NONE || m->skip > 0)
		return DMSC_E_OK;
	first = m->text.b->len == 0;
	m->text.opaque |= opaque;
	m->text_p = first && !m->xml ? text.p : NULL;
	return dmsc_buf_put(m->text.b, text);
}

static void
header_text(struct msg *m, unsigned el)
{
	struct dmsc_rd r = dmsc_codec_trim(lint_rd(&m->text));
	size_t i;

	for (i = 0; i < DMSC_COUNT(header); i++)
		if (header[i].el == el && header[i].must != NULL &&
		    !dmsc_rd_eq_str(r, header[i].must))
			dmsc_lint_say(m->l->o, DMSC_L_HDR_VERSION, m->text.at,
			    NULL, "%s is '%.*s', not %s", header[i].name,
			    (int)DMSC_MIN(r.left, (size_t)SHOWN),
			    (const char *)r.p, header[i].must);
}

static int
cmd_id(struct msg *m)
{
	char *s = dmsc_strndup(dmsc_codec_trim(lint_rd(&m->text)));
	uint64_t v = 0, *p;
	size_t i;
	int r;

	if (s == NULL)
		return DMSC_E_NOMEM;
	cmd_of(m)->has_id = true;
	r = dmsc_num(s, 10, UINT32_MAX, &v);
	if (strlen(s) == 0 || (r == DMSC_E_OK && v == 0))
		dmsc_lint_say(m->l->o, DMSC_L_CMDID_BAD, m->text.at, NULL,
		    "the CmdID is '%s'", s);
	free(s);
	if (r != DMSC_E_OK || v == 0)
		return m->l->o->code;
	for (i = 0; i < DMSC_MIN(m->n_ids, (size_t)1024); i++)
		if (m->ids[i] == v) {
			dmsc_lint_say(m->l->o, DMSC_L_CMDID_BAD, m->text.at,
			    NULL, "the CmdID %u is used twice", (unsigned)v);
			return m->l->o->code;
		}
	p = dmsc_list_add(&m->ids, &m->n_ids, sizeof *p);
	if (p == NULL)
		return DMSC_E_NOMEM;
	*p = v;
	return m->l->o->code;
}

static struct lint_text *
goes_to(struct msg *m, unsigned el)
{
	switch (el) {
	case EL_LOCURI:
		return &m->item.target;
	case EL_M_FORMAT:
		return m->in_item ? &m->item.format : &cmd_of(m)->format;
	case EL_M_TYPE:
		return m->in_item ? &m->item.type : &cmd_of(m)->type;
	case EL_M_SIZE:
		return m->in_item ? &m->item.size : NULL;
	case EL_DATA:
		return &m->item.data;
	default:
		return NULL;
	}
}

static int
close_text(struct msg *m)
{
	unsigned el = m->collect;
	struct lint_text *to;
	int r = m->l->o->code;

	m->collect = EL_NONE;
	if (m->in_hdr)
		header_text(m, el);
	else if (el == EL_CMDID)
		r = cmd_id(m);
	else if ((to = goes_to(m, el)) != NULL) {
		lint_text_free(to);
		*to = m->text;
		memset(&m->text, 0, sizeof m->text);
		if (el == EL_DATA) {
			m->item.has_data = true;
			m->item.data_p = m->text_p;
		}
	}
	lint_text_free(&m->text);
	return r;
}

static void
close_item(struct msg *m)
{
	const struct cmd *c = cmd_of(m);

	m->in_item = false;
	if (c->el == EL_ADD)
		lint_item(m->l, &m->item, &c->format, &c->type, m->xml);
	clear_item(&m->item);
}

static void
close_cmd(struct msg *m)
{
	struct cmd *c = cmd_of(m);

	if (!c->has_id)
		dmsc_lint_say(m->l->o, DMSC_L_CMDID_MISSING, c->at, NULL,
		    "the %s has no CmdID", dmsc_el_name(c->el));
	lint_text_free(&c->format);
	lint_text_free(&c->type);
	m->depth--;
}

static void
close_header(struct msg *m)
{
	size_t i;

	m->in_hdr = false;
	for (i = 0; i < DMSC_COUNT(header); i++)
		if ((m->seen & 1u << i) == 0)
			dmsc_lint_say(m->l->o, DMSC_L_HDR_MISSING, m->hdr_at,
			    NULL, "SyncHdr has no %s", header[i].name);
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct msg *m = ctx;
	int r;

	if (m->in_tnds) {
		r = lint_tnds_close(&m->tnds, el, at);
		if (el == EL_D_MGMTTREE && at->parent == EL_DATA)
			m->in_tnds = false;
		return r;
	}
	if (m->skip > 0) {
		m->skip--;
		return m->l->o->code;
	}
	if (el != EL_NONE && el == m->collect)
		return close_text(m);
	if (el == EL_SYNCHDR)
		close_header(m);
	if (el == EL_TARGET)
		m->item.in_target = false;
	if (el == EL_ITEM && m->in_item)
		close_item(m);
	if (m->depth > 0 && el == cmd_of(m)->el && holds_commands(at->parent))
		close_cmd(m);
	return m->l->o->code;
}

void
lint_message(struct lint *l, struct dmsc_rd bytes, bool xml)
{
	struct msg m = { .l = l, .xml = xml };
	struct el_sink s = { &m, on_open, on_text, on_close, NULL };
	struct dmsc_rd r = xml ? dmsc_codec_trim(bytes) : bytes;
	struct dmsc_err e = { 0 };
	size_t used;
	int code;

	m.delta = r.p == NULL ? 0 : (size_t)(r.p - bytes.p);
	code = xml ? dmsc_xml_read(r, &s, &e) :
	    dmsc_wbxml_read(r, &s, &used, &e);
	if (code == DMSC_E_NOMEM)
		lint_nomem(l);
	if (code == DMSC_E_OK && !m.final)
		dmsc_lint_say(l->o, DMSC_L_NO_FINAL, m.root_at, NULL,
		    "the message has no Final");
	if (code == DMSC_E_OK && m.n_adds == 0)
		dmsc_lint_say(l->o, DMSC_L_NO_ADD, m.root_at, NULL,
		    "the message has no Add");
	while (m.depth > 0) {
		lint_text_free(&cmd_of(&m)->format);
		lint_text_free(&cmd_of(&m)->type);
		m.depth--;
	}
	clear_item(&m.item);
	lint_text_free(&m.text);
	lint_tnds_clear(&m.tnds);
	free(m.ids);
}
