/* What a Client Provisioning document builds, whatever its encoding
 * (codec/cpel.h). */
#include <stdio.h>
#include <string.h>

#include "codec/cp.h"
#include "codec/cpel.h"
#include "codec/inner.h"

enum { SUFFIX_MAX = 12 };

static int
bad(struct cp_in *in, const char *why)
{
	in->why = why;
	return DMSC_E_FORMAT;
}

int
dmsc_cp_in_new(struct cp_in *in, struct dmsc_tree *t)
{
	size_t i;

	memset(in, 0, sizeof *in);
	in->t = t;
	in->at = dmsc_tree_root(t);
	for (i = 0; i < CP_ATTRS; i++)
		if ((in->value[i] = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
			return DMSC_E_NOMEM;
	return DMSC_E_OK;
}

void
dmsc_cp_in_clear(struct cp_in *in)
{
	size_t i;

	for (i = 0; i < CP_ATTRS; i++)
		dmsc_buf_free(&in->value[i]);
}

void
dmsc_cp_start(struct cp_in *in)
{
	size_t i;

	for (i = 0; i < CP_ATTRS; i++) {
		dmsc_buf_reset(in->value[i]);
		in->set[i] = false;
	}
}

int
dmsc_cp_set(struct cp_in *in, enum cp_attr a)
{
	if (a == CP_ATTRS)
		return bad(in, "an attribute that has no place here");
	if (in->set[a])
		return bad(in, "an attribute is there twice");
	in->set[a] = true;
	return DMSC_E_OK;
}

/* Where "~n" begins, or the length of name. */
static size_t
suffix(const char *name)
{
	const char *tilde = strrchr(name, '~');
	size_t n = strlen(name), digits;

	if (tilde == NULL || tilde == name)
		return n;
	digits = strspn(tilde + 1, "0123456789");
	if (digits == 0 || tilde[1 + digits] != '\0' || tilde[1] == '0' ||
	    strcmp(tilde, "~1") == 0)
		return n;
	return (size_t)(tilde - name);
}

struct dmsc_rd
dmsc_cp_bare(const char *name)
{
	return dmsc_rd_of(name, suffix(name));
}

/* name with its number; LIMIT where that is too long. */
static int
number(const char *name, size_t n, char *full)
{
	(void)snprintf(full, DMSC_TREE_NAME_MAX + SUFFIX_MAX, "%s~%zu", name,
	    n);
	return strlen(full) > DMSC_TREE_NAME_MAX ? DMSC_E_LIMIT : DMSC_E_OK;
}

/* The highest number in use; 1 is the bare name, which is there. Those in
 * use are "A", "A~2" ... without a gap, so that it is found by halving. */
static int
count(const struct dmsc_node *at, const char *name, size_t *out)
{
	char full[DMSC_TREE_NAME_MAX + SUFFIX_MAX];
	size_t low = 1, high = 2, mid;
	int r;

	while ((r = number(name, high, full)) == DMSC_E_OK &&
	    dmsc_node_child(at, full) != NULL) {
		low = high;
		high *= 2;
	}
	while (r == DMSC_E_OK && high - low > 1) {
		mid = low + (high - low) / 2;
		r = number(name, mid, full);
		if (dmsc_node_child(at, full) != NULL)
			low = mid;
		else
			high = mid;
	}
	*out = low;
	return r;
}

/* The first free name for another one like name, which is there. The last
 * few are remembered: what comes again mostly comes at once. */
static int
next_name(struct cp_in *in, const char *name, char *full)
{
	size_t len = strlen(name);
	struct cp_named *k = &in->last[(len + (uint8_t)name[0]) % CP_NAMED];
	size_t times;
	int r;

	if (k->at == in->at && strcmp(k->name, name) == 0)
		times = k->times;
	else if ((r = count(in->at, name, &times)) != DMSC_E_OK)
		return r;
	if (len < sizeof k->name) {
		k->at = in->at;
		k->times = times + 1;
		memcpy(k->name, name, len + 1);
	}
	return number(name, times + 1, full);
}

static int
add(struct cp_in *in, enum cp_attr by, enum dmsc_format f,
    struct dmsc_node **out)
{
	char full[DMSC_TREE_NAME_MAX + SUFFIX_MAX];
	const char *name = dmsc_buf_cstr(in->value[by]);
	int r;

	if (name == NULL)
		return DMSC_E_NOMEM;
	if (*name == '\0')
		return bad(in, by == CP_TYPE ? "a characteristic without a "
		    "type" : "a parm without a name");
	if (strlen(name) > DMSC_TREE_NAME_MAX)
		return DMSC_E_LIMIT;
	if (name[suffix(name)] != '\0')
		return bad(in, "a name that ends in ~ and a number");
	r = dmsc_node_add(in->t, in->at, name, f, out);
	if (r == DMSC_E_EXISTS &&
	    (r = next_name(in, name, full)) == DMSC_E_OK)
		r = dmsc_node_add(in->t, in->at, full, f, out);
	if (r == DMSC_E_OK && in->watch != NULL)
		r = in->watch->node(in->watch->ctx, *out, in->from);
	return r;
}

static int
open_parm(struct cp_in *in)
{
	struct dmsc_node *n;
	int r;

	if (dmsc_node_parent(in->at) == NULL)
		return bad(in, "a parm outside of a characteristic");
	if (in->set[CP_TYPE] || in->set[CP_VERSION])
		return bad(in, "a parm has name and value only");
	if ((r = add(in, CP_NAME, DMSC_FMT_CHR, &n)) != DMSC_E_OK)
		return r;
	in->in_parm = true;
	return dmsc_node_set_value(in->t, n, dmsc_buf_rd(in->value[CP_VALUE]));
}

static int
open_characteristic(struct cp_in *in)
{
	struct dmsc_node *n;
	int r;

	if (in->set[CP_NAME] || in->set[CP_VALUE] || in->set[CP_VERSION])
		return bad(in, "a characteristic has a type only");
	if ((r = add(in, CP_TYPE, DMSC_FMT_NODE, &n)) == DMSC_E_OK)
		in->at = n;
	return r;
}

static int
open_doc(struct cp_in *in)
{
	const char *version = dmsc_buf_cstr(in->value[CP_VERSION]);

	if (in->set[CP_NAME] || in->set[CP_VALUE] || in->set[CP_TYPE])
		return bad(in, "the document has a version only");
	in->in_doc = true;
	return version == NULL ? DMSC_E_NOMEM :
	    dmsc_node_set_title(in->t, in->at, version);
}

int
dmsc_cp_open(struct cp_in *in, unsigned el)
{
	size_t i;

	for (i = 0; i < CP_ATTRS; i++)
		if (in->value[i]->len > 0 && memchr(in->value[i]->p, '\0',
		    in->value[i]->len) != NULL)
			return bad(in, "a NUL in a text");
	if (!in->in_doc)
		return el == CP_DOC ? open_doc(in) :
		    bad(in, "this is no provisioning document");
	if (in->in_parm)
		return bad(in, "a parm holds no elements");
	if (el == CP_PARM)
		return open_parm(in);
	return el == CP_CHARACTERISTIC ? open_characteristic(in) :
	    bad(in, "an element that has no place here");
}

int
dmsc_cp_text(struct cp_in *in, struct dmsc_rd text)
{
	return dmsc_codec_trim(text).left == 0 ? DMSC_E_OK :
	    bad(in, "text has no place here");
}

void
dmsc_cp_close(struct cp_in *in)
{
	if (in->in_parm)
		in->in_parm = false;
	else if (dmsc_node_parent(in->at) != NULL)
		in->at = dmsc_node_parent(in->at);
	else
		in->done = true;
}
