/*
 * Rules for documents alone: bytes of any form in, findings out. Pure.
 * Offsets are bytes of the document; those of a TNDS inside a message are
 * mapped to it, unless it is base64 or escaped: then it is where it begins.
 */
#ifndef DMSC_CODEC_LINT_H
#define DMSC_CODEC_LINT_H

#include "base/lint.h"
#include "codec/codec.h"

/* FF and 00 behind the document are padding. on_card: it is what a card
 * has, not a file for people. The form that it was taken for is returned. */
enum dmsc_form dmsc_lint_document(struct dmsc_rd bytes, bool on_card,
    struct dmsc_lint_out *o);
/*
 * The document with what can be mended mended, appended to out: as it is
 * where nothing can, or where mending would lose something. It reads as
 * before, but for what was mended. NOMEM.
 */
int dmsc_lint_mend(struct dmsc_rd bytes, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* Whether a secret stands in it (a value that dmsc shows as **). */
bool dmsc_lint_has_secret(struct dmsc_rd bytes);

#endif
