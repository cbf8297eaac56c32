/* What a server shows to the card through the device, and messages that the
 * device does not open (device/relay.h). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "device/relay_in.h"
#include "dm/appl.h"
#include "dm/cred.h"

enum { OWN_IDS = 1000 };

static const char of_xml[] = "application/vnd.syncml.dm+xml";
static const char of_wbxml[] = "application/vnd.syncml.dm+wbxml";

int
relay_seal(const struct relay_job *j, struct dmsc_buf *object)
{
	struct dmsc_appl_message env = { .relayed = true,
	    .xml = strcmp(j->it->meta.type, of_xml) == 0,
	    .bytes = j->it->data.bytes };
	struct dmsc_buf *raw = NULL;
	int code = DMSC_E_OK;

	if (j->c->correlator != NULL)
		env.mac = dmsc_rd_str(j->c->correlator);
	if (j->it->meta.format != NULL &&
	    strcmp(j->it->meta.format, "b64") == 0) {
		if ((raw = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
			return DMSC_E_NOMEM;
		code = dmsc_b64_get(env.bytes, raw);
		env.bytes = dmsc_buf_rd(raw);
	}
	if (code == DMSC_E_OK && env.bytes.left == 0)
		code = DMSC_E_FORMAT;
	if (code == DMSC_E_OK)
		code = dmsc_appl_message_put(object, DMSC_APPL_MESSAGE,
		    &env);
	dmsc_buf_free(&raw);
	return code;
}

int
relay_unseal(struct dmsc_relay *r, struct dmsc_responder *d,
    struct relay_job *j, struct dmsc_rd object)
{
	struct dmsc_appl_message env;
	struct dmsc_item it = { .source.uri = "./" DMSC_RELAY_ROOT,
	    .meta.format = "bin" };
	struct dmsc_cred_told told;
	struct dmsc_msg *m = NULL;
	size_t i;
	int code = dmsc_appl_message_get(object, DMSC_APPL_MESSAGE, &env);

	if (code == DMSC_E_OK)
		code = dmsc_msg_read(env.bytes, &m, NULL, &r->err);
	if (code != DMSC_E_OK)
		return code;
	dmsc_msg_free(&r->told);
	r->told = m;
	memset(&r->chal, 0, sizeof r->chal);
	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->chal.set)
			r->chal = m->cmds[i]->chal;
	j->status = DMSC_DM_FAILED;
	if (dmsc_cred_told(m, &told) != DMSC_E_NOMEM && told.status != 0)
		j->status = told.status < 300 ? DMSC_DM_OK : told.status;
	it.meta.type = env.xml ? of_xml : of_wbxml;
	it.data.set = it.data.opaque = true;
	it.data.bytes = env.bytes;
	return dmsc_responder_tell(d, j->c, &it);
}

/* ---- the server's side */

static struct dmsc_item *
exec_item(struct dmsc_msg *m, const char *format, const char *type)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, DMSC_CMD_EXEC);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(m, c);

	if (it == NULL || (c->id = dmsc_msg_str(m, "%zu", OWN_IDS +
	    m->n_cmds)) == NULL)
		return NULL;
	it->target.uri = "./" DMSC_RELAY_ROOT;
	it->meta.format = format;
	it->meta.type = type;
	return it;
}

int
dmsc_relay_prove(struct dmsc_msg *m, const struct dmsc_cred_login *l)
{
	struct dmsc_item *it = exec_item(m, "b64",
	    dmsc_cred_type(DMSC_CRED_MD5));
	uint8_t h[DMSC_MD5_LEN];
	struct dmsc_buf *b;
	int code = DMSC_E_NOMEM;

	if (it == NULL || (b = dmsc_buf_new(2UL * sizeof h)) == NULL)
		return code;
	if ((code = dmsc_cred_digest(l, NULL, h)) == DMSC_E_OK &&
	    (code = dmsc_b64_put(b, dmsc_rd_of(h, sizeof h))) == DMSC_E_OK)
		code = dmsc_msg_data(m, &it->data, dmsc_buf_rd(b), false);
	dmsc_buf_free(&b);
	return code;
}

int
dmsc_relay_sealed(struct dmsc_msg *m, const struct dmsc_cred_login *l,
    struct dmsc_rd message, bool xml)
{
	struct dmsc_item *it = exec_item(m, "bin", xml ? of_xml : of_wbxml);
	struct dmsc_buf *mac = dmsc_buf_new(DMSC_RELAY_MAC);
	int code = it == NULL || mac == NULL ? DMSC_E_NOMEM :
	    dmsc_msg_data(m, &it->data, message, true);

	if (code == DMSC_E_OK)
		code = dmsc_cred_mac_put(l, message, mac);
	if (code == DMSC_E_OK && (m->cmds[m->n_cmds - 1]->correlator =
	    dmsc_msg_str(m, "%.*s", (int)mac->len, (const char *)mac->p)) ==
	    NULL)
		code = DMSC_E_NOMEM;
	dmsc_buf_free(&mac);
	return code;
}
