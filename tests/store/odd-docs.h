/* Odd cards: entries, paths, identifiers and names. Part of store/odd.h. */
#ifndef DMSC_TESTS_STORE_ODD_DOCS_H
#define DMSC_TESTS_STORE_ODD_DOCS_H

static const struct field_card odd_docs[] = {
	{ .name = "a path from 3F00",
	    .files = { "5031 48 A7[" PATH_("3F007F506430") "]",
	    "6430 200 " ARF_ DM_("One", "3F007F506432") STRANGE_, DOC_,
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the path is absolute, which some readers cannot follow\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a path from 7FFF",
	    .files = { "5031 48 A7[" PATH_("7FFF6430") "]",
	    "6430 200 " ARF_ DM_("One", "7FFF6432") STRANGE_, DOC_,
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the path begins with 7Fxx, which some readers cannot "
	    "follow\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a path from the application's own DF",
	    .files = { "5031 48 A7[" PATH_("7F506430") "]",
	    "6430 200 " ARF_ DM_("One", "7F506432") STRANGE_, DOC_,
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the path begins with 7Fxx, which some readers cannot "
	    "follow\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "below another DF",
	    .files = { "5031 48 A7[" PATH_("7F106430") "]A5["
	    PATH_("4404") "]", "7F10/6430 200 " ARF_ DM_("One", "7F106432")
	    STRANGE_, "7F10/6432 700 @dm", "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/7F10/6432\n"
	    "  the path begins with 7Fxx, which some readers cannot "
	    "follow\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "in the MF",
	    .files = { ODF_, "6430 200 " ARF_ DM_("One", "3F006F32")
	    STRANGE_, "/6F32 700 @dm", "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/6F32\n"
	    "  the path is absolute, which some readers cannot follow\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a part of a file",
	    .files = { ODF_, "6430 200 " ARF_ OIDDO_("One", OID_DM_,
	    PART_("6432", "20", "0300")) OIDDO_("Two", OID_DM_,
	    PART_("6432", "0320", "0300")) STRANGE_,
	    "6432 1600 'before it' ~32@dm ~800@dm2 ~1568'behind it'",
	    "4200 16 'rules'" }, .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the path has an index and a length, which some "
	    "readers ignore\n"
	    "Two dm 3F00/7F50/6432\n"
	    "  the path has an index and a length, which some "
	    "readers ignore\n"
	    "on: Google Play skipped (kind arf is not taken), One "
	    "added, Two added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a part beyond 32768",
	    .files = { ODF_, "6430 200 " OIDDO_("Far", OID_DM_,
	    PART_("6432", "009000", "0300")) OIDDO_("Past", OID_DM_,
	    PART_("6432", "009C30", "40")), "6432 40000 5A*36864 @dm" },
	    .want =
	    "found dm\n"
	    "Far dm 3F00/7F50/6432\n"
	    "  the path has an index and a length, which some "
	    "readers ignore\n"
	    "Past dm 3F00/7F50/6432\n"
	    "  the path has an index and a length, which some "
	    "readers ignore\n"
	    "  its index and length reach beyond the file\n"
	    "  the file is empty\n"
	    "on: Far added, Past skipped (the file is empty)\n",
	    .writes =
	    "/Far: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Past: no such node; create; in place, guarded\n" },
	{ .name = "a file that is not there",
	    .files = { ODF_, "6430 200 " ARF_ DM_("Gone", "6439")
	    DM_("One", "6432") STRANGE_, DOC_, "4200 16 'rules'" },
	    .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "Gone dm 3F00/7F50/6439\n"
	    "  the file is not there\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: Google Play skipped (kind arf is not taken), Gone "
	    "skipped (the file is not there), One added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/Gone: cannot select A000000063504B43532D3135/6439; "
	    "create; in place, guarded\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a path to a DF, to the MF, to nothing usable",
	    .files = { ODF_, "6430 300 " DM_("DF", "7F10")
	    DM_("MF", "3F00") DM_("App", "3F007F50") DM_("Odd", "643201")
	    DM_("Short", "64") DM_("Empty", "") DM_("One", "6432") STRANGE_,
	    "7F10/6432 60 @lwm2m", DOC_ }, .want =
	    "found dm\n"
	    "DF dm 3F00/7F50/7F10\n"
	    "  the path names a DF, not a file\n"
	    "App dm 3F00/7F50\n"
	    "  the path is absolute, which some readers cannot follow\n"
	    "  the path names a DF, not a file\n"
	    "One dm 3F00/7F50/6432\n"
	    "! entry 2 of data object directory 6430 has no usable "
	    "path\n"
	    "! entry 4 of data object directory 6430 has no usable "
	    "path\n"
	    "! entry 5 of data object directory 6430 has no usable "
	    "path\n"
	    "! entry 6 of data object directory 6430 has no usable "
	    "path\n"
	    "on: DF skipped (the path names a DF, not a file), App "
	    "skipped (the path names a DF, not a file), One added\n",
	    .writes =
	    "/DF: the path names a DF, not a file; create; in place, "
	    "guarded\n"
	    "/App: the path names a DF, not a file; create; in "
	    "place, guarded\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "paths in a circle",
	    .files = { "5031 96 A7[" PATH_("6430") "]A7[" PATH_("6430")
	    "]A7[" PATH_("5031") "]A8[" PATH_("5031") "]", "6430 300 "
	    DM_("Self", "6430") DM_("ODF", "5031") DM_("Round",
	    "7F507F507F507F506432") DM_("One", "6432") STRANGE_, DOC_ },
	    .want =
	    "found dm\n"
	    "Self app 3F00/7F50/6430\n"
	    "  its file is a directory, not a document\n"
	    "ODF app 3F00/7F50/5031\n"
	    "  its file is a directory, not a document\n"
	    "Round dm 3F00/7F50/6432\n"
	    "  the path begins with 7Fxx, which some readers cannot "
	    "follow\n"
	    "! the object directory (5031) names itself\n"
	    "on: Self skipped (kind app is not taken), ODF skipped "
	    "(kind app is not taken), Round added\n",
	    .writes =
	    "/Self: a document of kind app is bytes, not a tree; "
	    "create; in place, guarded\n"
	    "/ODF: a document of kind app is bytes, not a tree; "
	    "create; in place, guarded\n"
	    "/Round: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "private, a PIN of the directory",
	    .files = { "5031 48 A7[" PATH_("6430") "]A8[" PATH_("4401") "]",
	    "6430 200 " ARF_ "A1[30[0C['Mine']03020780 040101]"
	    "30[]A1[30[" OID_DM_ PATH_("6432") "]]]" DM_("One", "6433")
	    STRANGE_, "6432:3 700 @dm2", "6433 700 @dm", "4401 64 30[30["
	    "0C['PIN']030206C0]30[0401[01]]A1[30[0302020C 0A0101 020104"
	    "020108 020108 80020081 0401FF]]]", "4200 16 'rules'" },
	    .want =
	    "found dm\n"
	    "Google Play arf 3F00/7F50/4200\n"
	    "Mine dm 3F00/7F50/6432 private PIN81\n"
	    "One dm 3F00/7F50/6433\n"
	    "on: Google Play skipped (kind arf is not taken), Mine "
	    "skipped (needs PIN81), One added\n",
	    .writes =
	    "/Google Play: a document of kind arf is bytes, not a "
	    "tree; never touched\n"
	    "/Mine: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "private, an authentication object that is missing",
	    .files = { "5031 48 A7[" PATH_("6430") "]A8[" PATH_("4401") "]",
	    "6430 200 A1[30[0C['Mine']03020780 040105]30[]A1[30[" OID_DM_
	    PATH_("6432") "]]]" "A1[30[0C['Bare']03020780]30[]A1[30["
	    OID_DM_ PATH_("6433") "]]]", "6432:3 700 @dm2", "6433:3 700 @dm",
	    "4401 64 30[30[0C['PIN']030206C0]30[]A1[30[0302020C 0A0101 "
	    "020104 020108 020108 80020081 0401FF]]]" }, .want =
	    "found dm\n"
	    "Mine dm 3F00/7F50/6432 private PIN81\n"
	    "  authentication object 05 is not there\n"
	    "Bare dm 3F00/7F50/6433 private PIN81\n"
	    "  it is private, but names no authentication object\n"
	    "on: Mine skipped (needs PIN81), Bare skipped (needs "
	    "PIN81)\n",
	    .writes =
	    "/Mine: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Bare: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "the identifier wrapped twice, of each choice",
	    .files = { ODF_, "6430 300 " OIDDO_("One", OID_TWICE_,
	    PATH_("6432")) "30[" LABEL_("Two") "30[" OID_TWICE_ "]A1["
	    PATH_("6433") "]]" STRANGE_, DOC_, DOC2_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the object identifier is wrapped twice\n"
	    "Two dm 3F00/7F50/6433\n"
	    "  the object identifier is wrapped twice\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "the identifier in the class attributes alone",
	    .files = { ODF_, "6430 300 A1[" LABEL_("One") "30[" OID_DM_
	    "]A1[30[" PATH_("6432") "]]]" "A1[" LABEL_("Two") "30[" OID_DM_
	    "]A1[" PATH_("6433") "]]" STRANGE_, DOC_, DOC2_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the object identifier is not where it belongs\n"
	    "Two dm 3F00/7F50/6433\n"
	    "  the object identifier is not where it belongs\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "the identifier in the type attributes of an opaqueDO",
	    .files = { ODF_, "6430 300 30[" LABEL_("One") "30[]A1[30["
	    OID_DM_ PATH_("6432") "]]]" STRANGE_, DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "  the object identifier is not where it belongs\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "known by its name alone",
	    .files = { ODF_, "6430 300 30[30[0C['LwM2M Bootstrap']]30[]A1["
	    PATH_("6434") "]]" "30[30[]30[0C['LwM2M Bootstrap']]A1["
	    PATH_("6435") "]]", "6434 60 @lwm2m", "6435 60 FF" },
	    .want =
	    "found lwm2m\n"
	    "LwM2M Bootstrap lwm2m 3F00/7F50/6434\n"
	    "LwM2M Bootstrap~2 lwm2m 3F00/7F50/6435\n"
	    "  the file is empty\n"
	    "on: LwM2M Bootstrap added, LwM2M Bootstrap~2 skipped (the "
	    "file is empty)\n",
	    .writes =
	    "/LwM2M Bootstrap: straight; create; in place, guarded; "
	    "create; in place, guarded\n"
	    "/LwM2M Bootstrap~2: no such node; create; in place, "
	    "guarded\n" },
	{ .name = "known by its content alone",
	    .files = { ODF_, "6430 300 30[" LABEL_("One") "30[]A1["
	    PATH_("6432") "]]" "A1[" LABEL_("Two") "30[]A1[30[06[2A0304]"
	    PATH_("6433") "]]]", DOC_, DOC2_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "  the object identifier says app, the content is dm\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "a value in the directory itself",
	    .files = { ODF_, "6430 1300 30[" LABEL_("One") "30[" OID_DM_ "]"
	    "A1[80[@dm]]]" "30[" LABEL_("Two") "30[]A1[A0[04[@dm2]]]]"
	    STRANGE_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6430\n"
	    "  it stands in the directory itself, where few readers "
	    "look\n"
	    "Two dm 3F00/7F50/6430\n"
	    "  it stands in the directory itself, where few readers "
	    "look\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; it stands in a directory, and "
	    "the card lets nobody make a file for it; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; it stands in a directory, and "
	    "the card lets nobody make a file for it; create; in "
	    "place, guarded\n" },
	{ .name = "an externalIDO",
	    .files = { ODF_, "6430 200 A0[" LABEL_("One") "30[" OID_DM_ "]A1["
	    PATH_("6432") "]]" STRANGE_, DOC_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "on: One added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "no twin, a twin without its oidDO",
	    .files = { "5031 48 A7[" PATH_("6430") "]A7[" PATH_("6431") "]",
	    "6430 200 " DM_("One", "6432"), "6431 200 " TWIN_("Two", "6433")
	    STRANGE_, DOC_, DOC2_ }, .want =
	    "found dm\n"
	    "One dm 3F00/7F50/6432\n"
	    "Two dm 3F00/7F50/6433\n"
	    "on: One added, Two added\n",
	    .writes =
	    "/One: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/Two: straight; create; in place, guarded; create; in "
	    "place, guarded\n" },
	{ .name = "equal labels, odd labels",
	    .files = { ODF_, "6430 600 " DM_("A", "6432") DM_("A", "6433")
	    DM_("a/b%", "6434") OIDDO_("", OID_DM_, PATH_("6435"))
	    "A1[30[0C[410142]]30[]A1[30[" OID_DM_ PATH_("6436") "]]]"
	    "A1[30[0C[C4E9]]30[]A1[30[" OID_DM_ PATH_("6437") "]]]"
	    "A1[30[0C[4200]]30[]A1[30[" OID_DM_ PATH_("6438") "]]]"
	    "A1[30[0C[]]30[0C['App']]A1[30[" OID_DM_ PATH_("6439") "]]]",
	    DOC_, DOC2_, "6434 60 FF", "6435 60 FF", "6436 60 FF",
	    "6437 60 FF", "6438 60 FF", "6439 60 00*60" }, .want =
	    "found dm\n"
	    "A dm 3F00/7F50/6432\n"
	    "A~2 dm 3F00/7F50/6433\n"
	    "a%2Fb%25 dm 3F00/7F50/6434\n"
	    "  the file is empty\n"
	    "6435 dm 3F00/7F50/6435\n"
	    "  the file is empty\n"
	    "A%01B dm 3F00/7F50/6436\n"
	    "  the file is empty\n"
	    "\xC3\x84""\xC3\xA9"" dm 3F00/7F50/6437\n"
	    "  the file is empty\n"
	    "B dm 3F00/7F50/6438\n"
	    "  the file is empty\n"
	    "App dm 3F00/7F50/6439\n"
	    "  the file is empty\n"
	    "on: A added, A~2 added, a%2Fb%25 skipped (the file is "
	    "empty), 6435 skipped (the file is empty), A%01B skipped "
	    "(the file is empty), "
	    "\xC3\x84""\xC3\xA9"" skipped (the file is empty), B "
	    "skipped (the file is empty), App skipped (the file is "
	    "empty)\n",
	    .writes =
	    "/A: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/A~2: straight; create; in place, guarded; create; in "
	    "place, guarded\n"
	    "/a%2Fb%25: no such node; create; in place, guarded\n"
	    "/6435: no such node; create; in place, guarded\n"
	    "/A%01B: no such node; create; in place, guarded\n"
	    "/\xC3\x84""\xC3\xA9"": no such node; create; in place, guarded\n"
	    "/B: no such node; create; in place, guarded\n"
	    "/App: no such node; create; in place, guarded\n" },
};

#endif
