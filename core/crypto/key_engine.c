/*
 * Private keys that stay in a token, by OpenSSL's engine "pkcs11" of libp11,
 * which is loaded when used, without any configuration file. Token, key and
 * PIN are checked by ourselves first: the engine is told the one key.
 */
#define OPENSSL_SUPPRESS_DEPRECATED	/* engines are, providers come later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include "base/base.h"
#include "crypto/p11.h"
#include "crypto/start.h"

enum { URI_MAX = 2048, ID_MAX = 256 };

/* NAME=value of a URI, every byte as %XX. */
static int
put_attr(struct dmsc_buf *b, const char *name, struct dmsc_rd value)
{
	size_t i;
	int r = dmsc_buf_fmt(b, "%s%s=", b->len > strlen("pkcs11:") ? ";" :
	    "", name);

	for (i = 0; r == DMSC_E_OK && i < value.left; i++)
		r = dmsc_buf_fmt(b, "%%%02X", value.p[i]);
	return r;
}

/* Text of fixed length, blanks behind it. */
static struct dmsc_rd
padded(const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] == ' ')
		n--;
	return dmsc_rd_of(p, n);
}

static int
put_object(const struct p11 *p, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type,
    const char *name, struct dmsc_buf *b)
{
	uint8_t value[ID_MAX];
	CK_ATTRIBUTE a = { type, value, sizeof value };

	if (p->f->C_GetAttributeValue(p->session, key, &a, 1) != CKR_OK ||
	    a.ulValueLen == 0 || a.ulValueLen > sizeof value)
		return DMSC_E_OK;
	return put_attr(b, name, dmsc_rd_of(value, a.ulValueLen));
}

/* The URI of this very key. */
static int
exact_uri(const struct p11 *p, CK_OBJECT_HANDLE key, struct dmsc_buf *b)
{
	const CK_TOKEN_INFO *t = &p->info;
	int r = dmsc_buf_str(b, "pkcs11:");

	if (r == DMSC_E_OK)
		r = put_attr(b, "token", padded(t->label, sizeof t->label));
	if (r == DMSC_E_OK)
		r = put_attr(b, "serial", padded(t->serialNumber,
		    sizeof t->serialNumber));
	if (r == DMSC_E_OK)
		r = put_object(p, key, CKA_ID, "id", b);
	if (r == DMSC_E_OK)
		r = put_object(p, key, CKA_LABEL, "object", b);
	return r == DMSC_E_OK ? dmsc_buf_str(b, ";type=private") : r;
}

static int
no_engine(struct dmsc_err *e)
{
	ERR_clear_error();
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
	    "OpenSSL's engine for tokens is not there");
	(void)dmsc_err_why(e, "the engine pkcs11 cannot be loaded; on "
	    "Debian: apt-get install libengine-pkcs11-openssl");
	return DMSC_E_UNSUPPORTED;
}

static bool
say(ENGINE *e, const char *command, const char *value)
{
	return ENGINE_ctrl_cmd_string(e, command, value, 0) == 1;
}

static ENGINE *
load(const char *name, const char *module)
{
	const char *folder = OPENSSL_info(OPENSSL_INFO_ENGINES_DIR);
	ENGINE *e = ENGINE_by_id("dynamic");
	char *id = OPENSSL_strdup(name);

	if (e != NULL && id != NULL && folder != NULL &&
	    say(e, "ID", "pkcs11") && say(e, "DIR_LOAD", "2") &&
	    say(e, "DIR_ADD", folder) && say(e, "LOAD", NULL) &&
	    say(e, "MODULE_PATH", module) && ENGINE_set_id(e, id) == 1 &&
	    ENGINE_init(e) == 1) {
		/* It stays, and id with it: its end would be the end of all
		 * sessions that the process has with the module. */
		(void)ENGINE_add(e);
		return e;
	}
	ENGINE_free(e);
	OPENSSL_free(id);
	return NULL;
}

/* The engine for a module, loaded at the first use. */
static int
engine_for(const char *module, ENGINE **out)
{
	struct dmsc_buf *b = dmsc_buf_new(URI_MAX);
	const char *name = NULL;

	*out = NULL;
	(void)OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC |
	    OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (b != NULL && dmsc_buf_fmt(b, "dmsc:%s", module) == DMSC_E_OK)
		name = dmsc_buf_cstr(b);
	if (name != NULL && (*out = ENGINE_by_id(name)) == NULL)
		*out = load(name, module);
	dmsc_buf_free(&b);
	return *out != NULL ? DMSC_E_OK : name == NULL ? DMSC_E_NOMEM :
	    DMSC_E_UNSUPPORTED;
}

static int
set_pin(ENGINE *e, const struct dmsc_secret *pin)
{
	struct dmsc_secret *text;
	bool good;

	if (pin == NULL)
		return DMSC_E_OK;
	if ((text = dmsc_secret_new(pin->len + 1)) == NULL)
		return DMSC_E_NOMEM;
	memcpy(text->p, pin->p, pin->len);
	good = say(e, "PIN", (const char *)text->p);
	dmsc_secret_free(&text);
	return good ? DMSC_E_OK : DMSC_E_IO;
}

static int
by_engine(const char *module, const char *uri, const struct dmsc_secret *pin,
    EVP_PKEY **out, struct dmsc_err *err)
{
	ENGINE *e;
	int r = engine_for(module, &e);

	if (r == DMSC_E_UNSUPPORTED)
		return no_engine(err);
	if (r == DMSC_E_OK && (r = set_pin(e, pin)) == DMSC_E_OK &&
	    (*out = ENGINE_load_private_key(e, uri, (UI_METHOD *)UI_null(),
	    NULL)) == NULL)
		r = DMSC_E_IO;
	ENGINE_free(e);
	ERR_clear_error();
	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(err, r, "the token's key cannot be used");
	(void)dmsc_err_why(err, "%s", r == DMSC_E_NOMEM ? dmsc_e_text(r) :
	    "OpenSSL's engine pkcs11 does not load it: it knows RSA and "
	    "ECDSA keys");
	return r;
}

int
key_engine_private(const struct key_uri *u, const struct key_reading *rd,
    EVP_PKEY **out)
{
	struct dmsc_buf *uri = dmsc_buf_new(URI_MAX);
	struct dmsc_secret *pin = NULL;
	struct p11 p = { .in_session = false };
	CK_OBJECT_HANDLE key;
	const char *text = NULL;
	char *module = NULL;
	int r = DMSC_E_NOMEM;

	if (uri == NULL || dmsc_crypto_start() != DMSC_E_OK)
		r = dmsc_fail(rd->e, r, "out of memory");
	else if ((r = p11_load(&p, u, rd->e)) == DMSC_E_OK &&
	    (r = p11_find_token(&p, rd->e)) == DMSC_E_OK &&
	    (r = p11_login(&p, rd, &pin)) == DMSC_E_OK &&
	    (r = p11_find_object(&p, CKO_PRIVATE_KEY, rd->e, &key)) ==
	    DMSC_E_OK) {
		module = p11_module_file(&p);
		if (module == NULL || exact_uri(&p, key, uri) != DMSC_E_OK ||
		    (text = dmsc_buf_cstr(uri)) == NULL)
			r = dmsc_fail(rd->e, DMSC_E_NOMEM, "out of memory");
	}
	if (r == DMSC_E_OK)
		r = by_engine(module, text, pin, out, rd->e);
	/* Not before: the module stays as it is for the engine. */
	p11_free(&p);
	free(module);
	dmsc_secret_free(&pin);
	dmsc_buf_free(&uri);
	return r;
}
