/* The views of dmsc/file.h. */
#include <dmsc/file.h>

static const struct dmsc_field application_fields[] = {
	DMSC_F(dmsc_application, aid, DMSC_K_STR),
	DMSC_F(dmsc_application, label, DMSC_K_STR),
	DMSC_F(dmsc_application, path, DMSC_K_STR),
	DMSC_F(dmsc_application, name, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_application_view = { "application",
    sizeof(struct dmsc_application), application_fields };

static const struct dmsc_field fcp_fields[] = {
	DMSC_F(dmsc_fcp, path, DMSC_K_STR),
	DMSC_F(dmsc_fcp, fid, DMSC_K_STR),
	DMSC_F(dmsc_fcp, name, DMSC_K_STR),
	DMSC_F(dmsc_fcp, kind, DMSC_K_STR),
	DMSC_F(dmsc_fcp, aid, DMSC_K_STR),
	DMSC_F(dmsc_fcp, size, DMSC_K_SIZE),
	DMSC_F(dmsc_fcp, record_len, DMSC_K_UINT),
	DMSC_F(dmsc_fcp, records, DMSC_K_UINT),
	DMSC_F(dmsc_fcp, life, DMSC_K_STR),
	DMSC_F(dmsc_fcp, sfi, DMSC_K_INT),
	DMSC_F(dmsc_fcp, shareable, DMSC_K_BOOL),
	DMSC_F(dmsc_fcp, security, DMSC_K_STR),
	DMSC_F(dmsc_fcp, raw, DMSC_K_BYTES),
	DMSC_F_END
};
const struct dmsc_view dmsc_fcp_view = { "fcp", sizeof(struct dmsc_fcp),
    fcp_fields };

static const struct dmsc_field file_list_fields[] = {
	DMSC_F_LIST(dmsc_file_list, files, n_files, &dmsc_fcp_view),
	DMSC_F(dmsc_file_list, complete, DMSC_K_BOOL),
	DMSC_F_END
};
const struct dmsc_view dmsc_file_list_view = { "files",
    sizeof(struct dmsc_file_list), file_list_fields };

static const struct dmsc_field access_fields[] = {
	DMSC_F(dmsc_access, mode, DMSC_K_STR),
	DMSC_F(dmsc_access, needs, DMSC_K_STR),
	DMSC_F(dmsc_access, have, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_access_view = { "access",
    sizeof(struct dmsc_access), access_fields };

static const struct dmsc_field access_list_fields[] = {
	DMSC_F(dmsc_access_list, path, DMSC_K_STR),
	DMSC_F(dmsc_access_list, rule, DMSC_K_STR),
	DMSC_F_LIST(dmsc_access_list, modes, n_modes, &dmsc_access_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_access_list_view = { "access rules",
    sizeof(struct dmsc_access_list), access_list_fields };

static const struct dmsc_field record_fields[] = {
	DMSC_F(dmsc_record, number, DMSC_K_UINT),
	DMSC_F(dmsc_record, bytes, DMSC_K_BYTES),
	DMSC_F(dmsc_record, text, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_record_view = { "record",
    sizeof(struct dmsc_record), record_fields };

static const struct dmsc_field content_fields[] = {
	DMSC_F(dmsc_content, path, DMSC_K_STR),
	DMSC_F(dmsc_content, name, DMSC_K_STR),
	DMSC_F(dmsc_content, text, DMSC_K_STR),
	DMSC_F(dmsc_content, bytes, DMSC_K_BYTES),
	DMSC_F_LIST(dmsc_content, records, n_records, &dmsc_record_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_content_view = { "content",
    sizeof(struct dmsc_content), content_fields };

static const struct dmsc_field pin_state_fields[] = {
	DMSC_F(dmsc_pin_state, name, DMSC_K_STR),
	DMSC_F(dmsc_pin_state, ref, DMSC_K_UINT),
	DMSC_F(dmsc_pin_state, state, DMSC_K_STR),
	DMSC_F(dmsc_pin_state, tries, DMSC_K_COUNT),
	DMSC_F(dmsc_pin_state, puk_tries, DMSC_K_COUNT),
	DMSC_F_END
};
const struct dmsc_view dmsc_pin_state_view = { "pin",
    sizeof(struct dmsc_pin_state), pin_state_fields };

static const struct dmsc_field pin_list_fields[] = {
	DMSC_F_LIST(dmsc_pin_list, pins, n_pins, &dmsc_pin_state_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_pin_list_view = { "pins",
    sizeof(struct dmsc_pin_list), pin_list_fields };

static const struct dmsc_field info_fields[] = {
	DMSC_F(dmsc_info, atr, DMSC_K_STR),
	DMSC_F_STRS(dmsc_info, atr_facts, n_atr_facts),
	DMSC_F(dmsc_info, identity, DMSC_K_STR),
	DMSC_F(dmsc_info, iccid, DMSC_K_STR),
	DMSC_F(dmsc_info, imsi, DMSC_K_STR),
	DMSC_F_LIST(dmsc_info, applications, n_applications,
	    &dmsc_application_view),
	DMSC_F_LIST(dmsc_info, pins, n_pins, &dmsc_pin_state_view),
	DMSC_F(dmsc_info, life, DMSC_K_STR),
	DMSC_F(dmsc_info, arr, DMSC_K_STR),
	DMSC_F_STRS(dmsc_info, provisioning, n_provisioning),
	DMSC_F(dmsc_info, locked, DMSC_K_BOOL),
	DMSC_F_END
};
const struct dmsc_view dmsc_info_view = { "info", sizeof(struct dmsc_info),
    info_fields };
