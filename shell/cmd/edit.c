/* edit: a node or document as text in the user's editor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/edit.h"
#include "tools.h"

enum { TEXT_MAX = 64 << 20, NAME_BYTES = 4096 };

static const struct sh_opt edit_opts[] = {
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

/* A file of ours alone: the node may hold secrets. */
static int
write_draft(struct sh *sh, struct dmsc_rd text, char *name)
{
	const char *tmp = getenv("TMPDIR");
	const char *end = text.left > 0 && text.p[0] == '{' ? ".json" :
	    ".xml";
	ssize_t n = 0;
	int fd;

	(void)snprintf(name, NAME_BYTES, "%s/dmsc.XXXXXX%s",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp", end);
	if ((fd = mkstemps(name, (int)strlen(end))) >= 0) {
		n = write(fd, text.p, text.left);
		(void)close(fd);
	}
	if (fd >= 0 && n >= 0 && (size_t)n == text.left)
		return DMSC_E_OK;
	dmsc_fail(sh_err(sh), DMSC_E_IO, "cannot write the draft");
	dmsc_err_where(sh_err(sh), "%s", name);
	dmsc_err_why(sh_err(sh), "%s", strerror(errno));
	if (fd >= 0)
		(void)unlink(name);
	return DMSC_E_IO;
}

/* What the editor left at name, into the working copy. */
static int
take_draft(struct sh *sh, const char *path, const char *name,
    struct dmsc_rd before)
{
	struct dmsc_buf *after = NULL;
	struct dmsc_tree *t = NULL;
	int r = sh_slurp(sh, name, &after);

	if (r == DMSC_E_OK && dmsc_rd_eq(before, dmsc_buf_rd(after))) {
		dmsc_buf_free(&after);
		sh_print(sh, "no changes\n");
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK && strchr(path + 1, '/') == NULL)
		r = dmsc_import(sh_session(sh), path, dmsc_buf_rd(after));
	else if (r == DMSC_E_OK && (r = dmsc_parse_tree(sh_session(sh),
	    dmsc_buf_rd(after), &t)) == DMSC_E_OK)
		r = dmsc_edit_tree(sh_session(sh), path, t);
	dmsc_tree_free(&t);
	dmsc_buf_free(&after);
	return r;
}

/* Whether the file holds nothing but what it was made with. */
static bool
untouched(struct sh *sh, const char *name, const struct dmsc_buf *text)
{
	struct dmsc_err kept = *sh_err(sh);
	struct dmsc_buf *now = NULL;
	bool same = sh_slurp(sh, name, &now) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(now), dmsc_buf_rd(text));

	dmsc_buf_free(&now);
	*sh_err(sh) = kept;
	return same;
}

static int
edit_path(struct sh *sh, const char *path)
{
	struct dmsc_buf *text = dmsc_buf_new(TEXT_MAX);
	char name[NAME_BYTES] = "";
	int r = text == NULL ? DMSC_E_NOMEM :
	    dmsc_export(sh_session(sh), path, NULL, text);

	if (r == DMSC_E_OK)
		r = write_draft(sh, dmsc_buf_rd(text), name);
	if (r == DMSC_E_OK && (r = sh_editor(sh, name)) == DMSC_E_OK)
		r = take_draft(sh, path, name, dmsc_buf_rd(text));
	/* Nobody's typing is thrown away, and no secret left for nothing. */
	if (r != DMSC_E_OK && name[0] != '\0' && !untouched(sh, name,
	    text))
		sh_warn(sh, "the draft is kept: %s", name);
	else if (name[0] != '\0')
		(void)unlink(name);
	dmsc_buf_free(&text);
	return r;
}

static int
edit_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = sh_fail(sh, edit_path(sh, dmsc_buf_cstr(path)));
	dmsc_buf_free(&path);
	return status;
}

static const char *const edit_examples[] = {
	"$ EDITOR='sed -i s/example/invalid/' dmsc edit -n /OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_edit = {
	.name = "edit", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH",
	.summary = "change a document or a node in an editor",
	.details = "The tree below PATH is written as TNDS XML, a whole "
	    "document in the form of export, into a file of yours alone, "
	    "opened with VISUAL, EDITOR or vi, and read back into the "
	    "working copy. A text that cannot be read back is kept, and its "
	    "name is said.",
	.opts = edit_opts, .min_args = 1, .max_args = 1,
	.examples = edit_examples, .see = "set, export, import, diff, commit",
	.complete = sh_complete_path, .run = edit_run,
};
