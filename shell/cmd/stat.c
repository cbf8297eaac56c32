/* stat: what is known of a document or a node. */
#include <string.h>

#include "tools.h"

enum { NUMBER = 32 };

static const char *
number(size_t v, char *out)
{
	(void)snprintf(out, NUMBER, "%zu", v);
	return out;
}

static int
stat_doc(struct sh *sh, const char *path)
{
	struct dmsc_doc *d = NULL;
	char n[NUMBER];
	size_t i;
	int r = dmsc_doc_stat(sh_session(sh), path, &d);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_doc_view, d);
	sh_kv(sh, "document", d->name);
	sh_kv(sh, "label", d->label);
	sh_kv(sh, "kind", d->kind);
	sh_kv(sh, "place", d->place);
	sh_kv(sh, "second slot", d->second_slot != NULL ? d->second_slot :
	    "none");
	sh_kv(sh, "object id", d->oid);
	sh_kv(sh, "size", number(d->size, n));
	if (d->used >= 0)
		sh_kv(sh, "used", number((size_t)d->used, n));
	sh_kv(sh, "private", d->is_private ? "yes" : "no");
	sh_kv(sh, "modifiable", d->modifiable ? "yes" : "no");
	sh_kv(sh, "needs", d->needs);
	sh_kv(sh, "signature", d->signature);
	sh_kv(sh, "signature change", d->signature_change);
	if (d->rules != NULL) {
		sh_kv(sh, "confirmation", d->rules->confirmation);
		sh_kv(sh, "group", d->rules->group);
		sh_kv(sh, "version", d->rules->version);
		sh_kv(sh, "issuer", d->rules->issuer);
	}
	sh_kv(sh, "working copy", d->state);
	for (i = 0; i < d->n_warnings; i++)
		sh_warn(sh, "%s", d->warnings[i]);
	return 0;
}

static int
stat_node(struct sh *sh, const char *path)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *x;
	const char *acl;
	char n[NUMBER];
	int r = dmsc_at(sh_session(sh), path, &tree, &x);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (x == NULL)
		return stat_doc(sh, path);
	sh_kv(sh, "node", dmsc_node_name(x));
	sh_kv(sh, "format", dmsc_format_name(dmsc_node_format(x)));
	sh_kv(sh, "type", dmsc_node_type(x));
	sh_kv(sh, "title", dmsc_node_title(x));
	sh_kv(sh, "changed", dmsc_node_tstamp(x));
	if (dmsc_node_verno(x) >= 0)
		sh_kv(sh, "version", number((size_t)dmsc_node_verno(x), n));
	acl = dmsc_node_acl(x);
	sh_kv(sh, *acl != '\0' ? "ACL" : "ACL, inherited",
	    *acl != '\0' ? acl : dmsc_acl_effective(x));
	if (dmsc_node_is_leaf(x))
		sh_kv(sh, "bytes", number(dmsc_node_value(x).left, n));
	else
		sh_kv(sh, "children", number(dmsc_node_children(x), n));
	return sh_data_node(sh, x, 0);
}

static int
stat_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);
	const char *p = status == 0 ? dmsc_buf_cstr(path) : NULL;

	if (status == 0 && strcmp(p, "/") == 0) {
		status = sh_usage(sh, "/ is no document");
		dmsc_err_next(sh_err(sh), "docs");
	} else if (status == 0)
		status = strchr(p + 1, '/') == NULL ? stat_doc(sh, p) :
		    stat_node(sh, p);
	dmsc_buf_free(&path);
	return status;
}

static const char *const stat_examples[] = {
	"stat /OperatorX",
	"stat /OperatorX/DMAcc/opx/ServerID",
	NULL
};

const struct sh_cmd sh_cmd_stat = {
	.name = "stat", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "show what is known of a document or a node",
	.details = "Of a document: its kind, place, size, rights and second "
	    "slot, what its own rules say, and what is odd about it. Of a "
	    "node: its format, type, ACL and size.\n\nA document's own rules "
	    "are the nodes below its DMSC: UserConfirmation (required or "
	    "none), Group, Version and Issuer. In a message they are part of "
	    "its tree; for other documents a data object LABEL.dmsc beside "
	    "the document holds them, which is made, copied and removed with "
	    "it.\n\nWarnings are about what is odd: an object identifier "
	    "that is wrapped twice or misplaced, a path that other readers "
	    "cannot follow, a file or a PIN that is not there, content that "
	    "is another kind's.",
	.min_args = 1, .max_args = 1, .examples = stat_examples,
	.see = "ls, cat, acl, file fcp",
	.complete = sh_complete_path, .run = stat_run,
};
