/*
 * Power-on of the simulated device (use case 5.1; USE-1, USE-2, USE-3): first,
 * unchanged, changed, removed and swapped card, second device, each
 * confirmation case. The trees and reports are compared, not only the codes.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "tap.h"

/* req: GEN-2 GEN-6 GEN-21 USE-1 USE-2 USE-3 UC-5.1 */

static char folder[TAP_FOLDER];
static struct dmsc_session *s;
static int asked;
static bool answer;

static int
ask(void *arg, const char *question, bool *yes)
{
	(void)arg;
	(void)question;
	asked++;
	*yes = answer;
	return DMSC_E_OK;
}

static const char *
image(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "sim:%s/%s", folder, name);
	return path;
}

static bool
new_card(const char *name, const char *iccid)
{
	struct dmsc_card_new_opts o = { .image = image(name) + 4,
	    .iccid = iccid, .force = true };
	struct dmsc_image_info *info = NULL;
	int r = dmsc_card_new(s, &o, &info);

	if (r != DMSC_E_OK)
		printf("# card new: %s\n", dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_image_info_view, info);
	return r == DMSC_E_OK;
}

static bool
pin(unsigned ref, const char *content)
{
	struct dmsc_secret *v = NULL;
	bool good = dmsc_secret_parse(dmsc_rd_str(content), true, &v,
	    dmsc_session_err(s)) == DMSC_E_OK &&
	    dmsc_pin_run(s, DMSC_PIN_VERIFY, ref, v, NULL, false) ==
	    DMSC_E_OK;

	dmsc_secret_free(&v);
	return good;
}

/* Commits the working copy under ADM1. */
static bool
commit(void)
{
	struct dmsc_commit *c = NULL;
	int r = pin(0x0A, "hex:4444444444444444") ?
	    dmsc_commit(s, false, &c) : dmsc_session_err(s)->code;

	if (r != DMSC_E_OK)
		printf("# commit: %s: %s\n", dmsc_session_err(s)->message,
		    dmsc_session_err(s)->why);
	dmsc_view_free(&dmsc_commit_view, c);
	return r == DMSC_E_OK;
}

static struct dmsc_poweron *
power_on(const struct dmsc_poweron_opts *o, int *code)
{
	static const struct dmsc_poweron_opts plain;
	struct dmsc_poweron *p = NULL;

	*code = dmsc_device_poweron(s, o != NULL ? o : &plain, &p);
	if (*code != DMSC_E_OK)
		printf("# power-on: %s: %s\n", dmsc_session_err(s)->message,
		    dmsc_session_err(s)->why);
	return p;
}

/* A row of the report says that of the document; NULL p is false. */
static bool
says(const struct dmsc_poweron *p, const char *doc, const char *state)
{
	size_t i;

	for (i = 0; p != NULL && i < p->n_documents; i++)
		if (strcmp(p->documents[i].document, doc) == 0 &&
		    strcmp(p->documents[i].state, state) == 0)
			return true;
	return false;
}

static bool
device_has(const char *device, const char *uri, const char *value)
{
	struct dmsc_tree *t = NULL;
	const struct dmsc_node *n;
	bool good;

	if (dmsc_device_tree(s, device, &t) != DMSC_E_OK)
		return false;
	n = dmsc_tree_find(t, uri);
	good = value == NULL ? n == NULL :
	    n != NULL && dmsc_rd_eq_str(dmsc_node_value(n), value);
	dmsc_tree_free(&t);
	return good;
}

/* One power-on: the code, and what the report says of OperatorX. */
static bool
run(const struct dmsc_poweron_opts *o, int want, const char *state)
{
	int code;
	struct dmsc_poweron *p = power_on(o, &code);
	bool good = code == want && says(p, "OperatorX", state);

	dmsc_view_free(&dmsc_poweron_view, p);
	return good;
}

static void
test_first_and_unchanged(void)
{
	struct dmsc_poweron *p;
	unsigned first;
	int code;

	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && p->changed && says(p, "OperatorX", "added"),
	    "the first power-on adds the public document");
	ok(says(p, "Personal", "skipped"),
	    "the private one is skipped: needs its PIN");
	ok(device_has(NULL, "DMAcc/opx/AppID", "w7"),
	    "the account is in the device's tree");
	first = p == NULL ? 0 : p->apdus;
	dmsc_view_free(&dmsc_poweron_view, p);
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && !p->changed &&
	    says(p, "OperatorX", "unchanged"), "then it is unchanged");
	ok(p != NULL && p->apdus <= first,
	    "and costs no more than the reads needed to know");
	dmsc_view_free(&dmsc_poweron_view, p);
}

/* Every kind of document that provisions: access points, accounts. */
static void
test_kinds(void)
{
	struct dmsc_poweron *p;
	int code;

	ok(device_has(NULL, "NAP/Mail/Addr", "internet.operatorx.example"),
	    "GEN-2: an access point of Client Provisioning is in the tree");
	ok(device_has(NULL, "LwM2M/LwM2M/0/ServerURI",
	    "coaps://lwm2m.operatorx.example") &&
	    device_has(NULL, "LwM2M/LwM2M/0/ShortServerID", "101") &&
	    device_has(NULL, "LwM2M/LwM2M/0/Lifetime", "86400") &&
	    device_has(NULL, "LwM2M/LwM2M/0/BootstrapServer", "false"),
	    "GEN-2: an account of LwM2M is in the tree");
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && says(p, "Mail", "unchanged") &&
	    says(p, "LwM2M", "unchanged"), "both are unchanged then");
	dmsc_view_free(&dmsc_poweron_view, p);
	ok(dmsc_edit_set(s, "/Mail/NAPDEF/NAP-ADDRESS",
	    dmsc_rd_str("other.example"), NULL, NULL) == DMSC_E_OK &&
	    commit(), "one changes on the card");
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && says(p, "Mail", "replaced") &&
	    says(p, "LwM2M", "unchanged") &&
	    device_has(NULL, "NAP/Mail/Addr", "other.example"),
	    "and is replaced in the device");
	dmsc_view_free(&dmsc_poweron_view, p);
}

/* Rules stand beside it on the card, and hold as those of a message do. */
static void
test_kind_rules(void)
{
	struct dmsc_poweron_opts o = { .device = "ruled",
		.confirm = DMSC_CONFIRM_NO };
	struct dmsc_poweron *p;
	int code;

	ok(dmsc_edit_add(s, "/Mail/DMSC/UserConfirmation", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("required")) == DMSC_E_OK && commit(),
	    "the user is to be asked");
	p = power_on(&o, &code);
	ok(code == DMSC_E_OK && says(p, "Mail", "refused") &&
	    device_has("ruled", "NAP/Mail/Addr", NULL),
	    "USE-1: Client Provisioning that the user refuses is not taken");
	dmsc_view_free(&dmsc_poweron_view, p);
	ok(dmsc_edit_rm(s, "/Mail/NAPDEF") == DMSC_E_OK &&
	    dmsc_edit_set(s, "/Mail/APPLICATION/APPID", dmsc_rd_str("144"),
	    NULL, NULL) == DMSC_E_OK && dmsc_edit_rm(s,
	    "/Mail/APPLICATION~2") == DMSC_E_OK && commit(),
	    "nothing for a device is left in it");
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && says(p, "Mail", "skipped") && p->changed &&
	    device_has(NULL, "NAP/Mail/Addr", NULL) &&
	    device_has(NULL, "Mail/Mail/Incoming/Host", NULL),
	    "what it had brought goes");
	dmsc_view_free(&dmsc_poweron_view, p);
}

static void
test_private(void)
{
	struct dmsc_secret *v = dmsc_secret_from(dmsc_rd_str("2468"));
	struct dmsc_device_pin held = { 0x81, v };
	struct dmsc_poweron_opts o = { .pins = &held, .n_pins = 1 };
	struct dmsc_poweron *p;
	int code;

	p = power_on(&o, &code);
	ok(code == DMSC_E_OK && says(p, "Personal", "added"),
	    "with PIN 81 the private document is added");
	dmsc_view_free(&dmsc_poweron_view, p);
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && !p->changed && says(p, "Personal", "skipped"),
	    "without it later, what was taken stays");
	dmsc_view_free(&dmsc_poweron_view, p);
	dmsc_secret_free(&v);
}

static void
test_changed(void)
{
	ok(dmsc_edit_set(s, "/OperatorX/DMAcc/opx/Name",
	    dmsc_rd_str("Changed"), NULL, NULL) == DMSC_E_OK && commit() &&
	    run(NULL, DMSC_E_OK, "replaced") &&
	    device_has(NULL, "DMAcc/opx/Name", "Changed"),
	    "a changed document replaces what it had brought");
}

static void
test_swapped(void)
{
	struct dmsc_poweron *p;
	int code;

	if (!ok(new_card("b.img", "8988211000000000025") &&
	    dmsc_connect(s, image("b.img")) == DMSC_E_OK, "another card"))
		return;
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && says(p, "LwM2M", "removed") &&
	    says(p, "LwM2M", "added") && says(p, "Mail", "added"),
	    "a swapped card's accounts and access points too");
	ok(code == DMSC_E_OK && says(p, "OperatorX", "removed") &&
	    says(p, "Personal", "removed") && says(p, "OperatorX", "added") &&
	    !device_has(NULL, "DMAcc/opx/Name", "Changed"),
	    "what came from the old card goes, the new one's comes");
	dmsc_view_free(&dmsc_poweron_view, p);
	ok(dmsc_connect(s, image("a.img")) == DMSC_E_OK &&
	    run(NULL, DMSC_E_OK, "added") &&
	    device_has(NULL, "DMAcc/opx/Name", "Changed"),
	    "and back again");
}

static void
test_second_device(void)
{
	struct dmsc_poweron_opts o = { .device = "second" };
	struct dmsc_device_info *info = NULL;

	ok(run(&o, DMSC_E_OK, "added") &&
	    device_has("second", "DMAcc/opx/Name", "Changed"),
	    "a second device is a second name");
	ok(dmsc_device_show(s, "second", &info) == DMSC_E_OK &&
	    info->n_documents == 2 && info->card != NULL, "and is shown");
	dmsc_view_free(&dmsc_device_info_view, info);
	ok(dmsc_device_reset(s, "second") == DMSC_E_OK &&
	    device_has("second", "DMAcc", NULL), "reset makes it new");
	o.device = "../x";
	ok(dmsc_device_show(s, o.device, &info) == DMSC_E_USAGE,
	    "a name with a slash is refused");
}

static bool
set_confirmation(const char *value)
{
	static const char uri[] = "/OperatorX/DMSC/UserConfirmation";

	if (value == NULL)
		return dmsc_edit_rm(s, uri) == DMSC_E_OK && commit();
	return dmsc_edit_set(s, uri, dmsc_rd_str(value), NULL, NULL) ==
	    DMSC_E_OK && commit();
}

static void
test_confirmation(void)
{
	static const struct {
		const char *name, *rule;
		enum dmsc_confirm confirm;
		bool ask_silent, answer;
		int asked;
		const char *state;
	} cases[] = {
		{ "USE-1: asked, yes", "required", DMSC_CONFIRM_ASK, false,
		    true, 1, "added" },
		{ "USE-1: asked, no", "required", DMSC_CONFIRM_ASK, false,
		    false, 1, "refused" },
		{ "USE-1: --yes", "required", DMSC_CONFIRM_YES, false, false,
		    0, "added" },
		{ "USE-1: --no", "required", DMSC_CONFIRM_NO, false, true, 0,
		    "refused" },
		{ "USE-2: never asked", "none", DMSC_CONFIRM_NO, true, false,
		    0, "added" },
		{ "USE-3: silent, not asked", NULL, DMSC_CONFIRM_ASK, false,
		    false, 0, "added" },
		{ "USE-3: silent, the device asks", NULL, DMSC_CONFIRM_ASK,
		    true, false, 2, "refused" },
	};
	struct dmsc_poweron_opts o = { .device = "third" };
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (i == 0 || i == 4 || i == 5)
			ok(set_confirmation(cases[i].rule), "set the rule");
		if (dmsc_device_reset(s, "third") != DMSC_E_OK)
			return;
		o.confirm = cases[i].confirm;
		o.ask_silent = cases[i].ask_silent;
		answer = cases[i].answer;
		asked = 0;
		ok(run(&o, DMSC_E_OK, cases[i].state) &&
		    asked == cases[i].asked, cases[i].name);
	}
}

/* A device may want one group alone. */
static void
test_group(void)
{
	struct dmsc_poweron_opts o = { .device = "third", .group = "other",
		.confirm = DMSC_CONFIRM_YES };

	ok(dmsc_edit_add(s, "/OperatorX/DMSC/Group", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("fleet")) == DMSC_E_OK && commit(), "a group");
	ok(run(&o, DMSC_E_OK, "skipped") &&
	    device_has("third", "DMAcc", NULL), "another group");
	o.group = "fleet";
	ok(run(&o, DMSC_E_OK, "added") &&
	    !device_has("third", "DMAcc", NULL), "this group");
	o.group = "other";
	ok(run(&o, DMSC_E_OK, "skipped") &&
	    !device_has("third", "DMAcc", NULL), "what was taken stays");
}

/* What dmsc keeps in the tree, and what servers order by, is no card's: an MO
 * that would stand there refuses its document. */
static void
test_own(void)
{
	static const char *const tops[] = { "Origin", "DCMO", "FUMO", "SC" };
	struct dmsc_poweron_opts o = { .device = "own",
		.confirm = DMSC_CONFIRM_YES };
	char top[32], mo[48], leaf[64];
	size_t i;

	for (i = 0; i < sizeof tops / sizeof tops[0]; i++) {
		(void)snprintf(top, sizeof top, "/OperatorX/%s", tops[i]);
		(void)snprintf(mo, sizeof mo, "%s/Setting", top);
		(void)snprintf(leaf, sizeof leaf, "%s/Unapproved", mo);
		ok(dmsc_edit_add(s, top, DMSC_FMT_NODE, NULL, dmsc_rd_str(""))
		    == DMSC_E_OK && dmsc_edit_add(s, mo, DMSC_FMT_NODE,
		    "urn:x:1.0", dmsc_rd_str("")) == DMSC_E_OK &&
		    dmsc_edit_add(s, leaf, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("ask")) == DMSC_E_OK && commit(), tops[i]);
		ok(run(&o, DMSC_E_OK, "refused") && device_has("own",
		    leaf + strlen("/OperatorX/"), NULL) &&
		    device_has("own", "DMAcc", NULL), "nothing of it is taken");
		ok(dmsc_edit_rm(s, top) == DMSC_E_OK && commit(), "without");
	}
	ok(run(&o, DMSC_E_OK, "added"), "it is taken then");
}

static void
test_removed(void)
{
	struct dmsc_poweron *p;
	int code;

	ok(dmsc_rmdoc(s, "/OperatorX") == DMSC_E_OK && commit() &&
	    run(NULL, DMSC_E_OK, "removed") && device_has(NULL, "DMAcc", NULL),
	    "a document that is gone from the card is removed");
	dmsc_disconnect(s);
	p = power_on(NULL, &code);
	ok(code == DMSC_E_OK && strcmp(p->provisioning, "no card") == 0,
	    "power-on without a card is no error");
	dmsc_view_free(&dmsc_poweron_view, p);
	ok(device_has(NULL, "DevInfo/Man", "dmsc"),
	    "and leaves the device's own tree");
}

int
main(void)
{
	struct dmsc_setup setup = { .ui = { .ask = ask } };

	if (!ok(tap_folder(folder), "a state folder"))
		return tap_done();
	setup.state_dir = folder;
	if (!ok(dmsc_session_new(&setup, &s) == DMSC_E_OK &&
	    new_card("a.img", "8988211000000000017") &&
	    dmsc_connect(s, image("a.img")) == DMSC_E_OK, "a demo card"))
		return tap_done();
	test_first_and_unchanged();
	test_kinds();
	test_kind_rules();
	test_private();
	test_changed();
	test_swapped();
	test_second_device();
	test_confirmation();
	test_group();
	test_own();
	test_removed();
	dmsc_session_free(&s);
	return tap_done();
}
