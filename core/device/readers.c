/* The table of models: one row a reader (device/model.h). */
#include <string.h>

#include "base/base.h"
#include "device/model.h"
#include "pkcs15/pkcs15.h"

enum { NORDIC_BLOCK = 128, ANDROID_BLOCK = 256 };

#define ANY_READER DMSC_L_ODF_BROKEN, DMSC_L_ODF_NO_DODF, DMSC_L_ODF_INLINE, \
	DMSC_L_PATH_ODD, DMSC_L_DODF_BROKEN, DMSC_L_DIR_GONE, \
	DMSC_L_FILE_GONE, DMSC_L_NOT_TRANSPARENT, DMSC_L_READ_CLOSED, \
	DMSC_L_KIND_DIFFERS, DMSC_L_EMPTY, DMSC_L_NOT_READ, DMSC_L_NOTHING

static const enum dmsc_rule nrf91[] = { ANY_READER, DMSC_L_OVER_128,
	DMSC_L_PATH_ABSOLUTE, DMSC_L_PATH_7F, DMSC_L_PATH_RANGE,
	DMSC_L_NO_OID_DO, DMSC_L_PUBLIC_CLOSED, DMSC_L_COUNT };
static const enum dmsc_rule anjay[] = { ANY_READER, DMSC_L_OID_DOUBLE,
	DMSC_L_NO_OID_DO, DMSC_L_PUBLIC_CLOSED, DMSC_L_COUNT };
static const enum dmsc_rule android[] = { ANY_READER,
	DMSC_L_ODF_NOT_A7_FIRST, DMSC_L_OVER_256, DMSC_L_DODF_OPAQUE_FIRST,
	DMSC_L_PATH_ABSOLUTE, DMSC_L_PATH_7F, DMSC_L_PATH_RANGE,
	DMSC_L_PATH_HALF, DMSC_L_NO_OID_DO, DMSC_L_COUNT };
static const enum dmsc_rule opensc[] = { ANY_READER, DMSC_L_DODF_OID_FIRST,
	DMSC_L_DO_EXTERNAL, DMSC_L_DO_UNKNOWN, DMSC_L_DO_NO_PATH,
	DMSC_L_DO_NO_NAME, DMSC_L_DO_LABELS, DMSC_L_NO_OPAQUE_TWIN,
	DMSC_L_PATH_7F, DMSC_L_PATH_HALF, DMSC_L_PRIVATE_NO_AUTH,
	DMSC_L_AUTH_UNKNOWN, DMSC_L_AODF_BROKEN, DMSC_L_TOKEN_MISSING,
	DMSC_L_TOKEN_BROKEN, DMSC_L_TOKEN_FLAGS, DMSC_L_DIR_MISSING,
	DMSC_L_DIR_PATH, DMSC_L_SIZE_SIGN, DMSC_L_COUNT };

static const struct dmsc_model models[] = {
	{ .name = "nrf91", .title = "Nordic's nRF91 modem library",
	    .kinds = "lwm2m", .odf = MODEL_ODF_LAST, .choice = DMSC_DO_OID,
	    .stops_at_pad = true, .cut_spoils = true,
	    .dir_block = NORDIC_BLOCK, .doc_block = NORDIC_BLOCK,
	    .match = MODEL_MATCH_LAST, .oids = MODEL_PLAIN | MODEL_TWICE,
	    .arf_oids = MODEL_PLAIN | MODEL_TWICE, .path = MODEL_PATH_FID,
	    .range = MODEL_RANGE_IGNORED, .rules = nrf91 },
	{ .name = "anjay", .title = "Anjay, with its option for identifiers "
	    "that are wrapped twice off",
	    .kinds = "lwm2m", .odf = MODEL_ODF_ALL, .choice = DMSC_DO_OID,
	    .match = MODEL_MATCH_FIRST, .oids = MODEL_PLAIN,
	    .arf_oids = MODEL_PLAIN, .path = MODEL_PATH_ANY,
	    .range = MODEL_RANGE_USED, .header = true, .rules = anjay },
	{ .name = "android", .title = "Android's reader of access rules",
	    .kinds = "arf", .odf = MODEL_ODF_FIRST, .choice = DMSC_DO_OID,
	    .stops_at_other = true, .stops_at_pad = true,
	    .dir_block = ANDROID_BLOCK, .doc_block = ANDROID_BLOCK,
	    .match = MODEL_MATCH_FIRST, .oids = MODEL_PLAIN,
	    .arf_oids = MODEL_TWICE, .path = MODEL_PATH_FID,
	    .range = MODEL_RANGE_FATAL, .rules = android },
	{ .name = "opensc", .title = "OpenSC 0.23, its default driver",
	    .kinds = "dm lwm2m cp app arf", .odf = MODEL_ODF_ALL,
	    .choice = DMSC_DO_OPAQUE, .stops_at_other = true,
	    .stops_at_pad = true, .match = MODEL_MATCH_EACH,
	    .oids = MODEL_PLAIN | MODEL_TWICE,
	    .arf_oids = MODEL_PLAIN | MODEL_TWICE, .path = MODEL_PATH_MF,
	    .range = MODEL_RANGE_USED, .pin = true, .token_flags = true,
	    .listed = true, .size_sign = true, .rules = opensc },
	{ .name = "strict", .title = "a reader of the standards' letter",
	    .kinds = "dm lwm2m cp", .odf = MODEL_ODF_ALL,
	    .choice = DMSC_DO_OID, .cut_spoils = true,
	    .match = MODEL_MATCH_FIRST, .oids = MODEL_PLAIN,
	    .arf_oids = MODEL_PLAIN, .path = MODEL_PATH_ANY,
	    .range = MODEL_RANGE_USED, .pin = true, .listed = true,
	    .by_path = true, .header = true },
};

const struct dmsc_model *
dmsc_model_at(size_t i)
{
	return i < DMSC_COUNT(models) ? &models[i] : NULL;
}

const struct dmsc_model *
dmsc_model_find(const char *name)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(models); i++)
		if (strcmp(models[i].name, name) == 0)
			return &models[i];
	return NULL;
}
