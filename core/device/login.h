/*
 * Who the device is in a session and who its server is: the account's
 * credentials, copied, because the account is the server's to change.
 */
#ifndef DMSC_DEVICE_LOGIN_H
#define DMSC_DEVICE_LOGIN_H

#include "device/state.h"
#include "dm/cred.h"
#include "dm/pkg0.h"

enum { DMSC_LOGIN_ID = 96 };

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
/* The device's identity (DevInfo/DevId). */
void dmsc_login_device(const struct dmsc_device *d, char *out, size_t size);

#endif
