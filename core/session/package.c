/* Packages over the air, made and shown (dmsc/ota.h). */
#include "session/package.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "cat/sms.h"
#include "codec/msg.h"
#include "dm/appl.h"
#include "session/find.h"
#include "session/profile.h"
#include "tlv/ber.h"

enum { VERSION_OWNER = 0x30, VERSION_MAX = 0x7F, DIGITS = 21 };

static const struct dmsc_field package_fields[] = {
	DMSC_F(dmsc_package, version, DMSC_K_UINT),
	DMSC_F(dmsc_package, counter, DMSC_K_SIZE),
	DMSC_F(dmsc_package, card, DMSC_K_STR),
	DMSC_F(dmsc_package, size, DMSC_K_SIZE),
	DMSC_F(dmsc_package, messages, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_package_view = {
	"package", sizeof(struct dmsc_package), package_fields
};

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* ---- keys */

static int
no_div(struct dmsc_session *s)
{
	dmsc_fail(&s->err, DMSC_E_USAGE, "these keys are made of what the "
	    "card says when a channel is opened");
	return dmsc_err_why(&s->err, "over the air it says nothing first");
}

int
session_ota_keys(struct dmsc_session *s, const struct dmsc_ota_given *g,
    unsigned version, struct dmsc_ota_keys *out)
{
	const struct session_given given = { .keys = g->from,
		.test_keys = g->test_keys };
	struct session_keys k;
	int r;

	memset(&k, 0, sizeof k);
	if ((r = session_keys_get(&given, &k, &s->err)) != DMSC_E_OK)
		;
	else if (session_keys_wait(&k))
		r = no_div(s);
	else if ((r = dmsc_ota_keys_by(k.key[0], k.key[1], version, out)) !=
	    DMSC_E_OK)
		dmsc_fail(&s->err, r, "the keys cannot be used");
	session_keys_free(&k);
	return r;
}

/* ---- what is inside */

/* A message in either encoding becomes the object of one in WBXML. */
static int
put_message(struct dmsc_session *s, struct dmsc_rd in, struct dmsc_buf *out)
{
	struct dmsc_appl_message env = { .xml = false };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_OTA_MAX);
	struct dmsc_msg *m = NULL;
	int r = b == NULL ? no_memory(s) :
	    dmsc_msg_read(in, &m, NULL, &s->err);

	if (r == DMSC_E_OK)
		r = dmsc_msg_check(m, &s->err);
	if (r == DMSC_E_OK)
		r = dmsc_msg_write(m, b, &s->err);
	env.bytes = dmsc_buf_rd(b);
	if (r == DMSC_E_OK && (r = dmsc_appl_message_put(out,
	    DMSC_APPL_MESSAGE, &env)) != DMSC_E_OK)
		dmsc_fail(&s->err, r, "the message does not fit a package");
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	return r;
}

static int
no_line(struct dmsc_session *s, unsigned n)
{
	dmsc_fail(&s->err, DMSC_E_DATA, "neither a DM message nor commands");
	return dmsc_err_why(&s->err, "line %u is no APDU in hexadecimal", n);
}

/* Lines of APDUs, '#' before words. */
static int
put_commands(struct dmsc_session *s, char *text, struct dmsc_buf *out)
{
	enum { HEADER = 4 };
	struct dmsc_buf *apdu = dmsc_buf_new(DMSC_APDU_CMD_MAX);
	char *line = text, *end;
	unsigned n = 0;
	size_t at;
	int r = apdu == NULL ? no_memory(s) :
	    dmsc_tlv_begin(out, DMSC_OTA_COMMANDS, &at);

	for (; r == DMSC_E_OK && *line != '\0'; line = end) {
		n++;
		end = line + strcspn(line, "\n");
		if (*end != '\0')
			*end++ = '\0';
		if (*line == '#' || *line == '\0')
			continue;
		dmsc_buf_reset(apdu);
		if (dmsc_hex_get(line, apdu) != DMSC_E_OK ||
		    apdu->len < HEADER)
			r = no_line(s, n);
		else if ((r = dmsc_tlv_put(out, DMSC_OTA_COMMAND,
		    dmsc_buf_rd(apdu))) != DMSC_E_OK)
			dmsc_fail(&s->err, r,
			    "the commands do not fit a package");
	}
	dmsc_buf_free(&apdu);
	return r == DMSC_E_OK ? dmsc_tlv_end(out, at) : r;
}

static bool
is_commands(struct dmsc_rd r)
{
	return r.left > 0 && (r.p[0] == '#' ||
	    dmsc_digit((char)r.p[0]) >= 0) && dmsc_is_text(r);
}

static int
put_content(struct dmsc_session *s, struct dmsc_rd in, struct dmsc_buf *out)
{
	char *text;
	int r;

	if (!is_commands(in))
		return put_message(s, in, out);
	if ((text = dmsc_strndup(in)) == NULL)
		return no_memory(s);
	r = put_commands(s, text, out);
	dmsc_wipe(text, in.left);
	free(text);
	return r;
}

/* ---- the whole */

static int
head(struct dmsc_session *s, const struct dmsc_package_opts *o,
    uint8_t card[DMSC_ICCID_BYTES], struct dmsc_ota *out)
{
	memset(out, 0, sizeof *out);
	out->version = o->version != 0 ? o->version : VERSION_OWNER;
	out->counter = o->counter != 0 ? o->counter : (uint32_t)dmsc_wall();
	if (out->version > VERSION_MAX)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a key version is 01 to 7F");
	if (o->iccid == NULL)
		return DMSC_E_OK;
	if (dmsc_iccid_code(o->iccid, card) != DMSC_E_OK) {
		dmsc_fail(&s->err, DMSC_E_USAGE, "not an ICCID");
		return dmsc_err_where(&s->err, "%s", o->iccid);
	}
	out->card = dmsc_rd_of(card, DMSC_ICCID_BYTES);
	return DMSC_E_OK;
}

static int
make(struct dmsc_session *s, struct dmsc_rd content,
    const struct dmsc_package_opts *o, struct dmsc_buf *out)
{
	uint8_t card[DMSC_ICCID_BYTES];
	struct dmsc_buf *plain = dmsc_buf_new(DMSC_OTA_MAX);
	struct dmsc_ota_keys keys;
	struct dmsc_ota h;
	int r = plain == NULL ? no_memory(s) : head(s, o, card, &h);

	memset(&keys, 0, sizeof keys);
	if (r == DMSC_E_OK && (r = put_content(s, content, plain)) ==
	    DMSC_E_OK && (r = session_ota_keys(s, &o->keys, h.version,
	    &keys)) == DMSC_E_OK && (r = dmsc_ota_put(out, &h, &keys,
	    dmsc_buf_rd(plain))) != DMSC_E_OK) {
		dmsc_fail(&s->err, r, "the package cannot be made");
		if (r == DMSC_E_LIMIT)
			dmsc_err_why(&s->err, "it would take more than %d "
			    "bytes", DMSC_OTA_MAX);
	}
	dmsc_wipe(&keys, sizeof keys);
	dmsc_buf_free(&plain);
	return r;
}

int
dmsc_package_make(struct dmsc_session *s, struct dmsc_rd content,
    const struct dmsc_package_opts *o, struct dmsc_buf *out,
    struct dmsc_package **info)
{
	size_t from = out->len;
	int r;

	*info = NULL;
	dmsc_err_clear(&s->err);
	if ((r = make(s, content, o, out)) != DMSC_E_OK)
		return r;
	return dmsc_package_show(s, dmsc_rd_slice(dmsc_buf_rd(out), from,
	    out->len), info);
}

int
dmsc_package_show(struct dmsc_session *s, struct dmsc_rd package,
    struct dmsc_package **out)
{
	struct dmsc_package *p;
	char digits[DIGITS];
	struct dmsc_ota o;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (dmsc_ota_get(package, &o) != DMSC_E_OK) {
		dmsc_fail(&s->err, DMSC_E_DATA, "no package over the air");
		return dmsc_err_next(&s->err, "help dm package");
	}
	if ((p = dmsc_view_new(&dmsc_package_view)) == NULL)
		return no_memory(s);
	p->version = o.version;
	p->counter = o.counter;
	p->size = package.left;
	p->messages = dmsc_cat_sms_parts(package.left);
	dmsc_iccid_text(o.card, digits);
	if (o.card.left > 0 && dmsc_str_set(&p->card, "%s", digits) !=
	    DMSC_E_OK) {
		dmsc_view_free(&dmsc_package_view, p);
		return no_memory(s);
	}
	*out = p;
	return DMSC_E_OK;
}
