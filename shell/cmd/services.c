/* device services: what the user's services are configured with. */
#include "tools.h"

static int
services_run(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");
	struct dmsc_services *x = NULL;
	int r = dmsc_device_services(sh_session(sh), name != NULL ? name :
	    sh_options(sh)->device, &x);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_services_view, x);
	sh_print_services(sh, x->services, x->n_services);
	return 0;
}

static const char *const services_examples[] = {
	"device poweron --yes && device services", NULL };

const struct sh_cmd sh_cmd_device_services = {
	.name = "device services", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "show the device's mail and messaging services",
	.details = "Each service is configured, unconfigured, or unusable: "
	    "none of its accounts can be used, and why. What they are "
	    "configured with is read from the device's tree, each time, so "
	    "it changes with the card.\n\nMail takes the objects of Type "
	    "DOMAIN/1.x/Mail and urn:oma:mo:ext-dmsc-mail:1.0, messaging "
	    "those of Type DOMAIN/1.x/IM and urn:oma:mo:ext-dmsc-im:1.0; the "
	    "URNs are of dmsc, unregistered. They have Name, Address, User, "
	    "Password and ConRef (an access point or proxy in the tree), and "
	    "Protocol, Host, Port and TLS: those of mail below Incoming "
	    "(imap or pop3) and Outgoing (smtp), where User and Password may "
	    "stand too. Without a Port it is the protocol's own. An account "
	    "whose server has no name or whose access point is not there "
	    "cannot be used. The mail accounts of Client Provisioning "
	    "(APPID 143, 110 and 25) become such objects at power-on. "
	    "Passwords are never shown.",
	.max_args = 0, .examples = services_examples,
	.see = "device poweron, device tree", .run = services_run,
};
