/* Keys in a CSV file: a column of secrets, a row for each card. */
#include <string.h>

#include <dmsc/csv.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/key_inner.h"

/* Where things stand: columns of the file. */
struct look {
	const struct key_uri *u;
	const struct key_reading *rd;
	struct dmsc_csv *csv;
	size_t key, id, check;
	bool checked;		/* there is a check= */
	const char *enc;
	const char *whose;	/* the ICCID */
};

static int
no_column(struct look *k, const char *attr, const char *name)
{
	(void)dmsc_fail(k->rd->e, DMSC_E_DATA,
	    "the CSV file has no column '%s'", name);
	(void)dmsc_err_where(k->rd->e, "%s", k->u->body);
	(void)dmsc_err_why(k->rd->e, "%s= names it", attr);
	return DMSC_E_DATA;
}

static const char *
enc_behind(const char *name, size_t n)
{
	return name[n] == ':' && key_enc_known(name + n + 1) ?
	    name + n + 1 : NULL;
}

/* A column is named "KIC", or "KIC:hex" with its encoding. */
static int
find(struct look *k, const char *attr, const char *name, size_t *out,
    const char **enc)
{
	size_t i, n = strlen(name);
	const char *own;

	*enc = NULL;
	if (dmsc_csv_find(k->csv, name, out) == DMSC_E_OK) {
		own = strrchr(name, ':');
		if (own != NULL && key_enc_known(own + 1))
			*enc = own + 1;
		return DMSC_E_OK;
	}
	for (i = 0; i < dmsc_csv_columns(k->csv); i++) {
		own = dmsc_csv_name(k->csv, i);
		if (strncmp(own, name, n) != 0 ||
		    (*enc = enc_behind(own, n)) == NULL)
			continue;
		*out = i;
		return DMSC_E_OK;
	}
	return no_column(k, attr, name);
}

static int
find_columns(struct look *k)
{
	const struct key_uri *u = k->u;
	const char *id = key_uri_get(u, "id"), *check = key_uri_get(u,
	    "check"), *said = key_uri_get(u, "enc"), *none;
	int r;

	if ((r = find(k, "id", id != NULL ? id : "ICCID", &k->id, &none)) !=
	    DMSC_E_OK || (r = find(k, "key", key_uri_get(u, "key"), &k->key,
	    &k->enc)) != DMSC_E_OK)
		return r;
	k->checked = check != NULL;
	if (check != NULL && (r = find(k, "check", check, &k->check, &none))
	    != DMSC_E_OK)
		return r;
	if (said != NULL && k->enc != NULL && strcmp(said, k->enc) != 0)
		return dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "the column says %s, enc= says %s", k->enc, said);
	if (said != NULL)
		k->enc = said;
	if (k->enc != NULL)
		return DMSC_E_OK;
	(void)dmsc_csv_fail(k->csv, k->key, k->rd->e, "nothing says how its "
	    "values are written: enc=hex, base64, ascii, bcd or raw, or a "
	    "column named KEY:hex");
	return DMSC_E_DATA;
}

static int
no_memory(struct look *k)
{
	return dmsc_fail(k->rd->e, DMSC_E_NOMEM, "out of memory");
}

/* The cell is under the transport key. */
static int
unwrap(struct look *k, struct dmsc_secret **value)
{
	const char *wrap = key_uri_get(k->u, "wrap");
	size_t n = (*value)->len;
	int r = key_unwrap(k->u, k->rd, value);

	if (r == DMSC_E_FORMAT)
		return dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "%zu bytes are no whole blocks of %s", n, wrap);
	return r != DMSC_E_MISMATCH ? r : dmsc_csv_fail(k->csv, k->key,
	    k->rd->e, "it does not come out of %s with this transport key",
	    wrap);
}

/* Encrypted by blocks, a value is filled up to one: len= cuts it. */
static int
cut(struct look *k, struct dmsc_secret *value, bool blocks)
{
	size_t n = k->u->kdf == KDF_NONE ? k->u->len : 0, full = n;

	if (blocks)
		full = (n + DMSC_AES_BLOCK - 1) / DMSC_AES_BLOCK *
		    DMSC_AES_BLOCK;
	if (n == 0 || value->len == n)
		return DMSC_E_OK;
	if (value->len != full)
		return dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "it has %zu bytes, not %zu", value->len, n);
	dmsc_wipe(value->p + n, value->len - n);
	value->len = n;
	return DMSC_E_OK;
}

/* The check value that stands beside the key. */
static int
compare(struct look *k, const struct dmsc_secret *value)
{
	uint8_t kcv[DMSC_KCV_LEN];
	struct dmsc_secret *said = NULL;
	int r = key_decode(dmsc_csv_cell(k->csv, k->check), "hex", &said);

	if (r == DMSC_E_NOMEM)
		return no_memory(k);
	if (r != DMSC_E_OK || said->len != DMSC_KCV_LEN)
		r = dmsc_csv_fail(k->csv, k->check, k->rd->e,
		    "a check value is 3 bytes in hexadecimal");
	else if (dmsc_kcv(dmsc_secret_rd(value), kcv) != DMSC_E_OK)
		r = dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "it is no AES key");
	else if (!dmsc_same(dmsc_rd_of(kcv, sizeof kcv),
	    dmsc_secret_rd(said)))
		r = dmsc_csv_fail(k->csv, k->check, k->rd->e,
		    "the key has another check value");
	dmsc_secret_free(&said);
	return r;
}

static int
take(struct look *k, struct dmsc_secret **out)
{
	const char *transport = key_uri_get(k->u, "transport"),
	    *wrap = key_uri_get(k->u, "wrap");
	struct dmsc_rd cell = dmsc_csv_cell(k->csv, k->key);
	int r;

	if (cell.left == 0)
		return dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "it is empty");
	if ((r = key_decode(cell, k->enc, out)) == DMSC_E_NOMEM)
		return no_memory(k);
	if (r != DMSC_E_OK)
		return dmsc_csv_fail(k->csv, k->key, k->rd->e,
		    "it is not well-formed %s", k->enc);
	if (transport != NULL)
		r = unwrap(k, out);
	if (r == DMSC_E_OK)
		r = cut(k, *out, wrap != NULL && strcmp(wrap, "aes-kw") !=
		    0);
	return r == DMSC_E_OK && k->checked ? compare(k, *out) : r;
}

/* The whole file is read: what is there twice is nobody's. */
static int
search(struct look *k, struct dmsc_secret **out)
{
	size_t line = 0;
	bool more;
	int r;

	while ((r = dmsc_csv_next(k->csv, &more, k->rd->e)) == DMSC_E_OK &&
	    more) {
		if (!key_same_iccid(dmsc_csv_cell(k->csv, k->id), k->whose))
			continue;
		if (line != 0)
			return dmsc_csv_fail(k->csv, k->id, k->rd->e,
			    "line %zu is for the same card", line);
		line = dmsc_csv_line(k->csv);
		if ((r = take(k, out)) != DMSC_E_OK)
			return r;
	}
	if (r != DMSC_E_OK || line != 0)
		return r;
	(void)dmsc_fail(k->rd->e, DMSC_E_NOTFOUND,
	    "no row is for this card");
	(void)dmsc_err_where(k->rd->e, "%s", k->u->body);
	(void)dmsc_err_why(k->rd->e, "ICCID %s is not in column '%s'",
	    k->whose, dmsc_csv_name(k->csv, k->id));
	return DMSC_E_NOTFOUND;
}

int
key_csv_read(const struct key_uri *u, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out)
{
	const char *sep = key_uri_get(u, "sep"), *who = key_uri_get(u,
	    "for");
	struct look k = { .u = u, .rd = rd,
	    .whose = who != NULL ? who : rd->with->iccid };
	int r;

	(void)form;		/* its encoding is declared */
	*out = NULL;
	if ((r = dmsc_csv_open(u->body, sep != NULL ? *sep : ',', &k.csv,
	    rd->e)) == DMSC_E_OK && (r = find_columns(&k)) == DMSC_E_OK)
		r = search(&k, out);
	if (r != DMSC_E_OK)
		dmsc_secret_free(out);
	dmsc_csv_free(&k.csv);
	return r;
}
