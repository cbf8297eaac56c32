/*
 * LwM2M bootstrap documents on a card (LwM2M 1.0 Core appendix G; reference
 * uicc.md 5.2 to 5.4) to a tree and back. Objects, instances and resources
 * become nodes named by their numbers: "0/1/5", "0/1/5/0" for an instance of
 * a multiple resource. Formats come from the table of objects; an unknown
 * resource is bin.
 */
#ifndef DMSC_CODEC_LWM2M_H
#define DMSC_CODEC_LWM2M_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>

enum { DMSC_LWM2M_MAX = 32768 };	/* bytes of the file */

/* Reads file layout or the header-less blob (*bare says which). *used is
 * where the document ends; padding is left alone. SHORT, FORMAT with the
 * offset in e (may be NULL). Object versions stand in the object node's
 * title ("1.1"). */
int dmsc_lwm2m_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    bool *bare, struct dmsc_err *e) DMSC_MUST_CHECK;
/* The tree as a file, shortest forms; as_read (may be empty) gives the bytes
 * of what was not edited. */
int dmsc_lwm2m_write(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* JSON for people and back: {"0":{"0":{"0":"coap://...",...}}} with names
 * where the table has them; data, never code. */
int dmsc_lwm2m_write_json(const struct dmsc_tree *t, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_lwm2m_read_json(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* The table of objects 0, 1, 2, 3, 4, 5, 7, 21. */
struct dmsc_lwm2m_res {
	unsigned object, id;
	const char *name;		/* "LWM2M Server URI" */
	const char *path_name;		/* "ServerURI", usable in paths */
	enum dmsc_format format;
	bool multiple;
	bool secret;
};
/* NULL where the table has none. */
const struct dmsc_lwm2m_res *dmsc_lwm2m_resource(unsigned object,
    unsigned id);
const char *dmsc_lwm2m_object_name(unsigned object);	/* "Security" */
/* A path with names ("Security/0/ServerURI") as numbers ("0/0/0"). */
int dmsc_lwm2m_path(const char *path, struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
