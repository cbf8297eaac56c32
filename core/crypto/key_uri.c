/* A SOURCE taken apart (dmsc/key.h; percent encoding of RFC 3986). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/key_inner.h"

enum { ALL = 1 << KEY_FILE | 1 << KEY_ENV | 1 << KEY_FD,
	WITH_CSV = ALL | 1 << KEY_CSV, EVERY = WITH_CSV | 1 << KEY_PKCS11,
	LEN_MAX = 4096 };

static const struct {
	const char *name;
	unsigned kinds;
} known[] = {
	{ "kdf", EVERY }, { "div", EVERY }, { "len", EVERY },
	{ "use", EVERY },
	{ "enc", WITH_CSV }, { "pass", WITH_CSV },
	{ "key", 1 << KEY_CSV }, { "id", 1 << KEY_CSV },
	{ "for", 1 << KEY_CSV }, { "sep", 1 << KEY_CSV },
	{ "check", 1 << KEY_CSV }, { "transport", 1 << KEY_CSV },
	{ "wrap", 1 << KEY_CSV }, { "iv", 1 << KEY_CSV },
	{ "pin-source", 1 << KEY_PKCS11 }, { "pin-value", 1 << KEY_PKCS11 },
	{ "module-path", 1 << KEY_PKCS11 }, { "module-name", 1 << KEY_PKCS11 },
};
static const char *const schemes[KEY_KINDS] = { "file:", "env:", "fd:",
	"csv:", "pkcs11:" };
static const char *const kdfs[KDF_KINDS] = { "none", "sp800-108-cmac",
	"an10922", "hkdf-sha256" };

static enum key_kind
kind_of(const char *source)
{
	enum key_kind k;

	for (k = 0; k < KEY_KINDS; k++)
		if (dmsc_begins(source, schemes[k]))
			break;
	return k;
}

bool
dmsc_source_is(const char *text)
{
	return text[0] == '@' || kind_of(text) != KEY_KINDS;
}

static int
no_source(struct dmsc_err *e)
{
	/* It may be the secret itself: it is not repeated. */
	(void)dmsc_fail(e, DMSC_E_USAGE, "that is no source of a secret");
	(void)dmsc_err_why(e, "a value never stands on the command line");
	(void)dmsc_err_next(e, "use @FILE, env:NAME or fd:N");
	return DMSC_E_USAGE;
}

static int
bad(struct dmsc_err *e, const char *name, const char *why)
{
	(void)dmsc_fail(e, DMSC_E_USAGE, "the source of a key is not well "
	    "formed");
	(void)dmsc_err_where(e, "%s", name);
	(void)dmsc_err_why(e, "%s", why);
	return DMSC_E_USAGE;
}

static int
no_memory(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

/* Up to n characters of s with %XX decoded, as a new string. */
static int
decode(const char *s, size_t n, char **out)
{
	char *to = malloc(n + 1);
	size_t i, len = 0;
	int hi, lo;

	*out = to;
	if (to == NULL)
		return DMSC_E_NOMEM;
	for (i = 0; i < n; i++, len++) {
		to[len] = s[i];
		if (s[i] != '%')
			continue;
		hi = i + 2 < n ? dmsc_digit(s[i + 1]) : -1;
		lo = i + 2 < n ? dmsc_digit(s[i + 2]) : -1;
		if (hi < 0 || lo < 0 || hi * 16 + lo == 0)
			return DMSC_E_FORMAT;
		to[len] = (char)(hi * 16 + lo);
		i += 2;
	}
	to[len] = '\0';
	return DMSC_E_OK;
}

/* The row of known with this name; its end when there is none. */
static size_t
known_name(const char *name, enum key_kind kind)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(known); i++)
		if (strcmp(known[i].name, name) == 0 &&
		    (known[i].kinds & 1u << kind) != 0)
			break;
	return i;
}

static int
check_attr(struct key_uri *u, const struct key_attr *a, struct dmsc_err *e)
{
	size_t i;

	if (known_name(a->name, u->kind) == DMSC_COUNT(known))
		return bad(e, a->name, "this kind of source has no such "
		    "attribute");
	for (i = 0; i + 1 < u->n; i++)
		if (strcmp(u->attrs[i].name, a->name) == 0)
			return bad(e, a->name, "it stands there twice");
	if (strcmp(a->name, "pin-value") == 0)
		return bad(e, a->name, "a PIN on the command line is seen by "
		    "every process: name its source with pin-source");
	if (a->value[0] == '\0')
		return bad(e, a->name, "it has no value");
	return DMSC_E_OK;
}

/* NAME=VALUE in the n characters of s. */
static int
add_attr(struct key_uri *u, const char *s, size_t n, struct dmsc_err *e)
{
	const char *eq = memchr(s, '=', n);
	struct key_attr *a = &u->attrs[u->n];
	size_t len;
	int r;

	if (eq == NULL)
		return bad(e, "?", "an attribute is NAME=VALUE");
	if (u->n == KEY_ATTRS)
		return bad(e, "?", "it has too many attributes");
	len = (size_t)(eq - s);
	u->n++;
	if ((a->name = dmsc_strndup(dmsc_rd_of(s, len))) == NULL)
		return no_memory(e);
	r = decode(eq + 1, n - len - 1, &a->value);
	if (r == DMSC_E_NOMEM)
		return no_memory(e);
	if (r != DMSC_E_OK)
		return bad(e, known_name(a->name, u->kind) == DMSC_COUNT(
		    known) ? "?" : a->name, "% stands before two hexadecimal "
		    "digits, not 00");
	return check_attr(u, a, e);
}

static int
add_attrs(struct key_uri *u, const char *query, struct dmsc_err *e)
{
	size_t n;
	int r;

	for (;;) {
		n = strcspn(query, "&");
		if ((r = add_attr(u, query, n, e)) != DMSC_E_OK)
			return r;
		if (query[n] == '\0')
			return DMSC_E_OK;
		query += n + 1;
	}
}

const char *
key_uri_get(const struct key_uri *u, const char *name)
{
	size_t i;

	for (i = 0; i < u->n; i++)
		if (strcmp(u->attrs[i].name, name) == 0)
			return u->attrs[i].value;
	return NULL;
}

bool
key_uri_wants_card(const struct key_uri *u)
{
	return (u->kind == KEY_CSV && key_uri_get(u, "for") == NULL) ||
	    (u->kdf != KDF_NONE && !u->div_card);
}

static int
take_kdf(struct key_uri *u, struct dmsc_err *e)
{
	const char *kdf = key_uri_get(u, "kdf"), *div = key_uri_get(u, "div");

	while (kdf != NULL && u->kdf < KDF_KINDS &&
	    strcmp(kdf, kdfs[u->kdf]) != 0)
		u->kdf++;
	if (u->kdf == KDF_KINDS)
		return bad(e, "kdf", "it is none, sp800-108-cmac, an10922 or "
		    "hkdf-sha256");
	u->div_card = div != NULL && strcmp(div, "card") == 0;
	if (div != NULL && !u->div_card && strcmp(div, "iccid") != 0)
		return bad(e, "div", "it is iccid or card");
	u->use = key_uri_get(u, "use");
	if (u->kdf == KDF_NONE && (div != NULL || u->use != NULL))
		return bad(e, div != NULL ? "div" : "use",
		    "it goes with kdf");
	if (u->use != NULL && (strlen(u->use) > KEY_USE_MAX ||
	    !dmsc_is_text(dmsc_rd_str(u->use))))
		return bad(e, "use", "it has 11 characters at most");
	if (u->kdf == KDF_AN10922 && u->div_card)
		return bad(e, "div", "an10922 takes the ICCID");
	return DMSC_E_OK;
}

/* What may be said of an attribute without reading anything. */
static int
check_values(struct key_uri *u, struct dmsc_err *e)
{
	const char *len = key_uri_get(u, "len"), *enc = key_uri_get(u, "enc"),
	    *sep = key_uri_get(u, "sep");
	uint64_t n;
	int r;

	if ((r = take_kdf(u, e)) != DMSC_E_OK)
		return r;
	if (len != NULL) {
		if (dmsc_num(len, 10, LEN_MAX, &n) != DMSC_E_OK || n == 0)
			return bad(e, "len", "it is a number of bytes");
		u->len = (size_t)n;
	}
	if (enc != NULL && !key_enc_known(enc))
		return bad(e, "enc", "it is hex, base64, ascii, bcd or raw");
	if (sep != NULL && (strlen(sep) != 1 || strchr("\r\n\"", *sep) !=
	    NULL))
		return bad(e, "sep", "it is one character");
	if (u->kind == KEY_CSV && key_uri_get(u, "key") == NULL)
		return bad(e, "key", "it names the column, and is missing");
	if (key_uri_get(u, "transport") == NULL && (key_uri_get(u, "wrap") !=
	    NULL || key_uri_get(u, "iv") != NULL))
		return bad(e, "transport", "wrap and iv go with it");
	return DMSC_E_OK;
}

/* pkcs11: what p11-kit reads, put together again. */
static int
pkcs11_body(struct key_uri *u, const char *source, struct dmsc_err *e)
{
	const char *query = strchr(source, '?'), *p;
	char *to = strdup(source);
	size_t at, n;

	free(u->body);
	if ((u->body = to) == NULL)
		return no_memory(e);
	if (query == NULL)
		return DMSC_E_OK;
	at = (size_t)(query - source);
	for (p = query + 1; ; p += n + 1) {
		n = strcspn(p, "&");
		if (strncmp(p, "module-", strlen("module-")) == 0) {
			to[at] = strchr(to, '?') < to + at ? '&' : '?';
			memmove(to + at + 1, p, n);
			at += n + 1;
		}
		if (p[n] == '\0')
			break;
	}
	to[at] = '\0';
	return DMSC_E_OK;
}

static int
parse(struct key_uri *u, const char *source, struct dmsc_err *e)
{
	const char *query;
	size_t n;
	int r;

	if (source[0] == '@') {
		u->kind = KEY_FILE;
		u->plain = true;
		u->body = strdup(source + 1);
		return u->body != NULL ? DMSC_E_OK : no_memory(e);
	}
	if ((u->kind = kind_of(source)) == KEY_KINDS)
		return no_source(e);
	n = strlen(schemes[u->kind]);
	r = decode(source + n, strcspn(source + n, "?"), &u->body);
	if (r == DMSC_E_NOMEM)
		return no_memory(e);
	if (r != DMSC_E_OK)
		return bad(e, schemes[u->kind], "% stands before two "
		    "hexadecimal digits, not 00");
	if ((query = strchr(source, '?')) != NULL &&
	    (r = add_attrs(u, query + 1, e)) != DMSC_E_OK)
		return r;
	if (u->body[0] == '\0' && u->kind != KEY_PKCS11)
		return bad(e, schemes[u->kind], "there is nothing behind it");
	if ((r = check_values(u, e)) != DMSC_E_OK)
		return r;
	return u->kind == KEY_PKCS11 ? pkcs11_body(u, source, e) : r;
}

int
key_uri_parse(const char *source, struct key_uri **out, struct dmsc_err *e)
{
	struct key_uri *u;
	int r;

	*out = NULL;
	if (strlen(source) > KEY_SOURCE_MAX)
		return dmsc_source_is(source) ? bad(e, "?", "it is too long") :
		    no_source(e);
	if ((u = calloc(1, sizeof *u)) == NULL)
		return no_memory(e);
	if ((r = parse(u, source, e)) != DMSC_E_OK)
		key_uri_free(&u);
	*out = u;
	return r;
}

void
key_uri_free(struct key_uri **u)
{
	size_t i;

	if (*u == NULL)
		return;
	for (i = 0; i < (*u)->n; i++) {
		free((*u)->attrs[i].name);
		free((*u)->attrs[i].value);
	}
	free((*u)->body);
	free(*u);
	*u = NULL;
}

int
dmsc_source_needs_card(const char *source, bool *needs, struct dmsc_err *e)
{
	struct key_uri *u;
	int r = key_uri_parse(source, &u, e);

	*needs = r == DMSC_E_OK && key_uri_wants_card(u);
	key_uri_free(&u);
	return r;
}

int
dmsc_source_check(const char *source, struct dmsc_err *e)
{
	bool needs;

	return dmsc_source_needs_card(source, &needs, e);
}
