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
#include <dmsc/lwm2m.h>
#include <dmsc/tree.h>

enum { DMSC_LWM2M_MAX = 32768 };	/* bytes of the file */

/*
 * Reads file layout or the header-less blob (*bare says which; its resources
 * become those of 0/0). *used is where the document ends; padding is left
 * alone. SHORT, FORMAT, LIMIT with the offset in e (may be NULL); then t is
 * half filled. Object versions stand in the object node's title ("1.1").
 * What stands twice gets "~2", "~3". A value that does not fit the type of
 * its resource is bin. Time is int (seconds since 1970), an object link chr
 * ("3:0").
 */
int dmsc_lwm2m_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    bool *bare, struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * The tree as a file, shortest forms; as_read (may be empty) gives the bytes
 * of what was not edited: all of them where nothing was, else those of each
 * object, instance and resource that is as it was; a bare blob stays one
 * while it holds 0/0 alone. DATA where the tree has what the file cannot
 * hold, with the node in e. On failure out is as it was.
 */
int dmsc_lwm2m_write(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * JSON for people and back: {"Server":{"version":"1.1","1":{"Lifetime":60,
 * "7":"U"}}}: names where the table has them, numbers always; data, never
 * code. Opaque and unknown resources are {"hex":"00FF"} or {"text":"abc"},
 * which other resources take too; instances of a multiple resource are
 * {"0":...}. Refused by name: unknown names, wrong types, values out of
 * range.
 */
int dmsc_lwm2m_write_json(const struct dmsc_tree *t, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_lwm2m_read_json(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* An account into the tree (dmsc/lwm2m.h); a failure leaves it half set. */
int dmsc_lwm2m_put_account(struct dmsc_tree *t,
    const struct dmsc_lwm2m_account *a, struct dmsc_err *e) DMSC_MUST_CHECK;
/* Appends the accounts of the tree. NOMEM. */
int dmsc_lwm2m_accounts(const struct dmsc_tree *t, const char *document,
    struct dmsc_lwm2m_list *out) DMSC_MUST_CHECK;

/* Types of resources (LwM2M 1.1 Core appendix C). */
enum dmsc_lwm2m_kind {
	DMSC_LWM2M_UNKNOWN, DMSC_LWM2M_EXEC, DMSC_LWM2M_STRING,
	DMSC_LWM2M_INT, DMSC_LWM2M_UINT, DMSC_LWM2M_FLOAT, DMSC_LWM2M_BOOL,
	DMSC_LWM2M_OPAQUE, DMSC_LWM2M_TIME, DMSC_LWM2M_OBJLNK
};

/* The table of objects 0 to 7 and 21. */
struct dmsc_lwm2m_res {
	unsigned object, id;
	const char *name;		/* "LWM2M Server URI" */
	const char *path_name;		/* "ServerURI", usable in paths */
	enum dmsc_format format;
	enum dmsc_lwm2m_kind kind;
	bool multiple;
	bool secret;
	int64_t max;			/* of 0..max; 0: what the type holds */
};
/* NULL where the table has none. */
const struct dmsc_lwm2m_res *dmsc_lwm2m_resource(unsigned object,
    unsigned id);
const struct dmsc_lwm2m_res *dmsc_lwm2m_resource_at(size_t i); /* all */
const char *dmsc_lwm2m_object_name(unsigned object);	/* "Security" */
/*
 * Gives each resource of the table its path name as title, instances of a
 * multiple one too, so that people and dmsc_node_is_secret know it; a title
 * of the table that is not the node's is corrected, others are left alone.
 * The writers take these titles as none.
 */
int dmsc_lwm2m_titles(struct dmsc_tree *t) DMSC_MUST_CHECK;
/* A path with names ("Security/0/ServerURI") as numbers ("0/0/0"). NOTFOUND
 * for a name that the table has not; then out is as it was. */
int dmsc_lwm2m_path(const char *path, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Whether the resource at path (numbers) takes a value of format f: DATA for
 * what the file cannot hold there. Integers have up to 64 bits. */
int dmsc_lwm2m_check(const char *path, enum dmsc_format f,
    struct dmsc_rd value) DMSC_MUST_CHECK;

#endif
