/*
 * Signatures and certificates from outside: the first byte chooses what is
 * bent (the CMS, the trusted certificates, both of a document), the rest is
 * it. What is not bent is golden.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "crypto/cms.h"
#include "fuzz/replay.h"

#define DATA TEST_SRCDIR "/tests/crypto/data/"
enum { HOW_CMS, HOW_CA, HOW_CARD, HOW_PARTS, HOWS, FILE_MAX = 65536,
	NOW = 1893456000 };

static void
must(bool good)
{
	if (!good)
		abort();
}

static struct dmsc_buf *
load(const char *name)
{
	char path[4096];
	struct dmsc_buf *b = NULL;

	(void)snprintf(path, sizeof path, DATA "%s", name);
	must(dmsc_file_slurp(path, FILE_MAX, &b, NULL) == DMSC_E_OK);
	return b;
}

static void
check(const struct dmsc_cms_ask *a)
{
	struct dmsc_verdict *v = NULL;
	struct dmsc_err e = { 0 };
	int r = dmsc_cms_check(a, &v, &e);

	must((v != NULL) == (r == DMSC_E_OK || r == DMSC_E_MISMATCH ||
	    r == DMSC_E_SIGNER));
	must((r == DMSC_E_OK) == (v != NULL && strcmp(v->outcome, "good") ==
	    0));
	dmsc_view_free(&dmsc_verdict_view, v);
}

static void
parts(struct dmsc_rd in)
{
	struct dmsc_buf *oid = dmsc_buf_new(64), *out =
	    dmsc_buf_new(FILE_MAX);
	unsigned i;

	for (i = DMSC_CMS_LABEL; i <= DMSC_CMS_RECEIPT; i++) {
		dmsc_buf_reset(oid);
		dmsc_buf_reset(out);
		must(dmsc_cms_own_oid(i, oid) == DMSC_E_OK);
		if (dmsc_cms_get_attr(in, dmsc_buf_rd(oid), out) !=
		    DMSC_E_OK)
			must(out->len == 0);
	}
	dmsc_buf_reset(out);
	(void)!dmsc_cms_get_content(in, out);
	dmsc_buf_free(&oid);
	dmsc_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct dmsc_buf *doc, *ca, *good;
	struct dmsc_rd in = dmsc_rd_of(p, n);
	struct dmsc_cms_ask a = { .by_file = true, .now = NOW,
	    .of_doc = true, .label = "OperatorX", .version = "2",
	    .accepted = "1" };
	uint8_t how = 0;

	if (dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		return 0;
	if (doc == NULL) {
		doc = load("doc.bin");
		ca = load("ca.pem");
		good = load("p256.p7s");
	}
	a.of_doc = how >= 128;
	a.data = dmsc_buf_rd(doc);
	a.file = dmsc_buf_rd(ca);
	a.signature = dmsc_buf_rd(good);
	if (how % HOWS == HOW_CMS)
		a.signature = in;
	else if (how % HOWS == HOW_CA)
		a.file = in;
	else if (how % HOWS == HOW_CARD) {
		a.by_card = true;
		a.card = in;
	} else
		parts(in);
	if (how % HOWS != HOW_PARTS)
		check(&a);
	return 0;
}

static const struct {
	const char *file;
	uint8_t how;
} seeds[] = {
	{ "rsa.p7s", HOW_CMS }, { "p256.p7s", HOW_CMS },
	{ "p256.p7s", 128 + HOW_CMS }, { "pss.p7s", HOW_CMS },
	{ "two.p7s", HOW_CMS }, { "noattr.p7s", HOW_CMS },
	{ "nocert.p7s", HOW_CMS }, { "attached.p7s", HOW_CMS },
	{ "leaf.p7s", HOW_CMS }, { "weak.p7s", HOW_CMS },
	{ "ca.pem", HOW_CA }, { "both.pem", HOW_CA },
	{ "certs.p7b", HOW_CARD }, { "ca.pem", HOW_CARD },
	{ "p256.p7s", HOW_PARTS }, { "attached.p7s", HOW_PARTS },
};

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static char name[64];
	struct dmsc_buf *b;

	if (i >= DMSC_COUNT(seeds))
		return NULL;
	b = load(seeds[i].file);
	must(dmsc_buf_u8(out, seeds[i].how) == DMSC_E_OK &&
	    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	dmsc_buf_free(&b);
	(void)snprintf(name, sizeof name, "%u-%s", seeds[i].how,
	    seeds[i].file);
	return name;
}
