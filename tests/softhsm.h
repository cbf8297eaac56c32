/*
 * Tokens of SoftHSM2 in a folder of their own, filled through PKCS#11 by its
 * own library. What is tested opens them again by p11-kit.
 */
#ifndef DMSC_TESTS_SOFTHSM_H
#define DMSC_TESTS_SOFTHSM_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#define SOFT_PIN "4711"
#define SOFT_SO_PIN "08154711"

struct soft {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	char module[128];
};

/* Where Debian, and others, put it; NULL: nowhere. */
static inline const char *
soft_module(void)
{
	static const char *const places[] = {
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so",
		"/usr/lib64/softhsm/libsofthsm2.so",
	};
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

/* A configuration in folder, and the library started. */
static inline bool
soft_begin(struct soft *s, const char *folder)
{
	CK_RV (*list)(CK_FUNCTION_LIST **out);
	char path[256];
	void *dl, *sym;
	FILE *f;

	memset(s, 0, sizeof *s);
	(void)snprintf(s->module, sizeof s->module, "%s", soft_module());
	(void)snprintf(path, sizeof path, "%s/tokens", folder);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
	if ((f = fopen(path, "w")) == NULL)
		return false;
	(void)fprintf(f, "directories.tokendir = %s/tokens\n"
	    "objectstore.backend = file\nlog.level = ERROR\n", folder);
	(void)fclose(f);
	(void)setenv("SOFTHSM2_CONF", path, 1);
	if ((dl = dlopen(s->module, RTLD_NOW | RTLD_LOCAL)) == NULL ||
	    (sym = dlsym(dl, "C_GetFunctionList")) == NULL)
		return false;
	memcpy(&list, &sym, sizeof list);
	return list(&s->f) == CKR_OK && s->f->C_Initialize(NULL) == CKR_OK;
}

static inline void
soft_end(struct soft *s)
{
	(void)s->f->C_Finalize(NULL);
}

/* The slot of the token with this label; the free one for NULL. */
static inline CK_SLOT_ID
soft_slot(struct soft *s, const char *label)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 16, i;
	CK_TOKEN_INFO info;
	size_t len = label != NULL ? strlen(label) : 0;

	/* It looks for new slots when it is asked how many there are. */
	if (s->f->C_GetSlotList(CK_TRUE, NULL, &n) != CKR_OK || n > 16 ||
	    s->f->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK)
		return (CK_SLOT_ID)-1;
	for (i = 0; i < n; i++) {
		if (s->f->C_GetTokenInfo(slots[i], &info) != CKR_OK)
			continue;
		if (label == NULL ?
		    (info.flags & CKF_TOKEN_INITIALIZED) == 0 :
		    memcmp(info.label, label, len) == 0 &&
		    (len == sizeof info.label || info.label[len] == ' '))
			return slots[i];
	}
	return (CK_SLOT_ID)-1;
}

static inline bool
soft_login(struct soft *s, CK_SLOT_ID slot, CK_USER_TYPE who,
    const char *pin)
{
	unsigned char text[32];
	size_t n = strlen(pin);

	memcpy(text, pin, n);
	return s->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
	    NULL, NULL, &s->session) == CKR_OK &&
	    s->f->C_Login(s->session, who, text, n) == CKR_OK;
}

/* A new token, its user logged in. */
static inline bool
soft_token(struct soft *s, const char *label)
{
	unsigned char padded[32], so[] = SOFT_SO_PIN, pin[] = SOFT_PIN;
	CK_SLOT_ID slot = soft_slot(s, NULL);

	memset(padded, ' ', sizeof padded);
	memcpy(padded, label, strlen(label));
	if (s->f->C_InitToken(slot, so, sizeof so - 1, padded) != CKR_OK)
		return false;
	slot = soft_slot(s, label);
	if (!soft_login(s, slot, CKU_SO, SOFT_SO_PIN) ||
	    s->f->C_InitPIN(s->session, pin, sizeof pin - 1) != CKR_OK ||
	    s->f->C_CloseSession(s->session) != CKR_OK)
		return false;
	return soft_login(s, slot, CKU_USER, SOFT_PIN);
}

/* An AES key that never leaves it; sign: for CMAC by the token itself;
 * encrypt: not for decrypting. */
static inline bool
soft_aes(struct soft *s, const char *label, unsigned char id,
    const unsigned char *key, size_t n, bool sign, bool encrypt)
{
	CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	unsigned char name[32], value[32];
	CK_ATTRIBUTE t[] = {
		{ CKA_CLASS, &kind, sizeof kind },
		{ CKA_KEY_TYPE, &type, sizeof type },
		{ CKA_TOKEN, &yes, sizeof yes },
		{ CKA_PRIVATE, &yes, sizeof yes },
		{ CKA_SENSITIVE, &yes, sizeof yes },
		{ CKA_EXTRACTABLE, &no, sizeof no },
		{ CKA_SIGN, sign ? &yes : &no, sizeof yes },
		{ CKA_ENCRYPT, encrypt ? &yes : &no, sizeof yes },
		{ CKA_DECRYPT, encrypt ? &no : &yes, sizeof yes },
		{ CKA_LABEL, name, strlen(label) },
		{ CKA_ID, &id, sizeof id },
		{ CKA_VALUE, value, n },
	};
	CK_OBJECT_HANDLE h;

	memcpy(name, label, strlen(label));
	memcpy(value, key, n);
	return s->f->C_CreateObject(s->session, t, sizeof t / sizeof *t, &h)
	    == CKR_OK;
}

/* A key pair that is made in the token; rsa: of 2048 bits, else P-256. */
static inline bool
soft_pair(struct soft *s, const char *label, unsigned char id, bool rsa)
{
	static const unsigned char curve[] = { 0x06, 0x08, 0x2A, 0x86, 0x48,
	    0xCE, 0x3D, 0x03, 0x01, 0x07 };
	unsigned char name[32], group[sizeof curve], e[] = { 1, 0, 1 };
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG bits = 2048;
	CK_MECHANISM m = { rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN :
	    CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE pub[] = {
		{ CKA_TOKEN, &yes, sizeof yes },
		{ CKA_LABEL, name, strlen(label) },
		{ CKA_ID, &id, sizeof id },
		{ CKA_VERIFY, &yes, sizeof yes },
		{ rsa ? CKA_MODULUS_BITS : CKA_EC_PARAMS,
		    rsa ? (void *)&bits : group,
		    rsa ? sizeof bits : sizeof group },
		{ CKA_PUBLIC_EXPONENT, e, sizeof e },
	}, priv[] = {
		{ CKA_TOKEN, &yes, sizeof yes },
		{ CKA_PRIVATE, &yes, sizeof yes },
		{ CKA_SENSITIVE, &yes, sizeof yes },
		{ CKA_EXTRACTABLE, &no, sizeof no },
		{ CKA_LABEL, name, strlen(label) },
		{ CKA_ID, &id, sizeof id },
		{ CKA_SIGN, &yes, sizeof yes },
	};
	CK_OBJECT_HANDLE a, b;

	memcpy(name, label, strlen(label));
	memcpy(group, curve, sizeof group);
	return s->f->C_GenerateKeyPair(s->session, &m, pub, rsa ? 6 : 5, priv,
	    sizeof priv / sizeof *priv, &a, &b) == CKR_OK;
}

#endif
