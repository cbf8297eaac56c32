/*
 * The ledger of values that cards have refused: an append-only text file, one
 * line each: "? CARD REF MAC" sent, "+ CARD REF MAC" refused,
 * "- CARD REF MAC" not refused, "x CARD REF" a new value was set. CARD and MAC
 * are keyed MACs, so that
 * the file tells nobody a PIN.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "guard/inside.h"

enum { KEY_LEN = 32, LEDGER_MAX = 64 * 1024 * 1024,
	TIDY_FROM = 128 * 1024,
	LINE_MAX_LEN = 128, CARD_HEX = 16 };

struct line {
	char card[CARD_HEX + 1];
	char value[GUARD_MAC_HEX + 1];
};

static int
path_of(struct dmsc_guard *g, const char *name, char **out)
{
	*out = NULL;
	if (dmsc_str_set(out, "%s/%s", g->state_dir, name) != DMSC_E_OK)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

/* A part of a key would be another key: what was refused under it would be
 * forgotten. */
static int
bad_key(struct dmsc_guard *g, const char *path)
{
	(void)dmsc_fail(g->err, DMSC_E_DATA, "the ledger's key is broken");
	(void)dmsc_err_why(g->err, "it has %d bytes; without it no refused "
	    "value is known", KEY_LEN);
	return dmsc_err_where(g->err, "%s", path);
}

/* The key of this machine's ledger, made at first use. */
static int
load_key(struct dmsc_guard *g, struct dmsc_secret **key)
{
	struct dmsc_buf *b = NULL;
	uint8_t fresh[KEY_LEN];
	char *path;
	int r;

	*key = NULL;
	if ((r = path_of(g, "ledger.key", &path)) != DMSC_E_OK)
		return r;
	r = dmsc_file_slurp(path, KEY_LEN, &b, g->err);
	if (r == DMSC_E_NOTFOUND) {
		if ((r = dmsc_random(fresh, sizeof fresh)) != DMSC_E_OK)
			r = dmsc_fail(g->err, r, "no random bytes");
		else
			r = dmsc_file_spit(path, dmsc_rd_of(fresh,
			    sizeof fresh), g->err);
		*key = dmsc_secret_from(dmsc_rd_of(fresh, sizeof fresh));
		dmsc_wipe(fresh, sizeof fresh);
	} else if (r == DMSC_E_LIMIT || (r == DMSC_E_OK &&
	    b->len != KEY_LEN))
		r = bad_key(g, path);
	else if (r == DMSC_E_OK)
		*key = dmsc_secret_from(dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	free(path);
	if (r == DMSC_E_OK && *key == NULL)
		r = dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	if (r != DMSC_E_OK)
		dmsc_secret_free(key);
	return r;
}

int
guard_mac(struct dmsc_guard *g, const struct dmsc_secret *key,
    const char *label, struct dmsc_rd data, char *out, size_t size)
{
	struct dmsc_buf *b = dmsc_buf_new(512);
	uint8_t sum[DMSC_SHA256_LEN];
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_buf_fmt(b, "%s ", label)) == DMSC_E_OK &&
	    (r = dmsc_buf_put(b, data)) == DMSC_E_OK)
		r = dmsc_hmac_sha256(dmsc_secret_rd(key), dmsc_buf_rd(b),
		    sum);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return dmsc_fail(g->err, r, "the ledger cannot be kept");
	(void)dmsc_hex(dmsc_rd_of(sum, sizeof sum), out, size);
	return DMSC_E_OK;
}

static int
make_line(struct dmsc_guard *g, const struct guard_value *v,
    struct line *out)
{
	struct dmsc_secret *key;
	char label[DMSC_ERR_TEXT];
	int r;

	if ((r = load_key(g, &key)) != DMSC_E_OK)
		return r;
	(void)snprintf(label, sizeof label, "value %s %02X %s", g->id,
	    v->ref, v->puk ? "puk" : "pin");
	r = guard_mac(g, key, "card", dmsc_rd_str(g->id), out->card,
	    sizeof out->card);
	if (r == DMSC_E_OK)
		r = guard_mac(g, key, label, v->bytes, out->value,
		    sizeof out->value);
	dmsc_secret_free(&key);
	return r;
}

/* Other processes write here too: the key's file is the lock. -1: none. */
static int
lock(struct dmsc_guard *g)
{
	char *path;
	int fd;

	if (path_of(g, "ledger.key", &path) != DMSC_E_OK)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
	return fd;
}

/* Drops what no longer counts, once that is most of a long file. */
static void
tidy(struct dmsc_guard *g, const char *path)
{
	struct dmsc_buf *b = NULL, *out = dmsc_buf_new(LEDGER_MAX);
	struct dmsc_err was = *g->err;

	if (out == NULL || dmsc_file_slurp(path, LEDGER_MAX, &b, g->err) !=
	    DMSC_E_OK || b->len < TIDY_FROM ||
	    guard_ledger_tidy(dmsc_buf_rd(b), out) != DMSC_E_OK ||
	    out->len > b->len / 2 ||
	    dmsc_file_spit(path, dmsc_buf_rd(out), g->err) != DMSC_E_OK)
		*g->err = was;		/* it stays as it is */
	dmsc_buf_free(&out);
	dmsc_buf_free(&b);
}

/* The last line was cut: a new one must not become part of it. */
static bool
is_torn(const char *path)
{
	struct dmsc_buf *b = NULL;
	bool torn = dmsc_file_slurp(path, LEDGER_MAX, &b, NULL) ==
	    DMSC_E_OK && b->len > 0 && b->p[b->len - 1] != '\n';

	dmsc_buf_free(&b);
	return torn;
}

static int
append(struct dmsc_guard *g, const char *sign, unsigned ref,
    const struct line *l, bool with_value)
{
	char text[LINE_MAX_LEN], *path;
	int fd, r;

	if ((r = path_of(g, "ledger", &path)) != DMSC_E_OK)
		return r;
	(void)snprintf(text, sizeof text, "%s%s %s %02X%s%s\n",
	    is_torn(path) ? "\n" : "", sign, l->card, ref,
	    with_value ? " " : "", with_value ? l->value : "");
	fd = lock(g);
	r = dmsc_file_append(path, dmsc_rd_str(text), g->err);
	if (r == DMSC_E_OK && fd >= 0 && (*sign == '-' || *sign == 'x'))
		tidy(g, path);
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return r;
}

/* The next line of all, without its end. */
static struct dmsc_rd
next_line(struct dmsc_rd *all)
{
	struct dmsc_rd one;
	size_t n;

	for (n = 0; n < all->left && all->p[n] != '\n'; n++)
		;
	one = dmsc_rd_slice(*all, 0, n);
	*all = dmsc_rd_slice(*all, n + 1, all->left);
	return one;
}

/* Whether a later line takes one back, or says it again. */
static bool
overruled(struct dmsc_rd one, struct dmsc_rd rest)
{
	struct dmsc_rd body = dmsc_rd_slice(one, 1, one.left), later;

	while (rest.left > 0) {
		later = next_line(&rest);
		if (later.left > 0 && (later.p[0] == 'x' ?
		    dmsc_rd_eq(dmsc_rd_slice(later, 1, later.left),
		    dmsc_rd_slice(body, 0, later.left - 1)) :
		    dmsc_rd_eq(dmsc_rd_slice(later, 1, later.left), body)))
			return true;
	}
	return false;
}

int
guard_ledger_tidy(struct dmsc_rd all, struct dmsc_buf *out)
{
	struct dmsc_rd one;
	int r = DMSC_E_OK;

	while (all.left > 0 && r == DMSC_E_OK) {
		one = next_line(&all);
		if (one.left == 0 || (one.p[0] != '+' && one.p[0] != '?') ||
		    overruled(one, all))
			continue;
		if ((r = dmsc_buf_put(out, one)) == DMSC_E_OK)
			r = dmsc_buf_str(out, "\n");
	}
	return r;
}

/* Follows the lines: the last word about this value counts. */
static enum guard_seen
seen_in(struct dmsc_rd all, const struct line *l, unsigned ref)
{
	char same[LINE_MAX_LEN], any[LINE_MAX_LEN];
	struct dmsc_rd one;
	enum guard_seen seen = GUARD_NEW;

	(void)snprintf(same, sizeof same, " %s %02X %s", l->card, ref,
	    l->value);
	(void)snprintf(any, sizeof any, "x %s %02X", l->card, ref);
	while (all.left > 0) {
		one = next_line(&all);
		if (dmsc_rd_eq_str(one, any))
			seen = GUARD_NEW;
		else if (dmsc_rd_eq_str(dmsc_rd_slice(one, 1, one.left),
		    same))
			seen = one.p[0] == '+' ? GUARD_REFUSED :
			    one.p[0] == '?' ? GUARD_LOST : GUARD_NEW;
	}
	return seen;
}

/* Without an identity or a folder there is no ledger. */
static bool
kept(const struct dmsc_guard *g)
{
	return g->state_dir != NULL && g->id != NULL;
}

int
guard_ledger_has(struct dmsc_guard *g, const struct guard_value *v,
    enum guard_seen *seen)
{
	struct dmsc_buf *b = NULL;
	enum guard_seen kept_seen;
	struct line l;
	char *path;
	int r;

	if ((r = guard_recall_has(g, v, seen)) != DMSC_E_OK || !kept(g))
		return r;
	if ((r = make_line(g, v, &l)) != DMSC_E_OK ||
	    (r = path_of(g, "ledger", &path)) != DMSC_E_OK)
		return r;
	r = dmsc_file_slurp(path, LEDGER_MAX, &b, g->err);
	free(path);
	if (r == DMSC_E_NOTFOUND)
		r = DMSC_E_OK;
	else if (r == DMSC_E_OK) {
		kept_seen = seen_in(dmsc_buf_rd(b), &l, v->ref);
		*seen = DMSC_MAX(*seen, kept_seen);
	}
	dmsc_buf_free(&b);
	return r;
}

int
guard_ledger_add(struct dmsc_guard *g, const struct guard_value *v)
{
	struct line l;
	int r;

	if ((r = guard_recall_add(g, v)) != DMSC_E_OK || !kept(g))
		return r;
	if ((r = make_line(g, v, &l)) != DMSC_E_OK)
		return r;
	return append(g, "?", v->ref, &l, true);
}

/* The record of what the card said must not be lost to these. */
static void
note(struct dmsc_guard *g, const char *sign, const struct guard_value *v,
    bool with_value)
{
	struct dmsc_err was = *g->err;
	struct line l;

	if (!kept(g))
		return;
	if (make_line(g, v, &l) == DMSC_E_OK &&
	    append(g, sign, v->ref, &l, with_value) == DMSC_E_OK)
		return;
	*g->err = was;
}

void
guard_ledger_refused(struct dmsc_guard *g, const struct guard_value *v)
{
	guard_recall_refused(g, v);
	note(g, "+", v, true);
}

void
guard_ledger_drop(struct dmsc_guard *g, const struct guard_value *v)
{
	guard_recall_drop(g, v);
	note(g, "-", v, true);
}

void
guard_ledger_clear(struct dmsc_guard *g, unsigned ref)
{
	struct guard_value v = { .ref = ref };

	guard_recall_clear(g, ref);
	note(g, "x", &v, false);
}
