/* The report of power-on, row by row. */
#include "device/power.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

int
dmsc_power_nomem(struct dmsc_power *p)
{
	return dmsc_fail(p->e, DMSC_E_NOMEM, "out of memory");
}

struct dmsc_taken *
dmsc_power_row(struct dmsc_power *p, const char *document, const char *kind)
{
	struct dmsc_taken *t = dmsc_list_add(&p->report->documents,
	    &p->report->n_documents, sizeof *t);

	if (t == NULL || dmsc_str_set(&t->document, "%s", document) !=
	    DMSC_E_OK || dmsc_str_set(&t->kind, "%s", kind) != DMSC_E_OK)
		return NULL;
	return t;
}

int
dmsc_power_state(struct dmsc_power *p, struct dmsc_taken *t, const char *state,
    const char *why)
{
	/* Another answer, or another tree, may let it in. */
	if (strcmp(state, "refused") == 0 || strcmp(state, "broken") == 0)
		p->doubt = true;
	if (dmsc_str_set(&t->state, "%s", state) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	if (why != NULL && dmsc_str_set(&t->why, "%s", why) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return DMSC_E_OK;
}

int
dmsc_power_places(struct dmsc_power *p, struct dmsc_taken *t,
    const struct dmsc_origin *o)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	int r = uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	const char *s;
	size_t k;

	for (k = 0; r == DMSC_E_OK && dmsc_origin_place(o, k, uri); k++) {
		s = dmsc_buf_cstr(uri);
		r = s == NULL ? DMSC_E_NOMEM : dmsc_strs_add(&t->places,
		    &t->n_places, "./%s", s);
	}
	dmsc_buf_free(&uri);
	return r == DMSC_E_OK ? r : dmsc_power_nomem(p);
}

int
dmsc_power_broken(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT];

	(void)snprintf(why, sizeof why, "%s", p->e->message);
	if (p->outcome == DMSC_E_OK) {
		p->outcome = dmsc_fail(p->e, DMSC_E_DATA,
		    "the document is broken");
		dmsc_err_where(p->e, "/%s", doc->name);
		dmsc_err_why(p->e, "%s", why);
		dmsc_err_next(p->e, "export --raw /%s", doc->name);
		p->said = *p->e;
	}
	return dmsc_power_state(p, t, "broken", why);
}

/* A document that may not be read is skipped, what was taken stays. */
int
dmsc_power_unread(struct dmsc_power *p, const struct dmsc_doc *doc, int code,
    struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT + 16];

	if (code != DMSC_E_AUTH && code != DMSC_E_SW &&
	    code != DMSC_E_NOTFOUND && code != DMSC_E_BLOCKED &&
	    code != DMSC_E_FORMAT && code != DMSC_E_DATA)
		return code;
	if (code == DMSC_E_FORMAT || code == DMSC_E_DATA)
		return dmsc_power_broken(p, doc, t);
	/* Where no rule says why, it may have been the channel that ended. */
	if (code == DMSC_E_SW || code == DMSC_E_BLOCKED ||
	    (code == DMSC_E_AUTH && (doc->needs == NULL ||
	    strcmp(doc->needs, "unknown") == 0)))
		p->doubt = true;
	if (doc->needs != NULL)
		(void)snprintf(why, sizeof why, "needs %s", doc->needs);
	else if (code == DMSC_E_NOTFOUND && p->e->sw != 0)
		(void)snprintf(why, sizeof why, "the file is not there");
	else
		(void)snprintf(why, sizeof why, "%s", p->e->message);
	return dmsc_power_state(p, t, "skipped", why);
}
