/* Inside of the LwM2M codec: what its files share (codec/lwm2m.h). */
#ifndef DMSC_CODEC_LWM2M_INNER_H
#define DMSC_CODEC_LWM2M_INNER_H

#include "codec/lwm2m.h"

enum {
	LWM2M_ID_MAX = 65535,
	LWM2M_TWICE_MAX = 99,	/* of one number under one parent */
	LWM2M_NAME = 16,
	/* No tree of a file needs more. */
	LWM2M_TREE_MAX = 16 * 1024 * 1024
};

/* Bits of the type byte (reference uicc.md 5.3). */
enum {
	LWM2M_INSTANCE = 0x00, LWM2M_RES_INSTANCE = 0x40,
	LWM2M_MULTIPLE = 0x80, LWM2M_RESOURCE = 0xC0, LWM2M_KIND = 0xC0,
	LWM2M_ID16 = 0x20, LWM2M_LEN_SHIFT = 3, LWM2M_LEN_MASK = 3,
	LWM2M_LEN_INLINE = 7
};

/* Where a node was read. */
struct lwm2m_item {
	const struct dmsc_node *node;
	struct dmsc_rd raw;	/* header and all */
	bool bare;		/* it has no header of its own */
};
struct lwm2m_map {
	struct lwm2m_item *items;	/* sorted by node once read */
	size_t n, cap;
};
/* As dmsc_lwm2m_read; map may be NULL, its items are the caller's. */
int dmsc_lwm2m_read_map(struct dmsc_rd bytes, struct dmsc_tree *t,
    size_t *used, struct lwm2m_map *map, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* Names: "5", "5~2" and the names of the table. */
bool dmsc_lwm2m_id(const char *name, unsigned *id, unsigned *nth);
bool dmsc_lwm2m_object_id(struct dmsc_rd name, unsigned *id, unsigned *nth);
bool dmsc_lwm2m_resource_id(unsigned object, struct dmsc_rd name,
    unsigned *id, unsigned *nth);
void dmsc_lwm2m_name(unsigned id, unsigned nth, char out[LWM2M_NAME]);

/* A value as the file has it to a tree's, appended to out; what does not fit
 * its kind is bin. */
int dmsc_lwm2m_get(enum dmsc_lwm2m_kind kind, struct dmsc_rd raw,
    enum dmsc_format *f, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* And back, shortest; DATA where it does not fit. A bin is taken as it is. */
int dmsc_lwm2m_put(enum dmsc_lwm2m_kind kind, enum dmsc_format f,
    struct dmsc_rd value, struct dmsc_buf *out) DMSC_MUST_CHECK;
enum dmsc_lwm2m_kind dmsc_lwm2m_kind_of(unsigned object, unsigned id);
/* Takes the titles of dmsc_lwm2m_titles away. */
int dmsc_lwm2m_untitle(struct dmsc_tree *t) DMSC_MUST_CHECK;

#endif
