/*
 * A device's file as anybody may have left it: a policy, orders of servers,
 * a package with its approval, alerts, mounts. The first byte is what the
 * card says to an approval. What is read at all is run, kept, and read again;
 * it ends, and no server is told more than may wait.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "device/alerts.h"
#include "device/force.h"
#include "device/fumo.h"
#include "device/orders.h"
#include "device/seen.h"
#include "device/services.h"
#include "fuzz/replay.h"
#include "tap.h"

enum { BIG = 1 << 20, NOW = 1764000000 };

static char folder[TAP_FOLDER], file[TAP_FOLDER + 32];

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
clean(void)
{
	dmsc_package_remove_all(file);
	(void)unlink(file);
	*strrchr(file, '/') = '\0';
	(void)rmdir(file);
	(void)rmdir(folder);
}

static void
begin(void)
{
	struct dmsc_err e = { .code = DMSC_E_OK };

	if (folder[0] != '\0')
		return;
	/* Files are synced: on a disk that is what takes the time. */
	if (access("/dev/shm", W_OK) == 0)
		must(setenv("TMPDIR", "/dev/shm", 0) == 0);
	must(tap_folder(folder) && atexit(clean) == 0);
	(void)snprintf(file, sizeof file, "%s/devices", folder);
	must(dmsc_file_mkdirs(file, &e) == DMSC_E_OK);
	(void)snprintf(file, sizeof file, "%s/devices/fuzz.xml", folder);
}

static int
approve(void *ctx, struct dmsc_rd data, struct dmsc_rd signature,
    struct dmsc_err *e)
{
	static const int says[] = { DMSC_E_OK, DMSC_E_MISMATCH,
		DMSC_E_SIGNER, DMSC_E_NOCARD };
	int r = says[*(const uint8_t *)ctx % DMSC_COUNT(says)];

	must(data.left > 0 && signature.left > 0);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the card says so");
}

/* No network here. */
static void
no_address(struct dmsc_device *d)
{
	static const char *const paths[] = { "Download/PkgURL",
		"DownloadAndUpdate/PkgURL" };
	const struct dmsc_fumo_slot *s;
	size_t i, k;

	for (i = 0; (s = dmsc_fumo_slot(i)) != NULL; i++)
		for (k = 0; k < DMSC_COUNT(paths); k++)
			must(dmsc_fumo_write(d, s, paths[k],
			    dmsc_rd_str("")) == DMSC_E_OK);
}

static void
look(struct dmsc_device *d)
{
	struct dmsc_services x = { .device = NULL };
	struct dmsc_policy *p = NULL;
	struct dmsc_alert_kept k;
	struct dmsc_seencard seen;
	size_t i;

	must(dmsc_policy_load(d, &p) == DMSC_E_OK);
	if (p != NULL)
		must(dmsc_policy_next(d, p, NOW) >= 0);
	free(p);
	for (i = 0; dmsc_alert_at(d, "ma.example", i, &k); i++)
		continue;
	if (dmsc_seencard_get(d, &seen))
		free(seen.by);
	must(dmsc_services_of(d, &x.services, &x.n_services) == DMSC_E_OK);
	dmsc_view_clear(&dmsc_services_view, &x);
}

static void
run(struct dmsc_device *d, uint8_t says)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_world w = { .dev = d, .card = "card", .approve = approve,
		.ctx = &says, .now = NOW, .e = &e };
	size_t had = dmsc_alerts_waiting(d), n;
	bool changed;
	int r;

	no_address(d);
	look(d);
	must(dmsc_policy_run(d, NOW, &changed) == DMSC_E_OK &&
	    dmsc_fumo_settle(d, &changed, &e) == DMSC_E_OK);
	r = dmsc_orders_run(&w, &n);
	must(r == DMSC_E_NOCARD || (r == DMSC_E_OK &&
	    dmsc_orders_waiting(d) == 0));
	must(dmsc_alerts_waiting(d) <= DMSC_MAX(had, DMSC_ALERTS_MAX));
	must(dmsc_device_save(d, &e) == DMSC_E_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d = NULL;
	struct dmsc_rd in = dmsc_rd_of(p, n);
	uint8_t says;
	int r;

	begin();
	if (dmsc_rd_u8(&in, &says) != DMSC_E_OK)
		return 0;
	must(dmsc_file_spit(file, in, &e) == DMSC_E_OK);
	r = dmsc_device_load(folder, "fuzz", &d, &e);
	must(r == DMSC_E_OK || r == DMSC_E_DATA);
	if (r == DMSC_E_OK) {
		run(d, says);
		dmsc_device_free(&d);
		must(dmsc_device_load(folder, "fuzz", &d, &e) == DMSC_E_OK);
	}
	dmsc_device_free(&d);
	dmsc_package_remove_all(file);
	(void)unlink(file);
	return 0;
}

/* ---- golden files */

static void
policy(struct dmsc_device *d)
{
	static const struct {
		const char *uri, *value;
	} leaves[] = {
		{ "Policy/Name", "school" },
		{ "Policy/Administrator", "ma.example" },
		{ "Policy/Version", "1" },
		{ "Policy/Rule/1/Function", "Camera,USB" },
		{ "Policy/Rule/1/Days", "Mon-Fri" },
		{ "Policy/Rule/1/Hours", "22:00-06:30" },
		{ "Policy/Rule/1/Place", "school" },
		{ "Policy/Rule/2/Function", "*" },
		{ "Policy/Rule/2/State", "off" },
		{ "Policy/Rule/2/DenyUser", "true" },
		{ "Origin/Place", "school" },
		{ "Origin/Ran", "1763990000" },
	};
	struct dmsc_origin o = { .card = "card", .document = "P",
		.kind = "dm" };
	size_t i;

	for (i = 0; i < DMSC_COUNT(leaves); i++)
		must(dmsc_tree_add(d->tree, leaves[i].uri, DMSC_FMT_CHR,
		    NULL, dmsc_rd_str(leaves[i].value), NULL) == DMSC_E_OK);
	must(dmsc_node_set_type(d->tree, dmsc_tree_find(d->tree, "Policy"),
	    DMSC_POLICY_URN "1.0") == DMSC_E_OK);
	must(dmsc_origin_add(d, &o) == DMSC_E_OK &&
	    dmsc_origin_add_place(d, &o, "Policy") == DMSC_E_OK);
}

static void
order(struct dmsc_device *d, const char *uri)
{
	const struct dmsc_alert a = { .server = "ma.example",
		.source = "./DCMO/Camera", .type = "urn:t", .format = "chr",
		.mark = "warning", .correlator = "7", .data = "on" };
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_world w = { .dev = d, .e = &e, .server = "ma.example" };

	must(dmsc_alert_add(d, &a) == DMSC_E_OK &&
	    dmsc_order_add(&w, uri) == DMSC_E_OK);
}

static void
package(struct dmsc_device *d)
{
	const struct dmsc_fumo_slot *s = dmsc_fumo_slot(0);

	must(dmsc_fumo_write(d, s, "PkgName", dmsc_rd_str("fw")) ==
	    DMSC_E_OK && dmsc_fumo_write(d, s, "Update/PkgData",
	    dmsc_rd_str("bytes")) == DMSC_E_OK && dmsc_fumo_write(d, s,
	    "Ext/Approval", dmsc_rd_str("approval")) == DMSC_E_OK);
	order(d, "FUMO/Firmware/Update");
}

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "fresh", "policy", "package",
		"refused", "waits", "all" };
	static const uint8_t says[] = { 0, 0, 0, 2, 3, 1 };
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d = NULL;
	struct dmsc_buf *b = NULL;

	if (i >= DMSC_COUNT(names))
		return NULL;
	begin();
	must(dmsc_device_load(folder, "fuzz", &d, &e) == DMSC_E_OK);
	if (i == 1 || i == 5)
		policy(d);
	if (i == 1 || i == 5)
		order(d, "DCMO/Camera/Operations/Disable");
	if (i >= 2)
		package(d);
	must(dmsc_device_save(d, &e) == DMSC_E_OK &&
	    dmsc_file_slurp(file, BIG, &b, &e) == DMSC_E_OK &&
	    dmsc_buf_u8(out, says[i]) == DMSC_E_OK &&
	    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	dmsc_buf_free(&b);
	dmsc_device_free(&d);
	(void)unlink(file);
	return names[i];
}
