/* device mount, device unmount, device get: nodes of the device that its card
 * keeps, and the values of any. */
#include "cmd/dm.h"
#include "tools.h"

enum { URIS_MAX = 64 };

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static void
print_mounts(struct sh *sh, const struct dmsc_mount_list *l)
{
	static const char *const heads[] = { "URI", "ON THE CARD", "CARD",
	    "STATE" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i;

	for (i = 0; i < l->n_mounts; i++) {
		const struct dmsc_mount *m = &l->mounts[i];
		const char *const row[] = { m->uri, m->path, m->card,
		    m->state };

		sh_table_row(t, row);
	}
	sh_table_print(sh, &t);
	if (l->n_mounts == 0)
		sh_print(sh, "nothing is mounted\n");
}

/* Where something is mounted its card is wanted; without one it is not there,
 * which is no failure of the command. */
static void
try_card(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_mount_list *l = NULL;

	if (dmsc_device_mounts(sh_session(sh), device_name(sh, a), &l) ==
	    DMSC_E_OK && l->n_mounts > 0)
		(void)sh_need_card(sh);
	dmsc_view_free(&dmsc_mount_list_view, l);
	dmsc_err_clear(sh_err(sh));
}

static int
mount_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_mount_list *l = NULL;
	struct dmsc_buf *path = NULL;
	int r, status = 0;

	if (sh_argc(a) == 0) {
		try_card(sh, a);
		r = dmsc_device_mounts(sh_session(sh), device_name(sh, a),
		    &l);
	} else if ((status = sh_card_path(sh, a, 0, &path)) != 0)
		return status;
	else
		r = dmsc_device_mount(sh_session(sh), device_name(sh, a),
		    dmsc_buf_cstr(path), sh_arg(a, 1),
		    sh_options(sh)->dry_run, &l);
	dmsc_buf_free(&path);
	if (l == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_mount_list_view, l);
	print_mounts(sh, l);
	if (sh_argc(a) > 0 && r == DMSC_E_OK && sh_options(sh)->dry_run)
		sh_print(sh, "nothing was mounted\n");
	return sh_fail(sh, r);
}

static const char *const mount_examples[] = {
	"device mount /OperatorX/Mail ./Post && device get "
	    "./Post/home/Incoming/Host",
	"pin verify 81 @scripts/demo/pin81 && device mount /Personal ./Mine "
	    "&& device mount",
	NULL
};

const struct sh_cmd sh_cmd_device_mount = {
	.name = "device mount", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "[PATH [URI]]",
	.summary = "let the device use what the card has, without a copy",
	.details = "PATH is a document of the card or a part of one, /card "
	    "too; it becomes the node URI of the device's tree, ./NAME where "
	    "none is given. The device keeps the mount alone: each time a "
	    "program (device get) or a server (device server) asks, "
	    "the card is read, and what it says is not written to any file "
	    "of the device. While the card is not there, or another one is, "
	    "the nodes are not there either: 404.\n\n"
	    "MOs that the device had taken from the same document leave its "
	    "tree, and device poweron takes none from it while it is "
	    "mounted. What holds a policy is not mounted.\n\n"
	    "Servers may only Get: all else is 405, Copy too, which would "
	    "leave a copy in the device. They are judged by the lists of the "
	    "document, and where it has none by those of the node above URI. "
	    "What the card asks for (a PIN, a channel) is asked for as "
	    "elsewhere: pin verify, scp open, dm login.\n\n"
	    "Without arguments the mounts are listed.",
	.max_args = 2, .examples = mount_examples,
	.see = "device unmount, device get, device poweron, device server",
	.complete = sh_complete_path, .run = mount_run,
};

static int
unmount_run(struct sh *sh, const struct sh_args *a)
{
	const bool dry = sh_options(sh)->dry_run;
	int r = dmsc_device_unmount(sh_session(sh), device_name(sh, a),
	    sh_arg(a, 0), dry);

	if (r == DMSC_E_OK && dry)
		sh_print(sh, "nothing was unmounted\n");
	return sh_fail(sh, r);
}

static const char *const unmount_examples[] = {
	"device mount /OperatorX ./Op && device unmount ./Op", NULL
};

const struct sh_cmd sh_cmd_device_unmount = {
	.name = "device unmount", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "URI",
	.summary = "end a mount of the device",
	.details = "The card is not touched. The next device poweron takes "
	    "the document as any other.",
	.min_args = 1, .max_args = 1, .examples = unmount_examples,
	.see = "device mount", .complete = sh_complete_device,
	.run = unmount_run,
};

static int
get(struct sh *sh, const struct sh_args *a, const char *const *uris,
    size_t n)
{
	struct dmsc_dm_answer *x = NULL;
	int r = dmsc_device_get(sh_session(sh), device_name(sh, a), uris, n,
	    &x);

	if (x == NULL)
		return sh_fail(sh, r);
	return sh_dm_got(sh, a, x, n, r);
}

static int
get_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *uris[URIS_MAX] = { NULL };
	const char *v[URIS_MAX] = { NULL };
	int i, n = sh_argc(a), status;

	status = sh_dm_get_uris(sh, a, uris, URIS_MAX);
	for (i = 0; i < n && status == 0; i++)
		v[i] = dmsc_buf_cstr(uris[i]);
	if (status == 0) {
		try_card(sh, a);
		status = get(sh, a, v, (size_t)n);
	}
	for (i = 0; i < n && i < URIS_MAX; i++)
		dmsc_buf_free(&uris[i]);
	return status;
}

static const char *const get_examples[] = {
	"device get ./DevInfo/DevId ./DevDetail/FwV",
	"device mount /OperatorX && device get --list Struct ./OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_device_get = {
	.name = "device get", .group = SH_G_DEVICE, .danger = SH_READ,
	.synopsis = "URI...",
	.summary = "get values of the device's tree, as its programs do",
	.details = "As dm get, on the tree of the device: a leaf's value is "
	    "printed, of a folder the names in it. What is mounted is read "
	    "from the card; while the card is not there, it is 404 and the "
	    "exit status 6.\n\n" SH_SECRETS,
	.opts = sh_dm_get_opts, .min_args = 1, .max_args = -1,
	.examples = get_examples,
	.see = "device mount, device tree, device set, dm get",
	.complete = sh_complete_device, .run = get_run,
};
