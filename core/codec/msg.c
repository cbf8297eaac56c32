/* Messages in memory: making, filling, checking, freeing (codec/msg.h). */
#include "codec/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "codec/msg_part.h"

enum { BLOCK = 4096, ALIGN = 16, TEXT_MAX = 512 };

struct block {
	struct block *next;
	size_t used, size;
	uint8_t *p;
};
struct msg_mem {
	struct block *last;
	size_t parts;
};

static struct block *
block(struct msg_mem *mem, size_t n)
{
	size_t size = DMSC_MAX(n, (size_t)BLOCK);
	struct block *b = calloc(1, sizeof *b);

	if (b == NULL || (b->p = calloc(1, size)) == NULL) {
		free(b);
		return NULL;
	}
	b->size = size;
	b->next = mem->last;
	mem->last = b;
	return b;
}

void *
dmsc_msg_alloc(struct dmsc_msg *m, size_t n)
{
	struct block *b = m->mem->last;
	void *p;

	if (n > SIZE_MAX - ALIGN)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if ((b == NULL || n > b->size - b->used) &&
	    (b = block(m->mem, n)) == NULL)
		return NULL;
	p = b->p + b->used;
	b->used += n;
	return p;
}

struct dmsc_msg *
dmsc_msg_new(void)
{
	struct dmsc_msg *m = calloc(1, sizeof *m);

	if (m == NULL || (m->mem = calloc(1, sizeof *m->mem)) == NULL) {
		free(m);
		return NULL;
	}
	m->hdr.ver_dtd = "1.2";
	m->hdr.ver_proto = "DM/1.2";
	return m;
}

void
dmsc_msg_free(struct dmsc_msg **m)
{
	struct block *b, *next;

	if (m == NULL || *m == NULL)
		return;
	for (b = (*m)->mem->last; b != NULL; b = next) {
		next = b->next;
		dmsc_wipe(b->p, b->used);
		free(b->p);
		free(b);
	}
	free((*m)->mem);
	free(*m);
	*m = NULL;
}

int
dmsc_msg_lost(const struct dmsc_msg *m)
{
	return m->mem->parts == DMSC_MSG_PARTS ? DMSC_E_LIMIT :
	    DMSC_E_NOMEM;
}

/* Room for one pointer more behind the n of v, which double when n is a
 * power of two; NULL: none. */
static void *
grown(struct dmsc_msg *m, void *v, size_t n)
{
	void *p;

	if (m->mem->parts == DMSC_MSG_PARTS)
		return NULL;
	m->mem->parts++;
	if (n > 0 && (n & (n - 1)) != 0)
		return v;
	p = dmsc_msg_alloc(m, DMSC_MAX(2 * n, 1) * sizeof(void *));
	if (p != NULL && n > 0)
		memcpy(p, v, n * sizeof(void *));
	return p;
}

struct dmsc_cmd *
dmsc_msg_cmd(struct dmsc_msg *m, struct dmsc_cmd *parent,
    enum dmsc_cmd_kind kind)
{
	struct dmsc_cmd ***list = parent == NULL ? &m->cmds : &parent->cmds;
	size_t *n = parent == NULL ? &m->n_cmds : &parent->n_cmds;
	struct dmsc_cmd **v = grown(m, *list, *n), *c;

	if (v == NULL || (c = dmsc_msg_alloc(m, sizeof *c)) == NULL)
		return NULL;
	c->kind = kind;
	*list = v;
	v[(*n)++] = c;
	return c;
}

struct dmsc_item *
dmsc_msg_item(struct dmsc_msg *m, struct dmsc_cmd *c)
{
	struct dmsc_item **v = grown(m, c->items, c->n_items), *it;

	if (v == NULL || (it = dmsc_msg_alloc(m, sizeof *it)) == NULL)
		return NULL;
	c->items = v;
	v[c->n_items++] = it;
	return it;
}

int
dmsc_msg_text(struct dmsc_msg *m, struct dmsc_texts *l, const char *s)
{
	const char **v = grown(m, l->v, l->n), *copy;

	if (v == NULL)
		return dmsc_msg_lost(m);
	if ((copy = dmsc_msg_copy(m, dmsc_rd_str(s))) == NULL)
		return DMSC_E_NOMEM;
	l->v = v;
	v[l->n++] = copy;
	return DMSC_E_OK;
}

const char *
dmsc_msg_copy(struct dmsc_msg *m, struct dmsc_rd text)
{
	char *s = dmsc_msg_alloc(m, text.left + 1);

	if (s != NULL && text.left > 0)
		memcpy(s, text.p, text.left);
	return s;
}

const char *
dmsc_msg_str(struct dmsc_msg *m, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (s = dmsc_msg_alloc(m, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

int
dmsc_msg_data(struct dmsc_msg *m, struct dmsc_data *d, struct dmsc_rd bytes,
    bool opaque)
{
	const char *p = dmsc_msg_copy(m, bytes);

	if (p == NULL)
		return DMSC_E_NOMEM;
	d->set = true;
	d->opaque = opaque;
	d->bytes = dmsc_rd_of(p, bytes.left);
	return DMSC_E_OK;
}

const char *
dmsc_item_format(const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	return it->meta.format != NULL ? it->meta.format :
	    c->meta.format != NULL ? c->meta.format : "chr";
}

const char *
dmsc_item_type(const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	return it->meta.type != NULL ? it->meta.type :
	    c->meta.type != NULL ? c->meta.type : "text/plain";
}

/* The first command with a fault, in the order of the document. */
static const struct dmsc_cmd *
faulty(struct dmsc_cmd *const *v, size_t n)
{
	const struct dmsc_cmd *c;
	size_t i;

	for (i = 0; i < n; i++) {
		if (v[i]->fault.what != NULL)
			return v[i];
		if ((c = faulty(v[i]->cmds, v[i]->n_cmds)) != NULL)
			return c;
	}
	return NULL;
}

int
dmsc_msg_check(const struct dmsc_msg *m, struct dmsc_err *e)
{
	const struct dmsc_cmd *c = faulty(m->cmds, m->n_cmds);
	const struct dmsc_msg_fault *f = &m->fault;
	int code;

	if (f->what == NULL && c == NULL)
		return DMSC_E_OK;
	if (f->what == NULL)
		f = &c->fault;
	code = f->status == MSG_NOT_DM ? DMSC_E_UNSUPPORTED : DMSC_E_FORMAT;
	(void)dmsc_fail(e, code, "not a good message of SyncML DM");
	if (f != &m->fault)
		(void)dmsc_err_where(e, "%s %s", c->kind == DMSC_CMD_OTHER ?
		    c->cmd : dmsc_cmd_name(c->kind), c->id == NULL ?
		    "without a CmdID" : c->id);
	(void)dmsc_err_why(e, "%s", f->what);
	return code;
}
