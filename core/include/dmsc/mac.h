/*
 * Message authentication codes of DM: of a message (syncml:auth-MAC) and of
 * bootstrap data that came over the air (SEC and MAC). Room crypto.
 */
#ifndef DMSC_MAC_H
#define DMSC_MAC_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>
#include <dmsc/view.h>

struct dmsc_session;

enum dmsc_mac_scheme {
	/* Client Provisioning: SEC 0 to 3 */
	DMSC_MAC_NETWPIN, DMSC_MAC_USERPIN, DMSC_MAC_USERNETWPIN,
	DMSC_MAC_USERPINMAC,
	/* DM; its USERPIN is that of Client Provisioning */
	DMSC_MAC_NETWORKID, DMSC_MAC_USERPIN_NETWORKID,
	DMSC_MAC_AUTH		/* syncml:auth-MAC */
};

struct dmsc_mac_opts {
	const char *scheme;	/* "netwpin", "userpin", "usernetwpin",
				 * "userpinmac", "networkid",
				 * "userpin-networkid", "auth-mac" */
	/* NULL: none. network: the IMSI's digits, or the secret that network
	 * and device share. */
	const struct dmsc_secret *network, *pin, *password;
	const char *user;	/* Source/LocName */
	const char *nonce;	/* base64, as NextNonce */
	const char *want;	/* NULL: nothing is compared */
};
struct dmsc_mac {
	char *scheme;
	char *mac;		/* hexadecimal, of auth-mac base64; of
				 * userpinmac "good" */
	int good;		/* -1: nothing was compared */
};
extern const struct dmsc_view dmsc_mac_view;

/* MISMATCH: another code than want, or digits that were typed wrong; *out is
 * set where there is a code. DATA: a part is missing. USAGE: no such scheme.
 * *out is freed with dmsc_view_free(&dmsc_mac_view, ...). */
int dmsc_mac(struct dmsc_session *s, struct dmsc_rd body,
    const struct dmsc_mac_opts *o, struct dmsc_mac **out) DMSC_MUST_CHECK;

#endif
