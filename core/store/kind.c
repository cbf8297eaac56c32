/* The table of kinds of documents that are trees (store/kind.h). */
#include "store/kind.h"

#include <string.h>

#include "base/base.h"
#include "codec/lwm2m.h"

static int
titled(struct dmsc_tree *t, struct dmsc_err *e)
{
	int r = dmsc_lwm2m_titles(t);

	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "cannot read LwM2M");
}

static int
lwm2m_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct dmsc_err *e)
{
	bool bare;
	int r = dmsc_lwm2m_read(bytes, t, used, &bare, e);

	return r != DMSC_E_OK ? r : titled(t, e);
}

static int
lwm2m_read_text(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	int r = dmsc_lwm2m_read_json(text, t, e);

	return r != DMSC_E_OK ? r : titled(t, e);
}

static int
lwm2m_write_text(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	int r = dmsc_lwm2m_write_json(t, out);

	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(e, r, "cannot be written as JSON of LwM2M");
	if (r == DMSC_E_DATA)
		(void)dmsc_err_why(e, "a name is no number, or a value does "
		    "not fit its type");
	return r;
}

static const struct dmsc_dockind kinds[] = {
	{ "lwm2m", lwm2m_read, dmsc_lwm2m_write, DMSC_FORM_JSON,
	    lwm2m_read_text, lwm2m_write_text, dmsc_lwm2m_path,
	    dmsc_lwm2m_check, dmsc_lwm2m_titles }
};

const struct dmsc_dockind *
dmsc_kind_find(const char *kind)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return &kinds[i];
	return NULL;
}

bool
dmsc_kind_is_tree(const char *kind)
{
	return strcmp(kind, "dm") == 0 || dmsc_kind_find(kind) != NULL;
}
