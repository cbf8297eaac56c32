/*
 * The rules of lint, one row each: identifier, stable name, severity, what a
 * fault of it means, where the rule comes from. Sources are named as they
 * are known: a standard or the code of a reader, no clause numbers.
 */
#ifndef DMSC_BASE_RULES_H
#define DMSC_BASE_RULES_H

#define S_P15 "ISO/IEC 7816-15"
#define S_BOOT "OMA DM 1.2 Bootstrap"
#define S_REP "OMA DM 1.2 Representation Protocol"
#define S_TND "OMA DM 1.2 Tree and Description"
#define S_TNDS "OMA DM 1.2 TNDS"
#define S_OBJ "OMA DM 1.2 Standardized Objects, DMAcc"
#define S_DDF "the description (OMA DM 1.2 DDF)"
#define S_WBXML "WAP Binary XML"
#define S_LWM2M "OMA LwM2M Core, bootstrap from smartcard"
#define S_LOBJ "OMA LwM2M Core, Security and Server objects"
#define S_CP "OMA Client Provisioning"
#define S_NORDIC "Nordic's reader (nRF91 modem library)"
#define S_ANDROID "Android's UICC PKCS#15 reader"
#define S_OPENSC "OpenSC 0.23"
#define S_DMSC "dmsc"

/* Object directories and EF.DIR. */
#define DMSC_RULES_DIR(X) \
	X(ODF_BROKEN, "odf-broken", ERROR, \
	    "the ODF breaks off inside an entry", S_P15) \
	X(ODF_NOT_A7_FIRST, "odf-not-a7-first", WARNING, \
	    "the first entry of the ODF is no data object directory (A7)", \
	    S_ANDROID) \
	X(ODF_NO_DODF, "odf-no-dodf", WARNING, \
	    "the ODF names no data object directory", S_P15) \
	X(ODF_TAG, "odf-unknown-tag", WARNING, \
	    "an entry of the ODF has a tag that is none of A0 to A8", \
	    S_P15) \
	X(ODF_INLINE, "odf-inline", WARNING, \
	    "a directory stands in the ODF itself, not behind a path", \
	    S_ANDROID " and " S_NORDIC) \
	X(OVER_256, "over-256-bytes", WARNING, \
	    "an entry ends behind byte 256, where a reader that reads once " \
	    "stops", S_ANDROID) \
	X(OVER_128, "over-128-bytes", WARNING, \
	    "an entry is cut at byte 128, which spoils the directory for a " \
	    "reader that reads once", S_NORDIC) \
	X(PATH_ABSOLUTE, "path-absolute", WARNING, \
	    "a path begins at the MF (3F00)", S_OPENSC " and " S_NORDIC) \
	X(PATH_7F, "path-7f", WARNING, \
	    "a path begins with 7Fxx", S_OPENSC) \
	X(PATH_ODD, "path-malformed", ERROR, \
	    "a path is no list of file identifiers", S_P15) \
	X(PATH_RANGE, "path-range", WARNING, \
	    "a path has an index and a length, which readers ignore", \
	    S_NORDIC) \
	X(PATH_HALF, "path-half-range", WARNING, \
	    "a path has one of index and length alone", S_OPENSC) \
	X(DODF_BROKEN, "dodf-broken", ERROR, \
	    "a data object directory breaks off inside an entry", S_P15) \
	X(DODF_OPAQUE_FIRST, "dodf-opaque-before-oid", WARNING, \
	    "an opaqueDO or other entry stands before an oidDO in the first " \
	    "directory, which ends the walk there", S_ANDROID) \
	X(DODF_OID_FIRST, "dodf-oid-before-opaque", WARNING, \
	    "an opaqueDO stands behind an entry that is none, where it is " \
	    "not found", S_OPENSC) \
	X(OID_DOUBLE, "oid-double-wrapped", WARNING, \
	    "the object identifier is wrapped twice (06 06 06 04 ...)", \
	    S_LWM2M) \
	X(DO_EXTERNAL, "external-do", WARNING, \
	    "an externalDO, which no reader of provisioning data takes", \
	    S_P15) \
	X(DO_UNKNOWN, "entry-not-understood", WARNING, \
	    "an entry is no data object that can be read", S_P15) \
	X(DO_NO_PATH, "entry-without-path", WARNING, \
	    "an entry carries its value itself or names no file", S_P15) \
	X(DO_NO_NAME, "entry-without-name", WARNING, \
	    "an entry has neither a label nor an application name", S_P15) \
	X(DO_NO_OID, "entry-without-oid", WARNING, \
	    "an entry has no object identifier: readers go by it", S_P15) \
	X(DO_LABEL, "label-not-utf8", WARNING, \
	    "a label is no UTF-8", S_P15) \
	X(DO_TWICE, "entry-twice", WARNING, \
	    "a directory names one file twice in the same way", S_P15) \
	X(DO_LABELS, "same-label", WARNING, \
	    "two documents have one label: by it only the first is found", \
	    S_OPENSC) \
	X(NO_OPAQUE_TWIN, "no-opaque-twin", WARNING, \
	    "a document has no opaqueDO, so that OpenSC does not list it", \
	    S_OPENSC) \
	X(NO_OID_DO, "no-oid-do", WARNING, \
	    "a document has no oidDO, so that small readers do not find it", \
	    S_NORDIC " and " S_ANDROID) \
	X(TWINS_DIFFER, "twins-differ", ERROR, \
	    "the entries of one document disagree", S_P15) \
	X(PRIVATE_NO_AUTH, "private-without-auth", WARNING, \
	    "an entry is private and names no authentication object", S_P15) \
	X(AUTH_UNKNOWN, "auth-unknown", ERROR, \
	    "an entry names an authentication object that is not there", \
	    S_P15) \
	X(AUTH_PUBLIC, "auth-not-private", WARNING, \
	    "an entry names an authentication object but is not private", \
	    S_P15) \
	X(AODF_BROKEN, "aodf-broken", ERROR, \
	    "the AODF breaks off inside an entry", S_P15) \
	X(TOKEN_MISSING, "tokeninfo-missing", WARNING, \
	    "EF.TokenInfo (5032) is not there or not readable", S_OPENSC) \
	X(TOKEN_BROKEN, "tokeninfo-broken", WARNING, \
	    "EF.TokenInfo (5032) is not well formed", S_P15) \
	X(TOKEN_FLAGS, "tokeninfo-no-flags", WARNING, \
	    "EF.TokenInfo has no flags, without which OpenSC refuses the " \
	    "card", S_OPENSC) \
	X(DIR_MISSING, "dir-no-entry", WARNING, \
	    "EF.DIR does not list the PKCS#15 application", S_LWM2M) \
	X(DIR_NO_PATH, "dir-no-path", WARNING, \
	    "the entry of EF.DIR has no path (tag 51)", S_LWM2M) \
	X(DIR_PATH, "dir-wrong-path", ERROR, \
	    "the path in EF.DIR does not lead to the application", S_OPENSC)

/* The card around a document. */
#define DMSC_RULES_CARD(X) \
	X(NOTHING, "no-documents", NOTE, \
	    "the card holds no documents", S_DMSC) \
	X(DIR_GONE, "directory-missing", ERROR, \
	    "the ODF names a directory that is not there", S_P15) \
	X(FILE_GONE, "file-missing", ERROR, \
	    "an entry names a file that is not there", S_P15) \
	X(NOT_TRANSPARENT, "not-transparent", ERROR, \
	    "the file of a document is not transparent", S_BOOT) \
	X(SIZE_SIGN, "size-in-two-bytes", WARNING, \
	    "a size of 32768 or more stands in two bytes of the FCP: OpenSC " \
	    "reads 1024 bytes", S_OPENSC) \
	X(KIND_DIFFERS, "oid-not-content", ERROR, \
	    "the object identifier says another kind than the content", \
	    S_P15) \
	X(EMPTY, "empty-document", NOTE, \
	    "the file of a document is empty", S_DMSC) \
	X(UPDATE_FREE, "update-free", WARNING, \
	    "everybody may update the file", S_BOOT) \
	X(READ_CLOSED, "directory-closed", WARNING, \
	    "a directory cannot be read without a right", S_BOOT) \
	X(PRIVATE_OPEN, "private-readable", WARNING, \
	    "a document marked private can be read by everybody", S_BOOT) \
	X(PUBLIC_CLOSED, "public-closed", WARNING, \
	    "a document that is not marked private needs a right to be read", \
	    S_BOOT) \
	X(SECRET_OPEN, "secret-readable", NOTE, \
	    "a secret stands in a document that everybody may read", S_BOOT) \
	X(UNSIGNED, "unsigned", NOTE, \
	    "the document is not signed", S_DMSC) \
	X(SIG_ORPHAN, "signature-orphan", WARNING, \
	    "a signature (LABEL.p7s) is for a document that is not there", \
	    S_DMSC) \
	X(SIG_TWO, "signatures", WARNING, \
	    "a document has more than one signature: the first counts", \
	    S_DMSC) \
	X(SIG_NO_CMS, "signature-no-cms", ERROR, \
	    "a signature is no CMS SignedData", "RFC 5652") \
	X(SIG_OPEN, "signature-readable", WARNING, \
	    "the signature of a private document is not private: it tells " \
	    "the document's digest", S_DMSC) \
	X(NO_PAIR, "no-second-slot", NOTE, \
	    "the document has no second slot: a change is made in place", \
	    S_DMSC) \
	X(PAIR_SIZE, "slots-differ", WARNING, \
	    "the slots of a pair differ in size", S_DMSC) \
	X(CUT, "cut-commit", WARNING, \
	    "the directories name both slots of a pair: a commit was cut", \
	    S_DMSC) \
	X(NOT_READ, "not-checked", NOTE, \
	    "the document could not be read, so it is not checked", S_DMSC)

/* What a model of a reader makes of a card. */
#define DMSC_RULES_MODEL(X) \
	X(MODEL_MISSES, "reader-misses", WARNING, \
	    "the reader does not find a document that it is made for", \
	    "the model of the reader") \
	X(MODEL_CUTS, "reader-cuts", WARNING, \
	    "the reader reads only the beginning of a document that it is " \
	    "made for", "the model of the reader") \
	X(MODEL_OTHER, "reader-would-miss", NOTE, \
	    "the reader would not find, or not wholly read, a document that " \
	    "it is not made for or that is private", \
	    "the model of the reader")

/* A document as a whole, and its WBXML. */
#define DMSC_RULES_FORM(X) \
	X(UNREADABLE, "unreadable", ERROR, \
	    "the document is not well formed", S_DMSC) \
	X(UNKNOWN_FORM, "unknown-form", ERROR, \
	    "this is no form of a document that is known", S_DMSC) \
	X(TRAILING, "trailing-bytes", WARNING, \
	    "bytes that are no padding stand behind the document", S_DMSC) \
	X(WBXML_VERSION, "wbxml-version", WARNING, \
	    "the version of WBXML is not 1.1, 1.2 or 1.3", S_WBXML) \
	X(WBXML_CHARSET, "wbxml-charset", ERROR, \
	    "the character set is neither UTF-8 nor US-ASCII", S_WBXML) \
	X(WBXML_NO_CHARSET, "wbxml-no-charset", NOTE, \
	    "no character set is given; UTF-8 is taken", S_WBXML) \
	X(WBXML_PUBLIC, "wbxml-publicid", WARNING, \
	    "the public identifier is not that of this document", S_REP) \
	X(INNER_PUBLIC, "inner-publicid", WARNING, \
	    "the TNDS inside does not say what it is in its string table", \
	    "libwbxml 0.11.8") \
	X(INNER_INLINE, "tnds-inline", WARNING, \
	    "the TNDS stands as tags of code page 2 in the message", \
	    "libwbxml 0.11.8") \
	X(UNKNOWN_TOKEN, "unknown-token", ERROR, \
	    "an element that its code page does not have", S_REP) \
	X(LIBWBXML, "libwbxml-disagrees", WARNING, \
	    "libwbxml does not read what dmsc reads", "libwbxml 0.11.8") \
	X(NOT_WBXML, "not-wbxml", WARNING, \
	    "a bootstrap message on a card is WBXML, this is XML", S_BOOT)

/* The SyncML message. */
#define DMSC_RULES_MSG(X) \
	X(HDR_MISSING, "header-incomplete", ERROR, \
	    "a member of SyncHdr is missing", S_BOOT) \
	X(HDR_VERSION, "header-version", ERROR, \
	    "VerDTD is not 1.2 or VerProto not DM/1.2", S_REP) \
	X(NO_FINAL, "no-final", WARNING, \
	    "the message has no Final", S_REP) \
	X(NO_ADD, "no-add", WARNING, \
	    "the message adds nothing", S_BOOT) \
	X(NOT_ADD, "command-not-add", WARNING, \
	    "a bootstrap message holds Add commands", S_BOOT) \
	X(CMDID_MISSING, "cmdid-missing", ERROR, \
	    "a command has no CmdID", S_REP) \
	X(CMDID_BAD, "cmdid-bad", ERROR, \
	    "a CmdID is 0, empty or used twice", S_REP) \
	X(NO_TARGET, "target-missing", ERROR, \
	    "an Item of an Add has no target", S_REP) \
	X(NOT_INBOX, "target-not-inbox", WARNING, \
	    "an Add goes elsewhere than to ./Inbox", S_BOOT) \
	X(URI_BAD, "uri-malformed", ERROR, \
	    "a URI has a form that is not allowed", S_TND) \
	X(URI_LONG, "uri-too-long", WARNING, \
	    "a URI has more than 255 characters or a name more than 127: " \
	    "devices set such limits in DevDetail/URI", S_TND) \
	X(URI_DEEP, "uri-too-deep", WARNING, \
	    "a node lies more than 16 levels deep: devices set such limits " \
	    "in DevDetail/URI", S_TND) \
	X(MORE_DATA, "more-data", ERROR, \
	    "a chunk of a large object: nothing follows a bootstrap message", \
	    S_BOOT) \
	X(META_SIZE, "meta-size", WARNING, \
	    "Meta Size is not the length of the data", S_REP) \
	X(META_TYPE, "meta-type", WARNING, \
	    "Meta Type is not that of the data", S_TNDS) \
	X(META_FORMAT, "meta-format", WARNING, \
	    "Meta Format does not fit the data", S_TNDS) \
	X(NO_DATA, "data-missing", WARNING, \
	    "an Item of an Add has no Data", S_REP) \
	X(TNDS_XML, "tnds-xml-in-wbxml", WARNING, \
	    "the TNDS inside a WBXML message is XML, which clients need not " \
	    "read", S_BOOT)

/* TNDS: nodes and their properties. */
#define DMSC_RULES_TNDS(X) \
	X(NO_VERDTD, "tnds-no-verdtd", ERROR, \
	    "a MgmtTree has no VerDTD", S_TNDS) \
	X(VERDTD, "tnds-verdtd", ERROR, "VerDTD is not 1.2", S_TNDS) \
	X(NO_RTPROPS, "no-rtproperties", ERROR, \
	    "a node has no RTProperties", S_TNDS) \
	X(NO_TYPE, "no-type", NOTE, "a node has no Type", S_TNDS) \
	X(NO_FORMAT, "no-format", NOTE, \
	    "a leaf has no Format: chr is taken", S_TNDS) \
	X(NESTED_PATH, "nested-path", ERROR, \
	    "a Path stands in a node inside another", S_TNDS) \
	X(DFPROPS, "dfproperties", WARNING, \
	    "DFProperties belong into a description, not into a TNDS", \
	    S_TNDS) \
	X(NAME_EMPTY, "name-empty", ERROR, \
	    "a node inside another has no name", S_TNDS) \
	X(NAME_BAD, "name-malformed", ERROR, \
	    "a node's name is *, . or .., or holds / or control bytes", \
	    S_TND) \
	X(NAME_LONG, "name-too-long", ERROR, \
	    "a node's name has more than 255 bytes", S_DMSC) \
	X(NODE_TWICE, "duplicate-node", ERROR, \
	    "a leaf's name is used twice under one parent", S_TNDS) \
	X(LEAF_CHILDREN, "leaf-with-children", ERROR, \
	    "a leaf has children", S_TND) \
	X(NODE_VALUE, "interior-with-value", ERROR, \
	    "an interior node has a value", S_TND) \
	X(FORMAT_UNKNOWN, "format-unknown", ERROR, \
	    "a Format that is not known", S_TND) \
	X(FORMAT_VALUE, "value-not-format", ERROR, \
	    "a value does not fit its Format", S_TND) \
	X(BOOL_CASE, "bool-case", WARNING, \
	    "a bool is not written true or false in lower case", S_TND) \
	X(VALUE_UTF8, "value-not-utf8", ERROR, \
	    "a text is no UTF-8", S_TND) \
	X(TITLE_LONG, "title-too-long", ERROR, \
	    "a Title has more than 255 bytes", S_TND) \
	X(VERNO, "verno-range", ERROR, \
	    "VerNo is no number from 0 to 65535", S_TND) \
	X(TSTAMP, "tstamp-malformed", WARNING, \
	    "TStamp is not ISO 8601 basic in UTC (20260102T030405Z)", S_TND) \
	X(MIME, "type-malformed", WARNING, \
	    "the Type of a leaf is no MIME type", S_TND) \
	X(MO_ID, "mo-id-malformed", WARNING, \
	    "the Type of an interior node is no MO identifier", S_TND) \
	X(NO_MO_ID, "no-mo-id", WARNING, \
	    "no node of what is added to the Inbox has an MO identifier: a " \
	    "device cannot place it", S_BOOT) \
	X(ACL_BAD, "acl-malformed", ERROR, "an ACL is not well formed", \
	    S_TND) \
	X(ACL_WILD, "acl-wildcard", WARNING, \
	    "an ACL has * beside server identifiers: * wins", S_TND) \
	X(ACL_TWICE, "acl-command-twice", WARNING, \
	    "an ACL names a command twice", S_TND) \
	X(ACL_MISSING, "acl-missing", WARNING, \
	    "no ACL gives a server rights to its own account", S_BOOT) \
	X(ACL_STRANGER, "acl-unknown-server", WARNING, \
	    "an ACL names a server that has no account here", S_TND) \
	X(CONFIRM, "confirmation-value", WARNING, \
	    "DMSC/UserConfirmation is neither required nor none", S_DMSC)

/* DM accounts. */
#define DMSC_RULES_ACC(X) \
	X(ACC_MISSING, "account-incomplete", ERROR, \
	    "a DMAcc lacks a node that it must have", S_OBJ) \
	X(ACC_APPID, "account-appid", ERROR, "AppID is not w7", S_OBJ) \
	X(ACC_SERVERID, "server-id", ERROR, \
	    "ServerID is empty or cannot stand in an ACL", S_OBJ) \
	X(ACC_SAME, "server-id-twice", ERROR, \
	    "two accounts have one ServerID", S_OBJ) \
	X(ACC_ADDRTYPE, "address-type", ERROR, \
	    "AddrType is none of URI, IPv4, IPv6", S_OBJ) \
	X(ACC_ADDR, "address-malformed", WARNING, \
	    "Addr is no http or https URL", S_OBJ) \
	X(ACC_HTTP, "address-plain-http", NOTE, \
	    "the server is reached without TLS", S_OBJ) \
	X(ACC_PORT, "port-range", ERROR, \
	    "a port is no number from 1 to 65535", S_OBJ) \
	X(ACC_LEVEL, "auth-level", ERROR, \
	    "AAuthLevel is none of CLCRED, SRVCRED, OBEX, HTTP", S_OBJ) \
	X(ACC_TYPE, "auth-type", ERROR, \
	    "AAuthType is not known, or not for this level", S_OBJ) \
	X(ACC_PREF, "auth-preference", WARNING, \
	    "AAuthPref names a type that no credential has", S_OBJ) \
	X(ACC_CRED, "credential-missing", WARNING, \
	    "an account lacks the client's or the server's credential", \
	    S_BOOT) \
	X(ACC_NONCE, "nonce-missing", WARNING, \
	    "a DIGEST or HMAC credential has no AAuthData", S_OBJ) \
	X(ACC_SECRET, "secret-missing", WARNING, \
	    "a credential has no secret", S_OBJ) \
	X(ACC_BASIC, "auth-basic", NOTE, \
	    "a credential is sent as it is (BASIC)", S_OBJ) \
	X(ACC_SRVNAME, "server-name", WARNING, \
	    "AAuthName of the server's credential is not its ServerID", \
	    S_OBJ) \
	X(ACC_UNKNOWN, "account-unknown-node", WARNING, \
	    "a node that DMAcc does not have stands outside Ext", S_OBJ) \
	X(ACC_FORMAT, "account-format", WARNING, \
	    "a node of DMAcc has another Format than it must have", S_OBJ) \
	X(DANGLING, "dangling-conref", WARNING, \
	    "a reference names nothing that the document holds", S_BOOT)

/* LwM2M bootstrap data. */
#define DMSC_RULES_LWM2M(X) \
	X(L_NO_SECURITY, "no-security-object", ERROR, \
	    "there is no Security object (0)", S_LWM2M) \
	X(L_NO_SERVER, "no-server-object", ERROR, \
	    "a server has no Server object instance of its short id", \
	    S_LOBJ) \
	X(L_BARE, "no-file-header", WARNING, \
	    "the resources stand without the header of the file", S_LWM2M) \
	X(L_SIZE, "over-32-kb", ERROR, \
	    "the file has more than 32 KB", S_LWM2M) \
	X(L_URI, "server-uri", ERROR, \
	    "the server URI is missing or no coap or coaps URI", S_LOBJ) \
	X(L_SCHEME, "scheme-and-mode", WARNING, \
	    "the scheme of the URI does not fit the security mode", S_LOBJ) \
	X(L_MODE, "security-mode", ERROR, \
	    "the security mode is missing or not 0 to 4", S_LOBJ) \
	X(L_NOSEC, "no-security", WARNING, \
	    "the security mode is NoSec", S_LOBJ) \
	X(L_PSK, "psk-length", WARNING, \
	    "the pre-shared key is shorter than 16 bytes", S_LOBJ) \
	X(L_CREDENTIAL, "key-missing", ERROR, \
	    "a credential that the security mode needs is missing", S_LOBJ) \
	X(L_SHORT_ID, "short-server-id", ERROR, \
	    "a short server id is missing, not 1 to 65534, or used twice", \
	    S_LOBJ) \
	X(L_MANDATORY, "resource-missing", ERROR, \
	    "a mandatory resource is missing", S_LOBJ) \
	X(L_TWICE, "resource-twice", ERROR, \
	    "a number is used twice under one parent", S_LWM2M) \
	X(L_TYPE, "resource-type", ERROR, \
	    "a value does not fit the type of its resource", S_LOBJ) \
	X(L_UNKNOWN, "resource-unknown", NOTE, \
	    "a resource that the table of objects does not have", S_LOBJ) \
	X(L_ALONE, "resource-instance-alone", ERROR, \
	    "a resource instance stands outside a multiple resource", \
	    S_LWM2M) \
	X(L_BOOTSTRAPS, "two-bootstrap-servers", ERROR, \
	    "there is more than one bootstrap server", S_LOBJ)

/* Client Provisioning. */
#define DMSC_RULES_CP(X) \
	X(C_VERSION, "cp-version", WARNING, \
	    "the version of the document is not 1.0 or 1.1", S_CP) \
	X(C_TYPE, "cp-characteristic", WARNING, \
	    "a characteristic that is not known", S_CP) \
	X(C_APPID, "cp-no-appid", ERROR, \
	    "an APPLICATION has no APPID", S_CP) \
	X(C_PROVIDER, "cp-no-provider-id", ERROR, \
	    "a w7 APPLICATION has no PROVIDER-ID", S_CP) \
	X(C_ADDR, "cp-no-address", ERROR, \
	    "a w7 APPLICATION has no address", S_CP) \
	X(C_LEVEL, "cp-auth-level", ERROR, \
	    "AAUTHLEVEL is none of APPSRV, CLIENT, OBEX", S_CP) \
	X(C_CREDENTIAL, "cp-credential", WARNING, \
	    "a w7 APPLICATION lacks a credential (APPSRV, CLIENT)", S_CP) \
	X(C_NONCE, "cp-nonce", WARNING, "AAUTHDATA is no base64", S_CP) \
	X(C_PORT, "cp-port", ERROR, \
	    "PORTNBR is no number from 1 to 65535", S_CP) \
	X(C_NAP, "cp-nap-incomplete", ERROR, \
	    "a NAPDEF lacks NAPID or NAP-ADDRESS", S_CP) \
	X(C_PROXY, "cp-proxy-incomplete", ERROR, \
	    "a PXLOGICAL lacks PROXY-ID or a PXPHYSICAL with PXADDR", S_CP) \
	X(C_SAME, "cp-id-twice", ERROR, \
	    "a NAPID or PROXY-ID is used twice", S_CP)

/* A tree held against a device description. */
#define DMSC_RULES_DDF(X) \
	X(DDF_UNKNOWN, "ddf-unknown-node", ERROR, \
	    "a node that the description does not have", S_DDF) \
	X(DDF_MISSING, "ddf-missing-node", ERROR, \
	    "a node that must be there is not", S_DDF) \
	X(DDF_OCCURRENCE, "ddf-occurrence", ERROR, \
	    "there are more nodes than Occurrence allows", S_DDF) \
	X(DDF_FORMAT, "ddf-format", ERROR, \
	    "the Format is not the DFFormat", S_DDF) \
	X(DDF_VALUE, "ddf-value", ERROR, \
	    "the value does not fit its Format", S_DDF) \
	X(DDF_TYPE, "ddf-type", WARNING, \
	    "the Type is none of the DFType", S_DDF) \
	X(DDF_ACCESS, "ddf-access", WARNING, \
	    "an ACL grants what no AccessType here allows", S_DDF) \
	X(DDF_CASE, "ddf-name-case", WARNING, \
	    "a name differs from the described one by its case", S_DDF) \
	X(DDF_NOT_DESCRIBED, "ddf-not-described", NOTE, \
	    "the description says nothing about a top node", S_DDF)

#define DMSC_RULES(X) DMSC_RULES_DIR(X) DMSC_RULES_CARD(X) \
	DMSC_RULES_MODEL(X) DMSC_RULES_FORM(X) DMSC_RULES_MSG(X) \
	DMSC_RULES_TNDS(X) DMSC_RULES_ACC(X) DMSC_RULES_LWM2M(X) \
	DMSC_RULES_CP(X) DMSC_RULES_DDF(X)

#endif
