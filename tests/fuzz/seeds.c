/* Golden inputs for the fuzzers: seeds FOLDER makes FOLDER/NAME/... */
#include "fuzz/world.h"

#include "codec/msg.h"
#include "codec/session.h"

static const char *folder;

static void
seed(const char *fuzzer, const char *name, struct dmsc_rd r)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/%s", folder, fuzzer);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/%s/%s", folder, fuzzer, name);
	if (!world_store(path, r))
		printf("# %s cannot be written\n", path);
}

static void
of_documents(struct world *w)
{
	static const char *const forms[] = { "tnds", "tnds-wbxml", "syncml",
	    "syncml-wbxml", "json" };
	static const char *const docs[] = { "OperatorX", "Personal" };
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	char path[64], name[64];
	size_t d, f;

	for (d = 0; d < DMSC_COUNT(docs); d++)
		for (f = 0; f < DMSC_COUNT(forms); f++) {
			dmsc_buf_reset(b);
			(void)snprintf(path, sizeof path, "/%s", docs[d]);
			(void)snprintf(name, sizeof name, "%s.%s", docs[d],
			    forms[f]);
			if (dmsc_export(w->s, path, forms[f], b) !=
			    DMSC_E_OK)
				world_say(w, path);
			seed("tree", name, dmsc_buf_rd(b));
			if (strcmp(forms[f], "syncml-wbxml") == 0)
				seed("boot", name, dmsc_buf_rd(b));
			if (strncmp(forms[f], "syncml", 6) == 0)
				seed("msg", name, dmsc_buf_rd(b));
			seed("lib", name, dmsc_buf_rd(b));
			seed("lint", name, dmsc_buf_rd(b));
		}
	dmsc_buf_free(&b);
}

static void
of_files(struct world *w)
{
	const struct dmsc_card *c = w->card;
	const struct dmsc_card_file *f;
	char name[64];
	size_t i, n;

	for (i = 0; i < c->n_files; i++) {
		f = &c->files[i];
		(void)snprintf(name, sizeof name, "%zu-%04X", i, f->fid);
		seed("fcp", name, dmsc_rd_of(f->fcp, f->fcp_len));
		n = f->kind == KIND_DF ? 0 : world_used(c, f);
		if (n == 0 || n >= 4000)
			continue;
		if (n < 2000)
			seed("pkcs15", name, dmsc_rd_of(c->mem->ram +
			    f->data, n));
		seed("lint", name, dmsc_rd_of(c->mem->ram + f->data, n));
	}
}

static void
of_words(void)
{
	static const char *const lines[] = { "ls -l /", "set '/a b/c' \"d\" ",
	    "cat /x && ls # y", "apdu 00A40004023F00", "a\\ b $c 'd\"e'" };
	static const uint8_t apdus[] = "\7\0\xA4\0\4\2\x3F\0"
	    "\7\0\xA4\0\4\2\x2F\0" "\5\0\xB2\1\4\0" "\5\0\xB0\0\0\0"
	    "\15\0\x20\0\x0A\10\x44\x44\x44\x44\x44\x44\x44\x44"
	    "\7\0\xD6\0\0\2\1\2" "\5\0\x70\0\0\1" "\5\0\xC0\0\0\0";
	char name[16];
	size_t i;

	for (i = 0; i < DMSC_COUNT(lines); i++) {
		(void)snprintf(name, sizeof name, "%zu", i);
		seed("line", name, dmsc_rd_str(lines[i]));
	}
	seed("apdu", "0", dmsc_rd_of(apdus, sizeof apdus - 1));
}

/* One document of each kind, for each form that it may become. */
static void
of_conversions(void)
{
	static const char *const docs[] = {
		"{\"name\":\".\",\"nodes\":[{\"name\":\"A\",\"title\":\"t\","
		"\"verno\":1,\"value\":\"b\"}]}",
		"<wap-provisioningdoc version=\"1.1\"><characteristic "
		"type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>"
		"<parm name=\"TO-NAPID\" value=\"N\"/></characteristic>"
		"<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" "
		"value=\"N\"/></characteristic></wap-provisioningdoc>",
		"{\"Server\":{\"1\":{\"Lifetime\":60,\"Binding\":\"U\"}}}",
	};
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	struct dmsc_conversion *c = NULL;
	struct dmsc_convert_opts o = { NULL, NULL, false };
	char name[32];
	size_t d, f;

	for (d = 0; d < DMSC_COUNT(docs); d++)
		for (f = 0; (o.to = dmsc_form_at(f)) != NULL; f++) {
			dmsc_buf_reset(b);
			if (dmsc_buf_u8(b, (unsigned)(f | (d == 1) << 6)) !=
			    DMSC_E_OK || dmsc_convert(dmsc_rd_str(docs[d]),
			    &o, b, &c, NULL) != DMSC_E_OK)
				continue;
			dmsc_view_free(&dmsc_conversion_view, c);
			(void)snprintf(name, sizeof name, "%zu.%s", d, o.to);
			seed("convert", name, dmsc_buf_rd(b));
		}
	dmsc_buf_free(&b);
}

/* A small description with a tree that fits, in both encodings. */
static void
of_description(void)
{
	static const char ddf[] = "<MgmtTree><VerDTD>1.2</VerDTD><Node>"
	    "<NodeName>A</NodeName><Node><NodeName/><DFProperties>"
	    "<AccessType><Get/><Replace/></AccessType><DefaultValue>1"
	    "</DefaultValue><DFFormat><int/></DFFormat><Occurrence><OneOrN>3"
	    "</OneOrN></Occurrence><Scope><Dynamic/></Scope><DFType><MIME>"
	    "text/plain</MIME></DFType><CaseSense><CIS/></CaseSense>"
	    "</DFProperties></Node></Node></MgmtTree>";
	static const char tree[] = "\xFF<MgmtTree><Node><NodeName>A"
	    "</NodeName><Node><NodeName>b</NodeName><RTProperties><ACL>"
	    "Exec=*</ACL><Format><int/></Format></RTProperties><Value>x"
	    "</Value></Node></Node></MgmtTree>";
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);

	if (dmsc_buf_str(b, ddf) == DMSC_E_OK &&
	    dmsc_buf_str(b, tree) == DMSC_E_OK)
		seed("ddf", "xml", dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	if (dmsc_lib_to_wbxml(dmsc_rd_str(ddf), b, NULL) == DMSC_E_OK &&
	    dmsc_buf_str(b, tree) == DMSC_E_OK)
		seed("ddf", "wbxml", dmsc_buf_rd(b));
	dmsc_buf_free(&b);
}

/* The worked session, in both encodings. */
static void
of_session(void)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	struct dmsc_msg *m = NULL;
	char name[16];
	size_t i;

	for (i = 0; i < DMSC_COUNT(session); i++) {
		(void)snprintf(name, sizeof name, "%zu.xml", i);
		seed("msg", name, dmsc_rd_str(session[i].xml));
		dmsc_buf_reset(b);
		if (dmsc_msg_read(dmsc_rd_str(session[i].xml), &m, NULL,
		    NULL) != DMSC_E_OK || dmsc_msg_write(m, b, NULL) !=
		    DMSC_E_OK)
			printf("# %s is no message\n", session[i].name);
		(void)snprintf(name, sizeof name, "%zu.wbxml", i);
		seed("msg", name, dmsc_buf_rd(b));
		dmsc_msg_free(&m);
	}
	dmsc_buf_free(&b);
}

int
main(int argc, char **argv)
{
	struct world w = { 0 };
	char line[512];
	bool good = argc == 2;

	folder = argv[argc - 1];
	if (good)
		(void)mkdir(folder, 0700);
	good = good && world_make(&w, NULL) && world_up(&w,
	    world_card(&w)) == DMSC_E_OK && world_pin(&w, 0x81, "2468") ==
	    DMSC_E_OK;
	if (good) {
		of_documents(&w);
		of_files(&w);
		of_words();
		of_session();
		of_description();
		of_conversions();
		(void)snprintf(line, sizeof line, "%s/card.img", folder);
		good = dmsc_card_save(w.card, line, NULL) == DMSC_E_OK;
	}
	world_down(&w);
	world_end(&w);
	return good ? 0 : 1;
}
