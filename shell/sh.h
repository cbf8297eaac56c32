/*
 * The shell: one line in, one result out. dmsc and the Lua module link the
 * same library; readline stands only in shell/prompt.c.
 */
#ifndef DMSC_SHELL_SH_H
#define DMSC_SHELL_SH_H

#include <stdio.h>

#include <dmsc/api.h>

struct sh;
struct sh_args;

/* What a command can do to the card, for help, man pages and --yes=ICCID. */
enum sh_danger {
	SH_READ,	/* reads only */
	SH_EDIT,	/* changes the working copy or this machine */
	SH_WRITE,	/* changes the card, undo or write back possible */
	SH_TRY,		/* may spend a try of a PIN or key */
	SH_FINAL	/* cannot be taken back: wants --yes=ICCID */
};
/* A command of SH_G_EDIT and SH_EDIT edits the working copy: it has the rows
 * SH_EDIT_OPTS, and in one-shot use wants --commit or -n. */
enum sh_group { SH_G_READER, SH_G_BROWSE, SH_G_EDIT, SH_G_COMMIT, SH_G_FILE,
	SH_G_PIN, SH_G_DM, SH_G_DEVICE, SH_G_CARD, SH_G_SHELL };

struct sh_opt {			/* a row; the last one is all zero */
	char letter;		/* 0: none */
	const char *name;	/* long name without "--" */
	const char *arg;	/* NULL: a switch; else its name, "FILE";
				 * "[ICCID]": only as --name=ICCID, or none */
	const char *text;
};
#define SH_EDIT_OPTS \
	{ 0, "commit", NULL, "write the change to the card at once" }, \
	{ 0, "in-place", NULL, "with --commit: allow the guarded way where " \
	    "no second slot can be had" }

/* One static descriptor a command: parsing, usage, help, completion, the man
 * page, shell completion files and help --json come from it. */
struct sh_cmd {
	const char *name;	/* "ls", "pin verify" */
	enum sh_group group;
	enum sh_danger danger;
	const char *synopsis;	/* arguments alone: "[PATH...]" */
	const char *summary;	/* one line, lower case, no full stop */
	const char *details;	/* paragraphs parted by a blank line */
	const struct sh_opt *opts;
	const char *edits_with;	/* the option with which it is an edit of
				 * the card's working copy, too */
	const char *edits_unless;	/* the option with which an edit is
				 * none: the result goes elsewhere */
	int min_args, max_args;	/* max_args -1: any number */
	const char *const *examples;	/* lines that make check runs, NULL at
					 * the end; "$ ..." is a shell call */
	const char *see;	/* "cat, tree" */
	/* Completions of word for argument number arg: calls sh_offer. */
	void (*complete)(struct sh *sh, int arg, const char *word);
	int (*run)(struct sh *sh, const struct sh_args *a);
};
/* All descriptors, sorted by name, NULL at the end: shell/cmd/list.c. */
extern const struct sh_cmd *const sh_cmds[];
const struct sh_cmd *sh_find_cmd(const char *name);

enum { SH_AUTH_MAX = 8 };

struct sh_options {		/* the program's options; strings borrowed */
	const char *reader;
	bool json, dry_run, keep_going, quiet, verbose, batch, cat;
	bool spend_try;
	enum dmsc_confirm confirm;	/* --yes, --no */
	const char *yes_id;	/* --yes=ICCID */
	const char *color;	/* auto, always, never */
	const char *device;
	const char *trace;
	const char *auth[SH_AUTH_MAX];	/* WHICH=SOURCE */
	unsigned n_auth;
	bool interactive;	/* a prompt with a terminal */
	bool one_shot;		/* one command, then leave */
	const char *program;	/* as typed, "build/dmsc"; NULL: "dmsc" */
};

int sh_new(struct dmsc_session *s, const struct sh_options *o, struct sh **out)
    DMSC_MUST_CHECK;
void sh_free(struct sh **sh);
struct dmsc_session *sh_session(struct sh *sh);
const struct sh_options *sh_options(const struct sh *sh);
FILE *sh_stdout(struct sh *sh);	/* results for people; /dev/null with --json */

/* For struct dmsc_ui: arg is a struct sh **, which may point to NULL. */
int sh_ui_ask(void *arg, const char *question, bool *yes);
int sh_ui_secret(void *arg, const char *prompt, struct dmsc_secret **out);
void sh_ui_progress(void *arg, const char *what, size_t n, size_t total);
int sh_ui_input(void *arg, const char *question,
    const struct dmsc_input *what, struct dmsc_buf *out);
void sh_ui_event(void *arg, const struct dmsc_event *e);
/* This command shows the events itself: they are no lines of their own, but
 * with --json. */
void sh_events_mine(struct sh *sh);

/* Runs one line (POSIX quoting, && chains, # comments); returns the exit
 * status of the last command that ran. Prints result or error. */
int sh_line(struct sh *sh, const char *line);
/* Runs one command already split into words. */
int sh_words(struct sh *sh, int argc, char **argv);
/* Runs a file: *.lua through sh_lua_ops, else shell lines; "-" is standard
 * input. Stops at the first failure, unless keep_going. */
int sh_file(struct sh *sh, const char *path, int argc, char **argv);
/* The end of a session: 0, or 11 after saying which changes were dropped. */
int sh_end(struct sh *sh);
/* True after 'exit': *status is what it asked for. */
bool sh_leaving(const struct sh *sh, int *status);

/* What lua/ does for the shell; each returns an exit status. */
struct sh_lua_ops {
	int (*file)(struct sh *sh, const char *path, int argc, char **argv);
	int (*chunk)(struct sh *sh, const char *code);
	int (*test)(struct sh *sh, int n, char **files);
	int (*repl)(struct sh *sh);
	/* Makes an image whose profile is a Lua file. */
	int (*profile)(struct sh *sh, const struct dmsc_card_new_opts *o);
	/* Function name of the module: options and arguments in one table.
	 * What it returns is the exit status, and perhaps the JSON of the
	 * result. */
	int (*module)(struct sh *sh, const char *module, const char *name,
	    const struct sh_args *a);
};
void sh_set_lua(struct sh *sh, const struct sh_lua_ops *ops);

/* Lua's way in: no printing, result and error are kept and borrowed until the
 * next line. */
struct sh_result {
	int exit;
	const char *cmd;
	const struct dmsc_view *view;	/* NULL: no data */
	const void *data;
	const char *text;		/* what a person would have seen */
	const char *data_json;		/* where data is no view (trees) */
	const struct dmsc_err *err;	/* NULL when exit is 0 */
};
int sh_run_quiet(struct sh *sh, const char *line, struct sh_result *out);

/* For commands' run. */
int sh_argc(const struct sh_args *a);
const char *sh_arg(const struct sh_args *a, int i);	/* NULL past the end */
bool sh_has(const struct sh_args *a, const char *opt);
const char *sh_opt(const struct sh_args *a, const char *opt); /* the last */
/* The i-th of an option given several times; NULL past the end. */
const char *sh_opt_at(const struct sh_args *a, const char *opt, int i);
/* The i-th option that was given, program options left out; its row, or NULL
 * past the end. *value is NULL for a switch. */
const struct sh_opt *sh_opt_given(const struct sh_args *a, int i,
    const char **value);
/* The result: sh owns obj from here on and frees it with its view. */
void sh_data(struct sh *sh, const struct dmsc_view *v, void *obj);
void sh_data_json(struct sh *sh, struct dmsc_buf **json);	/* moved */
void sh_print(struct sh *sh, const char *fmt, ...) DMSC_PRINTF(2, 3);
void sh_warn(struct sh *sh, const char *fmt, ...) DMSC_PRINTF(2, 3);
/* The session's record as the result; returns its exit status. */
int sh_fail(struct sh *sh, int code);
int sh_usage(struct sh *sh, const char *fmt, ...) DMSC_PRINTF(2, 3);
/* Connects to --reader where nothing is connected yet. An exit status. */
int sh_need_card(struct sh *sh);
/* The same; or the image that --reader names is served by another process,
 * which is asked then. */
int sh_need_simulated(struct sh *sh);
/* path against the current folder, normalised, absolute. OK or NOMEM. */
int sh_path(struct sh *sh, const char *path, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* A secret from SOURCE or, NULL, from the terminal; asked shows the tries. A
 * code, with the session's record. */
int sh_secret(struct sh *sh, const char *source, bool pin,
    const char *prompt, struct dmsc_secret **out) DMSC_MUST_CHECK;
/* The same for an AES key, which may stay in a token. */
int sh_key(struct sh *sh, const char *source, const char *prompt,
    struct dmsc_key **out) DMSC_MUST_CHECK;
/* 0 when --yes=ICCID names the card in use (SH_FINAL commands), else an exit
 * status. */
int sh_sure(struct sh *sh, const char *what);
void sh_offer(struct sh *sh, const char *completion);

#endif
