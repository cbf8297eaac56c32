/*
 * What a document of a card means as management objects of a device. Kind dm
 * has them itself; Client Provisioning is mapped (codec/cp.h), its objects
 * named by the document (DMAcc/Mail, a second one DMAcc/Mail-2), mail accounts
 * too (device/mail.h); the accounts of LwM2M go below
 * LwM2M/DOCUMENT/INSTANCE.
 */
#ifndef DMSC_DEVICE_BRINGS_H
#define DMSC_DEVICE_BRINGS_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>

/* DMSC_LWM2M_URN is ours, unregistered. */
#define DMSC_LWM2M_URN "urn:oma:mo:ext-dmsc-lwm2m:1.0"

bool dmsc_brings_kind(const char *kind);	/* one that is taken */
/* The objects into *out, a tree of its own; document as in paths. UNSUPPORTED:
 * well formed, but nothing in it is for a device; DATA, SHORT, FORMAT:
 * broken. e says why. */
int dmsc_brings(const char *kind, const char *document, struct dmsc_rd bytes,
    struct dmsc_tree **out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* The same of a document that was read. */
int dmsc_brings_of(const char *kind, const char *document,
    const struct dmsc_tree *doc, struct dmsc_tree **out, struct dmsc_err *e)
    DMSC_MUST_CHECK;

#endif
