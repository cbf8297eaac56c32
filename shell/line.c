/* A line as words: quoting as in POSIX.1-2017 XCU 2.2, && and comments. */
#include "impl.h"

#include <stdlib.h>
#include <string.h>

/* Where the splitter stands: the words' bytes go to out. */
struct scan {
	const char *p;
	char *out;
	bool quoted;	/* some of the word was quoted */
};

static bool
single(struct scan *s)
{
	for (s->p++; *s->p != '\''; s->p++) {
		if (*s->p == '\0')
			return false;
		*s->out++ = *s->p;
	}
	s->p++;
	return true;
}

static bool
twice(struct scan *s)
{
	for (s->p++; *s->p != '"'; s->p++) {
		if (*s->p == '\0')
			return false;
		if (*s->p == '\\' && s->p[1] != '\0' &&
		    strchr("\\\"$`\n", s->p[1]) != NULL)
			s->p++;
		if (*s->p == '\n' && s->p[-1] == '\\')
			continue;
		*s->out++ = *s->p;
	}
	s->p++;
	return true;
}

static bool
backslash(struct scan *s)
{
	s->p++;
	if (*s->p == '\0' || (*s->p == '\n' && s->p[1] == '\0'))
		return false;
	if (*s->p != '\n')
		*s->out++ = *s->p;
	s->p++;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word; false when the line ends inside it. */
static bool
word(struct scan *s)
{
	s->quoted = false;
	while (*s->p != '\0' && !is_blank(*s->p)) {
		bool good = true;

		if (s->p[0] == '&' && s->p[1] == '&')
			break;
		if (*s->p == '\'' || *s->p == '"' || *s->p == '\\') {
			/* A continued line adds nothing to the word. */
			s->quoted = s->quoted || s->p[0] != '\\' ||
			    s->p[1] != '\n';
			good = *s->p == '\'' ? single(s) :
			    *s->p == '"' ? twice(s) : backslash(s);
		} else
			*s->out++ = *s->p++;
		if (!good)
			return false;
	}
	*s->out++ = '\0';
	return true;
}

static bool
is_operator(const char *w)
{
	static const char *const ops[] = { "|", "||", ">", ">>", "<", "<<",
		";", "&", ";;" };
	size_t i;

	for (i = 0; i < SH_COUNT(ops); i++)
		if (strcmp(w, ops[i]) == 0)
			return true;
	return false;
}

/* What stands at s->p: a word, &&, or the end. */
static enum sh_split
next(struct scan *s, struct sh_list *l, bool *open)
{
	char *begin = s->out;

	if (s->p[0] == '&' && s->p[1] == '&') {
		if (!*open)
			return SH_SPLIT_EMPTY;
		s->p += 2;
		*open = false;
		l->words[l->n_words++] = NULL;
		return SH_SPLIT_OK;
	}
	if (!word(s))
		return SH_SPLIT_MORE;
	if (!s->quoted && is_operator(begin))
		return SH_SPLIT_OPERATOR;
	if (!s->quoted && *begin == '\0')
		return SH_SPLIT_OK;
	*open = true;
	l->words[l->n_words++] = begin;
	return SH_SPLIT_OK;
}

static enum sh_split
scan_all(struct scan *s, struct sh_list *l)
{
	enum sh_split r = SH_SPLIT_OK;
	bool open = false, chained = false;

	for (;;) {
		while (is_blank(*s->p))
			s->p++;
		if (*s->p == '#')
			s->p += strcspn(s->p, "\n");
		else if (*s->p == '\0')
			break;
		else if ((r = next(s, l, &open)) != SH_SPLIT_OK)
			return r;
		else
			chained = chained || !open;
	}
	if (!open && chained)
		return SH_SPLIT_EMPTY;
	if (open)
		l->words[l->n_words++] = NULL;
	return SH_SPLIT_OK;
}

enum sh_split
sh_split(const char *line, struct sh_list *out)
{
	size_t n = strlen(line);
	struct scan s = { line, NULL, false };
	enum sh_split r;

	memset(out, 0, sizeof *out);
	/* Each word takes a byte of the line at least, and one for its NUL. */
	out->size = 2 * n + 2;
	out->text = malloc(out->size);
	out->words = calloc(n + 2, sizeof *out->words);
	if (out->text == NULL || out->words == NULL) {
		sh_list_free(out);
		return SH_SPLIT_NOMEM;
	}
	s.out = out->text;
	r = scan_all(&s, out);
	if (r != SH_SPLIT_OK)
		sh_list_free(out);
	return r;
}

void
sh_list_free(struct sh_list *l)
{
	if (l->text != NULL)	/* it may hold a secret */
		dmsc_wipe(l->text, l->size);
	free(l->text);
	free(l->words);
	memset(l, 0, sizeof *l);
}

int
sh_quote(const char *w, struct dmsc_buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_^~";
	int r;

	if (*w != '\0' && *w != '~' && strspn(w, plain) == strlen(w))
		return dmsc_buf_str(out, w);
	r = dmsc_buf_u8(out, '\'');
	for (; r == DMSC_E_OK && *w != '\0'; w++)
		r = *w == '\'' ? dmsc_buf_str(out, "'\\''") :
		    dmsc_buf_u8(out, (unsigned char)*w);
	return r == DMSC_E_OK ? dmsc_buf_u8(out, '\'') : r;
}
