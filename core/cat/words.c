/* The names of commands, results and modes (TS 102 223 clauses 9.4, 8.12). */
#include "cat/cat.h"

#include <string.h>

#include "base/base.h"

struct word {
	uint8_t code;
	const char *text;
};

static const struct word types[] = {
	{ 0x01, "refresh" }, { 0x02, "more-time" },
	{ 0x03, "poll-interval" }, { 0x04, "polling-off" },
	{ 0x05, "set-up-event-list" }, { 0x10, "set-up-call" },
	{ 0x11, "send-ss" }, { 0x12, "send-ussd" }, { 0x13, "send-sms" },
	{ 0x14, "send-dtmf" }, { 0x15, "launch-browser" },
	{ 0x16, "geographical-location" }, { 0x20, "play-tone" },
	{ 0x21, "display-text" }, { 0x22, "get-inkey" },
	{ 0x23, "get-input" }, { 0x24, "select-item" },
	{ 0x25, "set-up-menu" }, { 0x26, "local-information" },
	{ 0x27, "timer" }, { 0x28, "idle-text" },
	{ 0x30, "card-apdu" }, { 0x31, "card-on" }, { 0x32, "card-off" },
	{ 0x33, "reader-status" }, { 0x34, "run-at" },
	{ 0x35, "language-notification" }, { 0x40, "open-channel" },
	{ 0x41, "close-channel" }, { 0x42, "receive-data" },
	{ 0x43, "send-data" }, { 0x44, "channel-status" },
	{ 0x45, "service-search" }, { 0x46, "service-information" },
	{ 0x47, "declare-service" }, { 0x50, "set-frames" },
	{ 0x51, "frames-status" }, { 0x60, "retrieve-mms" },
	{ 0x61, "submit-mms" }, { 0x62, "display-mms" },
	{ 0x70, "activate" }, { 0x71, "contactless-state" },
	{ 0x72, "container" }, { 0x73, "encapsulated-session" },
	{ 0x79, "lsi" }, { 0x81, "end-of-session" },
};
static const struct word results[] = {
	{ CAT_DONE, "done" }, { CAT_MISSING_INFO, "information missing" },
	{ CAT_FILES_READ, "done, files read anew" },
	{ CAT_ENDED, "ended by the user" },
	{ CAT_NO_ANSWER, "no answer" }, { CAT_BUSY, "busy" },
	{ CAT_REFUSED, "refused by the user" },
	{ CAT_TIMER_STATE, "contradicts the timer" },
	{ CAT_BEYOND, "beyond this device" },
	{ CAT_TYPE_UNKNOWN, "type not known" },
	{ CAT_DATA_UNKNOWN, "data not understood" },
	{ CAT_VALUES_MISSING, "values missing" },
};
static const struct word events[] = {
	{ 0x00, "call" }, { 0x01, "call-connected" },
	{ 0x02, "call-disconnected" }, { 0x03, "location-status" },
	{ CAT_E_ACTIVITY, "user-activity" }, { CAT_E_IDLE, "idle-screen" },
	{ 0x06, "card-reader" }, { CAT_E_LANGUAGE, "language" },
	{ 0x08, "browser-end" }, { CAT_E_DATA, "data-available" },
	{ 0x0A, "channel-status" }, { 0x0B, "access-technology" },
	{ 0x0C, "display-parameters" }, { 0x0D, "local-connection" },
	{ 0x0E, "search-mode" }, { 0x0F, "browsing-status" },
	{ 0x10, "frames" }, { 0x11, "wlan-access" },
	{ 0x12, "network-rejection" }, { 0x13, "hci" },
	{ 0x15, "csg" }, { 0x16, "contactless" },
	{ 0x17, "ims-registration" }, { 0x18, "ims-data" },
	{ 0x19, "profile-container" }, { 0x1C, "poll-negotiation" },
	{ 0x1D, "data-connection" },
};
static const char *const modes[] = {
	"all files, application starts anew", "files",
	"files, application starts anew", "application starts anew",
	"card reset",
	"application reset", "session reset", "steering of roaming",
	"steering of I-WLAN", "profile state", "application update",
};

static const char *
look(const struct word *w, size_t n, unsigned code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (w[i].code == code)
			return w[i].text;
	return NULL;
}

static int
look_back(const struct word *w, size_t n, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(w[i].text, text) == 0)
			return w[i].code;
	return -1;
}

int
dmsc_cat_type_of(const char *name)
{
	return look_back(types, DMSC_COUNT(types), name);
}

int
dmsc_cat_event_of(const char *name)
{
	return look_back(events, DMSC_COUNT(events), name);
}

const char *
dmsc_cat_type_name(unsigned type)
{
	return look(types, DMSC_COUNT(types), type);
}

const char *
dmsc_cat_result_text(unsigned result)
{
	const char *s = look(results, DMSC_COUNT(results), result);

	return s != NULL ? s : "other";
}

const char *
dmsc_cat_refresh_text(unsigned qualifier)
{
	return qualifier < DMSC_COUNT(modes) ? modes[qualifier] : "unknown";
}
