/* libp11-kit, loaded when used: its functions, the URI, the modules. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/dl.h"
#include "crypto/p11.h"

#define F(name) { "p11_kit_" #name, offsetof(struct p11_lib, name) }

static const struct dmsc_dl_fn functions[] = {
	F(uri_new), F(uri_free), F(uri_parse), F(uri_any_unrecognized),
	F(uri_match_token_info), F(uri_match_module_info),
	F(uri_get_slot_id), F(uri_get_attribute), F(uri_get_module_path),
	F(uri_get_module_name), F(modules_load),
	F(modules_release), F(module_load),
	F(module_initialize), F(module_release),
	F(module_get_filename), F(module_get_name),
};

static int
no_library(struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
	    "tokens cannot be used: p11-kit is not there");
	(void)dmsc_err_why(e, "libp11-kit.so.0 cannot be loaded; on Debian: "
	    "apt-get install libp11-kit0");
	return DMSC_E_UNSUPPORTED;
}

static int
load_library(struct p11_lib *lib, struct dmsc_err *e)
{
	return dmsc_dl_load("libp11-kit.so.0", functions,
	    DMSC_COUNT(functions), lib) ? DMSC_E_OK : no_library(e);
}

static int
parse(struct p11 *p, const char *text, struct dmsc_err *e)
{
	int code;

	if ((p->uri = p->lib.uri_new()) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	code = p->lib.uri_parse(text, P11_KIT_URI_FOR_ANY, p->uri);
	if (code == P11_KIT_URI_NO_MEMORY)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if (code == P11_KIT_URI_OK &&
	    p->lib.uri_any_unrecognized(p->uri) == 0)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_USAGE, "the source of a key is not well "
	    "formed");
	(void)dmsc_err_where(e, "pkcs11");
	(void)dmsc_err_why(e, code == P11_KIT_URI_OK ? "RFC 7512 has no such "
	    "attribute, or not twice" : "it is no URI of RFC 7512");
	return DMSC_E_USAGE;
}

/*
 * A module is started once in a process and never ended: its end would be
 * that of all sessions, those of OpenSSL's engine too. So it stays loaded.
 */
static bool
start(const struct p11 *p, CK_FUNCTION_LIST *module)
{
	CK_RV rv = p->lib.module_initialize(module);
	char *file;

	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return false;
	if ((file = p->lib.module_get_filename(module)) != NULL)
		(void)dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	free(file);
	return true;
}

static int
load_one(struct p11 *p, const char *path, struct dmsc_err *e)
{
	if ((p->own = p->lib.module_load(path, P11_KIT_MODULE_UNMANAGED)) !=
	    NULL) {
		if (start(p, p->own))
			return DMSC_E_OK;
		p->lib.module_release(p->own);
		p->own = NULL;
	}
	(void)dmsc_fail(e, DMSC_E_IO, "the PKCS#11 module cannot be used");
	(void)dmsc_err_where(e, "%s", path);
	(void)dmsc_err_why(e, "module-path= names it; it does not load, or "
	    "does not start");
	return DMSC_E_IO;
}

/* Those that do not start are passed over. */
static bool
load_all(struct p11 *p)
{
	bool any = false;
	size_t i;

	p->all = p->lib.modules_load(NULL, P11_KIT_MODULE_UNMANAGED);
	for (i = 0; p->all != NULL && p->all[i] != NULL; i++)
		any = start(p, p->all[i]) || any;
	return any;
}

int
p11_load(struct p11 *p, const struct key_uri *u, struct dmsc_err *e)
{
	const char *path;
	int r;

	p->pin_source = key_uri_get(u, "pin-source");
	if ((r = load_library(&p->lib, e)) != DMSC_E_OK ||
	    (r = parse(p, u->body, e)) != DMSC_E_OK)
		return r;
	if ((path = p->lib.uri_get_module_path(p->uri)) != NULL)
		return load_one(p, path, e);
	if (load_all(p))
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_NOTFOUND, "no PKCS#11 module is configured");
	(void)dmsc_err_why(e, "p11-kit lists none; module-path=FILE names "
	    "one");
	return DMSC_E_NOTFOUND;
}

void
p11_free(struct p11 *p)
{
	if (p->in_session)
		(void)p->f->C_CloseSession(p->session);
	if (p->own != NULL)
		p->lib.module_release(p->own);
	if (p->all != NULL)
		p->lib.modules_release(p->all);
	if (p->uri != NULL)
		p->lib.uri_free(p->uri);
	memset(p, 0, sizeof *p);
}

char *
p11_module_file(const struct p11 *p)
{
	return p->lib.module_get_filename(p->f);
}
