/* TokenInfo (ISO/IEC 7816-15, 8.10) and EF.DIR templates (clause 7.4). */
#include "pkcs15/part.h"
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
