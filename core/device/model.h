/*
 * Models of other people's readers: what of a card's provisioning data each
 * would find (reference uicc.md 4.6, 4.8, 5). Behind `lint --model`.
 */
#ifndef DMSC_DEVICE_MODEL_H
#define DMSC_DEVICE_MODEL_H

#include <dmsc/lint.h>

#include "base/lint.h"
#include "store/store.h"

enum dmsc_model_odf { MODEL_ODF_FIRST, MODEL_ODF_LAST, MODEL_ODF_ALL };
enum dmsc_model_match { MODEL_MATCH_FIRST, MODEL_MATCH_LAST,
	MODEL_MATCH_EACH };
enum dmsc_model_path { MODEL_PATH_FID, MODEL_PATH_MF, MODEL_PATH_ANY };
enum dmsc_model_range { MODEL_RANGE_IGNORED, MODEL_RANGE_FATAL,
	MODEL_RANGE_USED };
enum { MODEL_PLAIN = 1, MODEL_TWICE = 2 };	/* of an identifier */

struct dmsc_model {
	const char *name, *title;
	const char *kinds;	/* that it is made for */
	enum dmsc_model_odf odf;	/* which A7 it takes */
	uint8_t choice;		/* the entries that it takes */
	bool stops_at_other;	/* at the first entry of another kind */
	bool stops_at_pad;	/* at FF or 00 between entries */
	bool cut_spoils;	/* an entry that is cut spoils the file */
	size_t dir_block;	/* bytes of a directory, 0: all */
	size_t doc_block;	/* bytes of a document, 0: all */
	enum dmsc_model_match match;
	unsigned oids;		/* forms of the identifier */
	unsigned arf_oids;	/* of that of access rules */
	enum dmsc_model_path path;
	enum dmsc_model_range range;
	bool pin;		/* it can verify one */
	bool token_flags;	/* TokenInfo must have them */
	bool listed;		/* EF.DIR must name the application */
	bool by_path;		/* ... with its path */
	bool header;		/* LwM2M without the file's header is none */
	bool size_sign;		/* tag 80 is signed */
	const enum dmsc_rule *rules;	/* of directories that matter to it,
					 * to DMSC_L_COUNT; NULL: all */
};
/* NULL: there is none. */
const struct dmsc_model *dmsc_model_find(const char *name);
const struct dmsc_model *dmsc_model_at(size_t i);
/* Adds to l what m sees of raw, and leaves of the findings those that matter
 * to it. NOMEM. */
int dmsc_model_judge(const struct dmsc_model *m, const struct dmsc_raw *raw,
    struct dmsc_lint *l) DMSC_MUST_CHECK;

#endif
