/*
 * What an access rule says, worked out from its raw bytes as TS 102 221 9.2
 * and ISO 7816-4 5.4.3 have it, by itself: no code of the card or of the host
 * has a part in it.
 */
#ifndef DMSC_TESTS_ACCESS_RULE_H
#define DMSC_TESTS_ACCESS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { EV_READ = 0x01, EV_UPDATE = 0x02, EV_WRITE = 0x04,
	EV_DEACTIVATE = 0x08, EV_ACTIVATE = 0x10, EV_TERMINATE = 0x20,
	EV_DELETE = 0x40, EV_CREATE_EF = 0x02, EV_CREATE_DF = 0x04,
	EV_HEADER = 4 };

struct ev_bytes {
	const uint8_t *p;
	size_t n;
};

/* Who asks for what: `holds` tells of keys, `user` of the application's PIN,
 * secure of a channel that protects the command. */
struct ev_ask {
	bool (*holds)(const void *arg, unsigned ref);
	const void *arg;
	bool user, secure;
	unsigned mode;
	uint8_t header[EV_HEADER];
};

/* One object off *b; false where there is none, or it is cut. */
static inline bool
ev_next(struct ev_bytes *b, unsigned *tag, struct ev_bytes *v)
{
	size_t head = 2, n;

	if (b->n < 2 || (b->p[0] & 0x1F) == 0x1F)
		return false;
	*tag = b->p[0];
	n = b->p[1];
	if (n == 0x81) {
		if (b->n < 3)
			return false;
		n = b->p[2];
		head = 3;
	} else if (n > 0x7F)
		return false;
	if (b->n - head < n)
		return false;
	v->p = b->p + head;
	v->n = n;
	b->p += head + n;
	b->n -= head + n;
	return true;
}

static inline bool
ev_find(struct ev_bytes b, unsigned want, struct ev_bytes *v)
{
	unsigned tag;

	while (ev_next(&b, &tag, v))
		if (tag == want)
			return true;
	return false;
}

/* b8 all of, b7 secure messaging, b6 external authentication, b5 user. */
static inline bool
ev_byte(const struct ev_ask *a, unsigned sc)
{
	unsigned asked = sc & 0x70;
	unsigned have = (a->secure ? 0x60u : 0) | (a->user ? 0x10u : 0);

	if (sc == 0x00 || sc == 0xFF)
		return sc == 0x00;
	if (asked == 0)
		return false;
	return (sc & 0x80) != 0 ? (asked & ~have) == 0 :
	    (asked & have) != 0;
}

static inline bool
ev_condition(const struct ev_ask *a, unsigned tag, struct ev_bytes v)
{
	size_t all = 0, good = 0;
	struct ev_bytes in;
	unsigned t;

	switch (tag) {
	case 0x90:
		return v.n == 0;
	case 0x9E:
		return v.n == 1 && ev_byte(a, v.p[0]);
	case 0xA4:
		return ev_find(v, 0x83, &in) && in.n == 1 &&
		    a->holds(a->arg, in.p[0]);
	case 0xA0:
	case 0xA7:
	case 0xAF:
		while (v.n > 0) {
			if (!ev_next(&v, &t, &in))
				return false;
			all++;
			good += ev_condition(a, t, in);
		}
		return all > 0 && (tag == 0xA0 ? good > 0 : tag == 0xA7 ?
		    good == all : good == 0);
	default:
		return false;		/* 97, and what is not known */
	}
}

/* 80: the mode byte; 81 to 8F: parts of the command's header. */
static inline bool
ev_speaks(const struct ev_ask *a, unsigned tag, struct ev_bytes v)
{
	size_t i, at = 0;

	if (tag == 0x80)
		return v.n == 1 && (v.p[0] & a->mode) != 0;
	for (i = 0; i < EV_HEADER; i++)
		if ((tag & 0x08u >> i) != 0) {
			if (at >= v.n || v.p[at] != a->header[i])
				return false;
			at++;
		}
	return at == v.n;
}

static inline bool
ev_expanded(const struct ev_ask *a, struct ev_bytes r)
{
	unsigned tag, condition;
	struct ev_bytes am, sc;

	while (r.n > 0 && r.p[0] >= 0x80 && r.p[0] <= 0x8F) {
		if (!ev_next(&r, &tag, &am) || !ev_next(&r, &condition, &sc))
			return false;
		if (ev_speaks(a, tag, am))
			return ev_condition(a, condition, sc);
	}
	return false;
}

static inline bool
ev_compact(const struct ev_ask *a, struct ev_bytes r)
{
	unsigned bit;
	size_t at = 1;

	if (r.n == 0)
		return false;
	for (bit = 0x40; bit > 0; bit >>= 1) {
		if ((r.p[0] & bit) == 0)
			continue;
		if (at >= r.n)
			return false;
		if (bit == a->mode)
			return ev_byte(a, r.p[at]);
		at++;
	}
	return false;
}

/* The record that 8B names in security environment se; 0: none. */
static inline unsigned
ev_record(struct ev_bytes v, unsigned se)
{
	size_t i;

	if (v.n == 3)
		return v.p[2];
	for (i = 2; i + 1 < v.n; i += 2)
		if (v.p[i] == se)
			return v.p[i + 1];
	return 0;
}

#endif
