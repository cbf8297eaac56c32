/* The worked session of reference 4.7: four packages, sizes as WBXML. */
#ifndef DMSC_TESTS_CODEC_SESSION_H
#define DMSC_TESTS_CODEC_SESSION_H

#define M_ " xmlns=\"syncml:metinf\">"
#define S_SERVER "<LocURI>https://dm.acme.example/dm</LocURI>"
#define S_DEVICE "<LocURI>IMEI:350000000000017</LocURI>"
#define S_HEAD(msg) "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>" \
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>A7" \
	"</SessionID><MsgID>" msg "</MsgID>"
#define S_CRED(x) "<Cred><Meta><Format" M_ "b64</Format><Type" M_ \
	"syncml:auth-md5</Type></Meta><Data>" x "</Data></Cred>"
#define S_CHAL(x) "<Chal><Meta><Format" M_ "b64</Format><Type" M_ \
	"syncml:auth-md5</Type><NextNonce" M_ x "</NextNonce></Meta></Chal>"
#define S_INFO(n, v) "<Item><Source><LocURI>./DevInfo/" n "</LocURI>" \
	"</Source><Meta><Format" M_ "chr</Format><Type" M_ "text/plain" \
	"</Type></Meta><Data>" v "</Data></Item>"
#define S_STATUS(id, msg, ref, cmd, more, code) "<Status><CmdID>" id \
	"</CmdID><MsgRef>" msg "</MsgRef><CmdRef>" ref "</CmdRef><Cmd>" cmd \
	"</Cmd>" more "<Data>" code "</Data></Status>"
#define S_REF(x) "<TargetRef>" x "</TargetRef>"
#define S_FROM(x) "<SourceRef>" x "</SourceRef>"
#define S_TO_SERVER "<Target>" S_SERVER "</Target><Source>" S_DEVICE
#define S_TO_DEVICE "<Target>" S_DEVICE "</Target><Source>" S_SERVER
#define S_END "</SyncBody></SyncML>"

static const struct { const char *name; size_t size; const char *xml; }
session[] = {
	{ "package 1", 519, S_HEAD("1") S_TO_SERVER "<LocName>dev-7301"
	    "</LocName></Source>" S_CRED("8UcTmELKXv81xjtshJ0W+g==")
	    "<Meta><MaxMsgSize" M_ "16384</MaxMsgSize><MaxObjSize" M_ "65536"
	    "</MaxObjSize></Meta></SyncHdr><SyncBody><Alert><CmdID>1</CmdID>"
	    "<Data>1200</Data></Alert><Replace><CmdID>2</CmdID>"
	    S_INFO("Lang", "en-GB") S_INFO("DmV", "1.2")
	    S_INFO("Mod", "SC-Sim") S_INFO("Man", "Acme")
	    S_INFO("DevId", "IMEI:350000000000017") "</Replace><Final/>"
	    S_END },
	{ "package 2", 548, S_HEAD("1") S_TO_DEVICE "<LocName>acme-dm"
	    "</LocName></Source>" S_CRED("pWMnIhhRUABtZxqfzte8IQ==")
	    "</SyncHdr><SyncBody>" S_STATUS("1", "1", "0", "SyncHdr",
	    S_REF("https://dm.acme.example/dm")
	    S_FROM("IMEI:350000000000017") S_CHAL("TjBuY2UtMDAwMg=="), "212")
	    S_STATUS("2", "1", "1", "Alert", "", "200")
	    S_STATUS("3", "1", "2", "Replace", "", "200")
	    "<Get><CmdID>4</CmdID><Item><Target><LocURI>./DevDetail/SwV"
	    "</LocURI></Target></Item></Get><Sequence><CmdID>5</CmdID>"
	    "<Alert><CmdID>6</CmdID><Data>1101</Data><Item><Data>"
	    "MAXDT=30&amp;DR=0</Data></Item><Item><Data>Change the APN?"
	    "</Data></Item></Alert><Replace><CmdID>7</CmdID><Item><Target>"
	    "<LocURI>./Apn/1/Addr</LocURI></Target><Meta><Format" M_ "chr"
	    "</Format><Type" M_ "text/plain</Type></Meta><Data>"
	    "new.acme.example</Data></Item></Replace></Sequence><Final/>"
	    S_END },
	{ "package 3", 456, S_HEAD("2") S_TO_SERVER
	    "</Source></SyncHdr><SyncBody>" S_STATUS("1", "1",
	    "0", "SyncHdr", S_REF("IMEI:350000000000017")
	    S_FROM("https://dm.acme.example/dm") S_CHAL("U3J2Tm9uYzI="),
	    "212") S_STATUS("2", "1", "4", "Get", S_REF("./DevDetail/SwV"),
	    "200") S_STATUS("3", "1", "5", "Sequence", "", "200")
	    S_STATUS("4", "1", "6", "Alert", "", "304")
	    S_STATUS("5", "1", "7", "Replace", S_REF("./Apn/1/Addr"), "215")
	    "<Results><CmdID>6</CmdID><MsgRef>1</MsgRef><CmdRef>4</CmdRef>"
	    "<Item><Source><LocURI>./DevDetail/SwV</LocURI></Source><Data>"
	    "2.4.1</Data></Item></Results><Final/>" S_END },
	{ "package 4", 133, S_HEAD("2") S_TO_DEVICE "</Source></SyncHdr>"
	    "<SyncBody>" S_STATUS("1", "2", "0", "SyncHdr", "", "200")
	    "<Final/>" S_END },
};

#endif
