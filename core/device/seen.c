/* The card that was taken whole, below ./Origin/Seen (device/seen.h). */
#include "device/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define SEEN "Origin/Seen"
enum { NUMBER_TEXT = 16 };

/* A number of at most 32 bits in hexadecimal, as put wrote it. */
static bool
number(const struct dmsc_node *n, const char *name, uint32_t *out)
{
	char text[NUMBER_TEXT], *s;
	int digit;

	dmsc_device_text(n, name, text, sizeof text);
	*out = 0;
	for (s = text; *s != '\0'; s++) {
		if ((digit = dmsc_digit(*s)) < 0 || *out >> 28 != 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return s != text;
}

static bool
iccid(const struct dmsc_node *n, uint8_t out[DMSC_SEEN_ICCID])
{
	char text[2 * DMSC_SEEN_ICCID + 1];
	struct dmsc_buf *b = dmsc_buf_new(DMSC_SEEN_ICCID);
	bool is;

	dmsc_device_text(n, "ICCID", text, sizeof text);
	is = b != NULL && dmsc_hex_get(text, b) == DMSC_E_OK &&
	    b->len == DMSC_SEEN_ICCID;
	if (is)
		memcpy(out, b->p, DMSC_SEEN_ICCID);
	dmsc_buf_free(&b);
	return is;
}

bool
dmsc_seencard_get(const struct dmsc_device *d, struct dmsc_seencard *out)
{
	const struct dmsc_node *by;
	struct dmsc_node *n = dmsc_tree_find(d->tree, SEEN);

	memset(out, 0, sizeof *out);
	if (n == NULL || (by = dmsc_node_child(n, "By")) == NULL ||
	    !number(n, "Counter", &out->counter) ||
	    !number(n, "SCP03", &out->scp) || !iccid(n, out->iccid) ||
	    (out->by = dmsc_strndup(dmsc_node_value(by))) == NULL)
		return false;
	out->node = n;
	out->once = dmsc_node_child(n, "Once") != NULL;
	dmsc_device_text(n, "Card", out->card, sizeof out->card);
	dmsc_device_text(n, "Tree", out->tree, sizeof out->tree);
	dmsc_device_text(n, "Provisioning", out->provisioning,
	    sizeof out->provisioning);
	return true;
}

int
dmsc_seencard_drop(struct dmsc_device *d)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, SEEN);

	return n == NULL ? DMSC_E_OK : dmsc_node_remove(d->tree, n);
}

static int
put(struct dmsc_device *d, struct dmsc_node *n, const char *name,
    const char *value)
{
	return dmsc_device_put(d, n, name, DMSC_FMT_CHR, dmsc_rd_str(value));
}

static int
put_row(struct dmsc_device *d, struct dmsc_node *rows,
    const struct dmsc_taken *t)
{
	struct dmsc_node *n;
	int r = dmsc_device_numbered(d, rows, DMSC_FMT_NODE, &n);

	if (r == DMSC_E_OK)
		r = put(d, n, "Document", t->document);
	if (r == DMSC_E_OK)
		r = put(d, n, "Kind", t->kind);
	if (r == DMSC_E_OK)
		r = put(d, n, "State", t->state);
	return r != DMSC_E_OK || t->why == NULL ? r :
	    put(d, n, "Why", t->why);
}

static int
put_rows(struct dmsc_device *d, const struct dmsc_poweron *report)
{
	struct dmsc_node *rows = NULL;
	int r = DMSC_E_OK;
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < report->n_documents; i++) {
		if (strcmp(report->documents[i].state, "skipped") != 0 &&
		    strcmp(report->documents[i].state, "refused") != 0)
			continue;
		if (rows == NULL)
			r = dmsc_device_need(d, SEEN "/Row", &rows);
		if (r == DMSC_E_OK)
			r = put_row(d, rows, &report->documents[i]);
	}
	return r;
}

int
dmsc_seencard_put(struct dmsc_device *d, const struct dmsc_seencard *seen,
    const struct dmsc_poweron *report)
{
	char id[2 * DMSC_SEEN_ICCID + 1], text[NUMBER_TEXT], i[NUMBER_TEXT];
	struct dmsc_node *n;
	int r;

	(void)dmsc_hex(dmsc_rd_of(seen->iccid, DMSC_SEEN_ICCID), id,
	    sizeof id);
	(void)snprintf(text, sizeof text, "%X", (unsigned)seen->counter);
	(void)snprintf(i, sizeof i, "%X", seen->scp);
	if ((r = dmsc_seencard_drop(d)) != DMSC_E_OK ||
	    (r = dmsc_device_need(d, SEEN, &n)) != DMSC_E_OK ||
	    (r = put(d, n, "Card", seen->card)) != DMSC_E_OK ||
	    (r = put(d, n, "ICCID", id)) != DMSC_E_OK ||
	    (r = put(d, n, "SCP03", i)) != DMSC_E_OK ||
	    (r = put(d, n, "Counter", text)) != DMSC_E_OK ||
	    (r = put(d, n, "By", seen->by)) != DMSC_E_OK ||
	    (r = put(d, n, "Provisioning", seen->provisioning)) !=
	    DMSC_E_OK || (r = put(d, n, "Tree", seen->tree)) != DMSC_E_OK ||
	    (seen->once && (r = put(d, n, "Once", "true")) != DMSC_E_OK))
		return r;
	return put_rows(d, report);
}

bool
dmsc_seencard_row(const struct dmsc_seencard *seen, size_t i,
    struct dmsc_seencard_row *out)
{
	const struct dmsc_node *n = dmsc_node_child(seen->node, "Row");

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL && i > 0;
	    i--)
		n = dmsc_node_next(n);
	if (n == NULL)
		return false;
	dmsc_device_text(n, "Document", out->document,
	    sizeof out->document);
	dmsc_device_text(n, "Kind", out->kind, sizeof out->kind);
	dmsc_device_text(n, "State", out->state, sizeof out->state);
	dmsc_device_text(n, "Why", out->why, sizeof out->why);
	return true;
}
