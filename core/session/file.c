/* dmsc/file.h: files of the card, read, written and explained. */
#include <stdlib.h>
#include <string.h>

#include "session/files.h"
#include "session/session.h"
#include "uicc/names.h"

int
dmsc_files_no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* A place for the path that the user gave, on a card that is there. */
int
dmsc_files_begin(struct dmsc_session *s, const char *path,
    struct dmsc_place *p)
{
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK)
		return r;
	if ((r = dmsc_place_parse(path, p, &s->err)) != DMSC_E_OK)
		return dmsc_err_where(&s->err, "%s", path);
	if ((r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	/* The MF's folder is listed with all applications. */
	if ((r = dmsc_uicc_aside(s->uicc, p->n == 0 && p->aid_len == 0 ?
	    NULL : p, &s->aside)) != DMSC_E_OK)
		dmsc_uicc_end(s->uicc);
	return r;
}

/* A file that is not there: its folder is listed. */
static void
next_folder(struct dmsc_session *s, const char *path)
{
	const char *slash = strrchr(path, '/');

	(void)dmsc_uicc_explain_blank(s->uicc);
	if (s->err.code != DMSC_E_NOTFOUND || s->err.n_next > 0)
		return;
	(void)dmsc_err_next(&s->err, "file ls %.*s", slash == NULL ? 4 :
	    (int)(slash - path), slash == NULL ? "3F00" : path);
}

/* The end of what begin began: names the path, tells of a 91xx. */
int
dmsc_files_end(struct dmsc_session *s, const char *path, int r)
{
	if (r != DMSC_E_OK)
		next_folder(s, path);
	if (s->aside)
		dmsc_uicc_channel_close(s->uicc);
	dmsc_uicc_end(s->uicc);
	if (!s->toolkit.profile && dmsc_uicc_proactive(s->uicc))
		dmsc_session_warn(s, "the card has a proactive command to "
		    "fetch (91xx); it is left there");
	if (r != DMSC_E_OK)
		(void)dmsc_err_where(&s->err, "%s", path);
	return r;
}

/* Text of p into *out. */
int
dmsc_files_path(struct dmsc_session *s, const struct dmsc_place *p,
    char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(256);
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_place_text(p, b)) == DMSC_E_OK)
		r = dmsc_str_set(out, "%s", dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r == DMSC_E_OK ? r : dmsc_files_no_memory(s);
}

int
dmsc_files_fcp(struct dmsc_session *s, const struct dmsc_place *p,
    struct dmsc_fcp *out)
{
	struct dmsc_uicc_fcp f;
	char *path = NULL;
	int r;

	if ((r = dmsc_uicc_select(s->uicc, p, &f)) != DMSC_E_OK ||
	    (r = dmsc_files_path(s, p, &path)) != DMSC_E_OK)
		return r;
	if (dmsc_fcp_view_of(&f, path, out) != DMSC_E_OK)
		r = dmsc_files_no_memory(s);
	free(path);
	return r;
}

int
dmsc_file_fcp(struct dmsc_session *s, const char *path,
    struct dmsc_fcp **out)
{
	struct dmsc_place p;
	struct dmsc_fcp *f;
	int r;

	*out = NULL;
	if ((r = dmsc_files_begin(s, path, &p)) != DMSC_E_OK)
		return r;
	if ((f = dmsc_view_new(&dmsc_fcp_view)) == NULL)
		r = dmsc_files_no_memory(s);
	else
		r = dmsc_files_fcp(s, &p, f);
	r = dmsc_files_end(s, path, r);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_fcp_view, f);
		return r;
	}
	*out = f;
	return DMSC_E_OK;
}

static int
add_mode(struct dmsc_session *s, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *f, enum dmsc_mode mode,
    struct dmsc_access_list *l)
{
	static const char *const have[] = { [DMSC_REFUSED] = "refused",
	    [DMSC_ALLOWED] = "allowed", [DMSC_FORECAST_UNKNOWN] = "unknown" };
	struct dmsc_buf *needs = dmsc_buf_new(1024);
	struct dmsc_buf *rule = dmsc_buf_new(256);
	struct dmsc_access *a = dmsc_list_add(&l->modes, &l->n_modes,
	    sizeof *a);
	enum dmsc_forecast fc;
	int r = DMSC_E_NOMEM;

	if (needs != NULL && rule != NULL && a != NULL) {
		fc = dmsc_uicc_access(s->uicc, p, f, mode, needs, rule,
		    NULL);
		if ((r = dmsc_str_set(&a->mode, "%s",
		    dmsc_mode_name(mode))) == DMSC_E_OK &&
		    (r = dmsc_str_set(&a->needs, "%s", needs->len > 0 ?
		    dmsc_buf_cstr(needs) : "unknown")) == DMSC_E_OK &&
		    (r = dmsc_str_set(&a->have, "%s", have[fc])) ==
		    DMSC_E_OK && rule->len > 0)
			r = dmsc_str_set(&l->rule, "%s",
			    dmsc_buf_cstr(rule));
	}
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
	return r == DMSC_E_OK ? r : dmsc_files_no_memory(s);
}

static bool
nothing_known(const struct dmsc_access_list *l)
{
	size_t i;

	for (i = 0; i < l->n_modes; i++)
		if (strcmp(l->modes[i].have, "unknown") != 0)
			return false;
	return true;
}

static int
all_modes(struct dmsc_session *s, const struct dmsc_place *p,
    struct dmsc_access_list *l)
{
	static const enum dmsc_mode of_ef[] = { DMSC_MODE_READ,
	    DMSC_MODE_UPDATE, DMSC_MODE_ACTIVATE, DMSC_MODE_DEACTIVATE,
	    DMSC_MODE_DELETE, DMSC_MODE_TERMINATE };
	static const enum dmsc_mode of_df[] = { DMSC_MODE_CREATE_EF,
	    DMSC_MODE_CREATE_DF, DMSC_MODE_ACTIVATE, DMSC_MODE_DEACTIVATE,
	    DMSC_MODE_DELETE, DMSC_MODE_TERMINATE };
	struct dmsc_uicc_fcp f;
	bool df;
	size_t i;
	int r;

	if ((r = dmsc_uicc_select(s->uicc, p, &f)) != DMSC_E_OK ||
	    (r = dmsc_files_path(s, p, &l->path)) != DMSC_E_OK)
		return r;
	df = f.kind >= DMSC_FILE_MF && f.kind <= DMSC_FILE_ADF;
	for (i = 0; i < sizeof of_ef / sizeof of_ef[0] && r == DMSC_E_OK;
	    i++)
		r = add_mode(s, p, &f, df ? of_df[i] : of_ef[i], l);
	return r == DMSC_E_OK && nothing_known(l) ?
	    dmsc_guard_locked(s->guard) : r;
}

int
dmsc_file_access(struct dmsc_session *s, const char *path,
    struct dmsc_access_list **out)
{
	struct dmsc_access_list *l;
	struct dmsc_place p;
	int r;

	*out = NULL;
	if ((r = dmsc_files_begin(s, path, &p)) != DMSC_E_OK)
		return r;
	if ((l = dmsc_view_new(&dmsc_access_list_view)) == NULL)
		r = dmsc_files_no_memory(s);
	else
		r = all_modes(s, &p, l);
	r = dmsc_files_end(s, path, r);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_access_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}
