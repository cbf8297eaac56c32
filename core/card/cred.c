/* The credential of a message to the DM-SC application (reference 6). */
#include <string.h>

#include "card/applin.h"
#include "codec/inner.h"
#include "dm/dm.h"

/* The challenge: auth-md5 over the nonce of STATE. */
static unsigned
challenge(struct dmsc_card *c, struct dmsc_msg *m, struct dmsc_chal *chal)
{
	uint8_t nonce[DMSC_APPL_NONCE];
	struct dmsc_buf *b = dmsc_buf_new(4 * DMSC_APPL_NONCE);
	const char *s = NULL;
	unsigned sw = dmsc_card_nonce(c, nonce);

	if (b != NULL && sw == SW_OK && dmsc_b64_put(b, dmsc_rd_of(nonce,
	    sizeof nonce)) == DMSC_E_OK)
		s = dmsc_buf_cstr(b);
	chal->set = true;
	chal->meta.type = "syncml:auth-md5";
	chal->meta.format = "b64";
	chal->meta.next_nonce = s == NULL ? NULL : dmsc_msg_str(m, "%s", s);
	dmsc_buf_free(&b);
	return chal->meta.next_nonce == NULL ? SW_MEMORY : SW_OK;
}

unsigned
dmsc_card_who(struct dmsc_card *c, struct dmsc_msg *m,
    const struct dmsc_appl_message *env, struct dmsc_card_who *who,
    struct dmsc_dm_auth *auth, struct dmsc_chal *chal)
{
	bool given = m->hdr.cred.set || env->mac.left > 0;

	memset(auth, 0, sizeof *auth);
	memset(chal, 0, sizeof *chal);
	if (!given && who->how != 0)
		return SW_OK;
	memset(who, 0, sizeof *who);
	auth->status = given ? DMSC_DM_UNAUTHORIZED :
	    DMSC_DM_NO_CREDENTIALS;
	auth->chal = chal;
	return challenge(c, m, chal);
}
