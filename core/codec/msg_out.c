/* Structs to a message in the order of the DTD (codec/msg.h). */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codec/msg_part.h"

/* How XML says Data: as it is, as elements, as base64. */
enum as { AS_IT_IS, AS_TREE, AS_B64 };

struct msg_out {
	struct emit em;
	struct dmsc_err *e;
	bool told;			/* e says what failed */
	const struct dmsc_cmd *cmd;	/* the one that is written */
	const struct dmsc_item *item;
	enum as as;			/* the Item's Data */
};

static void shape(struct msg_out *o, const struct msg_shape *s,
    const void *obj);

static void
fail(struct msg_out *o, int code, const char *what, const char *name)
{
	const struct dmsc_cmd *c = o->cmd;

	if (o->told)
		return;
	o->told = true;
	o->em.code = dmsc_fail(o->e, code, "cannot write the message");
	if (c != NULL)
		(void)dmsc_err_where(o->e, "%s %s", dmsc_cmd_name(c->kind),
		    c->id == NULL ? "without a CmdID" : c->id);
	if (name == NULL)
		(void)dmsc_err_why(o->e, "%s", what);
	else
		(void)dmsc_err_why(o->e, "%s '%s'", what, name);
}

static bool is_there(const struct msg_part *p, const void *at);

/* Whether anything of a shape is there. */
static bool
any_there(const struct msg_shape *s, const void *obj)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (is_there(&s->parts[i], (const char *)obj +
		    s->parts[i].at))
			return true;
	return false;
}

/* Whether the part at is there. Lists say it themselves. */
static bool
is_there(const struct msg_part *p, const void *at)
{
	const char *const *s = at;
	const struct dmsc_texts *l = at;
	const struct dmsc_data *d = at;
	const bool *b = at;

	if (p->kind == PART_ITEMS || p->kind == PART_CMDS)
		return true;
	if (p->kind == PART_TEXTS)
		return l->n > 0;
	if (p->kind == PART_FLAG)
		return *b;
	if (p->kind == PART_DATA)
		return d->set;
	if (p->kind != PART_SHAPE)
		return *s != NULL;
	return p->shape->set != NO_FLAG ? b[p->shape->set] :
	    any_there(p->shape, at);
}

static void
commands(struct msg_out *o, const struct msg_part *p, const void *obj)
{
	const struct dmsc_cmd *around = o->cmd;
	const struct dmsc_msg *m = obj;
	struct dmsc_cmd *const *v = around == NULL ? m->cmds : around->cmds;
	size_t n = around == NULL ? m->n_cmds : around->n_cmds, i;

	if (p->needed && n == 0)
		fail(o, DMSC_E_FORMAT, "there is no command in it", NULL);
	for (i = 0; i < n && o->em.code == DMSC_E_OK; i++) {
		o->cmd = v[i];
		if (v[i]->kind == DMSC_CMD_OTHER)
			fail(o, DMSC_E_UNSUPPORTED, "DM has no such command",
			    NULL);
		else
			shape(o, dmsc_cmd_shape(v[i]->kind), v[i]);
	}
	o->cmd = around;
}

static enum as
data_as(const struct msg_out *o, const struct dmsc_item *it)
{
	if (!o->em.xml || !it->data.set)
		return AS_IT_IS;
	if (strcmp(dmsc_item_format(o->cmd, it), "bin") == 0)
		return AS_B64;
	return it->data.opaque && dmsc_form_guess(it->data.bytes) ==
	    DMSC_FORM_TNDS_WBXML ? AS_TREE : AS_IT_IS;
}

static void
data(struct msg_out *o, const struct dmsc_data *d)
{
	if (d->bytes.left == 0) {
		dmsc_emit_empty(&o->em, EL_DATA);
		return;
	}
	dmsc_emit_open(&o->em, EL_DATA);
	if (o->em.code != DMSC_E_OK)
		return;
	if (o->as == AS_TREE) {
		o->em.code = dmsc_msg_tree_emit(&o->em, d->bytes, o->e);
		o->told = o->em.code != DMSC_E_OK;
	} else if (o->as == AS_B64 || (d->opaque && !o->em.xml))
		dmsc_emit_bytes(&o->em, d->bytes);
	else
		dmsc_emit_text(&o->em, d->bytes);
	if (o->em.code == DMSC_E_FORMAT)
		fail(o, DMSC_E_FORMAT, "XML cannot hold the Data for",
		    o->item == NULL ? "Cred" : o->item->target.uri != NULL ?
		    o->item->target.uri : o->item->source.uri != NULL ?
		    o->item->source.uri : "");
	dmsc_emit_close(&o->em);
}

static void
items(struct msg_out *o, const struct msg_part *p)
{
	const struct dmsc_cmd *c = o->cmd;
	size_t i;

	if (p->needed && c->n_items == 0)
		fail(o, DMSC_E_FORMAT, "there is no", "Item");
	for (i = 0; i < c->n_items && o->em.code == DMSC_E_OK; i++) {
		struct dmsc_item x = *c->items[i];

		o->item = c->items[i];
		o->as = data_as(o, o->item);
		if (o->as == AS_B64)
			x.meta.format = "b64";
		if (o->as == AS_TREE && strcmp(dmsc_item_type(c, o->item),
		    MSG_TNDS_WBXML) == 0)
			x.meta.type = MSG_TNDS_XML;
		if (any_there(&dmsc_msg_item_of, &x))
			shape(o, &dmsc_msg_item_of, &x);
		else
			dmsc_emit_empty(&o->em, EL_ITEM);
	}
	o->item = NULL;
	o->as = AS_IT_IS;
}

static void
texts(struct msg_out *o, unsigned el, const struct dmsc_texts *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		dmsc_emit_leaf(&o->em, el, dmsc_rd_str(l->v[i]));
}

static void
text(struct msg_out *o, const struct msg_part *p, const char *s)
{
	if (p->kind == PART_NUMBER &&
	    (*s == '\0' || s[strspn(s, "0123456789")] != '\0'))
		fail(o, DMSC_E_FORMAT, "no number:", dmsc_el_name(p->el));
	dmsc_emit_leaf(&o->em, p->el, dmsc_rd_str(s));
	if (o->em.code == DMSC_E_FORMAT)
		fail(o, DMSC_E_FORMAT, "XML cannot hold", dmsc_el_name(
		    p->el));
}

static void
part(struct msg_out *o, const struct msg_part *p, const void *obj)
{
	const void *at = (const char *)obj + p->at;
	const char *const *s = at;

	switch (p->kind) {
	case PART_WORD:
	case PART_NUMBER:
	case PART_TEXT:
		text(o, p, *s);
		break;
	case PART_TEXTS:
		texts(o, p->el, at);
		break;
	case PART_FLAG:
		dmsc_emit_empty(&o->em, p->el);
		break;
	case PART_DATA:
		data(o, at);
		break;
	case PART_SHAPE:
		shape(o, p->shape, at);
		break;
	case PART_ITEMS:
		items(o, p);
		break;
	case PART_CMDS:
		commands(o, p, obj);
		break;
	}
}

static void
shape(struct msg_out *o, const struct msg_shape *s, const void *obj)
{
	size_t i;

	dmsc_emit_open(&o->em, s->el);
	for (i = 0; i < s->n && o->em.code == DMSC_E_OK; i++) {
		const struct msg_part *p = &s->parts[i];

		if (is_there(p, (const char *)obj + p->at))
			part(o, p, obj);
		else if (p->needed)
			fail(o, DMSC_E_FORMAT, "there is no",
			    dmsc_el_name(p->el));
	}
	dmsc_emit_close(&o->em);
}

/* head has been written behind at. */
static int
finish(struct msg_out *o, const struct dmsc_msg *m, size_t at)
{
	if (o->em.code == DMSC_E_OK) {
		o->em.code = dmsc_msg_check(m, o->e);
		o->told = o->em.code != DMSC_E_OK;
	}
	shape(o, &dmsc_msg_root, m);
	if (o->em.code == DMSC_E_OK && o->em.indent)
		o->em.code = dmsc_buf_u8(o->em.b, '\n');
	if (o->em.code == DMSC_E_OK)
		return DMSC_E_OK;
	dmsc_buf_truncate(o->em.b, at);
	fail(o, o->em.code, dmsc_e_text(o->em.code), NULL);
	return o->em.code;
}

int
dmsc_msg_write(const struct dmsc_msg *m, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	static const uint8_t head[] = { 0x02, 0xA4, 0x01, 0x6A, 0x00 };
	struct msg_out o = { .em = { .b = out }, .e = e };
	size_t at = out->len;

	o.em.code = dmsc_buf_put(out, dmsc_rd_of(head, sizeof head));
	return finish(&o, m, at);
}

int
dmsc_msg_write_xml(const struct dmsc_msg *m, bool indent,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct msg_out o = { .em = { .b = out, .xml = true,
	    .indent = indent }, .e = e };
	size_t at = out->len;

	o.em.code = dmsc_buf_str(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	if (o.em.code == DMSC_E_OK && indent)
		o.em.code = dmsc_buf_u8(out, '\n');
	return finish(&o, m, at);
}
