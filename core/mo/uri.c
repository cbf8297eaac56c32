/* URIs of nodes: segments, escaping (OMA DM Tree and Description 1.2). */
#include <string.h>

#include "base/text.h"
#include "mo/node.h"

int
dmsc_mo_name_check(const char *name)
{
	size_t n = strlen(name);

	if (n > DMSC_TREE_NAME_MAX)
		return DMSC_E_LIMIT;
	return n == 0 || !dmsc_is_utf8(dmsc_rd_of(name, n)) ?
	    DMSC_E_FORMAT : DMSC_E_OK;
}

int
dmsc_mo_uri_begin(const char **uri)
{
	if ((*uri)[0] != '.')
		return DMSC_E_OK;
	if ((*uri)[1] == '\0') {
		(*uri)++;
		return DMSC_E_OK;
	}
	if ((*uri)[1] == '/') {
		*uri += 2;
		return **uri == '\0' ? DMSC_E_FORMAT : DMSC_E_OK;
	}
	return DMSC_E_OK;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One character of a segment; *s moves behind it. */
static int
decode(const char **s, char *out)
{
	int hi, lo;

	if (**s != '%') {
		*out = *(*s)++;
		return DMSC_E_OK;
	}
	if ((hi = hex_digit((*s)[1])) < 0 || (lo = hex_digit((*s)[2])) < 0 ||
	    (hi == 0 && lo == 0))
		return DMSC_E_FORMAT;
	*out = (char)(hi << 4 | lo);
	*s += 3;
	return DMSC_E_OK;
}

int
dmsc_mo_uri_step(const char **uri, char *name)
{
	const char *s = *uri;
	size_t n = strcspn(s, "/"), len = 0;

	if (n == 0 || (n == 1 && s[0] == '.') ||
	    (n == 2 && s[0] == '.' && s[1] == '.'))
		return DMSC_E_FORMAT;
	while (*s != '\0' && *s != '/') {
		if (len == DMSC_TREE_NAME_MAX)
			return DMSC_E_LIMIT;
		if (decode(&s, &name[len++]) != DMSC_E_OK)
			return DMSC_E_FORMAT;
	}
	name[len] = '\0';
	if (*s == '/' && *++s == '\0')
		return DMSC_E_FORMAT;
	*uri = s;
	return dmsc_mo_name_check(name);
}

int
dmsc_uri_escape(const char *name, struct dmsc_buf *out)
{
	size_t at = out->len, i;
	int r = DMSC_E_OK;

	for (i = 0; name[i] != '\0' && r == DMSC_E_OK; i++) {
		uint8_t c = (uint8_t)name[i];

		if (c == '/' || c == '%' || c < 0x20 || c == 0x7F ||
		    (c == '.' && i == 0))
			r = dmsc_buf_fmt(out, "%%%02X", c);
		else
			r = dmsc_buf_u8(out, c);
	}
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}

int
dmsc_uri_unescape(const char *seg, struct dmsc_buf *out)
{
	size_t at = out->len;
	int r = DMSC_E_OK;
	char c;

	while (*seg != '\0' && r == DMSC_E_OK)
		if ((r = decode(&seg, &c)) == DMSC_E_OK)
			r = dmsc_buf_u8(out, (uint8_t)c);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}

int
dmsc_node_uri(const struct dmsc_node *n, struct dmsc_buf *out)
{
	const struct dmsc_node *path[DMSC_TREE_DEPTH_MAX];
	size_t depth = 0, at = out->len, i;
	int r = DMSC_E_OK;

	for (; n->parent != NULL && depth < DMSC_TREE_DEPTH_MAX; n = n->parent)
		path[depth++] = n;
	for (i = depth; i > 0 && r == DMSC_E_OK; i--) {
		if (i < depth)
			r = dmsc_buf_u8(out, '/');
		if (r == DMSC_E_OK)
			r = dmsc_uri_escape(path[i - 1]->name, out);
	}
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
