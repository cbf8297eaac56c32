/*
 * Inside of the room codec: writes elements as WBXML or as XML. The first
 * failure stays in code; what comes after it does nothing.
 */
#ifndef DMSC_CODEC_EMIT_H
#define DMSC_CODEC_EMIT_H

#include "codec/codec.h"
#include "codec/el.h"
#include "codec/pack.h"

struct emit {
	struct dmsc_buf *b;
	int code;
	bool xml, indent;	/* indent: XML only */
	bool pending;		/* XML: the start tag is not closed yet */
	unsigned page;		/* WBXML: code page in force */
	const struct pack *pack;	/* texts of its string table, NULL */
	size_t depth;
	struct {
		unsigned el;
		bool parent, text;	/* holds elements; holds text */
	} stack[DMSC_DOC_DEPTH];
};

void dmsc_emit_open(struct emit *em, unsigned el);
void dmsc_emit_close(struct emit *em);
/* NUL in text makes it OPAQUE in WBXML; in XML it is a FORMAT failure, as
 * is what no XML can hold. */
void dmsc_emit_text(struct emit *em, struct dmsc_rd text);
void dmsc_emit_str(struct emit *em, const char *text);
/* OPAQUE, or base64 in XML. */
void dmsc_emit_bytes(struct emit *em, struct dmsc_rd bytes);
/* An element with text; empty text makes an empty element. */
void dmsc_emit_leaf(struct emit *em, unsigned el, struct dmsc_rd text);
void dmsc_emit_empty(struct emit *em, unsigned el);
/* WBXML: puts page in force where it is not. */
void dmsc_emit_page(struct emit *em, unsigned page);
int dmsc_emit_number(struct dmsc_buf *b, uint32_t v) DMSC_MUST_CHECK;
/* Escapes text for XML's content. FORMAT where XML cannot hold it. */
int dmsc_xml_escape(struct dmsc_buf *b, struct dmsc_rd text)
    DMSC_MUST_CHECK;
bool dmsc_xml_fits(struct dmsc_rd text);	/* whether XML can hold it */

#endif
