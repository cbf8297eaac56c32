/* The public calls of dmsc/services.h on a session. */
#include "device/services.h"

#include "session/session.h"

int
dmsc_device_services(struct dmsc_session *s, const char *device,
    struct dmsc_services **out)
{
	struct dmsc_services *x = NULL;
	struct dmsc_device *d = NULL;
	int r = dmsc_device_load(s->state_dir, device, &d, &s->err);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((x = dmsc_view_new(&dmsc_services_view)) == NULL ||
	    dmsc_str_set(&x->device, "%s", d->name) != DMSC_E_OK ||
	    dmsc_services_of(d, &x->services, &x->n_services) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_services_view, x);
		x = NULL;
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	}
	dmsc_device_free(&d);
	*out = x;
	return r;
}
