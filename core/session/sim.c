/* Simulated cards as files of this machine (dmsc/card.h). */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/file.h"
#include "card/control.h"
#include "link/layers.h"
#include "session/profile.h"
#include "session/served.h"
#include "session/session.h"

enum { SPACE_MIN = 0x4000, SPACE_MAX = 0x1000000 };
static const char vpcd_default[] = "127.0.0.1:35963";

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* The card inside the link is personalised through the host's own room. */
static int
personalise(struct dmsc_session *s, struct dmsc_link *l,
    const struct dmsc_profile *p, const uint8_t iccid[DMSC_ICCID_BYTES],
    uint32_t space)
{
	struct dmsc_uicc *u = dmsc_uicc_new(l, &s->err, &s->interrupted);
	int r = DMSC_E_OK;

	if (u == NULL)
		return no_memory(s);
	if (space > 0)
		r = dmsc_profile_space(u, space);
	if (r == DMSC_E_OK && p->rows != NULL)
		r = dmsc_profile_apply(u, p, iccid, space > 0);
	dmsc_uicc_free(&u);
	return r;
}

/* Made in this process first, then saved: a failure leaves no image. */
static int
make(struct dmsc_session *s, const struct dmsc_profile *p,
    const uint8_t iccid[DMSC_ICCID_BYTES], uint32_t space,
    const char *image, struct dmsc_image_info *info)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_card *c = NULL;
	int r;

	if ((r = dmsc_card_blank(NULL, NULL, &c, &s->err)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_card_end(&c, &l)) != DMSC_E_OK) {
		dmsc_card_close(&c);
		return dmsc_fail(&s->err, r, "cannot make the card");
	}
	r = personalise(s, &l, p, iccid, space);
	if (r == DMSC_E_OK)
		r = dmsc_card_save(l.h, image, &s->err);
	if (r == DMSC_E_OK && info != NULL &&
	    ((r = dmsc_card_facts(l.h, info)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&info->file, "%s", image)) != DMSC_E_OK))
		r = no_memory(s);
	dmsc_link_close(&l, true);
	return r;
}

static int
choose_iccid(struct dmsc_session *s, const struct dmsc_card_new_opts *o,
    uint8_t out[DMSC_ICCID_BYTES])
{
	uint64_t seed = 0;

	if (o->iccid != NULL) {
		if (dmsc_iccid_code(o->iccid, out) == DMSC_E_OK)
			return DMSC_E_OK;
		dmsc_fail(&s->err, DMSC_E_USAGE, "not an ICCID");
		dmsc_err_where(&s->err, "%s", o->iccid);
		return dmsc_err_why(&s->err, "it has 18 to 20 digits");
	}
	if (o->seed != NULL)
		seed = *o->seed;
	else if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return dmsc_fail(&s->err, DMSC_E_IO,
		    "no random bytes from the system");
	dmsc_iccid_draw(seed, out);
	return DMSC_E_OK;
}

static int
check_space(struct dmsc_session *s, uint32_t space,
    const struct dmsc_profile *p)
{
	if (p->rows != NULL && !dmsc_profile_has_tree(p)) {
		dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a card of this profile has no tree of its own");
		dmsc_err_where(&s->err, "%s", p->name);
		return dmsc_err_why(&s->err,
		    "the profiles dmsc and blank take a space");
	}
	if (space >= SPACE_MIN && space <= SPACE_MAX)
		return DMSC_E_OK;
	dmsc_fail(&s->err, DMSC_E_USAGE, "no space that a card has");
	return dmsc_err_why(&s->err, "it is 16K to 16M");
}

static int
check_new(struct dmsc_session *s, const struct dmsc_card_new_opts *o,
    const struct dmsc_profile **p)
{
	const char *name = o->profile != NULL ? o->profile : "demo";
	int r;

	if (o->image == NULL || o->image[0] == '\0')
		return dmsc_fail(&s->err, DMSC_E_USAGE, "no image is named");
	if ((*p = dmsc_profile_find(name)) == NULL) {
		dmsc_fail(&s->err, DMSC_E_USAGE, "no such profile");
		dmsc_err_where(&s->err, "%s", name);
		return dmsc_err_why(&s->err,
		    "the profiles are demo, dmsc, field, foreign, locked, "
		    "transport and blank");
	}
	if (o->space > 0 && (r = check_space(s, o->space, *p)) != DMSC_E_OK)
		return r;
	if (o->force || !dmsc_file_there(o->image))
		return DMSC_E_OK;
	dmsc_fail(&s->err, DMSC_E_IO, "the image is there already");
	dmsc_err_where(&s->err, "%s", o->image);
	return dmsc_err_next(&s->err, "card new %s --force", o->image);
}

int
dmsc_card_new(struct dmsc_session *s, const struct dmsc_card_new_opts *o,
    struct dmsc_image_info **out)
{
	const struct dmsc_profile *p = NULL;
	uint8_t iccid[DMSC_ICCID_BYTES];
	struct dmsc_image_info *info;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if ((r = check_new(s, o, &p)) != DMSC_E_OK ||
	    (r = choose_iccid(s, o, iccid)) != DMSC_E_OK)
		return r;
	if ((info = dmsc_view_new(&dmsc_image_info_view)) == NULL)
		return no_memory(s);
	if ((r = make(s, p, iccid, o->space, o->image, info)) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_image_info_view, info);
		return r;
	}
	*out = info;
	return DMSC_E_OK;
}

/* The default image; made from the profile demo when it is not there. */
static int
default_image(struct dmsc_session *s, bool may_make, char **path)
{
	const struct dmsc_card_new_opts none = { .image = NULL };
	uint8_t iccid[DMSC_ICCID_BYTES];
	int r;

	if ((*path = dmsc_session_sim_image(s)) == NULL)
		return no_memory(s);
	if (!may_make || dmsc_file_there(*path))
		return DMSC_E_OK;
	if ((r = dmsc_file_mkdirs(s->state_dir, &s->err)) != DMSC_E_OK)
		dmsc_err_next(&s->err, "doctor");
	else if ((r = choose_iccid(s, &none, iccid)) == DMSC_E_OK)
		r = make(s, dmsc_profile_find("demo"), iccid, 0, *path,
		    NULL);
	if (r != DMSC_E_OK) {
		free(*path);
		*path = NULL;
	}
	return r;
}

static int
open_card(struct dmsc_session *s, const char *image, struct dmsc_card **out)
{
	char *path = NULL;
	int r;

	*out = NULL;
	if (image != NULL)
		return dmsc_card_open(image, out, &s->err);
	if ((r = default_image(s, true, &path)) == DMSC_E_OK)
		r = dmsc_card_open(path, out, &s->err);
	free(path);
	return r;
}

int
dmsc_card_show(struct dmsc_session *s, const char *image,
    struct dmsc_image_info **out)
{
	struct dmsc_card *c = NULL;
	char *path = NULL;
	int r = DMSC_E_OK;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (image == NULL)
		r = default_image(s, false, &path);
	if (r == DMSC_E_OK)
		r = dmsc_card_peek(image != NULL ? image : path, &c,
		    &s->err);
	free(path);
	if (r != DMSC_E_OK)
		return r;
	if ((*out = dmsc_view_new(&dmsc_image_info_view)) == NULL ||
	    dmsc_card_facts(c, *out) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_image_info_view, *out);
		*out = NULL;
		r = no_memory(s);
	}
	dmsc_card_close(&c);
	return r;
}

/* Without a control socket the card is served, too. */
static int
serve(struct dmsc_session *s, struct dmsc_card *c, const char *image,
    const char *host_port, struct dmsc_vpcd *v)
{
	char *folder = session_served_folder(s);
	struct dmsc_err e = { 0 };
	int r;

	if (folder == NULL)
		return no_memory(s);
	if (dmsc_control_open(folder, image, host_port, &v->control, &e) !=
	    DMSC_E_OK)
		dmsc_session_warn(s, e.message);
	free(folder);
	r = dmsc_card_vpcd(c, host_port, v, &s->err);
	dmsc_control_close(&v->control);
	return r;
}

int
dmsc_card_serve(struct dmsc_session *s, const char *image,
    const char *host_port, void (*ready)(void *arg), void *arg)
{
	struct dmsc_vpcd v = { &s->interrupted, ready, arg, NULL };
	struct dmsc_card *c;
	char *path = NULL;
	int r;

	dmsc_err_clear(&s->err);
	if ((r = open_card(s, image, &c)) != DMSC_E_OK)
		return r;
	if (image == NULL && (path = dmsc_session_sim_image(s)) == NULL)
		r = no_memory(s);
	else
		r = serve(s, c, image != NULL ? image : path,
		    host_port != NULL ? host_port : vpcd_default, &v);
	free(path);
	dmsc_card_close(&c);
	return r;
}

void
dmsc_card_pull(struct dmsc_session *s, unsigned long at, bool done)
{
	s->pull = at;
	s->pull_after = done;
}

void
dmsc_card_pace(struct dmsc_session *s, unsigned ms)
{
	s->pace = ms;
}

/* What dmsc_card_pull asked for, once, and the pace. */
static int
arm(struct dmsc_session *s, struct dmsc_link *end)
{
	const struct dmsc_fault plan = { .at = s->pull, .sticky = true,
	    .pace = s->pace,
	    .kind = s->pull_after ? DMSC_FAULT_AFTER : DMSC_FAULT_BEFORE };
	struct dmsc_link over = { NULL, NULL };
	int r;

	s->pull = 0;
	if (plan.at == 0 && plan.pace == 0)
		return DMSC_E_OK;
	if ((r = dmsc_fault_over(end, &over, &s->err)) != DMSC_E_OK)
		return r;
	dmsc_fault_arm(&over, &plan);
	*end = over;
	return DMSC_E_OK;
}

int
dmsc_session_open_sim(struct dmsc_session *s, const char *image,
    struct dmsc_link *out, struct dmsc_buf *atr)
{
	struct dmsc_card *c;
	int r;

	if ((r = open_card(s, image, &c)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_card_reset(c, atr)) != DMSC_E_OK ||
	    (r = dmsc_card_end(&c, out)) != DMSC_E_OK) {
		dmsc_card_close(&c);
		return dmsc_fail(&s->err, r, "cannot power the card");
	}
	if ((r = arm(s, out)) != DMSC_E_OK)
		dmsc_link_close(out, false);
	return r;
}
