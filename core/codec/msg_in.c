/* Elements of a message into structs, in whatever order (codec/msg.h). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "codec/msg_part.h"
#include "codec/tnds.h"

/* The root, the body, commands, an Item, its Meta or a party; a Cred's Meta
 * is no deeper. */
enum { FRAMES = DMSC_MSG_NEST + 6, NAME = 48 };

struct frame {
	const struct msg_shape *shape;
	void *obj;
	uint32_t seen;		/* bits: parts that were there */
	struct dmsc_cmd *cmd;	/* the command around, NULL: none */
	bool tree;		/* an Item whose Data is a MgmtTree */
};
struct msg_in {
	struct dmsc_msg *m;
	struct frame frames[FRAMES];
	size_t depth, nest;
	size_t skip;			/* levels inside what has no place */
	const struct msg_part *leaf;	/* whose text is collected */
	bool opaque, in_tree, has_tree, broken;
	struct dmsc_buf *text, *doc;
	struct emit em;			/* of an inline MgmtTree, into doc */
	struct msg_tree tree;
	const char *why;
};

static struct frame *
top(struct msg_in *in)
{
	return &in->frames[in->depth - 1];
}

static void *
place(const struct frame *f, const struct msg_part *p)
{
	return (char *)f->obj + p->at;
}

static const char *
called(const struct frame *f)
{
	return f->shape->el != EL_NONE ? dmsc_el_name(f->shape->el) :
	    f->cmd->cmd;
}

/* The first thing that is wrong with the command around, or the message. */
static int
fault(struct msg_in *in, unsigned status, const char *what, const char *name)
{
	struct frame *f = top(in);
	struct dmsc_msg_fault *to = f->cmd != NULL ? &f->cmd->fault :
	    &in->m->fault;

	if (to->what != NULL)
		return DMSC_E_OK;
	if (name == NULL)
		to->what = dmsc_msg_str(in->m, "%s in '%s'", what,
		    called(f));
	else
		to->what = dmsc_msg_str(in->m, "%s '%s' in '%s'", what, name,
		    called(f));
	to->status = status;
	return to->what == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
skip(struct msg_in *in, unsigned status, const char *what, const char *name)
{
	in->skip = 1;
	return fault(in, status, what, name);
}

static int
push(struct msg_in *in, const struct msg_shape *s, void *obj,
    struct dmsc_cmd *cmd)
{
	if (in->depth == FRAMES)
		return DMSC_E_LIMIT;
	in->frames[in->depth++] = (struct frame){ s, obj, 0, cmd,
	    false };
	if (s->set != NO_FLAG)
		*((bool *)obj + s->set) = true;
	return DMSC_E_OK;
}

static const struct msg_part *
part_of(struct frame *f, unsigned el, uint32_t *bit)
{
	size_t i;

	for (i = 0; i < f->shape->n && el != EL_NONE; i++) {
		*bit = (uint32_t)1 << i;
		if (f->shape->parts[i].kind == PART_CMDS ?
		    dmsc_cmd_of(el) >= 0 : f->shape->parts[i].el == el)
			return &f->shape->parts[i];
	}
	return NULL;
}

static int
open_cmd(struct msg_in *in, unsigned el)
{
	struct dmsc_cmd *c;
	int r, kind = dmsc_cmd_of(el);

	if (in->nest == DMSC_MSG_NEST) {
		in->why = "commands are nested too deep";
		return DMSC_E_LIMIT;
	}
	c = dmsc_msg_cmd(in->m, top(in)->cmd, (enum dmsc_cmd_kind)kind);
	if (c == NULL)
		return dmsc_msg_lost(in->m);
	in->nest++;
	if (kind == DMSC_CMD_OTHER)
		c->cmd = dmsc_el_name(el);
	r = push(in, dmsc_cmd_shape(c->kind), c, c);
	return r != DMSC_E_OK || kind != DMSC_CMD_OTHER ? r :
	    fault(in, MSG_NOT_DM, "DM has no command", c->cmd);
}

static int
open_part(struct msg_in *in, const struct msg_part *p, unsigned el)
{
	struct frame *f = top(in);
	struct dmsc_item *it;

	switch (p->kind) {
	case PART_SHAPE:
		return push(in, p->shape, place(f, p), f->cmd);
	case PART_ITEMS:
		it = dmsc_msg_item(in->m, f->cmd);
		return it == NULL ? dmsc_msg_lost(in->m) :
		    push(in, p->shape, it, f->cmd);
	case PART_CMDS:
		return open_cmd(in, el);
	default:
		dmsc_buf_reset(in->text);
		in->opaque = in->has_tree = in->broken = false;
		in->leaf = p;
		return DMSC_E_OK;
	}
}

static bool
many(const struct msg_part *p)
{
	return p->kind == PART_TEXTS || p->kind == PART_ITEMS ||
	    p->kind == PART_CMDS;
}

/* A MgmtTree written as elements: kept as a document in WBXML. */
static int
open_tree(struct msg_in *in)
{
	dmsc_buf_reset(in->doc);
	dmsc_buf_reset(in->tree.text);
	in->em = (struct emit){ .b = in->doc };
	in->em.code = dmsc_tnds_head(in->doc, 2);
	in->tree.em = &in->em;
	in->tree.pending = EL_NONE;
	in->tree.why[0] = '\0';
	in->in_tree = in->has_tree = top(in)->tree = true;
	return in->em.code;
}

/* What is wrong inside a MgmtTree is wrong with its command. */
static int
tree_step(struct msg_in *in, int r)
{
	if (r != DMSC_E_FORMAT && r != DMSC_E_UNSUPPORTED)
		return r;
	in->in_tree = false;
	in->broken = true;
	return fault(in, MSG_BAD, in->tree.why, NULL);
}

static int
open_in_leaf(struct msg_in *in, unsigned el, const struct el_at *at)
{
	char name[NAME];

	if (el == EL_D_MGMTTREE && in->leaf->kind == PART_DATA &&
	    !in->has_tree && top(in)->shape == &dmsc_msg_item_of &&
	    dmsc_codec_trim(dmsc_buf_rd(in->text)).left == 0) {
		int r = open_tree(in);

		return r != DMSC_E_OK ? r :
		    dmsc_msg_tree_open(&in->tree, el, at);
	}
	dmsc_el_say(el, at, name, sizeof name);
	return skip(in, MSG_BAD, "no text: element", name);
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct msg_in *in = ctx;
	const struct msg_part *p;
	char name[NAME];
	uint32_t bit;
	int r;

	if (in->skip > 0) {
		in->skip++;
		return DMSC_E_OK;
	}
	if (in->depth == 0) {
		in->why = el != EL_SYNCML ? "the root is no SyncML" : NULL;
		return el != EL_SYNCML ? DMSC_E_FORMAT :
		    push(in, &dmsc_msg_root, in->m, NULL);
	}
	if (in->in_tree) {
		r = dmsc_msg_tree_open(&in->tree, el, at);
		/* The levels that are open already are skipped, too. */
		if (r == DMSC_E_FORMAT || r == DMSC_E_UNSUPPORTED) {
			size_t levels = in->em.depth +
			    (in->tree.pending != EL_NONE);

			r = tree_step(in, r);
			in->skip = levels + 1;
		}
		return r;
	}
	if (in->leaf != NULL)
		return open_in_leaf(in, el, at);
	p = part_of(top(in), el, &bit);
	dmsc_el_say(el, at, name, sizeof name);
	if (p == NULL)
		return skip(in, MSG_BAD, "no place for element", name);
	if ((top(in)->seen & bit) && !many(p))
		return skip(in, MSG_BAD, "more than one", name);
	top(in)->seen |= bit;
	return open_part(in, p, el);
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct msg_in *in = ctx;

	if (in->skip > 0 || in->depth == 0)
		return DMSC_E_OK;
	if (in->in_tree)
		return dmsc_msg_tree_text(&in->tree, text, opaque);
	if (in->leaf != NULL) {
		in->opaque |= opaque;
		return dmsc_buf_put(in->text, text);
	}
	return dmsc_codec_trim(text).left == 0 ? DMSC_E_OK :
	    fault(in, MSG_BAD, "text beside elements", NULL);
}

static int
close_data(struct msg_in *in, struct dmsc_data *d)
{
	if (in->broken)
		return DMSC_E_OK;
	if (!in->has_tree)
		return dmsc_msg_data(in->m, d, dmsc_buf_rd(in->text),
		    in->opaque);
	if (dmsc_codec_trim(dmsc_buf_rd(in->text)).left > 0)
		return fault(in, MSG_BAD, "text beside MgmtTree", NULL);
	return dmsc_msg_data(in->m, d, dmsc_buf_rd(in->doc), true);
}

/* The collected text goes to its place. */
static int
close_leaf(struct msg_in *in)
{
	const struct msg_part *p = in->leaf;
	void *at = place(top(in), p);
	struct dmsc_rd r = dmsc_buf_rd(in->text);
	const char **s = at;

	in->leaf = NULL;
	if (p->kind == PART_DATA)
		return close_data(in, at);
	if (p->kind != PART_TEXT && p->kind != PART_TEXTS)
		r = dmsc_codec_trim(r);
	if (!dmsc_is_utf8(r) || (r.left > 0 && memchr(r.p, 0, r.left)))
		return fault(in, MSG_BAD, "no text:", dmsc_el_name(p->el));
	if (p->kind == PART_NUMBER && !dmsc_is_digits(r))
		return fault(in, MSG_BAD, "no number:", dmsc_el_name(p->el));
	if (p->kind == PART_FLAG) {
		*(bool *)at = true;
		return r.left == 0 ? DMSC_E_OK : fault(in, MSG_BAD,
		    "content of", dmsc_el_name(p->el));
	}
	if (p->kind == PART_TEXTS) {
		const char *text = dmsc_buf_cstr(in->text);

		return text == NULL ? DMSC_E_NOMEM :
		    dmsc_msg_text(in->m, at, text);
	}
	*s = dmsc_msg_copy(in->m, r);
	return *s == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

/* The Type of elements says XML; their document is WBXML. */
static int
close_item(struct msg_in *in)
{
	struct dmsc_item *it = top(in)->obj;
	const char *type = dmsc_item_type(top(in)->cmd, it);

	if (top(in)->tree && strcmp(type, MSG_TNDS_XML) == 0)
		it->meta.type = MSG_TNDS_WBXML;
	return DMSC_E_OK;
}

static int
close_frame(struct msg_in *in)
{
	struct frame *f = top(in);
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < f->shape->n && r == DMSC_E_OK; i++) {
		const struct msg_part *p = &f->shape->parts[i];

		if (p->needed && !(f->seen >> i & 1))
			r = fault(in, p->el == EL_CMDID ? MSG_BAD :
			    MSG_INCOMPLETE, "there is no", p->el != EL_NONE ?
			    dmsc_el_name(p->el) : "command");
	}
	if (r == DMSC_E_OK && f->shape == &dmsc_msg_item_of)
		r = close_item(in);
	if (f->cmd == f->obj && f->cmd != NULL)
		in->nest--;
	in->depth--;
	return r;
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct msg_in *in = ctx;
	int r;

	(void)at;
	if (in->skip > 0) {
		in->skip--;
		return DMSC_E_OK;
	}
	if (in->in_tree) {
		r = dmsc_msg_tree_close(&in->tree, el);
		if (r == DMSC_E_FORMAT || r == DMSC_E_UNSUPPORTED) {
			size_t levels = in->em.depth;

			r = tree_step(in, r);
			in->skip = levels > 0 ? levels - 1 : 0;
		} else if (r == DMSC_E_OK && in->em.depth == 0)
			in->in_tree = false;
		return r;
	}
	return in->leaf != NULL ? close_leaf(in) : close_frame(in);
}

static int
read_elements(struct msg_in *in, struct dmsc_rd bytes, size_t *used,
    struct dmsc_err *e)
{
	struct el_sink s = { in, on_open, on_text, on_close, NULL };
	int r;

	if (bytes.left > 0 && bytes.p[0] <= 3)
		r = dmsc_wbxml_read(bytes, &s, used, e);
	else {
		r = dmsc_xml_read(dmsc_codec_trim(bytes), &s, e);
		if (used != NULL)
			*used = bytes.left;
	}
	if (r != DMSC_E_OK && in->why != NULL)
		(void)dmsc_err_why(e, "%s", in->why);
	return r;
}

int
dmsc_msg_read(struct dmsc_rd bytes, struct dmsc_msg **out, size_t *used,
    struct dmsc_err *e)
{
	struct msg_in *in = calloc(1, sizeof *in);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (in == NULL || (in->m = dmsc_msg_new()) == NULL ||
	    (in->text = dmsc_buf_new(DMSC_DOC_MAX)) == NULL ||
	    (in->doc = dmsc_buf_new(DMSC_DOC_MAX)) == NULL ||
	    (in->tree.text = dmsc_buf_new(DMSC_DOC_MAX)) == NULL) {
		(void)dmsc_fail(e, r, "cannot read SyncML");
		goto done;
	}
	in->m->hdr.ver_dtd = in->m->hdr.ver_proto = NULL;
	if ((r = read_elements(in, bytes, used, e)) != DMSC_E_OK)
		goto done;
	*out = in->m;
	in->m = NULL;
done:
	if (in != NULL) {
		dmsc_msg_free(&in->m);
		dmsc_buf_free(&in->text);
		dmsc_buf_free(&in->doc);
		dmsc_buf_free(&in->tree.text);
	}
	free(in);
	return r;
}
