/*
 * PKCS#11 tokens by p11-kit, whose library is loaded when a pkcs11: source
 * is first opened, and not before.
 */
#ifndef DMSC_CRYPTO_P11_H
#define DMSC_CRYPTO_P11_H

/* CK_FUNCTION_LIST and its kin by their own names. */
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include "crypto/key_inner.h"

/* The functions of libp11-kit that are used. */
struct p11_lib {
	P11KitUri *(*uri_new)(void);
	void (*uri_free)(P11KitUri *uri);
	int (*uri_parse)(const char *text, P11KitUriType kind,
	    P11KitUri *uri);
	int (*uri_any_unrecognized)(P11KitUri *uri);
	int (*uri_match_token_info)(const P11KitUri *uri,
	    const CK_TOKEN_INFO *info);
	int (*uri_match_module_info)(const P11KitUri *uri,
	    const CK_INFO *info);
	CK_SLOT_ID (*uri_get_slot_id)(P11KitUri *uri);
	CK_ATTRIBUTE *(*uri_get_attribute)(P11KitUri *uri,
	    CK_ATTRIBUTE_TYPE type);
	const char *(*uri_get_module_path)(const P11KitUri *uri);
	const char *(*uri_get_module_name)(const P11KitUri *uri);
	CK_FUNCTION_LIST **(*modules_load)(const char *reserved, int flags);
	void (*modules_release)(CK_FUNCTION_LIST **modules);
	CK_FUNCTION_LIST *(*module_load)(const char *path, int flags);
	CK_RV (*module_initialize)(CK_FUNCTION_LIST *module);
	void (*module_release)(CK_FUNCTION_LIST *module);
	char *(*module_get_filename)(CK_FUNCTION_LIST *module);
	char *(*module_get_name)(CK_FUNCTION_LIST *module);
};

/* A token that a URI names, with a session once it is logged in. */
struct p11 {
	struct p11_lib lib;
	P11KitUri *uri;
	const char *pin_source;		/* of the key_uri, or NULL */
	CK_FUNCTION_LIST *own;		/* module-path: this one */
	CK_FUNCTION_LIST **all;		/* else those that are configured */
	CK_FUNCTION_LIST *f;		/* the token's */
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE session;
	bool in_session;
};

/* p11_lib.c: fills a p11 that is all zero: the library, the URI, the modules.
 * UNSUPPORTED where there is no p11-kit, USAGE for a bad URI. */
int p11_load(struct p11 *p, const struct key_uri *u, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void p11_free(struct p11 *p);
/* The file of the token's module, the caller frees; NULL: not known. */
char *p11_module_file(const struct p11 *p);

/* p11_token.c: the one token that the URI names: NOTFOUND, CHOICE. */
int p11_find_token(struct p11 *p, struct dmsc_err *e) DMSC_MUST_CHECK;
/* A session, with the user's PIN where one is wanted, which is copied into
 * *pin for a second log-in when pin is not NULL. GUARD, AUTHFAIL, BLOCKED. */
int p11_login(struct p11 *p, const struct key_reading *rd,
    struct dmsc_secret **pin) DMSC_MUST_CHECK;
/* The one object of this class that the URI names: NOTFOUND, CHOICE. */
int p11_find_object(struct p11 *p, CK_OBJECT_CLASS kind, struct dmsc_err *e,
    CK_OBJECT_HANDLE *out) DMSC_MUST_CHECK;
/* A record for what the token answered. */
int p11_fail(const struct p11 *p, CK_RV rv, const char *what,
    struct dmsc_err *e);
/* Text of a token, blanks behind it cut, '%' and controls made '?'. */
const char *p11_label(const struct p11 *p, char *out, size_t size);

#endif
