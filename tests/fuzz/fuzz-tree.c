/* Any form that holds a tree: TNDS in XML and WBXML, SyncML, JSON. What was
 * read and can be written in one of them reads as the same tree. */
#include <stdlib.h>

#include "codec/codec.h"

#include <dmsc/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
back(const struct dmsc_tree *t, const struct dmsc_buf *text)
{
	struct dmsc_tree *again = NULL;
	enum dmsc_form f;

	/* TNDS holds what is below the root, not the root's own type. */
	if (*dmsc_node_type(dmsc_tree_root(t)) != '\0')
		return;
	if (dmsc_tree_parse(dmsc_buf_rd(text), &again, &f, NULL) !=
	    DMSC_E_OK || !dmsc_node_equal(dmsc_tree_root(t),
	    dmsc_tree_root(again)))
		abort();
	dmsc_tree_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_buf *out = dmsc_buf_new(DMSC_DOC_MAX);
	enum dmsc_form f;

	if (out != NULL && dmsc_tree_parse(dmsc_rd_of(p, n), &t, &f, NULL) ==
	    DMSC_E_OK && dmsc_tree_count(t) > 0) {
		if (dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, out) ==
		    DMSC_E_OK)
			back(t, out);
		dmsc_buf_reset(out);
		if (dmsc_json_node(dmsc_tree_root(t), -1, out) == DMSC_E_OK)
			back(t, out);
		dmsc_buf_reset(out);
		if (dmsc_tnds_write_xml(dmsc_tree_root(t), false, false,
		    out) == DMSC_E_OK)
			back(t, out);
	}
	dmsc_tree_free(&t);
	dmsc_buf_free(&out);
	return 0;
}
