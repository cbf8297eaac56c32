/* Help from the descriptors: for people and as JSON. */
#include "impl.h"

#include <string.h>

enum { HELP_WIDTH = 78, OPT_COLUMN = 24, EXAMPLE_WIDTH = 70 };

const char *
sh_group_title(enum sh_group g)
{
	static const char *const titles[] = {
		[SH_G_READER] = "Readers and cards",
		[SH_G_BROWSE] = "Browsing documents",
		[SH_G_EDIT] = "Editing",
		[SH_G_COMMIT] = "Comparing and committing",
		[SH_G_FILE] = "Files of the card",
		[SH_G_PIN] = "PINs and keys",
		[SH_G_DM] = "The card's own tree, by DM commands",
		[SH_G_DEVICE] = "The simulated device",
		[SH_G_CARD] = "The simulated card",
		[SH_G_SHELL] = "The shell",
	};

	return titles[g];
}

static const char *
danger_text(enum sh_danger d)
{
	static const char *const texts[] = {
		[SH_READ] = "reads only",
		[SH_EDIT] = "changes the working copy or this machine",
		[SH_WRITE] = "changes the card",
		[SH_TRY] = "may spend a try of a PIN or key",
		[SH_FINAL] = "cannot be undone: asks for --yes=ICCID",
	};

	return texts[d];
}

/* Prints text from column on, wrapped; lines after the first are indented. */
static void
wrap_from(FILE *f, const char *text, unsigned column, unsigned indent)
{
	unsigned at = column;

	while (*text != '\0') {
		size_t n = strcspn(text, " \n");

		if (at > indent && at + 1 + n > HELP_WIDTH) {
			fprintf(f, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', f);
			at++;
		}
		fprintf(f, "%.*s", (int)n, text);
		at += (unsigned)n;
		text += n;
		while (*text == ' ' || (*text == '\n' && text[1] != '\n'))
			text++;
		if (text[0] == '\n') {
			fprintf(f, "\n\n%*s", (int)indent, "");
			at = indent;
			text += strspn(text, "\n");
		}
	}
	fputc('\n', f);
}

void
sh_wrap(FILE *f, const char *text, unsigned indent)
{
	fprintf(f, "%*s", (int)indent, "");
	wrap_from(f, text, indent, indent);
}

static void
print_opt(FILE *f, const struct sh_opt *o)
{
	char left[64];
	int n;

	n = snprintf(left, sizeof left, "  %c%c%s--%s%s%s",
	    o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
	    o->letter != 0 ? ", " : "  ", o->name,
	    o->arg == NULL ? "" : o->arg[0] == '[' ? "[=" : " ",
	    o->arg == NULL ? "" : o->arg + (o->arg[0] == '['));
	fputs(left, f);
	if (n + 2 > OPT_COLUMN) {
		fprintf(f, "\n%*s", OPT_COLUMN, "");
	} else
		fprintf(f, "%*s", OPT_COLUMN - n, "");
	wrap_from(f, o->text, OPT_COLUMN, OPT_COLUMN);
}

static void
print_opts(FILE *f, const struct sh_opt *o)
{
	if (o == NULL || o->name == NULL)
		return;
	fputs("\nOptions:\n", f);
	for (; o->name != NULL; o++)
		print_opt(f, o);
}

/* The last place of what in line that leaves room for " && \\"; NULL. */
static const char *
last_fit(const char *line, const char *what)
{
	const char *p = line, *best = NULL;

	while ((p = strstr(p + 1, what)) != NULL &&
	    p - line + (long)sizeof " && " <= EXAMPLE_WIDTH)
		best = p;
	return best;
}

void
sh_example(const char *line, void (*put)(FILE *f, const char *s), FILE *f)
{
	char part[EXAMPLE_WIDTH * 4];
	const char *at;

	/* A long line goes on in the next one, as one may type it: behind a
	 * link of its chain, or before an option. */
	while (strlen(line) > EXAMPLE_WIDTH) {
		if ((at = last_fit(line, " && ")) != NULL)
			at += sizeof " && " - 1;
		else if ((at = last_fit(line, " --")) != NULL)
			at++;
		else
			break;
		(void)snprintf(part, sizeof part, "%.*s\\",
		    (int)(at - line), line);
		put(f, part);
		line = at;
	}
	put(f, line);
}

static void
put_example(FILE *f, const char *s)
{
	fprintf(f, "  %s\n", s);
}

static void
print_examples(FILE *f, const char *const *e)
{
	if (e == NULL || *e == NULL)
		return;
	fputs("\nExamples:\n", f);
	for (; *e != NULL; e++)
		sh_example(*e, put_example, f);
}

void
sh_help_command(FILE *f, const struct sh_cmd *c)
{
	fprintf(f, "%s - %s\n\nUsage: %s%s%s%s\n", c->name, c->summary,
	    c->name, c->opts != NULL && c->opts->name != NULL ?
	    " [OPTION...]" : "", c->synopsis != NULL && *c->synopsis != '\0' ?
	    " " : "", c->synopsis != NULL ? c->synopsis : "");
	if (c->details != NULL) {
		fputc('\n', f);
		sh_wrap(f, c->details, 0);
	}
	print_opts(f, c->opts);
	print_examples(f, c->examples);
	if (c->run != NULL)	/* not the program itself */
		fprintf(f, "\nIt %s", danger_text(c->danger));
	if (c->edits_with != NULL)
		fprintf(f, "; with --%s it %s", c->edits_with,
		    danger_text(SH_EDIT));
	if (c->run != NULL)
		fputc('.', f);
	fputc('\n', f);
	if (c->see != NULL)
		fprintf(f, "See also: %s\n", c->see);
}

/* ---- JSON ---- */

static int
put_member(struct dmsc_buf *b, const char *before, const char *text)
{
	int r = dmsc_buf_str(b, before);

	if (r != DMSC_E_OK)
		return r;
	return text != NULL ? dmsc_json_string(text, b) :
	    dmsc_buf_str(b, "null");
}

static int
put_opt(struct dmsc_buf *b, const struct sh_opt *o, bool first)
{
	char letter[2] = { o->letter, '\0' };
	int r = put_member(b, first ? "{\"name\":" : ",{\"name\":", o->name);

	if (r == DMSC_E_OK)
		r = put_member(b, ",\"letter\":", o->letter ? letter : NULL);
	if (r == DMSC_E_OK)
		r = put_member(b, ",\"arg\":", o->arg);
	if (r == DMSC_E_OK)
		r = put_member(b, ",\"text\":", o->text);
	return r == DMSC_E_OK ? dmsc_buf_u8(b, '}') : r;
}

static int
put_lists(const struct sh_cmd *c, struct dmsc_buf *b)
{
	int r = dmsc_buf_str(b, ",\"options\":[");
	size_t i;

	for (i = 0; r == DMSC_E_OK && c->opts != NULL &&
	    c->opts[i].name != NULL; i++)
		r = put_opt(b, &c->opts[i], i == 0);
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, "],\"examples\":[");
	for (i = 0; r == DMSC_E_OK && c->examples != NULL &&
	    c->examples[i] != NULL; i++)
		r = put_member(b, i == 0 ? "" : ",", c->examples[i]);
	return r == DMSC_E_OK ? dmsc_buf_u8(b, ']') : r;
}

int
sh_help_json(const struct sh_cmd *c, struct dmsc_buf *out)
{
	int r = put_member(out, "{\"name\":", c->name);

	if (r == DMSC_E_OK)
		r = put_member(out, ",\"group\":", sh_group_title(c->group));
	if (r == DMSC_E_OK)
		r = put_member(out, ",\"effect\":", danger_text(c->danger));
	if (r == DMSC_E_OK)
		r = put_member(out, ",\"synopsis\":",
		    c->synopsis != NULL ? c->synopsis : "");
	if (r == DMSC_E_OK)
		r = put_member(out, ",\"summary\":", c->summary);
	if (r == DMSC_E_OK)
		r = put_member(out, ",\"details\":", c->details);
	if (r == DMSC_E_OK)
		r = put_lists(c, out);
	if (r == DMSC_E_OK)
		r = put_member(out, ",\"see\":", c->see);
	return r == DMSC_E_OK ? dmsc_buf_u8(out, '}') : r;
}
