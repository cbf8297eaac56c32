/* What commands print and read with: tables, numbers, files, operands. */
#ifndef DMSC_SHELL_TOOLS_H
#define DMSC_SHELL_TOOLS_H

#include "sh.h"

#define SH_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A table: columns as wide as their widest cell, the last one free. An empty
 * table prints nothing. heads NULL: no heading. */
enum { SH_COLS_MAX = 8 };
struct sh_table;
struct sh_table *sh_table_new(unsigned cols, const char *const *heads);
/* cells: cols strings, NULL prints as "-"; copied. */
void sh_table_row(struct sh_table *t, const char *const *cells);
void sh_table_print(struct sh *sh, struct sh_table **t);	/* frees */

/* "key:   value", aligned; nothing where value is NULL or empty. */
void sh_kv(struct sh *sh, const char *key, const char *value);
/* One line of a list below a heading: two blanks, text. */
void sh_item(struct sh *sh, const char *text);
/* Colours of standard output; "" where they are off. */
enum sh_style { SH_PLAIN, SH_BOLD, SH_DIM, SH_RED, SH_GREEN, SH_YELLOW,
	SH_BLUE };
const char *sh_style(struct sh *sh, enum sh_style st);
/* Offset, hex and text of r. */
void sh_hexdump(struct sh *sh, struct dmsc_rd r);
/* A value that was asked for: text as it is, other bytes as a hex dump. */
void sh_print_bytes(struct sh *sh, struct dmsc_rd v, bool hex, bool raw);
/* A value on one line: text as it is, cut at max; else hex. Returns out. */
char *sh_value(struct dmsc_rd r, char *out, size_t size);
/* The value of a leaf in a list: "** (13 bytes)" where it is a secret. */
#define SH_SECRETS "Of a secret (AAuthSecret, AAuthData and their like) only " \
	"the number of bytes is shown; cat of the node, --json and Lua give " \
	"the value."
char *sh_value_of(bool secret, struct dmsc_rd r, char *out, size_t size);
bool sh_is_text(struct dmsc_rd r);	/* printable UTF-8, tab, line ends */
/* Each word's "s" where n is not 1. */
const char *sh_s(size_t n);

/* Decimal text; false when it is none or above max. */
bool sh_num(const char *text, unsigned long max, unsigned long *out);
/* Like sh_num, or hexadecimal with 0x. */
bool sh_num_any(const char *text, unsigned long max, unsigned long *out);
/* Like sh_num_any, or a decimal with K or M behind it. */
bool sh_bytes(const char *text, unsigned long max, unsigned long *out);
/* A file of scripts/ that is not here is that of the data folder: path
 * itself, or out. */
enum { SH_PATH = 4096 };
const char *sh_ready(struct sh *sh, const char *path, char *out, size_t size);
/* Files of the user: OK, or IO / LIMIT with the session's record. "-" is
 * standard input or output. Results are written 0600 by rename. */
int sh_slurp(struct sh *sh, const char *path, struct dmsc_buf **out)
    DMSC_MUST_CHECK;
int sh_spit(struct sh *sh, const char *path, struct dmsc_rd data)
    DMSC_MUST_CHECK;

/* IO where a file is there and may not be replaced. */
int sh_may_write(struct sh *sh, const char *path, bool force)
    DMSC_MUST_CHECK;

/* What --keys names (dmsc/scp.h), or the answer to a question; a code. */
struct sh_keys {
	struct dmsc_key *keys[DMSC_SCP_SOURCES + 1];
};
int sh_keys_get(struct sh *sh, const struct sh_args *a, bool ask,
    const char *prompt, struct sh_keys *g);
void sh_keys_free(struct sh_keys *g);
/* An option of two hexadecimal digits, or fewer; an exit status. */
int sh_byte(struct sh *sh, const struct sh_args *a, const char *opt, int none,
    int *out);

/* What "card:/LABEL", "file:PATH" or a bare word names. */
struct sh_operand {
	bool is_file;
	struct dmsc_buf *path;	/* absolute for the card, as given for files */
};
int sh_operand(struct sh *sh, const char *arg, struct sh_operand *out)
    DMSC_MUST_CHECK;
void sh_operand_free(struct sh_operand *o);

/* arg i (NULL: the current folder) as an absolute card path, and connected;
 * an exit status. *out is freed by the caller with dmsc_buf_free. */
int sh_card_path(struct sh *sh, const struct sh_args *a, int i,
    struct dmsc_buf **out);
const char *sh_cwd(const struct sh *sh);
int sh_set_cwd(struct sh *sh, const char *path) DMSC_MUST_CHECK;
/* Connects, then runs --auth and --trace; an exit status. */
int sh_connect(struct sh *sh, const char *reader);
/* The reader that later connections take. */
int sh_set_reader(struct sh *sh, const char *reader) DMSC_MUST_CHECK;
/* The session's record. */
struct dmsc_err *sh_err(struct sh *sh);
/* The next step repeats this call as another command, "tree" for "cat". */
void sh_next_as(struct sh *sh, const char *command);
int sh_nomem(struct sh *sh);	/* the record and exit status of no memory */
/* OK when source has the form of one, or is NULL; nothing is read. */
int sh_source(struct sh *sh, const char *source) DMSC_MUST_CHECK;
/* The same for a PIN or key: the next step asks for it ("pin verify 81"). */
int sh_pin_source(struct sh *sh, const char *source, const char *command,
    const char *which) DMSC_MUST_CHECK;
/* Where no documents are listed: why the card has none, as a warning. */
void sh_warn_none(struct sh *sh, size_t n_documents);
/* Lua writes when it says so: with -n it is not run. An exit status. */
int sh_lua_may(struct sh *sh);
/* Asks yes or no at the terminal: OK or NOANSWER. */
int sh_ask(struct sh *sh, const char *question, bool *yes) DMSC_MUST_CHECK;
/* $EDITOR on a file: OK or IO. */
int sh_editor(struct sh *sh, const char *path) DMSC_MUST_CHECK;

/* Sets what the options are from now on (the command 'option'). */
struct sh_options *sh_own_options(struct sh *sh);
void sh_leave(struct sh *sh, int status);	/* 'exit' */
const struct sh_lua_ops *sh_lua_of(struct sh *sh);	/* or NULL */

/* Ready printing of what several commands show. */
void sh_print_plan(struct sh *sh, const struct dmsc_plan *p);
/* done: "committed", "undone", ...; the way back is named for the first. */
void sh_print_commit(struct sh *sh, const struct dmsc_commit *c,
    const char *done);
/* at: the path that the URIs are below, NULL: none is shown. */
void sh_print_diff(struct sh *sh, const struct dmsc_diff *d,
    const char *at);
/* The exit status of a plan: 11 where it would fail. */
int sh_plan_status(struct sh *sh, const struct dmsc_plan *p);
/* The node at path: UNSUPPORTED for a document that is no tree. */
int sh_node_at(struct sh *sh, const char *path,
    const struct dmsc_node **node);
void sh_print_tree(struct sh *sh, const struct dmsc_node *n, unsigned level,
    int depth);
void sh_print_pins(struct sh *sh, const struct dmsc_pin_state *p, size_t n);
void sh_print_image(struct sh *sh, const struct dmsc_image_info *i);
void sh_print_fcps(struct sh *sh, const struct dmsc_file_list *l, bool deep);
void sh_print_taken(struct sh *sh, const struct dmsc_taken *d, size_t n);
/* What card and device told each other at power-on. */
void sh_print_hello(struct sh *sh, const struct dmsc_poweron *p);
/* A table of all accounts; a line for each service. */
void sh_print_services(struct sh *sh, const struct dmsc_service *s, size_t n);
void sh_print_ready(struct sh *sh, const struct dmsc_service *s, size_t n);
void sh_print_played(struct sh *sh, const struct dmsc_played *p);
void sh_print_events(struct sh *sh, const struct dmsc_event *list, size_t n);
/* Sessions that the card asked for. */
void sh_print_questions(struct sh *sh, const struct dmsc_talk_question *q,
    size_t n);
void sh_print_steps(struct sh *sh, const struct dmsc_talk_step *v, size_t n);
void sh_print_alerts(struct sh *sh, const struct dmsc_alerted *a, size_t n);
void sh_print_orders(struct sh *sh, unsigned n);	/* none: nothing */
void sh_print_talk(struct sh *sh, const struct dmsc_talk *x, size_t n);
/* Result handed over, then printed: sh_data with n as JSON. */
int sh_data_node(struct sh *sh, const struct dmsc_node *n, int depth);

/* Completions. */
void sh_complete_path(struct sh *sh, int arg, const char *word);
void sh_complete_device(struct sh *sh, int arg, const char *word);
void sh_complete_doc(struct sh *sh, int arg, const char *word);
void sh_complete_file(struct sh *sh, int arg, const char *word);
void sh_complete_path_file(struct sh *sh, int arg, const char *word);
void sh_complete_ef(struct sh *sh, int arg, const char *word);
void sh_complete_commit(struct sh *sh, int arg, const char *word);
void sh_complete_pin(struct sh *sh, int arg, const char *word);
void sh_complete_reader(struct sh *sh, int arg, const char *word);
void sh_complete_command(struct sh *sh, int arg, const char *word);
/* Offers each of the list (NULL at its end) that begins with word. */
void sh_offer_list(struct sh *sh, const char *const *list, const char *word);

/* help.c and mdoc.c */
void sh_help_command(FILE *f, const struct sh_cmd *c);
void sh_help_mdoc(FILE *f, const struct sh_cmd *c);
void sh_help_bash(FILE *f);	/* bash.c */
int sh_help_json(const struct sh_cmd *c, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
const char *sh_group_title(enum sh_group g);
const struct sh_opt *sh_program_options(void);
/* Text in paragraphs, each line behind indent blanks. */
void sh_wrap(FILE *f, const char *text, unsigned indent);

#endif
