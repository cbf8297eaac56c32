/* Inside of lint: findings as a list, and what its files share. */
#ifndef DMSC_STORE_LINT_H
#define DMSC_STORE_LINT_H

#include <dmsc/lint.h>

#include "base/lint.h"
#include "store/inside.h"

/* Where the findings of dmsc_lint_out go; ctx of its found. */
struct dmsc_lint_list {
	struct dmsc_lint *out;
	const char *place;	/* of what is looked at; may be NULL */
	size_t base;		/* of the bytes in it */
	const char *below;	/* only nodes here and below; NULL: all */
};
int dmsc_lint_found(void *ctx, enum dmsc_rule rule, size_t at,
    const char *node, const char *message);

struct dmsc_store_lint {
	struct dmsc_store *st;
	struct dmsc_lint_list list;
	struct dmsc_lint_out o;
	char *place;		/* list.place, where it is ours */
};
/* Sets what is looked at. */
int dmsc_lint_at_place(struct dmsc_store_lint *l, const struct dmsc_place *p)
    DMSC_MUST_CHECK;
void dmsc_lint_no_place(struct dmsc_store_lint *l);
/* Rights and size of a file whose FCP is known. dir: of a directory. */
void dmsc_lint_file(struct dmsc_store_lint *l, const struct dmsc_sfile *f,
    bool dir);
/* lint_doc.c */
int dmsc_lint_docs(struct dmsc_store_lint *l) DMSC_MUST_CHECK;
int dmsc_lint_one(struct dmsc_store_lint *l, struct dmsc_what *w)
    DMSC_MUST_CHECK;

/* Findings that keep refuses go; the rest is counted anew. */
void dmsc_lint_sieve(struct dmsc_lint *l,
    bool (*keep)(const struct dmsc_finding *f, const void *ctx),
    const void *ctx);

/* As dmsc_lint_card. */
int dmsc_store_lint(struct dmsc_store *st, const char *path,
    struct dmsc_lint **out) DMSC_MUST_CHECK;

/* As dmsc_lint_fix. */
int dmsc_store_mend(struct dmsc_store *st, const char *path,
    struct dmsc_lint **out) DMSC_MUST_CHECK;

#endif
