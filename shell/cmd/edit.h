/* What the editing commands share. */
#ifndef DMSC_SHELL_CMD_EDIT_H
#define DMSC_SHELL_CMD_EDIT_H

#include "sh.h"

#define SH_VALUE_OPTS \
	{ 'f', "format", "FORMAT", "chr, int, bool, float, date, time, bin, " \
	    "b64, xml or null" }, \
	{ 't', "type", "TYPE", "MIME type of a leaf, or the identifier of a " \
	    "management object" }, \
	{ 'F', "file", "FILE", "take the value from FILE as it is" }, \
	{ 'x', "hex", "HEX", "take the value from hexadecimal digits" }

/* The value that argument i, --file or --hex gives; exactly one of them, or
 * none where must is false: then *out is empty. An exit status. */
int sh_edit_value(struct sh *sh, const struct sh_args *a, int i, bool must,
    struct dmsc_buf **out);

#endif
