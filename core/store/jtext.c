/* The text of a journal entry, written and read. */
#include "store/journal.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define MAGIC "dmsc-journal 1"

static int
put_place(struct dmsc_buf *b, const struct dmsc_place *p)
{
	return p->n == 0 ? dmsc_buf_str(b, "-") : dmsc_place_text(p, b);
}

static int
put_bytes(struct dmsc_buf *b, const char *key, const struct dmsc_buf *v)
{
	int r;

	if (v == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_buf_fmt(b, "%s ", key)) != DMSC_E_OK ||
	    (r = dmsc_hex_put(b, dmsc_buf_rd(v))) != DMSC_E_OK)
		return r;
	return dmsc_buf_u8(b, '\n');
}

static int
put_holes(struct dmsc_buf *b, const struct dmsc_jmove *m)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < m->n_holes; i++)
		if ((r = dmsc_buf_fmt(b, "hole %zu %zu ", m->holes[i].at,
		    m->holes[i].n)) == DMSC_E_OK &&
		    (r = dmsc_hex_put(b, dmsc_rd_of(m->holes[i].sha,
		    DMSC_SHA256_LEN))) == DMSC_E_OK)
			r = dmsc_buf_u8(b, '\n');
	return r;
}

/* "move doc public FROM TO SHA SHA NAME" */
static int
put_move(struct dmsc_buf *b, const struct dmsc_jmove *m)
{
	int r;

	if ((r = dmsc_buf_fmt(b, "move %s %s ", m->m.odf ? "odf" :
	    m->m.name != NULL ? "doc" : "dir", m->m.secret ? "secret" :
	    "public")) != DMSC_E_OK ||
	    (r = put_place(b, &m->m.from)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(b, ' ')) != DMSC_E_OK ||
	    (r = put_place(b, &m->m.to)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(b, ' ')) != DMSC_E_OK ||
	    (r = dmsc_hex_put(b, dmsc_rd_of(m->m.sha_from,
	    DMSC_SHA256_LEN))) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(b, ' ')) != DMSC_E_OK ||
	    (r = dmsc_hex_put(b, dmsc_rd_of(m->m.sha_to,
	    DMSC_SHA256_LEN))) != DMSC_E_OK ||
	    (r = dmsc_buf_fmt(b, " %s\n", m->m.name != NULL ? m->m.name :
	    "-")) != DMSC_E_OK)
		return r;
	if ((r = put_bytes(b, "old", m->m.old)) != DMSC_E_OK ||
	    (r = put_bytes(b, "fresh", m->m.fresh)) != DMSC_E_OK)
		return r;
	return put_holes(b, m);
}

int
dmsc_jentry_put(const struct dmsc_jentry *j, struct dmsc_buf *out)
{
	uint8_t sum[DMSC_SHA256_LEN];
	size_t i, from = out->len;
	int r;

	r = dmsc_buf_fmt(out, MAGIC "\nid %s\ntime %s\ncard %s\nway %s\n"
	    "state %s\n", j->id, j->time, j->card, j->way, j->state);
	for (i = 0; r == DMSC_E_OK && i < j->n_moves; i++)
		r = put_move(out, &j->moves[i]);
	if (r != DMSC_E_OK || (r = dmsc_sha256(dmsc_rd_slice(dmsc_buf_rd(out),
	    from, out->len), sum)) != DMSC_E_OK ||
	    (r = dmsc_buf_str(out, "end ")) != DMSC_E_OK ||
	    (r = dmsc_hex_put(out, dmsc_rd_of(sum, sizeof sum))) != DMSC_E_OK)
		return r;
	return dmsc_buf_u8(out, '\n');
}

/* The next word of line, or with rest all of it. */
static struct dmsc_rd
word(struct dmsc_rd *line, bool rest)
{
	struct dmsc_rd w = *line;
	size_t n = 0;

	while (n < line->left && (rest || line->p[n] != ' '))
		n++;
	w.left = n;
	*line = dmsc_rd_slice(*line, n < line->left ? n + 1 : n,
	    line->left);
	return w;
}

static int
get_hex(struct dmsc_rd text, struct dmsc_buf **out)
{
	char *s = dmsc_strndup(text);
	int r = DMSC_E_NOMEM;

	dmsc_buf_free(out);
	if (s != NULL && (*out = dmsc_buf_new(DMSC_EF_MAX)) != NULL)
		r = dmsc_hex_get(s, *out);
	free(s);
	return r;
}

static int
get_sha(struct dmsc_rd text, uint8_t *out)
{
	struct dmsc_buf *b = NULL;
	int r = get_hex(text, &b);

	if (r == DMSC_E_OK && b->len == DMSC_SHA256_LEN)
		memcpy(out, b->p, b->len);
	else if (r == DMSC_E_OK)
		r = DMSC_E_FORMAT;
	dmsc_buf_free(&b);
	return r;
}

static int
get_place(struct dmsc_rd text, struct dmsc_place *out)
{
	char *s;
	int r;

	memset(out, 0, sizeof *out);
	if (dmsc_rd_eq_str(text, "-"))
		return DMSC_E_OK;
	if ((s = dmsc_strndup(text)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_place_parse(s, out, NULL);
	free(s);
	return r;
}

static int
get_size(struct dmsc_rd text, size_t *out)
{
	char *s = dmsc_strndup(text);
	uint64_t v = 0;
	int r;

	if (s == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_num(s, 10, DMSC_EF_MAX, &v);
	*out = (size_t)v;
	free(s);
	return r;
}

static int
get_move(struct dmsc_rd line, struct dmsc_jentry *j)
{
	struct dmsc_jmove *m = dmsc_list_add(&j->moves, &j->n_moves,
	    sizeof *m);
	struct dmsc_rd kind = word(&line, false);
	int r;

	if (m == NULL)
		return DMSC_E_NOMEM;
	m->m.odf = dmsc_rd_eq_str(kind, "odf");
	m->m.secret = dmsc_rd_eq_str(word(&line, false), "secret");
	if ((r = get_place(word(&line, false), &m->m.from)) != DMSC_E_OK ||
	    (r = get_place(word(&line, false), &m->m.to)) != DMSC_E_OK ||
	    (r = get_sha(word(&line, false), m->m.sha_from)) != DMSC_E_OK ||
	    (r = get_sha(word(&line, false), m->m.sha_to)) != DMSC_E_OK)
		return r;
	if (!dmsc_rd_eq_str(kind, "doc"))
		return DMSC_E_OK;
	m->m.name = dmsc_strndup(word(&line, true));
	return m->m.name != NULL ? DMSC_E_OK : DMSC_E_NOMEM;
}

static int
get_hole(struct dmsc_rd line, struct dmsc_jmove *m)
{
	struct dmsc_hole *h = dmsc_list_add(&m->holes, &m->n_holes,
	    sizeof *h);
	int r;

	if (h == NULL)
		return DMSC_E_NOMEM;
	if ((r = get_size(word(&line, false), &h->at)) != DMSC_E_OK ||
	    (r = get_size(word(&line, false), &h->n)) != DMSC_E_OK)
		return r;
	return get_sha(word(&line, false), h->sha);
}

static int
get_text(struct dmsc_rd line, char **out)
{
	free(*out);
	*out = dmsc_strndup(line);
	return *out != NULL ? DMSC_E_OK : DMSC_E_NOMEM;
}

static int
get_line(struct dmsc_rd line, struct dmsc_jentry *j)
{
	struct dmsc_rd key = word(&line, false);
	struct dmsc_jmove *m = j->n_moves == 0 ? NULL :
	    &j->moves[j->n_moves - 1];

	if (dmsc_rd_eq_str(key, "id"))
		return get_text(line, &j->id);
	if (dmsc_rd_eq_str(key, "time"))
		return get_text(line, &j->time);
	if (dmsc_rd_eq_str(key, "card"))
		return get_text(line, &j->card);
	if (dmsc_rd_eq_str(key, "way"))
		return get_text(line, &j->way);
	if (dmsc_rd_eq_str(key, "state"))
		return get_text(line, &j->state);
	if (dmsc_rd_eq_str(key, "move"))
		return get_move(line, j);
	if (m != NULL && dmsc_rd_eq_str(key, "old"))
		return get_hex(line, &m->m.old);
	if (m != NULL && dmsc_rd_eq_str(key, "fresh"))
		return get_hex(line, &m->m.fresh);
	if (m != NULL && dmsc_rd_eq_str(key, "hole"))
		return get_hole(line, m);
	return DMSC_E_OK;
}

static struct dmsc_rd
next_line(struct dmsc_rd *text)
{
	struct dmsc_rd line = *text;
	size_t n = 0;

	while (n < text->left && text->p[n] != '\n')
		n++;
	line.left = n;
	*text = dmsc_rd_slice(*text, n < text->left ? n + 1 : n,
	    text->left);
	return line;
}

/* The last line is the digest of all before it. */
static int
check_end(struct dmsc_rd before, struct dmsc_rd line)
{
	uint8_t sum[DMSC_SHA256_LEN], told[DMSC_SHA256_LEN];
	int r;

	if (!dmsc_rd_eq_str(word(&line, false), "end"))
		return DMSC_E_FORMAT;
	if ((r = get_sha(line, told)) != DMSC_E_OK ||
	    (r = dmsc_sha256(before, sum)) != DMSC_E_OK)
		return r;
	return memcmp(sum, told, sizeof sum) == 0 ? DMSC_E_OK :
	    DMSC_E_FORMAT;
}

int
dmsc_jentry_parse(struct dmsc_rd text, struct dmsc_jentry **out)
{
	struct dmsc_jentry *j = calloc(1, sizeof *j);
	struct dmsc_rd all = text, line;
	int r = DMSC_E_OK;

	*out = NULL;
	if (j == NULL)
		return DMSC_E_NOMEM;
	line = next_line(&text);
	if (!dmsc_rd_eq_str(line, MAGIC))
		r = DMSC_E_FORMAT;
	while (r == DMSC_E_OK && text.left > 0) {
		line = next_line(&text);
		if (text.left > 0)
			r = get_line(line, j);
	}
	if (r == DMSC_E_OK)
		r = check_end(dmsc_rd_slice(all, 0,
		    (size_t)(line.p - all.p)), line);
	if (r == DMSC_E_OK && (j->id == NULL || j->time == NULL ||
	    j->card == NULL || j->way == NULL || j->state == NULL))
		r = DMSC_E_FORMAT;
	if (r != DMSC_E_OK)
		dmsc_jentry_free(&j);
	*out = j;
	return r;
}
