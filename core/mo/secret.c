/* Which nodes are secret by content (DMAcc, NAP, Client Provisioning,
 * LwM2M: the title has the name there). */
#include <dmsc/tree.h>

#include <string.h>
#include <strings.h>

bool
dmsc_name_is_secret(const char *name)
{
	static const char *const ends[] = { "Secret", "SecretKey",
		"Password", "Passwd", "PSK", "AAuthData", "PXAUTH-PW",
		/* LwM2M: 0/x/3 and 0/x/7, 0/x/8 */
		"PublicKeyOrIdentity", "SecretKeys", "KeyParameters" };
	size_t i, n = strlen(name), m;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		m = strlen(ends[i]);
		if (n >= m && strcasecmp(name + n - m, ends[i]) == 0)
			return true;
	}
	return false;
}

bool
dmsc_node_is_secret(const struct dmsc_node *n)
{
	return dmsc_node_is_leaf(n) &&
	    (dmsc_name_is_secret(dmsc_node_name(n)) ||
	    dmsc_name_is_secret(dmsc_node_title(n)));
}
