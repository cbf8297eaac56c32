/* dmsc/doc.h: the store's calls on the card that the session holds. */
#include "codec/codec.h"
#include "session/session.h"

int
dmsc_discover(struct dmsc_session *s, struct dmsc_discovery **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_discover(s->store, out);
}

int
dmsc_docs(struct dmsc_session *s, struct dmsc_doc_list **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_docs(s->store, out);
}

int
dmsc_docs_of_group(struct dmsc_session *s, const char *group,
    struct dmsc_doc_list **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_docs_of_group(s->store, group, out);
}

int
dmsc_doc_stat(struct dmsc_session *s, const char *path,
    struct dmsc_doc **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_stat(s->store, path, out);
}

int
dmsc_path_is_private(struct dmsc_session *s, const char *path)
{
	return s->store == NULL || !dmsc_connected(s) ? -1 :
	    dmsc_store_is_private(s->store, path);
}

int
dmsc_at(struct dmsc_session *s, const char *path,
    const struct dmsc_tree **tree, const struct dmsc_node **node)
{
	int r = dmsc_session_need_card(s);

	*tree = NULL;
	*node = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_at(s->store, path, tree, node);
}

int
dmsc_doc_bytes(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_bytes(s->store, path, as_read, out);
}

int
dmsc_edit_set(struct dmsc_session *s, const char *path,
    struct dmsc_rd value, const enum dmsc_format *f, const char *type)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_set(s->store, path, value, f, type);
}

int
dmsc_edit_add(struct dmsc_session *s, const char *path, enum dmsc_format f,
    const char *type, struct dmsc_rd value)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_add(s->store, path, f, type, value);
}

int
dmsc_edit_rm(struct dmsc_session *s, const char *path)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_rm(s->store, path);
}

int
dmsc_edit_mv(struct dmsc_session *s, const char *from, const char *to)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_mv(s->store, from, to);
}

int
dmsc_edit_cp(struct dmsc_session *s, const char *from, const char *to)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_cp(s->store, from, to);
}

int
dmsc_edit_acl(struct dmsc_session *s, const char *path, const char *acl)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_acl(s->store, path, acl);
}

int
dmsc_edit_tree(struct dmsc_session *s, const char *path,
    const struct dmsc_tree *t)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_tree(s->store, path, t);
}

/* Without a card there is no working copy. */
bool
dmsc_dirty(const struct dmsc_session *s)
{
	return s->store != NULL && dmsc_store_dirty(s->store);
}

int
dmsc_revert(struct dmsc_session *s, const char *path)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_revert(s->store, path);
}

int
dmsc_mkdoc(struct dmsc_session *s, const char *name, const char *kind,
    size_t size, bool is_private)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_mkdoc(s->store, name, kind, size, is_private);
}

int
dmsc_rmdoc(struct dmsc_session *s, const char *path)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_rmdoc(s->store, path);
}

int
dmsc_export(struct dmsc_session *s, const char *path, const char *form,
    struct dmsc_buf *out)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_export(s->store, path, form, out);
}

int
dmsc_doc_diff(struct dmsc_session *s, const char *path, const char *other,
    struct dmsc_diff **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_diff(s->store, path, other, out);
}

int
dmsc_doc_diff_tree(struct dmsc_session *s, const char *path,
    const struct dmsc_node *other, struct dmsc_diff **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_diff_tree(s->store, path, other, out);
}

int
dmsc_signed_bytes(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_signed_bytes(s->store, path, as_read, out);
}

int
dmsc_signature(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_signature(s->store, path, as_read, out);
}

int
dmsc_edit_signature(struct dmsc_session *s, const char *path,
    struct dmsc_rd cms)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_sign(s->store, path, cms);
}

int
dmsc_signed_doc(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_signed_doc **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_signed_doc(s->store, path, as_read, out);
}

int
dmsc_sign_doc(struct dmsc_session *s, const char *path,
    const struct dmsc_doc_signer *signer)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_sign_doc(s->store, path, signer);
}

int
dmsc_sign_commits(struct dmsc_session *s,
    const struct dmsc_doc_signer *signer)
{
	int r = dmsc_session_need_card(s);

	if (r == DMSC_E_OK)
		dmsc_store_signer(s->store, signer);
	return r;
}

int
dmsc_plan(struct dmsc_session *s, bool in_place, struct dmsc_plan **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_plan(s->store, in_place, out);
}

int
dmsc_commit(struct dmsc_session *s, bool in_place, struct dmsc_commit **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_commit(s->store, in_place, out);
}

int
dmsc_hand_over(struct dmsc_session *s, const struct dmsc_hand_opts *o,
    const char *path, struct dmsc_commit **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_hand_over(s->store, o, path, out);
}

int
dmsc_undo(struct dmsc_session *s, const char *id, bool dry,
    struct dmsc_commit **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_undo(s->store, id, dry, out);
}

int
dmsc_recover(struct dmsc_session *s, bool dry, struct dmsc_commit **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_recover(s->store, dry, out);
}

/* Files of this machine alone: no card is asked. */
static int
whole_journal(struct dmsc_session *s, struct dmsc_journal **out)
{
	struct dmsc_store *st = dmsc_store_new(NULL, NULL, s->state_dir,
	    &s->err, dmsc_session_warn, s);
	int r = st == NULL ? dmsc_fail(&s->err, DMSC_E_NOMEM,
	    "out of memory") : dmsc_store_journal(st, true, out);

	if (st != NULL)
		dmsc_store_free(&st);
	return r;
}

int
dmsc_journal(struct dmsc_session *s, bool all, struct dmsc_journal **out)
{
	int r;

	*out = NULL;
	if (all)
		return whole_journal(s, out);
	r = dmsc_session_need_card(s);
	return r != DMSC_E_OK ? r : dmsc_store_journal(s->store, all, out);
}

int
dmsc_backup(struct dmsc_session *s, struct dmsc_buf *out)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_backup(s->store, out);
}

int
dmsc_restore(struct dmsc_session *s, struct dmsc_rd bytes)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_store_restore(s->store, bytes);
}
