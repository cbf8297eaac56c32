/* Documents on their way out: what convert and export share. */
#ifndef DMSC_SHELL_CMD_CONVERT_H
#define DMSC_SHELL_CMD_CONVERT_H

#include "sh.h"

#define SH_FORMS "tnds, tnds-wbxml, syncml, syncml-wbxml, cp, cp-wbxml, " \
	"lwm2m, json, xml or wbxml"

/* Standard input or output. */
bool sh_is_pipe(const char *file);
/* Writes b to file (NULL, "-": standard output) with the warnings of c; the
 * command's data is c and, of standard output, the content. A code. */
int sh_put_document(struct sh *sh, const char *file, bool force,
    const struct dmsc_conversion *c, const struct dmsc_buf *b)
    DMSC_MUST_CHECK;

#endif
