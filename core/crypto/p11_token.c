/* The token and the object that a URI names (RFC 7512), and the log-in,
 * which is never guessed: its tries are counted as a card's are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/p11.h"

enum { SLOTS = 64, LABEL = 64, FOUND = 2 };

const char *
p11_label(const struct p11 *p, char *out, size_t size)
{
	size_t n = sizeof p->info.label, i;

	while (n > 0 && p->info.label[n - 1] == ' ')
		n--;
	for (i = 0; i < n && i + 1 < size; i++)
		out[i] = p->info.label[i] < ' ' ? '?' :
		    (char)p->info.label[i];
	out[i] = '\0';
	return out;
}

int
p11_fail(const struct p11 *p, CK_RV rv, const char *what,
    struct dmsc_err *e)
{
	char label[LABEL];

	(void)dmsc_fail(e, rv == CKR_HOST_MEMORY ? DMSC_E_NOMEM : DMSC_E_IO,
	    "the token '%s' cannot %s", p11_label(p, label, sizeof label),
	    what);
	(void)dmsc_err_why(e, "it answered %08lX (PKCS#11)", rv);
	return rv == CKR_HOST_MEMORY ? DMSC_E_NOMEM : DMSC_E_IO;
}

/* Whether the module is one that the URI means. */
static bool
module_fits(const struct p11 *p, CK_FUNCTION_LIST *f)
{
	const char *name = p->lib.uri_get_module_name(p->uri);
	CK_INFO info;
	char *own;
	bool fits;

	if (f->C_GetInfo(&info) != CKR_OK ||
	    p->lib.uri_match_module_info(p->uri, &info) == 0)
		return false;
	if (name == NULL || p->own != NULL)
		return true;
	own = p->lib.module_get_name(f);
	fits = own != NULL && strcmp(own, name) == 0;
	free(own);
	return fits;
}

/* Adds the fitting tokens of one module to *n; the first is kept. */
static void
look_in(struct p11 *p, CK_FUNCTION_LIST *f, unsigned *n)
{
	CK_SLOT_ID slots[SLOTS], only = p->lib.uri_get_slot_id(p->uri);
	CK_ULONG count = SLOTS, i;
	CK_TOKEN_INFO info;

	if (!module_fits(p, f) ||
	    f->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		return;
	for (i = 0; i < count && i < SLOTS; i++) {
		if ((only != (CK_SLOT_ID)-1 && slots[i] != only) ||
		    f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    (info.flags & CKF_TOKEN_INITIALIZED) == 0 ||
		    p->lib.uri_match_token_info(p->uri, &info) == 0)
			continue;
		if ((*n)++ > 0)
			continue;
		p->f = f;
		p->slot = slots[i];
		p->info = info;
	}
}

int
p11_find_token(struct p11 *p, struct dmsc_err *e)
{
	unsigned n = 0;
	size_t i;

	if (p->own != NULL)
		look_in(p, p->own, &n);
	for (i = 0; p->all != NULL && p->all[i] != NULL; i++)
		look_in(p, p->all[i], &n);
	if (n == 1)
		return DMSC_E_OK;
	(void)dmsc_fail(e, n == 0 ? DMSC_E_NOTFOUND : DMSC_E_CHOICE, n == 0 ?
	    "there is no such token" : "%u tokens fit the source", n);
	(void)dmsc_err_why(e, "%s", n == 0 ? "no module lists a token that "
	    "the pkcs11: source fits" : "no PIN is tried on the wrong one: "
	    "say token=, serial= or slot-id=");
	return n == 0 ? DMSC_E_NOTFOUND : DMSC_E_CHOICE;
}

/* What the token says of the tries, before one is spent. */
static int
check_tries(const struct p11 *p, bool spend_try, struct dmsc_err *e)
{
	char label[LABEL];
	CK_FLAGS low = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;

	(void)p11_label(p, label, sizeof label);
	if ((p->info.flags & CKF_USER_PIN_LOCKED) != 0)
		return dmsc_fail(e, DMSC_E_BLOCKED,
		    "the PIN of the token '%s' is blocked", label);
	if ((p->info.flags & low) == 0 || spend_try)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_GUARD, "the PIN of the token '%s' is not "
	    "tried", label);
	(void)dmsc_err_why(e, "a wrong one was given since the last right "
	    "one%s", (p->info.flags & CKF_USER_PIN_FINAL_TRY) != 0 ?
	    ", and one try is left" : "");
	return dmsc_err_next(e, "the same line with --spend-try");
}

static int
get_pin(const struct p11 *p, const struct key_reading *rd,
    struct dmsc_secret **out)
{
	char label[LABEL], prompt[LABEL + sizeof "PIN of the token ''"];

	if (p->pin_source != NULL)
		return key_nested(p->pin_source, DMSC_KEY_PIN, rd, out);
	(void)p11_label(p, label, sizeof label);
	(void)snprintf(prompt, sizeof prompt, "PIN of the token '%s'",
	    label);
	if (rd->with->ask != NULL)
		return rd->with->ask(rd->with->arg, prompt, out);
	(void)dmsc_fail(rd->e, DMSC_E_NOANSWER, "no answer to '%s'", prompt);
	(void)dmsc_err_why(rd->e, "nobody can be asked here: add "
	    "?pin-source=SOURCE to the source");
	return DMSC_E_NOANSWER;
}

static int
refused(struct p11 *p, CK_RV rv, struct dmsc_err *e)
{
	char label[LABEL];

	(void)p->f->C_GetTokenInfo(p->slot, &p->info);
	(void)p11_label(p, label, sizeof label);
	if (rv == CKR_PIN_LOCKED)
		return dmsc_fail(e, DMSC_E_BLOCKED,
		    "the PIN of the token '%s' is blocked", label);
	if (rv != CKR_PIN_INCORRECT && rv != CKR_PIN_LEN_RANGE &&
	    rv != CKR_PIN_INVALID)
		return p11_fail(p, rv, "log in", e);
	(void)dmsc_fail(e, DMSC_E_AUTHFAIL,
	    "the token '%s' refuses the PIN", label);
	(void)dmsc_err_why(e, "%s",
	    (p->info.flags & CKF_USER_PIN_LOCKED) != 0 ?
	    "it is blocked now" :
	    (p->info.flags & CKF_USER_PIN_FINAL_TRY) != 0 ?
	    "one try is left" : "a try is spent");
	return DMSC_E_AUTHFAIL;
}

/* A token with keys of its own asks for its PIN itself. */
static int
log_in(struct p11 *p, const struct key_reading *rd,
    struct dmsc_secret **pin)
{
	bool pad = (p->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
	CK_RV rv;
	int r;

	if ((r = check_tries(p, rd->with->spend_try, rd->e)) != DMSC_E_OK ||
	    (!pad && (r = get_pin(p, rd, pin)) != DMSC_E_OK))
		return r;
	rv = p->f->C_Login(p->session, CKU_USER, pad ? NULL : (*pin)->p,
	    pad ? 0 : (*pin)->len);
	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? DMSC_E_OK :
	    refused(p, rv, rd->e);
}

int
p11_login(struct p11 *p, const struct key_reading *rd,
    struct dmsc_secret **pin)
{
	struct dmsc_secret *own = NULL;
	CK_RV rv;
	int r = DMSC_E_OK;

	if (pin != NULL)
		*pin = NULL;
	rv = p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &p->session);
	if (rv != CKR_OK)
		return p11_fail(p, rv, "open a session", rd->e);
	p->in_session = true;
	if ((p->info.flags & CKF_LOGIN_REQUIRED) != 0)
		r = log_in(p, rd, &own);
	if (r == DMSC_E_OK && pin != NULL) {
		*pin = own;
		own = NULL;
	}
	dmsc_secret_free(&own);
	return r;
}

/* The class, and what the URI says of the object; the number. */
static size_t
template_of(const struct p11 *p, CK_OBJECT_CLASS *kind, CK_ATTRIBUTE out[3])
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_LABEL, CKA_ID };
	const CK_ATTRIBUTE *a;
	size_t n = 1, i;

	out[0] = (CK_ATTRIBUTE){ CKA_CLASS, kind, sizeof *kind };
	for (i = 0; i < DMSC_COUNT(types); i++)
		if ((a = p->lib.uri_get_attribute(p->uri, types[i])) != NULL)
			out[n++] = *a;
	return n;
}

static int
not_one(const struct p11 *p, CK_ULONG n, struct dmsc_err *e)
{
	char label[LABEL];

	(void)p11_label(p, label, sizeof label);
	(void)dmsc_fail(e, n == 0 ? DMSC_E_NOTFOUND : DMSC_E_CHOICE, n == 0 ?
	    "there is no such key in the token '%s'" :
	    "several keys in the token '%s' fit the source", label);
	(void)dmsc_err_why(e, "%s", n == 0 ? "no key of this kind has that "
	    "object= and id=" : "say id= as well as object=");
	return n == 0 ? DMSC_E_NOTFOUND : DMSC_E_CHOICE;
}

int
p11_find_object(struct p11 *p, CK_OBJECT_CLASS kind, struct dmsc_err *e,
    CK_OBJECT_HANDLE *out)
{
	CK_OBJECT_HANDLE found[FOUND];
	CK_ATTRIBUTE t[3], *said;
	CK_ULONG n = 0;
	CK_RV rv;

	said = p->lib.uri_get_attribute(p->uri, CKA_CLASS);
	if (said != NULL && (said->ulValueLen != sizeof kind ||
	    memcmp(said->pValue, &kind, sizeof kind) != 0))
		return dmsc_fail(e, DMSC_E_USAGE, "type= says another kind "
		    "of object than the key that is wanted");
	rv = p->f->C_FindObjectsInit(p->session, t, template_of(p, &kind,
	    t));
	if (rv == CKR_OK) {
		rv = p->f->C_FindObjects(p->session, found, FOUND, &n);
		(void)p->f->C_FindObjectsFinal(p->session);
	}
	if (rv != CKR_OK)
		return p11_fail(p, rv, "look for a key", e);
	*out = found[0];
	return n == 1 ? DMSC_E_OK : not_one(p, n, e);
}
