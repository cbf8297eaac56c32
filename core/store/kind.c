/* The table of kinds of documents that are trees (store/kind.h). */
#include "store/kind.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/cp.h"
#include "codec/lwm2m.h"

static int
titled(struct dmsc_tree *t, struct dmsc_err *e)
{
	int r = dmsc_lwm2m_titles(t);

	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "cannot read LwM2M");
}

static int
lwm2m_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct dmsc_err *e)
{
	bool bare;
	int r = dmsc_lwm2m_read(bytes, t, used, &bare, e);

	return r != DMSC_E_OK ? r : titled(t, e);
}

static int
lwm2m_read_text(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	int r = dmsc_lwm2m_read_json(text, t, e);

	return r != DMSC_E_OK ? r : titled(t, e);
}

static int
lwm2m_write_text(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	int r = dmsc_lwm2m_write_json(t, out);

	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(e, r, "cannot be written as JSON of LwM2M");
	if (r == DMSC_E_DATA)
		(void)dmsc_err_why(e, "a name is no number, or a value does "
		    "not fit its type");
	return r;
}

/* A few cards have the XML itself. */
static int
cp_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct dmsc_err *e)
{
	if (dmsc_form_guess(bytes) != DMSC_FORM_CP)
		return dmsc_cp_read_wbxml(bytes, t, used, e);
	for (*used = bytes.left; *used > 0 && bytes.p[*used - 1] != '>';)
		(*used)--;
	return dmsc_cp_read_xml(dmsc_rd_slice(bytes, 0, *used), t, e);
}

static int
cp_write(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	return dmsc_form_guess(as_read) == DMSC_FORM_CP ?
	    dmsc_cp_write_xml(t, out, e) : dmsc_cp_write_wbxml(t, out, e);
}

/* Parms stand in characteristics and are text. */
static int
cp_check(const char *path, enum dmsc_format f, struct dmsc_rd value)
{
	if (f == DMSC_FMT_NODE)
		return DMSC_E_OK;
	return f == DMSC_FMT_CHR && strchr(path, '/') != NULL &&
	    dmsc_is_utf8(value) && (value.left == 0 ||
	    memchr(value.p, '\0', value.left) == NULL) ? DMSC_E_OK :
	    DMSC_E_DATA;
}

static int
rules_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct dmsc_err *e)
{
	*used = bytes.left;
	return dmsc_tnds_read(bytes, t, dmsc_tree_root(t), e);
}

static int
rules_read_text(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	return dmsc_tnds_read(text, t, dmsc_tree_root(t), e);
}

static int
rules_write(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	int r = dmsc_form_guess(as_read) == DMSC_FORM_TNDS ?
	    dmsc_tnds_write_xml(dmsc_tree_root(t), false, false, out) :
	    dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, out);

	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "cannot be written as TNDS");
}

static int
rules_write_text(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	int r = dmsc_tnds_write_xml(dmsc_tree_root(t), false, true, out);

	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "cannot be written as TNDS");
}

/* One MO, and the two words that a device understands. */
static int
rules_check(const char *path, enum dmsc_format f, struct dmsc_rd value)
{
	if (strcmp(path, "DMSC") == 0)
		return f == DMSC_FMT_NODE ? DMSC_E_OK : DMSC_E_DATA;
	if (!dmsc_begins(path, "DMSC/"))
		return DMSC_E_DATA;
	if (strcmp(path, "DMSC/UserConfirmation") == 0)
		return f == DMSC_FMT_CHR && (dmsc_rd_eq_str(value,
		    "required") || dmsc_rd_eq_str(value, "none")) ?
		    DMSC_E_OK : DMSC_E_DATA;
	return dmsc_format_check(f, value);
}

static int
rules_type(struct dmsc_tree *t)
{
	struct dmsc_node *n = dmsc_tree_find(t, "DMSC");

	return n == NULL || *dmsc_node_type(n) != '\0' ? DMSC_E_OK :
	    dmsc_node_set_type(t, n, "urn:oma:mo:ext-dmsc:1.0");
}

static const struct dmsc_dockind kinds[] = {
	{ "lwm2m", lwm2m_read, dmsc_lwm2m_write, DMSC_FORM_LWM2M,
	    DMSC_FORM_JSON, lwm2m_read_text, lwm2m_write_text,
	    dmsc_lwm2m_path, dmsc_lwm2m_check, dmsc_lwm2m_titles },
	{ "cp", cp_read, cp_write, DMSC_FORM_CP_WBXML, DMSC_FORM_CP,
	    dmsc_cp_read_xml, dmsc_cp_write_xml, NULL, cp_check, NULL },
	/* a companion is known by its label */
	{ "rules", rules_read, rules_write, DMSC_FORM_UNKNOWN, DMSC_FORM_TNDS,
	    rules_read_text, rules_write_text, NULL, rules_check, rules_type },
	{ "card", rules_read, rules_write, DMSC_FORM_UNKNOWN, DMSC_FORM_TNDS,
	    rules_read_text, rules_write_text, NULL, NULL, NULL }
};

const struct dmsc_dockind *
dmsc_kind_find(const char *kind)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return &kinds[i];
	return NULL;
}

bool
dmsc_kind_is_tree(const char *kind)
{
	return strcmp(kind, "dm") == 0 || dmsc_kind_find(kind) != NULL;
}

const char *
dmsc_kind_of_form(enum dmsc_form f)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (kinds[i].form != DMSC_FORM_UNKNOWN &&
		    (f == kinds[i].form || (f == kinds[i].text &&
		    f != DMSC_FORM_JSON)))
			return kinds[i].name;
	return f == DMSC_FORM_UNKNOWN || f == DMSC_FORM_EMPTY ? "app" : "dm";
}

static int
parse_message(struct dmsc_rd bytes, struct dmsc_tree **t)
{
	struct dmsc_boot *boot = NULL;
	size_t used;
	int r = dmsc_boot_read(bytes, &boot, &used, NULL);

	if (r == DMSC_E_OK &&
	    (*t = dmsc_tree_clone(dmsc_boot_tree(boot))) == NULL)
		r = DMSC_E_NOMEM;
	dmsc_boot_free(&boot);
	return r;
}

int
dmsc_kind_parse(struct dmsc_rd bytes, struct dmsc_tree **t)
{
	enum dmsc_form form = dmsc_form_guess(bytes);
	const struct dmsc_dockind *k =
	    dmsc_kind_find(dmsc_kind_of_form(form));
	size_t used;
	int r;

	*t = NULL;
	if (form == DMSC_FORM_TNDS || form == DMSC_FORM_TNDS_WBXML)
		return dmsc_tree_parse(bytes, t, &form, NULL);
	if (k == NULL)
		return parse_message(bytes, t);
	if ((*t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = k->read(bytes, *t, &used, NULL)) != DMSC_E_OK)
		dmsc_tree_free(t);
	return r;
}
