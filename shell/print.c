/* What several commands show: plans, commits, differences, trees, PINs. */
#include "tools.h"

#include <string.h>

enum { VALUE_WIDTH = 60, JSON_MAX = 64 << 20, NUMBER = 32 };

static const char *
number(unsigned long v, char *out)
{
	(void)snprintf(out, NUMBER, "%lu", v);
	return out;
}

/* What becomes of signatures, a line each. */
static void
print_signatures(struct sh *sh, const struct dmsc_doc_signed *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sh_print(sh, "signature of %s: %s\n", v[i].document,
		    v[i].change);
}

void
sh_print_plan(struct sh *sh, const struct dmsc_plan *p)
{
	static const char *const heads[] = { "STEP", "PLACE", "BYTES",
		"APDUS" };
	struct sh_table *t;
	char bytes[NUMBER], apdus[NUMBER];
	size_t i;

	if (strcmp(p->way, "none") == 0) {
		sh_print(sh, "nothing to do\n");
		return;
	}
	sh_kv(sh, "way", p->way);
	sh_kv(sh, "verdict", p->verdict);
	sh_kv(sh, "why", p->why);
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < p->n_steps; i++) {
		const char *cells[] = { p->steps[i].what, p->steps[i].place,
			number(p->steps[i].bytes, bytes),
			number(p->steps[i].apdus, apdus) };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
	if (p->n_steps > 0)
		sh_print(sh, "%u APDU%s, %zu byte%s\n", p->apdus,
		    sh_s(p->apdus), p->bytes, sh_s(p->bytes));
	print_signatures(sh, p->signatures, p->n_signatures);
}

int
sh_plan_status(struct sh *sh, const struct dmsc_plan *p)
{
	if (p->verdict == NULL || strcmp(p->verdict, "refused") != 0)
		return 0;
	dmsc_fail(sh_err(sh), DMSC_E_PLAN, "the plan would fail");
	if (p->why != NULL)
		dmsc_err_why(sh_err(sh), "%s", p->why);
	if (p->next != NULL)
		dmsc_err_next(sh_err(sh), "%s", p->next);
	return sh_fail(sh, DMSC_E_PLAN);
}

void
sh_print_commit(struct sh *sh, const struct dmsc_commit *c,
    const char *done)
{
	size_t i;

	if (strcmp(c->way, "none") == 0) {
		sh_print(sh, "nothing to do\n");
		return;
	}
	sh_print(sh, "%s%s:", sh_style(sh, SH_GREEN),
	    c->verified < 0 ? "written, not verified" : done);
	for (i = 0; i < c->n_documents; i++)
		sh_print(sh, "%s %s", i > 0 ? "," : "", c->documents[i]);
	if (c->n_documents == 0)
		sh_print(sh, " directories");
	sh_print(sh, "%s (%s, %u APDU%s)\n", sh_style(sh, SH_PLAIN), c->way,
	    c->apdus, sh_s(c->apdus));
	print_signatures(sh, c->signatures, c->n_signatures);
	if (c->journal != NULL && strcmp(done, "committed") == 0)
		sh_print(sh, "to take it back: undo %s\n", c->journal);
}

static const char *
value_of(const struct dmsc_change *c, const struct dmsc_buf *b, char *out)
{
	return b == NULL ? "" :
	    sh_value_of(c->secret, dmsc_buf_rd(b), out, VALUE_WIDTH);
}

/* "/OperatorX" and "DMAcc/opx" as one path. */
static void
print_where(struct sh *sh, const char *at, const char *uri)
{
	bool root = at == NULL || strcmp(at, "/") == 0;

	sh_print(sh, "%s%s%s", at == NULL || root ? "" : at,
	    at != NULL && *uri != '\0' ? "/" : "", uri);
}

static void
print_change(struct sh *sh, const struct dmsc_change *c, const char *at)
{
	char before[VALUE_WIDTH], after[VALUE_WIDTH];
	bool added = strcmp(c->op, "add") == 0;
	bool removed = strcmp(c->op, "remove") == 0;
	bool value = strcmp(c->op, "set") == 0;
	const char *b = value_of(c, c->before, before);
	const char *a = value_of(c, c->after, after);

	sh_print(sh, "%s%c ", sh_style(sh, added ? SH_GREEN :
	    removed ? SH_RED : SH_YELLOW), added ? '+' : removed ? '-' : '~');
	print_where(sh, at, c->uri);
	sh_print(sh, "%s", sh_style(sh, SH_PLAIN));
	if (added || removed)
		sh_print(sh, "%s%s\n", *(added ? a : b) != '\0' ? " = " : "",
		    added ? a : b);
	else
		sh_print(sh, "%s%s: %s -> %s\n", value ? "" : " ",
		    value ? "" : c->op, *b != '\0' ? b : "''",
		    *a != '\0' ? a : "''");
}

void
sh_print_diff(struct sh *sh, const struct dmsc_diff *d, const char *at)
{
	size_t i;

	for (i = 0; i < d->n_changes; i++)
		print_change(sh, &d->changes[i], at);
}

static int
print_name(struct sh *sh, const struct dmsc_node *n, unsigned level)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_TREE_NAME_MAX * 4);
	int r = b == NULL ? DMSC_E_NOMEM :
	    dmsc_uri_escape(dmsc_node_name(n), b);
	bool leaf = dmsc_node_is_leaf(n);

	if (r == DMSC_E_OK)
		sh_print(sh, "%*s%s%s%s%s", (int)(level * 2), "",
		    leaf ? "" : sh_style(sh, SH_BLUE), dmsc_buf_cstr(b),
		    leaf ? "" : "/", leaf ? "" : sh_style(sh, SH_PLAIN));
	if (r == DMSC_E_OK && *dmsc_node_title(n) != '\0')
		sh_print(sh, " (%s)", dmsc_node_title(n));
	dmsc_buf_free(&b);
	return r;
}

static void
print_below(struct sh *sh, const struct dmsc_node *n, unsigned level,
    int depth)
{
	const struct dmsc_node *c;
	char value[VALUE_WIDTH];

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if (print_name(sh, c, level) != DMSC_E_OK)
			return;
		if (dmsc_node_is_leaf(c))
			sh_print(sh, " = %s\n", sh_value_of(
			    dmsc_node_is_secret(c), dmsc_node_value(c),
			    value, sizeof value));
		else
			sh_print(sh, "%s%s\n", *dmsc_node_type(c) != '\0' ?
			    "  " : "", dmsc_node_type(c));
		if (depth != 1)	/* the tree's own depth is bounded */
			print_below(sh, c, level + 1, depth - 1);
	}
}

int
sh_node_at(struct sh *sh, const char *path, const struct dmsc_node **node)
{
	const struct dmsc_tree *tree;
	int r = dmsc_at(sh_session(sh), path, &tree, node);

	if (r != DMSC_E_OK || *node != NULL)
		return r;
	r = dmsc_fail(sh_err(sh), DMSC_E_UNSUPPORTED, "not a tree");
	dmsc_err_where(sh_err(sh), "%s", path);
	dmsc_err_next(sh_err(sh), "cat --hex %s", path);
	return r;
}

void
sh_print_tree(struct sh *sh, const struct dmsc_node *n, unsigned level,
    int depth)
{
	char value[VALUE_WIDTH];

	if (dmsc_node_is_leaf(n))
		sh_print(sh, "%s\n", sh_value_of(dmsc_node_is_secret(n),
		    dmsc_node_value(n), value, sizeof value));
	else if (depth != 0)
		print_below(sh, n, level, depth);
}

int
sh_data_node(struct sh *sh, const struct dmsc_node *n, int depth)
{
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_json_node(n, depth, b);

	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

void
sh_warn_none(struct sh *sh, size_t n_documents)
{
	struct dmsc_discovery *d = NULL;

	if (n_documents > 0)
		return;
	if (dmsc_discover(sh_session(sh), &d) != DMSC_E_OK)
		dmsc_err_clear(sh_err(sh));	/* the list is whole */
	else if (!d->found && d->why != NULL)
		sh_warn(sh, "%s", d->why);
	dmsc_view_free(&dmsc_discovery_view, d);
}

static const char *
tries(int n, char *out)
{
	if (n < 0)
		return "-";
	return number((unsigned long)n, out);
}

void
sh_print_pins(struct sh *sh, const struct dmsc_pin_state *p, size_t n)
{
	static const char *const heads[] = { "PIN", "STATE", "TRIES LEFT",
		"PUK TRIES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	char left[NUMBER], puk[NUMBER];
	size_t i;

	for (i = 0; i < n; i++) {
		const char *cells[] = { p[i].name, p[i].state,
			tries(p[i].tries, left), tries(p[i].puk_tries, puk) };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

void
sh_print_image(struct sh *sh, const struct dmsc_image_info *i)
{
	char n[NUMBER];

	sh_kv(sh, "image", i->file);
	sh_kv(sh, "profile", i->profile);
	sh_kv(sh, "ICCID", i->iccid);
	sh_kv(sh, "ATR", i->atr);
	sh_kv(sh, "life", i->life);
	sh_kv(sh, "files", number(i->files, n));
	sh_kv(sh, "memory", number(i->size, n));
	sh_kv(sh, "free", number(i->free_bytes, n));
	sh_kv(sh, "writes", number(i->writes, n));
}

void
sh_print_fcps(struct sh *sh, const struct dmsc_file_list *l, bool deep)
{
	static const char *const heads[] = { "FILE", "NAME", "KIND", "SIZE",
		"RECORDS", "LIFE" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	char size[NUMBER], records[NUMBER];
	size_t i;

	for (i = 0; i < l->n_files; i++) {
		const struct dmsc_fcp *f = &l->files[i];
		bool folder = f->kind != NULL && (strcmp(f->kind, "mf") == 0 ||
		    strcmp(f->kind, "df") == 0 || strcmp(f->kind, "adf") == 0);
		const char *cells[] = { deep ? f->path : f->fid, f->name,
			f->kind, folder ? "" : number(f->size, size),
			f->records > 0 ? records : "", f->life };

		if (f->records > 0)
			(void)snprintf(records, sizeof records, "%u x %u",
			    f->records, f->record_len);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}
