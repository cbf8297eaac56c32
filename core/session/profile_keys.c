/* Directories of the key pairs of the profile demo (session/profile.h). */
#include <stdio.h>

#include "base/base.h"
#include "pkcs15/keydir.h"
#include "session/profile.h"

enum { FID_ADF = 0x7F50, FID_MF = 0x3F00, SIGNS = DMSC_USE_SIGN |
	DMSC_USE_NON_REPUDIATION, RSA_BITS = 2048, CA_ID = 0xCA };

static const struct {
	const char *label;
	unsigned ref, usage, consent, public_fid, cert_fid;
	bool pin, rsa, secret;
} pairs[] = {
	{ "Signing key", 1, SIGNS, 0, 0x4421, 0x4411, true, false, true },
	{ "Receipt key", 2, DMSC_USE_NON_REPUDIATION, 0, 0x4422, 0x4412,
	    false, false, true },
	{ "RSA key", 3, SIGNS, 0, 0x4423, 0x4413, true, true, true },
	{ "Approval key", 4, SIGNS, 1, 0x4424, 0x4414, true, false, true },
	{ "OperatorX", 0x11, 0, 0, 0x4431, 0, false, false, false },
};

static void
set_path(struct dmsc_key_entry *e, unsigned fid)
{
	size_t n = 0;

	if (fid == FID_ADF) {		/* where a private key lies */
		e->path.path[n++] = FID_MF >> 8;
		e->path.path[n++] = FID_MF & 0xFF;
	}
	e->path.path[n++] = (uint8_t)(fid >> 8);
	e->path.path[n++] = (uint8_t)fid;
	e->path.len = n;
	e->has_path = true;
}

static int
put_pair(size_t i, enum dmsc_keydir kind, struct dmsc_buf *out)
{
	struct dmsc_key_entry e = {
		.id = { (uint8_t)pairs[i].ref }, .id_len = 1,
		.usage = pairs[i].usage, .has_ref = true,
		.ref = pairs[i].ref, .rsa = pairs[i].rsa, .bits = RSA_BITS,
		.modifiable = pairs[i].secret,
	};
	char label[32];

	(void)snprintf(label, sizeof label, "%s", pairs[i].label);
	e.label = label;
	if (kind == DMSC_PRKDF) {
		e.is_private = true;
		e.consent = pairs[i].consent;
		e.auth_id[0] = 1;
		e.auth_id_len = pairs[i].pin ? 1 : 0;
		set_path(&e, FID_ADF);
	} else
		set_path(&e, kind == DMSC_PUKDF ? pairs[i].public_fid :
		    pairs[i].cert_fid);
	if (kind == DMSC_PUKDF)
		e.usage = DMSC_USE_VERIFY;
	return dmsc_keydir_put(kind, &e, out);
}

static int
put_ca(struct dmsc_buf *out)
{
	char label[] = "DMSC demo CA";
	struct dmsc_key_entry e = { .label = label, .id = { CA_ID },
	    .id_len = 1, .authority = true };

	set_path(&e, 0x4410);
	return dmsc_keydir_put(DMSC_CDF_TRUSTED, &e, out);
}

int
dmsc_profile_keys(enum dmsc_profile_content what, struct dmsc_buf *out)
{
	enum dmsc_keydir kind = what == DMSC_PRIVATE_KEYS ? DMSC_PRKDF :
	    what == DMSC_PUBLIC_KEYS ? DMSC_PUKDF : DMSC_CDF;
	int r = DMSC_E_OK;
	size_t i;

	if (what == DMSC_TRUSTED_CERTS)
		return put_ca(out);
	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(pairs); i++)
		if (pairs[i].secret || kind == DMSC_PUKDF)
			r = put_pair(i, kind, out);
	return r;
}
