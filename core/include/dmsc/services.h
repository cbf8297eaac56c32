/*
 * Services of the simulated device (use case 5.1): mail and messaging, as the
 * objects in its tree configure them. Nothing of it is kept: it is what the
 * tree says now. Room device.
 *
 * Objects of mail are those of Type DOMAIN/1.x/Mail and DMSC_MAIL_URN, of
 * messaging those of Type DOMAIN/1.x/IM and DMSC_IM_URN, wherever they stand:
 * Name, Address, User, Password, ConRef (an access point or proxy in the
 * tree), and Protocol, Host, Port, TLS: of mail below Incoming and Outgoing,
 * with User and Password there too.
 */
#ifndef DMSC_SERVICES_H
#define DMSC_SERVICES_H

#include <dmsc/view.h>

/* Ours, unregistered. */
#define DMSC_MAIL_URN "urn:oma:mo:ext-dmsc-mail:1.0"
#define DMSC_IM_URN "urn:oma:mo:ext-dmsc-im:1.0"

struct dmsc_session;

struct dmsc_service_server {
	char *role;		/* "incoming", "outgoing", "messages" */
	char *protocol;		/* "imap", "pop3", "smtp", "xmpp" */
	char *host;
	unsigned port;		/* 0: there is none */
	bool tls;
};
struct dmsc_service_account {
	char *uri;		/* of its object */
	char *name;		/* or NULL */
	char *document;		/* that brought it; NULL: no card did */
	bool usable;
	char *why;		/* it is not; or NULL */
	char *user;		/* or NULL */
	bool password;		/* it has one: nothing is to be typed */
	struct dmsc_service_server *servers;
	size_t n_servers;
	char *access;		/* URI of the access point; NULL: any */
	char *apn;		/* its address, or NULL */
};
struct dmsc_service {
	char *name;		/* "mail", "messaging" */
	char *state;		/* "configured", "unusable" (no account can be
				 * used), "unconfigured" */
	struct dmsc_service_account *accounts;
	size_t n_accounts;
};
struct dmsc_services {
	char *device;
	struct dmsc_service *services;
	size_t n_services;
};
extern const struct dmsc_view dmsc_service_view, dmsc_services_view;

/* device NULL: "default". The card is not asked. */
int dmsc_device_services(struct dmsc_session *s, const char *device,
    struct dmsc_services **out) DMSC_MUST_CHECK;

#endif
