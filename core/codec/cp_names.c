/* Names and tokens of Client Provisioning (codec/cpel.h; reference oma-dm.md
 * 3.5, and the other rows of WAP-183-PROVCONT). */
#include "codec/cpel.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static const struct cp_token page0[] = {
	{ 0x05, CP_NAME, "" }, { 0x06, CP_VALUE, "" },
	{ 0x07, CP_NAME, "NAME" }, { 0x08, CP_NAME, "NAP-ADDRESS" },
	{ 0x09, CP_NAME, "NAP-ADDRTYPE" }, { 0x0A, CP_NAME, "CALLTYPE" },
	{ 0x0B, CP_NAME, "VALIDUNTIL" }, { 0x0C, CP_NAME, "AUTHTYPE" },
	{ 0x0D, CP_NAME, "AUTHNAME" }, { 0x0E, CP_NAME, "AUTHSECRET" },
	{ 0x0F, CP_NAME, "LINGER" }, { 0x10, CP_NAME, "BEARER" },
	{ 0x11, CP_NAME, "NAPID" }, { 0x12, CP_NAME, "COUNTRY" },
	{ 0x13, CP_NAME, "NETWORK" }, { 0x14, CP_NAME, "INTERNET" },
	{ 0x15, CP_NAME, "PROXY-ID" },
	{ 0x16, CP_NAME, "PROXY-PROVIDER-ID" }, { 0x17, CP_NAME, "DOMAIN" },
	{ 0x18, CP_NAME, "PROVURL" }, { 0x19, CP_NAME, "PXAUTH-TYPE" },
	{ 0x1A, CP_NAME, "PXAUTH-ID" }, { 0x1B, CP_NAME, "PXAUTH-PW" },
	{ 0x1C, CP_NAME, "STARTPAGE" }, { 0x1D, CP_NAME, "BASAUTH-ID" },
	{ 0x1E, CP_NAME, "BASAUTH-PW" }, { 0x1F, CP_NAME, "PUSHENABLED" },
	{ 0x20, CP_NAME, "PXADDR" }, { 0x21, CP_NAME, "PXADDRTYPE" },
	{ 0x22, CP_NAME, "TO-NAPID" }, { 0x23, CP_NAME, "PORTNBR" },
	{ 0x24, CP_NAME, "SERVICE" }, { 0x25, CP_NAME, "LINKSPEED" },
	{ 0x26, CP_NAME, "DNLINKSPEED" }, { 0x27, CP_NAME, "LOCAL-ADDR" },
	{ 0x28, CP_NAME, "LOCAL-ADDRTYPE" },
	{ 0x29, CP_NAME, "CONTEXT-ALLOW" }, { 0x2A, CP_NAME, "TRUST" },
	{ 0x2B, CP_NAME, "MASTER" }, { 0x2C, CP_NAME, "SID" },
	{ 0x2D, CP_NAME, "SOC" }, { 0x2E, CP_NAME, "WSP-VERSION" },
	{ 0x2F, CP_NAME, "PHYSICAL-PROXY-ID" },
	{ 0x30, CP_NAME, "CLIENT-ID" },
	{ 0x31, CP_NAME, "DELIVERY-ERR-SDU" },
	{ 0x32, CP_NAME, "DELIVERY-ORDER" },
	{ 0x33, CP_NAME, "TRAFFIC-CLASS" },
	{ 0x34, CP_NAME, "MAX-SDU-SIZE" },
	{ 0x35, CP_NAME, "MAX-BITRATE-UPLINK" },
	{ 0x36, CP_NAME, "MAX-BITRATE-DNLINK" },
	{ 0x37, CP_NAME, "RESIDUAL-BER" },
	{ 0x38, CP_NAME, "SDU-ERROR-RATIO" },
	{ 0x39, CP_NAME, "TRAFFIC-HANDL-PRIO" },
	{ 0x3A, CP_NAME, "TRANSFER-DELAY" },
	{ 0x3B, CP_NAME, "GUARANTEED-BITRATE-UPLINK" },
	{ 0x3C, CP_NAME, "GUARANTEED-BITRATE-DNLINK" },
	{ 0x3D, CP_NAME, "PXADDR-FQDN" }, { 0x3E, CP_NAME, "PROXY-PW" },
	{ 0x3F, CP_NAME, "PPGAUTH-TYPE" }, { 0x45, CP_VERSION, "" },
	{ 0x46, CP_VERSION, "1.0" }, { 0x47, CP_NAME, "PULLENABLED" },
	{ 0x48, CP_NAME, "DNS-ADDR" }, { 0x49, CP_NAME, "MAX-NUM-RETRY" },
	{ 0x4A, CP_NAME, "FIRST-RETRY-TIMEOUT" },
	{ 0x4B, CP_NAME, "REREG-THRESHOLD" }, { 0x4C, CP_NAME, "T-BIT" },
	{ 0x4E, CP_NAME, "AUTH-ENTITY" }, { 0x4F, CP_NAME, "SPI" },
	{ 0x50, CP_TYPE, "" }, { 0x51, CP_TYPE, "PXLOGICAL" },
	{ 0x52, CP_TYPE, "PXPHYSICAL" }, { 0x53, CP_TYPE, "PORT" },
	{ 0x54, CP_TYPE, "VALIDITY" }, { 0x55, CP_TYPE, "NAPDEF" },
	{ 0x56, CP_TYPE, "BOOTSTRAP" }, { 0x57, CP_TYPE, "VENDORCONFIG" },
	{ 0x58, CP_TYPE, "CLIENTIDENTITY" }, { 0x59, CP_TYPE, "PXAUTHINFO" },
	{ 0x5A, CP_TYPE, "NAPAUTHINFO" }, { 0x5B, CP_TYPE, "ACCESS" },
	{ 0x85, CP_ATTRS, "IPV4" }, { 0x86, CP_ATTRS, "IPV6" },
	{ 0x87, CP_ATTRS, "E164" }, { 0x88, CP_ATTRS, "ALPHA" },
	{ 0x89, CP_ATTRS, "APN" }, { 0x8A, CP_ATTRS, "SCODE" },
	{ 0x8B, CP_ATTRS, "TETRA-ITSI" }, { 0x8C, CP_ATTRS, "MAN" },
	{ 0x90, CP_ATTRS, "ANALOG-MODEM" }, { 0x91, CP_ATTRS, "V.120" },
	{ 0x92, CP_ATTRS, "V.110" }, { 0x93, CP_ATTRS, "X.31" },
	{ 0x94, CP_ATTRS, "BIT-TRANSPARENT" },
	{ 0x95, CP_ATTRS, "DIRECT-ASYNCHRONOUS-DATA-SERVICE" },
	{ 0x9A, CP_ATTRS, "PAP" }, { 0x9B, CP_ATTRS, "CHAP" },
	{ 0x9C, CP_ATTRS, "HTTP-BASIC" }, { 0x9D, CP_ATTRS, "HTTP-DIGEST" },
	{ 0x9E, CP_ATTRS, "WTLS-SS" }, { 0x9F, CP_ATTRS, "MD5" },
	{ 0xA2, CP_ATTRS, "GSM-USSD" }, { 0xA3, CP_ATTRS, "GSM-SMS" },
	{ 0xA4, CP_ATTRS, "ANSI-136-GUTS" },
	{ 0xA5, CP_ATTRS, "IS-95-CDMA-SMS" },
	{ 0xA6, CP_ATTRS, "IS-95-CDMA-CSD" },
	{ 0xA7, CP_ATTRS, "IS-95-CDMA-PACKET" },
	{ 0xA8, CP_ATTRS, "ANSI-136-CSD" },
	{ 0xA9, CP_ATTRS, "ANSI-136-GPRS" }, { 0xAA, CP_ATTRS, "GSM-CSD" },
	{ 0xAB, CP_ATTRS, "GSM-GPRS" }, { 0xAC, CP_ATTRS, "AMPS-CDPD" },
	{ 0xAD, CP_ATTRS, "PDC-CSD" }, { 0xAE, CP_ATTRS, "PDC-PACKET" },
	{ 0xAF, CP_ATTRS, "IDEN-SMS" }, { 0xB0, CP_ATTRS, "IDEN-CSD" },
	{ 0xB1, CP_ATTRS, "IDEN-PACKET" }, { 0xB2, CP_ATTRS, "FLEX/REFLEX" },
	{ 0xB3, CP_ATTRS, "PHS-SMS" }, { 0xB4, CP_ATTRS, "PHS-CSD" },
	{ 0xB5, CP_ATTRS, "TETRA-SDS" }, { 0xB6, CP_ATTRS, "TETRA-PACKET" },
	{ 0xB7, CP_ATTRS, "ANSI-136-GHOST" },
	{ 0xB8, CP_ATTRS, "MOBITEX-MPAK" },
	{ 0xB9, CP_ATTRS, "CDMA2000-1X-SIMPLE-IP" },
	{ 0xBA, CP_ATTRS, "CDMA2000-1X-MOBILE-IP" },
	{ 0xC5, CP_ATTRS, "AUTOBAUDING" }, { 0xCA, CP_ATTRS, "CL-WSP" },
	{ 0xCB, CP_ATTRS, "CO-WSP" }, { 0xCC, CP_ATTRS, "CL-SEC-WSP" },
	{ 0xCD, CP_ATTRS, "CO-SEC-WSP" }, { 0xCE, CP_ATTRS, "CL-SEC-WTA" },
	{ 0xCF, CP_ATTRS, "CO-SEC-WTA" }, { 0xD0, CP_ATTRS, "OTA-HTTP-TO" },
	{ 0xD1, CP_ATTRS, "OTA-HTTP-TLS-TO" },
	{ 0xD2, CP_ATTRS, "OTA-HTTP-PO" },
	{ 0xD3, CP_ATTRS, "OTA-HTTP-TLS-PO" }, { 0xE0, CP_ATTRS, "AAA" },
	{ 0xE1, CP_ATTRS, "HA" },
};
/* 80 to 83 and 90 to 93: two numberings are found in the field. */
static const struct cp_token page1[] = {
	{ 0x05, CP_NAME, "" }, { 0x06, CP_VALUE, "" },
	{ 0x07, CP_NAME, "NAME" }, { 0x14, CP_NAME, "INTERNET" },
	{ 0x1C, CP_NAME, "STARTPAGE" }, { 0x22, CP_NAME, "TO-NAPID" },
	{ 0x23, CP_NAME, "PORTNBR" }, { 0x24, CP_NAME, "SERVICE" },
	{ 0x2E, CP_NAME, "AACCEPT" }, { 0x2F, CP_NAME, "AAUTHDATA" },
	{ 0x30, CP_NAME, "AAUTHLEVEL" }, { 0x31, CP_NAME, "AAUTHNAME" },
	{ 0x32, CP_NAME, "AAUTHSECRET" }, { 0x33, CP_NAME, "AAUTHTYPE" },
	{ 0x34, CP_NAME, "ADDR" }, { 0x35, CP_NAME, "ADDRTYPE" },
	{ 0x36, CP_NAME, "APPID" }, { 0x37, CP_NAME, "APROTOCOL" },
	{ 0x38, CP_NAME, "PROVIDER-ID" }, { 0x39, CP_NAME, "TO-PROXY" },
	{ 0x3A, CP_NAME, "URI" }, { 0x3B, CP_NAME, "RULE" },
	{ 0x50, CP_TYPE, "" }, { 0x53, CP_TYPE, "PORT" },
	{ 0x55, CP_TYPE, "APPLICATION" }, { 0x56, CP_TYPE, "APPADDR" },
	{ 0x57, CP_TYPE, "APPAUTH" }, { 0x58, CP_TYPE, "CLIENTIDENTITY" },
	{ 0x59, CP_TYPE, "RESOURCE" }, { 0x80, CP_ATTRS, "," },
	{ 0x81, CP_ATTRS, "HTTP-" }, { 0x82, CP_ATTRS, "BASIC" },
	{ 0x83, CP_ATTRS, "DIGEST" }, { 0x86, CP_ATTRS, "IPV6" },
	{ 0x87, CP_ATTRS, "E164" }, { 0x88, CP_ATTRS, "ALPHA" },
	{ 0x8D, CP_ATTRS, "APPSRV" }, { 0x8E, CP_ATTRS, "OBEX" },
	{ 0x90, CP_ATTRS, "," }, { 0x91, CP_ATTRS, "HTTP-" },
	{ 0x92, CP_ATTRS, "BASIC" }, { 0x93, CP_ATTRS, "DIGEST" },
};
static const struct {
	const struct cp_token *rows;
	size_t n;
} pages[CP_PAGES] = {
	{ page0, DMSC_COUNT(page0) }, { page1, DMSC_COUNT(page1) },
};
_Static_assert(DMSC_COUNT(page0) <= CP_ROWS && DMSC_COUNT(page1) <= CP_ROWS,
    "every row has a place in the index");
static const char *const elements[] = { "wap-provisioningdoc",
	"characteristic", "parm" };
static const char *const attrs[CP_ATTRS] = { "name", "value", "type",
	"version" };

static int
by_token(const void *key, const void *row)
{
	return *(const uint8_t *)key - ((const struct cp_token *)row)->token;
}

/* The rows stand in the order of their tokens. */
const struct cp_token *
dmsc_cp_token(unsigned page, uint8_t token)
{
	return page >= CP_PAGES ? NULL : bsearch(&token, pages[page].rows,
	    pages[page].n, sizeof *pages[page].rows, by_token);
}

/* What readers disagree about is never written: the tokens with two
 * numberings, and B5 and B6, which libwbxml misspells. */
static bool
disputed(unsigned page, uint8_t token)
{
	return page == 1 ? (token >= 0x80 && token <= 0x83) ||
	    (token >= 0x90 && token <= 0x93) :
	    token == 0xB5 || token == 0xB6;
}

enum { NO_ROW = 0xFF };

static size_t
bucket(enum cp_attr attr, struct dmsc_rd text)
{
	size_t h = (size_t)attr * 29 + text.left;

	if (text.left > 0)
		h += text.p[0] * 3u + text.p[text.left - 1] * 7u;
	return h % CP_BUCKETS;
}

void
dmsc_cp_index(struct cp_index *x)
{
	const struct cp_token *row;
	size_t page, i, at;

	memset(x->head, NO_ROW, sizeof x->head);
	for (page = 0; page < CP_PAGES; page++)
		for (i = pages[page].n; i-- > 0;) {
			row = &pages[page].rows[i];
			if (disputed((unsigned)page, row->token))
				continue;
			at = bucket(row->attr, dmsc_rd_str(row->text));
			x->next[page][i] = x->head[page][at];
			x->head[page][at] = (uint8_t)i;
		}
}

const struct cp_token *
dmsc_cp_find(const struct cp_index *x, unsigned page, enum cp_attr attr,
    struct dmsc_rd text)
{
	const struct cp_token *row;
	uint8_t i;

	if (page >= CP_PAGES)
		return NULL;
	for (i = x->head[page][bucket(attr, text)]; i != NO_ROW;
	    i = x->next[page][i]) {
		row = &pages[page].rows[i];
		if (row->attr == attr && dmsc_rd_eq_str(text, row->text))
			return row;
	}
	return NULL;
}

unsigned
dmsc_cp_element(struct dmsc_rd name)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(elements); i++)
		if (dmsc_rd_eq_str(name, elements[i]))
			return CP_DOC + (unsigned)i;
	return CP_OTHER;
}

enum cp_attr
dmsc_cp_attr(struct dmsc_rd name)
{
	size_t i;

	for (i = 0; i < CP_ATTRS; i++)
		if (dmsc_rd_eq_str(name, attrs[i]))
			break;
	return (enum cp_attr)i;
}
