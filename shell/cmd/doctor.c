/* doctor: what stands in the way on this machine, and what to do. */
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools.h"

struct check {
	char *name;
	char *state;	/* "ok", "note", "bad" */
	char *found;
	char *next;	/* what to do, or NULL */
};
struct report {
	struct check *checks;
	size_t n_checks;
};
static const struct dmsc_field check_fields[] = {
	DMSC_F(check, name, DMSC_K_STR),
	DMSC_F(check, state, DMSC_K_STR),
	DMSC_F(check, found, DMSC_K_STR),
	DMSC_F(check, next, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view check_view = { "check", sizeof(struct check),
	check_fields };
static const struct dmsc_field report_fields[] = {
	DMSC_F_LIST(report, checks, n_checks, &check_view),
	DMSC_F_END
};
static const struct dmsc_view report_view = { "doctor",
	sizeof(struct report), report_fields };

enum state { OK, NOTE, BAD };

static int
note(struct report *p, const char *name, enum state s, const char *found,
    const char *next)
{
	static const char *const states[] = { "ok", "note", "bad" };
	struct check *c = dmsc_list_add(&p->checks, &p->n_checks, sizeof *c);

	if (c == NULL ||
	    dmsc_str_set(&c->name, "%s", name) != DMSC_E_OK ||
	    dmsc_str_set(&c->state, "%s", states[s]) != DMSC_E_OK ||
	    dmsc_str_set(&c->found, "%s", found) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	if (next != NULL && s != OK)
		return dmsc_str_set(&c->next, "%s", next);
	return DMSC_E_OK;
}

static int
check_service(struct sh *sh, struct report *p)
{
	struct dmsc_readers *l = NULL;
	char text[DMSC_ERR_TEXT];
	size_t i, pcsc = 0;
	int r = dmsc_readers(sh_session(sh), &l);

	if (r != DMSC_E_OK) {
		(void)snprintf(text, sizeof text, "%s", sh_err(sh)->message);
		return note(p, "PC/SC", BAD, text, "apt-get install pcscd");
	}
	for (i = 0; i < l->n_readers; i++)
		pcsc += strcmp(l->readers[i].kind, "pcsc") == 0;
	(void)snprintf(text, sizeof text, "%zu reader%s", pcsc, sh_s(pcsc));
	if (l->service != NULL)
		r = note(p, "PC/SC", NOTE, l->service, "for real readers: "
		    "apt-get install pcscd, then systemctl start "
		    "pcscd.socket");
	else
		r = note(p, "PC/SC", pcsc > 0 ? OK : NOTE, text,
		    "plug in a reader; with none, use the embedded card: "
		    "-r sim");
	dmsc_view_free(&dmsc_readers_view, l);
	return r;
}

/* The folder, or the nearest above it that is there, can be written. */
static int
check_state(struct sh *sh, struct report *p)
{
	const char *path = dmsc_session_state_dir(sh_session(sh));
	char at[PATH_MAX], *slash;
	struct stat st;

	if (path == NULL)
		return note(p, "state folder", BAD, "there is none",
		    "set HOME or XDG_STATE_HOME");
	(void)snprintf(at, sizeof at, "%s", path);
	while (access(at, F_OK) != 0 && (slash = strrchr(at, '/')) != NULL &&
	    slash != at)
		*slash = '\0';
	if (access(at, W_OK | X_OK) != 0)
		return note(p, "state folder", BAD, path,
		    "make it writable, or set XDG_STATE_HOME");
	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
		return note(p, "state folder", NOTE, path,
		    "others can look into it: chmod 700");
	return note(p, "state folder", OK, path, NULL);
}

static int
check_data(struct sh *sh, struct report *p)
{
	const char *path = dmsc_session_data_dir(sh_session(sh));

	if (path != NULL && access(path, R_OK | X_OK) == 0)
		return note(p, "data folder", OK, path, NULL);
	return note(p, "data folder", NOTE, path != NULL ? path : "none",
	    "make install puts it there; demo files come from it");
}

/* The path under which a shared library stands in this process. */
static bool
loaded(const char *lib, char *out, size_t size)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		char *path = strchr(line, '/');

		if (path == NULL || strstr(path, lib) == NULL)
			continue;
		path[strcspn(path, "\n")] = '\0';
		(void)snprintf(out, size, "%s", path);
		found = true;
	}
	if (f != NULL)
		(void)fclose(f);
	return found;
}

static int
check_libraries(struct report *p)
{
	static const char *const libs[] = { "libpcsclite", "libcrypto",
		"libwbxml2", "libexpat", "libjansson", "libreadline",
		"liblua5.4" };
	char path[PATH_MAX];
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < SH_COUNT(libs) && r == DMSC_E_OK; i++)
		r = loaded(libs[i], path, sizeof path) ?
		    note(p, libs[i], OK, path, NULL) :
		    note(p, libs[i], NOTE, "not loaded in this process",
		    NULL);
	return r;
}

static int
check_keys(struct report *p)
{
	return dmsc_keys_hidden() ? note(p, "keys in use", OK,
	    "no part of a core image", NULL) :
	    note(p, "keys in use", NOTE, "may be part of a core image",
	    "OpenSSL was in use before dmsc, or sanitizers are: ulimit -c 0");
}

static int
check_terminal(struct report *p)
{
	const char *term = getenv("TERM");
	char text[DMSC_ERR_TEXT];

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return note(p, "terminal", NOTE, "none",
		    "questions have no answer here: name sources of secrets, "
		    "and --yes or --no");
	(void)setlocale(LC_CTYPE, "");
	(void)snprintf(text, sizeof text, "%s, %s", term != NULL ? term : "?",
	    nl_langinfo(CODESET));
	return note(p, "terminal", strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ?
	    OK : NOTE, text, "names and values are UTF-8: set LC_CTYPE");
}

static int
check_editor(struct report *p)
{
	const char *e = getenv("VISUAL");

	if (e == NULL || *e == '\0')
		e = getenv("EDITOR");
	if (e != NULL && *e != '\0')
		return note(p, "editor", OK, e, NULL);
	return note(p, "editor", NOTE, "vi, by default",
	    "set EDITOR for the command edit");
}

static void
print_report(struct sh *sh, const struct report *p)
{
	struct sh_table *t = sh_table_new(3, NULL);
	size_t i;

	for (i = 0; i < p->n_checks; i++) {
		const char *cells[] = { p->checks[i].state,
			p->checks[i].name, p->checks[i].found };
		const char *todo[] = { "", "", p->checks[i].next };

		sh_table_row(t, cells);
		if (p->checks[i].next != NULL)
			sh_table_row(t, todo);
	}
	sh_table_print(sh, &t);
}

static int
doctor_run(struct sh *sh, const struct sh_args *a)
{
	struct report *p = dmsc_view_new(&report_view);
	size_t i, bad = 0;
	int r = p == NULL ? DMSC_E_NOMEM : check_service(sh, p);

	(void)a;
	if (r == DMSC_E_OK)
		r = check_state(sh, p);
	if (r == DMSC_E_OK)
		r = check_data(sh, p);
	if (r == DMSC_E_OK)
		r = check_libraries(p);
	if (r == DMSC_E_OK)
		r = check_keys(p);
	if (r == DMSC_E_OK)
		r = check_terminal(p);
	if (r == DMSC_E_OK)
		r = check_editor(p);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&report_view, p);
		return sh_fail(sh, r);
	}
	sh_data(sh, &report_view, p);
	print_report(sh, p);
	for (i = 0; i < p->n_checks; i++)
		bad += strcmp(p->checks[i].state, "bad") == 0;
	dmsc_err_clear(sh_err(sh));
	return bad == 0 ? 0 : sh_fail(sh, dmsc_fail(sh_err(sh), DMSC_E_IO,
	    "%zu check%s failed", bad, sh_s(bad)));
}

static const char *const doctor_examples[] = { "doctor", NULL };

const struct sh_cmd sh_cmd_doctor = {
	.name = "doctor", .group = SH_G_READER, .danger = SH_READ,
	.summary = "check this machine and say what to do",
	.details = "Looks at the PC/SC service and its readers, the state "
	    "and data folders, the libraries, the terminal and the editor. "
	    "Only what makes dmsc unusable is bad, and ends with exit "
	    "status 5.",
	.max_args = 0, .examples = doctor_examples, .see = "readers, option",
	.run = doctor_run,
};
