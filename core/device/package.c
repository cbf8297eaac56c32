/* A package's bytes: where they lie, and how they come from a server
 * (device/fumo.h). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "device/approve.h"
#include "device/fumo.h"
#include "net/http.h"

enum { WAIT_MS = 60000, WAIT_US = WAIT_MS * 1000, HTTP_OK = 200,
	HTTP_NO_USER = 401, HTTP_FORBIDDEN = 403, HTTP_NOT_FOUND = 404,
	HTTP_PROXY_USER = 407, HTTP_LATE = 408, HTTP_GONE = 410,
	HTTP_GATEWAY_LATE = 504 };

/* default.xml has default.Firmware.pkg beside it. */
static char *
path_of(const char *file, const char *slot)
{
	size_t len = strlen(file);
	char *path = NULL;

	if (len > 4)
		len -= 4;
	return dmsc_str_set(&path, "%.*s.%s.pkg", (int)len, file, slot) ==
	    DMSC_E_OK ? path : NULL;
}

static int
make_folder(const char *file, struct dmsc_err *e)
{
	char *folder = strdup(file);
	int r;

	if (folder == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	*strrchr(folder, '/') = '\0';
	r = dmsc_file_mkdirs(folder, e);
	free(folder);
	return r;
}

int
dmsc_package_put(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    struct dmsc_rd bytes, struct dmsc_err *e)
{
	char sum[DMSC_APPROVE_SUM], size[24];
	char *path = path_of(d->file, s->name);
	int r;

	(void)snprintf(size, sizeof size, "%zu", bytes.left);
	if (path == NULL || dmsc_approve_sum(bytes, sum) != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	else if ((r = make_folder(d->file, e)) == DMSC_E_OK &&
	    (r = dmsc_file_spit(path, bytes, e)) == DMSC_E_OK &&
	    (dmsc_fumo_fact(d, s, "SHA256", sum) != DMSC_E_OK ||
	    dmsc_fumo_fact(d, s, "Size", size) != DMSC_E_OK))
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	free(path);
	return r;
}

bool
dmsc_package_there(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s)
{
	char sum[DMSC_APPROVE_SUM];
	char *path;
	bool there;

	dmsc_device_text(dmsc_fumo_facts(d, s), "SHA256", sum, sizeof sum);
	if (sum[0] == '\0')
		return false;
	path = path_of(d->file, s->name);
	there = path != NULL && dmsc_file_there(path);
	free(path);
	return there;
}

int
dmsc_package_take(const struct dmsc_device *d,
    const struct dmsc_fumo_slot *s, struct dmsc_buf **out,
    struct dmsc_err *e)
{
	char sum[DMSC_APPROVE_SUM], want[DMSC_APPROVE_SUM];
	char *path = path_of(d->file, s->name);
	int r;

	*out = NULL;
	dmsc_device_text(dmsc_fumo_facts(d, s), "SHA256", want, sizeof want);
	if (path == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	else if ((r = dmsc_file_slurp(path, DMSC_FUMO_MAX, out, e)) ==
	    DMSC_E_OK && (r = dmsc_approve_sum(dmsc_buf_rd(*out), sum)) !=
	    DMSC_E_OK)
		r = dmsc_fail(e, r, "cannot hash");
	else if (r == DMSC_E_OK && strcmp(sum, want) != 0)
		r = dmsc_fail(e, DMSC_E_DATA,
		    "the package is not what came");
	else if (r == DMSC_E_NOTFOUND || r == DMSC_E_LIMIT)
		r = dmsc_fail(e, DMSC_E_DATA, "the package is gone");
	if (r != DMSC_E_OK)
		dmsc_buf_free(out);
	free(path);
	return r;
}

int
dmsc_package_drop(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    struct dmsc_err *e)
{
	static const char *const leaves[] = { "SHA256", "Size" };
	struct dmsc_node *facts = dmsc_fumo_facts(d, s), *n;
	char *path = path_of(d->file, s->name);
	int r = path == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(leaves); i++)
		if (facts != NULL &&
		    (n = dmsc_node_child(facts, leaves[i])) != NULL)
			r = dmsc_node_remove(d->tree, n);
	if (r == DMSC_E_OK)
		r = dmsc_fumo_write(d, s, "Update/PkgData",
		    dmsc_rd_of(NULL, 0));
	if (r != DMSC_E_OK)
		(void)dmsc_fail(e, r, "out of memory");
	else if (unlink(path) != 0 && errno != ENOENT) {
		r = dmsc_fail(e, DMSC_E_IO, "cannot remove the package");
		(void)dmsc_err_where(e, "%s", path);
		(void)dmsc_err_why(e, "%s", strerror(errno));
	}
	free(path);
	return r;
}

void
dmsc_package_remove_all(const char *file)
{
	const struct dmsc_fumo_slot *s;
	char *path;
	size_t i;

	for (i = 0; (s = dmsc_fumo_slot(i)) != NULL; i++) {
		if ((path = path_of(file, s->name)) != NULL)
			(void)unlink(path);
		free(path);
	}
}

/* A status of HTTP as a result of FUMO. */
static unsigned
result_of(unsigned status)
{
	switch (status) {
	case HTTP_OK:
		return DMSC_FUMO_SUCCESS;
	case HTTP_NO_USER:
	case HTTP_FORBIDDEN:
	case HTTP_PROXY_USER:
		return DMSC_FUMO_GET_DENIED;
	case HTTP_NOT_FOUND:
	case HTTP_GONE:
		return DMSC_FUMO_BAD_URL;
	case HTTP_LATE:
	case HTTP_GATEWAY_LATE:
		return DMSC_FUMO_GET_LATE;
	default:
		return DMSC_FUMO_SERVER_ERROR;
	}
}

/* No answer at all; 0: it is to be done again. */
static unsigned
result_of_error(int r, uint64_t took)
{
	switch (r) {
	case DMSC_E_USAGE:
		return DMSC_FUMO_BAD_URL;
	case DMSC_E_LIMIT:
		return DMSC_FUMO_TOO_LARGE;
	case DMSC_E_UNSUPPORTED:
		return DMSC_FUMO_NO_WAY;
	case DMSC_E_TRANSPORT:
		return took >= WAIT_US ? DMSC_FUMO_GET_LATE :
		    DMSC_FUMO_NETWORK;
	default:
		return 0;
	}
}

/* Nobody's name and password stand in an order: who has the tree would read
 * them. */
static bool
has_user(const char *url)
{
	const char *p = strstr(url, "://");
	size_t n;

	if (p == NULL)
		return false;
	n = strcspn(p + 3, "/?#");
	return memchr(p + 3, '@', n) != NULL;
}

static int
ask_server(struct dmsc_world *w, const char *url,
    struct dmsc_http_answer *a)
{
	const struct dmsc_http_opts o = { .ca_file = w->ca_file,
	    .interrupted = w->interrupted };
	const struct dmsc_http_req q = { .url = url, .max = DMSC_FUMO_MAX,
	    .timeout_ms = WAIT_MS };
	struct dmsc_http *h = NULL;
	int r;

	if (has_user(url))
		return dmsc_fail(w->e, DMSC_E_USAGE,
		    "the address has a name or password in it");
	if ((r = dmsc_http_new(&o, &h, w->e)) == DMSC_E_OK)
		r = dmsc_http_do(h, &q, a, w->e);
	dmsc_http_free(&h);
	return r;
}

static int
explain(struct dmsc_world *w, struct dmsc_buf *why)
{
	const struct dmsc_err *e = w->e;
	int r = dmsc_buf_fmt(why, "%s%s%s", e->message, *e->why != '\0' ? ": " :
	    "", e->why);

	dmsc_err_clear(w->e);
	return r == DMSC_E_LIMIT ? DMSC_E_OK : r;
}

int
dmsc_package_get(struct dmsc_world *w, const struct dmsc_fumo_slot *s,
    const char *url, unsigned *result, struct dmsc_buf *why)
{
	struct dmsc_http_answer a = { .status = 0 };
	uint64_t begin = dmsc_now_us();
	int r = ask_server(w, url, &a);

	if (r != DMSC_E_OK) {
		*result = result_of_error(r, dmsc_now_us() - begin);
		if (*result != 0)
			r = explain(w, why);
	} else if ((*result = result_of(a.status)) != DMSC_FUMO_SUCCESS)
		r = dmsc_buf_fmt(why, "the server answers with HTTP status "
		    "%u", a.status);
	else if (a.body == NULL || a.body->len == 0) {
		*result = DMSC_FUMO_CORRUPTED;
		r = dmsc_buf_str(why, "the package is empty");
	} else
		r = dmsc_package_put(w->dev, s, dmsc_buf_rd(a.body), w->e);
	dmsc_http_answer_clear(&a);
	return r;
}
