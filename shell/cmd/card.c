/* card: images of simulated cards, and preparing a card for documents. */
#include <stdlib.h>
#include <string.h>

#include "tools.h"

enum { PATH_BYTES = 4096 };

static const struct sh_opt new_opts[] = {
	{ 'p', "profile", "PROFILE", "demo, dmsc, field, foreign, locked, "
	    "transport, blank or FILE.lua; demo without it" },
	{ 0, "iccid", "DIGITS", "18 to 20 digits; drawn from the test range "
	    "without it" },
	{ 0, "seed", "N", "fixes what is drawn" },
	{ 0, "space", "BYTES", "for the tree of a card that has the DM-SC "
	    "application, 16K to 16M" },
	{ 'f', "force", NULL, "replace an image that is there" },
	{ 0, NULL, NULL, NULL }
};

static bool
is_lua(const char *profile)
{
	static const char suffix[] = ".lua";
	size_t n = profile == NULL ? 0 : strlen(profile);

	return n >= sizeof suffix &&
	    strcmp(profile + n - (sizeof suffix - 1), suffix) == 0;
}

/* The image by the profile, in core or a Lua file; an exit status. */
static int
make_image(struct sh *sh, const struct dmsc_card_new_opts *o,
    struct dmsc_image_info **out)
{
	const struct sh_lua_ops *ops = sh_lua_of(sh);
	int r;

	if (!is_lua(o->profile) || ops == NULL)
		return sh_fail(sh, dmsc_card_new(sh_session(sh), o, out));
	if ((r = ops->profile(sh, o)) != 0)
		return r;
	return sh_fail(sh, dmsc_card_show(sh_session(sh), o->image, out));
}

static int
new_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_card_new_opts o = { .image = sh_arg(a, 0),
		.profile = sh_opt(a, "profile"), .iccid = sh_opt(a, "iccid"),
		.force = sh_has(a, "force") };
	const char *text = sh_opt(a, "seed");
	struct dmsc_image_info *x = NULL;
	const char *space = sh_opt(a, "space");
	unsigned long n = 0;
	uint64_t seed;
	int r;

	if (space != NULL && !sh_bytes(space, UINT32_MAX, &n))
		return sh_usage(sh, "'%s' is no number of bytes", space);
	o.space = (uint32_t)n;
	if (text != NULL && !sh_num_any(text, ~0UL, &n))
		return sh_usage(sh, "'%s' is no seed", text);
	seed = n;
	if (text != NULL)
		o.seed = &seed;
	if (sh_options(sh)->dry_run) {
		sh_print(sh, "%s: nothing was made\n", o.image);
		return 0;
	}
	if ((r = make_image(sh, &o, &x)) != 0)
		return r;
	sh_data(sh, &dmsc_image_info_view, x);
	sh_print_image(sh, x);
	return 0;
}

static void
new_complete(struct sh *sh, int arg, const char *word)
{
	if (arg == 0)
		sh_complete_file(sh, arg, word);
}

static const char *const new_examples[] = {
	"card new c.img",
	"card new --profile field --seed 1 --force c.img",
	"card new --profile foreign old.img",
	NULL
};

const struct sh_cmd sh_cmd_card_new = {
	.name = "card new", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "IMAGE",
	.summary = "make a simulated card",
	.details = "The card is made blank and personalised with ordinary "
	    "commands. demo holds the documents OperatorX, LwM2M, Mail and "
	    "Personal; field is a card after issuance, with OperatorX and "
	    "Personal, where files can no longer be made or deleted; "
	    "foreign is a card of another maker, with oddities; transport "
	    "is a card as its maker delivers it, locked by transport keys; "
	    "blank "
	    "holds nothing; a Lua file is called with the blank card and the "
	    "options. -r sim:IMAGE uses it.",
	.opts = new_opts, .min_args = 1, .max_args = 1,
	.examples = new_examples, .see = "card show, card serve, connect",
	.complete = new_complete, .run = new_run,
};

/* The image that -r names, else the default one. */
static void
default_image(struct sh *sh, char *out)
{
	static const char prefix[] = "sim:";
	const char *reader = sh_options(sh)->reader;

	if (reader != NULL && strncmp(reader, prefix, sizeof prefix - 1) == 0)
		(void)snprintf(out, PATH_BYTES, "%s",
		    reader + sizeof prefix - 1);
	else
		(void)snprintf(out, PATH_BYTES, "%s/card.img",
		    dmsc_session_state_dir(sh_session(sh)));
}

static int
show_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_image_info *x = NULL;
	char image[PATH_BYTES];
	int r;

	default_image(sh, image);
	r = dmsc_card_show(sh_session(sh),
	    sh_argc(a) > 0 ? sh_arg(a, 0) : image, &x);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_image_info_view, x);
	sh_print_image(sh, x);
	return 0;
}

static const char *const show_examples[] = {
	"card new --force c.img && card show c.img", NULL };

const struct sh_cmd sh_cmd_card_show = {
	.name = "card show", .group = SH_G_CARD, .danger = SH_READ,
	.synopsis = "[IMAGE]",
	.summary = "show the facts of a simulated card",
	.details = "Without IMAGE the one that -r names, else the embedded "
	    "card's. The card is not powered.",
	.max_args = 1, .examples = show_examples, .see = "card new, info",
	.complete = sh_complete_file, .run = show_run,
};

static const struct sh_opt serve_opts[] = {
	{ 'i', "image", "FILE", "the card; without it the one that -r names, "
	    "else the embedded card's" },
	{ 0, "vpcd", "HOST:PORT", "localhost:35963 without it" },
	{ 0, NULL, NULL, NULL }
};

static void
ready(void *arg)
{
	struct sh *sh = arg;

	if (sh_options(sh)->json)
		fputs("{\"event\":\"ready\"}\n", stderr);
	else
		fputs("the card is in the reader; Ctrl-C takes it out\n",
		    stderr);
}

static int
serve_run(struct sh *sh, const struct sh_args *a)
{
	const char *vpcd = sh_opt(a, "vpcd");
	char image[PATH_BYTES];
	int r;

	default_image(sh, image);
	r = dmsc_card_serve(sh_session(sh),
	    sh_opt(a, "image") != NULL ? sh_opt(a, "image") : image,
	    vpcd != NULL ? vpcd : "localhost:35963", ready, sh);
	return sh_fail(sh, r);
}

static const char *const serve_examples[] = {
	"$ dmsc card serve --image c.img --vpcd localhost:35963",
	NULL
};

const struct sh_cmd sh_cmd_card_serve = {
	.name = "card serve", .group = SH_G_CARD, .danger = SH_EDIT,
	.summary = "put a simulated card into a reader of pcscd",
	.details = "The reader is the virtual one of the package "
	    "vsmartcard-vpcd, on this machine only. Every program that "
	    "speaks PC/SC then sees the card. Ctrl-C ends it.\n\n"
	    "While it runs, 'card push' and 'card ota' of the same user "
	    "reach the card past its reader, by a socket (0600) in the "
	    "state folder.",
	.opts = serve_opts, .max_args = 0, .examples = serve_examples,
	.see = "card new, card push, card ota, readers", .run = serve_run,
};

static int
prepare_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_prepare *p = NULL;
	int r, status = sh_need_card(sh);
	size_t i;

	(void)a;
	if (status != 0)
		return status;
	r = dmsc_card_prepare(sh_session(sh), sh_options(sh)->dry_run, &p);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_prepare_view, p);
	if (p->n_done == 0)
		sh_print(sh, "nothing is missing\n");
	for (i = 0; i < p->n_done; i++)
		sh_print(sh, "%s\n", p->done[i]);
	return 0;
}

static const char *const prepare_examples[] = {
	"pin verify adm1 @scripts/demo/adm1 && card prepare -n", NULL };

const struct sh_cmd sh_cmd_card_prepare = {
	.name = "card prepare", .group = SH_G_CARD, .danger = SH_WRITE,
	.summary = "make what a card lacks to hold documents",
	.details = "The PKCS#15 application, its directories and the second "
	    "slots, where the card lets us. With -n only what would be made "
	    "is said. A card that has the DM-SC application makes its files "
	    "itself: nothing is missing there.",
	.max_args = 0, .examples = prepare_examples,
	.see = "mkdoc, plan, discover", .run = prepare_run,
};
