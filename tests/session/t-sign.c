/* session: a signature is judged at the time of the clock, with a record. */
#include <string.h>

#include "base/file.h"
#include "session/session.h"
#include "tap.h"

#define DATA TEST_SRCDIR "/tests/crypto/data/"

enum { FILE_MAX = 65536 };

static int
verify(struct dmsc_session *s, const char *ca, char *outcome, size_t size)
{
	struct dmsc_buf *doc = NULL, *sig = NULL, *cas = NULL;
	struct dmsc_verdict *v = NULL;
	int r;

	*outcome = '\0';
	if ((r = dmsc_file_slurp(DATA "doc.bin", FILE_MAX, &doc, NULL)) ==
	    DMSC_E_OK &&
	    (r = dmsc_file_slurp(DATA "rsa.p7s", FILE_MAX, &sig, NULL)) ==
	    DMSC_E_OK &&
	    (r = dmsc_file_slurp(ca, FILE_MAX, &cas, NULL)) == DMSC_E_OK)
		r = dmsc_verify(s, dmsc_buf_rd(doc), dmsc_buf_rd(sig),
		    dmsc_buf_rd(cas), &v);
	if (v != NULL)
		(void)snprintf(outcome, size, "%s", v->outcome);
	dmsc_view_free(&dmsc_verdict_view, v);
	dmsc_buf_free(&doc);
	dmsc_buf_free(&sig);
	dmsc_buf_free(&cas);
	return r;
}

int
main(void)
{
	struct dmsc_session s = { .n_warnings = 0 };
	char outcome[64];

	/* Trust comes before time: this holds whatever the clock says. */
	ok(verify(&s, DATA "other.pem", outcome, sizeof outcome) ==
	    DMSC_E_SIGNER && strcmp(outcome, "unknown signer") == 0 &&
	    s.err.code == DMSC_E_SIGNER && s.err.why[0] != '\0',
	    "unknown signer");
	ok(verify(&s, DATA "doc.bin", outcome, sizeof outcome) ==
	    DMSC_E_DATA && outcome[0] == '\0' && s.err.code == DMSC_E_DATA,
	    "no CAs");
	return tap_done();
}
