/*
 * What a simulated device keeps: one TNDS XML file with its tree. Beside the
 * MOs the tree has ./Origin (urn:oma:mo:ext-dmsc-origin:1.0, unregistered):
 * which document of which card each MO came from, so that tree and origins
 * change together by one rename.
 */
#ifndef DMSC_DEVICE_STATE_H
#define DMSC_DEVICE_STATE_H

#include <dmsc/device.h>
#include <dmsc/tree.h>

/* An MO with this Type is a policy: it stays when its card is pulled. */
#define DMSC_POLICY_URN "urn:oma:mo:ext-dmsc-policy:"
#define DMSC_DEVICE_DEFAULT "default"

struct dmsc_device {
	char *name;
	char *file;
	struct dmsc_tree *tree;
};

/* name NULL: the default device. One that is not there yet is new: DevInfo
 * and DevDetail alone, no file. USAGE for a name that is no file name, DATA
 * for a file that cannot be read as a tree. */
int dmsc_device_load(const char *state_dir, const char *name,
    struct dmsc_device **out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* Its name and file, and an empty tree. */
int dmsc_device_named(const char *state_dir, const char *name,
    struct dmsc_device **out, struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_device_save(const struct dmsc_device *d, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void dmsc_device_free(struct dmsc_device **d);
/* Forgets the device: its file goes. One that is not there is OK. */
int dmsc_device_remove(const char *state_dir, const char *name,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* Leaves of what dmsc keeps in the tree. The value of a leaf below n as text,
 * cut where it is too long; "" where there is none, or no n. */
void dmsc_device_text(const struct dmsc_node *n, const char *name, char *out,
    size_t size);
/* Sets the leaf name below n, making it where it is missing. */
int dmsc_device_put(struct dmsc_device *d, struct dmsc_node *n,
    const char *name, enum dmsc_format f, struct dmsc_rd value)
    DMSC_MUST_CHECK;
/* The interior node at uri, which begins with "Origin", made where it is
 * missing; and a child of parent named by the first free number behind the
 * last. */
int dmsc_device_need(struct dmsc_device *d, const char *uri,
    struct dmsc_node **out) DMSC_MUST_CHECK;
int dmsc_device_numbered(struct dmsc_device *d, struct dmsc_node *parent,
    enum dmsc_format f, struct dmsc_node **out) DMSC_MUST_CHECK;

/* The identity of the card last seen into out, "" for none. */
void dmsc_device_card(const struct dmsc_device *d, char *out, size_t size);
int dmsc_device_set_card(struct dmsc_device *d, const char *identity)
    DMSC_MUST_CHECK;

/* One origin: a document that was taken. */
struct dmsc_origin {
	char card[64];		/* identity, "" for a card without one */
	char document[3 * DMSC_TREE_NAME_MAX + 1];
	char kind[16];
	char digest[65];	/* SHA-256, hex, of the document's bytes */
	struct dmsc_node *node;
};
/* The i-th origin, from 0; false past the end. */
bool dmsc_origin_at(const struct dmsc_device *d, size_t i,
    struct dmsc_origin *out);
bool dmsc_origin_find(const struct dmsc_device *d, const char *card,
    const char *document, struct dmsc_origin *out);
/* The URI of its k-th MO, from 0, into out; false past the end. */
bool dmsc_origin_place(const struct dmsc_origin *o, size_t k,
    struct dmsc_buf *out);
/* Adds o, without places; sets its node. */
int dmsc_origin_add(struct dmsc_device *d, struct dmsc_origin *o)
    DMSC_MUST_CHECK;
int dmsc_origin_add_place(struct dmsc_device *d, struct dmsc_origin *o,
    const char *uri) DMSC_MUST_CHECK;
/* Removes the origin and its MOs; policies stay in the tree and *kept says
 * so (then the origin stays as well). */
int dmsc_origin_remove(struct dmsc_device *d, const struct dmsc_origin *o,
    bool keep_policies, bool *kept) DMSC_MUST_CHECK;

#endif
