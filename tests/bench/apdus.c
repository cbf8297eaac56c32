/*
 * What the flows cost in APDUs and bytes on the demo card, beside the least
 * possible for that card. The least is derived, not measured:
 *
 * - An EF at a known path costs one SELECT that asks for nothing (4 + 1 + path,
 *   2 back) and one READ BINARY: this card announces extended length.
 * - discover: SELECT the application by AID, then ODF and DODF-1. A reader
 *   cannot know of a document without having read both.
 * - first power-on: who is this card (EF.ICCID), discover, the AODF (to say
 *   which PIN the private document needs), the public document.
 * - unchanged power-on: the same. Without a change counter the bytes alone
 *   say that they are unchanged.
 * - commit, straight: a change that fits one UPDATE BINARY: the identity
 *   again, SELECT, UPDATE, and the read back of what was written.
 * - commit, pair: a longer one: the identity, the other slot of the document
 *   with the bytes that differ from what it holds, the other slots of both
 *   DODFs, the switch in the ODF; then all four read back. VERIFY is not
 *   counted: it is the user's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/api.h>

#include "cost.h"

enum { PATH = 4, AID = 12, ICCID = 10, LARGE = 400 };

static void
add(struct cost *c, unsigned long apdus, unsigned long bytes)
{
	c->apdus += apdus;
	c->bytes += bytes;
}

/* Select (P2 0C) and read or write n bytes. */
static void
least_file(struct cost *c, size_t n)
{
	add(c, 1, 5 + PATH + 2);
	add(c, 1, 5 + 2 + n);
}

struct facts {
	size_t odf, dodf1, dodf2, aodf, doc;	/* bytes in use */
};

/* Bytes of a file without the FF behind. */
static size_t
in_use(const char *path)
{
	struct dmsc_content *c = NULL;
	size_t n;

	must(dmsc_file_read(s, path, 0, &c), path);
	for (n = c->bytes->len; n > 0 && c->bytes->p[n - 1] == 0xFF; n--)
		continue;
	dmsc_view_free(&dmsc_content_view, c);
	return n;
}

static void
learn(struct facts *f)
{
	f->odf = in_use("ADF.PKCS15/5031");
	f->dodf1 = in_use("ADF.PKCS15/4D00");
	f->dodf2 = in_use("ADF.PKCS15/4D02");
	f->aodf = in_use("ADF.PKCS15/4401");
	f->doc = in_use("ADF.PKCS15/4D10");
}

static struct cost
least_discover(const struct facts *f)
{
	struct cost c = { 1, 5 + AID + 2 };

	least_file(&c, f->odf);
	least_file(&c, f->dodf1);
	return c;
}

static struct cost
least_poweron(const struct facts *f)
{
	struct cost c = least_discover(f);

	least_file(&c, ICCID);
	least_file(&c, f->aodf);
	least_file(&c, f->doc);
	return c;
}

/* changed: bytes of the document that differ. */
static struct cost
least_straight(size_t changed)
{
	struct cost c = { 0, 0 };

	least_file(&c, ICCID);
	least_file(&c, changed);
	add(&c, 1, 5 + 2 + changed);
	return c;
}

static struct cost
least_pair(const struct facts *f, size_t changed)
{
	struct cost c = { 0, 0 };

	least_file(&c, ICCID);
	least_file(&c, changed);
	least_file(&c, f->dodf1);
	least_file(&c, f->dodf2);
	least_file(&c, f->odf / 2);
	least_file(&c, changed);
	least_file(&c, f->dodf1);
	least_file(&c, f->dodf2);
	least_file(&c, f->odf);
	return c;
}

static void
power_on(const char *name, const struct cost *least)
{
	static const struct dmsc_poweron_opts o;
	struct dmsc_poweron *p = NULL;
	struct cost from = now();

	must(dmsc_device_poweron(s, &o, &p), name);
	report(name, from, least);
	dmsc_view_free(&dmsc_poweron_view, p);
}

static void
verify(void)
{
	static const uint8_t adm1[] = { 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
	    0x44, 0x44 };
	struct dmsc_secret *v = dmsc_secret_from(dmsc_rd_of(adm1,
	    sizeof adm1));

	must(dmsc_pin_run(s, DMSC_PIN_VERIFY, 0x0A, v, NULL, false), "ADM1");
	dmsc_secret_free(&v);
}

static void
commit(const char *name, const char *uri, struct dmsc_rd value,
    const struct cost *least)
{
	struct dmsc_commit *done = NULL;
	struct cost from;

	verify();
	must(dmsc_edit_set(s, uri, value, NULL, NULL), "set");
	from = now();
	must(dmsc_commit(s, false, &done), name);
	report(name, from, least);
	dmsc_view_free(&dmsc_commit_view, done);
}

/* The account's name becomes n times c. */
static void
commit_name(const char *name, char c, const struct cost *least)
{
	char value[LARGE];

	memset(value, c, sizeof value);
	commit(name, "/OperatorX/DMAcc/opx/Name", dmsc_rd_of(value,
	    sizeof value), least);
}

/* The last byte of the server's name becomes another one. */
static void
commit_byte(void)
{
	static const char uri[] = "/OperatorX/DMAcc/opx/ServerID";
	const struct dmsc_tree *tree;
	const struct dmsc_node *node;
	struct cost least = least_straight(1);
	char value[64];
	size_t n;

	must(dmsc_at(s, uri, &tree, &node), uri);
	n = dmsc_node_value(node).left;
	if (n == 0 || n > sizeof value)
		return;
	memcpy(value, dmsc_node_value(node).p, n);
	value[n - 1] = '#';
	commit("commit, straight", uri, dmsc_rd_of(value, n), &least);
}

static void
commits(const struct facts *f)
{
	struct cost least;

	/* The name becomes longer: all behind it moves. */
	least = least_pair(f, f->doc);
	commit_name("commit, first pair", 'a', &least);
	/* The other slot holds the old document: again nearly all of it. */
	commit_name("commit, second pair", 'b', &least);
	/* The same length now: the value alone differs from that slot. */
	least = least_pair(f, LARGE);
	commit_name("commit, third pair", 'c', &least);
	commit_byte();
}

/* apdus FOLDER: a folder for card and state. */
int
main(int argc, char **argv)
{
	struct dmsc_setup setup = { 0 };
	struct dmsc_card_new_opts o = { .force = true };
	struct dmsc_image_info *info = NULL;
	struct dmsc_discovery *d = NULL;
	struct cost from, least;
	struct facts f;
	char image[4096], reader[4200];

	if (argc != 2)
		return 2;
	setup.state_dir = argv[1];
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return 1;
	(void)snprintf(image, sizeof image, "%s/bench.img", argv[1]);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	o.image = image;
	must(dmsc_card_new(s, &o, &info), "card new");
	dmsc_view_free(&dmsc_image_info_view, info);
	must(dmsc_connect(s, reader), "connect");
	learn(&f);
	printf("APDUs and bytes on the demo card (document %zu bytes)\n",
	    f.doc);
	must(dmsc_reset(s, true), "reset");
	from = now();
	must(dmsc_discover(s, &d), "discover");
	least = least_discover(&f);
	report("discover", from, &least);
	dmsc_view_free(&dmsc_discovery_view, d);
	least = least_poweron(&f);
	power_on("first power-on", &least);
	power_on("unchanged power-on", &least);
	commits(&f);
	dmsc_session_free(&s);
	return 0;
}
