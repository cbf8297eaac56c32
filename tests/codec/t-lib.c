/* codec: the second opinion: what we write, libwbxml reads to the same
 * tree, and the other way round; golden bytes of a message. */
#include <string.h>

#include "codec/codec.h"
#include "codec/emit.h"
#include "codec/trees.h"
#include "tap.h"

enum { ROUNDS = 150 };

/* Reference 3.6: a Get in 71 bytes, made and read again with libwbxml. */
static const char golden[] =
    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B03310001"
    "6E57036400010167570373000101016B534B03310001546E57032E2F41000101010"
    "1120101";

static void
party(struct emit *em, unsigned el, const char *uri)
{
	dmsc_emit_open(em, el);
	dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str(uri));
	dmsc_emit_close(em);
}

static void
test_golden(void)
{
	struct dmsc_buf *want = dmsc_buf_new(TREE_MAX),
	    *b = dmsc_buf_new(TREE_MAX);
	struct emit em = { .b = b };

	em.code = dmsc_hex_get("02A4016A00", b);
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCHDR);
	dmsc_emit_leaf(&em, EL_VERDTD, dmsc_rd_str("1.2"));
	dmsc_emit_leaf(&em, EL_VERPROTO, dmsc_rd_str("DM/1.2"));
	dmsc_emit_leaf(&em, EL_SESSIONID, dmsc_rd_str("1"));
	dmsc_emit_leaf(&em, EL_MSGID, dmsc_rd_str("1"));
	party(&em, EL_TARGET, "d");
	party(&em, EL_SOURCE, "s");
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_SYNCBODY);
	dmsc_emit_open(&em, dmsc_el_find(PAGE_SYNCML, dmsc_rd_str("Get")));
	dmsc_emit_leaf(&em, EL_CMDID, dmsc_rd_str("1"));
	dmsc_emit_open(&em, EL_ITEM);
	party(&em, EL_TARGET, "./A");
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_empty(&em, EL_FINAL);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	ok(em.code == DMSC_E_OK && dmsc_hex_get(golden, want) == DMSC_E_OK &&
	    b->len == 71 && dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(want)),
	    "a message as the golden bytes");
	dmsc_buf_free(&want);
	dmsc_buf_free(&b);
}

static bool
reads_to(struct dmsc_rd bytes, enum dmsc_form want,
    const struct dmsc_tree *t)
{
	enum dmsc_form f = DMSC_FORM_UNKNOWN;
	struct dmsc_err e = { 0 };
	struct dmsc_tree *u = NULL;
	bool same = dmsc_tree_parse(bytes, &u, &f, &e) == DMSC_E_OK &&
	    f == want && dmsc_node_equal(dmsc_tree_root(t),
	    dmsc_tree_root(u));

	if (!same)
		printf("# %s, %s, %s, %s\n", dmsc_form_name(f), e.message,
		    e.where, e.why);
	dmsc_tree_free(&u);
	return same;
}

/* By libwbxml to XML and to WBXML: both give t again. */
static bool
tnds_agrees(const struct dmsc_tree *t, struct dmsc_buf *a,
    struct dmsc_buf *b)
{
	struct dmsc_err e = { 0 };
	bool good;

	dmsc_buf_reset(a);
	dmsc_buf_reset(b);
	good = dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, a) ==
	    DMSC_E_OK && dmsc_lib_to_xml(dmsc_buf_rd(a), b, &e) ==
	    DMSC_E_OK && reads_to(dmsc_buf_rd(b), DMSC_FORM_TNDS, t);
	dmsc_buf_reset(a);
	dmsc_buf_reset(b);
	good = good && dmsc_tnds_write_xml(dmsc_tree_root(t), false, false,
	    a) == DMSC_E_OK && dmsc_lib_to_wbxml(dmsc_buf_rd(a), b, &e) ==
	    DMSC_E_OK && reads_to(dmsc_buf_rd(b), DMSC_FORM_TNDS_WBXML, t);
	return good;
}

static bool
message_agrees(const struct dmsc_tree *t, struct dmsc_buf *a,
    struct dmsc_buf *b)
{
	struct dmsc_boot *boot = dmsc_boot_new();
	struct dmsc_err e = { 0 };
	bool good;

	dmsc_buf_reset(a);
	dmsc_buf_reset(b);
	good = dmsc_boot_write(boot, t, a, &e) == DMSC_E_OK &&
	    dmsc_lib_to_xml(dmsc_buf_rd(a), b, &e) == DMSC_E_OK &&
	    reads_to(dmsc_buf_rd(b), DMSC_FORM_SYNCML, t);
	dmsc_buf_reset(a);
	good = good && dmsc_lib_to_wbxml(dmsc_buf_rd(b), a, &e) ==
	    DMSC_E_OK && reads_to(dmsc_buf_rd(a), DMSC_FORM_SYNCML_WBXML, t);
	if (!good)
		printf("# %s, %s\n", e.message, e.why);
	dmsc_boot_free(&boot);
	return good;
}

static void
test_agrees(void)
{
	struct dmsc_buf *a = dmsc_buf_new(TREE_MAX),
	    *b = dmsc_buf_new(TREE_MAX);
	bool tnds = true, message = true;
	uint32_t seed;

	for (seed = 1; seed <= ROUNDS; seed++) {
		struct dmsc_tree *t = trees_random(seed, TREES_TITLES |
		    TREES_EMPTY, 1 + seed % 30);

		tnds = tnds && tnds_agrees(t, a, b);
		message = message && (dmsc_tree_count(t) == 0 ||
		    message_agrees(t, a, b));
		dmsc_tree_free(&t);
	}
	ok(tnds, "TNDS both ways through libwbxml");
	ok(message, "messages both ways through libwbxml");
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
}

static void
test_refused(void)
{
	struct dmsc_buf *a = dmsc_buf_new(TREE_MAX),
	    *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };

	ok(dmsc_buf_fill(a, ' ', 256 * 1024 + 1) == DMSC_E_OK &&
	    dmsc_lib_to_wbxml(dmsc_buf_rd(a), b, &e) == DMSC_E_LIMIT &&
	    dmsc_lib_to_xml(dmsc_buf_rd(a), b, &e) == DMSC_E_LIMIT,
	    "too large");
	ok(dmsc_lib_to_wbxml(dmsc_rd_str("<a"), b, &e) == DMSC_E_FORMAT &&
	    b->len == 0 && e.why[0] != '\0', "no XML");
	ok(dmsc_lib_to_xml(dmsc_rd_str("\x02\xA4"), b, &e) ==
	    DMSC_E_FORMAT && b->len == 0, "no WBXML");
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
}

#define ADD "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Add>%s</Add>" \
	"</SyncBody></SyncML>"

/* Layout is not content: an indented message as tight as the other. */
static void
test_layout(void)
{
#define VALUE "<Data>  two  </Data>"
#define BLANK "<Data>  </Data>"
	static const struct { const char *name, *loose, *tight; } cases[] = {
		{ "an indented item", "\n\t<Item>\n\t\t" VALUE "\n\t</Item>\n",
		    "<Item>" VALUE "</Item>" },
		{ "a value of blanks stays", "\n<Item>\n" BLANK "\n</Item>\n",
		    "<Item>" BLANK "</Item>" },
		{ "nothing to drop", "<Item>" BLANK "</Item>",
		    "<Item>" BLANK "</Item>" },
		{ "a comment", "<!-- > <a> -->\n<Item/>\n", "<Item></Item>" },
	};
	struct dmsc_buf *a, *b, *x;
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		a = dmsc_buf_new(TREE_MAX);
		b = dmsc_buf_new(TREE_MAX);
		x = dmsc_buf_new(TREE_MAX);
		ok(dmsc_buf_fmt(x, ADD, cases[i].loose) == DMSC_E_OK &&
		    dmsc_lib_to_wbxml(dmsc_buf_rd(x), a, &e) == DMSC_E_OK &&
		    (dmsc_buf_reset(x), true) &&
		    dmsc_buf_fmt(x, ADD, cases[i].tight) == DMSC_E_OK &&
		    dmsc_lib_to_wbxml(dmsc_buf_rd(x), b, &e) == DMSC_E_OK &&
		    dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b)),
		    cases[i].name);
		dmsc_buf_free(&a);
		dmsc_buf_free(&b);
		dmsc_buf_free(&x);
	}
}

int
main(void)
{
	test_golden();
	test_layout();
	test_agrees();
	test_refused();
	return tap_done();
}
