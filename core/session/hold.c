/* A device held while a call changes it (session/hold.h). */
#include "session/hold.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "device/lock.h"

struct session_hold {
	struct session_hold *next;
	char *device, *path;
	unsigned depth;
	int fd;
};

static struct session_hold **
find(struct dmsc_session *s, const char *device)
{
	struct session_hold **at = &s->holds;

	while (*at != NULL && strcmp((*at)->device, device) != 0)
		at = &(*at)->next;
	return at;
}

int
dmsc_session_hold(struct dmsc_session *s, const char *device, bool dry)
{
	const char *name = device == NULL ? DMSC_DEVICE_DEFAULT : device;
	struct session_hold **at = find(s, name), *h;
	int r;

	if (dry)
		return DMSC_E_OK;
	if (*at != NULL) {
		(*at)->depth++;
		return DMSC_E_OK;
	}
	if ((h = calloc(1, sizeof *h)) == NULL ||
	    dmsc_str_set(&h->device, "%s", name) != DMSC_E_OK) {
		free(h);
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	}
	r = dmsc_device_lock(s->state_dir, name, &h->path, &h->fd, &s->err);
	if (r != DMSC_E_OK) {
		free(h->device);
		free(h);
		return r;
	}
	h->depth = 1;
	*at = h;
	return DMSC_E_OK;
}

void
dmsc_session_let(struct dmsc_session *s, const char *device, bool dry)
{
	struct session_hold **at = find(s, device == NULL ?
	    DMSC_DEVICE_DEFAULT : device), *h = *at;

	if (dry || h == NULL || --h->depth > 0)
		return;
	*at = h->next;
	dmsc_device_unlock(&h->path, &h->fd);
	free(h->device);
	free(h);
}
