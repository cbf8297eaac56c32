/* One JSON value a command: the envelope around its data. */
#include "impl.h"

#include <string.h>

enum { ENVELOPE_V = 1, JSON_MAX = 64 << 20 };

static int
put_name(struct dmsc_buf *b, const char *name)
{
	return dmsc_buf_fmt(b, ",\"%s\":", name);
}

static int
put_text(struct dmsc_buf *b, const char *name, const char *text)
{
	int r = put_name(b, name);

	if (r != DMSC_E_OK)
		return r;
	return text != NULL && *text != '\0' ? dmsc_json_string(text, b) :
	    dmsc_buf_str(b, "null");
}

static int
put_sw(struct dmsc_buf *b, unsigned sw)
{
	char text[16] = "";

	if (sw != 0)
		(void)snprintf(text, sizeof text, "%04X", sw);
	return put_text(b, "sw", text);
}

static int
put_next(struct sh *sh, const struct sh_call *c, const struct dmsc_err *e,
    struct dmsc_buf *b)
{
	const char *fallback = dmsc_e_next(e->code);
	unsigned i, n = e->n_next;
	int r = dmsc_buf_str(b, ",\"next\":[");

	if (n == 0 && *fallback != '\0')
		n = 1;
	for (i = 0; i < n && r == DMSC_E_OK; i++) {
		struct dmsc_buf *line = dmsc_buf_new(JSON_MAX);

		if (line == NULL)
			return DMSC_E_NOMEM;
		r = sh_next_line(sh, c, e->n_next > 0 ? e->next[i] : fallback,
		    line);
		if (r == DMSC_E_OK && i > 0)
			r = dmsc_buf_u8(b, ',');
		if (r == DMSC_E_OK)
			r = dmsc_json_string(dmsc_buf_cstr(line), b);
		dmsc_buf_free(&line);
	}
	return r == DMSC_E_OK ? dmsc_buf_str(b, "]}") : r;
}

static int
put_error(struct sh *sh, const struct sh_call *c, int status,
    struct dmsc_buf *b)
{
	const struct dmsc_err *e = sh_err(sh);
	int r = put_name(b, "error");

	if (r == DMSC_E_OK && (status == 0 || e->code == DMSC_E_OK))
		return dmsc_buf_str(b, "null");
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(b, "{\"code\":\"%s\"", dmsc_e_name(e->code));
	if (r == DMSC_E_OK)
		r = put_text(b, "message", e->message);
	if (r == DMSC_E_OK)
		r = put_text(b, "where", e->where);
	if (r == DMSC_E_OK)
		r = put_text(b, "why", e->why);
	if (r == DMSC_E_OK)
		r = put_sw(b, e->sw);
	if (r == DMSC_E_OK)
		r = e->dm != 0 ? dmsc_buf_fmt(b, ",\"dm\":%u", e->dm) :
		    dmsc_buf_str(b, ",\"dm\":null");
	return r == DMSC_E_OK ? put_next(sh, c, e, b) : r;
}

static int
put_data(const struct sh_call *c, struct dmsc_buf *b)
{
	int r = put_name(b, "data");

	if (r != DMSC_E_OK)
		return r;
	if (c->json != NULL)
		return dmsc_buf_put(b, dmsc_buf_rd(c->json));
	if (c->view != NULL)
		return dmsc_json_view(c->view, c->data, b);
	return dmsc_buf_str(b, "null");
}

static int
put_warnings(const struct sh_call *c, struct dmsc_buf *b)
{
	int r = dmsc_buf_str(b, ",\"warnings\":[");
	size_t i;

	for (i = 0; i < c->n_warnings && r == DMSC_E_OK; i++) {
		if (i > 0)
			r = dmsc_buf_u8(b, ',');
		if (r == DMSC_E_OK)
			r = dmsc_json_string(c->warnings[i], b);
	}
	return r == DMSC_E_OK ? dmsc_buf_u8(b, ']') : r;
}

static int
put_card(struct sh *sh, struct dmsc_buf *b)
{
	return put_text(b, "card", sh_identity(sh));
}

static unsigned long
since(const struct timespec *begin)
{
	struct timespec now;
	long ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (now.tv_sec - begin->tv_sec) * 1000L +
	    (now.tv_nsec - begin->tv_nsec) / 1000000L;
	return ms > 0 ? (unsigned long)ms : 0;
}

static int
build(struct sh *sh, const struct sh_call *c, int status, struct dmsc_buf *b)
{
	int r = dmsc_buf_fmt(b, "{\"v\":%d", ENVELOPE_V);

	if (r == DMSC_E_OK)
		r = put_text(b, "cmd", c->cmd != NULL ? c->cmd->name : c->name);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(b, ",\"ok\":%s,\"exit\":%d",
		    status == 0 ? "true" : "false", status);
	if (r == DMSC_E_OK)
		r = put_card(sh, b);
	if (r == DMSC_E_OK)
		r = put_sw(b, status == 0 ? 0 : sh_err(sh)->sw);
	if (r == DMSC_E_OK)
		r = put_data(c, b);
	if (r == DMSC_E_OK)
		r = put_error(sh, c, status, b);
	if (r == DMSC_E_OK)
		r = put_warnings(c, b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(b, ",\"ms\":%lu}\n", since(&c->begin));
	return r;
}

void
sh_say_json(struct sh *sh, const struct sh_call *c, int status)
{
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);

	if (b != NULL && build(sh, c, status, b) == DMSC_E_OK)
		(void)fwrite(b->p, 1, b->len, stdout);
	else
		fputs("dmsc: no memory for the result\n", stderr);
	dmsc_buf_free(&b);
}
