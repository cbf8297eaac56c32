/*
 * Who the device is in a session and who its server is: the account's
 * credentials, copied, because the account is the server's to change.
 */
#ifndef DMSC_DEVICE_LOGIN_H
#define DMSC_DEVICE_LOGIN_H

#include "device/state.h"
#include "dm/cred.h"
#include "dm/pkg0.h"

#include <dmsc/secret.h>

enum { DMSC_LOGIN_ID = 96, DMSC_LOGIN_USER = 256 };

struct dmsc_login {
	struct dmsc_cred_login client, server;	/* scheme NONE: none */
	char server_id[DMSC_PKG0_SERVER_MAX + 1];
	char device[DMSC_LOGIN_ID];	/* DevId */
	struct dmsc_buf *held[6];
};

/* resync: with the nonces of zeros. LIMIT: the ServerID is too long. */
int dmsc_login_take(const struct dmsc_device *d,
    const struct dmsc_node *account, bool resync, struct dmsc_login *out)
    DMSC_MUST_CHECK;
void dmsc_login_free(struct dmsc_login *l);
/* The account's credential of a level, of the scheme that it prefers
 * (AAuthPref) where it has one: as dmsc_cred_of. */
int dmsc_login_of(const struct dmsc_node *account, const char *level,
    struct dmsc_cred_login *out) DMSC_MUST_CHECK;
/* HTTP's own credential, for HTTP-BASIC or HTTP-DIGEST; user NULL: none. */
struct dmsc_login_http {
	char *user;
	struct dmsc_secret *password;
	bool digest;
};
int dmsc_login_http(const struct dmsc_node *account,
    struct dmsc_login_http *out) DMSC_MUST_CHECK;
void dmsc_login_http_free(struct dmsc_login_http *h);
/* The first address of the account that is one of HTTP, with its port, as a
 * text in out. NOTFOUND. */
int dmsc_login_url(const struct dmsc_node *account, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* The account by which the card itself speaks; NULL: it brought none. */
const struct dmsc_node *dmsc_login_card(const struct dmsc_device *d);
/* The device's identity (DevInfo/DevId). */
void dmsc_login_device(const struct dmsc_device *d, char *out, size_t size);

#endif
