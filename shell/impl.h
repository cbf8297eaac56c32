/* The shell's own parts; commands use sh.h and tools.h. */
#ifndef DMSC_SHELL_IMPL_H
#define DMSC_SHELL_IMPL_H

#include <time.h>

#include "tools.h"

/* line.c: a line as commands of words. */
struct sh_list {
	char *text;		/* the words' bytes */
	size_t size;		/* of text */
	char **words;		/* all words; NULL between commands */
	size_t n_words;		/* with the NULLs */
};
enum sh_split {
	SH_SPLIT_OK,
	SH_SPLIT_MORE,		/* an open quote or a backslash at the end */
	SH_SPLIT_EMPTY,		/* nothing before or behind && */
	SH_SPLIT_OPERATOR,	/* a word that is | > < ; & and the like */
	SH_SPLIT_NOMEM
};
enum sh_split sh_split(const char *line, struct sh_list *out);
void sh_list_free(struct sh_list *l);
/* keep.c: whether a command holds a value that is secret; in doubt it does. */
bool sh_words_secret(size_t n, char **words);
bool sh_is_source(const char *word);	/* @FILE, env:NAME, fd:N */
/* word for a line: quoted where it must be. */
int sh_quote(const char *word, struct dmsc_buf *out) DMSC_MUST_CHECK;

/* keep.c: whether the history may keep a line. */
bool sh_keep(const char *line);
/* written.c: the same, by the documents that its values go into. */
enum sh_kept {
	SH_KEPT_NOT,
	SH_KEPT_UNKNOWN,	/* ask again when it has run */
	SH_KEPT
};
enum sh_kept sh_keep_written(struct sh *sh, const char *line);

/* args.c: one command's words as options and arguments. */
struct sh_set {
	const struct sh_opt *row;
	const char *value;
	bool common;		/* a program option */
};
struct sh_args {
	const char **pos;
	int n_pos;
	struct sh_set *set;
	int n_set;
	int used;		/* words taken */
};
/* own and common: rows, either may be NULL. stop: the first argument ends the
 * options. A code, with the reason in e. */
struct sh_rows {
	const struct sh_opt *own, *common;
	bool stop;
};
int sh_args_parse(const struct sh_rows *rows, int argc, char **argv,
    struct sh_args *out, struct dmsc_err *e) DMSC_MUST_CHECK;
void sh_args_free(struct sh_args *a);

/* options.c: the program's options. */
extern const struct sh_opt sh_program_opts[];
/* in_line: at the prompt or in a file, where some have no place. */
int sh_option_apply(struct sh_options *o, const struct sh_set *set,
    bool in_line, struct dmsc_err *e) DMSC_MUST_CHECK;

/* One command while it runs, and its result afterwards. */
struct sh_call {
	struct sh_call *outer;
	const struct sh_cmd *cmd;
	const char *name;	/* the first word where cmd is NULL */
	char **argv;		/* all its words, for 'next:' */
	int argc;
	const char *instead;	/* what 'next:' names in place of argv[0] */
	struct sh_options o;
	FILE *out;
	bool quiet;		/* the result goes to Lua */
	const struct dmsc_view *view;
	void *data;
	struct dmsc_buf *json;
	char **warnings;
	size_t n_warnings;
	struct timespec begin;
};

struct sh {
	struct dmsc_session *s;
	struct sh_options o;
	const struct sh_lua_ops *lua;
	struct sh_call *call;	/* the innermost */
	struct dmsc_buf *cwd;
	char *reader;		/* what 'connect' named */
	char *identity;		/* of the card, where it was asked for */
	bool traced;		/* --trace has begun */
	FILE *null;
	const char *file;	/* the script that runs, for errors */
	unsigned line;
	bool leaving;
	int status;
	bool progress;		/* a progress line stands on the terminal */
	bool events_mine;	/* the command shows events itself */
	void (*above)(void);	/* at the prompt: before a line above it */
	/* The last quiet call. */
	struct sh_call kept;
	char *kept_text;
	/* Completions, while they are collected. */
	char **offers;
	size_t n_offers;
};

/* sh.c, run.c */
void sh_drop_kept(struct sh *sh);
int sh_run_words(struct sh *sh, struct sh_call *call, int argc, char **argv);
void sh_call_clear(struct sh_call *c);
/* True for commands that edit the working copy. */
bool sh_edits(const struct sh_cmd *c);

/* out.c */
bool sh_color_for(const struct sh_options *o, FILE *f);
void sh_say_error(struct sh *sh, const struct sh_call *c, int status);
void sh_say_warnings(struct sh *sh, const struct sh_call *c);
void sh_progress_end(struct sh *sh);

/* live.c: what the card has to say by itself, where its last answer said so;
 * ask: or it is time to ask it. The session's record stays as it is. */
int sh_tick(struct sh *sh, bool ask);
/* The prompt is the device's screen: "user-activity", "idle-screen", told to
 * a card that asked for it. */
void sh_happened(struct sh *sh, const char *what);

/* envelope.c */
void sh_say_json(struct sh *sh, const struct sh_call *c, int status);

/* next.c: a next line of the record, as the whole line in one-shot use. */
int sh_next_line(struct sh *sh, const struct sh_call *c, const char *next,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* help.c: an example on lines of fitting length, each given to put. */
void sh_example(const char *line, void (*put)(FILE *f, const char *s),
    FILE *f);

/* complete.c: collects into sh->offers; *from is where the word begins. */
void sh_completions(struct sh *sh, const char *line, size_t point,
    size_t *from);
void sh_offers_clear(struct sh *sh);

/* connect.c: the card's identity, asked for once; NULL: none. */
const char *sh_identity(struct sh *sh);
/* At the prompt's end: changes are committed or given up by the user's word;
 * false when the commit failed and the user had better stay. */
bool sh_settle(struct sh *sh);

/* prompt.c: the prompt until exit or the end of input; an exit status. */
int sh_prompt(struct sh *sh);

#endif
