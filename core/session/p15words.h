/* What the PKCS#15 files say, beside what core/uicc decodes. */
#ifndef DMSC_SESSION_P15WORDS_H
#define DMSC_SESSION_P15WORDS_H

#include "uicc/uicc.h"

/* EF.ODF, a DODF, EF.AODF, EF.TokenInfo: NOTFOUND where it is none of them
 * or odd. */
int dmsc_p15_words(const struct dmsc_place *p, struct dmsc_rd bytes,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
