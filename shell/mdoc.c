/* A command's manual page in mdoc(7), from its descriptor. */
#include "impl.h"

#include <ctype.h>
#include <string.h>

#define PAGE_DATE "November 23, 2026"

/* Text with roff's own signs made harmless; a sentence ends its line. */
static void
put_text(FILE *f, const char *s)
{
	bool begin = true;

	for (; *s != '\0'; s++) {
		if (begin && (*s == '.' || *s == '\''))
			fputs("\\&", f);
		begin = false;
		if (*s == '\\')
			fputs("\\e", f);
		else if (*s == '-')
			fputs("\\-", f);
		else if (*s == '\n' && s[1] == '\n') {
			fputs("\n.Pp\n", f);
			s++;
			begin = true;
		} else if ((s[0] == '.' || s[0] == '?') && s[1] == ' ' &&
		    isupper((unsigned char)s[2])) {
			fprintf(f, "%c\n", *s);
			s++;
			begin = true;
		} else if (*s == '\n') {
			fputc('\n', f);
			begin = true;
		} else
			fputc(*s, f);
	}
	fputc('\n', f);
}

/* "pin verify" as "pin-verify". */
static void
put_name(FILE *f, const char *name, bool upper)
{
	for (; *name != '\0'; name++)
		fputc(*name == ' ' ? '-' : upper ?
		    toupper((unsigned char)*name) : *name, f);
}

/* A macro's argument: quoted, and no '-' taken for a hyphen. */
static void
put_arg(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++)
		if (*s == '"')
			fputs("\\(dq", f);
		else if (*s == '-')
			fputs("\\-", f);
		else if (*s == '\\')
			fputs("\\e", f);
		else
			fputc(*s, f);
	fputc('"', f);
}

static void
put_head(FILE *f, const struct sh_cmd *c)
{
	fprintf(f, ".\\\" Made from the command's descriptor by "
	    "'dmsc help --mdoc %s'.\n.Dd %s\n.Dt DMSC-", c->name, PAGE_DATE);
	put_name(f, c->name, true);
	fputs(" 1\n.Os\n.Sh NAME\n.Nm dmsc-", f);
	put_name(f, c->name, false);
	fputs("\n.Nd ", f);
	put_text(f, c->summary);
	fprintf(f, ".Sh SYNOPSIS\n.Nm dmsc\n.Op Ar OPTION ...\n.Cm ");
	put_arg(f, c->name);
	fputc('\n', f);
	if (c->opts != NULL && c->opts->name != NULL)
		fputs(".Op Ar OPTION ...\n", f);
	if (c->synopsis != NULL && *c->synopsis != '\0') {
		fputs(".Ar ", f);
		put_arg(f, c->synopsis);
		fputc('\n', f);
	}
}

static void
put_opts(FILE *f, const struct sh_opt *o)
{
	if (o == NULL || o->name == NULL)
		return;
	fputs(".Pp\nThe options are:\n.Bl -tag -width Ds\n", f);
	for (; o->name != NULL; o++) {
		fputs(".It ", f);
		if (o->letter != 0)
			fprintf(f, "Fl %c , ", o->letter);
		fputs("Fl \\-", f);
		for (const char *p = o->name; *p != '\0'; p++)
			fputs(*p == '-' ? "\\-" : (char[]){ *p, '\0' }, f);
		if (o->arg != NULL && o->arg[0] == '[')
			fprintf(f, " Ns Op = Ns Ar %.*s",
			    (int)strcspn(o->arg + 1, "]"), o->arg + 1);
		else if (o->arg != NULL)
			fprintf(f, " Ar %s", o->arg);
		fputc('\n', f);
		put_text(f, o->text);
	}
	fputs(".El\n", f);
}

static void
put_examples(FILE *f, const char *const *e)
{
	if (e == NULL || *e == NULL)
		return;
	fputs(".Sh EXAMPLES\n.Bd -literal -offset indent\n", f);
	for (; *e != NULL; e++)
		sh_example(*e, put_text, f);
	fputs(".Ed\n", f);
}

static int
by_text(const char *a, size_t n, const char *b, size_t m)
{
	int d = memcmp(a, b, n < m ? n : m);

	return d != 0 ? d : n < m ? -1 : n > m;
}

/* The smallest name of "b, a, c" that comes after last. */
static const char *
after(const char *see, const char *last, size_t last_n, size_t *n)
{
	const char *best = NULL;

	while (see != NULL && *see != '\0') {
		size_t m = strcspn(see, ",");

		if ((last == NULL || by_text(see, m, last, last_n) > 0) &&
		    (best == NULL || by_text(see, m, best, *n) < 0)) {
			best = see;
			*n = m;
		}
		see += m + strspn(see + m, ", ");
	}
	return best;
}

static void
put_see(FILE *f, const char *see)
{
	const char *name = NULL;
	size_t n = 0, i, last_n = 0;

	fputs(".Sh SEE ALSO\n.Xr dmsc 1", f);
	while ((name = after(see, name, last_n, &n)) != NULL) {
		fputs(" ,\n.Xr dmsc-", f);
		for (i = 0; i < n; i++)
			fputc(name[i] == ' ' ? '-' : name[i], f);
		fputs(" 1", f);
		last_n = n;
	}
	fputc('\n', f);
}

void
sh_help_mdoc(FILE *f, const struct sh_cmd *c)
{
	put_head(f, c);
	fputs(".Sh DESCRIPTION\n", f);
	put_text(f, c->details != NULL ? c->details : c->summary);
	put_opts(f, c->opts);
	fputs(".Sh EXIT STATUS\nSee\n.Xr dmsc 1 .\n", f);
	put_examples(f, c->examples);
	put_see(f, c->see);
}
