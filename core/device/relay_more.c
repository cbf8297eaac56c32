/* What is more than one message between the device and the card: a copy to
 * it in parts, and a copy from it (device/relay.h). Who hands on has the
 * server's credential for the first message; the card lets the others go on
 * with it (dmsc-card(7)). */
#include <string.h>

#include "base/base.h"
#include "codec/inner.h"
#include "device/relay_in.h"

/* Room for what stands around a value in a message. */
enum { AROUND = 1024, AROUND_ONE = 192 };

struct relay_job *
relay_large(struct dmsc_relay *r)
{
	struct relay_job *j, *most = NULL;
	size_t all = AROUND, i;

	for (i = 0; i < r->n; i++) {
		j = &r->jobs[i];
		if (j->way != RELAY_IN || j->status != 0)
			continue;
		/* Replace and Add have it. */
		all += 2 * (j->data->len + AROUND_ONE +
		    strlen(j->it->target.uri));
		if (most == NULL || j->data->len > most->data->len)
			most = j;
	}
	if (most == NULL || all <= r->o.max_msg)
		return NULL;
	most->large = true;
	return most;
}

/* Bytes that m leaves for a value; 0: none. */
static size_t
room(const struct dmsc_relay *r, const struct dmsc_msg *m, const char *uri)
{
	struct dmsc_buf *b = dmsc_buf_new(r->o.max_msg);
	size_t around = AROUND + strlen(uri), left = 0;

	if (b != NULL && dmsc_msg_write(m, b, NULL) == DMSC_E_OK)
		left = r->o.max_msg - b->len;
	dmsc_buf_free(&b);
	return left > around ? left - around : 0;
}

static bool
begin(struct dmsc_msg *m, struct dmsc_item *it, const struct relay_job *j)
{
	it->meta.format = j->meta.format;
	it->meta.type = j->meta.type;
	it->meta.size = dmsc_msg_str(m, "%zu", j->data->len);
	return it->meta.size != NULL;
}

/* Any other command ends what the card may have of an object that was cut:
 * the Get. */
bool
relay_part(struct dmsc_relay *r, struct dmsc_msg *m, struct relay_job *j)
{
	const char *uri = relay_to_card(m, j->it->target.uri);
	size_t left = j->data->len - j->sent, n;
	struct dmsc_item *it;

	if (uri == NULL || (!j->begun && !j->adds && relay_item(r, m,
	    NULL, DMSC_CMD_GET, ".?prop=Format") == NULL))
		return false;
	n = DMSC_MIN(left, room(r, m, uri));
	if (!j->begun && !j->adds && n == left)
		n--;		/* an Add may have to come behind it */
	it = relay_item(r, m, NULL, j->adds ? DMSC_CMD_ADD :
	    DMSC_CMD_REPLACE, uri);
	if (it == NULL || (!j->begun && !begin(m, it, j)))
		return false;
	it->data.set = true;
	it->data.opaque = true;
	it->data.bytes = dmsc_rd_slice(dmsc_buf_rd(j->data), j->sent, n);
	it->more_data = n < left;
	j->status = 0;			/* until the card says it */
	j->sent += n;
	j->begun = true;
	j->first = r->ids;
	j->n = 1;
	return true;
}

/* Whether another part is to go: behind a part that was taken, or from the
 * beginning where there is nothing to replace. */
static bool
has_part(struct relay_job *j)
{
	if (j == NULL || !j->large)
		return false;
	if (j->status == DMSC_DM_NOT_FOUND && !j->adds) {
		j->adds = true;
		j->begun = false;
		j->sent = 0;
	} else if (j->status != DMSC_DM_CHUNK)
		return false;
	else if (j->sent == j->data->len)
		j->status = DMSC_DM_FAILED;	/* no end was told */
	return j->sent < j->data->len;
}

static bool
wants_rest(const struct dmsc_relay *r)
{
	size_t i;

	for (i = 0; r->waits && i < r->n; i++)
		if (r->jobs[i].way == RELAY_OUT &&
		    relay_good(r->jobs[i].status))
			return true;
	return false;
}

static int
next(struct dmsc_relay *r, struct relay_job *j, struct dmsc_msg **out)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *c;
	bool good = m != NULL && relay_header(r, m, false) == DMSC_E_OK;

	if (good && j != NULL)
		good = relay_part(r, m, j);
	else if (good && (good = (c = dmsc_msg_cmd(m, NULL,
	    DMSC_CMD_ALERT)) != NULL)) {
		c->data = "1222";
		good = (c->id = dmsc_msg_str(m, "%u", ++r->ids)) != NULL;
	}
	*out = m;
	return good ? DMSC_E_OK : DMSC_E_NOMEM;
}

int
relay_go_on(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_buf *object, struct dmsc_buf *answer)
{
	struct relay_job *large = NULL;
	struct dmsc_msg *m = NULL, *told = NULL;
	size_t i;
	int code = DMSC_E_OK;
	bool part;

	for (i = 0; i < r->n; i++)
		if (r->jobs[i].large)
			large = &r->jobs[i];
	for (i = 0; i < DMSC_RELAY_ROUNDS && code == DMSC_E_OK; i++) {
		if (!(part = has_part(large)) && !wants_rest(r))
			break;
		code = next(r, part ? large : NULL, &m);
		if (code == DMSC_E_OK)
			code = relay_exchange(r, m, object, answer, &told);
		if (code == DMSC_E_OK)
			code = relay_hear_more(r, d, told);
		dmsc_msg_free(&m);
		dmsc_msg_free(&told);
	}
	return i == DMSC_RELAY_ROUNDS ? DMSC_E_LIMIT : code;
}
