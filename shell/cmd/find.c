/* find: nodes by the pattern of a name or a value. */
#define _GNU_SOURCE	/* FNM_CASEFOLD */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

enum { PATH_BYTES = 65536, VALUE_WIDTH = 60 };

struct match {
	char *path;
	char *format;
	char *value;		/* of a leaf that is text */
	struct dmsc_buf *bytes;	/* of another leaf */
	bool secret;
};
struct matches {
	struct match *nodes;
	size_t n_nodes;
};
static const struct dmsc_field match_fields[] = {
	DMSC_F(match, path, DMSC_K_STR),
	DMSC_F(match, format, DMSC_K_STR),
	DMSC_F(match, value, DMSC_K_STR),
	DMSC_F(match, bytes, DMSC_K_BYTES),
	DMSC_F(match, secret, DMSC_K_BOOL),
	DMSC_F_END
};
static const struct dmsc_view match_view = { "match", sizeof(struct match),
	match_fields };
static const struct dmsc_field matches_fields[] = {
	DMSC_F_LIST(matches, nodes, n_nodes, &match_view),
	DMSC_F_END
};
static const struct dmsc_view matches_view = { "find",
	sizeof(struct matches), matches_fields };

struct search {
	const char *name, *value;	/* patterns, NULL: any */
	int flags;
	struct matches *out;
	struct dmsc_buf *path;
};

static const struct sh_opt find_opts[] = {
	{ 'V', "value", "PATTERN", "only nodes whose value is like PATTERN" },
	{ 'i', "ignore-case", NULL, "large and small letters are the same" },
	{ 0, NULL, NULL, NULL }
};

/* The title of a LwM2M resource is its name in the table. */
static bool
name_like(const struct search *s, const struct dmsc_node *n)
{
	return fnmatch(s->name, dmsc_node_name(n), s->flags) == 0 ||
	    fnmatch(s->name, dmsc_node_title(n), s->flags) == 0;
}

static bool
value_like(const struct search *s, const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);
	char *text;
	bool like;

	if (s->value == NULL)
		return true;
	if (!dmsc_node_is_leaf(n) || !sh_is_text(v))
		return false;
	text = v.left > 0 ? strndup((const char *)v.p, v.left) : strdup("");
	like = text != NULL && fnmatch(s->value, text, s->flags) == 0;
	free(text);
	return like;
}

static int
keep(struct search *s, const struct dmsc_node *n)
{
	struct match *m = dmsc_list_add(&s->out->nodes, &s->out->n_nodes,
	    sizeof *m);
	int r = m == NULL ? DMSC_E_NOMEM :
	    dmsc_str_set(&m->path, "%s", dmsc_buf_cstr(s->path));

	if (r == DMSC_E_OK)
		r = dmsc_str_set(&m->format, "%s",
		    dmsc_format_name(dmsc_node_format(n)));
	if (r == DMSC_E_OK && dmsc_node_is_leaf(n)) {
		struct dmsc_rd v = dmsc_node_value(n);

		m->secret = dmsc_node_is_secret(n);
		if (sh_is_text(v))
			m->value = v.left > 0 ?
			    strndup((const char *)v.p, v.left) : strdup("");
		else
			m->bytes = dmsc_buf_from(v, v.left);
		r = m->value == NULL && m->bytes == NULL ? DMSC_E_NOMEM :
		    DMSC_E_OK;
	}
	return r;
}

/* n stands at s->path; its children are looked at too. */
static int
search(struct search *s, const struct dmsc_node *n)
{
	const struct dmsc_node *c;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		size_t len = s->path->len;

		if (len > 1)
			r = dmsc_buf_u8(s->path, '/');
		if (r == DMSC_E_OK)
			r = dmsc_uri_escape(dmsc_node_name(c), s->path);
		if (r == DMSC_E_OK && name_like(s, c) && value_like(s, c))
			r = keep(s, c);
		if (r == DMSC_E_OK)
			r = search(s, c);
		dmsc_buf_truncate(s->path, len);
	}
	return r;
}

static int
search_docs(struct sh *sh, struct search *s)
{
	struct dmsc_doc_list *l = NULL;
	const struct dmsc_tree *tree;
	const struct dmsc_node *n;
	int r = dmsc_docs(sh_session(sh), &l);
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < l->n_documents; i++) {
		dmsc_buf_reset(s->path);
		r = dmsc_buf_fmt(s->path, "/%s", l->documents[i].name);
		n = NULL;
		if (r == DMSC_E_OK && dmsc_at(sh_session(sh),
		    dmsc_buf_cstr(s->path), &tree, &n) != DMSC_E_OK) {
			const struct dmsc_err *e = sh_err(sh);

			if (e->code == DMSC_E_INTERRUPTED)
				r = e->code;
			else
				sh_warn(sh, "/%s: %s%s%s",
				    l->documents[i].name, e->message,
				    e->why[0] != '\0' ? ": " : "", e->why);
		}
		if (r == DMSC_E_OK && n != NULL)
			r = search(s, n);
	}
	if (r == DMSC_E_OK)
		sh_warn_none(sh, l->n_documents);
	dmsc_view_free(&dmsc_doc_list_view, l);
	return r;
}

static int
search_from(struct sh *sh, struct search *s)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *n;
	int r;

	if (strcmp(dmsc_buf_cstr(s->path), "/") == 0)
		return search_docs(sh, s);
	r = dmsc_at(sh_session(sh), dmsc_buf_cstr(s->path), &tree, &n);
	return r == DMSC_E_OK && n != NULL ? search(s, n) : r;
}

static void
print_matches(struct sh *sh, const struct matches *l)
{
	char value[VALUE_WIDTH];
	size_t i;

	for (i = 0; i < l->n_nodes; i++) {
		const struct match *m = &l->nodes[i];
		bool leaf = m->value != NULL || m->bytes != NULL;
		struct dmsc_rd v = m->value != NULL ?
		    dmsc_rd_str(m->value) : dmsc_buf_rd(m->bytes);

		sh_print(sh, "%s%s%s\n", m->path, leaf ? " = " : "/", leaf ?
		    sh_value_of(m->secret, v, value, sizeof value) : "");
	}
}

static int
find_run(struct sh *sh, const struct sh_args *a)
{
	struct search s = { sh_arg(a, 0), sh_opt(a, "value"),
		sh_has(a, "ignore-case") ? FNM_CASEFOLD : 0, NULL, NULL };
	int r, status;

	if (strchr(s.name, '/') != NULL) {
		status = sh_usage(sh, "'%s' is a path, not the pattern of a "
		    "name", s.name);
		dmsc_err_next(sh_err(sh), "find '*' %s", s.name);
		return status;
	}
	if ((status = sh_card_path(sh, a, 1, &s.path)) != 0)
		return status;
	s.out = dmsc_view_new(&matches_view);
	r = s.out == NULL ? DMSC_E_NOMEM : search_from(sh, &s);
	dmsc_buf_free(&s.path);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&matches_view, s.out);
		return sh_fail(sh, r);
	}
	sh_data(sh, &matches_view, s.out);
	print_matches(sh, s.out);
	return 0;
}

static void
find_complete(struct sh *sh, int arg, const char *word)
{
	if (arg == 1)
		sh_complete_path(sh, arg, word);
}

static const char *const find_examples[] = {
	"find ServerID",
	"find 'App*' /OperatorX",
	"find --value '*example*' '*'",
	NULL
};

const struct sh_cmd sh_cmd_find = {
	.name = "find", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATTERN [PATH]",
	.summary = "find nodes by name or value",
	.details = "PATTERN is compared with names and titles: * stands for "
	    "any text, ? for one character, [...] for one of some. Looks "
	    "below PATH, or below the current folder. A document that cannot "
	    "be read is named in a warning.\n\n" SH_SECRETS,
	.opts = find_opts, .min_args = 1, .max_args = 2,
	.examples = find_examples, .see = "ls, tree, cat",
	.complete = find_complete, .run = find_run,
};
