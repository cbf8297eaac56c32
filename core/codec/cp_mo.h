/*
 * Inside of the room codec: what maps Client Provisioning to management
 * objects (codec/cp.h, reference oma-dm.md 8.1, 9.1, 9.4).
 */
#ifndef DMSC_CODEC_CP_MO_H
#define DMSC_CODEC_CP_MO_H

#include "base/base.h"
#include "codec/cp.h"

enum { MAP_URI = 256 };		/* bytes of a URI of ours */

struct map {
	const struct dmsc_node *cp;	/* the document */
	struct dmsc_tree *t;
	char ***left;			/* the warnings */
	size_t *n_left;
	bool quiet;			/* what is left was said before */
	int code;			/* the first failure stays */
	struct dmsc_buf *servers;	/* "A+B": those of the document */
};

/* How a parm goes: as a leaf, a truth, a number, bytes; DONE: elsewhere. */
enum how { ONE, FLAG, NUMBER, BASE64, DONE };
struct map_row {
	const char *parm;
	const char *to;		/* "#" in it: the next free number */
	enum how how;
};

void dmsc_map_keep(struct map *m, int code);
/* Where n stands in the document, and why it stays behind. */
void dmsc_map_leave(struct map *m, const struct dmsc_node *n,
    const char *why);
bool dmsc_map_is(const struct dmsc_node *n, const char *name);
/* The value of the first parm of this name; empty where there is none. */
struct dmsc_rd dmsc_map_value(const struct dmsc_node *n, const char *name);
/* base/to with its "#" as the next number of that list. */
void dmsc_map_target(struct map *m, const char *base, const char *to,
    char uri[MAP_URI]);
int dmsc_map_put(struct map *m, const char *base, const char *to,
    enum dmsc_format f, struct dmsc_rd v) DMSC_MUST_CHECK;
void dmsc_map_text(struct map *m, const char *base, const char *to,
    const char *text);
void dmsc_map_parm(struct map *m, const struct dmsc_node *p,
    const struct map_row *row, const char *base);
/* The parms of n by their rows; characteristics are the caller's. */
void dmsc_map_parms(struct map *m, const struct dmsc_node *n,
    const struct map_row *rows, size_t n_rows, const char *base);
#define PARMS(m, n, rows, base) \
	dmsc_map_parms(m, n, rows, DMSC_COUNT(rows), base)
/* Characteristics of n that nobody maps. */
void dmsc_map_no_more(struct map *m, const struct dmsc_node *n);
/* TO-NAPID and TO-PROXY of n: all in list, the first as pref too. */
void dmsc_map_refs(struct map *m, const struct dmsc_node *n,
    const char *base, const char *pref, const char *list);
/* Each PXPHYSICAL is an object of its own; at least one. */
size_t dmsc_map_physicals(const struct dmsc_node *px);
/* An object with its identifier, readable and changeable by servers ids. */
void dmsc_map_object(struct map *m, const char *uri, const char *id,
    struct dmsc_rd ids);

void dmsc_map_nap(struct map *m, const struct dmsc_node *n);
void dmsc_map_proxy(struct map *m, const struct dmsc_node *px);

#endif
