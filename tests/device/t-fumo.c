/*
 * device: packages by OMA FUMO. Every state with every order; what each end of
 * a download leads to; who approves; and a cut before and after every write:
 * what was begun is done once by the next run, and told once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "device/alerts.h"
#include "device/approve.h"
#include "device/fumo.h"
#include "net/aside.h"
#include "tap.h"

#define PACKAGE "the new firmware"
enum { SERVER_MAX = 4096, LIFE_MS = 60000, CUT = 9, CUTS_MAX = 40 };

static char folder[TAP_FOLDER];
static char base[64];			/* of the server */

/* ---- writes that a cut may hit: rename and unlink, counted */

static int cut_at = -1, writes;

static void
cut(void)
{
	if (cut_at >= 0 && writes++ == cut_at)
		_exit(CUT);
}

int
rename(const char *from, const char *to)
{
	long r;

	cut();
	r = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	cut();
	return (int)r;
}

int
unlink(const char *path)
{
	long r;

	cut();
	r = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	cut();
	return (int)r;
}

/* ---- a server of packages, by the path of the address */

static int
serve(void *ctx, const struct dmsc_httpd_req *q, struct dmsc_httpd_answer *a)
{
	static const struct { const char *path; unsigned status; } rows[] = {
		{ "/good", 200 }, { "/empty", 200 }, { "/none", 404 },
		{ "/gone", 410 }, { "/user", 401 }, { "/away", 302 },
		{ "/late", 504 }, { "/broken", 500 },
	};
	size_t i;

	(void)ctx;
	a->status = 404;
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (strcmp(q->path, rows[i].path) == 0)
			a->status = rows[i].status;
	return strcmp(q->path, "/good") == 0 && strcmp(q->method, "GET") == 0
	    ? dmsc_buf_str(a->body, PACKAGE) : DMSC_E_OK;
}

static pid_t
server(unsigned *port)
{
	const struct dmsc_httpd_opts o = { .serve = serve,
	    .max = SERVER_MAX };

	return httpd_aside(&o, LIFE_MS, port);
}

/* ---- the device and its world */

static const struct dmsc_fumo_slot *slot;

/* What the card says: the signature names it. */
static int
approve(void *ctx, struct dmsc_rd data, struct dmsc_rd signature,
    struct dmsc_err *e)
{
	const char *text = ctx;
	bool fits = dmsc_rd_eq_str(data, text);

	if (dmsc_rd_eq_str(signature, "gone"))
		return dmsc_fail(e, DMSC_E_REMOVED, "the card was removed");
	if (dmsc_rd_eq_str(signature, "deaf"))
		return dmsc_fail(e, DMSC_E_SW, "the card refused");
	if (dmsc_rd_eq_str(signature, "other"))
		return dmsc_fail(e, DMSC_E_SIGNER, "unknown");
	return fits && dmsc_rd_eq_str(signature, "good") ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_MISMATCH, "bad");
}

/* What an authority signs, for any device and for this one. */
static char text_any[512], text_this[512];

static struct dmsc_device *
load(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_load(folder, "fumo", &d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static struct dmsc_world
world_of(struct dmsc_device *d, struct dmsc_err *e)
{
	struct dmsc_world w = { .dev = d, .state_dir = folder, .e = e,
		.approve = approve, .ctx = text_any, .server = "ma.example",
		.confirm = DMSC_CONFIRM_NO };

	return w;
}

static void
leaf(struct dmsc_device *d, const char *path, const char *value)
{
	if (dmsc_fumo_write(d, slot, path, dmsc_rd_str(value)) != DMSC_E_OK)
		abort();
}

/* A new device in that state, with a package where the state has one. */
static struct dmsc_device *
fresh(unsigned state, const char *url, const char *approval)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d;
	char text[64];

	if (dmsc_device_remove(folder, "fumo", &e) != DMSC_E_OK)
		abort();
	d = load();
	(void)snprintf(text, sizeof text, "%u", state);
	leaf(d, "State", text);
	(void)snprintf(text, sizeof text, "%s%s", *url == '/' ? base : "",
	    url);
	leaf(d, "Download/PkgURL", text);
	leaf(d, "DownloadAndUpdate/PkgURL", text);
	leaf(d, "PkgName", "modem");
	leaf(d, "PkgVersion", "2.0");
	leaf(d, "Ext/Approval", approval);
	if ((state == 40 || state == 50 || state == 60 || state == 70 ||
	    state == 90) && dmsc_package_put(d, slot, dmsc_rd_str(PACKAGE),
	    &e) != DMSC_E_OK)
		abort();
	if (dmsc_device_save(d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static unsigned
exec(struct dmsc_world *w, const char *name)
{
	static char corr[] = "c1";
	const struct dmsc_cmd c = { .kind = DMSC_CMD_EXEC,
		.correlator = corr };

	return dmsc_order_take(w, dmsc_fumo_node(w->dev, slot, name), &c,
	    dmsc_rd_of(NULL, 0));
}

static bool
has_file(void)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/devices/fumo.Firmware.pkg",
	    folder);
	return stat(path, &st) == 0 && (st.st_mode & 0777) == 0600;
}

/* What the device's file says when all is over. */
struct end {
	unsigned state;
	const char *result;		/* of the only alert; NULL: none */
	bool file, updated;
};

static bool
ends(const struct end *want)
{
	struct dmsc_device *d = load();
	struct dmsc_alert_kept a;
	char text[24], fw[24];
	unsigned state = dmsc_fumo_state(d, slot);
	bool told = dmsc_alert_at(d, "ma.example", 0, &a), good;

	dmsc_device_text(dmsc_tree_find(d->tree, "DevDetail"), "FwV", fw,
	    sizeof fw);
	dmsc_fumo_read(d, slot, "State", text, sizeof text);
	good = state == want->state && told == (want->result != NULL) &&
	    dmsc_alerts_waiting(d) == (told ? 1 : 0) &&
	    (!told || dmsc_rd_eq_str(a.event.data, want->result)) &&
	    has_file() == want->file && dmsc_orders_waiting(d) == 0 &&
	    strcmp(fw, want->updated ? "2.0" : "1") == 0;
	if (!good)
		printf("# state %u (%s), %zu alerts, result %.*s, file %d, "
		    "%zu orders, FwV %s\n", state, text,
		    dmsc_alerts_waiting(d), told ? (int)a.event.data.left : 0,
		    told ? (const char *)a.event.data.p : "", has_file(),
		    dmsc_orders_waiting(d), fw);
	dmsc_device_free(&d);
	return good;
}

/* The order as a server gives it, carried out. */
static unsigned
give(struct dmsc_world *w, const char *name)
{
	unsigned status = exec(w, name);

	if (dmsc_orders_keep(w) != DMSC_E_OK ||
	    dmsc_device_save(w->dev, w->e) != DMSC_E_OK)
		abort();
	return status;
}

static void
table(void)
{
	static const char *const names[] = { "Download", "Update",
		"DownloadAndUpdate" };
	/* 202: the state and the file that it ends with. */
	static const struct {
		unsigned state, status[3];
	} rows[] = {
		{ 10, { 202, 405, 202 } }, { 20, { 202, 405, 202 } },
		{ 30, { 202, 405, 202 } },	/* nobody goes on with it */
		{ 40, { 202, 202, 202 } }, { 50, { 202, 202, 202 } },
		{ 60, { 202, 405, 202 } }, { 70, { 202, 202, 202 } },
		{ 80, { 202, 405, 202 } }, { 90, { 202, 405, 202 } },
		{ 100, { 202, 405, 202 } }, { 7, { 202, 405, 202 } },
	};
	static const struct end after[] = { { 50, "200", true, false },
		{ 100, "200", false, true }, { 100, "200", false, true } };
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d;
	struct dmsc_world w;
	char name[64];
	size_t i, k, n;
	bool good;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		for (k = 0; k < DMSC_COUNT(names); k++) {
			d = fresh(rows[i].state, "/good", "good");
			w = world_of(d, &e);
			(void)snprintf(name, sizeof name, "state %u: %s",
			    rows[i].state, names[k]);
			good = give(&w, names[k]) == rows[i].status[k];
			if (rows[i].status[k] == 202)
				good = good && dmsc_orders_run(&w, &n) ==
				    DMSC_E_OK && n == 1 && ends(&after[k]);
			ok(good && dmsc_orders_waiting(d) == 0, name);
			dmsc_device_free(&d);
		}
}

static void
downloads(void)
{
	static const struct { const char *url; struct end end; } rows[] = {
		{ "/good", { 100, "200", false, true } },
		{ "/empty", { 20, "402", false, false } },
		{ "/none", { 20, "411", false, false } },
		{ "/gone", { 20, "411", false, false } },
		{ "/user", { 20, "406", false, false } },
		{ "/away", { 20, "500", false, false } },
		{ "/late", { 20, "407", false, false } },
		{ "/broken", { 20, "500", false, false } },
		{ "ftp://127.0.0.1/x", { 20, "411", false, false } },
		{ "http://me:pw@127.0.0.1/", { 20, "411", false, false } },
		{ "", { 20, "411", false, false } },
		{ "http://127.0.0.1:1/", { 20, "503", false, false } },
	};
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d;
	struct dmsc_world w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		d = fresh(50, rows[i].url, "good");
		w = world_of(d, &e);
		ok(give(&w, "DownloadAndUpdate") == 202 &&
		    dmsc_orders_run(&w, NULL) == DMSC_E_OK &&
		    ends(&rows[i].end), rows[i].url);
		dmsc_device_free(&d);
	}
}

static int
says(void *arg, const char *question, bool *yes)
{
	const char *answer = arg;

	if (strstr(question, "modem 2.0 is not approved") == NULL)
		return DMSC_E_NOANSWER;
	*yes = strcmp(answer, "yes") == 0;
	return *answer == '\0' ? DMSC_E_NOANSWER : DMSC_E_OK;
}

static void
approvals(void)
{
	static char yes[] = "yes", no[] = "no", none[] = "";
	static const struct {
		const char *name, *approval;
		bool ask;
		char *answer, *text;
		struct end end;
	} rows[] = {
		{ "approved for any device", "good", false, no, text_any,
		    { 100, "200", false, true } },
		{ "approved for this device", "good", false, no, text_this,
		    { 100, "200", false, true } },
		{ "approved for another", "good", false, yes, none,
		    { 80, "404", false, false } },
		{ "USE-4: no approval: rejected and deleted", "", false, yes,
		    text_any, { 80, "404", false, false } },
		{ "USE-4: a wrong one", "bad", false, yes, text_any,
		    { 80, "404", false, false } },
		{ "USE-4: by a key that the card has not", "other", false,
		    yes, text_any, { 80, "404", false, false } },
		{ "a card that cannot tell approves nothing", "deaf", false,
		    yes, text_any, { 80, "404", false, false } },
		{ "USE-5: the user says yes", "bad", true, yes, text_any,
		    { 100, "200", false, true } },
		{ "USE-5: the user says no", "bad", true, no, text_any,
		    { 80, "401", false, false } },
		{ "USE-5: nobody answers", "bad", true, none, text_any,
		    { 80, "401", false, false } },
		{ "the user is not asked about what is approved", "good",
		    true, none, text_any, { 100, "200", false, true } },
	};
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d;
	struct dmsc_world w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		d = fresh(50, "/good", rows[i].approval);
		w = world_of(d, &e);
		w.ctx = rows[i].text;
		w.confirm = DMSC_CONFIRM_ASK;
		w.ask = says;
		w.arg = rows[i].answer;
		ok(dmsc_approve_set(d, rows[i].ask) == DMSC_E_OK &&
		    give(&w, "Update") == 202 && dmsc_orders_run(&w, NULL) ==
		    DMSC_E_OK && ends(&rows[i].end), rows[i].name);
		dmsc_device_free(&d);
	}
}

static void
waits(void)
{
	static const struct end after = { 100, "200", false, true };
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d = fresh(50, "/good", "gone");
	struct dmsc_world w = world_of(d, &e);
	size_t n = 9;

	ok(give(&w, "Update") == 202 && dmsc_orders_run(&w, &n) ==
	    DMSC_E_REMOVED && n == 0 && dmsc_orders_waiting(d) == 1,
	    "a card that is pulled: the order stays");
	ok(exec(&w, "Update") == 405 && exec(&w, "Download") == 405,
	    "and there is no other meanwhile");
	w.approve = NULL;
	ok(dmsc_orders_run(&w, &n) == DMSC_E_NOCARD && n == 0,
	    "nor does it go on without a card");
	dmsc_device_free(&d);
	d = load();
	leaf(d, "Ext/Approval", "good");
	w = world_of(d, &e);
	ok(dmsc_orders_run(&w, &n) == DMSC_E_OK && n == 1 && ends(&after),
	    "with the card it goes on");
	dmsc_device_free(&d);
}

static void
direct(void)
{
	static const struct end after = { 100, "200", false, true };
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d = fresh(10, "/good", "good");
	struct dmsc_world w = world_of(d, &e);
	bool changed;

	leaf(d, "Update/PkgData", PACKAGE);
	ok(dmsc_fumo_state(d, slot) == 50 && dmsc_fumo_settle(d, &changed,
	    &e) == DMSC_E_OK && changed && has_file() &&
	    dmsc_node_value(dmsc_fumo_node(d, slot, "Update/PkgData")).left
	    == 0, "what a server puts into PkgData is ready");
	leaf(d, "Update/PkgData", PACKAGE);
	ok(give(&w, "Update") == 202 && exec(&w, "Update") == 405 &&
	    dmsc_orders_run(&w, NULL) == DMSC_E_OK && ends(&after),
	    "and is installed in the same session, once");
	dmsc_device_free(&d);
}

/* A run that is cut at the n-th write; false: it came to its end. */
static bool
run_cut(int n)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct dmsc_device *d = load();
		struct dmsc_world w = world_of(d, &e);

		cut_at = n;
		if (dmsc_orders_run(&w, NULL) != DMSC_E_OK)
			_exit(1);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid ||
	    !WIFEXITED(status) || WEXITSTATUS(status) == 1)
		abort();
	return WEXITSTATUS(status) == CUT;
}

/* Between the writes the file is one of the table, and no alert is there
 * before the order is gone. */
static bool
is_sane(void)
{
	struct dmsc_device *d = load();
	bool good = dmsc_fumo_text(dmsc_fumo_state(d, slot)) != NULL &&
	    dmsc_orders_waiting(d) + dmsc_alerts_waiting(d) == 1;

	dmsc_device_free(&d);
	return good;
}

static void
cuts(const char *name, const char *approval, const struct end *after)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d;
	struct dmsc_world w;
	bool was_cut = true, good = true;
	int n;

	for (n = 0; was_cut && good && n < CUTS_MAX; n++) {
		d = fresh(50, "/good", approval);
		w = world_of(d, &e);
		good = give(&w, name) == 202;
		dmsc_device_free(&d);
		was_cut = run_cut(n);
		good = good && is_sane() && (!was_cut || !run_cut(-1)) &&
		    ends(after);
	}
	printf("# %s, %s: %d cuts\n", name, approval, n - 1);
	ok(good && !was_cut && n > 4, name);
}

static bool
texts(void)
{
	struct dmsc_approve a = { .operation = "firmware update",
		.name = "modem", .version = "2.0", .device = "any",
		.data = dmsc_rd_str(PACKAGE) };
	struct dmsc_buf *b = dmsc_buf_new(sizeof text_any - 1);
	bool good = b != NULL && dmsc_approve_text(&a, b) == DMSC_E_OK;

	(void)snprintf(text_any, sizeof text_any, "%s", dmsc_buf_cstr(b));
	ok(good && strcmp(text_any, "DMSC-APPROVAL 1\n"
	    "operation: firmware update\ndevice: any\nname: modem\n"
	    "version: 2.0\nsize: 16\nsha256: fbff883c50bcc50dda2957efa038c995"
	    "3d8e691058191a4dc66fb0942e84206e\n") == 0,
	    "the text that is signed");
	dmsc_buf_reset(b);
	a.device = "urn:x-dmsc:device:fumo";
	good = good && dmsc_approve_text(&a, b) == DMSC_E_OK;
	(void)snprintf(text_this, sizeof text_this, "%s", dmsc_buf_cstr(b));
	dmsc_buf_reset(b);
	a.name = "two\nlines";
	ok(good && dmsc_approve_text(&a, b) == DMSC_E_FORMAT,
	    "no name makes lines of its own");
	dmsc_buf_free(&b);
	return good;
}

int
main(void)
{
	static const struct end good = { 100, "200", false, true },
	    bad = { 80, "404", false, false },
	    got = { 50, "200", true, false };
	unsigned port = 0;
	pid_t pid;

	if (!tap_folder(folder) || (pid = server(&port)) < 0 || port == 0)
		return 1;
	(void)snprintf(base, sizeof base, "http://127.0.0.1:%u", port);
	slot = dmsc_fumo_slot(0);
	if (texts()) {
		table();
		downloads();
		approvals();
		waits();
		direct();
		cuts("Download", "good", &got);
		cuts("Update", "good", &good);
		cuts("Update", "bad", &bad);
		cuts("DownloadAndUpdate", "good", &good);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return tap_done();
}
