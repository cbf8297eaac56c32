/* The shell's state, and the result of the command that runs. */
#include "impl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 65536 };

int
sh_new(struct dmsc_session *s, const struct sh_options *o, struct sh **out)
{
	struct sh *sh = calloc(1, sizeof *sh);

	*out = sh;
	if (sh == NULL)
		return DMSC_E_NOMEM;
	sh->s = s;
	sh->o = *o;
	sh->cwd = dmsc_buf_new(PATH_MAX_BYTES);
	sh->null = fopen("/dev/null", "w");
	if (sh->cwd == NULL || sh->null == NULL ||
	    dmsc_buf_str(sh->cwd, "/") != DMSC_E_OK) {
		sh_free(out);
		return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

void
sh_drop_kept(struct sh *sh)
{
	sh_call_clear(&sh->kept);
	free(sh->kept_text);
	sh->kept_text = NULL;
}

void
sh_free(struct sh **sh)
{
	if (*sh == NULL)
		return;
	sh_drop_kept(*sh);
	sh_offers_clear(*sh);
	dmsc_buf_free(&(*sh)->cwd);
	free((*sh)->reader);
	free((*sh)->identity);
	if ((*sh)->null != NULL)
		(void)fclose((*sh)->null);
	free(*sh);
	*sh = NULL;
}

struct dmsc_session *
sh_session(struct sh *sh)
{
	return sh->s;
}

const struct sh_options *
sh_options(const struct sh *sh)
{
	return sh->call != NULL ? &sh->call->o : &sh->o;
}

FILE *
sh_stdout(struct sh *sh)
{
	return sh->call != NULL ? sh->call->out : stdout;
}

struct dmsc_err *
sh_err(struct sh *sh)
{
	return dmsc_session_err(sh->s);
}

void
sh_set_lua(struct sh *sh, const struct sh_lua_ops *ops)
{
	sh->lua = ops;
}

const struct sh_lua_ops *
sh_lua_of(struct sh *sh)
{
	return sh->lua;
}

struct sh_options *
sh_own_options(struct sh *sh)
{
	return &sh->o;
}

int
sh_set_reader(struct sh *sh, const char *reader)
{
	int r = dmsc_str_set(&sh->reader, "%s", reader);

	if (r == DMSC_E_OK)
		sh->o.reader = sh->reader;
	return r;
}

void
sh_leave(struct sh *sh, int status)
{
	sh->leaving = true;
	sh->status = status;
}

bool
sh_leaving(const struct sh *sh, int *status)
{
	if (sh->leaving)
		*status = sh->status;
	return sh->leaving;
}

const char *
sh_cwd(const struct sh *sh)
{
	return dmsc_buf_cstr(sh->cwd);
}

int
sh_set_cwd(struct sh *sh, const char *path)
{
	dmsc_buf_reset(sh->cwd);
	return dmsc_buf_str(sh->cwd, path);
}

/* ---- results ---- */

void
sh_call_clear(struct sh_call *c)
{
	size_t i;

	if (c->view != NULL)
		dmsc_view_free(c->view, c->data);
	dmsc_buf_free(&c->json);
	for (i = 0; i < c->n_warnings; i++)
		free(c->warnings[i]);
	free(c->warnings);
	memset(c, 0, sizeof *c);
}

void
sh_data(struct sh *sh, const struct dmsc_view *v, void *obj)
{
	struct sh_call *c = sh->call;

	if (c->view != NULL)
		dmsc_view_free(c->view, c->data);
	c->view = v;
	c->data = obj;
}

void
sh_data_json(struct sh *sh, struct dmsc_buf **json)
{
	dmsc_buf_free(&sh->call->json);
	sh->call->json = *json;
	*json = NULL;
}

void
sh_print(struct sh *sh, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(sh_stdout(sh), fmt, ap);
	va_end(ap);
}

void
sh_warn(struct sh *sh, const char *fmt, ...)
{
	struct sh_call *c = sh->call;
	char text[DMSC_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* Without memory a warning is lost, nothing else. */
	if (dmsc_strs_add(&c->warnings, &c->n_warnings, "%s", text) !=
	    DMSC_E_OK)
		return;
}

int
sh_fail(struct sh *sh, int code)
{
	struct dmsc_err *e = sh_err(sh);

	if (code == DMSC_E_OK)
		return 0;
	if (e->code != code)	/* a pure function: it keeps no record */
		dmsc_fail(e, code, "%s", dmsc_e_text(code));
	return dmsc_e_exit(code);
}

void
sh_next_as(struct sh *sh, const char *command)
{
	if (sh->call != NULL)
		sh->call->instead = command;
}

int
sh_nomem(struct sh *sh)
{
	return sh_fail(sh, DMSC_E_NOMEM);
}

int
sh_usage(struct sh *sh, const char *fmt, ...)
{
	struct dmsc_err *e = sh_err(sh);
	char text[DMSC_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	dmsc_fail(e, DMSC_E_USAGE, "%s", text);
	if (sh->call != NULL && sh->call->cmd != NULL)
		dmsc_err_next(e, "help %s", sh->call->cmd->name);
	return dmsc_e_exit(DMSC_E_USAGE);
}
