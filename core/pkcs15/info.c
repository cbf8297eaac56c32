/* TokenInfo (ISO/IEC 7816-15, 8.10) and EF.DIR templates (clause 7.4). */
#include "pkcs15/part.h"

#include <stdlib.h>
#include <string.h>

#include "tlv/ber.h"

enum { VERSION = 0, PRN_GENERATION = 1 << 2, TEMPLATE = 0x61, AID = 0x4F,
	LABEL = 0x50, PATH = 0x51 };

static int
put_if(struct dmsc_buf *b, uint32_t tag, struct dmsc_rd value)
{
	return value.left == 0 ? DMSC_E_OK : dmsc_tlv_put(b, tag, value);
}

int
dmsc_tokeninfo_put(struct dmsc_buf *b, struct dmsc_rd serial,
    const char *maker, const char *label)
{
	size_t start = b->len, at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) == DMSC_E_OK &&
	    (r = dmsc_p15_uint_put(b, P15_INTEGER, VERSION)) == DMSC_E_OK &&
	    (r = put_if(b, P15_OCTETS, serial)) == DMSC_E_OK &&
	    (r = dmsc_p15_text_put(b, P15_UTF8, maker)) == DMSC_E_OK &&
	    (r = dmsc_p15_text_put(b, P15_TAG0, label)) == DMSC_E_OK &&
	    (r = dmsc_p15_bits_put(b, PRN_GENERATION)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}

/* One member; those that are not shown are passed over. */
static int
member(uint32_t tag, struct dmsc_rd value, struct dmsc_tokeninfo *out)
{
	bool extra = false;

	if (tag == P15_OCTETS && out->serial.left == 0)
		out->serial = value;
	else if (tag == P15_UTF8 && out->maker == NULL)
		return dmsc_p15_text_read(value, &out->maker, &extra);
	else if (tag == P15_TAG0 && out->label == NULL)
		return dmsc_p15_text_read(value, &out->label, &extra);
	return DMSC_E_OK;
}

int
dmsc_tokeninfo_read(struct dmsc_rd file, struct dmsc_tokeninfo *out)
{
	struct dmsc_rd all, value;
	uint32_t tag;
	int r;

	memset(out, 0, sizeof *out);
	if ((r = dmsc_tlv_next(&file, &tag, &all)) != DMSC_E_OK)
		return r;
	if (tag != P15_SEQ)
		return DMSC_E_FORMAT;
	if ((r = dmsc_tlv_next(&all, &tag, &value)) != DMSC_E_OK)
		return r;
	if (tag != P15_INTEGER)
		return DMSC_E_FORMAT;
	r = dmsc_p15_uint_read(value, &out->version);
	while (r == DMSC_E_OK && all.left > 0)
		if ((r = dmsc_tlv_next(&all, &tag, &value)) == DMSC_E_OK)
			r = member(tag, value, out);
	return r;
}

void
dmsc_tokeninfo_clear(struct dmsc_tokeninfo *t)
{
	free(t->maker);
	free(t->label);
	memset(t, 0, sizeof *t);
}

int
dmsc_dir_put(struct dmsc_buf *b, struct dmsc_rd aid, const char *label,
    struct dmsc_rd path)
{
	size_t start = b->len, at;
	int r;

	if ((r = dmsc_tlv_begin(b, TEMPLATE, &at)) == DMSC_E_OK &&
	    (r = dmsc_tlv_put(b, AID, aid)) == DMSC_E_OK &&
	    (r = dmsc_p15_text_put(b, LABEL, label)) == DMSC_E_OK &&
	    (r = put_if(b, PATH, path)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
