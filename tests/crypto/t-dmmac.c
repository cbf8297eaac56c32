/* crypto: codes of DM messages and bootstrap data, with published and
 * recomputed vectors. */
#include <string.h>

#include "base/base.h"
#include "crypto/dmmac.h"
#include "tap.h"

/* A Get of ./A, 71 bytes of WBXML. */
#define GET "02A4016A006D6C7103312E3200017203444D2F312E32000165033100" \
	"015B033100016E57036400010167570373000101016B534B03310001" \
	"546E57032E2F410001010101120101"

static const struct {
	const char *name, *scheme, *body, *network, *pin, *user, *password,
	    *nonce, *want;
	int code;
} rows[] = {
	{ "NETWPIN, 15 digits", "netwpin", "030B6A0005", "001010123456789",
	    NULL, NULL, NULL, NULL,
	    "FFEF4AE6EF6F5AF85D1A5B4AB78A8DD0B9CA3EE1", DMSC_E_OK },
	{ "USERPIN", "userpin", "030B6A0005", NULL, "2468", NULL, NULL, NULL,
	    "3902D61505FB395D3B60328F88D95D45DC6661AF", DMSC_E_OK },
	{ "USERNETWPIN", "usernetwpin", "030B6A0005", "001010123456789",
	    "2468", NULL, NULL, NULL,
	    "EB46CC6B34D37C4F43ABAB680A4E705C09A7E2A1", DMSC_E_OK },
	{ "USERPINMAC", "userpinmac", "030B6A0005", NULL, "1357908517",
	    NULL, NULL, NULL, "good", DMSC_E_OK },
	{ "USERPINMAC, a digit wrong", "userpinmac", "030B6A0005", NULL,
	    "1357908518", NULL, NULL, NULL, NULL, DMSC_E_MISMATCH },
	{ "USERPINMAC, of another document", "userpinmac", "030B6A0006",
	    NULL, "1357908517", NULL, NULL, NULL, NULL, DMSC_E_MISMATCH },
	{ "USERPINMAC, too short", "userpinmac", "030B6A0005", NULL,
	    "13579085", NULL, NULL, NULL, NULL, DMSC_E_DATA },
	{ "NETWORKID", "networkid", GET, "001010123456789", NULL, NULL,
	    NULL, NULL, "4FFC1567F4B0B29869F6A490A294100941DF041E",
	    DMSC_E_OK },
	{ "USERPIN of DM", "userpin", GET, NULL, "2468", NULL, NULL,
	    NULL, "54C18619A298D2D1E5E059DA79D62DFA77CB914F", DMSC_E_OK },
	{ "USERPIN_NETWORKID", "userpin-networkid", GET,
	    "001010123456789", "2468", NULL, NULL, NULL,
	    "849D834EBB392DBD2CD31DAF73E07835E80A96D9", DMSC_E_OK },
	{ "auth-MAC over XML", "auth-mac", "3C53796E634D4C2F3E", NULL, NULL,
	    "dev-7301", "cl13nt-pw", "TjBuY2UtMDAwMQ==",
	    "VYh+kx7PcvIDwRvDg4UyCw==", DMSC_E_OK },
	{ "auth-MAC over WBXML", "auth-mac", GET, NULL, NULL,
	    "dev-7301", "cl13nt-pw", "TjBuY2UtMDAwMQ==",
	    "8VC02ucet53yoka0z2pjGw==", DMSC_E_OK },
	{ "a nonce that is no base64", "auth-mac", GET, NULL, NULL,
	    "dev-7301", "cl13nt-pw", "TjBuY2U", NULL, DMSC_E_DATA },
	{ "no IMSI", "netwpin", "030B6A0005", NULL, NULL, NULL, NULL, NULL,
	    NULL, DMSC_E_DATA },
	{ "an IMSI of 16 digits", "netwpin", "030B6A0005",
	    "0010101234567890", NULL, NULL, NULL, NULL, NULL, DMSC_E_DATA },
	{ "an IMSI that is none", "netwpin", "030B6A0005", "00101x",
	    NULL, NULL, NULL, NULL, NULL, DMSC_E_DATA },
	{ "no password", "auth-mac", GET, NULL, NULL, "dev-7301", NULL,
	    NULL, NULL, DMSC_E_DATA },
};

static struct dmsc_rd
text(const char *s)
{
	return s != NULL ? dmsc_rd_str(s) : dmsc_rd_of(NULL, 0);
}

int
main(void)
{
	struct dmsc_buf *body = dmsc_buf_new(4096), *out = dmsc_buf_new(256);
	enum dmsc_mac_scheme scheme;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		struct dmsc_mac_parts p = { .network = text(rows[i].network),
			.pin = text(rows[i].pin), .user = text(rows[i].user),
			.password = text(rows[i].password),
			.nonce = text(rows[i].nonce) };
		struct dmsc_err e = { 0 };

		dmsc_buf_reset(body);
		dmsc_buf_reset(out);
		if (dmsc_hex_get(rows[i].body, body) != DMSC_E_OK)
			exit(99);
		p.body = dmsc_buf_rd(body);
		ok(dmsc_mac_scheme(rows[i].scheme, &scheme) == DMSC_E_OK &&
		    dmsc_mac_make(scheme, &p, out, &e) == rows[i].code &&
		    e.code == rows[i].code && (rows[i].want == NULL ||
		    dmsc_rd_eq_str(dmsc_buf_rd(out), rows[i].want)),
		    rows[i].name);
	}
	ok(dmsc_mac_scheme("md5", &scheme) == DMSC_E_NOTFOUND,
	    "no such scheme");
	dmsc_buf_free(&body);
	dmsc_buf_free(&out);
	return tap_done();
}
