/*
 * The odd cards of the field: what stands on them, what dmsc says of them,
 * and what becomes of changes to each document: one byte, more bytes on a
 * card that lets us make files and on one that does not, removal on both.
 */
#ifndef DMSC_TESTS_STORE_ODD_H
#define DMSC_TESTS_STORE_ODD_H

#include "store/field.h"

#define OID_DM_ "06[672B0701]"
#define OID_LW_ "06[672B0901]"
#define OID_TWICE_ "06[06[672B0701]]"
#define PATH_(path) "30[04[" path "]]"
#define PART_(path, index, length) \
	"30[04[" path "]02[" index "]80[" length "]]"
#define LABEL_(label) "30[0C['" label "']]"
/* oidDO { label } {} { OID, path } */
#define OIDDO_(label, oid, path) \
	"A1[" LABEL_(label) "30[]A1[30[" oid path "]]]"
#define DM_(label, path) OIDDO_(label, OID_DM_, PATH_(path))
/* opaqueDO { label } { OID } { path } */
#define TWIN_(label, path) "30[" LABEL_(label) "30[" OID_DM_ "]A1[" \
	PATH_(path) "]]"
#define ODF_ "5031 48 A7[" PATH_("6430") "]"
#define ARF_ "A1[30[]30[0C['Google Play']]A1[30[06[2A864886FC6B81480101]" \
	PATH_("4200") "]]]"
/* Another maker's object that nobody here knows. */
#define STRANGE_ "BF21[010203]"
#define DOC_ "6432 700 @dm"
#define DOC2_ "6433 700 @dm2"
#define SPACES_ "20*"

#define A7X4_(x) "A7[" PATH_(x "1") "]A7[" PATH_(x "2") "]A7[" \
	PATH_(x "3") "]A7[" PATH_(x "4") "]"

#include "store/odd-dirs.h"
#include "store/odd-docs.h"

enum { ODD_CARDS = DMSC_COUNT(odd_dirs) + DMSC_COUNT(odd_docs) };

static inline const struct field_card *
odd_card(size_t i)
{
	return i < DMSC_COUNT(odd_dirs) ? &odd_dirs[i] :
	    &odd_docs[i - DMSC_COUNT(odd_dirs)];
}

#endif
