/*
 * Access rules in the three forms of TS 102 221 9.2 (ISO 7816-4 5.4.3): the
 * forecast is a question to these bytes and to what the session knows. Pure.
 */
#ifndef DMSC_UICC_RULE_H
#define DMSC_UICC_RULE_H

#include "uicc/uicc.h"

enum uicc_rule_form { RULE_NONE, RULE_COMPACT, RULE_EXPANDED };
struct uicc_rule_in {
	enum uicc_rule_form form;
	struct dmsc_rd bytes;		/* of 8C, AB or the record */
	bool is_df;
	bool records;			/* of an EF: not bytes */
};
enum uicc_secure { SECURE_UNKNOWN, SECURE_NO, SECURE_YES };
/* What is known of a key: true when its condition holds. */
struct uicc_keys {
	bool (*holds)(const void *arg, unsigned ref);
	const void *arg;
	enum uicc_secure secure;	/* whether commands are protected */
	bool (*unsure)(const void *arg, unsigned ref);	/* NULL: never */
};
/* needs (may be NULL) gets the words, *ref the first key that would open. */
enum dmsc_forecast uicc_rule_ask(const struct uicc_rule_in *rule,
    enum dmsc_mode mode, const struct uicc_keys *keys,
    struct dmsc_buf *needs, unsigned *ref);

#endif
