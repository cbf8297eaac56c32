/* What dmsc/dm.h gives, as views. */
#include <dmsc/dm.h>

static const struct dmsc_field state_fields[] = {
	DMSC_F(dmsc_dm_state, aid, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, version, DMSC_K_STR),
	DMSC_F_STRS(dmsc_dm_state, methods, n_methods),
	DMSC_F(dmsc_dm_state, to_read, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, to_write, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, to_personal, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, max_message, DMSC_K_SIZE),
	DMSC_F(dmsc_dm_state, max_object, DMSC_K_SIZE),
	DMSC_F(dmsc_dm_state, authenticated, DMSC_K_BOOL),
	DMSC_F(dmsc_dm_state, as, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, server, DMSC_K_STR),
	DMSC_F(dmsc_dm_state, counter, DMSC_K_COUNT),
	DMSC_F_AS("free", dmsc_dm_state, free_bytes, DMSC_K_COUNT),
	DMSC_F(dmsc_dm_state, total, DMSC_K_COUNT),
	DMSC_F(dmsc_dm_state, waits, DMSC_K_BOOL),
	DMSC_F(dmsc_dm_state, apdus, DMSC_K_UINT), DMSC_F_END
};
const struct dmsc_view dmsc_dm_state_view = { "dm_state",
    sizeof(struct dmsc_dm_state), state_fields };

static const struct dmsc_field told_fields[] = {
	DMSC_F(dmsc_dm_told, name, DMSC_K_STR),
	DMSC_F(dmsc_dm_told, version, DMSC_K_STR),
	DMSC_F_STRS(dmsc_dm_told, methods, n_methods),
	DMSC_F(dmsc_dm_told, max_message, DMSC_K_SIZE),
	DMSC_F(dmsc_dm_told, max_object, DMSC_K_SIZE),
	DMSC_F(dmsc_dm_told, obeys, DMSC_K_BOOL), DMSC_F_END
};
const struct dmsc_view dmsc_dm_told_view = { "dm_told",
    sizeof(struct dmsc_dm_told), told_fields };

static const struct dmsc_field status_fields[] = {
	DMSC_F(dmsc_dm_status, command, DMSC_K_STR),
	DMSC_F(dmsc_dm_status, uri, DMSC_K_STR),
	DMSC_F(dmsc_dm_status, status, DMSC_K_UINT),
	DMSC_F(dmsc_dm_status, text, DMSC_K_STR), DMSC_F_END
};
const struct dmsc_view dmsc_dm_status_view = { "dm_status",
    sizeof(struct dmsc_dm_status), status_fields };

static const struct dmsc_field result_fields[] = {
	DMSC_F(dmsc_dm_result, uri, DMSC_K_STR),
	DMSC_F(dmsc_dm_result, format, DMSC_K_STR),
	DMSC_F(dmsc_dm_result, type, DMSC_K_STR),
	DMSC_F(dmsc_dm_result, is_text, DMSC_K_BOOL),
	DMSC_F(dmsc_dm_result, secret, DMSC_K_BOOL),
	DMSC_F(dmsc_dm_result, value, DMSC_K_BYTES), DMSC_F_END
};
const struct dmsc_view dmsc_dm_result_view = { "dm_result",
    sizeof(struct dmsc_dm_result), result_fields };

static const struct dmsc_field alert_fields[] = {
	DMSC_F(dmsc_dm_alert, code, DMSC_K_UINT),
	DMSC_F(dmsc_dm_alert, uri, DMSC_K_STR),
	DMSC_F(dmsc_dm_alert, type, DMSC_K_STR),
	DMSC_F(dmsc_dm_alert, value, DMSC_K_BYTES), DMSC_F_END
};
const struct dmsc_view dmsc_dm_alert_view = { "dm_alert",
    sizeof(struct dmsc_dm_alert), alert_fields };

static const struct dmsc_field answer_fields[] = {
	DMSC_F_LIST(dmsc_dm_answer, statuses, n_statuses,
	    &dmsc_dm_status_view),
	DMSC_F_LIST(dmsc_dm_answer, results, n_results,
	    &dmsc_dm_result_view),
	DMSC_F_LIST(dmsc_dm_answer, alerts, n_alerts,
	    &dmsc_dm_alert_view),
	DMSC_F(dmsc_dm_answer, messages, DMSC_K_UINT),
	DMSC_F(dmsc_dm_answer, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_dm_answer, bytes, DMSC_K_SIZE), DMSC_F_END
};
const struct dmsc_view dmsc_dm_answer_view = { "dm_answer",
    sizeof(struct dmsc_dm_answer), answer_fields };
