/*
 * store: a document's signature is verified with its companion, its label and
 * its version; the last version that was good is kept, and a broken record of
 * it lets nothing pass.
 */
#include "crypto/signers.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/cms.h"
#include "store/cards.h"

/* req: GEN-18 */

enum { CMS_MAX = 1 << 16, RECORD_MAX = 4096 };
static const int64_t now = 1893456000, late = 5000000000;
static const struct cert_plan plan = { "Signer", "digitalSignature", 0,
	4733510400, false };

/* Signs the document in the working copy as a session does. */
static int
sign(struct host *h, const struct signing *s, const char *path)
{
	struct dmsc_buf *cms = dmsc_buf_new(CMS_MAX);
	struct dmsc_signed_doc *d = NULL;
	struct dmsc_signer *k = NULL;
	struct dmsc_cms_opts o = { .time = now };
	int r = signing_signer(s, false, &k, &h->e);

	if (r == DMSC_E_OK)
		r = dmsc_store_signed_doc(h->st, path, false, &d);
	if (r == DMSC_E_OK) {
		o.label = d->label;
		o.version = d->version;
		o.length = d->length;
		r = dmsc_cms_sign(dmsc_buf_rd(d->bytes), &o, k, cms, &h->e);
	}
	if (r == DMSC_E_OK)
		r = dmsc_store_sign(h->st, path, dmsc_buf_rd(cms));
	dmsc_signed_doc_free(&d);
	dmsc_signer_free(&k);
	dmsc_buf_free(&cms);
	return r;
}

static int
commit(struct host *h)
{
	struct dmsc_commit *c = NULL;
	int r = host_adm(h);

	if (r == DMSC_E_OK)
		r = dmsc_store_commit(h->st, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

/* The code, where the verdict says outcome (NULL: there is none). */
static int
verify(struct host *h, const struct signing *s, const char *path,
    const char *outcome, bool forget)
{
	struct dmsc_verify_opts o = { .by_file = true,
		.file = dmsc_buf_rd(s->root), .forget = forget };
	struct dmsc_verdict *v = NULL;
	int r = dmsc_store_verify(h->st, path, &o, now, &v);

	if ((v == NULL) != (outcome == NULL) ||
	    (v != NULL && strcmp(v->outcome, outcome) != 0)) {
		printf("# %s\n", v != NULL ? v->outcome : h->e.message);
		r = DMSC_E_INTERNAL;
	}
	dmsc_view_free(&dmsc_verdict_view, v);
	return r;
}

static int
version(struct host *h, const char *text)
{
	int r = dmsc_store_set(h->st, "/OperatorX/DMSC/Version",
	    dmsc_rd_str(text), NULL, NULL);

	return r != DMSC_E_NOTFOUND ? r : dmsc_store_add(h->st,
	    "/OperatorX/DMSC/Version", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str(text));
}

/* The one record, its path in out; how many there are. */
static int
record(struct host *h, char *out, size_t size)
{
	char folder[96];
	struct dirent *e;
	int n = 0;
	DIR *d;

	(void)snprintf(folder, sizeof folder, "%s/accepted", h->dir);
	if ((d = opendir(folder)) == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			n++;
			(void)snprintf(out, size, "%s/%s", folder,
			    e->d_name);
		}
	closedir(d);
	return n;
}

static void
states(struct host *h, const struct signing *s)
{
	char path[512] = "";
	struct stat st;

	ok(verify(h, s, "/OperatorX", "unsigned", false) == DMSC_E_SIGNER &&
	    strcmp(h->e.where, "/OperatorX") == 0, "none yet");
	ok(version(h, "2") == DMSC_E_OK && sign(h, s, "/OperatorX") ==
	    DMSC_E_OK && verify(h, s, "/OperatorX", "good", false) ==
	    DMSC_E_OK, "good in the working copy");
	ok(record(h, path, sizeof path) == 0, "which is not noted");
	ok(commit(h) == DMSC_E_OK && verify(h, s, "/OperatorX", "good",
	    true) == DMSC_E_OK && record(h, path, sizeof path) == 0,
	    "nor what is asked without a trace");
	ok(verify(h, s, "/OperatorX", "good", false) == DMSC_E_OK &&
	    record(h, path, sizeof path) == 1 && stat(path, &st) == 0 &&
	    (st.st_mode & 0777) == 0600, "then it is, for us alone");
}

static void
other_trust(struct host *h, const struct signing *s)
{
	struct dmsc_verify_opts o = { .by_card = true };
	struct dmsc_verdict *v = NULL;
	struct signing t;

	signing_make(&t, "P-256", &plan);
	ok(verify(h, &t, "/OperatorX", "unknown signer", false) ==
	    DMSC_E_SIGNER, "another CA");
	ok(dmsc_store_verify(h->st, "/OperatorX", &o, now, &v) ==
	    DMSC_E_SIGNER && v != NULL, "a card without certificates");
	dmsc_view_free(&dmsc_verdict_view, v);
	o.by_file = true;
	o.by_card = false;
	o.file = dmsc_buf_rd(s->root);
	ok(dmsc_store_verify(h->st, "/OperatorX", &o, late, &v) ==
	    DMSC_E_SIGNER && v != NULL && strcmp(v->outcome, "expired") ==
	    0, "expired");
	dmsc_view_free(&dmsc_verdict_view, v);
	signing_free(&t);
}

static void
older(struct host *h, const struct signing *s)
{
	ok(version(h, "1.9") == DMSC_E_OK && sign(h, s, "/OperatorX") ==
	    DMSC_E_OK && verify(h, s, "/OperatorX", "older", false) ==
	    DMSC_E_MISMATCH, "an older one");
	ok(version(h, "2.10") == DMSC_E_OK && sign(h, s, "/OperatorX") ==
	    DMSC_E_OK && commit(h) == DMSC_E_OK && verify(h, s,
	    "/OperatorX", "good", false) == DMSC_E_OK, "a newer one");
	ok(version(h, "2.9") == DMSC_E_OK && sign(h, s, "/OperatorX") ==
	    DMSC_E_OK && verify(h, s, "/OperatorX", "older", false) ==
	    DMSC_E_MISMATCH, "2.9 is older than 2.10");
	ok(dmsc_store_revert(h->st, "/") == DMSC_E_OK && verify(h, s,
	    "/OperatorX", "good", false) == DMSC_E_OK, "it still holds");
}

/* Every truncation and every flipped bit of the record, but for the version
 * at its end: DATA. */
static void
broken(struct host *h, const struct signing *s)
{
	struct dmsc_buf *b = NULL;
	char path[512];
	size_t i, bad = 0;
	int n = record(h, path, sizeof path);

	if (!ok(n == 1 && dmsc_file_slurp(path, RECORD_MAX, &b, NULL) ==
	    DMSC_E_OK && b->len > 4, "the record"))
		return;
	for (i = 0; i <= b->len - 4; i++) {
		if (dmsc_file_spit(path, dmsc_rd_of(b->p, i), NULL) !=
		    DMSC_E_OK || verify(h, s, "/OperatorX", NULL, false) !=
		    DMSC_E_DATA)
			bad++;
		b->p[i] ^= 1;
		if (i < b->len - 4 && (dmsc_file_spit(path, dmsc_buf_rd(b),
		    NULL) != DMSC_E_OK || verify(h, s, "/OperatorX", NULL,
		    false) != DMSC_E_DATA))
			bad++;
		b->p[i] ^= 1;
	}
	ok(bad == 0 && strstr(h->e.where, "/accepted/") != NULL,
	    "broken, it lets nothing pass and is named");
	ok(dmsc_file_spit(path, dmsc_buf_rd(b), NULL) == DMSC_E_OK &&
	    verify(h, s, "/OperatorX", "good", false) == DMSC_E_OK,
	    "mended");
	dmsc_buf_free(&b);
}

int
main(void)
{
	char dir[TAP_FOLDER];
	struct signing s;
	struct host h;

	if (!tap_folder(dir))
		exit(99);
	signing_make(&s, "P-256", &plan);
	host_new(&h, PAIRS, dir);
	states(&h, &s);
	other_trust(&h, &s);
	older(&h, &s);
	broken(&h, &s);
	host_free(&h);
	signing_free(&s);
	return tap_done();
}
