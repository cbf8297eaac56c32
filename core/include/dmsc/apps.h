/*
 * Data that the device uses straight from its card (GEN-17, PRV-1), and
 * applications of the device that handle their own MOs there (GEN-3). Room
 * device.
 */
#ifndef DMSC_APPS_H
#define DMSC_APPS_H

#include <dmsc/dm.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_mount {
	char *uri;		/* "./Mail" */
	char *path;		/* "/OperatorX/Mail" */
	char *card;		/* identity; NULL: it has none */
	char *state;		/* "there", "another card", "no card" */
};
struct dmsc_mount_list {
	char *device;
	struct dmsc_mount *mounts;
	size_t n_mounts;
};
extern const struct dmsc_view dmsc_mount_view, dmsc_mount_list_view;

/*
 * Hangs what the card has at path (a document, or a part of one) into the
 * device's tree at uri, NULL: "./" and path's last name. It is read when used
 * and never kept; MOs that the device took from that document before leave its
 * tree, and power-on takes none from there. dry: checks only. EXISTS, NOTFOUND
 * (on the card, or above uri), USAGE; AUTH: it may not be read; PLAN for a
 * policy.
 */
int dmsc_device_mount(struct dmsc_session *s, const char *device,
    const char *path, const char *uri, bool dry,
    struct dmsc_mount_list **out) DMSC_MUST_CHECK;
int dmsc_device_unmount(struct dmsc_session *s, const char *device,
    const char *uri, bool dry) DMSC_MUST_CHECK;
int dmsc_device_mounts(struct dmsc_session *s, const char *device,
    struct dmsc_mount_list **out) DMSC_MUST_CHECK;
/* Values of the device's tree as its own programs get them, mounted or not;
 * URIs as in dmsc/dm.h. NOTFOUND (404) for what is mounted while its card is
 * not there, AUTH where the card asks for something first. *out is set
 * wherever the device has answered. */
int dmsc_device_get(struct dmsc_session *s, const char *device,
    const char *const *uris, size_t n, struct dmsc_dm_answer **out)
    DMSC_MUST_CHECK;

/* An application and the Types of the MOs that are its own. */
struct dmsc_app {
	char *name;
	char **mos;
	size_t n_mos;
};
struct dmsc_app_list {
	char *device;
	struct dmsc_app *apps;
	size_t n_apps;
};
extern const struct dmsc_view dmsc_app_view, dmsc_app_list_view;

int dmsc_device_apps(struct dmsc_session *s, const char *device,
    struct dmsc_app_list **out) DMSC_MUST_CHECK;
/* Gives it MOs of one Type more. EXISTS: another's, or its own already. */
int dmsc_device_app_add(struct dmsc_session *s, const char *device,
    const char *name, const char *mo, bool dry, struct dmsc_app_list **out)
    DMSC_MUST_CHECK;
/* mo NULL: all of it. NOTFOUND. */
int dmsc_device_app_remove(struct dmsc_session *s, const char *device,
    const char *name, const char *mo, bool dry, struct dmsc_app_list **out)
    DMSC_MUST_CHECK;

/*
 * What application app does on the card that is there. path is below its MO,
 * which is looked for by its Type in the documents and in /card (NULL: the MO
 * itself), or begins with '/' and is one of the card. AUTH with err.dm 425 for
 * a node in an MO that is not app's; AUTH without it where the card asks for
 * something first. NOTFOUND: no such application, MO or node.
 */
struct dmsc_app_data {
	char *path;		/* on the card */
	char *mo;		/* Type of the MO */
	struct dmsc_tree *tree;
	const struct dmsc_node *node;	/* of tree */
};
int dmsc_device_app_get(struct dmsc_session *s, const char *device,
    const char *app, const char *path, struct dmsc_app_data *out)
    DMSC_MUST_CHECK;
void dmsc_app_data_clear(struct dmsc_app_data *x);

struct dmsc_app_opts {
	bool dry;		/* planned, not written */
	bool in_place;		/* as in dmsc_commit */
};
struct dmsc_app_change {
	char *app, *mo, *path;
	bool written;
	unsigned apdus;
};
extern const struct dmsc_view dmsc_app_change_view;
/* Sets a leaf that is there, at once: a document is committed, /card gets a
 * Replace. USAGE: an interior node; there are changes that are not committed;
 * DATA: not of its format; else as dmsc_commit and dmsc_dm_run. */
int dmsc_device_app_set(struct dmsc_session *s, const char *device,
    const char *app, const char *path, struct dmsc_rd value,
    const struct dmsc_app_opts *o, struct dmsc_app_change **out)
    DMSC_MUST_CHECK;

#endif
