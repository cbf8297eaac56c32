/* A tree's nodes: hanging, looking up, walking, freeing (mo/node.h). */
#include "mo/node.h"

#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"

enum { FEW = 8 };		/* children that are looked through in order */

static const char *const types[] = { "", "text/plain",
    "application/octet-stream", "text/xml" };

const char *
dmsc_mo_type_dup(const char *type)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(types); i++)
		if (types[i] == type || strcmp(types[i], type) == 0)
			return types[i];
	return strdup(type);
}

void
dmsc_mo_type_free(const char *type)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(types); i++)
		if (types[i] == type)
			return;
	free((void *)(uintptr_t)type);
}

/* type is a shared one, or a copy that is the node's from now on. */
static struct dmsc_node *
new_node(const char *name, unsigned format, const char *type)
{
	size_t len = strlen(name) + 1;
	struct dmsc_node *n = malloc(sizeof *n + len);

	if (n == NULL)
		return NULL;
	memset(n, 0, sizeof *n);
	memcpy(n->own, name, len);
	n->name = n->own;
	n->type = type;
	n->verno = -1;
	n->format = (uint8_t)format;
	return n;
}

struct dmsc_node *
dmsc_mo_new(const char *name, enum dmsc_format f)
{
	return new_node(name, f, dmsc_mo_type_dup(dmsc_format_type(f)));
}

static void
drop_value(struct dmsc_node *n)
{
	if (n->len > MO_FEW) {
		dmsc_wipe(n->u.value, n->len);
		free(n->u.value);
	} else
		dmsc_wipe(n->u.few, n->len);
	n->len = 0;
}

int
dmsc_mo_value_set(struct dmsc_node *n, struct dmsc_rd value)
{
	uint8_t *p = NULL, few[MO_FEW] = { 0 };

	if (value.left > MO_FEW) {
		if ((p = malloc(value.left)) == NULL)
			return DMSC_E_NOMEM;
		memcpy(p, value.p, value.left);
	} else if (value.left > 0)
		memcpy(few, value.p, value.left);
	drop_value(n);
	if (p != NULL)
		n->u.value = p;
	else
		memcpy(n->u.few, few, sizeof few);
	n->len = (uint32_t)value.left;
	dmsc_wipe(few, sizeof few);
	return DMSC_E_OK;
}

static void
free_one(struct dmsc_node *n)
{
	if (mo_is_leaf(n))
		drop_value(n);
	else
		free(n->u.kids.slots);
	if (n->props != NULL) {
		free(n->props->acl);
		free(n->props->title);
		free(n->props->tstamp);
		free(n->props);
	}
	dmsc_mo_type_free(n->type);
	if (n->name != n->own)
		free(n->name);
	free(n);
}

void
dmsc_mo_free(struct dmsc_node *n)
{
	struct dmsc_node *top = n, *up;

	while (n != NULL) {
		if (!mo_is_leaf(n) && n->u.kids.first != NULL) {
			n = n->u.kids.first;
			continue;
		}
		up = n == top ? NULL : n->parent;
		if (up != NULL)
			up->u.kids.first = n->next;
		free_one(n);
		n = up;
	}
}

/*
 * Names come from outside: the address of the parent is the seed, so that
 * nobody can prepare names that all fall into one slot.
 */
static uint32_t
hash_of(const struct mo_kids *k, const char *name)
{
	uint64_t h = (uint64_t)(uintptr_t)k ^ 0xCBF29CE484222325u;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001B3u;
	return (uint32_t)(h ^ h >> 32);
}

static void
slot_in(struct mo_kids *k, struct dmsc_node *n)
{
	struct dmsc_node **slot = &k->slots[n->hash & (k->cap - 1)];

	n->chain = *slot;
	*slot = n;
}

/* A larger table: never fewer slots than children. */
static int
rehash(struct mo_kids *k)
{
	uint32_t cap = k->cap == 0 ? FEW * 4 : k->cap * 4;
	struct dmsc_node **slots = calloc(cap, sizeof *slots);
	struct dmsc_node *n;

	if (slots == NULL)
		return DMSC_E_NOMEM;
	for (n = k->first; k->cap == 0 && n != NULL; n = n->next)
		n->hash = hash_of(k, n->name);
	free(k->slots);
	k->slots = slots;
	k->cap = cap;
	for (n = k->first; n != NULL; n = n->next)
		slot_in(k, n);
	return DMSC_E_OK;
}

void
dmsc_mo_relink(struct dmsc_node *parent, struct dmsc_node *n,
    struct dmsc_node *next)
{
	struct mo_kids *k = &parent->u.kids;

	n->parent = parent;
	n->next = next;
	n->prev = next == NULL ? k->last : next->prev;
	if (n->prev != NULL)
		n->prev->next = n;
	else
		k->first = n;
	if (next != NULL)
		next->prev = n;
	else
		k->last = n;
	k->n++;
	if (k->slots != NULL) {
		n->hash = hash_of(k, n->name);
		slot_in(k, n);
	}
}

int
dmsc_mo_link(struct dmsc_node *parent, struct dmsc_node *n)
{
	struct mo_kids *k = &parent->u.kids;

	if (k->n >= FEW && k->n >= k->cap && rehash(k) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	dmsc_mo_relink(parent, n, NULL);
	return DMSC_E_OK;
}

void
dmsc_mo_unlink(struct dmsc_node *n)
{
	struct mo_kids *k = &n->parent->u.kids;
	struct dmsc_node **at;

	if (k->slots != NULL) {
		at = &k->slots[n->hash & (k->cap - 1)];
		while (*at != n)
			at = &(*at)->chain;
		*at = n->chain;
	}
	if (n->prev != NULL)
		n->prev->next = n->next;
	else
		k->first = n->next;
	if (n->next != NULL)
		n->next->prev = n->prev;
	else
		k->last = n->prev;
	k->n--;
	n->parent = n->next = n->prev = n->chain = NULL;
}

struct dmsc_node *
dmsc_node_child(const struct dmsc_node *n, const char *name)
{
	const struct mo_kids *k = &n->u.kids;
	struct dmsc_node *c;
	uint32_t h;

	if (mo_is_leaf(n))
		return NULL;
	if (k->slots == NULL) {
		for (c = k->first; c != NULL; c = c->next)
			if (strcmp(c->name, name) == 0)
				return c;
		return NULL;
	}
	h = hash_of(k, name);
	for (c = k->slots[h & (k->cap - 1)]; c != NULL; c = c->chain)
		if (c->hash == h && strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

size_t
dmsc_mo_depth(const struct dmsc_node *n)
{
	size_t d = 0;

	for (; n->parent != NULL; n = n->parent)
		d++;
	return d;
}

static size_t
text_len(const char *s)
{
	return s == NULL ? 0 : strlen(s);
}

static size_t
bytes_of(const struct dmsc_node *n)
{
	size_t bytes = strlen(n->name) + strlen(n->type) + n->len;

	if (n->props != NULL)
		bytes += text_len(n->props->acl) +
		    text_len(n->props->title) + text_len(n->props->tstamp);
	return bytes;
}

struct mo_sum
dmsc_mo_sum(const struct dmsc_node *top)
{
	struct mo_sum s = { 0, 0, 0 };
	const struct dmsc_node *n = top, *c;
	size_t height = 1;

	for (;;) {
		s.count++;
		s.bytes += bytes_of(n);
		s.height = DMSC_MAX(s.height, height);
		if ((c = dmsc_node_first(n)) != NULL) {
			n = c;
			height++;
			continue;
		}
		for (; n != top && n->next == NULL; n = n->parent)
			height--;
		if (n == top)
			return s;
		n = n->next;
	}
}

static int
copy_text(char **to, const char *from)
{
	if (from == NULL)
		return DMSC_E_OK;
	*to = strdup(from);
	return *to == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
copy_props(struct dmsc_node *c, const struct mo_props *p)
{
	if ((c->props = calloc(1, sizeof *c->props)) == NULL ||
	    copy_text(&c->props->acl, p->acl) != DMSC_E_OK ||
	    copy_text(&c->props->title, p->title) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return copy_text(&c->props->tstamp, p->tstamp);
}

struct dmsc_node *
dmsc_mo_copy(const struct dmsc_node *n, const char *name)
{
	const char *type = dmsc_mo_type_dup(n->type);
	struct dmsc_node *c = type == NULL ? NULL :
	    new_node(name, n->format, type);

	if (c == NULL) {
		if (type != NULL)
			dmsc_mo_type_free(type);
		return NULL;
	}
	c->verno = n->verno;
	if (n->props != NULL && copy_props(c, n->props) != DMSC_E_OK)
		goto fail;
	if (n->len > 0 && dmsc_mo_value_set(c, dmsc_node_value(n)) !=
	    DMSC_E_OK)
		goto fail;
	return c;
fail:
	dmsc_mo_free(c);
	return NULL;
}
