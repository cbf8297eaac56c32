/* pkcs15: each planted fault of a directory is found, by its name and byte;
 * clean directories have none. */
#include <string.h>

#include "base/base.h"
#include "pkcs15/lint.h"
#include "tap.h"

enum { DOC_MAX = 2048, FOUND_MAX = 32 };

enum file { ODF, DODF, LAST, ONLY, AODF, TOKEN };

#define PATH(f) "30040402" f

static const struct row {
	const char *name;
	enum file file;
	const char *hex;
	int at;			/* -1: no offset */
} rows[] = {
	{ "", ODF, "A706" PATH("4D00") "A706" PATH("4D02") "A806"
	    PATH("4401") "FFFF", 0 },
	{ "", AODF, "302C300A0C0450494E31030206C03003040101A1193017030202"
	    "0C0A01010201040201080201088002008104 01FF", 0 },
	{ "", TOKEN, "30060201000301 00", 0 },
	{ "odf-not-a7-first", ODF, "A806" PATH("4401") "A706" PATH("4D00"),
	    0 },
	{ "odf-broken", ODF, "A706" PATH("4D00") "A70630", 8 },
	{ "odf-no-dodf", ODF, "A806" PATH("4401"), -1 },
	{ "odf-unknown-tag", ODF, "A706" PATH("4D00") "AA06" PATH("4401"),
	    8 },
	{ "odf-inline", ODF, "A706" PATH("4D00") "A803040144", 8 },
	{ "path-absolute", ODF, "A70A 30080406 3F007F504D00", 6 },
	{ "path-7f", ODF, "A708 30060404 7FFF4D00", 6 },
	{ "path-malformed", ODF, "A705 30030401 4D", 4 },
	{ "", DODF,
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D10A12230090C034D44780302064030050C034D4478"
	    "A10E300C0604672B0701300404024D12FFFFFF", 0 },
	{ "", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10A12230090C034D44780302064030050C034D4478A10E300C060467"
	    "2B0701300404024D10FFA12230090C034D44780302064030050C034D"
	    "4478A10E300C0604672B0701300404024D12", 0 },
	{ "", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10A12230090C034D44780302064030050C034D4478A10E300C060467"
	    "2B0701300404024D10FFA12230090C034D44780302064030050C034D"
	    "4478A10E300C0604672B0701300404024D12A12230090C034D447803"
	    "02064030050C034D4478A10E300C0604672B0701300404024D14A122"
	    "30090C034D44780302064030050C034D4478A10E300C0604672B0701"
	    "300404024D16", 0 },
	{ "path-range", DODF,
	    "A12A30090C034D44780302064030050C034D4478A11630140604672B"
	    "0701300C04024D1002020100800201F4", 32 },
	{ "path-half-range", DODF,
	    "A12630090C034D44780302064030050C034D4478A11230100604672B"
	    "0701300804024D1002020100", 32 },
	{ "path-absolute", DODF,
	    "A12630090C034D44780302064030050C034D4478A11230100604672B"
	    "0701300804063F007F504D10", 34 },
	{ "path-7f", DODF,
	    "A12430090C034D44780302064030050C034D4478A110300E0604672B"
	    "0701300604047F504D10", 34 },
	{ "dodf-broken", DODF,
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D10A12330", 36 },
	{ "dodf-opaque-before-oid", DODF,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10A12230090C034D44780302064030050C034D4478A10E300C060467"
	    "2B0701300404024D10", 0 },
	{ "dodf-oid-before-opaque", LAST,
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D10301B30090C034D44780302064030060604672B07"
	    "01A106300404024D10", 36 },
	{ "oid-double-wrapped", DODF,
	    "A127300030110C0F4C774D324D20426F6F747374726170A110300E06"
	    "060604672B0901300404026432", 27 },
	{ "oid-double-wrapped", LAST,
	    "301D30090C034D447803020640300806060604672B0701A106300404"
	    "024D10", 15 },
	{ "external-do", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10A003300100", 29 },
	{ "entry-not-understood", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10BF2103010203", 29 },
	{ "entry-without-path", LAST,
	    "301930090C034D44780302064030060604672B0701A1048002AABB", 0 },
	{ "entry-without-name", LAST,
	    "3012300030060604672B0701A106300404024D10", 0 },
	{ "label-not-utf8", LAST,
	    "301B30090C034D44800302064030060604672B0701A106300404024D"
	    "10", 6 },
	{ "entry-twice", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10301B30090C034D44780302064030060604672B0701A10630040402"
	    "4D10", 29 },
	{ "private-without-auth", LAST,
	    "301B30090C034D44780302078030060604672B0701A106300404024D"
	    "10", 0 },
	{ "auth-not-private", LAST,
	    "301E300C0C034D44780302064004010130060604672B0701A1063004"
	    "04024D10", 0 },
	{ "auth-unknown", LAST,
	    "301E300C0C034D4478030206C004010730060604672B0701A1063004"
	    "04024D10", 0 },
	{ "over-128-bytes", LAST,
	    "301B30090C034D44780302064030060604672B0701A106300404024D"
	    "10301B30090C034D44780302064030060604672B0701A10630040402"
	    "4D12301B30090C034D44780302064030060604672B0701A106300404"
	    "024D14301B30090C034D44780302064030060604672B0701A1063004"
	    "04024D16A12230090C034D44780302064030050C034D4478A10E300C"
	    "0604672B0701300404024D10", 116 },
	{ "over-128-bytes", ONLY,
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D10A12230090C034D44780302064030050C034D4478"
	    "A10E300C0604672B0701300404024D12A12230090C034D4478030206"
	    "4030050C034D4478A10E300C0604672B0701300404024D14A1223009"
	    "0C034D44780302064030050C034D4478A10E300C0604672B07013004"
	    "04024D16", 108 },
	{ "over-256-bytes", DODF,
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D10A12230090C034D44780302064030050C034D4478"
	    "A10E300C0604672B0701300404024D12A12230090C034D4478030206"
	    "4030050C034D4478A10E300C0604672B0701300404024D14A1223009"
	    "0C034D44780302064030050C034D4478A10E300C0604672B07013004"
	    "04024D16A12230090C034D44780302064030050C034D4478A10E300C"
	    "0604672B0701300404024D18A12230090C034D44780302064030050C"
	    "034D4478A10E300C0604672B0701300404024D1AA12230090C034D44"
	    "780302064030050C034D4478A10E300C0604672B0701300404024D1C"
	    "A12230090C034D44780302064030050C034D4478A10E300C0604672B"
	    "0701300404024D1EA12230090C034D44780302064030050C034D4478"
	    "A10E300C0604672B0701300404024D20", 252 },
	{ "aodf-broken", AODF, "302C300A", 0 },
	{ "tokeninfo-broken", TOKEN, "3106", 0 },
	{ "tokeninfo-no-flags", TOKEN, "30060201000C0144", 0 },
};

static struct { enum dmsc_rule rule; size_t at; } found[FOUND_MAX];
static size_t n_found;

static int
keep(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	(void)node;
	(void)message;
	if (n_found < FOUND_MAX && dmsc_rule(rule)->severity != DMSC_NOTE) {
		found[n_found].rule = rule;
		found[n_found++].at = at;
	}
	return DMSC_E_OK;
}

static void
lint(enum file file, struct dmsc_rd r)
{
	struct dmsc_lint_out o = { .found = keep };
	struct dmsc_aodf_entry pin = { .auth_id = { 1 }, .auth_id_len = 1 };
	const struct dmsc_aodf aodf = { .v = &pin, .n = 1 };

	n_found = 0;
	switch (file) {
	case ODF:
		dmsc_lint_odf(r, &o);
		break;
	case DODF:
		dmsc_lint_dodf(r, true, false, &aodf, &o);
		break;
	case LAST:
		dmsc_lint_dodf(r, false, true, &aodf, &o);
		break;
	case ONLY:
		dmsc_lint_dodf(r, true, true, NULL, &o);
		break;
	case AODF:
		dmsc_lint_aodf(r, &o);
		break;
	case TOKEN:
		dmsc_lint_tokeninfo(r, &o);
		break;
	}
}

static bool
as_wanted(const struct row *row)
{
	if (*row->name == '\0')
		return n_found == 0;
	return n_found == 1 && strcmp(dmsc_rule(found[0].rule)->name,
	    row->name) == 0 && (row->at < 0 ? found[0].at ==
	    DMSC_NO_OFFSET : found[0].at == (size_t)row->at);
}

/* Each cut and each flipped bit: it must return. */
static bool
survives(enum file file, struct dmsc_rd r)
{
	struct dmsc_buf *b;
	size_t i;

	for (i = 0; i < r.left; i++) {
		b = dmsc_buf_from(dmsc_rd_slice(r, 0, i), DOC_MAX);
		lint(file, dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	for (i = 0; i < r.left * 8; i++) {
		if ((b = dmsc_buf_from(r, r.left)) == NULL)
			return false;
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
		lint(file, dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	return true;
}

static void
names(void)
{
	size_t i, k;
	bool good = true;

	for (i = 0; i < DMSC_L_COUNT; i++)
		for (k = 0; k < i; k++)
			good = good && strcmp(dmsc_rule((enum dmsc_rule)i)
			    ->name, dmsc_rule((enum dmsc_rule)k)->name) != 0;
	ok(good, "no two rules have one name");
}

int
main(void)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		dmsc_buf_reset(b);
		if (!ok(dmsc_hex_get(rows[i].hex, b) == DMSC_E_OK,
		    rows[i].name))
			continue;
		lint(rows[i].file, dmsc_buf_rd(b));
		if (!ok(as_wanted(&rows[i]), rows[i].name))
			for (k = 0; k < n_found; k++)
				printf("# %s at %zd\n",
				    dmsc_rule(found[k].rule)->name,
				    (ssize_t)found[k].at);
		ok(survives(rows[i].file, dmsc_buf_rd(b)), "cut and flipped");
	}
	names();
	dmsc_buf_free(&b);
	return tap_done();
}
