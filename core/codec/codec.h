/*
 * Documents to trees and back: DM bootstrap documents (SyncML DM 1.2 in
 * WBXML with TNDS inside), TNDS in XML and WBXML. Bounded in depth and size,
 * linear in time; what the card and the device send goes through our own
 * WBXML reader and writer (reference/oma-dm.md 3.7 says why).
 */
#ifndef DMSC_CODEC_CODEC_H
#define DMSC_CODEC_CODEC_H

#include <dmsc/bytes.h>
#include <dmsc/tnds.h>
#include <dmsc/tree.h>

enum {
	DMSC_DOC_MAX = 32 * 1024 * 1024,	/* bytes of one document */
	DMSC_DOC_DEPTH = 200
};

/* What bytes look like. */
enum dmsc_form {
	DMSC_FORM_UNKNOWN, DMSC_FORM_TNDS, DMSC_FORM_TNDS_WBXML,
	DMSC_FORM_SYNCML, DMSC_FORM_SYNCML_WBXML, DMSC_FORM_JSON,
	DMSC_FORM_CP, DMSC_FORM_CP_WBXML, DMSC_FORM_LWM2M, DMSC_FORM_EMPTY,
	/* Any other language; dmsc_form_guess never says so. */
	DMSC_FORM_XML, DMSC_FORM_WBXML
};
enum dmsc_form dmsc_form_guess(struct dmsc_rd bytes);
const char *dmsc_form_name(enum dmsc_form f);	/* "tnds-wbxml" */
int dmsc_form_parse(const char *name, enum dmsc_form *out) DMSC_MUST_CHECK;

/*
 * A DM bootstrap document: the message with its Adds, and the tree that they
 * build on an empty tree, without "./Inbox/". Each Add keeps its target,
 * Meta and encoding; what was not edited keeps its bytes.
 */
struct dmsc_boot;
/* Padding (FF or 00) behind the message is left alone: *used says where it
 * ends. */
int dmsc_boot_read(struct dmsc_rd bytes, struct dmsc_boot **out,
    size_t *used, struct dmsc_err *e) DMSC_MUST_CHECK;
struct dmsc_boot *dmsc_boot_new(void);	/* no Adds yet */
void dmsc_boot_free(struct dmsc_boot **b);
/* Targets of the Adds' Items, in order; NULL behind the last. */
size_t dmsc_boot_items(const struct dmsc_boot *b);
const char *dmsc_boot_target(const struct dmsc_boot *b, size_t i);
/* The tree as read, owned by b. */
const struct dmsc_tree *dmsc_boot_tree(const struct dmsc_boot *b);
/*
 * The message for the tree now: an Add whose nodes equal those read keeps
 * its bytes; a changed one is written anew in its own encoding; an Add whose
 * nodes are all gone goes; new top-level nodes get an Add of their own
 * (TNDS, WBXML, target ./Inbox/NAME). now equal to the tree read gives the
 * bytes read. A new document is dmsc_boot_new, dmsc_tree_parse of its
 * content, and dmsc_boot_write.
 */
int dmsc_boot_write(const struct dmsc_boot *b, const struct dmsc_tree *now,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* What dmsc_boot_write would not keep, as it is neither a node nor of a node:
 * say gets a line for each Add that it writes anew. */
int dmsc_boot_gone(const struct dmsc_boot *b, const struct dmsc_tree *now,
    void (*say)(void *arg, const char *line), void *arg, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The message as SyncML XML with TNDS XML inside, for people. */
int dmsc_boot_write_xml(const struct dmsc_boot *b,
    const struct dmsc_tree *now, struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* Any form above that holds a tree, recognised, into a new tree. */
int dmsc_tree_parse(struct dmsc_rd bytes, struct dmsc_tree **out,
    enum dmsc_form *form, struct dmsc_err *e) DMSC_MUST_CHECK;

/* libwbxml's converter, for documents that people hand over and as second
 * opinion. Bounded; the string table is always off. */
int dmsc_lib_to_wbxml(struct dmsc_rd xml, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_lib_to_xml(struct dmsc_rd wbxml, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
