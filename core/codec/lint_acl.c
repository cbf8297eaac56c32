/* Rules for ACLs: of one node, and the servers that all of them name
 * (reference oma-dm.md 1.6). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { COMMANDS = 8, SHOWN = 60 };

/* The part of *r before c, which *r moves behind. */
static struct dmsc_rd
part(struct dmsc_rd *r, char c)
{
	size_t n = 0;
	struct dmsc_rd out;

	while (n < r->left && r->p[n] != (uint8_t)c)
		n++;
	out = dmsc_rd_slice(*r, 0, n);
	*r = dmsc_rd_slice(*r, n + 1, r->left);
	return out;
}

static int
shown(struct dmsc_rd r)
{
	return r.left > SHOWN ? SHOWN : (int)r.left;
}

static bool
mixed(struct dmsc_rd ids)
{
	bool star = false, other = false;

	while (ids.left > 0) {
		if (dmsc_rd_eq_str(part(&ids, '+'), "*"))
			star = true;
		else
			other = true;
	}
	return star && other;
}

static void
entries(struct lint *l, const struct lint_node *n, const char *uri,
    struct dmsc_rd r)
{
	struct dmsc_rd seen[COMMANDS], entry, cmd;
	size_t i, n_seen = 0;

	while (r.left > 0) {
		entry = part(&r, '&');
		cmd = part(&entry, '=');
		for (i = 0; i < n_seen; i++)
			if (dmsc_rd_eq(seen[i], cmd))
				dmsc_lint_say(l->o, DMSC_L_ACL_TWICE,
				    n->acl.at, uri, "%.*s is there twice",
				    shown(cmd), (const char *)cmd.p);
		if (n_seen < COMMANDS)
			seen[n_seen++] = cmd;
		if (mixed(entry))
			dmsc_lint_say(l->o, DMSC_L_ACL_WILD, n->acl.at, uri,
			    "* stands beside other identifiers");
	}
}

void
lint_acl(struct lint *l, const struct lint_node *n, const char *uri)
{
	struct dmsc_rd r = dmsc_codec_trim(lint_rd(&n->acl));
	char *acl;

	if (n->acl.b == NULL)
		return;
	if ((acl = dmsc_strndup(r)) == NULL)
		lint_nomem(l);
	else if (strlen(acl) != r.left || dmsc_acl_check(acl) != DMSC_E_OK)
		dmsc_lint_say(l->o, DMSC_L_ACL_BAD, n->acl.at, uri,
		    "'%.*s' is no ACL", shown(r), (const char *)r.p);
	else
		entries(l, n, uri, r);
	free(acl);
}

void
lint_acl_servers(struct lint *l, const struct lint_names *servers)
{
	struct dmsc_rd r, entry, id;
	const struct lint_node *n;
	size_t i;

	for (i = 0; i < l->n_nodes; i++) {
		n = &l->nodes[i];
		if (n->n == NULL)
			continue;
		r = dmsc_rd_str(dmsc_node_acl(n->n));
		while (r.left > 0) {
			entry = part(&r, '&');
			(void)part(&entry, '=');
			while (entry.left > 0) {
				id = part(&entry, '+');
				if (dmsc_rd_eq_str(id, "*") ||
				    (l->o->owner != NULL &&
				    dmsc_rd_eq_str(id, l->o->owner)) ||
				    lint_names_has(servers, id))
					continue;
				dmsc_lint_say(l->o, DMSC_L_ACL_STRANGER,
				    n->acl.at, NULL, "no account here is of "
				    "the server '%.*s'", shown(id),
				    (const char *)id.p);
			}
		}
	}
}
