/* session: info, files and PINs of the demo card, through the public API. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "tap.h"

static char folder[TAP_FOLDER];
static char state[64], image[80], reader[96];

static struct dmsc_session *
fresh(void)
{
	struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_session *s = NULL;

	ok(dmsc_session_new(&setup, &s) == DMSC_E_OK &&
	    dmsc_connect(s, reader) == DMSC_E_OK, "the demo card");
	return s;
}

static bool
make_card(void)
{
	struct dmsc_card_new_opts o = { .image = image,
	    .iccid = "8988211000000510084" };
	struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_image_info *info = NULL;
	struct dmsc_session *s = NULL;
	int r;

	if (dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return false;
	r = dmsc_card_new(s, &o, &info);
	if (r != DMSC_E_OK)
		printf("# %s\n", dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_image_info_view, info);
	dmsc_session_free(&s);
	return r == DMSC_E_OK;
}

static int
verify(struct dmsc_session *s, unsigned ref, const char *value)
{
	struct dmsc_secret *v = dmsc_secret_from(dmsc_rd_str(value));
	int r = dmsc_pin_run(s, DMSC_PIN_VERIFY, ref, v, NULL, false);

	dmsc_secret_free(&v);
	return r;
}

static bool
has(char **lines, size_t n, const char *line)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(lines[i], line) == 0)
			return true;
	return false;
}

static void
test_info(void)
{
	struct dmsc_session *s = fresh();
	struct dmsc_content *c = NULL;
	struct dmsc_info *i = NULL;

	ok(dmsc_info(s, &i) == DMSC_E_OK, "info");
	if (i == NULL)
		return;
	ok(strcmp(i->identity, "iccid:8988211000000510084") == 0 &&
	    strcmp(i->iccid, "8988211000000510084") == 0, "who it is");
	ok(i->imsi == NULL, "the IMSI asks for PIN1");
	ok(i->n_applications == 2 &&
	    strcmp(i->applications[1].name, "PKCS#15") == 0 &&
	    strcmp(i->applications[1].path, "3F00/7F50") == 0,
	    "applications");
	ok(i->n_pins == 3 && strcmp(i->pins[0].name, "PIN1") == 0 &&
	    i->pins[0].tries == 3 && i->pins[1].tries == 10, "PINs");
	ok(strcmp(i->life, "activated") == 0 &&
	    strcmp(i->arr, "EF.ARR 2F06, 8 records") == 0, "life and rules");
	ok(has(i->atr_facts, i->n_atr_facts, "protocols: T=0"), "ATR");
	ok(has(i->provisioning, i->n_provisioning, "documents of kind dm"),
	    "provisioning data");
	dmsc_view_free(&dmsc_info_view, i);
	ok(verify(s, 1, "1234") == DMSC_E_OK && dmsc_info(s, &i) ==
	    DMSC_E_OK && strcmp(i->imsi, "001010123456789") == 0 &&
	    strcmp(i->pins[0].state, "verified") == 0,
	    "the IMSI after PIN1");
	dmsc_view_free(&dmsc_info_view, i);
	ok(dmsc_file_read(s, "EF.UST", 0, &c) == DMSC_E_OK &&
	    strcmp(c->text, "33 always set") == 0, "and EF.UST");
	dmsc_view_free(&dmsc_content_view, c);
	dmsc_session_free(&s);
}

static const struct {
	const char *path;
	unsigned record;
	int want;
	const char *text;	/* of the file, or of its first record */
	size_t records;
} reads[] = {
	{ "EF.ICCID", 0, DMSC_E_OK, "8988211000000510084", 0 },
	{ "2FE2", 0, DMSC_E_OK, "8988211000000510084", 0 },
	{ "EF.PL", 0, DMSC_E_OK, "en", 0 },
	{ "EF.AD", 0, DMSC_E_OK, "normal operation; MNC of 2 digits", 0 },
	{ "ADF.USIM/EF.AD", 0, DMSC_E_OK,
	    "normal operation; MNC of 2 digits", 0 },
	{ "EF.UST", 0, DMSC_E_AUTH, NULL, 0 },
	{ "EF.DIR", 0, DMSC_E_OK,
	    "A0000000871002FFFFFFFF8907090000 (USIM) 'USIM1'", 4 },
	{ "EF.DIR", 2, DMSC_E_OK, "A000000063504B43532D3135 (PKCS#15) "
	    "'PKCS#15' at 3F00/7F50", 1 },
	{ "EF.DIR", 9, DMSC_E_NOTFOUND, NULL, 0 },
	{ "EF.ICCID", 1, DMSC_E_USAGE, NULL, 0 },
	{ "ADF.PKCS15", 0, DMSC_E_USAGE, NULL, 0 },
	{ "EF.IMSI", 0, DMSC_E_AUTH, NULL, 0 },
	{ "ADF.PKCS15/4D12", 0, DMSC_E_AUTH, NULL, 0 },
	{ "ADF.PKCS15/4DFF", 0, DMSC_E_NOTFOUND, NULL, 0 },
	{ "EF.NONE", 0, DMSC_E_NOTFOUND, NULL, 0 },
	{ "x/y", 0, DMSC_E_NOTFOUND, NULL, 0 },
	{ "EF.ODF", 0, DMSC_E_OK, "data objects in 4D00\n"
	    "data objects in 4D02\ndata objects in 4D04\n"
	    "authentication objects in 4401\nprivate keys in 4402\n"
	    "public keys in 4403\ncertificates in 4404\n"
	    "trusted certificates in 4405", 0 },
	{ "7F50/4405", 0, DMSC_E_OK,
	    "certificate 'DMSC demo CA', id CA in 4410", 0 },
	{ "7F50/4D00", 0, DMSC_E_OK,
	    "oidDO 'OperatorX' of 'OMA DM' 2.23.43.7.1 in 4D10, modifiable\n"
	    "oidDO 'LwM2M' of 'LwM2M Bootstrap' 2.23.43.9.1 in 4D14, "
	    "modifiable\noidDO 'Mail' of 'CP Bootstrap' 2.23.43.5.1 in "
	    "4D16, modifiable\n"
	    "oidDO 'Personal' of 'OMA DM' 2.23.43.7.1 in 4D12, private, "
	    "modifiable, authId 01", 0 },
	{ "ADF.PKCS15/EF.AODF", 0, DMSC_E_OK, "PIN 81 'Personal PIN', "
	    "authId 01, 4 to 8 characters, initialised", 0 },
	{ "EF.TokenInfo", 0, DMSC_E_OK, "version 1, label 'DM bootstrap', "
	    "made by 'dmsc', serial 988812010000500180F4", 0 },
};

static bool
read_good(struct dmsc_session *s, size_t i)
{
	struct dmsc_content *c = NULL;
	int r = dmsc_file_read(s, reads[i].path, reads[i].record, &c);
	const char *text = c == NULL ? NULL : c->n_records > 0 ?
	    c->records[0].text : c->text;
	bool good = r == reads[i].want && (r == DMSC_E_OK ? text != NULL &&
	    strcmp(text, reads[i].text) == 0 && c->n_records ==
	    reads[i].records : c == NULL && strcmp(
	    dmsc_session_err(s)->where, reads[i].path) == 0);

	if (!good)
		printf("# %s, %s: %s\n", dmsc_e_name(r),
		    text == NULL ? "" : text, dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_content_view, c);
	return good;
}

static void
test_reading(void)
{
	struct dmsc_session *s = fresh();
	const struct dmsc_err *e = dmsc_session_err(s);
	size_t i;

	for (i = 0; i < sizeof reads / sizeof reads[0]; i++)
		ok(read_good(s, i), reads[i].path);
	ok(read_good(s, 12) && e->sw == 0x6982 && strcmp(e->why,
	    "rule 2 of EF.ARR asks for PIN81") == 0 &&
	    strcmp(e->message, "not readable") == 0 && strcmp(e->next[0],
	    "pin verify 81 (3 tries left)") == 0, "the reason and the step");
	dmsc_session_free(&s);
}

static bool
listed(const struct dmsc_file_list *l, const char *path)
{
	size_t i;

	for (i = 0; l != NULL && i < l->n_files; i++)
		if (strcmp(l->files[i].path, path) == 0)
			return true;
	printf("# %s is not listed\n", path);
	return false;
}

static void
test_lists(void)
{
	struct dmsc_session *s = fresh();
	struct dmsc_file_list *l = NULL;
	struct dmsc_access_list *a = NULL;
	struct dmsc_fcp *f = NULL;

	ok(dmsc_file_ls(s, "3F00", &l) == DMSC_E_OK && !l->complete &&
	    listed(l, "3F00/2FE2") && listed(l, "3F00/7F50") &&
	    listed(l, "A0000000871002FFFFFFFF8907090000") &&
	    l->n_files == 6, "file ls");
	dmsc_view_free(&dmsc_file_list_view, l);
	ok(dmsc_file_ls(s, "7F50", &l) == DMSC_E_OK &&
	    listed(l, "3F00/7F50/5031") && listed(l, "3F00/7F50/4D10") &&
	    listed(l, "3F00/7F50/4D11") && listed(l, "3F00/7F50/4D02"),
	    "file ls of the directories");
	dmsc_view_free(&dmsc_file_list_view, l);
	ok(dmsc_file_ls(s, "EF.ICCID", &l) == DMSC_E_USAGE && l == NULL,
	    "file ls of a file");
	ok(dmsc_file_tree(s, "3F00", &l) == DMSC_E_OK &&
	    listed(l, "3F00/7F50/5031") &&
	    listed(l, "A0000000871002FFFFFFFF8907090000/6F07"), "file tree");
	dmsc_view_free(&dmsc_file_list_view, l);
	ok(dmsc_file_fcp(s, "EF.ODF", &f) == DMSC_E_OK && f->size == 96 &&
	    strcmp(f->name, "EF.ODF") == 0 && strcmp(f->security,
	    "EF.ARR 6F06 record 1") == 0, "file fcp");
	dmsc_view_free(&dmsc_fcp_view, f);
	ok(dmsc_file_access(s, "EF.IMSI", &a) == DMSC_E_OK &&
	    strcmp(a->rule, "rule 1 of EF.ARR") == 0 &&
	    strcmp(a->modes[0].needs, "PIN1") == 0 &&
	    strcmp(a->modes[0].have, "refused") == 0 &&
	    strcmp(a->modes[1].needs, "ADM1") == 0, "file access");
	dmsc_view_free(&dmsc_access_list_view, a);
	dmsc_session_free(&s);
}

static void
test_writing(void)
{
	static const char fr[] = "frde", en[] = "en\xFF\xFF";
	struct dmsc_session *s = fresh();
	const struct dmsc_err *e = dmsc_session_err(s);
	struct dmsc_content *c = NULL;

	ok(dmsc_file_write(s, "EF.PL", 0, 0, dmsc_rd_of(fr, 4), true) ==
	    DMSC_E_AUTH && strcmp(e->why, "rule 4 of EF.ARR asks for PIN1")
	    == 0, "a dry run forecasts");
	ok(dmsc_file_write(s, "EF.PL", 0, 0, dmsc_rd_of(fr, 4), false) ==
	    DMSC_E_AUTH && strcmp(e->next[0],
	    "pin verify 1 (3 tries left)") == 0, "refused and explained");
	ok(verify(s, 1, "1234") == DMSC_E_OK && dmsc_file_write(s, "EF.PL",
	    0, 0, dmsc_rd_of(fr, 4), true) == DMSC_E_OK &&
	    dmsc_file_read(s, "EF.PL", 0, &c) == DMSC_E_OK &&
	    strcmp(c->text, "en") == 0, "a dry run writes nothing");
	dmsc_view_free(&dmsc_content_view, c);
	ok(dmsc_file_write(s, "EF.PL", 0, 0, dmsc_rd_of(fr, 4), false) ==
	    DMSC_E_OK && dmsc_file_read(s, "EF.PL", 0, &c) == DMSC_E_OK &&
	    strcmp(c->text, "fr, de") == 0, "written and read back");
	dmsc_view_free(&dmsc_content_view, c);
	ok(dmsc_file_write(s, "EF.PL", 0, 0, dmsc_rd_of(en, 4), false) ==
	    DMSC_E_OK, "as it was");
	ok(dmsc_file_write(s, "EF.PL", 2, 0, dmsc_rd_of(fr, 4), false) ==
	    DMSC_E_DATA, "beyond the end");
	ok(dmsc_file_write(s, "EF.PL", 0, 1, dmsc_rd_of(fr, 4), false) ==
	    DMSC_E_USAGE, "it has no records");
	ok(dmsc_file_write(s, "EF.DIR", 0, 1, dmsc_rd_of(fr, 4), false) ==
	    DMSC_E_DATA, "a record has its length");
	dmsc_session_free(&s);
}

static void
test_pins(void)
{
	struct dmsc_session *s = fresh();
	struct dmsc_pin_list *l = NULL;
	struct dmsc_pin_state *p = NULL;

	ok(dmsc_pin_query(s, 0x81, &p) == DMSC_E_OK && p->tries == 3 &&
	    strcmp(p->state, "enabled") == 0, "pin query");
	dmsc_view_free(&dmsc_pin_state_view, p);
	ok(dmsc_pin_query(s, 0x05, &p) == DMSC_E_NOTFOUND && p == NULL,
	    "no such PIN");
	ok(verify(s, 0x81, "9999") == DMSC_E_AUTHFAIL &&
	    dmsc_session_err(s)->sw == 0x63C2, "a wrong value");
	ok(verify(s, 0x81, "9999") == DMSC_E_GUARD, "is not sent again");
	ok(dmsc_pin_status(s, &l) == DMSC_E_OK && l->n_pins == 3 &&
	    l->pins[2].tries == 2, "pin status");
	dmsc_view_free(&dmsc_pin_list_view, l);
	dmsc_session_free(&s);
}

static void
remove_all(void)
{
	static const char *const names[] = { "card.img", "ledger",
	    "ledger.key", "journal" };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", state, names[i]);
		(void)remove(path);
	}
	(void)remove(image);
	(void)rmdir(state);
	(void)rmdir(folder);
}

int
main(void)
{
	if (!tap_folder(folder))
		return 1;
	(void)snprintf(state, sizeof state, "%s/state", folder);
	(void)snprintf(image, sizeof image, "%s/c.img", folder);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	if (ok(make_card(), "card new")) {
		test_info();
		test_reading();
		test_lists();
		test_writing();
		test_pins();
	}
	remove_all();
	return tap_done();
}
