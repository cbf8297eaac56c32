/* The Execs of ./FUMO, carried out (device/fumo.h). */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/alerts.h"
#include "device/approve.h"
#include "device/fumo.h"

enum { NAME_MAX = 24, WHY_MAX = 512, ALERT_URI = 64 };

#define TYPE "org.openmobilealliance.dm.firmwareupdate."

static const struct {
	const char *name, *type;
} ops[] = {
	{ "Download", TYPE "download" },
	{ "Update", TYPE "update" },
	{ "DownloadAndUpdate", TYPE "downloadandupdate" },
};
enum op { DOWNLOAD, UPDATE, BOTH };

struct job {
	struct dmsc_world *w;
	const struct dmsc_order *o;
	const struct dmsc_fumo_slot *s;
	enum op op;
	unsigned result;		/* 0: not known yet */
	struct dmsc_buf *why;		/* not NULL */
	bool over;
};

/* "FUMO/Firmware/Update" */
static bool
read_uri(const char *uri, const struct dmsc_fumo_slot **s, enum op *op)
{
	const char *p = strchr(uri, '/'), *q = p == NULL ? NULL :
	    strchr(p + 1, '/');
	size_t i;

	if (q == NULL)
		return false;
	for (i = 0; (*s = dmsc_fumo_slot(i)) != NULL; i++)
		if (strlen((*s)->name) == (size_t)(q - p - 1) &&
		    dmsc_begins(p + 1, (*s)->name))
			break;
	for (i = 0; *s != NULL && i < DMSC_COUNT(ops); i++)
		if (strcmp(q + 1, ops[i].name) == 0) {
			*op = (enum op)i;
			return true;
		}
	return false;
}

/* Whether another order for the slot was taken before. */
static bool
is_busy(const struct dmsc_world *w, const struct dmsc_fumo_slot *s)
{
	const struct dmsc_fumo_slot *other;
	enum op op;
	size_t i;

	for (i = 0; i < w->n_taken; i++)
		if (read_uri(w->taken[i]->uri, &other, &op) && other == s)
			return true;
	return dmsc_fumo_ordered(w->dev, s);
}

unsigned
dmsc_fumo_may(const struct dmsc_world *w, const struct dmsc_node *n,
    const struct dmsc_order *o)
{
	const struct dmsc_fumo_slot *s;
	enum op op;

	(void)n;
	if (!read_uri(o->uri, &s, &op))
		return DMSC_DM_UNSUPPORTED;
	return is_busy(w, s) || !dmsc_fumo_fits(dmsc_fumo_state(w->dev, s),
	    ops[op].name) ? DMSC_DM_NOT_ALLOWED : DMSC_DM_ACCEPTED;
}

static int
no_memory(const struct job *j)
{
	return dmsc_fail(j->w->e, DMSC_E_NOMEM, "out of memory");
}

static int
set_state(const struct job *j, unsigned state)
{
	char text[NAME_MAX];

	(void)snprintf(text, sizeof text, "%u", state);
	return dmsc_fumo_write(j->w->dev, j->s, "State",
	    dmsc_rd_str(text)) == DMSC_E_OK ? DMSC_E_OK : no_memory(j);
}

/* A step that a cut does not take back. */
static int
step(const struct job *j, unsigned state)
{
	int r = set_state(j, state);

	return r != DMSC_E_OK ? r : dmsc_device_save(j->w->dev, j->w->e);
}

static int
fact(const struct job *j, const char *name, const char *value)
{
	return dmsc_fumo_fact(j->w->dev, j->s, name, value) == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(j);
}

static int
keep_result(struct job *j)
{
	const char *why = dmsc_buf_cstr(j->why);
	char text[NAME_MAX];
	int r;

	(void)snprintf(text, sizeof text, "%u", j->result);
	if ((r = fact(j, "Result", text)) != DMSC_E_OK)
		return r;
	return fact(j, "Why", why == NULL ? "" : why);
}

/* The last write: the order goes with it, and the server is told. */
static int
finish(struct job *j)
{
	char uri[ALERT_URI], text[NAME_MAX];
	const struct dmsc_alert a = { .server = j->o->server, .source = uri,
		.type = ops[j->op].type, .format = "int", .mark =
		j->result == DMSC_FUMO_SUCCESS ? "informational" : "warning",
		.correlator = *j->o->correlator != '\0' ? j->o->correlator :
		NULL, .data = text };
	int r = keep_result(j);

	(void)snprintf(uri, sizeof uri, "./FUMO/%s", j->s->name);
	(void)snprintf(text, sizeof text, "%u", j->result);
	if (r == DMSC_E_OK)
		r = fact(j, "Order", "");
	if (r == DMSC_E_OK && dmsc_alert_add(j->w->dev, &a) != DMSC_E_OK)
		r = no_memory(j);
	j->over = true;
	return r;
}

static int
end_with(struct job *j, unsigned state, unsigned result)
{
	int r = set_state(j, state);

	j->result = result;
	return r != DMSC_E_OK ? r : finish(j);
}

static int
get(struct job *j)
{
	char url[DMSC_ORDER_URI];
	int r;

	dmsc_fumo_read(j->w->dev, j->s, j->op == BOTH ?
	    "DownloadAndUpdate/PkgURL" : "Download/PkgURL", url, sizeof url);
	r = dmsc_package_get(j->w, j->s, url, &j->result, j->why);
	if (r != DMSC_E_OK)
		return r;
	return j->result == DMSC_FUMO_SUCCESS ? step(j, DMSC_FUMO_GOT) :
	    end_with(j, DMSC_FUMO_GET_FAILED, j->result);
}

/* What is installed from now on. */
static int
install(struct job *j, struct dmsc_rd data)
{
	struct dmsc_node *n = dmsc_tree_find(j->w->dev->tree,
	    j->s->installed);
	char version[DMSC_FUMO_TEXT], sum[DMSC_APPROVE_SUM];
	int r = DMSC_E_OK;

	dmsc_fumo_read(j->w->dev, j->s, "PkgVersion", version,
	    sizeof version);
	if (version[0] == '\0') {
		r = dmsc_approve_sum(data, sum);
		(void)snprintf(version, sizeof version, "sha256-%.16s", sum);
	}
	if (r != DMSC_E_OK || n == NULL || dmsc_node_set_value(
	    j->w->dev->tree, n, dmsc_rd_str(version)) != DMSC_E_OK)
		return no_memory(j);
	j->result = DMSC_FUMO_SUCCESS;
	if ((r = keep_result(j)) != DMSC_E_OK)
		return r;
	return step(j, DMSC_FUMO_DONE_HAS);
}

static int
reject(struct job *j, unsigned result)
{
	int r;

	j->result = result;
	if ((r = keep_result(j)) != DMSC_E_OK)
		return r;
	return step(j, DMSC_FUMO_FAILED_HAS);
}

/* USE-5: whether the user wants it though it is not approved. No answer is
 * none. */
static int
ask_user(struct job *j, const char *name, const char *version, bool *yes)
{
	const struct dmsc_world *w = j->w;
	struct dmsc_buf *b = dmsc_buf_new(2 * DMSC_FUMO_TEXT + WHY_MAX +
	    WHY_MAX);
	const char *why = dmsc_buf_cstr(j->why), *text = NULL;

	*yes = w->confirm == DMSC_CONFIRM_YES;
	if (b != NULL && dmsc_buf_fmt(b, "The %s %s %s is not approved: %s. "
	    "Go on?", j->s->operation, name, version, why == NULL ? "" : why)
	    == DMSC_E_OK)
		text = dmsc_buf_cstr(b);
	if (text != NULL && w->confirm == DMSC_CONFIRM_ASK && (w->ask == NULL
	    || w->ask(w->arg, text, yes) != DMSC_E_OK))
		*yes = false;
	dmsc_buf_free(&b);
	return text == NULL ? no_memory(j) : DMSC_E_OK;
}

static int
decide(struct job *j, const struct dmsc_approve *a, struct dmsc_rd data)
{
	const struct dmsc_node *n = dmsc_fumo_node(j->w->dev, j->s,
	    "Ext/Approval");
	bool good, yes = false, ask = dmsc_approve_asks(j->w->dev);
	int r = dmsc_approve_ask(j->w, a, n == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(n), &good, j->why);

	if (r == DMSC_E_OK && !good && ask)
		r = ask_user(j, a->name, a->version, &yes);
	if (r == DMSC_E_OK)
		r = fact(j, "Approved", good ? "card" : yes ? "user" : "no");
	if (r != DMSC_E_OK)
		return r;
	if (good || yes)
		return install(j, data);
	return reject(j, ask ? DMSC_FUMO_CANCELLED : DMSC_FUMO_INVALID);
}

static int
update(struct job *j)
{
	char name[DMSC_FUMO_TEXT], version[DMSC_FUMO_TEXT],
	    id[DMSC_FUMO_TEXT];
	struct dmsc_approve a = { .operation = j->s->operation,
		.name = name, .version = version, .device = id };
	struct dmsc_buf *data = NULL;
	int r = dmsc_package_take(j->w->dev, j->s, &data, j->w->e);

	dmsc_fumo_read(j->w->dev, j->s, "PkgName", name, sizeof name);
	dmsc_fumo_read(j->w->dev, j->s, "PkgVersion", version,
	    sizeof version);
	dmsc_device_text(dmsc_tree_find(j->w->dev->tree, "DevInfo"), "DevId",
	    id, sizeof id);
	if (r == DMSC_E_DATA) {
		r = dmsc_buf_str(j->why, j->w->e->message);
		dmsc_err_clear(j->w->e);
		return r != DMSC_E_OK ? no_memory(j) :
		    reject(j, DMSC_FUMO_CORRUPTED);
	}
	a.data = dmsc_buf_rd(data);
	if (r == DMSC_E_OK)
		r = decide(j, &a, a.data);
	dmsc_buf_free(&data);
	return r;
}

/* What the table says of an order that is begun. */
static int
go_on(struct job *j, unsigned state)
{
	char text[NAME_MAX];
	uint64_t kept = 0;
	int r;

	switch (state) {
	case DMSC_FUMO_GETTING:
		return get(j);
	case DMSC_FUMO_GOT:
		return step(j, DMSC_FUMO_READY);
	case DMSC_FUMO_READY:
		return j->op == BOTH ? step(j, DMSC_FUMO_UPDATING) :
		    end_with(j, DMSC_FUMO_READY, DMSC_FUMO_SUCCESS);
	case DMSC_FUMO_UPDATING:
		return update(j);
	case DMSC_FUMO_DONE_HAS:
	case DMSC_FUMO_FAILED_HAS:	/* it is not needed any more */
		if ((r = dmsc_package_drop(j->w->dev, j->s, j->w->e)) !=
		    DMSC_E_OK)
			return r;
		dmsc_device_text(dmsc_fumo_facts(j->w->dev, j->s), "Result",
		    text, sizeof text);
		if (dmsc_num(text, 10, UINT16_MAX, &kept) != DMSC_E_OK)
			kept = DMSC_FUMO_CORRUPTED;
		return end_with(j, state == DMSC_FUMO_DONE_HAS ?
		    DMSC_FUMO_DONE : DMSC_FUMO_FAILED, (unsigned)kept);
	default:
		return end_with(j, DMSC_FUMO_IDLE, DMSC_FUMO_NOT_NOW);
	}
}

/* The first step, which is saved. */
static int
begin(struct job *j)
{
	bool changed;
	int r = fact(j, "Order", ops[j->op].name);

	if (r != DMSC_E_OK)
		return r;
	if (j->op != UPDATE) {
		r = dmsc_package_drop(j->w->dev, j->s, j->w->e);
		return r != DMSC_E_OK ? r : step(j, DMSC_FUMO_GETTING);
	}
	r = dmsc_fumo_take_in(j->w->dev, j->s, &changed, j->w->e);
	return r != DMSC_E_OK ? r : step(j, DMSC_FUMO_UPDATING);
}

static unsigned
raw_state(const struct job *j)
{
	char text[NAME_MAX];
	uint64_t v;

	dmsc_fumo_read(j->w->dev, j->s, "State", text, sizeof text);
	return dmsc_num(text, 10, DMSC_FUMO_DONE, &v) == DMSC_E_OK ?
	    (unsigned)v : DMSC_FUMO_IDLE;
}

/* What an interrupted step had found out. */
static int
resume(struct job *j)
{
	char why[WHY_MAX];

	dmsc_device_text(dmsc_fumo_facts(j->w->dev, j->s), "Why", why,
	    sizeof why);
	return raw_state(j) != DMSC_FUMO_FAILED_HAS ||
	    dmsc_buf_str(j->why, why) == DMSC_E_OK ? DMSC_E_OK :
	    no_memory(j);
}

static int
carry_out(struct job *j)
{
	char begun[NAME_MAX];
	int r = DMSC_E_OK;

	dmsc_device_text(dmsc_fumo_facts(j->w->dev, j->s), "Order", begun,
	    sizeof begun);
	if (strcmp(begun, ops[j->op].name) == 0)
		r = resume(j);
	else if (dmsc_fumo_fits(dmsc_fumo_state(j->w->dev, j->s),
	    ops[j->op].name))
		r = begin(j);
	else
		return end_with(j, raw_state(j), DMSC_FUMO_NOT_NOW);
	while (r == DMSC_E_OK && !j->over)
		r = go_on(j, raw_state(j));
	return r;
}

int
dmsc_fumo_run(struct dmsc_world *w, const struct dmsc_order *o)
{
	struct job j = { .w = w, .o = o };
	int r;

	if (!read_uri(o->uri, &j.s, &j.op))
		return DMSC_E_OK;
	if ((j.why = dmsc_buf_new(WHY_MAX)) == NULL)
		return no_memory(&j);
	r = carry_out(&j);
	dmsc_buf_free(&j.why);
	return r;
}
