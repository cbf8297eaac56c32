/*
 * Who holds a busy reader: the programs whose sockets end at pcscd's, found
 * through Linux's socket diagnosis (sock_diag(7)). Best effort.
 */
#include <dirent.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "link/pcsc.h"

enum {
	PEERS_MAX = 200,	/* contexts of one pcscd */
	DUMP_MAX = 64,		/* packets of one answer that we read */
	DUMP_SIZE = 32768,
	PATH_SIZE = 64,
	COMM_MAX = 64,
	ALIGN = 4
};

struct peers {
	uint32_t inode[PEERS_MAX];
	size_t n;
};
struct ask {
	struct nlmsghdr head;
	struct unix_diag_req req;
};
struct attr {
	uint16_t len, type;
};

static const char socket_path[] = "/run/pcscd/pcscd.comm";

/* The netlink formats are this machine's own byte order. */
static bool
take(struct dmsc_rd *r, void *out, size_t n)
{
	struct dmsc_rd part;

	if (dmsc_rd_take(r, n, &part) != DMSC_E_OK)
		return false;
	memcpy(out, part.p, n);
	return true;
}

/* One socket: when it is one of pcscd's, its far end is kept. */
static void
take_socket(struct peers *p, struct dmsc_rd msg)
{
	struct unix_diag_msg head;
	struct attr a;
	struct dmsc_rd value;
	uint32_t peer = 0;
	bool named = false;
	size_t pad;

	if (!take(&msg, &head, sizeof head))
		return;
	while (take(&msg, &a, sizeof a) && a.len >= sizeof a &&
	    dmsc_rd_take(&msg, a.len - sizeof a, &value) == DMSC_E_OK) {
		pad = (size_t)(-a.len & (ALIGN - 1));
		if (a.type == UNIX_DIAG_PEER)
			(void)take(&value, &peer, sizeof peer);
		else if (a.type == UNIX_DIAG_NAME && value.left > 0)
			named = dmsc_rd_eq_str(dmsc_rd_slice(value, 0,
			    strnlen((const char *)value.p, value.left)),
			    socket_path);
		msg = dmsc_rd_slice(msg, pad, msg.left);
	}
	if (named && peer != 0 && p->n < PEERS_MAX)
		p->inode[p->n++] = peer;
}

/* One packet of the answer; false at its end. */
static bool
take_packet(struct peers *p, struct dmsc_rd packet)
{
	struct nlmsghdr head;
	struct dmsc_rd body;

	while (take(&packet, &head, sizeof head)) {
		if (head.nlmsg_type == NLMSG_DONE ||
		    head.nlmsg_type == NLMSG_ERROR ||
		    head.nlmsg_len < sizeof head ||
		    dmsc_rd_take(&packet, head.nlmsg_len - sizeof head,
		    &body) != DMSC_E_OK)
			return false;
		take_socket(p, body);
		packet = dmsc_rd_slice(packet,
		    (size_t)(-head.nlmsg_len & (ALIGN - 1)), packet.left);
	}
	return true;
}

static void
find_peers(struct peers *p)
{
	static const size_t size = DUMP_SIZE;
	struct ask ask = {
		.head = { .nlmsg_len = sizeof ask,
		    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.req = { .sdiag_family = AF_UNIX, .udiag_states = ~0u,
		    .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_SOCK_DIAG);
	uint8_t *packet = malloc(size);
	ssize_t n = 0;
	int i;

	if (fd >= 0 && packet != NULL)
		n = send(fd, &ask, sizeof ask, 0);
	for (i = 0; n > 0 && i < DUMP_MAX; i++) {
		n = recv(fd, packet, size, 0);
		if (n > 0 && !take_packet(p, dmsc_rd_of(packet, (size_t)n)))
			break;
	}
	if (fd >= 0)
		(void)close(fd);
	free(packet);
}

/* Whether fd of the process is one of the peers. */
static bool
is_peer(const struct peers *p, const char *pid, const char *fd)
{
	char path[PATH_SIZE], link[PATH_SIZE], want[PATH_SIZE];
	ssize_t n;
	size_t i;

	(void)snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", pid, fd);
	if ((n = readlink(path, link, sizeof link - 1)) <= 0)
		return false;
	link[n] = '\0';
	for (i = 0; i < p->n; i++) {
		(void)snprintf(want, sizeof want, "socket:[%lu]",
		    (unsigned long)p->inode[i]);
		if (strcmp(link, want) == 0)
			return true;
	}
	return false;
}

static bool
has_peer(const struct peers *p, const char *pid)
{
	char path[PATH_SIZE];
	struct dirent *d;
	bool found = false;
	DIR *fds;

	(void)snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	if ((fds = opendir(path)) == NULL)
		return false;
	while (!found && (d = readdir(fds)) != NULL)
		found = is_peer(p, pid, d->d_name);
	(void)closedir(fds);
	return found;
}

static int
name_process(struct dmsc_buf *out, const char *pid)
{
	char path[PATH_SIZE];
	struct dmsc_buf *comm = NULL;
	const char *name = "";
	int r;

	(void)snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	if (dmsc_file_slurp(path, COMM_MAX, &comm, NULL) == DMSC_E_OK &&
	    (name = dmsc_buf_cstr(comm)) == NULL)
		name = "";
	r = dmsc_buf_fmt(out, "%s%s %.*s", out->len == 0 ? "by " : ", ", pid,
	    (int)strcspn(name, "\n"), name);
	dmsc_buf_free(&comm);
	return r;
}

void
dmsc_pcsc_holders(struct dmsc_buf *out)
{
	struct peers peers = { .n = 0 };
	struct dirent *d;
	uint64_t pid;
	DIR *proc;

	find_peers(&peers);
	if (peers.n == 0 || (proc = opendir("/proc")) == NULL)
		return;
	while ((d = readdir(proc)) != NULL)
		if (dmsc_num(d->d_name, 10, INT32_MAX, &pid) == DMSC_E_OK &&
		    pid != (uint64_t)getpid() &&
		    has_peer(&peers, d->d_name) &&
		    name_process(out, d->d_name) != DMSC_E_OK)
			break;
	(void)closedir(proc);
}
