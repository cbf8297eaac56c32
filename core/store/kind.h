/*
 * Kinds of documents that are trees by a codec of their own: one row each.
 * Kind dm is none of them: its messages keep what their Adds were (work.c).
 */
#ifndef DMSC_STORE_KIND_H
#define DMSC_STORE_KIND_H

#include "codec/codec.h"

struct dmsc_dockind {
	const char *name;
	/* *used is where the document ends. */
	int (*read)(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
	    struct dmsc_err *e);
	/* What was not edited keeps the bytes of as_read. */
	int (*write)(const struct dmsc_tree *t, struct dmsc_rd as_read,
	    struct dmsc_buf *out, struct dmsc_err *e);
	/* The forms of the bytes and for people. */
	enum dmsc_form form;
	enum dmsc_form text;
	int (*read_text)(struct dmsc_rd text, struct dmsc_tree *t,
	    struct dmsc_err *e);
	int (*write_text)(const struct dmsc_tree *t, struct dmsc_buf *out,
	    struct dmsc_err *e);
	/* A path with names as the tree has it; NULL: paths are as given. */
	int (*path)(const char *path, struct dmsc_buf *out);
	/* Whether what stands at a path of the tree takes the value. NULL: as
	 * its format says. */
	int (*check)(const char *path, enum dmsc_format f,
	    struct dmsc_rd value);
	/* After an edit: titles that go with names. NULL: none. */
	int (*titles)(struct dmsc_tree *t);
};

/* NULL for dm and for what is bytes. */
const struct dmsc_dockind *dmsc_kind_find(const char *kind);
/* dm too. */
bool dmsc_kind_is_tree(const char *kind);
/* What bytes hold, by their content: "dm", "lwm2m", "cp", "app". */
const char *dmsc_kind_of_form(enum dmsc_form f);
/* The tree in bytes of any kind, by their content; *t is the caller's. */
int dmsc_kind_parse(struct dmsc_rd bytes, struct dmsc_tree **t)
    DMSC_MUST_CHECK;

#endif
