/*
 * What power-on costs with a card of the profile "dmsc" that knows the device,
 * in APDUs since the reset, beside the least possible. The least is derived:
 *
 * - Always: SELECT and the capabilities (hello), INITIALIZE UPDATE and
 *   EXTERNAL AUTHENTICATE (nothing may be read before). Four; with them the
 *   card's counter has come, and keys that one card alone has say who it is.
 *   We ask EF.ICCID too, by one READ BINARY: keys may be those of many cards.
 * - All that there is: one Get; SELECT the PKCS#15 application; the ODF, three
 *   DODFs, the AODF (which PIN the private document needs) and four documents,
 *   each by one SELECT and one READ BINARY; which card it is. The counter does
 *   not say what changed: only the bytes do.
 * - A group: one Get.
 *
 * Beyond that we spend on a card that is new to the device: EF.ICCID by its
 * path, serial numbers by GET DATA that it might have, its keys' application
 * and Card Data, before a key is tried; then a file that is longer than an
 * answer in the channel is read in two, and the private document is selected.
 */
#ifndef DMSC_TEST_COUNTS_H
#define DMSC_TEST_COUNTS_H

#include <stdio.h>
#include <string.h>

#include <dmsc/api.h>
#include <dmsc/scp.h>

enum {
	COUNT_HELLO = 2, COUNT_KEYS = 2, COUNT_GET = 1, COUNT_WHO = 1,
	COUNT_FILES = 1 + 2 * (1 + 3 + 1 + 4),
	COUNT_SAME = COUNT_HELLO + COUNT_KEYS,
	COUNT_ALL = COUNT_SAME + COUNT_WHO + COUNT_GET + COUNT_FILES,
	COUNT_GROUP = COUNT_SAME + COUNT_WHO + COUNT_GET
};

enum count_before { COUNT_NOTHING, COUNT_NEW_CARD, COUNT_DOCUMENT,
	COUNT_OBJECT, COUNT_SWAP, COUNT_BACK };

static const struct count_flow {
	const char *name, *device, *group;
	enum count_before before;
	unsigned least, ours;
	bool by_counter;
} count_flows[] = {
	{ "first", "all", NULL, COUNT_NEW_CARD, COUNT_ALL, 32, false },
	{ "unchanged", "all", NULL, COUNT_NOTHING, COUNT_SAME, 5, true },
	{ "one document changed", "all", NULL, COUNT_DOCUMENT, COUNT_ALL, 27,
	    false },
	{ "unchanged after that", "all", NULL, COUNT_NOTHING, COUNT_SAME, 5,
	    true },
	{ "one object of its tree", "all", NULL, COUNT_OBJECT, COUNT_ALL, 27,
	    false },
	{ "card swapped", "all", NULL, COUNT_SWAP, COUNT_ALL, 33, false },
	{ "unchanged after that", "all", NULL, COUNT_NOTHING, COUNT_SAME, 5,
	    true },
	{ "swapped back", "all", NULL, COUNT_BACK, COUNT_ALL, 33, false },
	{ "a group, first", "group", "Fleet", COUNT_NOTHING, COUNT_GROUP, 11,
	    false },
	{ "a group, unchanged", "group", "Fleet", COUNT_NOTHING, COUNT_SAME,
	    5, true },
};

struct counts {
	struct dmsc_session *s;
	const char *folder;
	struct dmsc_secret *keys, *adm1;
	bool spend;		/* a try that was lost before is no matter */
};

static int
count_connect(struct counts *c, char which)
{
	char reader[256];

	(void)snprintf(reader, sizeof reader, "sim:%s/%c.img", c->folder,
	    which);
	return dmsc_connect(c->s, reader);
}

static int
count_card(struct counts *c, char which)
{
	char image[256];
	struct dmsc_card_new_opts o = { .image = image, .force = true,
	    .profile = "dmsc" };
	struct dmsc_image_info *info = NULL;
	int r;

	(void)snprintf(image, sizeof image, "%s/%c.img", c->folder, which);
	r = dmsc_card_new(c->s, &o, &info);
	dmsc_view_free(&dmsc_image_info_view, info);
	return r;
}

static int
count_begin(struct counts *c)
{
	static const uint8_t keys[] = {
		0x8E, 0x1B, 0x5C, 0x42, 0xD7, 0xA9, 0x36, 0x0F,
		0x4C, 0x83, 0xF2, 0x1E, 0x6D, 0xB0, 0x59, 0x7A,
		0x3A, 0x97, 0xC4, 0x0E, 0x15, 0xF8, 0xB2, 0x6D,
		0x91, 0xE3, 0x50, 0x7C, 0x2B, 0xDA, 0x48, 0x6F,
		0xD2, 0x66, 0x0B, 0x9F, 0x47, 0xE1, 0xAC, 0x35,
		0x88, 0x70, 0xF9, 0x3D, 0x1A, 0x5C, 0xE4, 0xB2 };
	static const uint8_t adm1[] = { 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
	    0x44, 0x44 };
	int r;

	c->keys = dmsc_secret_from(dmsc_rd_of(keys, sizeof keys));
	c->adm1 = dmsc_secret_from(dmsc_rd_of(adm1, sizeof adm1));
	if (c->keys == NULL || c->adm1 == NULL)
		return DMSC_E_NOMEM;
	r = count_card(c, 'a');
	return r == DMSC_E_OK ? count_card(c, 'b') : r;
}

static void
count_end(struct counts *c)
{
	dmsc_secret_free(&c->keys);
	dmsc_secret_free(&c->adm1);
}

/* The owner at the card. */
static int
count_change(struct counts *c, bool document)
{
	const struct dmsc_dm_command add = { .verb = DMSC_DM_VERB_ADD,
	    .uri = "./Counts/One", .has_value = true,
	    .value = dmsc_rd_str("1") };
	struct dmsc_dm_answer *a = NULL;
	struct dmsc_commit *done = NULL;
	int r = dmsc_pin_run(c->s, DMSC_PIN_VERIFY, 0x0A, c->adm1, NULL,
	    false);

	if (r == DMSC_E_OK && document)
		r = dmsc_edit_set(c->s, "/OperatorX/DMAcc/opx/Name",
		    dmsc_rd_str("Changed"), NULL, NULL);
	if (r == DMSC_E_OK)
		r = document ? dmsc_commit(c->s, false, &done) :
		    dmsc_dm_run(c->s, &add, 1, false, &a);
	dmsc_view_free(&dmsc_dm_answer_view, a);
	dmsc_view_free(&dmsc_commit_view, done);
	return r;
}

static int
count_prepare(struct counts *c, enum count_before before)
{
	switch (before) {
	case COUNT_DOCUMENT:
	case COUNT_OBJECT:
		return count_change(c, before == COUNT_DOCUMENT);
	case COUNT_SWAP:
		return count_connect(c, 'b');
	case COUNT_NEW_CARD:
	case COUNT_BACK:
		return count_connect(c, 'a');
	case COUNT_NOTHING:
		break;
	}
	return DMSC_E_OK;
}

/* The i-th flow, behind those before it. */
static int
count_run(struct counts *c, size_t i, struct dmsc_poweron **out)
{
	const struct count_flow *f = &count_flows[i];
	const struct dmsc_scp_opts channel = { .level = DMSC_SCP_BEST,
	    .keys = { c->keys }, .spend_try = c->spend };
	const struct dmsc_poweron_opts o = { .device = f->device,
	    .group = f->group, .confirm = DMSC_CONFIRM_YES,
	    .channel = &channel };
	int r = count_prepare(c, f->before);

	*out = NULL;
	return r == DMSC_E_OK ? dmsc_device_poweron(c->s, &o, out) : r;
}

#endif
