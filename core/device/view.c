/* The fields of the device's reports (dmsc/device.h). */
#include <dmsc/events.h>
#include <dmsc/services.h>
#include <dmsc/sync.h>

static const struct dmsc_field taken_fields[] = {
	DMSC_F(dmsc_taken, document, DMSC_K_STR),
	DMSC_F(dmsc_taken, kind, DMSC_K_STR),
	DMSC_F(dmsc_taken, state, DMSC_K_STR),
	DMSC_F(dmsc_taken, why, DMSC_K_STR),
	DMSC_F_STRS(dmsc_taken, places, n_places),
	DMSC_F_END
};
const struct dmsc_view dmsc_taken_view = { "taken",
	sizeof(struct dmsc_taken), taken_fields };

static const struct dmsc_field event_fields[] = {
	DMSC_F(dmsc_event, name, DMSC_K_STR),
	DMSC_F(dmsc_event, detail, DMSC_K_STR),
	DMSC_F_STRS(dmsc_event, files, n_files),
	DMSC_F(dmsc_event, result, DMSC_K_UINT),
	DMSC_F(dmsc_event, answer, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_event_view = {
	"event", sizeof(struct dmsc_event), event_fields
};
static const struct dmsc_field events_fields[] = {
	DMSC_F_LIST(dmsc_events, events, n_events, &dmsc_event_view),
	DMSC_F_LIST(dmsc_events, documents, n_documents, &dmsc_taken_view),
	DMSC_F_LIST(dmsc_events, sessions, n_sessions, &dmsc_talk_view),
	DMSC_F(dmsc_events, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_events_view = {
	"events", sizeof(struct dmsc_events), events_fields
};

static const struct dmsc_field poweron_fields[] = {
	DMSC_F(dmsc_poweron, device, DMSC_K_STR),
	DMSC_F(dmsc_poweron, card, DMSC_K_STR),
	DMSC_F(dmsc_poweron, provisioning, DMSC_K_STR),
	DMSC_F_SUB(dmsc_poweron, application, &dmsc_dm_state_view),
	DMSC_F_SUB(dmsc_poweron, told, &dmsc_dm_told_view),
	DMSC_F(dmsc_poweron, by_counter, DMSC_K_BOOL),
	DMSC_F_LIST(dmsc_poweron, documents, n_documents, &dmsc_taken_view),
	DMSC_F(dmsc_poweron, changed, DMSC_K_BOOL),
	DMSC_F(dmsc_poweron, orders, DMSC_K_UINT),
	DMSC_F(dmsc_poweron, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_poweron, bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_poweron, apdus_hello, DMSC_K_UINT),
	DMSC_F(dmsc_poweron, apdus_read, DMSC_K_UINT),
	DMSC_F(dmsc_poweron, ms, DMSC_K_UINT),
	DMSC_F_LIST(dmsc_poweron, events, n_events, &dmsc_event_view),
	DMSC_F_LIST(dmsc_poweron, sessions, n_sessions, &dmsc_talk_view),
	DMSC_F_LIST(dmsc_poweron, services, n_services, &dmsc_service_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_poweron_view = { "poweron",
	sizeof(struct dmsc_poweron), poweron_fields };

static const struct dmsc_field info_fields[] = {
	DMSC_F(dmsc_device_info, device, DMSC_K_STR),
	DMSC_F(dmsc_device_info, file, DMSC_K_STR),
	DMSC_F(dmsc_device_info, card, DMSC_K_STR),
	DMSC_F_LIST(dmsc_device_info, documents, n_documents,
	    &dmsc_taken_view),
	DMSC_F(dmsc_device_info, nodes, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_device_info_view = { "device",
	sizeof(struct dmsc_device_info), info_fields };

static const struct dmsc_field step_fields[] = {
	DMSC_F(dmsc_talk_step, command, DMSC_K_STR),
	DMSC_F(dmsc_talk_step, uri, DMSC_K_STR),
	DMSC_F(dmsc_talk_step, status, DMSC_K_UINT),
	DMSC_F(dmsc_talk_step, text, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view step_view = { "command",
	sizeof(struct dmsc_talk_step), step_fields };
static const struct dmsc_field question_fields[] = {
	DMSC_F(dmsc_talk_question, kind, DMSC_K_STR),
	DMSC_F(dmsc_talk_question, text, DMSC_K_STR),
	DMSC_F(dmsc_talk_question, status, DMSC_K_UINT),
	DMSC_F_END
};
static const struct dmsc_view question_view = { "question",
	sizeof(struct dmsc_talk_question), question_fields };
static const struct dmsc_field told_fields[] = {
	DMSC_F(dmsc_talk_told, uri, DMSC_K_STR),
	DMSC_F(dmsc_talk_told, change, DMSC_K_STR),
	DMSC_F(dmsc_talk_told, status, DMSC_K_UINT),
	DMSC_F_END
};
static const struct dmsc_view told_view = { "told",
	sizeof(struct dmsc_talk_told), told_fields };

static const struct dmsc_field alerted_fields[] = {
	DMSC_F(dmsc_alerted, source, DMSC_K_STR),
	DMSC_F(dmsc_alerted, type, DMSC_K_STR),
	DMSC_F(dmsc_alerted, data, DMSC_K_STR),
	DMSC_F(dmsc_alerted, status, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_alerted_view = { "alert",
	sizeof(struct dmsc_alerted), alerted_fields };

static const struct dmsc_field talk_fields[] = {
	DMSC_F(dmsc_talk, device, DMSC_K_STR),
	DMSC_F(dmsc_talk, card, DMSC_K_STR),
	DMSC_F(dmsc_talk, asked, DMSC_K_STR),
	DMSC_F(dmsc_talk, server, DMSC_K_STR),
	DMSC_F(dmsc_talk, session, DMSC_K_STR),
	DMSC_F(dmsc_talk, signer, DMSC_K_STR),
	DMSC_F_LIST(dmsc_talk, commands, n_commands, &step_view),
	DMSC_F_LIST(dmsc_talk, questions, n_questions, &question_view),
	DMSC_F_LIST(dmsc_talk, told, n_told, &told_view),
	DMSC_F_LIST(dmsc_talk, alerts, n_alerts, &dmsc_alerted_view),
	DMSC_F(dmsc_talk, orders, DMSC_K_UINT),
	DMSC_F(dmsc_talk, messages, DMSC_K_UINT),
	DMSC_F(dmsc_talk, changed, DMSC_K_BOOL),
	DMSC_F(dmsc_talk, aborted, DMSC_K_BOOL),
	DMSC_F(dmsc_talk, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_talk, bytes, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_talk_view = { "session",
	sizeof(struct dmsc_talk), talk_fields };

static const struct dmsc_field sync_fields[] = {
	DMSC_F(dmsc_sync, device, DMSC_K_STR),
	DMSC_F(dmsc_sync, card, DMSC_K_STR),
	DMSC_F(dmsc_sync, server, DMSC_K_STR),
	DMSC_F(dmsc_sync, url, DMSC_K_STR),
	DMSC_F(dmsc_sync, asked, DMSC_K_STR),
	DMSC_F(dmsc_sync, session, DMSC_K_STR),
	DMSC_F_LIST(dmsc_sync, commands, n_commands, &step_view),
	DMSC_F_LIST(dmsc_sync, questions, n_questions, &question_view),
	DMSC_F_LIST(dmsc_sync, alerts, n_alerts, &dmsc_alerted_view),
	DMSC_F(dmsc_sync, orders, DMSC_K_UINT),
	DMSC_F(dmsc_sync, sessions, DMSC_K_UINT),
	DMSC_F(dmsc_sync, messages, DMSC_K_UINT),
	DMSC_F(dmsc_sync, retries, DMSC_K_UINT),
	DMSC_F(dmsc_sync, to_card, DMSC_K_UINT),
	DMSC_F(dmsc_sync, changed, DMSC_K_BOOL),
	DMSC_F(dmsc_sync, aborted, DMSC_K_BOOL),
	DMSC_F(dmsc_sync, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_sync, bytes, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_sync_view = { "sync",
	sizeof(struct dmsc_sync), sync_fields };

static const struct dmsc_field reply_fields[] = {
	DMSC_F(dmsc_device_reply, device, DMSC_K_STR),
	DMSC_F(dmsc_device_reply, server, DMSC_K_STR),
	DMSC_F(dmsc_device_reply, changed, DMSC_K_BOOL),
	DMSC_F(dmsc_device_reply, to_card, DMSC_K_UINT),
	DMSC_F(dmsc_device_reply, orders, DMSC_K_UINT),
	DMSC_F(dmsc_device_reply, nonce, DMSC_K_STR),
	DMSC_F_SUB(dmsc_device_reply, answer, &dmsc_dm_answer_view),
	DMSC_F(dmsc_device_reply, message, DMSC_K_BYTES),
	DMSC_F_END
};
const struct dmsc_view dmsc_device_reply_view = { "reply",
	sizeof(struct dmsc_device_reply), reply_fields };
