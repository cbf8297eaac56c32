/* What a tree must be to be a Client Provisioning document (codec/cpel.h). */
#include <string.h>

#include "base/text.h"
#include "codec/cpel.h"
#include "codec/inner.h"

/* What no document can hold, NULL where all fits. */
static const char *
misfit(const struct dmsc_node *n)
{
	bool leaf = dmsc_node_is_leaf(n), root = dmsc_node_parent(n) == NULL;
	const char *type = dmsc_node_type(n);
	struct dmsc_rd v = dmsc_node_value(n);

	if (*dmsc_node_acl(n) != '\0')
		return "it has an ACL";
	if (*dmsc_node_title(n) != '\0' && !root)
		return "it has a title";
	if (*dmsc_node_tstamp(n) != '\0' || dmsc_node_verno(n) >= 0)
		return "it has a time stamp or a version number";
	if (leaf && dmsc_node_format(n) != DMSC_FMT_CHR)
		return "its format is not chr";
	if (strcmp(type, dmsc_format_type(dmsc_node_format(n))) != 0 &&
	    *type != '\0')
		return "it has a type";
	if (leaf && dmsc_node_parent(dmsc_node_parent(n)) == NULL)
		return "a parameter stands in a characteristic";
	if (!dmsc_is_utf8(v) || (v.left > 0 &&
	    memchr(v.p, '\0', v.left) != NULL))
		return "its value is no text";
	return NULL;
}

/* No deeper than a tree is. */
int
dmsc_cp_check(const struct dmsc_node *n, struct dmsc_err *e)
{
	const char *why = misfit(n);
	const struct dmsc_node *c;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && why == NULL &&
	    r == DMSC_E_OK; c = dmsc_node_next(c))
		r = dmsc_cp_check(c, e);
	if (why == NULL)
		return r;
	(void)dmsc_fail(e, DMSC_E_DATA, "a provisioning document cannot hold "
	    "this tree");
	dmsc_codec_where(n, e);
	(void)dmsc_err_why(e, "%s", why);
	return DMSC_E_DATA;
}
