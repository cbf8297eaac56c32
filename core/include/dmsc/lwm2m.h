/*
 * LwM2M server accounts of a bootstrap document: an instance of the Security
 * object and, but for bootstrap servers, the instance of the Server object
 * with the same short server identifier. Room codec; the calls on a card are
 * made in the room store.
 */
#ifndef DMSC_LWM2M_H
#define DMSC_LWM2M_H

#include <dmsc/secret.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

/*
 * One account to be set. It is the bootstrap server's, else that with the
 * short server identifier, else (id 0) the one with the URI, else the only
 * one of a server; where there is none it is made. What is NULL, 0 or -1
 * stays as it is; a new account then has a lifetime of a day and binding U.
 */
struct dmsc_lwm2m_account {
	const char *uri;	/* coap://, coaps://, coap+tcp://, ... */
	bool bootstrap;
	unsigned id;		/* 1 to 65534 */
	const struct dmsc_secret *psk;	/* borrowed; makes the mode PSK */
	const char *identity;	/* of the key */
	bool nosec;		/* no key at all */
	int64_t lifetime;	/* seconds, -1 */
	const char *binding;	/* "U", "UQ", "T", ... */
};

/* One account as it is. Identity and key are secret: their sizes. */
struct dmsc_lwm2m_server {
	char *document;
	char *instance;		/* of the Security object */
	char *uri;
	bool bootstrap;
	int id;			/* -1: none */
	char *security;		/* "psk", "rpk", "certificate", "nosec",
				 * "est", or NULL */
	size_t identity_bytes;
	size_t key_bytes;
	char *lifetime;		/* digits; NULL: no Server instance */
	char *binding;
};
struct dmsc_lwm2m_list {
	struct dmsc_lwm2m_server *servers;
	size_t n_servers;
};
extern const struct dmsc_view dmsc_lwm2m_server_view, dmsc_lwm2m_list_view;

/* In the working copy; the document is made where it is not there. USAGE,
 * DATA with what is wrong, NOTFOUND, UNSUPPORTED for another kind. */
int dmsc_lwm2m_set(struct dmsc_session *s, const char *path,
    const struct dmsc_lwm2m_account *a) DMSC_MUST_CHECK;
/* Of a document, or, path NULL, of all of kind lwm2m. */
int dmsc_lwm2m_show(struct dmsc_session *s, const char *path,
    struct dmsc_lwm2m_list **out) DMSC_MUST_CHECK;

/* The bytes of a document to and from the JSON for people: {"Server":{"0":
 * {"Lifetime":60}}}; written in the order of the numbers. e may be NULL. */
int dmsc_lwm2m_encode(struct dmsc_rd json, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_lwm2m_decode(struct dmsc_rd bytes, struct dmsc_buf *json,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
