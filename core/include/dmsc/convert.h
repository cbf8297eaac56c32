/*
 * Conversion between the forms of documents, with no card. Room codec.
 * Forms: "tnds", "tnds-wbxml", "syncml", "syncml-wbxml", "cp", "cp-wbxml",
 * "lwm2m", "json", "wbxml" (any language that libwbxml knows).
 */
#ifndef DMSC_CONVERT_H
#define DMSC_CONVERT_H

#include <dmsc/bytes.h>

/* from NULL: recognised. What `to` cannot hold is refused by name with DATA,
 * never dropped in silence. */
int dmsc_convert(struct dmsc_rd in, const char *from, const char *to,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
