/* Inside of the DM server over HTTP (dmsc/dmserver.h). */
#ifndef DMSC_SESSION_DMSERVER_H
#define DMSC_SESSION_DMSERVER_H

#include <dmsc/dmserver.h>

#include "dm/server.h"
#include "net/http.h"

enum { DMSRV_TALKS = 32, DMSRV_DEVICES = 64, DMSRV_NAME = 256 };

enum dmsrv_bad { BAD_NONE, BAD_NONSENSE, BAD_MUCH, BAD_LATE, BAD_WRONG,
	BAD_FOREVER, BAD_BUSY, BAD_BROKEN };

/* What the next session of a device begins with. */
struct dmsrv_known {
	char device[DMSRV_NAME];
	struct dmsc_dm_nonce client, server;
};
/* A session with one device. core NULL: free. */
struct dmsrv_talk {
	struct dmsc_dmserver *d;
	struct dmsc_dm_server *core;
	struct dmsc_dmserver_session facts;
	char device[DMSRV_NAME], id[8];
	struct dmsc_request *v;		/* of batch, for the core */
	struct dmsc_dmserver_batch batch;
	struct dmsc_dmserver_command again;	/* of one that never ends */
	unsigned long used;		/* when last */
	bool over;
};
struct dmsc_dmserver {
	struct dmsc_session *s;
	struct dmsc_dmserver_opts o;
	struct dmsc_httpd *h;
	char url[2 * DMSRV_NAME];
	struct dmsrv_known known[DMSRV_DEVICES];
	size_t n_known;
	struct dmsrv_talk talks[DMSRV_TALKS];
	unsigned long clock, number;
	unsigned ended, answers;
	enum dmsrv_bad bad;
};

/* dmserver_talk.c: the session that m is of, a new one where there is none;
 * NULL: no memory. */
struct dmsrv_talk *dmsrv_talk(struct dmsc_dmserver *d,
    const struct dmsc_msg *m, struct dmsc_rd bytes);
void dmsrv_talk_end(struct dmsrv_talk *t);
const struct dmsc_dmserver_account *dmsrv_account(
    const struct dmsc_dmserver *d, const char *device);
/* l of a, with the nonce that came since. */
int dmsrv_login(const struct dmsc_dmserver *d, const char *device,
    bool server, struct dmsc_cred_login *out) DMSC_MUST_CHECK;
bool dmsrv_is_bad(const struct dmsc_dmserver *d, enum dmsrv_bad b);

/* dmserver_log.c */
void dmsrv_log_listening(struct dmsc_dmserver *d);
void dmsrv_log_talk(const struct dmsrv_talk *t, const char *event);
void dmsrv_log_message(const struct dmsrv_talk *t,
    const struct dmsc_dm_packet *in, const struct dmsc_dm_packet *out,
    const struct dmsc_err *e);
void dmsrv_log_alert(const struct dmsrv_talk *t,
    const struct dmsc_dm_event *ev, unsigned status);
void dmsrv_log_batch(const struct dmsrv_talk *t,
    const struct dmsc_dmserver_result *v, size_t n);
void dmsrv_log_refused(struct dmsc_dmserver *d, unsigned status,
    const char *why);

#endif
