/* Signatures for the session (dmsc/sign.h). */
#include "base/clock.h"
#include "crypto/crypto.h"
#include "session/session.h"

int
dmsc_verify(struct dmsc_session *s, struct dmsc_rd data,
    struct dmsc_rd signature, struct dmsc_rd ca_pem,
    struct dmsc_verdict **out)
{
	return dmsc_cms_verify(data, signature, ca_pem, dmsc_wall(), out,
	    dmsc_session_err(s));
}
