/* The views of dmsc/doc.h: JSON, Lua and freeing come from these tables. */
#include "store/store.h"

static const struct dmsc_field rules_fields[] = {
	DMSC_F(dmsc_doc_rules, confirmation, DMSC_K_STR),
	DMSC_F(dmsc_doc_rules, group, DMSC_K_STR),
	DMSC_F(dmsc_doc_rules, version, DMSC_K_STR),
	DMSC_F(dmsc_doc_rules, issuer, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_doc_rules_view = {
	"rules", sizeof(struct dmsc_doc_rules), rules_fields
};

static const struct dmsc_field doc_fields[] = {
	DMSC_F(dmsc_doc, name, DMSC_K_STR),
	DMSC_F(dmsc_doc, label, DMSC_K_STR),
	DMSC_F(dmsc_doc, kind, DMSC_K_STR),
	DMSC_F(dmsc_doc, place, DMSC_K_STR),
	DMSC_F(dmsc_doc, oid, DMSC_K_STR),
	DMSC_F(dmsc_doc, size, DMSC_K_SIZE),
	DMSC_F(dmsc_doc, used, DMSC_K_COUNT),
	DMSC_F_AS("private", dmsc_doc, is_private, DMSC_K_BOOL),
	DMSC_F(dmsc_doc, modifiable, DMSC_K_BOOL),
	DMSC_F(dmsc_doc, needs, DMSC_K_STR),
	DMSC_F(dmsc_doc, signature, DMSC_K_STR),
	DMSC_F(dmsc_doc, second_slot, DMSC_K_STR),
	DMSC_F(dmsc_doc, state, DMSC_K_STR),
	DMSC_F(dmsc_doc, signature_change, DMSC_K_STR),
	DMSC_F_SUB(dmsc_doc, rules, &dmsc_doc_rules_view),
	DMSC_F_STRS(dmsc_doc, warnings, n_warnings),
	DMSC_F_END
};
const struct dmsc_view dmsc_doc_view = {
	"document", sizeof(struct dmsc_doc), doc_fields
};

static const struct dmsc_field doc_list_fields[] = {
	DMSC_F_LIST(dmsc_doc_list, documents, n_documents,
	    &dmsc_doc_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_doc_list_view = {
	"documents", sizeof(struct dmsc_doc_list), doc_list_fields
};

static const struct dmsc_field discovery_fields[] = {
	DMSC_F(dmsc_discovery, found, DMSC_K_BOOL),
	DMSC_F(dmsc_discovery, card, DMSC_K_STR),
	DMSC_F(dmsc_discovery, place, DMSC_K_STR),
	DMSC_F(dmsc_discovery, why, DMSC_K_STR),
	DMSC_F_STRS(dmsc_discovery, kinds, n_kinds),
	DMSC_F(dmsc_discovery, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_discovery_view = {
	"discovery", sizeof(struct dmsc_discovery), discovery_fields
};

static const struct dmsc_field step_fields[] = {
	DMSC_F(dmsc_step, what, DMSC_K_STR),
	DMSC_F(dmsc_step, place, DMSC_K_STR),
	DMSC_F(dmsc_step, bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_step, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_step_view = {
	"step", sizeof(struct dmsc_step), step_fields
};

static const struct dmsc_field signed_fields[] = {
	DMSC_F(dmsc_doc_signed, document, DMSC_K_STR),
	DMSC_F(dmsc_doc_signed, change, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_doc_signed_view = {
	"signature", sizeof(struct dmsc_doc_signed), signed_fields
};

static const struct dmsc_field plan_fields[] = {
	DMSC_F(dmsc_plan, way, DMSC_K_STR),
	DMSC_F(dmsc_plan, verdict, DMSC_K_STR),
	DMSC_F(dmsc_plan, why, DMSC_K_STR),
	DMSC_F(dmsc_plan, next, DMSC_K_STR),
	DMSC_F_LIST(dmsc_plan, steps, n_steps, &dmsc_step_view),
	DMSC_F(dmsc_plan, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_plan, bytes, DMSC_K_SIZE),
	DMSC_F_LIST(dmsc_plan, signatures, n_signatures,
	    &dmsc_doc_signed_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_plan_view = {
	"plan", sizeof(struct dmsc_plan), plan_fields
};

static const struct dmsc_field commit_fields[] = {
	DMSC_F(dmsc_commit, way, DMSC_K_STR),
	DMSC_F_STRS(dmsc_commit, documents, n_documents),
	DMSC_F(dmsc_commit, verified, DMSC_K_TRI),
	DMSC_F(dmsc_commit, apdus, DMSC_K_UINT),
	DMSC_F(dmsc_commit, journal, DMSC_K_STR),
	DMSC_F_LIST(dmsc_commit, signatures, n_signatures,
	    &dmsc_doc_signed_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_commit_view = {
	"commit", sizeof(struct dmsc_commit), commit_fields
};

static const struct dmsc_field entry_fields[] = {
	DMSC_F(dmsc_journal_entry, id, DMSC_K_STR),
	DMSC_F(dmsc_journal_entry, time, DMSC_K_STR),
	DMSC_F(dmsc_journal_entry, card, DMSC_K_STR),
	DMSC_F(dmsc_journal_entry, way, DMSC_K_STR),
	DMSC_F(dmsc_journal_entry, state, DMSC_K_STR),
	DMSC_F_STRS(dmsc_journal_entry, documents, n_documents),
	DMSC_F_END
};
const struct dmsc_view dmsc_journal_entry_view = {
	"journal entry", sizeof(struct dmsc_journal_entry), entry_fields
};

static const struct dmsc_field journal_fields[] = {
	DMSC_F_LIST(dmsc_journal, entries, n_entries,
	    &dmsc_journal_entry_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_journal_view = {
	"journal", sizeof(struct dmsc_journal), journal_fields
};
