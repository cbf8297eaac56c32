/* DM status codes: their words, and which one an error is (reference 5). */
#include "base/base.h"
#include "dm/dm.h"

static const struct { unsigned status; const char *text; } texts[] = {
	{ 101, "in progress" }, { 200, "done" }, { 201, "item added" },
	{ 202, "accepted for processing" },
	{ 203, "non-authoritative response" }, { 204, "no content" },
	{ 205, "reset content" }, { 206, "partial content" },
	{ 207, "conflict resolved with merge" },
	{ 208, "conflict resolved, the client wins" },
	{ 209, "conflict resolved with duplicate" },
	{ 210, "delete without archive" }, { 211, "item not deleted" },
	{ 212, "authentication accepted" }, { 213, "chunk accepted" },
	{ 214, "cancelled by the user" }, { 215, "not executed" },
	{ 216, "rolled back" }, { 300, "multiple choices" },
	{ 301, "moved permanently" }, { 302, "found" }, { 303, "see other" },
	{ 304, "not modified" }, { 305, "use proxy" }, { 400, "bad request" },
	{ 401, "unauthorized" }, { 402, "payment needed" },
	{ 403, "forbidden" }, { 404, "not found" },
	{ 405, "command not allowed on target" },
	{ 406, "optional feature not supported" },
	{ 407, "authentication required" }, { 408, "timed out" },
	{ 409, "conflict" }, { 410, "gone" }, { 411, "size required" },
	{ 412, "incomplete command" }, { 413, "entity too large" },
	{ 414, "URI too long" }, { 415, "unsupported media type or format" },
	{ 416, "requested size too big" }, { 417, "retry later" },
	{ 418, "already exists" },
	{ 419, "conflict resolved, the server wins" }, { 420, "device full" },
	{ 421, "unknown search grammar" }, { 422, "bad CGI script" },
	{ 423, "soft-delete conflict" }, { 424, "size mismatch" },
	{ 425, "permission denied" }, { 426, "partial item not accepted" },
	{ 427, "item not empty" }, { 428, "move failed" },
	{ 500, "command failed" },
	{ 501, "command not known to the recipient" },
	{ 502, "bad gateway" }, { 503, "service unavailable" },
	{ 504, "gateway timed out" }, { 505, "DTD version not supported" },
	{ 506, "processing error" }, { 507, "atomic failed" },
	{ 508, "refresh required" }, { 510, "data store failure" },
	{ 511, "server failure" }, { 512, "synchronization failed" },
	{ 513, "protocol version not supported" },
	{ 514, "cancelled before it was processed" },
	{ 516, "atomic roll back failed" },
	{ 517, "atomic response too large" },
};

static const struct { int code; unsigned status; } of_codes[] = {
	{ DMSC_E_OK, DMSC_DM_OK }, { DMSC_E_SHORT, DMSC_DM_BAD },
	{ DMSC_E_FORMAT, DMSC_DM_BAD }, { DMSC_E_DATA, DMSC_DM_BAD },
	{ DMSC_E_NOTFOUND, DMSC_DM_NOT_FOUND },
	{ DMSC_E_USAGE, DMSC_DM_NOT_ALLOWED },
	{ DMSC_E_EXISTS, DMSC_DM_EXISTS }, { DMSC_E_LIMIT, DMSC_DM_FULL },
	{ DMSC_E_NOMEM, DMSC_DM_FULL }, { DMSC_E_SPACE, DMSC_DM_FULL },
	{ DMSC_E_AUTH, DMSC_DM_DENIED },
	{ DMSC_E_UNSUPPORTED, DMSC_DM_MEDIA },
};

const char *
dmsc_dm_text(unsigned status)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "unknown status";
}

bool
dmsc_dm_row(unsigned i, unsigned *status, const char **text)
{
	if (i >= DMSC_COUNT(texts))
		return false;
	*status = texts[i].status;
	*text = texts[i].text;
	return true;
}

unsigned
dmsc_dm_status(int code)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(of_codes); i++)
		if (of_codes[i].code == code)
			return of_codes[i].status;
	return DMSC_DM_FAILED;
}
