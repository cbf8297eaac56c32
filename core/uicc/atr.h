/* The ATR in words. */
#ifndef DMSC_UICC_ATR_H
#define DMSC_UICC_ATR_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

/* Appends facts, one a string, for people. */
int dmsc_atr_facts(struct dmsc_rd atr, char ***facts, size_t *n)
    DMSC_MUST_CHECK;

/* Whether the first TB behind T=15 says that there are eUICC functions. */
bool dmsc_atr_euicc(struct dmsc_rd atr);

#endif
