/* The client of net/http.h, over libcurl. */
#include "net/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/dl.h"
#include "base/text.h"

/* Its variants with GnuTLS: OpenSSL is the crypto room's alone. */
static const char library[] = "libcurl-gnutls.so.4";

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000, PASSWORD_MAX = 512 };

struct curl_lib {
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	void (*cleanup)(CURL *c);
	void (*reset)(CURL *c);
	CURLcode (*setopt)(CURL *c, CURLoption o, ...);
	CURLcode (*perform)(CURL *c);
	CURLcode (*getinfo)(CURL *c, CURLINFO i, ...);
	const char *(*text)(CURLcode code);
	struct curl_slist *(*append)(struct curl_slist *l, const char *s);
	void (*free_all)(struct curl_slist *l);
};
#define F(name, member) { "curl_" name, offsetof(struct curl_lib, member) }
static const struct dmsc_dl_fn functions[] = {
	F("global_init", global_init), F("easy_init", init),
	F("easy_cleanup", cleanup), F("easy_reset", reset),
	F("easy_setopt", setopt), F("easy_perform", perform),
	F("easy_getinfo", getinfo), F("easy_strerror", text),
	F("slist_append", append), F("slist_free_all", free_all),
};

struct dmsc_http {
	struct curl_lib lib;
	CURL *c;
	struct dmsc_http_opts o;
};
/* A request in work. */
struct work {
	struct dmsc_http *h;
	const struct dmsc_http_req *q;
	struct dmsc_http_answer *a;
	struct curl_slist *headers;
	bool full;
	char why[CURL_ERROR_SIZE];
};

int
dmsc_http_new(const struct dmsc_http_opts *o, struct dmsc_http **out,
    struct dmsc_err *e)
{
	struct dmsc_http *h = calloc(1, sizeof *h);

	*out = NULL;
	if (h == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	h->o = *o;
	if (!dmsc_dl_load(library, functions, DMSC_COUNT(functions),
	    &h->lib)) {
		free(h);
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
		    "no HTTP: libcurl is not there");
		(void)dmsc_err_why(e, "%s cannot be loaded; on Debian: "
		    "apt-get install libcurl3-gnutls", library);
		return DMSC_E_UNSUPPORTED;
	}
	if (h->lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h->c = h->lib.init()) == NULL) {
		free(h);
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot start libcurl");
	}
	*out = h;
	return DMSC_E_OK;
}

void
dmsc_http_free(struct dmsc_http **h)
{
	if (*h == NULL)
		return;
	(*h)->lib.cleanup((*h)->c);
	free(*h);
	*h = NULL;
}

void
dmsc_http_answer_clear(struct dmsc_http_answer *a)
{
	dmsc_buf_free(&a->body);
	memset(a, 0, sizeof *a);
}

static size_t
take_body(char *p, size_t size, size_t n, void *ctx)
{
	struct work *w = ctx;

	if (dmsc_buf_put(w->a->body, dmsc_rd_of(p, size * n)) == DMSC_E_OK)
		return size * n;
	w->full = true;
	return 0;
}

/* The value of header name in a line, without blanks and line end; one that
 * is too long counts as none. */
static void
take_value(const char *line, size_t n, const char *name, char *out)
{
	size_t len = strlen(name);

	if (n <= len || strncasecmp(line, name, len) != 0 ||
	    line[len] != ':')
		return;
	line += len + 1;
	n -= len + 1;
	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	while (n > 0 && (unsigned char)line[n - 1] <= ' ')
		n--;
	if (n >= DMSC_HTTP_TEXT || memchr(line, '\0', n) != NULL)
		return;
	memcpy(out, line, n);
	out[n] = '\0';
}

static size_t
take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct work *w = ctx;
	char wait[DMSC_HTTP_TEXT] = "";
	uint64_t seconds;

	take_value(p, size * n, "content-type", w->a->type);
	take_value(p, size * n, "x-syncml-hmac", w->a->hmac);
	take_value(p, size * n, "retry-after", wait);
	if (*wait != '\0' && dmsc_num(wait, 10, UINT32_MAX, &seconds) ==
	    DMSC_E_OK)
		w->a->retry_after = (unsigned)seconds;
	return size * n;
}

static int
interrupted(void *ctx, curl_off_t dt, curl_off_t d, curl_off_t ut,
    curl_off_t u)
{
	const struct work *w = ctx;

	(void)dt;
	(void)d;
	(void)ut;
	(void)u;
	return w->h->o.interrupted != NULL && *w->h->o.interrupted;
}

static bool
is_secure(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

static int
check(const struct dmsc_http_req *q, struct dmsc_err *e)
{
	if (!is_secure(q->url) && strncasecmp(q->url, "http://", 7) != 0) {
		(void)dmsc_fail(e, DMSC_E_USAGE, "no address of HTTP");
		(void)dmsc_err_where(e, "%s", q->url);
		(void)dmsc_err_why(e, "it begins with http:// or https://");
		return DMSC_E_USAGE;
	}
	if (is_secure(q->url) || q->plain ||
	    (q->user == NULL && !q->secret))
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_USAGE,
	    "credentials are not sent over plain HTTP");
	(void)dmsc_err_where(e, "%s", q->url);
	(void)dmsc_err_why(e, "whoever is on the way could read them");
	return DMSC_E_USAGE;
}

static bool
add_header(struct work *w, const char *name, const char *value)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * DMSC_HTTP_TEXT);
	struct curl_slist *l = NULL;
	const char *line;

	if (b != NULL && dmsc_buf_fmt(b, "%s:%s%s", name,
	    *value == '\0' ? "" : " ", value) == DMSC_E_OK &&
	    (line = dmsc_buf_cstr(b)) != NULL)
		l = w->h->lib.append(w->headers, line);
	if (l != NULL)
		w->headers = l;
	dmsc_buf_free(&b);
	return l != NULL;
}

static bool
set_body(struct work *w)
{
	const struct dmsc_http_req *q = w->q;
	struct curl_lib *l = &w->h->lib;
	CURL *c = w->h->c;

	if (q->type == NULL)
		return l->setopt(c, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	return l->setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
	    l->setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)q->body.left) == CURLE_OK &&
	    l->setopt(c, CURLOPT_POSTFIELDS, q->body.left == 0 ? "" :
	    (const char *)q->body.p) == CURLE_OK &&
	    add_header(w, "Content-Type", q->type) &&
	    add_header(w, "Expect", "") &&
	    (q->hmac == NULL || add_header(w, "x-syncml-hmac", q->hmac)) &&
	    l->setopt(c, CURLOPT_HTTPHEADER, w->headers) == CURLE_OK;
}

static bool
set_user(struct work *w)
{
	const struct dmsc_http_req *q = w->q;
	struct curl_lib *l = &w->h->lib;
	char password[PASSWORD_MAX];
	bool good;

	if (q->user == NULL)
		return true;
	if (q->password == NULL || q->password->len >= sizeof password)
		return false;
	memcpy(password, q->password->p, q->password->len);
	password[q->password->len] = '\0';
	good = l->setopt(w->h->c, CURLOPT_HTTPAUTH, q->digest ?
	    CURLAUTH_DIGEST : CURLAUTH_BASIC) == CURLE_OK &&
	    l->setopt(w->h->c, CURLOPT_USERNAME, q->user) == CURLE_OK &&
	    l->setopt(w->h->c, CURLOPT_PASSWORD, password) == CURLE_OK;
	dmsc_wipe(password, sizeof password);
	return good;
}

static bool
set_limits(struct work *w)
{
	const struct dmsc_http_req *q = w->q;
	struct curl_lib *l = &w->h->lib;
	CURL *c = w->h->c;

	return l->setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") ==
	    CURLE_OK &&
	    l->setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    l->setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    l->setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) ==
	    CURLE_OK &&
	    l->setopt(c, CURLOPT_TIMEOUT_MS, q->timeout_ms == 0 ?
	    (long)TIMEOUT_MS : (long)q->timeout_ms) == CURLE_OK &&
	    (w->h->o.ca_file == NULL || l->setopt(c, CURLOPT_CAINFO,
	    w->h->o.ca_file) == CURLE_OK);
}

static bool
set_ends(struct work *w)
{
	struct curl_lib *l = &w->h->lib;
	CURL *c = w->h->c;

	return l->setopt(c, CURLOPT_URL, w->q->url) == CURLE_OK &&
	    l->setopt(c, CURLOPT_ERRORBUFFER, w->why) == CURLE_OK &&
	    l->setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	    l->setopt(c, CURLOPT_WRITEDATA, w) == CURLE_OK &&
	    l->setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	    l->setopt(c, CURLOPT_HEADERDATA, w) == CURLE_OK &&
	    l->setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	    l->setopt(c, CURLOPT_XFERINFOFUNCTION, interrupted) ==
	    CURLE_OK &&
	    l->setopt(c, CURLOPT_XFERINFODATA, w) == CURLE_OK;
}

static int
tell(struct work *w, CURLcode code, struct dmsc_err *e)
{
	bool certificate = code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE;
	int r = w->full ? DMSC_E_LIMIT : certificate ? DMSC_E_SIGNER :
	    DMSC_E_TRANSPORT;

	if (code == CURLE_ABORTED_BY_CALLBACK)
		return dmsc_fail(e, DMSC_E_INTERRUPTED, "interrupted");
	if (code == CURLE_OUT_OF_MEMORY)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	(void)dmsc_fail(e, r, w->full ? "the server's answer is too large" :
	    certificate ? "the server's certificate is not trusted" :
	    "no answer of the server");
	(void)dmsc_err_where(e, "%s", w->q->url);
	if (w->full)
		(void)dmsc_err_why(e, "more than %zu bytes", w->a->body->max);
	else
		(void)dmsc_err_why(e, "%s", *w->why != '\0' ? w->why :
		    w->h->lib.text(code));
	return r;
}

static int
go(struct work *w, struct dmsc_err *e)
{
	struct curl_lib *l = &w->h->lib;
	CURLcode code;
	long status = 0;
	int r = DMSC_E_OK;

	if (!set_limits(w) || !set_ends(w) || !set_body(w) || !set_user(w))
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot prepare the request");
	else if ((code = l->perform(w->h->c)) != CURLE_OK)
		r = tell(w, code, e);
	else {
		(void)l->getinfo(w->h->c, CURLINFO_RESPONSE_CODE, &status);
		w->a->status = (unsigned)status;
	}
	l->reset(w->h->c);
	l->free_all(w->headers);
	return r;
}

int
dmsc_http_do(struct dmsc_http *h, const struct dmsc_http_req *q,
    struct dmsc_http_answer *out, struct dmsc_err *e)
{
	struct work w = { .h = h, .q = q, .a = out };
	int r;

	memset(out, 0, sizeof *out);
	if ((r = check(q, e)) != DMSC_E_OK)
		return r;
	out->body = dmsc_buf_new(q->max == 0 ? DMSC_HTTP_MAX : q->max);
	if (out->body == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if ((r = go(&w, e)) != DMSC_E_OK)
		dmsc_http_answer_clear(out);
	return r;
}
