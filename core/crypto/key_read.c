/* What a SOURCE names, as bytes or as a key (crypto/key.h). */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/key_token.h"

static int
read_fd(const char *number, struct dmsc_buf **out, struct dmsc_err *e)
{
	char path[32] = "/dev/fd/";
	uint64_t fd;

	if (dmsc_num(number, 10, 1 << 20, &fd) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_USAGE,
		    "'fd:%s' is no file descriptor", number);
	strncat(path, number, sizeof path - strlen(path) - 1);
	return dmsc_file_slurp(path, KEY_CONTENT_MAX, out, e);
}

/* Content by its declared encoding, its own prefix, or as it is. */
static int
take(const struct key_uri *u, struct dmsc_rd content,
    enum dmsc_key_form form, struct dmsc_err *e, struct dmsc_secret **out)
{
	const char *enc = key_uri_get(u, "enc");
	int r;

	if (enc == NULL && form == DMSC_KEY_RAW)
		enc = "raw";
	if (enc == NULL)
		return dmsc_secret_parse(content, form == DMSC_KEY_PIN, out,
		    e);
	if ((r = key_decode(content, enc, out)) == DMSC_E_NOMEM)
		return dmsc_fail(e, r, "out of memory");
	return r == DMSC_E_OK ? r : dmsc_fail(e, DMSC_E_DATA,
	    "the secret is not well-formed %s", enc);
}

static int
check_len(const struct key_uri *u, struct dmsc_secret **out,
    struct dmsc_err *e)
{
	if (u->len == 0 || u->kdf != KDF_NONE || (*out)->len == u->len)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_DATA, "the secret has %zu bytes, not %zu",
	    (*out)->len, u->len);
	dmsc_secret_free(out);
	return DMSC_E_DATA;
}

static int
in_token(struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "the key stays in its token");
	return dmsc_err_why(e, "here its bytes are wanted");
}

int
key_content(const struct key_uri *u, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out)
{
	struct dmsc_buf *b = NULL;
	const char *v;
	int r;

	*out = NULL;
	if (u->kind == KEY_CSV)
		return key_csv_read(u, form, rd, out);
	if (u->kind == KEY_PKCS11)
		return in_token(rd->e);
	if (u->kind == KEY_ENV) {
		if ((v = getenv(u->body)) == NULL)
			return dmsc_fail(rd->e, DMSC_E_IO,
			    "the variable '%s' is not set", u->body);
		r = take(u, dmsc_rd_str(v), form, rd->e, out);
	} else {
		r = u->kind == KEY_FD ? read_fd(u->body, &b, rd->e) :
		    dmsc_file_slurp(u->body, KEY_CONTENT_MAX, &b, rd->e);
		if (r == DMSC_E_NOTFOUND)
			r = rd->e->code = DMSC_E_IO;
		if (r == DMSC_E_OK)
			r = take(u, dmsc_buf_rd(b), form, rd->e, out);
		dmsc_buf_free(&b);
	}
	return r == DMSC_E_OK ? check_len(u, out, rd->e) : r;
}

static int
key_in_token(const struct key_uri *u, const struct key_reading *rd,
    struct dmsc_key **out)
{
	struct dmsc_key *k = calloc(1, sizeof *k);
	int r;

	if (k == NULL)
		return dmsc_fail(rd->e, DMSC_E_NOMEM, "out of memory");
	if ((r = key_token_open(u, rd, KEY_TOKEN_ENCRYPT, &k->token,
	    &k->n)) != DMSC_E_OK)
		dmsc_key_free(&k);
	*out = k;
	return r;
}

/* The source as a key that is not made into others yet. */
static int
open_uri(const struct key_uri *u, const struct key_reading *rd,
    struct dmsc_key **out)
{
	struct dmsc_secret *bytes = NULL;
	int r = u->kind == KEY_PKCS11 ? key_in_token(u, rd, out) :
	    key_content(u, DMSC_KEY_SECRET, rd, &bytes);

	if (r == DMSC_E_OK && *out == NULL &&
	    (*out = key_of_moved(&bytes)) == NULL)
		r = dmsc_fail(rd->e, DMSC_E_NOMEM, "out of memory");
	dmsc_secret_free(&bytes);
	if (r != DMSC_E_OK)
		return r;
	(*out)->kdf = u->kdf;
	(*out)->div_card = u->div_card;
	(*out)->len = u->len;
	if (rd->with->iccid != NULL)
		strncat((*out)->iccid, rd->with->iccid, KEY_ICCID_MAX);
	if (u->use != NULL)
		strncat((*out)->use, u->use, KEY_USE_MAX);
	return r;
}

static int
derived(const struct key_uri *u, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out)
{
	struct dmsc_key *k = NULL;
	int r;

	if (form == DMSC_KEY_PIN)
		return dmsc_fail(rd->e, DMSC_E_USAGE, "kdf= makes keys, not "
		    "PINs");
	if ((r = open_uri(u, rd, &k)) == DMSC_E_OK)
		r = key_kdf(k, "KEY", dmsc_rd_of(NULL, 0), out, rd->e);
	dmsc_key_free(&k);
	return r;
}

static int
need_iccid(const struct key_uri *u, const struct key_reading *rd)
{
	if (!key_uri_wants_card(u) || rd->with->iccid != NULL)
		return DMSC_E_OK;
	(void)dmsc_fail(rd->e, DMSC_E_AUTH, "the source needs the card's "
	    "ICCID");
	(void)dmsc_err_why(rd->e, "no card is connected, or it does not tell "
	    "its ICCID");
	return dmsc_err_next(rd->e, "connect");
}

int
key_nested(const char *source, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out)
{
	const struct key_reading below = { rd->with, rd->depth + 1, rd->e };
	struct key_uri *u;
	int r;

	*out = NULL;
	if (below.depth > KEY_NESTED)
		return dmsc_fail(rd->e, DMSC_E_USAGE,
		    "sources are nested too deep");
	if ((r = key_uri_parse(source, &u, rd->e)) != DMSC_E_OK)
		return r;
	if ((r = need_iccid(u, rd)) == DMSC_E_OK)
		r = u->kdf != KDF_NONE ? derived(u, form, &below, out) :
		    key_content(u, form, &below, out);
	key_uri_free(&u);
	return r;
}

int
dmsc_source_read(const char *source, enum dmsc_key_form form,
    const struct dmsc_key_with *with, struct dmsc_secret **out,
    struct dmsc_err *e)
{
	const struct key_reading rd = { with, 0, e };

	return key_nested(source, form, &rd, out);
}

int
dmsc_source_open(const char *source, const struct dmsc_key_with *with,
    struct dmsc_key **out, struct dmsc_err *e)
{
	const struct key_reading rd = { with, 0, e };
	struct key_uri *u;
	int r;

	*out = NULL;
	if ((r = key_uri_parse(source, &u, e)) != DMSC_E_OK)
		return r;
	if ((r = need_iccid(u, &rd)) == DMSC_E_OK)
		r = open_uri(u, &rd, out);
	key_uri_free(&u);
	return r;
}
