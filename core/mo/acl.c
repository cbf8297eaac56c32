/* Access control lists of nodes (reference 1.6). */
#include <string.h>

#include "base/base.h"
#include "mo/node.h"

static const char *const commands[] = { "Add", "Delete", "Exec", "Get",
    "Replace" };

/* The part of *s before c or the end; *s moves behind c. False: no more. */
static bool
part(const char **s, char c, struct dmsc_rd *out)
{
	const char *end;

	if (*s == NULL)
		return false;
	end = strchr(*s, c);
	*out = end == NULL ? dmsc_rd_str(*s) :
	    dmsc_rd_of(*s, (size_t)(end - *s));
	*s = end == NULL ? NULL : end + 1;
	return true;
}

static bool
split(struct dmsc_rd entry, struct dmsc_rd *cmd, struct dmsc_rd *ids)
{
	const uint8_t *eq = entry.left == 0 ? NULL :
	    memchr(entry.p, '=', entry.left);
	size_t at;

	if (eq == NULL)
		return false;
	at = (size_t)(eq - entry.p);
	*cmd = dmsc_rd_slice(entry, 0, at);
	*ids = dmsc_rd_slice(entry, at + 1, entry.left);
	return true;
}

/* The id before the next '+'; ids moves behind it. */
static struct dmsc_rd
next_id(struct dmsc_rd *ids)
{
	size_t n = 0;
	struct dmsc_rd id;

	while (n < ids->left && ids->p[n] != '+')
		n++;
	id = dmsc_rd_slice(*ids, 0, n);
	*ids = dmsc_rd_slice(*ids, n + 1, ids->left);
	return id;
}

static bool
id_good(struct dmsc_rd id)
{
	size_t i;

	if (dmsc_rd_eq_str(id, "*"))
		return true;
	for (i = 0; i < id.left; i++)
		if (id.p[i] <= 0x20 || id.p[i] == 0x7F ||
		    strchr("=&*+", id.p[i]) != NULL)
			return false;
	return id.left > 0;
}

static bool
entry_good(struct dmsc_rd entry)
{
	struct dmsc_rd cmd, ids;
	size_t i;

	if (!split(entry, &cmd, &ids))
		return false;
	for (i = 0; i < DMSC_COUNT(commands); i++)
		if (dmsc_rd_eq_str(cmd, commands[i]))
			break;
	if (i == DMSC_COUNT(commands) || ids.left == 0 ||
	    ids.p[ids.left - 1] == '+')
		return false;
	while (ids.left > 0)
		if (!id_good(next_id(&ids)))
			return false;
	return true;
}

int
dmsc_acl_check(const char *acl)
{
	struct dmsc_rd entry;

	if (*acl == '\0')
		return DMSC_E_OK;
	while (part(&acl, '&', &entry))
		if (!entry_good(entry))
			return DMSC_E_FORMAT;
	return DMSC_E_OK;
}

const char *
dmsc_acl_effective(const struct dmsc_node *n)
{
	for (; n != NULL; n = n->parent)
		if (*dmsc_node_acl(n) != '\0')
			return dmsc_node_acl(n);
	return "";
}

bool
dmsc_acl_allows(const char *acl, const char *cmd, const char *server)
{
	struct dmsc_rd entry, name, ids, id;

	while (part(&acl, '&', &entry)) {
		if (!split(entry, &name, &ids) || !dmsc_rd_eq_str(name, cmd))
			continue;
		while (ids.left > 0) {
			id = next_id(&ids);
			if (dmsc_rd_eq_str(id, "*") ||
			    (*server != '\0' && dmsc_rd_eq_str(id, server)))
				return true;
		}
	}
	return false;
}
