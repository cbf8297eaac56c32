/* Which reader a -r argument means: sim, replay, a number, name or ICCID. */
#include "session/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/text.h"
#include "link/pcsc.h"
#include "uicc/uicc.h"

enum {
	ICCID_MIN = 18, ICCID_MAX = 20, ICCID_BYTES = 10,
	NO_DIGIT = 0xF,
	NUMBER_MAX = 999
};

static const char sim[] = "sim", sim_of[] = "sim:", replay[] = "replay",
	replay_of[] = "replay:";

void
dmsc_iccid_text(struct dmsc_rd bcd, char out[21])
{
	size_t i, n = DMSC_MIN(2 * bcd.left, (size_t)ICCID_MAX);
	unsigned nibble;

	for (i = 0; i < n; i++) {
		nibble = i % 2 == 0 ? bcd.p[i / 2] & 0xFu : bcd.p[i / 2] >> 4;
		if (nibble == NO_DIGIT)
			break;
		out[i] = "0123456789ABCDE"[nibble];
	}
	out[i] = '\0';
}

static bool
is_digits(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* The ICCID of the card in this reader; empty where it cannot be read. */
static void
probe(const char *name, char iccid[21])
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_buf *content = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_uicc *u = NULL;
	struct dmsc_place place;
	struct dmsc_err e = { 0 };

	iccid[0] = '\0';
	if (atr != NULL && content != NULL &&
	    dmsc_place_parse("3F00/2FE2", &place, &e) == DMSC_E_OK &&
	    dmsc_pcsc_open(name, &l, atr, &e) == DMSC_E_OK &&
	    (u = dmsc_uicc_new(&l, &e, NULL)) != NULL &&
	    dmsc_uicc_read_place(u, &place, NULL, content) == DMSC_E_OK)
		dmsc_iccid_text(dmsc_buf_rd(content), iccid);
	dmsc_uicc_free(&u);
	dmsc_link_close(&l, false);
	dmsc_buf_free(&atr);
	dmsc_buf_free(&content);
}

static bool
is_idle(const struct dmsc_reader_info *info)
{
	return strcmp(info->state, "present") == 0 ||
	    strcmp(info->state, "unpowered") == 0;
}

static int
by_iccid(const struct dmsc_readers *l, const char *want, char **name,
    struct dmsc_err *e)
{
	char iccid[21];
	size_t i, busy = 0;

	for (i = 0; i < l->n_readers; i++) {
		if (!is_idle(&l->readers[i])) {
			busy += strcmp(l->readers[i].state, "empty") != 0;
			continue;
		}
		probe(l->readers[i].name, iccid);
		if (strcmp(iccid, want) == 0)
			return dmsc_str_set(name, "%s", l->readers[i].name);
	}
	dmsc_fail(e, DMSC_E_NOREADER, "no card with ICCID %s", want);
	if (busy > 0)
		dmsc_err_why(e, "%zu readers in use were not asked", busy);
	return dmsc_err_next(e, "readers");
}

static int
by_number(const struct dmsc_readers *l, const char *want, char **name,
    struct dmsc_err *e)
{
	uint64_t n;

	/* The simulated card has no number: who means a reader that is not
	 * there must not write to it. */
	if (dmsc_num(want, 10, NUMBER_MAX, &n) == DMSC_E_OK &&
	    n < l->n_readers)
		return dmsc_str_set(name, "%s", l->readers[n].name);
	dmsc_fail(e, DMSC_E_NOREADER, "no reader number %s", want);
	if (l->service != NULL)
		dmsc_err_why(e, "%s", l->service);
	return dmsc_err_next(e, "readers");
}

static bool
has_part(const char *name, const char *part)
{
	size_t n = strlen(part);

	for (; *name != '\0'; name++)
		if (strncasecmp(name, part, n) == 0)
			return true;
	return false;
}

static int
choice(const struct dmsc_readers *l, const char *want, struct dmsc_err *e)
{
	char names[DMSC_ERR_TEXT] = "";
	size_t i, n;

	for (i = 0; i < l->n_readers; i++)
		if (has_part(l->readers[i].name, want)) {
			n = strlen(names);
			(void)snprintf(names + n, sizeof names - n, "%s%s",
			    n > 0 ? "; " : "", l->readers[i].name);
		}
	dmsc_fail(e, DMSC_E_CHOICE, "several readers are called '%s'", want);
	dmsc_err_why(e, "%s", names);
	return dmsc_err_next(e, "readers");
}

static int
by_name(const struct dmsc_readers *l, const char *want, char **name,
    struct dmsc_err *e)
{
	const char *found = NULL;
	size_t i, parts = 0;

	for (i = 0; i < l->n_readers; i++) {
		if (strcasecmp(l->readers[i].name, want) == 0)
			return dmsc_str_set(name, "%s", l->readers[i].name);
		if (has_part(l->readers[i].name, want)) {
			found = l->readers[i].name;
			parts++;
		}
	}
	if (parts == 1)
		return dmsc_str_set(name, "%s", found);
	if (parts > 1)
		return choice(l, want, e);
	dmsc_fail(e, DMSC_E_NOREADER, "no reader '%s'", want);
	if (l->service != NULL)
		dmsc_err_why(e, "%s", l->service);
	return dmsc_err_next(e, "readers");
}

int
dmsc_find_in(const struct dmsc_readers *l, const char *want, char **name,
    struct dmsc_err *e)
{
	size_t n = strlen(want);

	if (!is_digits(want))
		return by_name(l, want, name, e);
	return n >= ICCID_MIN && n <= ICCID_MAX ?
	    by_iccid(l, want, name, e) : by_number(l, want, name, e);
}

static int
of_pcsc(const char *want, char **name, struct dmsc_err *e)
{
	struct dmsc_readers *l = dmsc_view_new(&dmsc_readers_view);
	int r;

	if (l == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_pcsc_list(l, e)) == DMSC_E_OK)
		r = dmsc_find_in(l, want, name, e);
	dmsc_view_free(&dmsc_readers_view, l);
	return r;
}

static int
of_file(const char *kind, const char *path, char **name, char **file)
{
	int r = dmsc_str_set(name, "%s", kind);

	return r == DMSC_E_OK ? dmsc_str_set(file, "%s", path) : r;
}

static int
no_name(struct dmsc_err *e)
{
	dmsc_fail(e, DMSC_E_USAGE, "no reader is named");
	return dmsc_err_next(e, "readers");
}

int
dmsc_find_reader(const char *want, char **name, char **image,
    struct dmsc_err *e)
{
	int r = DMSC_E_OK;

	*name = *image = NULL;
	if (want == NULL || strcmp(want, sim) == 0)
		r = dmsc_str_set(name, "%s", sim);
	else if (*want == '\0' || strcmp(want, sim_of) == 0 ||
	    strcmp(want, replay_of) == 0)
		return no_name(e);
	else if (dmsc_begins(want, sim_of))
		r = of_file(sim, want + strlen(sim_of), name, image);
	else if (dmsc_begins(want, replay_of))
		r = of_file(replay, want + strlen(replay_of), name, image);
	else
		r = of_pcsc(want, name, e);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(e, r, "out of memory");
	if (r != DMSC_E_OK) {
		free(*name);
		free(*image);
		*name = *image = NULL;
	}
	return r;
}
