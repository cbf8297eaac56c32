/*
 * dm: sequences of 50 random commands give the same statuses and the same
 * tree as a simple model of the rules (OMA DM 1.2, reference 1.6, 4.5): a flat
 * list of paths, each with its ACL and value. DMSC_HARD=1: many of them.
 */
#include "tap.h"
#include "world.h"

enum { NODES = 64, PATH = 40, TEXT = 64, STEPS = 50, SEEDS = 300,
	HARD = 100000 };

struct flat { char path[PATH], acl[TEXT], value[TEXT]; bool leaf; };
struct model { struct flat v[NODES]; size_t n; };
struct act { const char *cmd; char uri[PATH], to[PATH], data[TEXT];
	const char *server; bool node; };

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*seed) * below >> 32);
}

static struct flat *
at(struct model *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->v[i].path, path) == 0)
			return &m->v[i];
	return NULL;
}

/* The path above; "" is the root's. */
static void
up(const char *path, char out[PATH])
{
	const char *slash = strrchr(path, '/');

	(void)snprintf(out, PATH, "%.*s", slash == NULL ? 0 :
	    (int)(slash - path), path);
}

/* Rights as a text search: "Cmd=...id..." in the nearest ACL. */
static bool
may(struct model *m, const char *path, const char *cmd, const char *server)
{
	char p[PATH], entry[TEXT], *s, *save = NULL, *eq;
	const struct flat *f = at(m, path);

	(void)snprintf(p, sizeof p, "%s", path);
	while (*p != '\0' && (f == NULL || f->acl[0] == '\0')) {
		char above[PATH];

		up(p, above);
		(void)snprintf(p, sizeof p, "%s", above);
		f = at(m, p);
	}
	(void)snprintf(entry, sizeof entry, "%s", f->acl);
	for (s = strtok_r(entry, "&", &save); s != NULL;
	    s = strtok_r(NULL, "&", &save)) {
		if ((eq = strchr(s, '=')) == NULL)
			abort();
		*eq = '\0';
		if (strcmp(s, cmd) == 0)
			return strchr(eq + 1, '*') != NULL ||
			    strstr(eq + 1, server) != NULL;
	}
	return false;
}

static struct flat *
put(struct model *m, const char *path, bool leaf, const char *value)
{
	struct flat *f = &m->v[m->n++];

	if (m->n == NODES)
		abort();
	memset(f, 0, sizeof *f);
	(void)snprintf(f->path, sizeof f->path, "%s", path);
	(void)snprintf(f->value, sizeof f->value, "%s", value);
	f->leaf = leaf;
	return f;
}

static void
own(struct model *m, struct flat *f, const char *server)
{
	char above[PATH];

	up(f->path, above);
	if (!f->leaf && !may(m, above, "Replace", server))
		(void)snprintf(f->acl, sizeof f->acl,
		    "Add=%s&Delete=%s&Replace=%s", server, server, server);
}

static unsigned
m_add(struct model *m, const char *path, bool leaf, const char *value,
    const char *server)
{
	char near[PATH], p[PATH];
	const char *slash;

	up(path, near);
	while (at(m, near) == NULL) {
		up(near, p);
		(void)snprintf(near, sizeof near, "%s", p);
	}
	if (!may(m, near, "Add", server))
		return 425;
	if (at(m, near)->leaf)
		return 405;
	if (at(m, path) != NULL)
		return 418;
	for (slash = strchr(path, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		(void)snprintf(p, sizeof p, "%.*s", (int)(slash - path),
		    path);
		if (at(m, p) == NULL)
			own(m, put(m, p, false, ""), server);
	}
	own(m, put(m, path, leaf, value), server);
	return 200;
}

static unsigned
m_replace(struct model *m, const char *path, const char *value,
    const char *server)
{
	struct flat *f = at(m, path);

	if (f == NULL)
		return 404;
	if (!may(m, path, "Replace", server))
		return 425;
	if (!f->leaf)
		return 405;
	(void)snprintf(f->value, sizeof f->value, "%s", value);
	return 200;
}

static unsigned
m_acl(struct model *m, const char *path, const char *acl,
    const char *server)
{
	struct flat *f = at(m, path);
	char above[PATH];

	if (f == NULL)
		return 404;
	up(path, above);
	if (!(*path != '\0' && may(m, above, "Replace", server)) &&
	    !(!f->leaf && may(m, path, "Replace", server)))
		return 425;
	if (*path == '\0' && strstr(acl, "Add=*") == NULL)
		return 405;
	(void)snprintf(f->acl, sizeof f->acl, "%s", acl);
	return 200;
}

static bool
under(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/');
}

static unsigned
m_delete(struct model *m, const char *path, const char *server)
{
	size_t i;

	if (at(m, path) == NULL)
		return 404;
	if (!may(m, path, "Delete", server))
		return 425;
	if (*path == '\0')
		return 405;
	for (i = 0; i < m->n;)
		if (under(m->v[i].path, path))
			m->v[i] = m->v[--m->n];
		else
			i++;
	return 200;
}

static unsigned
m_rename(struct model *m, const char *path, const char *name,
    const char *server)
{
	char above[PATH], to[PATH], rest[PATH];
	size_t i, n = strlen(path);

	if (at(m, path) == NULL)
		return 404;
	if (!may(m, path, "Replace", server))
		return 425;
	if (*path == '\0')
		return 405;
	up(path, above);
	(void)snprintf(to, sizeof to, "%.36s%s%.2s", above,
	    *above == '\0' ? "" : "/", name);
	if (strcmp(to, path) == 0)
		return 200;
	if (at(m, to) != NULL)
		return 418;
	for (i = 0; i < m->n; i++)
		if (under(m->v[i].path, path)) {
			(void)snprintf(rest, sizeof rest, "%s",
			    m->v[i].path + n);
			(void)snprintf(m->v[i].path, PATH, "%.19s%.19s", to,
			    rest);
		}
	return 200;
}

static unsigned
m_copy(struct model *m, const char *from, const char *to,
    const char *server)
{
	const struct flat *f = at(m, from);
	char value[TEXT];

	if (f == NULL)
		return 403;
	if (!may(m, from, "Get", server))
		return 425;
	if (!f->leaf)
		return 405;
	(void)snprintf(value, sizeof value, "%s", f->value);
	return at(m, to) != NULL ? m_replace(m, to, value, server) :
	    m_add(m, to, true, value, server);
}

static unsigned
m_do(struct model *m, const struct act *a)
{
	const char *s = a->server;

	if (strcmp(a->cmd, "Add") == 0)
		return m_add(m, a->uri, !a->node, a->node ? "" : a->data, s);
	if (strcmp(a->cmd, "Replace") == 0)
		return m_replace(m, a->uri, a->data, s);
	if (strcmp(a->cmd, "ACL") == 0)
		return m_acl(m, a->uri, a->data, s);
	if (strcmp(a->cmd, "Name") == 0)
		return m_rename(m, a->uri, a->data, s);
	if (strcmp(a->cmd, "Delete") == 0)
		return m_delete(m, a->uri, s);
	if (strcmp(a->cmd, "Copy") == 0)
		return m_copy(m, a->uri, a->to, s);
	return at(m, a->uri) == NULL ? 404 :
	    may(m, a->uri, "Get", s) ? 200 : 425;
}

static void
some_path(uint32_t *seed, char out[PATH])
{
	static const char *const names[] = { "a", "b", "c" };
	uint32_t depth = draw(seed, 12) == 0 ? 0 : 1 + draw(seed, 3), i;
	size_t n = 0;

	out[0] = '\0';
	for (i = 0; i < depth; i++)
		n += (size_t)snprintf(out + n, PATH - n, "%s%s", i == 0 ?
		    "" : "/", names[draw(seed, 3)]);
}

static void
some_act(uint32_t *seed, struct act *a)
{
	static const char *const cmds[] = { "Add", "Add", "Add", "Replace",
	    "ACL", "ACL", "Name", "Delete", "Copy", "Get" };
	static const char *const servers[] = { "S1", "S2", "S3" };
	static const char *const acls[] = { "", "Get=*",
	    "Add=*&Get=*&Replace=S1", "Add=S1&Delete=S1+S2&Replace=S1+S3",
	    "Replace=*&Add=*&Delete=*&Get=S2", "Get=S3&Replace=S2" };

	memset(a, 0, sizeof *a);
	a->cmd = cmds[draw(seed, DMSC_COUNT(cmds))];
	a->server = servers[draw(seed, DMSC_COUNT(servers))];
	a->node = draw(seed, 2) == 0;
	do
		some_path(seed, a->uri);
	while (*a->uri == '\0' && (strcmp(a->cmd, "Add") == 0));
	do
		some_path(seed, a->to);
	while (*a->to == '\0');
	if (strcmp(a->cmd, "ACL") == 0)
		(void)snprintf(a->data, sizeof a->data, "%s",
		    acls[draw(seed, DMSC_COUNT(acls))]);
	else
		(void)snprintf(a->data, sizeof a->data, "%c",
		    (int)('a' + draw(seed, 3)));
}

/* Each of the model's nodes in the tree, and no more. */
static bool
same(struct model *m, const struct dmsc_tree *t)
{
	const struct dmsc_node *n;
	size_t i;

	for (i = 0; i < m->n; i++) {
		n = dmsc_tree_find(t, m->v[i].path[0] == '\0' ? "." :
		    m->v[i].path);
		if (n == NULL || dmsc_node_is_leaf(n) != m->v[i].leaf ||
		    strcmp(dmsc_node_acl(n), m->v[i].acl) != 0 ||
		    !dmsc_rd_eq_str(dmsc_node_value(n), m->v[i].value))
			return false;
	}
	return m->n == dmsc_tree_count(t) + 1;
}

static void
command(struct dmsc_msg *out, const struct act *a)
{
	char uri[2 * PATH + 16];
	const char *root = *a->uri == '\0' ? "." : "./";

	(void)snprintf(uri, sizeof uri, "%s%s%s%s%s", root, a->uri,
	    strcmp(a->cmd, "ACL") == 0 ? "?prop=ACL" :
	    strcmp(a->cmd, "Name") == 0 ? "?prop=Name" : "",
	    strcmp(a->cmd, "Copy") == 0 ? ">./" : "",
	    strcmp(a->cmd, "Copy") == 0 ? a->to : "");
	(void)world_cmd(out, NULL, strlen(a->cmd) == 3 &&
	    strcmp(a->cmd, "ACL") == 0 ? "Replace" :
	    strcmp(a->cmd, "Name") == 0 ? "Replace" : a->cmd,
	    dmsc_msg_str(out, "%s", uri), a->node &&
	    strcmp(a->cmd, "Add") == 0 ? "node" : NULL, NULL,
	    strcmp(a->cmd, "Delete") == 0 || strcmp(a->cmd, "Get") == 0 ||
	    strcmp(a->cmd, "Copy") == 0 || (a->node &&
	    strcmp(a->cmd, "Add") == 0) ? NULL : a->data);
}

/* One act by both. False: they differ. */
static bool
step(struct model *m, struct dmsc_tree *t, struct dmsc_responder *r,
    const struct act *a, bool back)
{
	struct dmsc_dm_opts o = { .server = a->server };
	struct dmsc_msg *in = world_msg("1"), *out;
	struct model before = *m;
	unsigned want, got;
	bool good;

	command(in, a);
	want = m_do(m, a);
	good = dmsc_responder_set(r, &o) == DMSC_E_OK &&
	    dmsc_responder_take(r, in, NULL) == DMSC_E_OK;
	out = world_said(r);
	got = world_status(out, "1");
	good = good && got == want && same(want == 200 ? m : &before, t);
	if (!good)
		printf("# %s: %s %s %s %s: %u, model %u\n", a->server,
		    a->cmd, a->uri, a->to, a->data, got, want);
	if (good && back) {
		dmsc_responder_back(r);
		good = same(&before, t);
		*m = before;
	} else if (want != 200)
		*m = before;
	dmsc_msg_free(&in);
	dmsc_msg_free(&out);
	return good;
}

static bool
sequence(uint32_t seed)
{
	struct dmsc_tree *t = dmsc_tree_new(1 << 20);
	struct model m = { .n = 0 };
	struct dmsc_responder *r = NULL;
	struct dmsc_dm_opts o = { .server = "S1" };
	struct act a;
	bool good;
	unsigned i;

	(void)snprintf(put(&m, "", false, "")->acl, TEXT, "Add=*&Get=*");
	good = dmsc_node_set_acl(t, dmsc_tree_root(t), "Add=*&Get=*") ==
	    DMSC_E_OK && dmsc_responder_new(t, &o, &r) == DMSC_E_OK;
	for (i = 0; good && i < STEPS; i++) {
		some_act(&seed, &a);
		good = step(&m, t, r, &a, draw(&seed, 8) == 0);
	}
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	return good;
}

int
main(void)
{
	uint32_t n = getenv("DMSC_HARD") == NULL ? SEEDS : HARD, i, good = 0;
	char line[64];

	for (i = 0; i < n; i++)
		if (sequence(i * 2654435761u + 1))
			good++;
		else
			printf("# seed %u\n", (unsigned)i);
	(void)snprintf(line, sizeof line, "%u sequences of %d commands",
	    (unsigned)n, STEPS);
	ok(good == n, line);
	return tap_done();
}
