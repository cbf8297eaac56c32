/*
 * device: one process at a time changes a device. The other is told who does,
 * nothing of it is lost, who only reads is not stopped, and a holder that was
 * killed holds nothing.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/file.h"
#include "device/lock.h"
#include "session/hold.h"
#include "tap.h"

static char folder[TAP_FOLDER];
static struct dmsc_session *s;

static bool
is_locked(int r)
{
	return r == DMSC_E_LOCKED && dmsc_session_err(s)->code == r;
}

static int
poweron(bool dry)
{
	const struct dmsc_poweron_opts o = { .confirm = DMSC_CONFIRM_YES,
	    .dry = dry };
	struct dmsc_poweron *p = NULL;
	int r = dmsc_device_poweron(s, &o, &p);

	dmsc_view_free(&dmsc_poweron_view, p);
	return r;
}

static int
sync_it(void)
{
	const struct dmsc_sync_opts o = { .server = "none.example" };
	struct dmsc_sync *x = NULL;
	int r = dmsc_device_sync(s, &o, &x);

	dmsc_view_free(&dmsc_sync_view, x);
	return r;
}

static int
server(void)
{
	const struct dmsc_server_opts o = { .server = "one.example" };
	struct dmsc_device_reply *x = NULL;
	int r = dmsc_device_server(s, &o, dmsc_rd_str("<SyncML/>"), &x);

	dmsc_view_free(&dmsc_device_reply_view, x);
	return r;
}

static int
package(void)
{
	const struct dmsc_install_opts o = { .name = "a" };
	struct dmsc_install *x = NULL;
	int r = dmsc_device_package(s, &o, dmsc_rd_str("abc"), &x);

	dmsc_view_free(&dmsc_install_view, x);
	return r;
}

static int
switch_it(bool looks)
{
	struct dmsc_functions *f = NULL;
	int r = looks ? dmsc_device_functions(s, NULL, false, &f) :
	    dmsc_device_function(s, NULL, "Camera", false, false, &f);

	dmsc_view_free(&dmsc_functions_view, f);
	return r;
}

static int
app(bool add)
{
	struct dmsc_app_list *l = NULL;
	int r = add ? dmsc_device_app_add(s, NULL, "A", "urn:a:1", false,
	    &l) : dmsc_device_app_remove(s, NULL, "A", NULL, false, &l);

	dmsc_view_free(&dmsc_app_list_view, l);
	return r;
}

static void
refused(void)
{
	struct dmsc_tree *t = NULL;
	char pid[64];
	int fd;
	char *path;
	struct dmsc_err e = { .code = DMSC_E_OK };

	(void)snprintf(pid, sizeof pid, "process %ld holds it",
	    (long)getpid());
	ok(dmsc_device_lock(folder, NULL, &path, &fd, &e) == DMSC_E_OK &&
	    dmsc_file_there(path), "held");
	ok(is_locked(dmsc_device_set(s, NULL, "DevInfo/Lang",
	    dmsc_rd_str("fr"))) && strcmp(dmsc_session_err(s)->why, pid) == 0,
	    "a setting: who holds it is named");
	ok(is_locked(poweron(false)), "power-on");
	ok(poweron(true) == DMSC_E_OK, "what only shows is not stopped");
	ok(is_locked(sync_it()), "a session over HTTP");
	ok(is_locked(server()), "a server's message");
	ok(is_locked(package()), "a package");
	ok(is_locked(dmsc_device_unapproved(s, NULL, true)), "its setting");
	ok(is_locked(switch_it(false)), "a function is not switched");
	ok(switch_it(true) == DMSC_E_OK, "functions are shown");
	ok(is_locked(app(true)) && is_locked(app(false)), "applications");
	ok(is_locked(dmsc_device_unmount(s, NULL, "X", false)), "unmount");
	ok(is_locked(dmsc_device_reset(s, NULL)), "reset");
	ok(dmsc_device_tree(s, NULL, &t) == DMSC_E_OK, "its tree is read");
	dmsc_tree_free(&t);
	ok(dmsc_device_set(s, "other", "DevInfo/Lang", dmsc_rd_str("fr")) ==
	    DMSC_E_OK, "another device is another's");
	dmsc_device_unlock(&path, &fd);
	ok(path == NULL && fd == -1 && dmsc_device_set(s, NULL,
	    "DevInfo/Lang", dmsc_rd_str("fr")) == DMSC_E_OK &&
	    poweron(false) == DMSC_E_OK && app(true) == DMSC_E_OK,
	    "free again");
}

static void
nested(void)
{
	ok(dmsc_session_hold(s, NULL, false) == DMSC_E_OK &&
	    dmsc_session_hold(s, "default", false) == DMSC_E_OK,
	    "a call within a call does not stop itself");
	dmsc_session_let(s, NULL, false);
	ok(dmsc_device_set(s, NULL, "DevInfo/Lang", dmsc_rd_str("it")) ==
	    DMSC_E_OK && dmsc_session_hold(s, "..", false) == DMSC_E_USAGE,
	    "a name is checked");
	dmsc_session_let(s, NULL, false);
	dmsc_session_let(s, NULL, false);
	ok(dmsc_session_hold(s, NULL, true) == DMSC_E_OK, "dry: nothing");
	dmsc_session_let(s, NULL, true);
}

static void
killed(void)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	int fd, p[2], status;
	char *path, why[64], c;
	pid_t child;

	if (pipe(p) != 0 || (child = fork()) < 0)
		abort();
	if (child == 0) {
		c = dmsc_device_lock(folder, NULL, &path, &fd, &e) ==
		    DMSC_E_OK ? 'y' : 'n';
		(void)!write(p[1], &c, 1);
		(void)sleep(30);
		_exit(0);
	}
	(void)snprintf(why, sizeof why, "process %ld holds it", (long)child);
	ok(read(p[0], &c, 1) == 1 && c == 'y' && is_locked(switch_it(false))
	    && strcmp(dmsc_session_err(s)->why, why) == 0,
	    "another process is named");
	(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	ok(switch_it(false) == DMSC_E_OK, "one that was killed holds nothing");
	(void)close(p[0]);
	(void)close(p[1]);
}

int
main(void)
{
	char lock[TAP_FOLDER + 32];
	const struct dmsc_setup setup = { .state_dir = folder };

	if (!tap_folder(folder) || dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return 99;
	(void)snprintf(lock, sizeof lock, "%s/devices/default.xml.lock",
	    folder);
	refused();
	nested();
	killed();
	ok(!dmsc_file_there(lock), "nothing of it is left");
	dmsc_session_free(&s);
	return tap_done();
}
