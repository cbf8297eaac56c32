/* What the dm commands share. */
#ifndef DMSC_SHELL_CMD_DM_H
#define DMSC_SHELL_CMD_DM_H

#include "sh.h"

/* A card with an application and the keys of its owner, for examples. */
#define SH_DM_CARD "card new --force --profile dmsc k.img && connect " \
	"sim:k.img && scp open --keys @scripts/demo/scp-keys && "

/* uri and "?what=value" where value is not NULL; an exit status. The caller
 * frees *out. */
int sh_dm_uri(struct sh *sh, const char *uri, const char *what,
    const char *value, struct dmsc_buf **out);
/* Sends the commands to the card; what it answered is the result, and what
 * it did stands on lines. With -n nothing is sent. An exit status. */
int sh_dm_run(struct sh *sh, const struct dmsc_dm_command *c, size_t n,
    bool atomic);
/* "Add ./A: done (200)"; all: refusals too. */
void sh_dm_print_statuses(struct sh *sh, const struct dmsc_dm_answer *x,
    bool all);
/* A table of what came. */
void sh_dm_print_results(struct sh *sh, const struct dmsc_dm_answer *x);
/* dm get, and device get: its options; its URIs with their queries, which the
 * caller frees (an exit status); what came, which sh owns, and its error. */
extern const struct sh_opt sh_dm_get_opts[];
int sh_dm_get_uris(struct sh *sh, const struct sh_args *a,
    struct dmsc_buf **uris, int max);
int sh_dm_got(struct sh *sh, const struct sh_args *a,
    struct dmsc_dm_answer *x, size_t n, int r);
/* URIs of the card's own tree. */
void sh_complete_uri(struct sh *sh, int arg, const char *word);

#endif
