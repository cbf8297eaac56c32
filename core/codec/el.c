/* Names and tokens of elements (codec/el.h). */
#include "codec/el.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { FIRST = 5 };

static const char *const page0[] = {		/* from 05 */
	"Add", "Alert", "Archive", "Atomic", "Chal", "Cmd", "CmdID",
	"CmdRef", "Copy", "Cred", "Data", "Delete", "Exec", "Final", "Get",
	"Item", "Lang", "LocName", "LocURI", "Map", "MapItem", "Meta",
	"MsgID", "MsgRef", "NoResp", "NoResults", "Put", "Replace",
	"RespURI", "Results", "Search", "Sequence", "SessionID", "SftDel",
	"Source", "SourceRef", "Status", "Sync", "SyncBody", "SyncHdr",
	"SyncML", "Target", "TargetRef", NULL, "VerDTD", "VerProto",
	"NumberOfChanges", "MoreData", "Field", "Filter", "Record",
	"FilterType", "SourceParent", "TargetParent", "Move", "Correlator"
};
static const char *const page1[] = {		/* from 05 */
	"Anchor", "EMI", "Format", "FreeID", "FreeMem", "Last", "Mark",
	"MaxMsgSize", "Mem", "MetInf", "Next", "NextNonce", "SharedMem",
	"Size", "Type", "Version", "MaxObjSize", "FieldLevel"
};
static const char *const page2[] = {		/* from 05 */
	"AccessType", "ACL", "Add", "b64", "bin", "bool", "chr", "CaseSense",
	"CIS", "Copy", "CS", "date", "DDFName", "DefaultValue", "Delete",
	"Description", "DFFormat", "DFProperties", "DFTitle", "DFType",
	"Dynamic", "Exec", "float", "Format", "Get", "int", "Man",
	"MgmtTree", "MIME", "Mod", "Name", "Node", "node", "NodeName",
	"null", "Occurrence", "One", "OneOrMore", "OneOrN", "Path",
	"Permanent", "Replace", "RTProperties", "Scope", "Size", "time",
	"Title", "TStamp", "Type", "Value", "VerDTD", "VerNo", "xml",
	"ZeroOrMore", "ZeroOrN", "ZeroOrOne"
};
static const struct {
	const char *const *names;
	size_t n;
	const char *ns;
} pages[PAGES] = {
	{ page0, DMSC_COUNT(page0), "SYNCML:SYNCML1.2" },
	{ page1, DMSC_COUNT(page1), "syncml:metinf" },
	{ page2, DMSC_COUNT(page2), "syncml:dmddf1.2" },
};

const char *
dmsc_el_name(unsigned el)
{
	unsigned page = el_page(el), token = el & 0xFF;

	if (page >= PAGES || token < FIRST || token - FIRST >= pages[page].n)
		return NULL;
	return pages[page].names[token - FIRST];
}

const char *
dmsc_el_ns(unsigned page)
{
	return page < PAGES ? pages[page].ns : "";
}

unsigned
dmsc_el_find(unsigned page, struct dmsc_rd name)
{
	size_t i;

	if (page >= PAGES || name.left == 0)
		return EL_NONE;
	for (i = 0; i < pages[page].n; i++)
		if (pages[page].names[i] != NULL &&
		    pages[page].names[i][0] == (char)name.p[0] &&
		    dmsc_rd_eq_str(name, pages[page].names[i]))
			return page << 8 | (unsigned)(i + FIRST);
	return EL_NONE;
}

void
dmsc_el_say(unsigned el, const struct el_at *at, char *out, size_t n)
{
	const char *name = dmsc_el_name(el);

	if (name != NULL)
		(void)snprintf(out, n, "%s", name);
	else if (at->name.left > 0 && dmsc_is_text(at->name))
		(void)snprintf(out, n, "%.*s", at->name.left > 40 ? 40 :
		    (int)at->name.left, (const char *)at->name.p);
	else
		(void)snprintf(out, n, "token %02X of page %u",
		    at->token & 0xFF, el_page(at->token));
}
