/* key delete: keys that a card no longer needs. */
#include <string.h>

#include "tools.h"

enum { BYTE_MAX = 0xFF };

static int
delete_run(struct sh *sh, const struct sh_args *a)
{
	unsigned long version;
	char hex[16], what[48];
	int status;

	(void)snprintf(hex, sizeof hex, "0x%s", sh_arg(a, 0));
	if (strlen(sh_arg(a, 0)) > 2 || !sh_num_any(hex, BYTE_MAX, &version))
		return sh_usage(sh, "VERSION is two hexadecimal digits");
	if ((status = sh_need_card(sh)) != 0)
		return status;
	if (sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was sent\n");
		return 0;
	}
	(void)snprintf(what, sizeof what, "deleting the keys of version %02lX",
	    version);
	if ((status = sh_sure(sh, what)) != 0 || (status = sh_fail(sh,
	    dmsc_key_delete(sh_session(sh), (unsigned)version))) != 0)
		return status;
	sh_print(sh, "deleted\n");
	return 0;
}

static const char *const delete_examples[] = {
	"card new --force --iccid 8988211000000000008 --profile locked k.img "
	    "&& connect sim:k.img && scp open --keys @scripts/demo/scp-keys "
	    "&& key put 31 --keys @scripts/demo/scp-keys && key delete "
	    "31 --yes=0008", NULL
};

const struct sh_cmd sh_cmd_key_delete = {
	.name = "key delete", .group = SH_G_PIN, .danger = SH_FINAL,
	.synopsis = "VERSION",
	.summary = "delete keys from the card",
	.details = "All three of a version, through the secure channel that "
	    "is open, from the security domain that it was opened with. The "
	    "keys in use and the last ones stay: nothing is sent then. To "
	    "change keys, put the new ones, open the channel with them, then "
	    "delete the old ones.",
	.min_args = 1, .max_args = 1, .examples = delete_examples,
	.see = "key list, key put, scp open", .run = delete_run,
};
