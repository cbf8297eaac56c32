/*
 * Changes of a tree that can be taken back: a log of steps. What one costs is
 * the depth of the node, the size of what it changes, never the size of the
 * tree; taking back allocates nothing and cannot fail.
 *
 * While steps are held the tree is changed through them alone. Nodes that
 * were removed stay in memory, as do old values, until they are kept or
 * taken back: no more than DMSC_STEPS_MAX bytes of them, else LIMIT. Errors
 * are those of dmsc/tree.h, and change nothing.
 */
#ifndef DMSC_MO_STEPS_H
#define DMSC_MO_STEPS_H

#include <dmsc/tree.h>

enum { DMSC_STEPS_MAX = 64 * 1024 * 1024 };

struct dmsc_steps;

struct dmsc_steps *dmsc_steps_new(struct dmsc_tree *t);	/* NULL: no memory */
/* What was done stays. */
void dmsc_steps_free(struct dmsc_steps **s);
/* A place in the log: how many steps there are. */
size_t dmsc_steps_mark(const struct dmsc_steps *s);
/* Takes back all steps behind the mark. */
void dmsc_steps_back(struct dmsc_steps *s, size_t mark);
/* All steps so far are for good. */
void dmsc_steps_keep(struct dmsc_steps *s);

int dmsc_steps_add(struct dmsc_steps *s, struct dmsc_node *parent,
    const char *name, enum dmsc_format f, struct dmsc_node **out)
    DMSC_MUST_CHECK;
int dmsc_steps_graft(struct dmsc_steps *s, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out)
    DMSC_MUST_CHECK;
int dmsc_steps_remove(struct dmsc_steps *s, struct dmsc_node *n)
    DMSC_MUST_CHECK;
/* Before anything of n itself is changed by the calls of dmsc/tree.h: its
 * name, value, format of a leaf, Type, ACL, Title, TStamp, VerNo. */
int dmsc_steps_touch(struct dmsc_steps *s, struct dmsc_node *n)
    DMSC_MUST_CHECK;

#endif
