/* Mending a document: what rules found and can be put right (codec/lint.h). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/boot.h"
#include "codec/cp.h"
#include "codec/lint.h"
#include "codec/lwm2m.h"

enum { ACL_BYTES = 1 << 16, COMMANDS = 5 };

struct seen {
	bool rule[DMSC_L_COUNT];
	size_t n;
};

static int
keep(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	struct seen *s = ctx;

	(void)at;
	(void)node;
	(void)message;
	s->rule[rule] = true;
	s->n++;
	return DMSC_E_OK;
}

static enum dmsc_form
look(struct dmsc_rd bytes, struct seen *s, int *code)
{
	struct dmsc_lint_out o = { .ctx = s, .found = keep };
	enum dmsc_form f;

	memset(s, 0, sizeof *s);
	f = dmsc_lint_document(bytes, true, &o);
	*code = o.code;
	return f;
}

static bool
any(const struct seen *s, const enum dmsc_rule *of, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s->rule[of[i]])
			return true;
	return false;
}

/* What a document written anew would lose or put elsewhere. */
static bool
would_lose(const struct seen *s)
{
	static const enum dmsc_rule of[] = { DMSC_L_UNREADABLE,
	    DMSC_L_UNKNOWN_FORM, DMSC_L_UNKNOWN_TOKEN, DMSC_L_NOT_ADD,
	    DMSC_L_NOT_INBOX, DMSC_L_MORE_DATA, DMSC_L_NO_TARGET,
	    DMSC_L_URI_BAD, DMSC_L_L_TWICE, DMSC_L_DFPROPS,
	    DMSC_L_NODE_TWICE };

	return any(s, of, DMSC_COUNT(of));
}

/* What is wrong in the nodes alone: the message keeps its bytes. */
static bool
in_nodes_alone(const struct seen *s)
{
	static const enum dmsc_rule of[] = { DMSC_L_BOOL_CASE,
	    DMSC_L_ACL_WILD, DMSC_L_ACL_TWICE };
	size_t i, k;

	for (i = 0; i < DMSC_L_COUNT; i++) {
		for (k = 0; k < DMSC_COUNT(of) && of[k] != i; k++)
			;
		if (s->rule[i] && dmsc_rule_fixable((enum dmsc_rule)i) &&
		    k == DMSC_COUNT(of))
			return false;
	}
	return true;
}

static bool
can_mend(const struct seen *s)
{
	size_t i;

	for (i = 0; i < DMSC_L_COUNT; i++)
		if (s->rule[i] && dmsc_rule_fixable((enum dmsc_rule)i))
			return true;
	return false;
}

/* The ids of one command of acl, gathered from all its entries; "*" alone
 * where it is among them. */
static int
ids_of(const char *acl, const char *cmd, struct dmsc_buf *out)
{
	size_t n = strlen(cmd), len;
	bool star = false;
	int r = DMSC_E_OK;

	for (; r == DMSC_E_OK && *acl != '\0';
	    acl += len + (acl[len] != '\0')) {
		len = strcspn(acl, "&");
		if (len <= n || strncmp(acl, cmd, n) != 0 || acl[n] != '=')
			continue;
		if (memchr(acl + n, '*', len - n) != NULL)
			star = true;
		if (out->len > 0)
			r = dmsc_buf_u8(out, '+');
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(out, dmsc_rd_of(acl + n + 1,
			    len - n - 1));
	}
	if (star && r == DMSC_E_OK) {
		dmsc_buf_reset(out);
		r = dmsc_buf_str(out, "*");
	}
	return r;
}

static int
tidy_acl(struct dmsc_tree *t, struct dmsc_node *n)
{
	static const char *const commands[COMMANDS] = { "Add", "Delete",
	    "Exec", "Get", "Replace" };
	struct dmsc_buf *b = dmsc_buf_new(ACL_BYTES);
	struct dmsc_buf *ids = dmsc_buf_new(ACL_BYTES);
	int r = b == NULL || ids == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < COMMANDS; i++) {
		dmsc_buf_reset(ids);
		r = ids_of(dmsc_node_acl(n), commands[i], ids);
		if (r == DMSC_E_OK && ids->len > 0)
			r = dmsc_buf_fmt(b, "%s%s=%s", b->len > 0 ? "&" : "",
			    commands[i], dmsc_buf_cstr(ids));
	}
	if (r == DMSC_E_OK)
		r = dmsc_node_set_acl(t, n, dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	dmsc_buf_free(&ids);
	return r;
}

/* True and False as they should be written; all else as it is. */
static int
tidy_bool(struct dmsc_tree *t, struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);

	if (dmsc_node_format(n) != DMSC_FMT_BOOL || v.left == 0 ||
	    dmsc_format_check(DMSC_FMT_BOOL, v) != DMSC_E_OK)
		return DMSC_E_OK;
	return dmsc_node_set_value(t, n, dmsc_rd_str((v.p[0] | 0x20) == 't' ?
	    "true" : "false"));
}

/* No deeper than a tree is. */
static int
tidy(struct dmsc_tree *t, struct dmsc_node *n, const struct seen *s)
{
	struct dmsc_node *c;
	int r = DMSC_E_OK;

	if (*dmsc_node_acl(n) != '\0' && (s->rule[DMSC_L_ACL_WILD] ||
	    s->rule[DMSC_L_ACL_TWICE]))
		r = tidy_acl(t, n);
	if (r == DMSC_E_OK && s->rule[DMSC_L_BOOL_CASE])
		r = tidy_bool(t, n);
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = tidy(t, c, s);
	return r;
}

static int
write_message(struct dmsc_rd bytes, const struct dmsc_tree *t,
    const struct seen *s, bool xml, struct dmsc_buf *out)
{
	struct dmsc_boot *b = NULL;
	size_t used;
	int r = DMSC_E_OK;

	if (!xml && in_nodes_alone(s))
		r = dmsc_boot_read(bytes, &b, &used, NULL);
	else if ((b = dmsc_boot_new()) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		r = xml ? dmsc_boot_write_xml(b, t, out, NULL) :
		    dmsc_boot_write(b, t, out, NULL);
	dmsc_boot_free(&b);
	return r;
}

/* A document that holds a management tree. */
static int
mend_tree(struct dmsc_rd bytes, enum dmsc_form form, const struct seen *s,
    struct dmsc_tree **t, struct dmsc_buf *out)
{
	enum dmsc_form f;
	int r;

	if ((r = dmsc_tree_parse(bytes, t, &f, NULL)) != DMSC_E_OK ||
	    (r = tidy(*t, dmsc_tree_root(*t), s)) != DMSC_E_OK)
		return r;
	switch (form) {
	case DMSC_FORM_TNDS:
		return dmsc_tnds_write_xml(dmsc_tree_root(*t), false, true,
		    out);
	case DMSC_FORM_TNDS_WBXML:
		return dmsc_tnds_write_wbxml(dmsc_tree_root(*t), false, out);
	case DMSC_FORM_SYNCML:
	case DMSC_FORM_SYNCML_WBXML:
		return write_message(bytes, *t, s, form == DMSC_FORM_SYNCML,
		    out);
	default:
		return DMSC_E_UNSUPPORTED;
	}
}

static int
mend_data(struct dmsc_rd bytes, enum dmsc_form form, struct dmsc_tree *t,
    struct dmsc_buf *out)
{
	const struct dmsc_rd none = { NULL, 0 };
	size_t used;
	bool bare;
	int r;

	if (form == DMSC_FORM_CP_WBXML) {
		r = dmsc_cp_read_wbxml(bytes, t, &used, NULL);
		return r == DMSC_E_OK ? dmsc_buf_put(out,
		    dmsc_rd_slice(bytes, 0, used)) : r;
	}
	r = dmsc_lwm2m_read(bytes, t, &used, &bare, NULL);
	return r == DMSC_E_OK ? dmsc_lwm2m_write(t, none, out, NULL) : r;
}

/* Whether now holds the tree t, and lint finds less in it. */
static bool
is_better(struct dmsc_rd now, const struct dmsc_tree *t,
    const struct seen *was)
{
	struct dmsc_tree *read = NULL;
	enum dmsc_form f;
	struct seen s;
	bool same = true;
	int code;

	f = look(now, &s, &code);
	if (f != DMSC_FORM_LWM2M && f != DMSC_FORM_CP_WBXML)
		same = dmsc_tree_parse(now, &read, &f, NULL) == DMSC_E_OK &&
		    dmsc_node_equal(dmsc_tree_root(t),
		    dmsc_tree_root(read));
	dmsc_tree_free(&read);
	return same && code == DMSC_E_OK && s.n < was->n;
}

int
dmsc_lint_mend(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_buf *now = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_tree *t = NULL;
	enum dmsc_form form;
	struct seen s;
	bool good = false;
	int r, code;

	form = look(bytes, &s, &r);
	if (now == NULL)
		r = DMSC_E_NOMEM;
	else if (r == DMSC_E_OK && can_mend(&s) && !would_lose(&s)) {
		if (form != DMSC_FORM_LWM2M && form != DMSC_FORM_CP_WBXML)
			code = mend_tree(bytes, form, &s, &t, now);
		else
			code = (t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL ?
			    DMSC_E_NOMEM : mend_data(bytes, form, t, now);
		good = code == DMSC_E_OK &&
		    is_better(dmsc_buf_rd(now), t, &s);
		r = code == DMSC_E_NOMEM ? code : DMSC_E_OK;
	}
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, good ? dmsc_buf_rd(now) : bytes);
	dmsc_tree_free(&t);
	dmsc_buf_free(&now);
	return r;
}
