/*
 * store: a random walk over edits, signatures, commits, undo and restarts of
 * two documents, beside a model of what the card must hold: every signature
 * on it holds, and is there exactly where the model has one. DMSC_SEED picks
 * the walk; DMSC_HARD=1 (make hard) makes it long.
 */
#include "base/base.h"
#include "base/text.h"
#include "store/sign.h"

#define JSON "{\"Security\":{\"0\":{\"ServerURI\":\"a\"," \
	"\"SecurityMode\":3,\"ShortServerID\":1}}}"

enum { SAMPLE = 5000, ALL = 200000, VALUE = 16 };
enum pen { PEN_NONE, PEN_PUT, PEN_REMOVED };

/* What is in a document: a value and, where it has rules, a group. */
struct text {
	char value[VALUE], group[VALUE];
};
struct model {
	const char *path, *value, *group;	/* in the document */
	struct text card, work, for_which;	/* put: of what */
	bool is_signed;
	enum pen pen;
	struct text was;	/* before the last commit */
	bool was_signed;
};
static struct model models[] = {
	{ .path = "/OperatorX", .value = "/OperatorX/DMAcc/opx/ServerID",
	    .group = "/OperatorX/DMSC/Group" },
	{ .path = "/LwM2M", .value = "/LwM2M/0/0/0",
	    .group = "/LwM2M/DMSC/Group" },
};

static uint64_t dice_state;

static unsigned
dice(unsigned n)
{
	dice_state = dice_state * 6364136223846793005u +
	    1442695040888963407u;
	return (unsigned)(dice_state >> 33) % n;
}

static bool
same(const struct text *a, const struct text *b)
{
	return strcmp(a->value, b->value) == 0 &&
	    strcmp(a->group, b->group) == 0;
}

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

/* A few values, so that edits go back to what was there. */
static bool
step_edit(struct host *h, struct model *m)
{
	static const char *const values[] = { "a", "b", "longer" };
	bool group = dice(3) == 0;
	char *to = group ? m->work.group : m->work.value;
	const char *v = values[dice(3)];

	(void)snprintf(to, VALUE, "%s", v);
	return set(h, group ? m->group : m->value, v) == DMSC_E_OK;
}

static bool
step_sign(struct host *h, struct model *m)
{
	m->pen = PEN_PUT;
	m->for_which = m->work;
	return notary_document(h, m->path, dice(50)) == DMSC_E_OK;
}

static bool
step_unsign(struct host *h, struct model *m)
{
	bool any = m->pen == PEN_PUT || (m->pen == PEN_NONE &&
	    m->is_signed);
	int r = dmsc_store_sign(h->st, m->path, dmsc_rd_of(NULL, 0));

	m->pen = !any ? m->pen : m->is_signed ? PEN_REMOVED : PEN_NONE;
	return r == (any ? DMSC_E_OK : DMSC_E_NOTFOUND);
}

static bool
step_revert(struct host *h, struct model *m)
{
	m->work = m->card;
	m->pen = PEN_NONE;
	return dmsc_store_revert(h->st, m->path) == DMSC_E_OK;
}

/* Whether the document has a signature after a commit. */
static bool
will_be(const struct model *m, bool notary)
{
	if (m->pen == PEN_REMOVED)
		return false;
	if (m->pen == PEN_PUT)
		return notary || same(&m->for_which, &m->work);
	return m->is_signed && (notary || same(&m->card, &m->work));
}

static bool
step_commit(struct host *h, bool notary, bool *done)
{
	struct notary n = { .more = dice(50) };
	struct dmsc_commit *c = NULL;
	size_t i;
	int r;

	notary_for(h, notary ? &n : NULL);
	r = host_adm(h);
	if (r == DMSC_E_OK)
		r = dmsc_store_commit(h->st, false, &c);
	notary_for(h, NULL);
	if (r != DMSC_E_OK) {
		say(&h->e);
		return false;
	}
	*done = strcmp(c->way, "none") != 0;
	dmsc_view_free(&dmsc_commit_view, c);
	for (i = 0; i < DMSC_COUNT(models); i++) {
		struct model *m = &models[i];

		if (*done) {
			m->was = m->card;
			m->was_signed = m->is_signed;
		}
		m->is_signed = will_be(m, notary);
		m->card = m->work;
		m->pen = PEN_NONE;
	}
	return true;
}

static bool
step_undo(struct host *h)
{
	struct dmsc_commit *c = NULL;
	size_t i;
	int r = host_adm(h);

	if (r == DMSC_E_OK)
		r = dmsc_store_undo(h->st, NULL, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	if (r == DMSC_E_UNSUPPORTED)
		return true;	/* one byte where it stood, and secret */
	if (r != DMSC_E_OK) {
		say(&h->e);
		return false;
	}
	for (i = 0; i < DMSC_COUNT(models); i++) {
		models[i].card = models[i].work = models[i].was;
		models[i].is_signed = models[i].was_signed;
	}
	return true;
}

/* The card is what the model says; no signature on it is of other bytes. */
static bool
agrees(struct host *h)
{
	struct model *m;
	enum seal s;
	size_t i;

	for (i = 0; i < DMSC_COUNT(models); i++) {
		m = &models[i];
		s = seal_of(h, m->path, true);
		if (s != (m->is_signed ? SEAL_GOOD : SEAL_NONE) ||
		    !host_is(h, m->value, m->work.value) ||
		    !host_is(h, m->group, m->work.group)) {
			printf("# %s: seal %d, wanted %d\n", m->path, (int)s,
			    m->is_signed);
			return false;
		}
	}
	return true;
}

static bool
is_clean(void)
{
	size_t i;
	bool clean = true;

	for (i = 0; i < DMSC_COUNT(models); i++)
		clean = clean && models[i].pen == PEN_NONE &&
		    same(&models[i].work, &models[i].card);
	return clean;
}

static bool
one_step(struct host *h, bool *undoable)
{
	struct model *m = &models[dice(DMSC_COUNT(models))];
	bool good, done = false;

	switch (dice(12)) {
	case 0: case 1: case 2: case 3:
		return step_edit(h, m);
	case 4: case 5:
		return step_sign(h, m);
	case 6:
		return step_unsign(h, m);
	case 7:
		return step_revert(h, m);
	case 8:
		if (!*undoable || !is_clean())
			return true;
		*undoable = false;
		return step_undo(h) && agrees(h);
	case 9:
		if (!is_clean())
			return true;
		host_restart(h);
		return agrees(h);
	default:
		good = step_commit(h, dice(2) == 0, &done);
		*undoable = *undoable || done;
		return good && agrees(h);
	}
}

static bool
begin(struct host *h, const char *dir)
{
	size_t i;
	bool done;

	host_new(h, PAIRS, dir);
	if (dmsc_store_import(h->st, "/LwM2M", dmsc_rd_str(JSON)) !=
	    DMSC_E_OK)
		return false;
	for (i = 0; i < DMSC_COUNT(models); i++) {
		struct model *m = &models[i];

		(void)snprintf(m->work.value, VALUE, "a");
		(void)snprintf(m->work.group, VALUE, "a");
		if (set(h, m->value, "a") != DMSC_E_OK || dmsc_store_add(
		    h->st, m->group, DMSC_FMT_CHR, NULL, dmsc_rd_str("a")) !=
		    DMSC_E_OK)
			return false;
	}
	return step_commit(h, false, &done) && agrees(h);
}

int
main(void)
{
	const char *seed = getenv("DMSC_SEED");
	unsigned n = getenv("DMSC_HARD") != NULL ? ALL : SAMPLE, i;
	bool undoable = false, good = true;
	struct host h;
	char dir[64], text[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	if (dmsc_num(seed != NULL ? seed : "1", 10, UINT32_MAX,
	    &dice_state) != DMSC_E_OK)
		dice_state = 1;
	printf("# DMSC_SEED=%lu\n", (unsigned long)dice_state);
	ok(begin(&h, dir), "two documents");
	for (i = 0; good && i < n; i++)
		good = one_step(&h, &undoable);
	(void)snprintf(text, sizeof text, "a walk of %u steps", i);
	ok(good, text);
	host_free(&h);
	clean(dir);
	return tap_done();
}
