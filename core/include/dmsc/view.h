/*
 * Views: a table that describes a plain struct once, so that it can be
 * printed as JSON, pushed to Lua and freed by one piece of code each.
 *
 * Rules for a viewed struct: strings are char * from malloc (NULL prints as
 * null); bytes are struct dmsc_buf *; a list is a pointer to an array of
 * sub-structs and a size_t count; a sub is a pointer to one sub-struct or
 * NULL. A root is allocated with dmsc_view_new and freed with dmsc_view_free.
 */
#ifndef DMSC_VIEW_H
#define DMSC_VIEW_H

#include <dmsc/bytes.h>

enum dmsc_kind {
	DMSC_K_STR,	/* char * */
	DMSC_K_BOOL,	/* bool */
	DMSC_K_INT,	/* int */
	DMSC_K_UINT,	/* unsigned */
	DMSC_K_SIZE,	/* size_t */
	DMSC_K_TRI,	/* int: 0 false, 1 true, -1 null (unknown) */
	DMSC_K_COUNT,	/* int: -1 null (unknown, or none) */
	DMSC_K_BYTES,	/* struct dmsc_buf *, as {"hex": ...} */
	DMSC_K_STRS,	/* char **, with a count */
	DMSC_K_LIST,	/* array of sub-structs, with a count */
	DMSC_K_SUB	/* pointer to one sub-struct, NULL prints as null */
};

struct dmsc_view;

struct dmsc_field {
	const char *name;	/* as in JSON and Lua; last row: NULL */
	enum dmsc_kind kind;
	size_t off;
	size_t count_off;	/* STRS, LIST */
	const struct dmsc_view *sub;	/* LIST, SUB */
};

struct dmsc_view {
	const char *name;
	size_t size;		/* of the struct */
	const struct dmsc_field *fields;
};

#define DMSC_F(st, member, kind) { #member, kind, offsetof(struct st, member), \
	0, NULL }
#define DMSC_F_AS(name, st, member, kind) { name, kind, \
	offsetof(struct st, member), 0, NULL }
#define DMSC_F_STRS(st, member, count) { #member, DMSC_K_STRS, \
	offsetof(struct st, member), offsetof(struct st, count), NULL }
#define DMSC_F_LIST(st, member, count, sub) { #member, DMSC_K_LIST, \
	offsetof(struct st, member), offsetof(struct st, count), sub }
#define DMSC_F_SUB(st, member, sub) { #member, DMSC_K_SUB, \
	offsetof(struct st, member), 0, sub }
#define DMSC_F_END { NULL, DMSC_K_STR, 0, 0, NULL }

void *dmsc_view_new(const struct dmsc_view *v);	/* zeroed; NULL: no memory */
/* Frees all that obj owns and obj itself; NULL is accepted. */
void dmsc_view_free(const struct dmsc_view *v, void *obj);
/* Frees all that obj owns, not obj. */
void dmsc_view_clear(const struct dmsc_view *v, void *obj);
/*
 * Appends one zeroed element to a list member: arr is the address of the
 * array pointer. Returns the new element or NULL (no memory, unchanged).
 */
void *dmsc_list_add(void *arr, size_t *count, size_t size);
/* *dst = a copy of printf's result, the old string freed. OK or NOMEM. */
int dmsc_str_set(char **dst, const char *fmt, ...)
    DMSC_PRINTF(2, 3) DMSC_MUST_CHECK;
/* Appends a string to a STRS member. OK or NOMEM. */
int dmsc_strs_add(char ***arr, size_t *count, const char *fmt, ...)
    DMSC_PRINTF(3, 4) DMSC_MUST_CHECK;

#endif
