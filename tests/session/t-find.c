/* session: which reader an argument means, and where the folders are. */
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "session/find.h"
#include "session/paths.h"
#include "tap.h"

static const char *const names[] = {
	"Virtual PCD 00 00", "Virtual PCD 00 01", "Gemalto PC Twin 01 00",
	"PC", "ACS (Interface A) 1",
};

static const struct {
	const char *title, *want, *name;
	int code;
} rows[] = {
	{ "a number", "1", "Virtual PCD 00 01", DMSC_E_OK },
	{ "a number with zeros", "002", "Gemalto PC Twin 01 00", DMSC_E_OK },
	{ "no number is the embedded card", "5", NULL, DMSC_E_NOREADER },
	{ "a number much too large", "99999999999999999", NULL,
	    DMSC_E_NOREADER },
	{ "a whole name", "Virtual PCD 00 01", "Virtual PCD 00 01",
	    DMSC_E_OK },
	{ "a whole name, whatever case", "virtual pcd 00 00",
	    "Virtual PCD 00 00", DMSC_E_OK },
	{ "a whole name that is a part of others", "pc", "PC", DMSC_E_OK },
	{ "a unique part", "gemalto", "Gemalto PC Twin 01 00", DMSC_E_OK },
	{ "a unique end", "A) 1", "ACS (Interface A) 1", DMSC_E_OK },
	{ "a part of two", "Virtual", NULL, DMSC_E_CHOICE },
	{ "no reader's part", "Omnikey", NULL, DMSC_E_NOREADER },
	{ "an ICCID where every reader is empty", "8988211000000000018",
	    NULL, DMSC_E_NOREADER },
};

static struct dmsc_readers *
readers(void)
{
	struct dmsc_readers *l = dmsc_view_new(&dmsc_readers_view);
	struct dmsc_reader_info *info;
	size_t i;

	for (i = 0; i < DMSC_COUNT(names); i++) {
		info = dmsc_list_add(&l->readers, &l->n_readers,
		    sizeof *info);
		if (info == NULL ||
		    dmsc_str_set(&info->name, "%s", names[i]) != DMSC_E_OK ||
		    dmsc_str_set(&info->state, "empty") != DMSC_E_OK)
			break;
	}
	return l;
}

static void
test_find(void)
{
	struct dmsc_readers *l = readers();
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		char *name = NULL;
		int r = dmsc_find_in(l, rows[i].want, &name, &e);

		ok(r == rows[i].code && (r == DMSC_E_OK ?
		    strcmp(name, rows[i].name) == 0 : name == NULL &&
		    e.n_next == 1), rows[i].title);
		free(name);
	}
	ok(dmsc_find_in(l, "Virtual", &(char *){ NULL }, &e) ==
	    DMSC_E_CHOICE && strstr(e.why, names[0]) != NULL &&
	    strstr(e.why, names[1]) != NULL && strstr(e.why, names[2]) ==
	    NULL, "a choice names what there is");
	dmsc_view_free(&dmsc_readers_view, l);
}

static const struct {
	const char *title, *want, *image;
	int code;
} sims[] = {
	{ "no reader", NULL, NULL, DMSC_E_OK },
	{ "sim", "sim", NULL, DMSC_E_OK },
	{ "sim with an image", "sim:a/b.img", "a/b.img", DMSC_E_OK },
	{ "sim with none", "sim:", NULL, DMSC_E_USAGE },
	{ "a recording", "replay:r/b.apdu", "r/b.apdu", DMSC_E_OK },
	{ "no recording", "replay:", NULL, DMSC_E_USAGE },
	{ "nothing", "", NULL, DMSC_E_USAGE },
};

static void
test_sim(void)
{
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(sims); i++) {
		char *name, *image;
		int r = dmsc_find_reader(sims[i].want, &name, &image, &e);

		ok(r == sims[i].code && (r != DMSC_E_OK || strcmp(name,
		    image != NULL && image[0] == 'r' ? "replay" : "sim") ==
		    0) && (sims[i].image == NULL ? image == NULL :
		    image != NULL && strcmp(image, sims[i].image) == 0),
		    sims[i].title);
		free(name);
		free(image);
	}
}

static const struct {
	const char *title, *bcd, *digits;
} iccids[] = {
	{ "19 digits", "981800000000000010F2", "8981000000000000012" },
	{ "20 digits", "98180000000000001032", "89810000000000000123" },
	{ "18 digits", "9818000000000000F0FF", "8981000000000000" "0" },
	{ "none yet", "FFFFFFFFFFFFFFFFFFFF", "" },
	{ "short", "98F8", "898" },
	{ "a byte too many", "9818000000000000103299", "89810000000000000123"
	    },
	{ "nothing", "", "" },
};

static void
test_iccid(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(iccids); i++) {
		struct dmsc_buf *b = dmsc_buf_new(32);
		char text[21];

		ok(dmsc_hex_get(iccids[i].bcd, b) == DMSC_E_OK,
		    iccids[i].title);
		dmsc_iccid_text(dmsc_buf_rd(b), text);
		ok(strcmp(text, iccids[i].digits) == 0, iccids[i].title);
		dmsc_buf_free(&b);
	}
}

static bool
is(int (*where)(const char *, char **), const char *given, const char *want)
{
	char *got = NULL;
	bool same = where(given, &got) == DMSC_E_OK && strcmp(got, want) == 0;

	if (!same)
		printf("# %s\n", got);
	free(got);
	return same;
}

static void
test_paths(void)
{
	char *src = NULL, *readme = NULL;

	(void)setenv("XDG_STATE_HOME", "/x/state", 1);
	(void)setenv("HOME", "/x/home", 1);
	ok(is(dmsc_path_state, "/given", "/given"), "a state folder given");
	ok(is(dmsc_path_state, NULL, "/x/state/dmsc"), "XDG_STATE_HOME");
	(void)setenv("XDG_STATE_HOME", "relative", 1);
	ok(is(dmsc_path_state, NULL, "/x/home/.local/state/dmsc"),
	    "a relative one does not count");
	(void)unsetenv("XDG_STATE_HOME");
	ok(is(dmsc_path_state, NULL, "/x/home/.local/state/dmsc"), "HOME");
	(void)setenv("DMSC_DATA_DIR", "/x/data", 1);
	ok(is(dmsc_path_data, "/given", "/given"), "a data folder given");
	ok(is(dmsc_path_data, NULL, "/x/data"), "DMSC_DATA_DIR");
	(void)unsetenv("DMSC_DATA_DIR");
	ok(dmsc_path_data(NULL, &src) == DMSC_E_OK &&
	    dmsc_str_set(&readme, "%s/core/LAYERS", src) == DMSC_E_OK &&
	    dmsc_file_there(readme), "uninstalled: the sources");
	free(src);
	free(readme);
}

int
main(void)
{
	test_find();
	test_sim();
	test_iccid();
	test_paths();
	return tap_done();
}
