/* The data of an Add's Item: what it is, and the nodes that it makes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/boot.h"
#include "codec/tnds.h"

size_t
dmsc_boot_depth(const char *uri)
{
	size_t n = *uri != '\0';

	for (; *uri != '\0'; uri++)
		n += *uri == '/';
	return n;
}

/* Where a target points in the document's tree: without ./Inbox. */
static const char *
tree_uri(const char *target)
{
	if (strcmp(target, ".") == 0)
		return "";
	if (dmsc_begins(target, "./"))
		target += 2;
	if (strcmp(target, "Inbox") == 0)
		return "";
	return dmsc_begins(target, "Inbox/") ? target + 6 : target;
}

int
dmsc_boot_base(struct boot_item *it, struct dmsc_node **out)
{
	if (it->target == NULL)
		return DMSC_E_FORMAT;
	if (it->base == NULL &&
	    (it->base = strdup(tree_uri(it->target))) == NULL)
		return DMSC_E_NOMEM;
	if ((*out = dmsc_tree_find(it->t, it->base)) != NULL)
		return DMSC_E_OK;
	return dmsc_tree_add(it->t, it->base, DMSC_FMT_NODE, NULL,
	    dmsc_rd_of(NULL, 0), out);
}

/* TNDS of either kind, or unknown. */
static enum dmsc_form
sniff(struct dmsc_rd r)
{
	enum dmsc_form f = dmsc_form_guess(r);

	return f == DMSC_FORM_TNDS || f == DMSC_FORM_TNDS_WBXML ? f :
	    DMSC_FORM_UNKNOWN;
}

static void
own_from(struct boot_item *it)
{
	it->own_depth = dmsc_boot_depth(it->base) + (it->is_self ? 0 : 1);
}

static int
tnds(struct boot_item *it, struct dmsc_rd data, enum dmsc_form f,
    struct dmsc_err *e)
{
	struct dmsc_node *base;
	int r;

	it->as = f == DMSC_FORM_TNDS ? DATA_XML : DATA_WBXML;
	if (it->as == DATA_WBXML)
		it->version = data.p[0];
	if ((r = dmsc_boot_base(it, &base)) != DMSC_E_OK)
		return dmsc_fail(e, r, "bad target");
	if ((r = dmsc_tnds_build(data, it->t, base, &it->is_self,
	    &it->gone, e)) != DMSC_E_OK)
		return r;
	own_from(it);
	return DMSC_E_OK;
}

/* A plain node; base64 of the message becomes bin (reference 1.4). */
static int
plain_value(struct boot_item *it, struct dmsc_node *n, struct dmsc_rd data)
{
	struct dmsc_buf *raw;
	enum dmsc_format f = DMSC_FMT_CHR;
	int r;

	if (*it->format != '\0' && dmsc_format_parse(it->format, &f) !=
	    DMSC_E_OK)
		return DMSC_E_FORMAT;
	if (f == DMSC_FMT_NODE)
		return data.left > 0 ? DMSC_E_FORMAT : DMSC_E_OK;
	if (dmsc_node_parent(n) == NULL)
		return DMSC_E_FORMAT;
	if ((raw = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if (f == DMSC_FMT_B64) {
		r = dmsc_b64_get(data, raw);
		it->b64 = r == DMSC_E_OK;
		f = it->b64 ? DMSC_FMT_BIN : DMSC_FMT_B64;
	}
	r = dmsc_node_set_format(it->t, n, f);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(it->t, n, *it->type != '\0' ?
		    it->type : dmsc_format_type(f));
	if (r == DMSC_E_OK)
		r = dmsc_node_set_value(it->t, n,
		    it->b64 ? dmsc_buf_rd(raw) : data);
	dmsc_buf_free(&raw);
	return r == DMSC_E_USAGE ? DMSC_E_FORMAT : r;
}

static int
plain(struct boot_item *it, struct dmsc_rd data, struct dmsc_err *e)
{
	struct dmsc_node *n;
	int r;

	it->as = DATA_PLAIN;
	it->is_self = true;
	if ((r = dmsc_boot_base(it, &n)) != DMSC_E_OK)
		return dmsc_fail(e, r, "bad target");
	own_from(it);
	r = plain_value(it, n, data);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "bad data for format "
	    "'%s'", it->format);
}

int
dmsc_boot_data(struct boot_item *it, struct dmsc_rd data,
    struct dmsc_err *e)
{
	struct dmsc_buf *raw;
	enum dmsc_form f;
	int r;

	if (it->as == DATA_INLINE) {
		own_from(it);
		return DMSC_E_OK;
	}
	/* libwbxml keeps the blanks of indented XML around what it nests. */
	if ((f = sniff(dmsc_codec_trim(data))) != DMSC_FORM_UNKNOWN)
		return tnds(it, dmsc_codec_trim(data), f, e);
	if ((raw = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read the data");
	if (data.left > 0 && dmsc_b64_get(data, raw) == DMSC_E_OK &&
	    (f = sniff(dmsc_buf_rd(raw))) != DMSC_FORM_UNKNOWN) {
		it->b64 = true;
		r = tnds(it, dmsc_buf_rd(raw), f, e);
	} else if (strstr(it->type, "dmtnds") != NULL)
		r = dmsc_fail(e, DMSC_E_FORMAT, "the data is no TNDS, "
		    "though its type says so");
	else
		r = plain(it, data, e);
	dmsc_buf_free(&raw);
	return r;
}
