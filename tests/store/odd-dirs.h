/* Odd cards: directories and applications. Part of store/odd.h. */
#ifndef DMSC_TESTS_STORE_ODD_DIRS_H
#define DMSC_TESTS_STORE_ODD_DIRS_H

static const struct field_card odd_dirs[] = {
	{ .name = "a real card: identifier wrapped twice",
	    .files = { "5031 36 A706300404026430",
	    "6430 120 A1273000" "30110C0F4C774D324D20426F6F747374726170"
	    "A110300E06060604672B0901300404026432", "6432 60 @lwm2m" },
	    .want =
	    "found lwm2m\n"
	    "LwM2M Bootstrap lwm2m 3F00/7F50/6432\n"
	    "  the object identifier is wrapped twice\n"
	    "on: LwM2M Bootstrap added\n",
	    .writes =
	    "/LwM2M Bootstrap: straight; create; in place, guarded; "
	    "create; in place, guarded\n" },
	{ .name = "a real card: nothing there",
	    .files = { "5031 36 A706300404024407A506300404024404",
	    "4407 60 FF" }, .want =
	    "the directories name no provisioning data\n"
	    "on:\n",
	    .writes = "" },
	{ .name = "two directories, one file in both",
	    .files = { "5031 48 A7[" PATH_("6430") "]A7[" PATH_("6431") "]"
	    "A5[" PATH_("4404") "]", "6430 200 " ARF_ DM_("One", "6432")
	    STRANGE_, "6431 200 " STRANGE_ TWIN_("One", "6432") ARF_,
	    "4200 16 'rules'", DOC_ }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "three directories, a document in each",
	    .files = { "5031 64 A7[" PATH_("6430") "]A4[" PATH_("4403") "]"
	    "A7[" PATH_("6431") "]A0[" PATH_("4405") "]A7[" PATH_("6436")
	    "]", "6430 90 " DM_("One", "6432"), "6431 90 " STRANGE_
	    DM_("Two", "6433"), "6436 90 " OIDDO_("LwM2M Bootstrap", OID_LW_,
	    PATH_("6434")) ARF_, DOC_, DOC2_, "6434 60 @lwm2m",
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "LwM2M Bootstrap lwm2m 3F00/7F50/6434\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "on: One added, Two added, LwM2M Bootstrap added, Google Play "
	    "skipped (kind arf is not taken)\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/LwM2M Bootstrap: straight; create; in place, guarded; "
	    "create; in place, guarded\n"
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n" },
	{ .name = "FF before, between and behind the entries",
	    .files = { ODF_, "6430 300 FF*3" ARF_ "FF*40" DM_("One", "6432")
	    "FF" STRANGE_ "FF*60" DM_("Two", "6433"), DOC_, DOC2_,
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added, Two added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "00 before, between and behind the entries",
	    .files = { "5031 48 00*4A7[" PATH_("6430") "]00*20",
	    "6430 300 00*3" ARF_ "00*40" DM_("One", "6432") "00" STRANGE_
	    "00*60" DM_("Two", "6433") "00*50", DOC_, DOC2_,
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added, Two added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "an entry behind a long gap",
	    .files = { ODF_, "6430 600 " DM_("One", "6432") "FF*400"
	    DM_("Two", "6433"), DOC_, DOC2_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "empty records",
	    .files = { ODF_, "6430 300 3000A100" DM_("One", "6432")
	    "3000 3004300030003000 A000" STRANGE_, DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "! entry 1 of data object directory 6430 is empty\n"
	    "! entry 2 of data object directory 6430 is empty\n"
	    "! entry 4 of data object directory 6430 is empty\n"
	    "! entry 5 of data object directory 6430 is not "
	    "understood\n"
	    "! entry 6 of data object directory 6430 is empty\n"
	    "! entry 7 of data object directory 6430 is empty\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "access rules alone",
	    .files = { ODF_, "6430 200 " ARF_ ARF_, "4200 16 'rules'" },
	    .want =
	    "the directories hold access rules only, no provisioning "
	    "data\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "on:\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n" },
	{ .name = "certificates and keys beside it",
	    .files = { "5031 96 A0[" PATH_("4402") "]A4[" PATH_("4403") "]"
	    "A7[" PATH_("6430") "]A1[" PATH_("4405") "]", "4402 16 3000",
	    "4403 64 301C300B0C0943617264206365727430030401 45A10830063004"
	    "04024404", "4404 16 3000", "6430 90 " DM_("One", "6432"), DOC_
	    }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a directory of 300 bytes",
	    .files = { ODF_, "6430 320 " ARF_ "BF21[" SPACES_ "220]"
	    DM_("One", "6432"), DOC_, "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a directory of 1000 bytes",
	    .files = { ODF_, "6430 1000 " DM_("One", "6432") "BF21["
	    SPACES_ "850]" DM_("Two", "6433") "30[]", DOC_, DOC2_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "! entry 4 of data object directory 6430 is empty\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a directory of 40000 bytes",
	    .files = { ODF_, "6430 40000 BF21[" SPACES_ "39000]"
	    DM_("One", "6432") STRANGE_, DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "the last entry breaks off",
	    .files = { ODF_, "6430 60 " DM_("One", "6432") "A1253000"
	    "30110C0F4C774D324D20426F6F74", DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "! data object directory 6430 is broken at byte 27\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; only possible in place; in place, "
	    "guarded; a broken directory is left as it is\n" },
	{ .name = "the ODF breaks off",
	    .files = { "5031 24 A7[" PATH_("6430") "]A8 20 300404024401",
	    "6430 80 " DM_("One", "6432"), DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "! the object directory (5031) is broken at byte 8\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a list in the ODF itself",
	    .files = { "5031 160 A7[A0[" DM_("One", "6432") STRANGE_ "]]A7["
	    PATH_("6430") "]", "6430 90 " DM_("Two", "6433"), DOC_, DOC2_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "! entry 1 of the object directory (5031) lists objects "
	    "itself\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; only possible in place; in place, "
	    "guarded; a list in the object directory is left as it is\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a directory that is a part of a file",
	    .files = { "5031 48 A7[" PART_("6430", "10", "48") "]",
	    "6430 200 'not a directory!'" ARF_ DM_("One", "6432")
	    "FF*4 'and not this'", DOC_, "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "! data object directory 6430 is a part of its file\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "an ODF without A7",
	    .files = { "5031 48 A8[" PATH_("4401") "]A5[" PATH_("4404") "]",
	    "6430 200 " DM_("One", "6432"), DOC_ }, .want =
	    "the object directory (5031) names no data object "
	    "directory\n"
	    "on:\n",
	    .writes = "" },
	{ .name = "an ODF that names what is not there",
	    .files = { "5031 48 A7[" PATH_("6439") "]A7[" PATH_("6430") "]",
	    "6430 200 " DM_("One", "6432"), DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "! data object directory 6439: not there\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "EF.DIR of one piece", .dir = "T " FIELD_DIR,
	    .files = { ODF_, "6430 200 " DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "EF.DIR with a path alone", .no_aid = true,
	    .dir = "61[50['PKCS#15']51[3F007F50]]",
	    .files = { ODF_, "6430 200 " DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "EF.DIR without a path", .dir = "61[4F[" AID15 "]]",
	    .files = { ODF_, "6430 200 " DM_("One", "3F007F506432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm A000000063504B43532D3135/6432\n"
	    "  the path is absolute, which some readers cannot follow\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "no EF.DIR", .dir = "",
	    .files = { ODF_, "6430 200 " DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm A000000063504B43532D3135/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "several PKCS#15 applications",
	    .dir = FIELD_DIR "|61[4F[A000000063504B43532D313501]"
	    "51[3F007F51]]|61[4F[A000000063504B43532D3135]]",
	    .files = { ODF_, "6430 200 " DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "the first application empty", .dir = "61[4F["
	    "A000000063504B43532D3135]51[3F007F50]]|61[4F["
	    "A000000063504B43532D313501]51[3F007F51]]",
	    .files = { "5031 48 A5[" PATH_("4404") "]", "!5031 48 A7["
	    PATH_("6430") "]", "6430 200 " DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F51/6432\n"
	    "! of several PKCS#15 applications the one at 3F00/7F51 "
	    "is used\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "directories far apart in the ODF",
	    .files = { "5031 600 A7[" PATH_("6430") "]A4[" SPACES_ "400]A7["
	    PATH_("6431") "]", "6430 200 " DM_("One", "6432"), "6431 200 "
	    DM_("One", "6432"), DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; only possible in place; in place, "
	    "guarded; only possible in place; in place, guarded\n" },
	{ .name = "seventeen directories",
	    .files = { "5031 200 A7[" PATH_("6430") "]" A7X4_("650")
	    A7X4_("651") A7X4_("652") A7X4_("653"), "6430 90 "
	    DM_("One", "6432"), DOC_ },
	    .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "! the object directory (5031) names more than 16 data "
	    "object directories\n"
	    "! data object directory 6501: not there\n"
	    "! data object directory 6502: not there\n"
	    "! data object directory 6503: not there\n"
	    "! data object directory 6504: not there\n"
	    "! data object directory 6511: not there\n"
	    "! data object directory 6512: not there\n"
	    "! data object directory 6513: not there\n"
	    "! data object directory 6514: not there\n"
	    "! data object directory 6521: not there\n"
	    "! data object directory 6522: not there\n"
	    "! data object directory 6523: not there\n"
	    "! data object directory 6524: not there\n"
	    "! data object directory 6531: not there\n"
	    "! data object directory 6532: not there\n"
	    "! data object directory 6533: not there\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
};

#endif
