/* dmsc/lint.h: lint of the card in use, of bytes, and the table of rules. */
#include <string.h>

#include "codec/lint.h"
#include "device/model.h"
#include "session/session.h"
#include "store/lint.h"

const char *
dmsc_lint_model(size_t i, const char **title)
{
	const struct dmsc_model *m = dmsc_model_at(i);

	if (m == NULL)
		return NULL;
	*title = m->title;
	return m->name;
}

static int
find_model(struct dmsc_session *s, const char *path, const char *name,
    const struct dmsc_model **out)
{
	*out = name == NULL ? NULL : dmsc_model_find(name);
	if (name == NULL)
		return DMSC_E_OK;
	if (*out == NULL)
		return dmsc_fail(&s->err, DMSC_E_USAGE, "no model '%s'",
		    name);
	if (path != NULL && strcmp(path, "/") != 0)
		return dmsc_fail(&s->err, DMSC_E_USAGE, "a model judges a "
		    "whole card");
	return DMSC_E_OK;
}

int
dmsc_lint_card(struct dmsc_session *s, const char *path, const char *model,
    struct dmsc_lint **out)
{
	const struct dmsc_model *m;
	struct dmsc_raw *raw = NULL;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK ||
	    (r = find_model(s, path, model, &m)) != DMSC_E_OK ||
	    (r = dmsc_store_lint(s->store, path, out)) != DMSC_E_OK ||
	    m == NULL)
		return r;
	if ((r = dmsc_store_raw(s->store, &raw)) == DMSC_E_OK &&
	    (r = dmsc_model_judge(m, raw, *out)) != DMSC_E_OK)
		dmsc_fail(&s->err, r, "out of memory");
	dmsc_raw_free(&raw);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_lint_view, *out);
		*out = NULL;
	}
	return r;
}

int
dmsc_lint_fix(struct dmsc_session *s, const char *path,
    struct dmsc_lint **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_mend(s->store, path, out);
}

int
dmsc_lint_fix_bytes(struct dmsc_session *s, struct dmsc_rd bytes,
    struct dmsc_buf *fixed)
{
	int r = dmsc_lint_mend(bytes, fixed);

	dmsc_err_clear(&s->err);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(&s->err, r, "the document cannot be mended");
}

int
dmsc_lint_bytes(struct dmsc_session *s, struct dmsc_rd bytes, bool on_card,
    struct dmsc_lint **out)
{
	struct dmsc_lint_list list = { .out =
	    dmsc_view_new(&dmsc_lint_view) };
	struct dmsc_lint_out o = { .ctx = &list, .found = dmsc_lint_found };

	*out = list.out;
	dmsc_err_clear(&s->err);
	if (list.out != NULL)
		(void)dmsc_lint_document(bytes, on_card, &o);
	if (list.out != NULL && o.code == DMSC_E_OK)
		return DMSC_E_OK;
	dmsc_view_free(&dmsc_lint_view, list.out);
	*out = NULL;
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static int
add_rule(struct dmsc_lint_rules *l, enum dmsc_rule i)
{
	const struct dmsc_rule_row *row = dmsc_rule(i);
	struct dmsc_lint_rule *r = dmsc_list_add(&l->rules, &l->n_rules,
	    sizeof *r);
	int code;

	if (r == NULL)
		return DMSC_E_NOMEM;
	if ((code = dmsc_str_set(&r->rule, "%s", row->name)) != DMSC_E_OK ||
	    (code = dmsc_str_set(&r->severity, "%s",
	    dmsc_severity_name(row->severity))) != DMSC_E_OK ||
	    (code = dmsc_str_set(&r->text, "%s", row->text)) != DMSC_E_OK)
		return code;
	return dmsc_str_set(&r->source, "%s", row->source);
}

int
dmsc_lint_table(struct dmsc_session *s, struct dmsc_lint_rules **out)
{
	struct dmsc_lint_rules *l = dmsc_view_new(&dmsc_lint_rules_view);
	int r = l == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	unsigned i;

	*out = NULL;
	dmsc_err_clear(&s->err);
	for (i = 0; r == DMSC_E_OK && i < DMSC_L_COUNT; i++)
		r = add_rule(l, (enum dmsc_rule)i);
	if (r == DMSC_E_OK) {
		*out = l;
		return r;
	}
	dmsc_view_free(&dmsc_lint_rules_view, l);
	return dmsc_fail(&s->err, r, "out of memory");
}
