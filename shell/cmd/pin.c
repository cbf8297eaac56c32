/* pin: PINs and administrative keys, behind the guard. */
#include <string.h>

#include "tools.h"

enum { NAME_BYTES = 32, PROMPT_BYTES = 128 };


static int
status_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_pin_list *l = NULL;
	int r, status = sh_need_card(sh);

	(void)a;
	if (status != 0)
		return status;
	if ((r = dmsc_pin_status(sh_session(sh), &l)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_pin_list_view, l);
	sh_print_pins(sh, l->pins, l->n_pins);
	if (l->n_pins == 0)
		sh_warn(sh, "no PIN or key is known on this card");
	return 0;
}

static const char *const status_examples[] = { "pin status", NULL };

const struct sh_cmd sh_cmd_pin_status = {
	.name = "pin status", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "show PINs and keys with the tries left",
	.details = "Nothing is spent by asking.",
	.max_args = 0, .examples = status_examples,
	.see = "pin verify, file access", .run = status_run,
};

/* "PIN1 (3 tries left)" for the prompt; puk: with the tries of its PUK. */
static int
describe(struct sh *sh, unsigned ref, bool puk, char *name, char *prompt,
    bool *off)
{
	struct dmsc_pin_state *p = NULL;
	int tries, r = dmsc_pin_query(sh_session(sh), ref, &p);

	*off = false;
	dmsc_pin_name(ref, name, NAME_BYTES);
	if (r != DMSC_E_OK)
		return r;
	*off = strcmp(p->state, "disabled") == 0;
	tries = puk ? p->puk_tries : p->tries;
	if (*off && !puk && tries < 0)
		(void)snprintf(prompt, PROMPT_BYTES, "%s (disabled)", name);
	else if (tries >= 0)
		(void)snprintf(prompt, PROMPT_BYTES, "%s (%d tr%s left)",
		    name, tries, tries == 1 ? "y" : "ies");
	else
		(void)snprintf(prompt, PROMPT_BYTES,
		    "%s (tries left unknown)", name);
	dmsc_view_free(&dmsc_pin_state_view, p);
	return DMSC_E_OK;
}

/* What is asked for: value, and fresh where the operation has one. */
struct words {
	enum dmsc_pin_op op;
	const char *value;	/* "%s": the PIN's name and tries */
	const char *fresh;	/* NULL: none */
	const char *done;
	const char *name;	/* of the command */
};

static int
ask_fresh(struct sh *sh, const char *source, const char *prompt,
    struct dmsc_secret **fresh)
{
	struct dmsc_secret *again = NULL;
	int r = sh_secret(sh, source, true, prompt, fresh);

	if (r != DMSC_E_OK || source != NULL)
		return r;
	r = sh_secret(sh, NULL, true, "once more", &again);
	if (r == DMSC_E_OK && !dmsc_same(dmsc_secret_rd(*fresh),
	    dmsc_secret_rd(again)))
		r = dmsc_fail(sh_err(sh), DMSC_E_DATA,
		    "the two answers differ");
	dmsc_secret_free(&again);
	return r;
}

static int
ask_and_run(struct sh *sh, const struct sh_args *a, const struct words *w,
    unsigned ref)
{
	char name[NAME_BYTES], state[PROMPT_BYTES];
	char prompt[PROMPT_BYTES * 2];
	struct dmsc_secret *value = NULL, *fresh = NULL;
	const char *const *said;
	bool off;
	int r = describe(sh, ref, w->op == DMSC_PIN_UNBLOCK, name, state,
	    &off);

	if (r == DMSC_E_OK && sh_options(sh)->dry_run) {
		sh_print(sh, "%s: nothing was sent\n", state);
		return DMSC_E_OK;
	}
	/* Nobody types a value that would not be sent. */
	if (r == DMSC_E_OK && !off && (sh_arg(a, 1) == NULL ||
	    (w->fresh != NULL && sh_arg(a, 2) == NULL)))
		r = dmsc_pin_run(sh_session(sh), w->op, ref, NULL, NULL,
		    sh_options(sh)->spend_try);
	(void)snprintf(prompt, sizeof prompt, "%s%s", w->value, state);
	if (r == DMSC_E_OK)
		r = sh_secret(sh, sh_arg(a, 1), true, prompt, &value);
	(void)snprintf(prompt, sizeof prompt, "new value of %s", name);
	if (r == DMSC_E_OK && w->fresh != NULL)
		r = ask_fresh(sh, sh_arg(a, 2), prompt, &fresh);
	if (r == DMSC_E_OK)
		r = dmsc_pin_run(sh_session(sh), w->op, ref, value, fresh,
		    sh_options(sh)->spend_try);
	/* What the PIN is for is so already: a warning says it. */
	if (r == DMSC_E_OK && !(off && dmsc_warnings(sh_session(sh), &said) >
	    0))
		sh_print(sh, "%s: %s\n", name, w->done);
	dmsc_secret_free(&value);
	dmsc_secret_free(&fresh);
	return r;
}

static int
run_op(struct sh *sh, const struct sh_args *a, const struct words *w)
{
	unsigned ref;
	int status;

	if (dmsc_pin_ref(sh_arg(a, 0), &ref) != DMSC_E_OK) {
		/* It may be the value itself: it is not repeated. */
		status = sh_usage(sh, "that names no PIN or key");
		dmsc_err_why(sh_err(sh),
		    "1 to 8, 81 to 88, adm1 to adm10, or 0x and two digits");
		return status;
	}
	if ((status = sh_fail(sh, sh_pin_source(sh, sh_arg(a, 1), w->name,
	    sh_arg(a, 0)))) != 0 ||
	    (status = sh_fail(sh, sh_pin_source(sh, sh_arg(a, 2), w->name,
	    sh_arg(a, 0)))) != 0 ||
	    (status = sh_need_card(sh)) != 0)
		return status;
	return sh_fail(sh, ask_and_run(sh, a, w, ref));
}

#define WHICH_TEXT "WHICH is 1 to 8, 81 to 88, adm1 to adm10, or 0x and a " \
	"reference in hexadecimal. SOURCE is @FILE, env:NAME, fd:N or " \
	"another provider of dmsc-keys(7); its " \
	"content is the digits of a PIN, ascii: and text, or hex: and " \
	"digits. Without it the terminal is asked."
#define GUARD_TEXT "The tries left are asked for first and shown. At two or " \
	"fewer, or where the card does not tell, --spend-try is needed; a " \
	"value that this card has refused before is not sent again, one " \
	"whose answer was lost only with --spend-try."

static int
verify_run(struct sh *sh, const struct sh_args *a)
{
	static const struct words w = { DMSC_PIN_VERIFY, "", NULL,
		"verified", "pin verify" };

	return run_op(sh, a, &w);
}

static const char *const verify_examples[] = {
	"pin verify 1 @scripts/demo/pin1",
	"pin verify adm1 @scripts/demo/adm1",
	NULL
};

const struct sh_cmd sh_cmd_pin_verify = {
	.name = "pin verify", .group = SH_G_PIN, .danger = SH_TRY,
	.synopsis = "WHICH [SOURCE]",
	.summary = "verify a PIN or an administrative key",
	.details = WHICH_TEXT "\n\n" GUARD_TEXT "\n\nThe right lasts until "
	    "the card is reset or the session ends. In one-shot use --auth "
	    "WHICH=SOURCE does the same before the command. A PIN that the "
	    "card says is disabled is not needed: nothing is sent, and a "
	    "warning says so.",
	.min_args = 1, .max_args = 2,
	.examples = verify_examples, .see = "pin status, reset",
	.complete = sh_complete_pin, .run = verify_run,
};

static int
change_run(struct sh *sh, const struct sh_args *a)
{
	static const struct words w = { DMSC_PIN_CHANGE, "old value of ",
		"new", "changed", "pin change" };

	return run_op(sh, a, &w);
}

static const char *const change_examples[] = {
	"pin change 1 @scripts/demo/pin1 @scripts/demo/pin1",
	NULL
};

const struct sh_cmd sh_cmd_pin_change = {
	.name = "pin change", .group = SH_G_PIN, .danger = SH_TRY,
	.synopsis = "WHICH [SOURCE [NEW-SOURCE]]",
	.summary = "change the value of a PIN",
	.details = WHICH_TEXT "\n\n" GUARD_TEXT,
	.min_args = 1, .max_args = 3,
	.examples = change_examples, .see = "pin verify, pin unblock",
	.complete = sh_complete_pin, .run = change_run,
};

static int
unblock_run(struct sh *sh, const struct sh_args *a)
{
	static const struct words w = { DMSC_PIN_UNBLOCK, "PUK of ", "new",
		"unblocked", "pin unblock" };

	return run_op(sh, a, &w);
}

static const char *const unblock_examples[] = {
	"pin unblock 1 @scripts/demo/puk1 @scripts/demo/pin1",
	NULL
};

const struct sh_cmd sh_cmd_pin_unblock = {
	.name = "pin unblock", .group = SH_G_PIN, .danger = SH_TRY,
	.synopsis = "WHICH [PUK-SOURCE [NEW-SOURCE]]",
	.summary = "unblock a PIN with its PUK and set a new value",
	.details = WHICH_TEXT "\n\nA PUK that is wrong too often ends the "
	    "PIN for ever. " GUARD_TEXT,
	.min_args = 1, .max_args = 3,
	.examples = unblock_examples, .see = "pin status, pin change",
	.complete = sh_complete_pin, .run = unblock_run,
};

static int
enable_run(struct sh *sh, const struct sh_args *a)
{
	static const struct words w = { DMSC_PIN_ENABLE, "", NULL,
		"enabled", "pin enable" };

	return run_op(sh, a, &w);
}

static const char *const enable_examples[] = {
	"pin disable 1 @scripts/demo/pin1 && "
	    "pin enable 1 @scripts/demo/pin1",
	NULL
};

const struct sh_cmd sh_cmd_pin_enable = {
	.name = "pin enable", .group = SH_G_PIN, .danger = SH_TRY,
	.synopsis = "WHICH [SOURCE]",
	.summary = "make the card ask for a PIN",
	.details = WHICH_TEXT "\n\n" GUARD_TEXT " A card does not tell the "
	    "tries of a disabled PIN: they are known only where it was "
	    "disabled in the same session.",
	.min_args = 1, .max_args = 2,
	.examples = enable_examples, .see = "pin disable, pin status",
	.complete = sh_complete_pin, .run = enable_run,
};

static int
disable_run(struct sh *sh, const struct sh_args *a)
{
	static const struct words w = { DMSC_PIN_DISABLE, "", NULL,
		"disabled", "pin disable" };

	return run_op(sh, a, &w);
}

static const char *const disable_examples[] = {
	"pin disable 1 @scripts/demo/pin1",
	NULL
};

const struct sh_cmd sh_cmd_pin_disable = {
	.name = "pin disable", .group = SH_G_PIN, .danger = SH_TRY,
	.synopsis = "WHICH [SOURCE]",
	.summary = "make the card not ask for a PIN",
	.details = WHICH_TEXT "\n\nThe card refuses this for a PIN that "
	    "guards personal data.\n\n" GUARD_TEXT,
	.min_args = 1, .max_args = 2,
	.examples = disable_examples, .see = "pin enable, pin status",
	.complete = sh_complete_pin, .run = disable_run,
};
