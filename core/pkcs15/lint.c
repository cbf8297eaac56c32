/* Rules for ODF, AODF and TokenInfo, and for paths (pkcs15/lint.h). */
#include "pkcs15/lint.h"

#include "base/base.h"
#include "pkcs15/lint_inner.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

enum { ODF_FIRST = 0xA0, ODF_LAST = 0xA8, ODF_DODF = 0xA7, FID_BYTES = 2,
	MF = 0x3F, DF = 0x7F };

void
lint_path(struct dmsc_rd file, struct dmsc_rd seq, struct dmsc_lint_out *o)
{
	struct dmsc_rd r = seq, v, path = { NULL, 0 };
	bool index = false, length = false;
	uint32_t tag;
	size_t at;

	while (dmsc_tlv_next(&r, &tag, &v) == DMSC_E_OK) {
		if (tag == P15_OCTETS)
			path = v;
		index |= tag == P15_INTEGER;
		length |= tag == P15_TAG0;
	}
	at = (size_t)(seq.p - file.p);
	if (path.left == 0 || path.left % FID_BYTES != 0 ||
	    path.left > DMSC_P15_PATH_MAX)
		dmsc_lint_say(o, DMSC_L_PATH_ODD, at, NULL,
		    "a path of %zu bytes", path.left);
	else if (path.left > FID_BYTES && path.p[0] == MF)
		dmsc_lint_say(o, DMSC_L_PATH_ABSOLUTE,
		    (size_t)(path.p - file.p), NULL, "the path begins at the "
		    "MF; two bytes in the application are safe everywhere");
	else if (path.left > FID_BYTES && path.p[0] == DF)
		dmsc_lint_say(o, DMSC_L_PATH_7F, (size_t)(path.p - file.p),
		    NULL, "the path begins with 7F%02X; two bytes in the "
		    "application are safe everywhere", path.p[1]);
	if (index && length)
		dmsc_lint_say(o, DMSC_L_PATH_RANGE, at, NULL, "the path has "
		    "an index and a length");
	else if (index || length)
		dmsc_lint_say(o, DMSC_L_PATH_HALF, at, NULL, "the path has "
		    "%s without %s", index ? "an index" : "a length",
		    index ? "a length" : "an index");
}

static void
odf_entry(struct dmsc_rd file, const struct dmsc_odf_entry *e,
    struct dmsc_lint_out *o)
{
	struct dmsc_rd raw = e->raw, value, path;
	uint32_t tag;

	if (e->tag < ODF_FIRST || e->tag > ODF_LAST) {
		dmsc_lint_say(o, DMSC_L_ODF_TAG, e->at, NULL, "the tag %02X "
		    "names no directory", e->tag);
		return;
	}
	if (dmsc_tlv_next(&raw, &tag, &value) != DMSC_E_OK)
		return;
	if (dmsc_tlv_next(&value, &tag, &path) != DMSC_E_OK) {
		dmsc_lint_say(o, DMSC_L_PATH_ODD, e->at, NULL, "the entry "
		    "%02X has no path", e->tag);
		return;
	}
	if (tag != P15_SEQ) {
		dmsc_lint_say(o, DMSC_L_ODF_INLINE, e->at, NULL, "the "
		    "directory %02X stands in the ODF itself", e->tag);
		return;
	}
	lint_path(file, path, o);
}

void
dmsc_lint_odf(struct dmsc_rd file, struct dmsc_lint_out *o)
{
	struct dmsc_odf odf;
	bool any = false, over = false;
	size_t i;
	int r = dmsc_odf_read(file, &odf);

	for (i = 0; i < odf.n; i++) {
		const struct dmsc_odf_entry *e = &odf.v[i];

		odf_entry(file, e, o);
		any |= e->tag == ODF_DODF;
		if (e->at + e->raw.left > LINT_BLOCK && !over)
			dmsc_lint_say(o, DMSC_L_OVER_256, e->at, NULL, "an "
			    "entry ends at byte %zu", e->at + e->raw.left);
		over |= e->at + e->raw.left > LINT_BLOCK;
	}
	if (any && odf.v[0].tag != ODF_DODF)
		dmsc_lint_say(o, DMSC_L_ODF_NOT_A7_FIRST, odf.v[0].at, NULL,
		    "the first entry is %02X", odf.v[0].tag);
	if (!any && r == DMSC_E_OK)
		dmsc_lint_say(o, DMSC_L_ODF_NO_DODF, DMSC_NO_OFFSET, NULL,
		    "the ODF names no data object directory");
	if (r == DMSC_E_NOMEM)
		o->code = r;
	else if (r != DMSC_E_OK)
		dmsc_lint_say(o, DMSC_L_ODF_BROKEN, odf.used, NULL,
		    "the ODF breaks off: %s", dmsc_e_text(r));
	dmsc_odf_clear(&odf);
}

void
dmsc_lint_aodf(struct dmsc_rd file, struct dmsc_lint_out *o)
{
	struct dmsc_aodf a;
	int r = dmsc_aodf_read(file, &a);

	if (r == DMSC_E_NOMEM)
		o->code = r;
	else if (r != DMSC_E_OK)
		dmsc_lint_say(o, DMSC_L_AODF_BROKEN, a.used, NULL, "the AODF "
		    "breaks off: %s", dmsc_e_text(r));
	dmsc_aodf_clear(&a);
}

void
dmsc_lint_tokeninfo(struct dmsc_rd file, struct dmsc_lint_out *o)
{
	struct dmsc_tokeninfo t;
	struct dmsc_rd r = file, all, value;
	bool flags = false;
	uint32_t tag;
	int code = dmsc_tokeninfo_read(file, &t);

	dmsc_tokeninfo_clear(&t);
	if (code == DMSC_E_NOMEM)
		o->code = code;
	if (code != DMSC_E_OK) {
		dmsc_lint_say(o, DMSC_L_TOKEN_BROKEN, 0, NULL,
		    "TokenInfo: %s", dmsc_e_text(code));
		return;
	}
	if (dmsc_tlv_next(&r, &tag, &all) == DMSC_E_OK)
		while (dmsc_tlv_next(&all, &tag, &value) == DMSC_E_OK)
			flags |= tag == P15_BITS;
	if (!flags)
		dmsc_lint_say(o, DMSC_L_TOKEN_FLAGS, 0, NULL, "TokenInfo has "
		    "no token flags");
}
