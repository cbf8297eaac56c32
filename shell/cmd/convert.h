/* Documents on their way out: what convert and export share. */
#ifndef DMSC_SHELL_CMD_CONVERT_H
#define DMSC_SHELL_CMD_CONVERT_H

#include "sh.h"

#define SH_FORMS "tnds, tnds-wbxml, syncml, syncml-wbxml, cp, cp-wbxml, " \
	"lwm2m, json, xml or wbxml"

/* Bytes to standard output, unless that is a terminal. A code. */
int sh_put_bytes(struct sh *sh, struct dmsc_rd bytes) DMSC_MUST_CHECK;
/* Standard input or output. */
bool sh_is_pipe(const char *file);
/* A document into out by o; a code, with the session's record. */
struct sh_source {
	int (*get)(struct sh *sh, const struct sh_source *from,
	    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
	    struct dmsc_conversion **c);
	const char *name;	/* the file, the path */
	struct dmsc_rd bytes;	/* of the file */
};
/* The same; where the form cannot hold the document, the record names the
 * line that can. verb is the command's. */
int sh_get_document(struct sh *sh, const struct sh_source *from,
    const char *verb, const struct dmsc_convert_opts *o,
    struct dmsc_buf *out, struct dmsc_conversion **c) DMSC_MUST_CHECK;
/* Writes b to file (NULL, "-": standard output) with the warnings of c; the
 * command's data is c and, of standard output, the content. A code. */
int sh_put_document(struct sh *sh, const char *file, bool force,
    const struct dmsc_conversion *c, const struct dmsc_buf *b)
    DMSC_MUST_CHECK;

#endif
