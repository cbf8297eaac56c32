/*
 * Each allocation of a session's calls fails in turn: the call ends with "out
 * of memory" (or did without it), frees what it took (the sanitizers look),
 * the card holds the old documents or the new, and the device its old tree or
 * the new. make check takes every so many, make hard each of them.
 */
#include "fuzz/lone.h"
#include "notary.h"

enum { SAMPLE = 60, COUNT = 1 << 30 };

static const char edited[] = "/OperatorX/DMAcc/opx/Name";

/* The flows. up: what is done before, while nothing fails. */
static int
f_connect(struct world *w)
{
	char name[128];

	(void)snprintf(name, sizeof name, "sim:%s", w->image);
	return dmsc_connect(w->s, name);
}

static int
f_docs(struct world *w)
{
	struct dmsc_doc_list *l = NULL;
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	int r = dmsc_docs(w->s, &l);

	dmsc_view_free(&dmsc_doc_list_view, l);
	return r == DMSC_E_OK ? dmsc_at(w->s, edited, &t, &n) : r;
}

static int
f_lint(struct world *w)
{
	struct dmsc_lint *l = NULL;
	int r = dmsc_lint_card(w->s, "/", "opensc", &l);

	dmsc_view_free(&dmsc_lint_view, l);
	return r;
}

static int
f_discover(struct world *w)
{
	struct dmsc_discovery *d = NULL;
	int r = dmsc_discover(w->s, &d);

	dmsc_view_free(&dmsc_discovery_view, d);
	return r;
}

static int
f_info(struct world *w)
{
	struct dmsc_info *i = NULL;
	int r = dmsc_info(w->s, &i);

	dmsc_view_free(&dmsc_info_view, i);
	return r;
}

static int
f_files(struct world *w)
{
	struct dmsc_file_list *l = NULL;
	struct dmsc_access_list *a = NULL;
	int r = dmsc_file_tree(w->s, "3F00", &l);

	dmsc_view_free(&dmsc_file_list_view, l);
	if (r == DMSC_E_OK)
		r = dmsc_file_access(w->s, "7F50/5031", &a);
	dmsc_view_free(&dmsc_access_list_view, a);
	return r;
}

static int
f_pin(struct world *w)
{
	return world_pin(w, 0x0A, WORLD_ADM);
}

static int
f_set(struct world *w)
{
	return dmsc_edit_set(w->s, edited, dmsc_rd_str("Operator Y"), NULL,
	    NULL);
}

static int
f_plan(struct world *w)
{
	struct dmsc_plan *p = NULL;
	int r = dmsc_plan(w->s, false, &p);

	dmsc_view_free(&dmsc_plan_view, p);
	return r;
}

static int
f_commit(struct world *w)
{
	struct dmsc_commit *c = NULL;
	int r = dmsc_commit(w->s, false, &c);

	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static int
f_backup(struct world *w)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	int r = b == NULL ? DMSC_E_OK : dmsc_backup(w->s, b);

	if (b != NULL && r == DMSC_E_OK)
		r = dmsc_restore(w->s, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static int
f_mkdoc(struct world *w)
{
	int r = dmsc_mkdoc(w->s, "/New", "dm", 0, false);

	if (r == DMSC_E_OK)
		r = dmsc_edit_add(w->s, "/New/A/B", DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("x"));
	return r == DMSC_E_OK ? f_commit(w) : r;
}

/* The signature of the document that is edited, where rights are. */
static int
f_sign(struct world *w)
{
	static struct notary n;
	const struct dmsc_doc_signer signer = { notary_sign, &n };
	int r = dmsc_sign_doc(w->s, "/OperatorX", &signer);

	return r == DMSC_E_OK ? f_commit(w) : r;
}

/* Then it is dropped, or made anew. */
static int
f_dropped(struct world *w)
{
	int r = f_sign(w);

	if (r == DMSC_E_OK && (r = f_set(w)) == DMSC_E_OK &&
	    (r = f_plan(w)) == DMSC_E_OK)
		r = f_commit(w);
	return r;
}

static int
f_anew(struct world *w)
{
	static struct notary n;
	const struct dmsc_doc_signer signer = { notary_sign, &n };
	int r = f_sign(w);

	if (r == DMSC_E_OK && (r = f_set(w)) == DMSC_E_OK &&
	    (r = dmsc_sign_commits(w->s, &signer)) == DMSC_E_OK)
		r = f_commit(w);
	return r;
}

static int
f_poweron(struct world *w)
{
	return world_poweron(w, NULL);
}

/* One of each command that the card may have. */
static int
f_events(struct world *w)
{
	static const char *const cmds[] = { "refresh", "more-time",
	    "polling-off", "local-information", "set-up-event-list",
	    "open-channel" };
	const char *const texts[] = { "display-text", "get-inkey",
	    "get-input" }, *const text[] = { "A" };
	const struct dmsc_events_opts o = { .allow = true, .answer = "5",
	    .confirm = DMSC_CONFIRM_YES, .imei = "490154203237518" };
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);
	struct dmsc_events *l = NULL;
	size_t i;
	int r = b == NULL ? dmsc_fail(&w->s->err, DMSC_E_NOMEM, "no memory") :
	    DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(cmds) + DMSC_COUNT(texts) &&
	    r == DMSC_E_OK; i++) {
		dmsc_buf_reset(b);
		r = i < DMSC_COUNT(cmds) ? dmsc_card_command(w->s, cmds[i],
		    0, NULL, b) : dmsc_card_command(w->s,
		    texts[i - DMSC_COUNT(cmds)], 1, text, b);
		if (r == DMSC_E_OK && (r = dmsc_card_push_cmd(w->card,
		    dmsc_buf_rd(b))) != DMSC_E_OK)
			dmsc_fail(&w->s->err, r, "not pushed");
	}
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		r = dmsc_events(w->s, &o, &l);
	dmsc_view_free(&dmsc_events_view, l);
	return r;
}

/* A device that is on takes in what the card says has changed. */
static int
f_live(struct world *w)
{
	const struct dmsc_poweron_opts on = { .cat = true,
	    .confirm = DMSC_CONFIRM_YES };
	struct dmsc_poweron *p = NULL;
	int r = dmsc_device_poweron(w->s, &on, &p);

	dmsc_view_free(&dmsc_poweron_view, p);
	return r == DMSC_E_OK ? f_events(w) : r;
}

/* Up to a server that is not there. */
static int
f_sync(struct world *w)
{
	const struct dmsc_sync_opts o = { .url = "http://127.0.0.1:1/",
	    .plain = true, .tries = 1 };
	struct dmsc_sync *x = NULL;
	int r = f_poweron(w);

	if (r == DMSC_E_OK && (r = dmsc_device_sync(w->s, &o, &x)) ==
	    DMSC_E_TRANSPORT && x->sessions == 1)
		r = DMSC_E_OK;
	dmsc_view_free(&dmsc_sync_view, x);
	return r;
}

static const struct flow {
	const char *name;
	unsigned up;	/* 1 a card, 2 rights, 4 an edit */
	int (*run)(struct world *w);
} flows[] = {
	{ "connect", 0, f_connect }, { "discover", 1, f_discover },
	{ "lint", 1, f_lint },
	{ "docs, a value", 1, f_docs }, { "info", 1, f_info },
	{ "file tree, file access", 1, f_files }, { "pin verify", 1, f_pin },
	{ "set", 1, f_set }, { "plan", 7, f_plan },
	{ "commit", 7, f_commit }, { "a new document", 3, f_mkdoc },
	{ "signed", 3, f_sign }, { "signature dropped", 3, f_dropped },
	{ "signed anew", 3, f_anew },
	{ "backup and restore", 1, f_backup }, { "power-on", 1, f_poweron },
	{ "events", 1, f_events }, { "a device that is on", 1, f_live },
	{ "device sync", 1, f_sync },
};

/* A signature on the card is of the document there. */
static bool
holds(struct world *w)
{
	struct dmsc_signed_doc *d = NULL;
	bool good = dmsc_signed_doc(w->s, "/OperatorX", true, &d) ==
	    DMSC_E_OK && (d->signature->len == 0 || notary_holds(d));

	dmsc_signed_doc_free(&d);
	return good;
}

/* Whether a session that starts anew sees a document, old or new. */
static bool
whole(struct world *w)
{
	struct dmsc_card *c = w->card;
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	bool good;

	if (c == NULL)
		return true;
	good = dmsc_reset(w->s, true) == DMSC_E_OK &&
	    dmsc_revert(w->s, "/") == DMSC_E_OK &&
	    dmsc_at(w->s, edited, &t, &n) == DMSC_E_OK && n != NULL &&
	    dmsc_node_is_leaf(n) && dmsc_node_value(n).left > 0 &&
	    holds(w);
	if (!good)
		world_say(w, "# read again");
	return good;
}

static bool
ready(struct world *w, const struct flow *f)
{
	struct dmsc_link end = { &card_ops, NULL };

	world_remove(w, "state/journal");
	world_remove(w, "state/ledger");
	world_remove(w, "state/devices");
	if (!world_session(w))
		return false;
	if (f->up == 0)
		return true;
	end.h = w->card = world_card(w);
	return end.h != NULL && world_over(w, &end) == DMSC_E_OK &&
	    ((f->up & 2) == 0 || f_pin(w) == DMSC_E_OK) &&
	    ((f->up & 4) == 0 || f_set(w) == DMSC_E_OK);
}

/* The n-th allocation fails; *done: there are not that many. */
static bool
once(struct world *w, const struct flow *f, long n, bool *done)
{
	bool good = ready(w, f);
	int r = DMSC_E_OK;

	if (good) {
		countdown = n;
		r = f->run(w);
		*done = countdown >= 0;
		countdown = -1;
		good = r == DMSC_E_OK || (!*done && r == DMSC_E_NOMEM &&
		    w->s->err.code == r);
		if (!good) {
			printf("# code %d, ", r);
			world_say(w, f->name);
		}
		good = whole(w) && good;
	}
	dmsc_disconnect(w->s);
	world_down(w);
	return good;
}

static long
allocations(struct world *w, const struct flow *f)
{
	long n = -1;

	if (ready(w, f)) {
		countdown = COUNT;
		if (f->run(w) == DMSC_E_OK)
			n = COUNT - countdown;
		countdown = -1;
	}
	world_down(w);
	return n;
}

static void
sweep(struct world *w, const struct flow *f)
{
	long n = allocations(w, f), i, step;
	unsigned bad = 0, tried = 0;
	char text[96];
	bool done = false;

	step = world_hard() || n < SAMPLE ? 1 : n / SAMPLE;
	for (i = step > 1 ? (long)world_dice(w, (unsigned)step) : 0;
	    i <= n && bad < 5; i += step, tried++)
		if (!once(w, f, i, &done)) {
			printf("# allocation %ld\n", i);
			bad++;
		}
	(void)snprintf(text, sizeof text, "%s: %u of %ld allocations",
	    f->name, tried, n);
	ok(bad == 0 && n > 0, text);
}

int
main(void)
{
	struct world w = { 0 };
	size_t i;

	if (ok(world_make(&w, NULL), "a card"))
		for (i = 0; i < DMSC_COUNT(flows); i++)
			sweep(&w, &flows[i]);
	world_end(&w);
	return tap_done();
}
