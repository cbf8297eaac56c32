/* What the card itself signs: CMS SignedData by a key pair of its own, whose
 * private key stays where it is. */
#include "base/base.h"
#include "card/pkeys.h"
#include "crypto/cms.h"
#include "tlv/ber.h"

enum { CERT_FILE = 0x4410, SEQUENCE = 0x30 };

/* Its certificate: in the DF of key kk the file 4410 + kk, less its padding. */
static bool
certificate(const struct dmsc_card *c, uint32_t at, struct dmsc_rd *out)
{
	uint32_t owner = dmsc_mem_get(c->mem, at + Q_OWNER, 4), tag;
	const struct dmsc_card_file *f;
	struct dmsc_rd r, v;
	int df = c->mf, i;
	size_t n;

	for (n = 0; owner != 0 && n < c->n_files; n++)
		if (c->files[n].used && c->files[n].block == owner)
			df = (int)n;
	i = df == DMSC_CARD_NONE ? df : dmsc_card_child(c, df, CERT_FILE +
	    c->mem->ram[at + Q_REF]);
	if (i == DMSC_CARD_NONE)
		return false;
	f = &c->files[i];
	r = dmsc_rd_of(c->mem->ram + f->data, f->size);
	return f->kind == KIND_TRANSPARENT && dmsc_tlv_next_raw(&r, &tag, &v,
	    out) == DMSC_E_OK && tag == SEQUENCE;
}

/* A signer whose key stays where it is. */
struct here {
	struct dmsc_card *c;
	uint32_t key;
};

static int
sign_here(void *h, struct dmsc_rd message, struct dmsc_rd digest,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	static const enum dmsc_pk_hash by_type[] = {
		[DMSC_PK_RSA2048] = DMSC_PK_SHA256,
		[DMSC_PK_P256] = DMSC_PK_SHA256,
		[DMSC_PK_P384] = DMSC_PK_SHA384 };
	const struct here *s = h;
	unsigned type = s->c->mem->ram[s->key + Q_TYPE];

	(void)message;
	if (type >= DMSC_COUNT(by_type) || dmsc_card_pkey_sign(s->c, s->key,
	    by_type[type], digest, out) != SW_OK)
		return dmsc_fail(e, DMSC_E_DATA, "cannot sign");
	return DMSC_E_OK;
}

static void
leave(void **h)
{
	*h = NULL;
}

static const struct dmsc_signer_ops here_ops = { "here", sign_here, leave };

/* Receipts: a key for nothing else. Commands: one that signs, and not only
 * with a VERIFY for each signature. */
static bool
is_for(const struct dmsc_card *c, uint32_t at, unsigned usage)
{
	unsigned has = c->mem->ram[at + Q_USAGE];

	return c->mem->ram[at + Q_REF] != 0 &&
	    dmsc_mem_get(c->mem, at + Q_PRIVATE_LEN, 2) != 0 &&
	    (usage == PK_RECEIPT ? has == PK_RECEIPT : (has & usage) != 0 &&
	    (c->mem->ram[at + Q_FLAGS] & PK_CONSENT) == 0);
}

uint32_t
dmsc_card_own_key(const struct dmsc_card *c, unsigned usage)
{
	uint32_t at = DMSC_MEM_KEYS;
	struct dmsc_rd cert;
	unsigned i;

	for (i = 0; i < Q_KEYS; i++, at += Q_SIZE)
		if (is_for(c, at, usage) && certificate(c, at, &cert))
			return at;
	return 0;
}

unsigned
dmsc_card_cms(struct dmsc_card *c, uint32_t key, struct dmsc_rd data,
    bool attached, struct dmsc_buf *out)
{
	struct here h = { c, key };
	const struct dmsc_cms_opts o = { .attached = attached };
	struct dmsc_signer *s = NULL;
	struct dmsc_rd cert;
	int r;

	if (!certificate(c, key, &cert))
		return SW_NO_REF;
	r = dmsc_signer_new(&here_ops, &h, cert, false, &s, NULL);
	if (r == DMSC_E_OK)
		r = dmsc_cms_sign(data, &o, s, out, NULL);
	dmsc_signer_free(&s);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_NOMEM ? SW_MEMORY :
	    SW_NO_REF;
}
