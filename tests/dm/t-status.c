/*
 * dm: a table of commands and the statuses that they get, from the reference
 * (OMA DM 1.2); each of them again with every allocation failing in turn,
 * which must leave the tree as it was.
 */
#include "world.h"
#include "nomem.h"
#include "tap.h"

#define TNDS "application/vnd.syncml.dmtnds+xml"
#define DOC(x) "<MgmtTree><VerDTD>1.2</VerDTD>" x "</MgmtTree>"
#define RT(acl, f) "<RTProperties>" acl "<Format><" f "/></Format><Type>" \
    "<MIME>text/plain</MIME></Type></RTProperties>"
#define NODE(name, more) "<Node><NodeName>" name "</NodeName>" \
    "<RTProperties><Format><node/></Format><Type><DDFName/></Type>" \
    "</RTProperties>" more "</Node>"
#define LEAF(name, f, v) "<Node><NodeName>" name "</NodeName>" RT("", f) \
    "<Value>" v "</Value></Node>"
#define LEAF_ACL(name, a) "<Node><NodeName>" name "</NodeName>" \
    RT("<ACL>" a "</ACL>", "chr") "<Value>v</Value></Node>"
#define LONG64 "0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef"
#define LONG65 LONG64 "0"
#define LONG250 LONG65 LONG65 LONG65 LONG65

/* Reference 1.6, its tree: Get, Replace of the value, of the ACL and of the
 * Title, Delete, Add below, Exec, each on one node by one server; NULL is the
 * owner. */
struct rights { const char *server, *uri; unsigned want[7]; };
static const struct rights rights[] = {
	{ "S1", ".", { 200, 425, 425, 425, 425, 200, 425 } },
	{ "S2", ".", { 200, 425, 425, 425, 425, 200, 425 } },
	{ "S3", ".", { 200, 425, 425, 425, 425, 200, 425 } },
	{ NULL, ".", { 200, 405, 200, 200, 405, 200, 406 } },
	{ "", ".", { 200, 425, 425, 425, 425, 200, 425 } },
	{ "S1", "./A", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S2", "./A", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S3", "./A", { 200, 405, 200, 200, 425, 425, 425 } },
	{ NULL, "./A", { 200, 405, 200, 200, 200, 200, 406 } },
	{ "S1", "./A/a", { 200, 425, 425, 425, 425, 425, 425 } },
	{ "S2", "./A/a", { 200, 425, 425, 425, 425, 425, 425 } },
	{ "S3", "./A/a", { 200, 425, 200, 425, 425, 425, 425 } },
	{ NULL, "./A/a", { 200, 200, 200, 200, 200, 405, 406 } },
	{ "", "./A/a", { 200, 425, 425, 425, 425, 425, 425 } },
	/* Replace on a leaf alone is no right to its ACL. */
	{ "S1", "./A/own", { 425, 200, 425, 200, 425, 425, 425 } },
	{ "S3", "./A/own", { 425, 425, 200, 425, 425, 425, 425 } },
	{ "S1", "./B", { 200, 405, 200, 200, 425, 425, 425 } },
	{ "S2", "./B", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S3", "./B", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S1", "./B/b", { 200, 200, 200, 200, 425, 425, 425 } },
	{ "S2", "./B/b", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S3", "./B/b", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S1", "./B/C", { 425, 425, 200, 425, 425, 425, 425 } },
	{ "S2", "./B/C", { 200, 405, 200, 200, 200, 425, 425 } },
	{ "S3", "./B/C", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S1", "./B/C/c", { 425, 425, 425, 425, 425, 425, 425 } },
	{ "S2", "./B/C/c", { 200, 200, 200, 200, 200, 425, 425 } },
	{ "S3", "./B/C/c", { 425, 425, 425, 425, 425, 425, 425 } },
	{ NULL, "./B/C/c", { 200, 200, 200, 200, 200, 405, 406 } },
	{ "", "./B/C/c", { 425, 425, 425, 425, 425, 425, 425 } },
};

/* All by S1. */
struct row { const char *cmd, *uri, *format, *type, *data; unsigned want; };
static const struct row rows[] = {
	/* Add: reference 4.5, 1.4, 1.2, 1.1 */
	{ "Add", "./X/new", NULL, NULL, "v", 200 },
	{ "Add", "X/new", NULL, NULL, "v", 200 },
	{ "Add", "./X/new", "chr", "text/plain", "", 200 },
	{ "Add", "./X/new", NULL, NULL, NULL, 412 },	/* 4.3 */
	{ "Add", "./X/new", "node", NULL, NULL, 200 },
	{ "Add", "./X/new", "node", "text/plain", NULL, 200 },
	{ "Add", "./X/new", "node", "urn:oma:mo:x:1.0", NULL, 200 },
	{ "Add", "./X/new", "node", NULL, "v", 400 },
	{ "Add", "./X/new", "null", NULL, NULL, 200 },
	{ "Add", "./X/new", "null", NULL, "v", 415 },
	{ "Add", "./X/new", "int", NULL, "-17", 200 },
	{ "Add", "./X/new", "int", NULL, "2147483648", 415 },
	{ "Add", "./X/new", "int", NULL, "x", 415 },
	{ "Add", "./X/new", "bool", NULL, "True", 200 },
	{ "Add", "./X/new", "bool", NULL, "1", 415 },
	{ "Add", "./X/new", "float", NULL, "1.5e3", 200 },
	{ "Add", "./X/new", "float", NULL, "one", 415 },
	{ "Add", "./X/new", "date", NULL, "2026-01-02", 200 },
	{ "Add", "./X/new", "date", NULL, "2026-13-02", 415 },
	{ "Add", "./X/new", "time", NULL, "12:30:00", 200 },
	{ "Add", "./X/new", "time", NULL, "noon", 415 },
	{ "Add", "./X/new", "bin", NULL, "\x01\xFF", 200 },
	{ "Add", "./X/new", "chr", NULL, "\xFF", 415 },
	{ "Add", "./X/new", "b64", NULL, "AQI=", 200 },
	{ "Add", "./X/new", "b64", NULL, "A", 415 },
	{ "Add", "./X/new", "xml", NULL, "<a/>", 200 },
	{ "Add", "./X/new", "what", NULL, "v", 415 },
	{ "Add", "./X/chr", NULL, NULL, "v", 418 },
	{ "Add", "./X/sub", "node", NULL, NULL, 418 },
	{ "Add", ".", "node", NULL, NULL, 418 },
	{ "Add", "./X/i/j/k", NULL, NULL, "v", 200 },
	{ "Add", "./X/chr/new", NULL, NULL, "v", 405 },
	{ "Add", "./X/chr/i/new", NULL, NULL, "v", 405 },
	{ "Add", "./X/perm", NULL, NULL, "v", 418 },
	{ "Add", "./X/sub/perm", NULL, NULL, "v", 405 },
	{ "Add", "./X/sub/fixed", NULL, NULL, "v", 405 },
	{ "Add", "./X/fixed2/fixed/x", NULL, NULL, "v", 405 },
	{ "Add", "./X/sub/num", "int", NULL, "1", 200 },
	{ "Add", "./X/sub/num", NULL, NULL, "1", 200 },
	{ "Add", "./X/sub/num", "chr", NULL, "1", 415 },
	{ "Add", "./X/sub/text", NULL, "text/html", "1", 415 },
	{ "Add", "./X/sub/text", NULL, "text/plain", "1", 200 },
	{ "Add", "./X/sub/small", NULL, NULL, "1234", 200 },
	{ "Add", "./X/sub/small", NULL, NULL, "12345", 413 },
	{ "Add", "./X/new", NULL, NULL, LONG65, 413 },	/* 4.6 */
	{ "Add", "./X?prop=ACL", NULL, NULL, "Get=*", 405 },	/* 1.3 */
	{ "Add", "./X/new?list=Struct", NULL, NULL, "v", 405 },
	{ "Add", "./B/new", NULL, NULL, "v", 425 },	/* 1.6 */
	{ "Add", "./new", NULL, NULL, "v", 200 },
	{ "Add", "./new/under/it", NULL, NULL, "v", 200 },
	{ "Add", "", NULL, NULL, "v", 412 },
	{ "Add", NULL, NULL, NULL, "v", 412 },
	{ "Add", "/X/new", NULL, NULL, "v", 404 },	/* 1.1 */
	{ "Add", "./X/new/", NULL, NULL, "v", 404 },
	{ "Add", "./X/../new", NULL, NULL, "v", 404 },
	{ "Add", "./X/./new", NULL, NULL, "v", 404 },
	{ "Add", "./X//new", NULL, NULL, "v", 404 },
	{ "Add", "./X/%zz", NULL, NULL, "v", 404 },
	{ "Add", "./X/new?what", NULL, NULL, "v", 404 },
	{ "Add", "./X/a/b/c/d/e/f", NULL, NULL, "v", 414 },
	{ "Add", "./X/012345678901234567890", NULL, NULL, "v", 414 },
	{ "Add", "./X/01234567890123456789", NULL, NULL, "v", 200 },
	{ "Add", "./X/aaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbb/"
	    "ccccccccccccccccccc/ddddddddddddddddddd", NULL, NULL, "v", 414 },
	{ "Add", "./X/big/aaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbb", NULL,
	    NULL, LONG64, 200 },
	{ "Add", "./X/a/b/c/d/e", NULL, NULL, "v", 200 },
	{ "Add", "./X/new", NULL, LONG65 LONG65 LONG65, "v", 420 },
	/* Add of TNDS: reference 2.3, 2.4 */
	{ "Add", "./X/t", "xml", TNDS, DOC(NODE("", LEAF("l", "chr", "v"))),
	    200 },
	{ "Add", "./X/sub", "xml", TNDS, DOC(LEAF("l", "chr", "v")), 200 },
	{ "Add", "./X/sub", "xml", TNDS, DOC(LEAF("one", "chr", "v")), 418 },
	{ "Add", "./X/sub", "xml", TNDS, DOC(NODE("", "")), 418 },
	{ "Add", "./X/chr", "xml", TNDS, DOC(LEAF("l", "chr", "v")), 418 },
	{ "Add", "./X/t", "xml", TNDS, DOC(LEAF("num", "chr", "v")), 415 },
	{ "Add", "./X/t", "xml", TNDS, DOC(LEAF("l", "int", "v")), 415 },
	{ "Add", "./X/t", "xml", TNDS, DOC(LEAF("perm", "chr", "v")), 405 },
	{ "Add", "./X/t", "xml", TNDS, DOC(LEAF("small", "chr", "12345")),
	    413 },
	{ "Add", "./X/t", "xml", TNDS, DOC(LEAF_ACL("l", "Get=*")), 200 },
	{ "Add", "./t", "xml", TNDS, DOC(LEAF_ACL("l", "Get=*")), 200 },
	{ "Add", ".", "xml", TNDS, DOC(LEAF_ACL("l", "Get=*")), 425 },
	{ "Add", "./X/t", "xml", TNDS, "<MgmtTree>", 400 },
	{ "Add", "./X/t", "xml", TNDS, "!", 400 },
	{ "Add", "./X/t", "xml", TNDS, "", 400 },
	{ "Add", "./B/t", "xml", TNDS, DOC(LEAF("l", "chr", "v")), 425 },
	/* Replace: reference 4.5, 1.3, 1.2 */
	{ "Replace", "./X/chr", NULL, NULL, "new", 200 },
	{ "Replace", "./X/chr", NULL, NULL, "", 200 },
	{ "Replace", "./X/chr", NULL, NULL, NULL, 412 },
	{ "Replace", "./X/chr", "int", NULL, "7", 200 },
	{ "Replace", "./X/chr", "int", NULL, "seven", 415 },
	{ "Replace", "./X/chr", "null", NULL, NULL, 200 },
	{ "Replace", "./X/null", "chr", NULL, "x", 200 },
	{ "Replace", "./X/null", NULL, NULL, "x", 415 },
	{ "Replace", "./X/int", NULL, NULL, "6", 200 },
	{ "Replace", "./X/int", NULL, NULL, "six", 415 },
	{ "Replace", "./X/bool", NULL, NULL, "FALSE", 200 },
	{ "Replace", "./X/bool", NULL, NULL, "no", 415 },
	{ "Replace", "./X/bin", "b64", NULL, "AQID", 200 },
	{ "Replace", "./X/bin", "b64", NULL, "AQI", 415 },
	{ "Replace", "./X/bin", NULL, NULL, "\xFE", 200 },
	{ "Replace", "./X/chr", "what", NULL, "v", 415 },
	{ "Replace", "./X/chr", "node", NULL, NULL, 405 },
	{ "Replace", "./X/sub", NULL, NULL, "v", 405 },
	{ "Replace", "./X/perm", NULL, NULL, "v", 200 },
	{ "Replace", "./X/perm", "int", NULL, "1", 405 },
	{ "Replace", "./X/perm", NULL, "text/html", "1", 405 },
	{ "Replace", "./X/fixed", NULL, NULL, "v", 405 },
	{ "Replace", "./X/secret", NULL, NULL, "v", 200 },
	{ "Replace", "./X/small", NULL, NULL, "12345", 413 },
	{ "Replace", "./X/small", NULL, NULL, "1234", 200 },
	{ "Replace", "./X/chr", NULL, NULL, LONG65, 413 },
	{ "Replace", "./X/none", NULL, NULL, "v", 404 },
	{ "Replace", "./X/none/deep", NULL, NULL, "v", 404 },
	{ "Replace", "./X/shut", NULL, NULL, "v", 425 },
	{ "Replace", "./X/chr?list=Struct", NULL, NULL, "v", 405 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "neu", 200 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "chr", 200 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "int", 418 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "", 400 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "a/b", 400 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "a%2Fb", 200 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, "perm2", 200 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL,
	    "012345678901234567890", 414 },
	{ "Replace", "./X/sub/one?prop=Name", NULL, NULL, "perm", 405 },
	{ "Replace", "./X/perm?prop=Name", NULL, NULL, "other", 405 },
	{ "Replace", "./X/fixed?prop=Name", NULL, NULL, "other", 405 },
	{ "Replace", "./X/sub?prop=Name", NULL, NULL, "other", 200 },
	{ "Replace", "./X/chr?prop=Name", NULL, NULL, NULL, 412 },
	{ "Replace", "./X/chr?prop=Title", NULL, NULL, "T", 200 },
	{ "Replace", "./X/chr?prop=Title", NULL, NULL, LONG250, 413 },
	{ "Replace", "./X/chr?prop=Format", NULL, NULL, "int", 405 },
	{ "Replace", "./X/chr?prop=Type", NULL, NULL, "a/b", 405 },
	{ "Replace", "./X/chr?prop=Size", NULL, NULL, "1", 405 },
	{ "Replace", "./X/chr?prop=TStamp", NULL, NULL, "1", 405 },
	{ "Replace", "./X/chr?prop=VerNo", NULL, NULL, "1", 405 },
	{ "Replace", "./X/chr?prop=Colour", NULL, NULL, "1", 406 },
	{ "Replace", "./X/none?prop=ACL", NULL, NULL, "", 404 },
	{ "Replace", "./X/chr?prop=ACL", NULL, NULL, "Get=*", 200 },
	{ "Replace", "./X/chr?prop=ACL", NULL, NULL, "", 200 },
	{ "Replace", "./X/chr?prop=ACL", NULL, NULL, "Get", 400 },
	{ "Replace", "./X/chr?prop=ACL", NULL, NULL, "Copy=S1", 400 },
	{ "Replace", "./X/shut?prop=ACL", NULL, NULL, "Get=S1", 200 },
	{ "Replace", "./X/perm?prop=ACL", NULL, NULL, "Get=S1", 200 },
	/* Replace of a whole sub-tree: reference 2.4 */
	{ "Replace", "./X/sub", "xml", TNDS, DOC(LEAF("l", "chr", "v")),
	    200 },
	{ "Replace", "./X/sub", "xml", TNDS, DOC(NODE("", "")), 200 },
	{ "Replace", "./X/sub", "xml", TNDS, DOC(LEAF("l", "int", "v")),
	    415 },
	{ "Replace", "./X/chr", "xml", TNDS, DOC(LEAF("l", "chr", "v")),
	    405 },
	{ "Replace", "./X/hold", "xml", TNDS, DOC(LEAF("l", "chr", "v")),
	    405 },
	{ "Replace", "./X/none", "xml", TNDS, DOC(LEAF("l", "chr", "v")),
	    404 },
	{ "Replace", "./X/sub", "xml", TNDS, "<x", 400 },
	/* Delete: reference 4.5, 1.2 */
	{ "Delete", "./X/chr", NULL, NULL, NULL, 200 },
	{ "Delete", "./X/sub", NULL, NULL, NULL, 200 },
	{ "Delete", "./X/sub/a%2Fb", NULL, NULL, NULL, 200 },
	{ "Delete", "./X/hold", NULL, NULL, NULL, 200 },
	{ "Delete", "./X/perm", NULL, NULL, NULL, 405 },
	{ "Delete", "./X/fixed", NULL, NULL, NULL, 405 },
	{ "Delete", "./X/none", NULL, NULL, NULL, 404 },
	{ "Delete", "./X/chr?prop=Title", NULL, NULL, NULL, 405 },
	{ "Delete", "./X/shut", NULL, NULL, NULL, 425 },
	/* Get: reference 1.7, 1.3 */
	{ "Get", "./X/chr", NULL, NULL, NULL, 200 },
	{ "Get", "./X/sub", NULL, NULL, NULL, 200 },
	{ "Get", "./X/empty", NULL, NULL, NULL, 200 },
	{ "Get", "./X/none", NULL, NULL, NULL, 404 },
	{ "Get", "./X/secret", NULL, NULL, NULL, 405 },
	{ "Get", "./X/secret?prop=ACL", NULL, NULL, NULL, 200 },
	{ "Get", "./X/shut", NULL, NULL, NULL, 425 },
	{ "Get", "./X/chr?prop=ACL", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=Format", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=Name", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=Size", NULL, NULL, NULL, 200 },
	{ "Get", "./X/sub?prop=Size", NULL, NULL, NULL, 406 },
	{ "Get", "./X/chr?prop=Title", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=TStamp", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=Type", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=VerNo", NULL, NULL, NULL, 200 },
	{ "Get", "./X/chr?prop=Colour", NULL, NULL, NULL, 406 },
	{ "Get", "./X?list=Struct", NULL, NULL, NULL, 200 },
	{ "Get", "./X?list=StructData", NULL, NULL, NULL, 200 },
	{ "Get", "./X?list=TNDS", NULL, NULL, NULL, 200 },
	{ "Get", "./X?list=TNDS+ACL+Value", NULL, NULL, NULL, 200 },
	{ "Get", "./X?list=TNDS-TStamp-VerNo", NULL, NULL, NULL, 200 },
	{ "Get", "./X?list=TNDS+ACL-Value", NULL, NULL, NULL, 406 },
	{ "Get", "./X?list=TNDS+Colour", NULL, NULL, NULL, 406 },
	{ "Get", "./X?list=Tree", NULL, NULL, NULL, 406 },
	{ "Get", "./A?list=Struct", NULL, NULL, NULL, 425 },
	{ "Get", "./X?what", NULL, NULL, NULL, 404 },
	{ "Get", "./X/a/b/c/d/e/f", NULL, NULL, NULL, 414 },
	/* Copy: reference 4.5, 1.6 */
	{ "Copy", "./X/chr>./X/new", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/chr>./X/sub/one", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/int>./X/chr", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/bin>./X/new", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/chr>./X/chr", NULL, NULL, NULL, 200 },
	{ "Copy", "./A/a>./X/new", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/chr>./B/new", NULL, NULL, NULL, 425 },
	{ "Copy", "./X/chr>./B/b", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/shut>./X/new", NULL, NULL, NULL, 425 },
	{ "Copy", "./X/sub>./X/new", NULL, NULL, NULL, 405 },
	{ "Copy", "./X/chr>./X/sub", NULL, NULL, NULL, 405 },
	{ "Copy", "./X/none>./X/new", NULL, NULL, NULL, 403 },
	{ "Copy", "./X/int>./X/perm", NULL, NULL, NULL, 405 },
	{ "Copy", "./X/chr>./X/perm", NULL, NULL, NULL, 200 },
	{ "Copy", "./X/chr>./X/a/b/c/d/e/f", NULL, NULL, NULL, 414 },
	{ "Copy", "./X/chr>", NULL, NULL, NULL, 412 },
	{ "Copy", "./X/new", NULL, NULL, NULL, 412 },
	/* Exec: reference 4.5 */
	{ "Exec", "./X/chr", NULL, NULL, NULL, 406 },
	{ "Exec", "./X/none", NULL, NULL, NULL, 404 },
	{ "Exec", "./X/fixed", NULL, NULL, NULL, 405 },
	{ "Exec", "./X/shut", NULL, NULL, NULL, 425 },
	/* Alert: reference 5.2, 5.3 */
	{ "Alert", NULL, NULL, NULL, "1222", 200 },
	{ "Alert", NULL, NULL, NULL, "1223", 200 },
	{ "Alert", NULL, NULL, NULL, "1226", 406 },
	{ "Alert", NULL, NULL, NULL, "1101", 412 },
	{ "Alert", NULL, NULL, NULL, NULL, 412 },
	{ "Alert", NULL, NULL, NULL, "soon", 412 },
};

/* The command again with each allocation failing: as before, or done. */
static bool
without_memory(const struct dmsc_dm_opts *o, const struct dmsc_msg *m,
    const struct dmsc_tree *whole, size_t *tries)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = NULL;
	bool good = dmsc_responder_new(t, o, &r) == DMSC_E_OK;
	int code = DMSC_E_NOMEM;
	long n;

	for (n = 0; good && code != DMSC_E_OK && n < 4000; n++) {
		countdown = n;
		code = dmsc_responder_take(r, m, NULL);
		countdown = -1;
		++*tries;
		if (code == DMSC_E_OK)
			dmsc_responder_back(r);
		good = (code == DMSC_E_OK || code == DMSC_E_NOMEM) &&
		    dmsc_tree_bytes(t) == dmsc_tree_bytes(whole) &&
		    dmsc_node_equal(dmsc_tree_root(t),
		    dmsc_tree_root(whole));
	}
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	return good && code == DMSC_E_OK;
}

struct tally { size_t cases, good, tries, lost; };

static void
one(const char *server, const struct row *w, const struct dmsc_tree *whole,
    struct tally *c)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_dm_opts o = world_opts;
	struct dmsc_responder *r = NULL;
	struct dmsc_msg *m = world_msg("1"), *out;
	unsigned got;

	o.server = server;
	(void)world_cmd(m, NULL, w->cmd, w->uri, w->format, w->type, w->data);
	if (dmsc_responder_new(t, &o, &r) != DMSC_E_OK ||
	    dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	got = world_status(out, "1");
	c->cases++;
	c->good += got == w->want;
	if (got != w->want)
		printf("# %s: %s %s %s: %u, not %u\n", server == NULL ?
		    "owner" : server, w->cmd, w->uri == NULL ? "" : w->uri,
		    w->data == NULL ? "" : w->data, got, w->want);
	if ((got < 200 || got > 299) && (dmsc_responder_changed(r) ||
	    !dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(whole)))) {
		printf("# %s %s refused, and changed\n", w->cmd, w->uri);
		c->good--;
	}
	if (!without_memory(&o, m, whole, &c->tries)) {
		printf("# %s %s: not whole\n", w->cmd, w->uri);
		c->lost++;
	}
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

static void
test_rights(const struct dmsc_tree *whole, struct tally *c)
{
	static const struct { const char *cmd, *more, *data; } does[] = {
		{ "Get", "", NULL }, { "Replace", "", "v" },
		{ "Replace", "?prop=ACL", "Add=*&Get=*" },
		{ "Replace", "?prop=Title", "T" }, { "Delete", "", NULL },
		{ "Add", "/new", "v" }, { "Exec", "", NULL },
	};
	char uri[64];
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(rights); i++)
		for (k = 0; k < DMSC_COUNT(does); k++) {
			struct row w = { does[k].cmd, uri, NULL, NULL,
			    does[k].data, rights[i].want[k] };

			(void)snprintf(uri, sizeof uri, "%s%s",
			    rights[i].uri, does[k].more);
			one(rights[i].server, &w, whole, c);
		}
}

int
main(void)
{
	struct dmsc_tree *whole = world_tree();
	struct tally a = { 0, 0, 0, 0 }, b = { 0, 0, 0, 0 };
	char line[96];
	size_t i;

	test_rights(whole, &a);
	for (i = 0; i < DMSC_COUNT(rows); i++)
		one("S1", &rows[i], whole, &b);
	(void)snprintf(line, sizeof line, "%zu cases of rights", a.cases);
	ok(a.good == a.cases && a.cases >= 190, line);
	(void)snprintf(line, sizeof line, "%zu commands and statuses",
	    b.cases);
	ok(b.good == b.cases && b.cases >= 200, line);
	(void)snprintf(line, sizeof line, "%zu times without memory",
	    a.tries + b.tries);
	ok(a.lost + b.lost == 0, line);
	dmsc_tree_free(&whole);
	return tap_done();
}
