/* Secrets of documents, told to the link (store/conceal.h). */
#include "store/conceal.h"

#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "codec/inner.h"

enum { LEAST = 4 };	/* shorter values are masked with their name */

struct message {
	struct dmsc_store *st;
	struct dmsc_rd bytes;
	size_t joint;	/* read up to here, the rest later; 0: at once */
	size_t name;	/* where the first name of a secret stands */
};

const struct dmsc_node *
dmsc_node_after(const struct dmsc_node *n)
{
	const struct dmsc_node *up = dmsc_node_first(n);

	if (up != NULL)
		return up;
	for (; n != NULL; n = dmsc_node_parent(n))
		if ((up = dmsc_node_next(n)) != NULL)
			return up;
	return NULL;
}

const uint8_t *
dmsc_find_bytes(struct dmsc_rd in, struct dmsc_rd what, size_t from)
{
	const uint8_t *p;
	size_t i = from;

	while (what.left > 0 && i + what.left <= in.left) {
		p = memchr(in.p + i, what.p[0], in.left - what.left - i + 1);
		if (p == NULL || memcmp(p, what.p, what.left) == 0)
			return p;
		i = (size_t)(p - in.p) + 1;
	}
	return NULL;
}

void
dmsc_conceal_file(struct dmsc_store *st, const char *kind, bool is_private,
    unsigned fid)
{
	if (!is_private && strcmp(kind, "lwm2m") != 0 &&
	    strcmp(kind, "cp") != 0)
		return;
	(void)dmsc_uicc_conceal(st->u, fid);
	if ((fid & DMSC_FID_OURS_MASK) == DMSC_FID_OURS)
		(void)dmsc_uicc_conceal(st->u, fid ^ 1);
}

/* Where the first name of a secret stands; bytes.left: nowhere. */
static size_t
first_name(struct dmsc_rd bytes)
{
	static const char *const words[] = { "secret", "passw", "psk",
		"authdata" };
	size_t i, k, n;

	for (i = 0; i < bytes.left; i++)
		for (k = 0; k < DMSC_COUNT(words); k++) {
			n = strlen(words[k]);
			if (n <= bytes.left - i && strncasecmp(
			    (const char *)bytes.p + i, words[k], n) == 0)
				return i;
		}
	return bytes.left;
}

bool
dmsc_conceal_has(struct dmsc_rd bytes)
{
	return first_name(bytes) < bytes.left;
}

static void
redact(const struct message *m, size_t from, size_t to)
{
	dmsc_link_redact(dmsc_uicc_link(m->st->u),
	    dmsc_rd_slice(m->bytes, from, to - from));
}

/* v as it stands in the bytes; its parts where it was read in two. */
static bool
redact_text(const struct message *m, struct dmsc_rd v)
{
	const uint8_t *p = dmsc_find_bytes(m->bytes, v, m->name);
	size_t at, end;

	if (p == NULL)
		return false;
	at = (size_t)(p - m->bytes.p);
	end = at + v.left;
	redact(m, v.left >= LEAST ? at : m->name, end);
	if (at < m->joint && m->joint < end) {
		redact(m, m->joint - at < LEAST ? m->joint - LEAST : at,
		    m->joint);
		redact(m, m->joint, DMSC_MAX(end, m->joint + LEAST));
	}
	return true;
}

/* As it is or in base64. False: it is coded in some other way. */
static bool
redact_value(const struct message *m, struct dmsc_rd v)
{
	struct dmsc_buf *b;
	bool done;

	if (v.left == 0 || redact_text(m, v))
		return true;
	b = dmsc_buf_new(DMSC_DOC_MAX);
	done = b != NULL && dmsc_b64_put(b, v) == DMSC_E_OK &&
	    redact_text(m, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return done;
}

/* False: something in it could not be found, or it is no message. */
static bool
redact_message(const struct message *m)
{
	struct dmsc_boot *boot = NULL;
	const struct dmsc_node *n;
	bool done = true;
	size_t used;

	if (dmsc_boot_read(m->bytes, &boot, &used, NULL) != DMSC_E_OK)
		return false;
	for (n = dmsc_tree_root(dmsc_boot_tree(boot)); n != NULL;
	    n = dmsc_node_after(n))
		if (dmsc_node_is_secret(n) &&
		    !redact_value(m, dmsc_node_value(n)))
			done = false;
	dmsc_boot_free(&boot);
	return done;
}

/* Whether secrets stand in it by their names; *m is set up then. */
static bool
is_message(struct message *m)
{
	enum dmsc_form form = dmsc_form_guess(m->bytes);

	if (form != DMSC_FORM_SYNCML_WBXML && form != DMSC_FORM_SYNCML)
		return false;
	m->name = first_name(m->bytes);
	return m->name < m->bytes.left;
}

void
dmsc_conceal_whole(struct dmsc_store *st, struct dmsc_rd bytes, size_t joint)
{
	struct message m = { st, bytes, joint, 0 };

	if (is_message(&m) && !redact_message(&m))
		redact(&m, m.name, bytes.left);
}

void
dmsc_conceal_begun(struct dmsc_store *st, struct dmsc_rd bytes)
{
	struct message m = { st, bytes, 0, 0 };

	if (is_message(&m))
		redact(&m, m.name, bytes.left);
}
