/* What is secret or personal in the card's own tree, told to the link: in
 * commands of ours, in messages of others and in what the card answers. */
#include "store/cardtree.h"

#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "store/conceal.h"

static const char personal[] = "Personal";

bool
dmsc_cardhide_secret(const char *uri)
{
	char *copy = uri == NULL ? NULL :
	    dmsc_strndup(dmsc_rd_of(uri, strcspn(uri, "?")));
	char *slash = copy == NULL ? NULL : strrchr(copy, '/');
	bool is = slash != NULL && dmsc_name_is_secret(slash + 1);

	free(copy);
	return is;
}

bool
dmsc_cardhide_personal(const char *uri)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_TREE_NAME_MAX);
	char *seg = NULL;
	bool is = true;			/* without memory it may be */

	if (uri == NULL) {
		dmsc_buf_free(&b);
		return false;
	}
	uri += dmsc_begins(uri, "./") ? 2 : strspn(uri, "/");
	seg = dmsc_strndup(dmsc_rd_of(uri, strcspn(uri, "/?")));
	if (b != NULL && seg != NULL)
		is = dmsc_uri_unescape(seg, b) == DMSC_E_OK &&
		    dmsc_rd_eq_str(dmsc_buf_rd(b), personal);
	free(seg);
	dmsc_buf_free(&b);
	return is;
}

bool
dmsc_cardhide_hidden(struct dmsc_store *st, const struct dmsc_tree *t,
    const char *path)
{
	if (!dmsc_cardtree_path(path) || !st->appl.there ||
	    (st->appl.hello.to_personal & DMSC_APPL_USER) == 0 ||
	    !dmsc_cardhide_personal(path + strspn(path, "/") +
	    strlen(DMSC_KIND_CARD)) || dmsc_tree_find(t, personal) != NULL)
		return false;
	(void)dmsc_fail(st->e, DMSC_E_AUTH, "not readable");
	(void)dmsc_err_where(st->e, "%s", path);
	(void)dmsc_err_why(st->e, "personal data wants the user's PIN");
	(void)dmsc_err_next(st->e, "pin verify 81");
	return true;
}

static bool
is_personal(const struct dmsc_node *n)
{
	const struct dmsc_node *up = dmsc_node_parent(n), *top = n;

	for (; up != NULL && dmsc_node_parent(up) != NULL;
	    up = dmsc_node_parent(up))
		top = up;
	return strcmp(dmsc_node_name(top), personal) == 0;
}

static void
hide(struct dmsc_store *st, const struct dmsc_node *n, bool all)
{
	for (; n != NULL; n = dmsc_node_after(n))
		if (all || dmsc_node_is_secret(n) || is_personal(n))
			dmsc_link_redact(dmsc_uicc_link(st->u),
			    dmsc_node_value(n));
}

void
dmsc_cardtree_conceal(struct dmsc_store *st, const struct dmsc_node *n)
{
	hide(st, n, false);
}

static bool
is_tnds(const char *type)
{
	static const char begin[] = "application/vnd.syncml.dmtnds";

	return type != NULL && strncasecmp(type, begin, sizeof begin - 1) ==
	    0;
}

void
dmsc_cardhide_value(struct dmsc_store *st, const char *uri,
    const char *type, struct dmsc_rd value)
{
	bool all = dmsc_cardhide_personal(uri);
	struct dmsc_tree *t;

	if (all || dmsc_cardhide_secret(uri))
		dmsc_link_redact(dmsc_uicc_link(st->u), value);
	if (!is_tnds(type) || (t = dmsc_tree_new(2UL * DMSC_DOC_MAX)) ==
	    NULL)
		return;
	if (dmsc_tnds_read(value, t, dmsc_tree_root(t), NULL) == DMSC_E_OK)
		hide(st, dmsc_tree_root(t), all);
	dmsc_tree_free(&t);
}

static void
hide_command(struct dmsc_store *st, const struct dmsc_cmd *c)
{
	size_t i;

	for (i = 0; i < c->n_items; i++) {
		const struct dmsc_item *it = c->items[i];

		dmsc_cardhide_value(st, it->target.uri != NULL ?
		    it->target.uri : it->source.uri, dmsc_item_type(c, it),
		    it->data.bytes);
	}
	for (i = 0; i < c->n_cmds; i++)	/* their depth is bounded */
		hide_command(st, c->cmds[i]);
}

void
dmsc_cardhide_message(struct dmsc_store *st, const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		hide_command(st, m->cmds[i]);
}
