/*
 * The ledger of values that cards have refused: an append-only text file, one
 * line each: "? CARD REF MAC" sent, "+ CARD REF MAC" refused,
 * "- CARD REF MAC" not refused, "x CARD REF" a new value was set, "o CARD REF"
 * a key set was used and all its tries are there again. CARD and MAC are keyed
 * MACs, so that the file tells nobody a PIN.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "guard/inside.h"

enum { KEY_LEN = 32, LEDGER_MAX = 64 * 1024 * 1024,
	TIDY_FROM = 128 * 1024,
	LINE_MAX_LEN = 128, CARD_HEX = 16 };

static const char heading[] = "# values sent to cards\n";

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

/* A ledger that is gone or empty beside its key has been lost; one that is
 * there before its key says nothing under a new one. */
static int
begin_ledger(struct dmsc_guard *g)
{
	char *path;
	int r;

	if ((r = path_of(g, "ledger", &path)) != DMSC_E_OK)
		return r;
	r = dmsc_file_append(path, dmsc_rd_str(dmsc_file_there(path) ?
	    "\n! another key\n" : heading), g->err);
	free(path);
	return r;
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
		else if ((r = begin_ledger(g)) == DMSC_E_OK)
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
	/* Keys are the same ones under every version. */
	(void)snprintf(label, sizeof label, "value %s %02X %s", g->id,
	    v->ref < GUARD_SCP ? v->ref : v->ref & ~(GUARD_VERSIONS - 1u),
	    v->puk ? "puk" : "pin");
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

/* What a new line needs before it: the last one was cut, and it must not
 * become part of it; or the whole file was lost, and that must be seen. */
static const char *
joint(const char *path)
{
	struct dmsc_buf *b = NULL;
	int r = dmsc_file_slurp(path, LEDGER_MAX, &b, NULL);
	const char *text = r == DMSC_E_NOTFOUND || (r == DMSC_E_OK &&
	    b->len == 0) ? "! begun anew\n" : r == DMSC_E_OK &&
	    b->p[b->len - 1] != '\n' ? "\n" : "";

	dmsc_buf_free(&b);
	return text;
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
	    joint(path), sign, l->card, ref,
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
	static const char kept_signs[] = { '+', '?', 'o', '#' };
	struct dmsc_rd one;
	int r = DMSC_E_OK;

	while (all.left > 0 && r == DMSC_E_OK) {
		one = next_line(&all);
		if (one.left == 0 || memchr(kept_signs, one.p[0],
		    sizeof kept_signs) == NULL || overruled(one, all))
			continue;
		if ((r = dmsc_buf_put(out, one)) == DMSC_E_OK)
			r = dmsc_buf_str(out, "\n");
	}
	return r;
}

struct entry {
	char sign;
	struct dmsc_rd card, value;
	unsigned ref;
};

static bool
word(struct dmsc_rd *r, struct dmsc_rd *out)
{
	size_t n;

	if (r->left == 0 || r->p[0] != ' ')
		return false;
	*r = dmsc_rd_slice(*r, 1, r->left);
	for (n = 0; n < r->left && r->p[n] != ' '; n++)
		;
	*out = dmsc_rd_slice(*r, 0, n);
	*r = dmsc_rd_slice(*r, n, r->left);
	return n > 0;
}

/* False for a line that is damaged. */
static bool
parse(struct dmsc_rd one, struct entry *e)
{
	struct dmsc_rd ref;
	char text[LINE_MAX_LEN];
	uint64_t n;

	memset(e, 0, sizeof *e);
	if (one.left == 0 || one.left >= sizeof text)
		return false;
	e->sign = (char)one.p[0];
	one = dmsc_rd_slice(one, 1, one.left);
	if (strchr("?+-xo", e->sign) == NULL || !word(&one, &e->card) ||
	    e->card.left != CARD_HEX || !word(&one, &ref))
		return false;
	memcpy(text, ref.p, ref.left);
	text[ref.left] = '\0';
	if (dmsc_num(text, 16, UINT32_MAX, &n) != DMSC_E_OK)
		return false;
	e->ref = (unsigned)n;
	if (e->sign == 'x' || e->sign == 'o')
		return one.left == 0;
	return word(&one, &e->value) && e->value.left == GUARD_MAC_HEX &&
	    one.left == 0;
}

/* Follows the lines: the last word about this value counts, for each version
 * of keys that ref may mean. */
static enum guard_seen
seen_in(struct dmsc_rd all, const struct line *l, unsigned ref)
{
	enum guard_seen seen[GUARD_VERSIONS] = { GUARD_NEW }, *at,
	    worst = GUARD_NEW;
	struct entry e;
	size_t i;

	while (all.left > 0) {
		if (!parse(next_line(&all), &e) || e.sign == 'o' ||
		    !dmsc_rd_eq_str(e.card, l->card) ||
		    !guard_covers(e.ref, ref))
			continue;
		at = &seen[e.ref < GUARD_SCP ? 0 : e.ref % GUARD_VERSIONS];
		if (e.sign == 'x')
			*at = GUARD_NEW;
		else if (dmsc_rd_eq_str(e.value, l->value))
			*at = e.sign == '+' ? GUARD_REFUSED : e.sign == '?' ?
			    GUARD_LOST : GUARD_NEW;
	}
	for (i = 0; i < DMSC_COUNT(seen); i++)
		worst = DMSC_MAX(worst, seen[i]);
	return worst;
}

/* Tries that were begun ("?") and not taken back, by version. */
static enum guard_open
open_in(struct dmsc_rd all, const char *card, unsigned ref)
{
	unsigned open[GUARD_VERSIONS] = { 0 }, *at;
	bool damaged = all.left == 0;
	struct dmsc_rd one;
	struct entry e;
	size_t i;

	while (all.left > 0) {
		one = next_line(&all);
		if (one.left == 0 || one.p[0] == '#')
			continue;
		if (!parse(one, &e)) {
			damaged = true;
			continue;
		}
		if (!dmsc_rd_eq_str(e.card, card) ||
		    !guard_covers(e.ref, ref))
			continue;
		at = &open[e.ref % GUARD_VERSIONS];
		if (e.sign == '?')
			(*at)++;
		else if (e.sign == '-' && *at > 0)
			(*at)--;
		else if (e.sign == 'o' || e.sign == 'x')
			*at = 0;
		damaged = damaged && e.sign != 'o';
	}
	for (i = 0; i < DMSC_COUNT(open); i++)
		if (open[i] > 0)
			return GUARD_OPEN;
	return damaged ? GUARD_UNTOLD : GUARD_CLOSED;
}

/* Without an identity or a folder there is no ledger. */
static bool
kept(const struct dmsc_guard *g)
{
	return g->state_dir != NULL && g->id != NULL;
}

/* The whole file; empty where it is gone. */
static int
slurp(struct dmsc_guard *g, struct dmsc_buf **out)
{
	char *path;
	int r;

	*out = NULL;
	if ((r = path_of(g, "ledger", &path)) != DMSC_E_OK)
		return r;
	r = dmsc_file_slurp(path, LEDGER_MAX, out, g->err);
	free(path);
	if (r == DMSC_E_NOTFOUND) {
		dmsc_err_clear(g->err);
		r = DMSC_E_OK;
	}
	return r;
}

int
guard_ledger_open(struct dmsc_guard *g, unsigned ref, enum guard_open *out)
{
	struct guard_value v = { .ref = ref };
	struct dmsc_buf *b;
	struct line l;
	int r;

	*out = guard_recall_open(g, ref) ? GUARD_OPEN : GUARD_UNTOLD;
	if (*out == GUARD_OPEN || !kept(g))
		return DMSC_E_OK;
	if ((r = make_line(g, &v, &l)) == DMSC_E_OK &&
	    (r = slurp(g, &b)) == DMSC_E_OK) {
		*out = open_in(dmsc_buf_rd(b), l.card, ref);
		dmsc_buf_free(&b);
	}
	return r;
}

int
guard_ledger_has(struct dmsc_guard *g, const struct guard_value *v,
    enum guard_seen *seen)
{
	struct dmsc_buf *b = NULL;
	enum guard_seen kept_seen;
	struct line l;
	int r;

	if ((r = guard_recall_has(g, v, seen)) != DMSC_E_OK || !kept(g))
		return r;
	if ((r = make_line(g, v, &l)) == DMSC_E_OK &&
	    (r = slurp(g, &b)) == DMSC_E_OK) {
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
guard_ledger_heal(struct dmsc_guard *g, unsigned ref)
{
	struct guard_value v = { .ref = ref };

	guard_recall_heal(g, ref);
	note(g, "o", &v, false);
}

void
guard_ledger_clear(struct dmsc_guard *g, unsigned ref)
{
	struct guard_value v = { .ref = ref };

	guard_recall_clear(g, ref);
	note(g, "x", &v, false);
}
