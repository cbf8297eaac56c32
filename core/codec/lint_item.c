/* Rules for an Item of an Add: its target, its Meta, its data. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { URI_MAX_CHARS = 255, NAME_MAX_CHARS = 127, DEPTH_MAX = 16 };

struct in {
	struct lint *l;
	const struct lint_item *it;
	const struct lint_text *format, *type;	/* of the command's Meta */
	bool xml;
};

const char *
lint_base_of(const char *target, bool *inbox)
{
	if (dmsc_begins(target, "./"))
		target += 2;
	*inbox = strcmp(target, "Inbox") == 0 ||
	    dmsc_begins(target, "Inbox/");
	if (!*inbox)
		return strcmp(target, ".") == 0 ? "" : target;
	return target[5] == '\0' ? "" : target + 6;
}

bool
lint_uri(struct lint *l, const char *uri, size_t at)
{
	size_t chars = 0, name = 0, longest = 0, depth = 1;
	const char *p;

	for (p = uri; *p != '\0'; p++) {
		if (((unsigned char)*p & 0xC0) == 0x80)
			continue;
		chars++;
		name = *p == '/' ? 0 : name + 1;
		depth += *p == '/';
		longest = DMSC_MAX(longest, name);
	}
	if (chars > URI_MAX_CHARS || longest > NAME_MAX_CHARS)
		dmsc_lint_say(l->o, DMSC_L_URI_LONG, at, uri,
		    "%zu characters, %zu in the longest name", chars,
		    longest);
	else if (depth > DEPTH_MAX)
		dmsc_lint_say(l->o, DMSC_L_URI_DEEP, at, uri,
		    "%zu levels", depth);
	else
		return false;
	return true;
}

/* Reference 1.1: what a URI may not be. */
static const char *
uri_fault(const char *u)
{
	size_t n = strlen(u);

	if (strcmp(u, ".") == 0)
		return NULL;
	if (n == 0)
		return "it is empty";
	if (u[0] == '/')
		return "it begins with /";
	if (u[n - 1] == '/')
		return "it ends in /";
	if (strstr(u, "//") != NULL)
		return "a name is empty";
	if (strstr(u, "../") != NULL || strcmp(u, "..") == 0 ||
	    dmsc_ends(u, "/.."))
		return "it holds ..";
	if (strstr(u + (dmsc_begins(u, "./") ? 2 : 0), "/./") != NULL ||
	    dmsc_ends(u, "/."))
		return "it holds ./ inside";
	return strstr(u, "/*/") != NULL || dmsc_ends(u, "/*") ?
	    "a name is *" : NULL;
}

static void
target_rules(const struct in *in, const char *target)
{
	const struct lint_item *it = in->it;
	const char *why = uri_fault(target);
	bool inbox;

	if (why != NULL) {
		dmsc_lint_say(in->l->o, DMSC_L_URI_BAD, it->target.at, target,
		    "the target: %s", why);
		return;
	}
	(void)lint_base_of(target, &inbox);
	if (!inbox)
		dmsc_lint_say(in->l->o, DMSC_L_NOT_INBOX, it->target.at,
		    target, "the Add goes to '%s'", target);
	(void)lint_uri(in->l, target, it->target.at);
}

static const char *
meta(const struct lint_text *own, const struct lint_text *of_cmd)
{
	return own->b != NULL ? lint_str(own) : lint_str(of_cmd);
}

static void
size_rule(const struct in *in, size_t len)
{
	const struct lint_item *it = in->it;
	uint64_t v;

	if (it->size.b != NULL && (dmsc_num(lint_str(&it->size), 10,
	    SIZE_MAX, &v) != DMSC_E_OK || v != len))
		dmsc_lint_say(in->l->o, DMSC_L_META_SIZE, it->size.at, NULL,
		    "Size is %s, the data has %zu bytes",
		    lint_str(&it->size), len);
}

static void
tnds_meta(const struct in *in, bool wbxml, bool b64)
{
	const struct lint_item *it = in->it;
	const char *type = meta(&it->type, in->type);
	const char *format = meta(&it->format, in->format);
	size_t at = it->type.b != NULL ? it->type.at : it->at;

	if (strstr(type, wbxml ? "dmtnds+wbxml" : "dmtnds+xml") == NULL)
		dmsc_lint_say(in->l->o, DMSC_L_META_TYPE, at, NULL, "the data "
		    "is a TNDS in %s, Type is '%s'", wbxml ? "WBXML" : "XML",
		    type);
	at = it->format.b != NULL ? it->format.at : it->at;
	if (strcmp(format, b64 ? "b64" : "xml") != 0 &&
	    !(wbxml && strcmp(format, "bin") == 0))
		dmsc_lint_say(in->l->o, DMSC_L_META_FORMAT, at, NULL,
		    "Format is '%s', not %s", format, b64 ? "b64" : "xml");
	if (!wbxml && !in->xml)
		dmsc_lint_say(in->l->o, DMSC_L_TNDS_XML, it->data.at, NULL,
		    "the TNDS is XML");
}

static bool
is_tnds(struct dmsc_rd r, bool *wbxml)
{
	enum dmsc_form f = dmsc_form_guess(r);

	*wbxml = f == DMSC_FORM_TNDS_WBXML;
	return *wbxml || f == DMSC_FORM_TNDS;
}

/* The node that the Item makes, for the rules about the whole tree. */
static void
into_tree(const struct in *in, const char *base, enum dmsc_format f)
{
	const struct lint_item *it = in->it;
	struct dmsc_node *n = NULL;
	int r;

	if (*base == '\0')
		return;
	r = dmsc_tree_add(in->l->t, base, f, NULL, f == DMSC_FMT_NODE ||
	    f == DMSC_FMT_NULL ? dmsc_rd_of(NULL, 0) : lint_rd(&it->data),
	    &n);
	if (r == DMSC_E_OK)
		r = lint_place_add(in->l, n, it->at, it->data.b != NULL ?
		    it->data.at : it->at);
	if (r == DMSC_E_NOMEM)
		lint_nomem(in->l);
}

/* A node of its own that the Item makes. */
static void
plain(const struct in *in, const char *base)
{
	const struct lint_item *it = in->it;
	const char *format = meta(&it->format, in->format);
	const char *type = meta(&it->type, in->type);
	enum dmsc_format f = DMSC_FMT_CHR;

	in->l->n_plain++;
	if (*format != '\0' && dmsc_format_parse(format, &f) != DMSC_E_OK)
		dmsc_lint_say(in->l->o, DMSC_L_FORMAT_UNKNOWN, it->format.b !=
		    NULL ? it->format.at : it->at, base, "'%s' is no Format",
		    format);
	else if (strstr(type, "dmtnds") != NULL)
		dmsc_lint_say(in->l->o, DMSC_L_META_TYPE, it->type.b != NULL ?
		    it->type.at : it->at, NULL, "Type is '%s', the data is "
		    "no TNDS", type);
	else if (!it->has_data && f != DMSC_FMT_NODE && f != DMSC_FMT_NULL)
		dmsc_lint_say(in->l->o, DMSC_L_NO_DATA, it->at, base,
		    "the Item has no Data");
	else if (dmsc_format_check(f, lint_rd(&it->data)) != DMSC_E_OK)
		dmsc_lint_say(in->l->o, DMSC_L_FORMAT_VALUE, it->data.at,
		    base, "the data is no %s", dmsc_format_name(f));
	else
		into_tree(in, base, f);
}

static void
data_rules(const struct in *in, const char *base, bool inbox)
{
	const struct lint_item *it = in->it;
	struct dmsc_rd raw = lint_rd(&it->data), r = raw;
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	size_t fixed = it->data.at;
	bool wbxml = false, b64 = false;

	size_rule(in, raw.left);
	if (it->data_p != NULL) {
		r = dmsc_rd_of(it->data_p, raw.left);
		fixed = DMSC_NO_OFFSET;
	}
	r = dmsc_codec_trim(r);
	if (b == NULL)
		lint_nomem(in->l);
	else if (r.left > 0 && !is_tnds(r, &wbxml) &&
	    dmsc_b64_get(r, b) == DMSC_E_OK &&
	    is_tnds(dmsc_buf_rd(b), &wbxml)) {
		r = dmsc_buf_rd(b);
		fixed = it->data.at;
		b64 = true;
	}
	if (!is_tnds(r, &wbxml))
		plain(in, base);
	else {
		tnds_meta(in, wbxml, b64);
		if (wbxml)
			lint_head(in->l, r, DMSC_FORM_TNDS_WBXML,
			    fixed == DMSC_NO_OFFSET ?
			    (size_t)(r.p - in->l->bytes.p) : fixed);
		lint_tnds(in->l, r, base, inbox, fixed);
	}
	dmsc_buf_free(&b);
}

void
lint_item(struct lint *l, const struct lint_item *it,
    const struct lint_text *format, const struct lint_text *type, bool xml)
{
	const struct in in = { l, it, format, type, xml };
	char *target = dmsc_strndup(dmsc_codec_trim(lint_rd(&it->target)));
	const char *base;
	bool inbox = false;

	if (target == NULL)
		lint_nomem(l);
	else if (it->target.b == NULL)
		dmsc_lint_say(l->o, DMSC_L_NO_TARGET, it->at, NULL,
		    "the Item has no target");
	else {
		target_rules(&in, target);
		base = lint_base_of(target, &inbox);
		if (!it->is_inline)
			data_rules(&in, base, inbox);
	}
	free(target);
}
