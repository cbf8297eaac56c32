/* A message to the responder on a small tree: it answers in bounded
 * messages, and all that it did can be taken back. */
#include "dm/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { MESSAGES = 64 };

static void
talk(struct dmsc_responder *r, const struct dmsc_dm_opts *o)
{
	struct dmsc_buf *b = dmsc_buf_new(o->max_msg);
	struct dmsc_msg *out;
	unsigned i;
	int code;

	for (i = 0; i < MESSAGES && dmsc_responder_waiting(r); i++) {
		out = world_msg("1");
		code = dmsc_responder_give(r, out);
		if (code == DMSC_E_OK) {
			dmsc_buf_reset(b);
			code = o->xml ? dmsc_msg_write_xml(out, false, b,
			    NULL) : dmsc_msg_write(out, b, NULL);
			if (code == DMSC_E_LIMIT)
				abort();
		}
		dmsc_msg_free(&out);
		if (code != DMSC_E_OK)
			break;
	}
	dmsc_buf_free(&b);
}

static void
obey(const struct dmsc_msg *m, bool xml)
{
	struct dmsc_dm_opts o = world_opts;
	struct dmsc_tree *t = world_tree(), *was = dmsc_tree_clone(t);
	struct dmsc_responder *r = NULL;

	o.xml = xml;
	o.max_msg = 4000;
	o.max_reply = 1 << 20;
	if (was == NULL || dmsc_responder_new(t, &o, &r) != DMSC_E_OK)
		abort();
	if (dmsc_responder_take(r, m, NULL) == DMSC_E_OK)
		talk(r, &o);
	dmsc_responder_back(r);
	if (dmsc_tree_bytes(t) != dmsc_tree_bytes(was) ||
	    dmsc_tree_count(t) != dmsc_tree_count(was) ||
	    !dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(was)))
		abort();
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	dmsc_tree_free(&was);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_msg *m = NULL;

	if (dmsc_msg_read(dmsc_rd_of(p, n), &m, NULL, NULL) == DMSC_E_OK)
		obey(m, n % 2 == 0);
	dmsc_msg_free(&m);
	return 0;
}

#include "fuzz/replay.h"

/* A message of commands of all kinds; each time another one first. */
const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "dm-add", "dm-replace",
	    "dm-name", "dm-acl", "dm-struct", "dm-tnds", "dm-copy",
	    "dm-delete", "dm-exec" };
	static const char *const cmds[][3] = {
		{ "Add", "./X/new/deep", "v" },
		{ "Replace", "./X/chr", "other" },
		{ "Replace", "./X/sub?prop=Name", "neu" },
		{ "Replace", "./X/chr?prop=ACL", "Get=*" },
		{ "Get", "./X?list=StructData", NULL },
		{ "Get", "./X?list=TNDS-ACL", NULL },
		{ "Copy", "./X/int>./X/n", NULL },
		{ "Delete", "./X/sub", NULL }, { "Exec", "./X/chr", NULL },
	};
	struct dmsc_msg *m;
	struct dmsc_cmd *in;
	size_t k;

	if (i >= DMSC_COUNT(names))
		return NULL;
	m = world_msg("1");
	in = world_cmd(m, NULL, i % 2 == 0 ? "Atomic" : "Sequence", NULL,
	    NULL, NULL, NULL);
	for (k = 0; k < DMSC_COUNT(cmds); k++) {
		const char *const *c = cmds[(i + k) % DMSC_COUNT(cmds)];

		(void)world_cmd(m, k < 3 ? in : NULL, c[0], c[1], NULL, NULL,
		    c[2]);
	}
	k = (size_t)(i % 2 == 0 ? dmsc_msg_write(m, out, NULL) :
	    dmsc_msg_write_xml(m, false, out, NULL));
	dmsc_msg_free(&m);
	return k == DMSC_E_OK ? names[i] : NULL;
}
