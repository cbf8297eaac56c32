/*
 * Writing to cards of other makers: in each way that a card allows, one
 * document changes and all else stays as it was found, byte for byte.
 */
#include "store/picture.h"

/* What became of the change, in words. */
static bool
commits(struct world *w, const struct subject *s, enum how how,
    char out[TEXT_MAX])
{
	struct picture was, now;
	struct dmsc_commit *c = NULL;
	const char *value;
	char path[TEXT_MAX] = "";
	bool good;
	int r;

	take(&was, w);
	r = change(w, s, how, path, &value);
	if (r == DMSC_E_OK)
		r = dmsc_commit(w->s, how == IN_PLACE ||
		    how == REMOVE_IN_PLACE, &c);
	if (r != DMSC_E_OK)
		(void)snprintf(out, TEXT_MAX, "%s", w->s->err.message[0] ==
		    '\0' ? "nothing to change" : w->s->err.message);
	else
		(void)snprintf(out, TEXT_MAX, "%s", c->way);
	dmsc_view_free(&dmsc_commit_view, c);
	good = dmsc_reset(w->s, true) == DMSC_E_OK && rights(w);
	take(&now, w);
	if (r != DMSC_E_OK)
		good = good && same_files(&was, w->card, s, HOWS) &&
		    now.n_docs == was.n_docs;
	else
		good = good && holds(w, path, value) &&
		    same_dirs(&was, &now, s, how) &&
		    same_files(&was, w->card, s, how) &&
		    same_docs(&was, &now, s) &&
		    now.n_docs + (how >= REMOVE) == was.n_docs;
	drop(&was);
	drop(&now);
	return good;
}

/* All ways of one document. False: there is no such document. */
static bool
one_document(struct world *w, const struct field_card *f, size_t i,
    struct dmsc_buf *out)
{
	struct subject s = { .fid = 0 };
	char text[TEXT_MAX], last[TEXT_MAX] = "";
	enum how how;
	bool there = true;

	for (how = STRAIGHT; there && how < HOWS; how++) {
		if (world_up(w, field_build(f, how != IN_PLACE &&
		    how != REMOVE_IN_PLACE)) != DMSC_E_OK || !rights(w)) {
			ok(false, f->name);
			world_say(w, "# connect");
			return false;
		}
		world_remove(w, "state/journal");
		there = find_subject(w, i, &s);
		if (there && !ok(commits(w, &s, how, text), hows[how]))
			printf("# %s: %s %s: %s\n", f->name, s.name,
			    hows[how], text);
		world_down(w);
		if (!there)
			break;
		if (how == STRAIGHT)
			field_check(dmsc_buf_fmt(out, "%s: %s", s.name,
			    text));
		else if (strcmp(text, last) != 0)
			field_check(dmsc_buf_fmt(out, "; %s", text));
		memcpy(last, text, sizeof last);
	}
	if (there)
		field_check(dmsc_buf_str(out, "\n"));
	return there;
}

static void
one_card(struct world *w, const struct field_card *f)
{
	struct dmsc_buf *out = dmsc_buf_new(WORLD_MAX);
	const char *text;
	size_t i;

	for (i = 0; i < DOCS_MAX && one_document(w, f, i, out); i++)
		;
	text = dmsc_buf_cstr(out);
	if (!ok(text != NULL && strcmp(text, f->writes) == 0, f->name))
		printf("@@@ %s\n%s@@@\n", f->name, text);
	dmsc_buf_free(&out);
}

int
main(void)
{
	struct world w = { 0 };
	size_t i;

	if (ok(world_make(&w, "blank"), "a folder"))
		for (i = 0; i < ODD_CARDS; i++)
			one_card(&w, odd_card(i));
	world_end(&w);
	return tap_done();
}
