/* Who speaks to the DM-SC application: by the keys of a secure channel, or
 * by the owner's administrative key (dmsc-card(7)). */
#include <string.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/keys.h"
#include "card/tree.h"
#include "dm/dm.h"

bool
appl_same(const struct dmsc_card_who *a, const struct dmsc_card_who *b)
{
	return a->how == b->how && a->owner == b->owner &&
	    strcmp(a->server, b->server) == 0;
}

bool
appl_server(const struct dmsc_node *account, struct dmsc_card_who *out)
{
	const struct dmsc_node *n = dmsc_node_child(account, "ServerID");
	struct dmsc_rd v = { NULL, 0 };
	size_t i;

	if (n != NULL && dmsc_node_is_leaf(n))
		v = dmsc_node_value(n);
	if (v.left == 0 || v.left > DMSC_APPL_SERVER_MAX ||
	    dmsc_rd_eq_str(v, dmsc_card_owner))
		return false;
	for (i = 0; i < v.left; i++)
		if (v.p[i] <= ' ' || v.p[i] == 0x7F ||
		    strchr("+&=*", v.p[i]) != NULL)
			return false;
	memcpy(out->server, v.p, v.left);
	out->server[v.left] = '\0';
	return true;
}

/* Ext/KeyVersion of an account, 0: none. */
static uint32_t
version_of(const struct dmsc_node *account)
{
	const struct dmsc_node *n = dmsc_node_child(account, "Ext");
	struct dmsc_rd v;
	uint32_t version = 0;

	if (n == NULL || (n = dmsc_node_child(n, "KeyVersion")) == NULL ||
	    !dmsc_node_is_leaf(n))
		return 0;
	for (v = dmsc_node_value(n); v.left > 0; v.p++, v.left--) {
		if (*v.p < '0' || *v.p > '9' || version > UINT8_MAX)
			return 0;
		version = 10 * version + *v.p - '0';
	}
	return version;
}

bool
dmsc_card_key_server(struct dmsc_card *c, unsigned version,
    struct dmsc_card_who *out)
{
	struct dmsc_card_appl *a = dmsc_card_appl(c);
	const struct dmsc_node *n = a == NULL ? NULL :
	    dmsc_tree_find(dmsc_card_tree(c), "DMAcc");

	memset(out, 0, sizeof *out);
	if (n == NULL || version == 0)
		return false;
	if (version == DMSC_CARD_KVN_OWNER) {
		out->owner = true;
		return true;
	}
	for (n = dmsc_node_first(n); n != NULL; n = dmsc_node_next(n))
		if (version_of(n) == version)
			return appl_server(n, out);
	return false;
}

/* Keys of the card or of this application open the channel. */
static void
by_channel(struct dmsc_card *c, const struct dmsc_card_channel *ch,
    struct dmsc_card_who *out)
{
	if (ch->scp_home != DMSC_CARD_NONE &&
	    ch->scp_home != dmsc_card_appl_adf(c))
		return;
	if (dmsc_card_key_server(c, c->mem->ram[ch->scp_keys + K_VERSION],
	    out))
		out->how = DMSC_APPL_SCP03;
}

static bool
by_adm(struct dmsc_card *c)
{
	const struct dmsc_card_pin *p = dmsc_card_pin(c, DMSC_CARD_NONE,
	    DMSC_CARD_ADM_OWNER);

	return p != NULL && dmsc_card_pin_enabled(c, p) && p->verified;
}

/* Before the card is activated the factory is the owner. */
void
dmsc_card_speaks(struct dmsc_card *c, struct dmsc_card_channel *ch,
    struct dmsc_card_who *out)
{
	struct dmsc_appl_hello h;

	memset(out, 0, sizeof *out);
	if (c->appl != NULL && appl_logged_in(c->appl, ch,
	    DMSC_APPL_MD5, out))
		;
	else if (ch != NULL && c->secure == ch)
		by_channel(c, ch, out);
	else if (c->secure == NULL && (by_adm(c) || c->life == LIFE_INIT)) {
		out->how = DMSC_APPL_ADM;
		out->owner = true;
	}
	if (!dmsc_card_hello(c, &h) || (out->how & h.methods) == 0)
		memset(out, 0, sizeof *out);
}
