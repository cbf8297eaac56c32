/* What waits for the device in ./Outbox and what it told in ./Changes
 * (dmsc-card(7), SESSIONS WITH THE DEVICE). */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "card/talk.h"
#include "card/tree.h"
#include "dm/dm.h"

enum { URI_MAX = 1024, ACCEPTED = 202 };

static struct dmsc_node *
root_of(const struct dmsc_card_appl *a, const char *name)
{
	return dmsc_tree_find(dmsc_card_tree(a->c), name);
}

struct dmsc_node *
talk_account(const struct dmsc_card_appl *a)
{
	struct dmsc_node *n = root_of(a, "Device");

	return n != NULL && dmsc_node_child(n, "ServerID") != NULL ? n : NULL;
}

static const struct dmsc_node *
message_of(const struct dmsc_node *box)
{
	const struct dmsc_node *n = dmsc_node_is_leaf(box) ? NULL :
	    dmsc_node_child(box, "Message");

	return n != NULL && dmsc_node_is_leaf(n) &&
	    dmsc_node_child(box, "Status") == NULL ? n : NULL;
}

const struct dmsc_node *
talk_waiting(const struct dmsc_card_appl *a, size_t *n)
{
	const struct dmsc_node *top = root_of(a, "Outbox");
	const struct dmsc_node *box, *first = NULL;

	*n = 0;
	for (box = top == NULL ? NULL : dmsc_node_first(top); box != NULL;
	    box = dmsc_node_next(box))
		if (message_of(box) != NULL && (*n)++ == 0)
			first = box;
	return first;
}

bool
dmsc_card_outbox(struct dmsc_card *c)
{
	const struct dmsc_card_appl *a = dmsc_card_appl(c);
	size_t n;

	return a != NULL && talk_waiting(a, &n) != NULL;
}

unsigned
appl_exec(void *ctx, const struct dmsc_node *n, const struct dmsc_cmd *c,
    struct dmsc_rd arg)
{
	struct dmsc_card_appl *a = ctx;
	const struct dmsc_node *up = dmsc_node_parent(n);

	(void)c;
	(void)arg;
	if (up == NULL || up != root_of(a, "Outbox"))
		return DMSC_DM_UNSUPPORTED;
	if (message_of(n) == NULL)
		return DMSC_DM_NOT_ALLOWED;
	return dmsc_card_announce(a->c, DMSC_APPL_ASKS, dmsc_rd_of(NULL, 0))
	    == SW_OK ? ACCEPTED : DMSC_DM_FAILED;
}

/* Sets or makes the leaf name below n. */
static int
set_leaf(struct dmsc_card_appl *a, struct dmsc_node *n, const char *name,
    enum dmsc_format f, struct dmsc_rd value)
{
	struct dmsc_node *leaf = dmsc_node_child(n, name);
	int r = DMSC_E_OK;

	if (leaf == NULL)
		r = dmsc_node_add(dmsc_card_tree(a->c), n, name, f, &leaf);
	return r != DMSC_E_OK ? r :
	    dmsc_node_set_value(dmsc_card_tree(a->c), leaf, value);
}

static int
set_number(struct dmsc_card_appl *a, struct dmsc_node *n, const char *name,
    uint32_t v)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%u", v);
	return set_leaf(a, n, name, DMSC_FMT_INT, dmsc_rd_str(text));
}

void
talk_get(const struct dmsc_card_appl *a, struct talk_asked *out)
{
	const uint32_t at = DMSC_TREE_OWN + DMSC_CARD_OWN_TALK;

	out->session = dmsc_mem_get(a->c->mem, at, 2);
	out->times = dmsc_mem_get(a->c->mem, at + 2, 1);
	out->waits = dmsc_mem_get(a->c->mem, at + 3, 1) != 0;
}

void
talk_put(struct dmsc_card_appl *a, const struct talk_asked *v)
{
	const uint8_t b[DMSC_CARD_OWN_TALK_LEN] = {
		(uint8_t)(v->session >> 8), (uint8_t)v->session,
		(uint8_t)DMSC_MIN(v->times, 255), v->waits };

	dmsc_mem_put(a->c->mem, DMSC_TREE_OWN + DMSC_CARD_OWN_TALK,
	    dmsc_rd_of(b, sizeof b));
}

int
talk_set_nonce(struct dmsc_card_appl *a, const char *level,
    struct dmsc_rd nonce)
{
	struct dmsc_node *n = talk_account(a);
	const struct dmsc_node *l;

	n = n == NULL ? NULL : dmsc_node_child(n, "AppAuth");
	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n))
		if ((l = dmsc_node_child(n, "AAuthLevel")) != NULL &&
		    dmsc_rd_eq_str(dmsc_node_value(l), level))
			return set_leaf(a, n, "AAuthData", DMSC_FMT_BIN,
			    nonce);
	return DMSC_E_OK;
}

void
talk_drop_box(struct card_talk *s)
{
	dmsc_msg_free(&s->box.m);
	memset(&s->box, 0, sizeof s->box);
}

static struct dmsc_node *
box_node(const struct dmsc_card_appl *a, const char *name)
{
	struct dmsc_node *n = root_of(a, "Outbox");

	return n == NULL ? NULL : dmsc_node_child(n, name);
}

/* Whole, and nothing in it that only answers. */
static bool
is_for_devices(const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->kind == DMSC_CMD_STATUS ||
		    m->cmds[i]->kind == DMSC_CMD_RESULTS)
			return false;
	return m->n_cmds > 0 && dmsc_msg_check(m, NULL) == DMSC_E_OK;
}

/* One that is no message is done at once: 400. */
int
talk_next_box(struct dmsc_card_appl *a, struct card_talk *s)
{
	const struct dmsc_node *n;
	size_t count;
	int r;

	talk_drop_box(s);
	while ((n = talk_waiting(a, &count)) != NULL) {
		(void)snprintf(s->box.name, sizeof s->box.name, "%s",
		    dmsc_node_name(n));
		r = dmsc_msg_read(dmsc_node_value(message_of(n)), &s->box.m,
		    NULL, NULL);
		if (r == DMSC_E_OK && is_for_devices(s->box.m))
			return DMSC_E_OK;
		if (r == DMSC_E_NOMEM)
			return r;
		s->box.status = DMSC_DM_BAD;
		if ((r = talk_end_box(a, s)) != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

/* Its Status: the first failure that is nobody's consequence. */
int
talk_end_box(struct dmsc_card_appl *a, struct card_talk *s)
{
	struct dmsc_node *n = box_node(a, s->box.name);
	unsigned status = s->box.status != 0 ? s->box.status :
	    s->box.second != 0 ? s->box.second :
	    s->box.answered ? DMSC_DM_OK : DMSC_DM_FAILED;
	int r = n == NULL ? DMSC_E_OK : set_number(a, n, "Status", status);

	talk_drop_box(s);
	return r;
}

/* Interior node name below n, made where it is missing. */
static int
inner(struct dmsc_card_appl *a, struct dmsc_node *n, const char *name,
    struct dmsc_node **out)
{
	*out = dmsc_node_child(n, name);
	return *out != NULL ? DMSC_E_OK :
	    dmsc_node_add(dmsc_card_tree(a->c), n, name, DMSC_FMT_NODE, out);
}

/* One Item of Results as child i of top: URI and Data. */
static int
keep_item(struct dmsc_card_appl *a, struct dmsc_node *top, unsigned i,
    const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	const char *uri = it->source.uri != NULL ? it->source.uri : "";
	const char *f = it->meta.format != NULL ? it->meta.format :
	    c->meta.format;
	enum dmsc_format format = DMSC_FMT_CHR;
	struct dmsc_node *n;
	char name[16];
	int r;

	(void)snprintf(name, sizeof name, "%u", i);
	if (f != NULL && (dmsc_format_parse(f, &format) != DMSC_E_OK ||
	    format == DMSC_FMT_NODE))
		format = DMSC_FMT_CHR;
	if (!dmsc_is_utf8(it->data.bytes))
		format = DMSC_FMT_BIN;
	if (it->data.bytes.left > TALK_RESULT_MAX || strlen(uri) > URI_MAX)
		return DMSC_E_OK;
	if ((r = inner(a, top, name, &n)) != DMSC_E_OK || (r = set_leaf(a, n,
	    "URI", DMSC_FMT_CHR, dmsc_rd_str(uri))) != DMSC_E_OK)
		return r;
	return it->data.set ? set_leaf(a, n, "Data", format, it->data.bytes) :
	    DMSC_E_OK;
}

static int
keep_items(struct dmsc_card_appl *a, struct dmsc_node *n, const char *name,
    const struct dmsc_cmd *c, unsigned *count)
{
	struct dmsc_node *top;
	size_t i;
	int r = n == NULL ? DMSC_E_OK : inner(a, n, name, &top);

	for (i = 0; n != NULL && r == DMSC_E_OK && i < c->n_items &&
	    *count < TALK_RESULTS; i++)
		r = keep_item(a, top, ++*count, c, c->items[i]);
	return r;
}

/* What a Get of the Outbox brought, or one for what has changed. */
int
talk_result(struct dmsc_card_appl *a, struct card_talk *s,
    const struct dmsc_cmd *c, unsigned ref)
{
	struct dmsc_node *top = root_of(a, "Changes");
	size_t i;

	if (ref >= s->box.first && ref <= s->box.last && s->box.first > 0)
		return keep_items(a, box_node(a, s->box.name), "Results", c,
		    &s->box.results);
	for (i = 0; i < s->n_asks && top != NULL; i++)
		if (s->asks[i].cmd == ref)
			return keep_items(a, dmsc_node_child(top,
			    s->asks[i].change), "Now", c,
			    &s->asks[i].results);
	return DMSC_E_OK;
}

/* The next number behind the last of ./Changes; the oldest goes. */
static int
new_change(struct dmsc_card_appl *a, struct dmsc_node *top,
    struct dmsc_node **out)
{
	struct dmsc_node *n, *last = NULL;
	char name[16];
	uint32_t number = 0;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && dmsc_node_children(top) >= TALK_CHANGES)
		r = dmsc_node_remove(dmsc_card_tree(a->c),
		    dmsc_node_first(top));
	for (n = dmsc_node_first(top); n != NULL; n = dmsc_node_next(n))
		last = n;
	if (last == NULL || dmsc_msg_number(dmsc_node_name(last), INT32_MAX -
	    1, &number) != DMSC_E_OK)
		number = 0;
	do
		(void)snprintf(name, sizeof name, "%u", ++number);
	while (dmsc_node_child(top, name) != NULL);
	return r != DMSC_E_OK ? r :
	    dmsc_node_add(dmsc_card_tree(a->c), top, name, DMSC_FMT_NODE, out);
}

static int
text_leaf(struct dmsc_card_appl *a, struct dmsc_node *n, const char *name,
    const char *text)
{
	return text == NULL || strlen(text) > URI_MAX ? DMSC_E_OK :
	    set_leaf(a, n, name, DMSC_FMT_CHR, dmsc_rd_str(text));
}

/* An Item of a Generic Alert: kept, and asked for where it names a node. */
int
talk_change(struct dmsc_card_appl *a, struct card_talk *s,
    const struct dmsc_item *it)
{
	struct dmsc_node *top = root_of(a, "Changes"), *n;
	struct dmsc_rd data = it->data.bytes;
	struct talk_ask *ask;
	int r;

	if (top == NULL)
		return DMSC_E_OK;
	if ((r = new_change(a, top, &n)) != DMSC_E_OK ||
	    (r = text_leaf(a, n, "URI", it->source.uri)) != DMSC_E_OK ||
	    (r = text_leaf(a, n, "Type", it->meta.type)) != DMSC_E_OK ||
	    (r = text_leaf(a, n, "Mark", it->meta.mark)) != DMSC_E_OK)
		return r;
	if (it->data.set && data.left <= URI_MAX)
		r = set_leaf(a, n, "Data", dmsc_is_utf8(data) ?
		    DMSC_FMT_CHR : DMSC_FMT_BIN, data);
	if (r != DMSC_E_OK || it->source.uri == NULL ||
	    strlen(it->source.uri) > URI_MAX || s->n_asks == TALK_CHANGES ||
	    strchr(it->source.uri, '?') != NULL)
		return r;
	ask = &s->asks[s->n_asks];
	memset(ask, 0, sizeof *ask);
	(void)snprintf(ask->change, sizeof ask->change, "%s",
	    dmsc_node_name(n));
	s->n_asks++;
	return DMSC_E_OK;
}
