/*
 * Rules for object directories as bytes: what is wrong in them, or what
 * readers known by their code stumble over. Pure.
 */
#ifndef DMSC_PKCS15_LINT_H
#define DMSC_PKCS15_LINT_H

#include "base/lint.h"
#include "pkcs15/pkcs15.h"

void dmsc_lint_odf(struct dmsc_rd file, struct dmsc_lint_out *o);
/* first, last: of the directories that the ODF names; aodf: what is known of
 * authentication objects, NULL: nothing was read. */
void dmsc_lint_dodf(struct dmsc_rd file, bool first, bool last,
    const struct dmsc_aodf *aodf, struct dmsc_lint_out *o);
void dmsc_lint_aodf(struct dmsc_rd file, struct dmsc_lint_out *o);
void dmsc_lint_tokeninfo(struct dmsc_rd file, struct dmsc_lint_out *o);

#endif
