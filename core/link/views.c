/* The views of readers, connections and answers (dmsc/reader.h). */
#include <dmsc/reader.h>

static const struct dmsc_field reader_fields[] = {
	DMSC_F(dmsc_reader_info, number, DMSC_K_COUNT),
	DMSC_F(dmsc_reader_info, name, DMSC_K_STR),
	DMSC_F(dmsc_reader_info, kind, DMSC_K_STR),
	DMSC_F(dmsc_reader_info, state, DMSC_K_STR),
	DMSC_F(dmsc_reader_info, atr, DMSC_K_STR),
	DMSC_F(dmsc_reader_info, image, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view reader_view = {
	"reader", sizeof(struct dmsc_reader_info), reader_fields
};

static const struct dmsc_field readers_fields[] = {
	DMSC_F_LIST(dmsc_readers, readers, n_readers, &reader_view),
	DMSC_F(dmsc_readers, service, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_readers_view = {
	"readers", sizeof(struct dmsc_readers), readers_fields
};

static const struct dmsc_field connection_fields[] = {
	DMSC_F(dmsc_connection, reader, DMSC_K_STR),
	DMSC_F(dmsc_connection, kind, DMSC_K_STR),
	DMSC_F(dmsc_connection, atr, DMSC_K_STR),
	DMSC_F(dmsc_connection, protocol, DMSC_K_STR),
	DMSC_F(dmsc_connection, identity, DMSC_K_STR),
	DMSC_F(dmsc_connection, shared, DMSC_K_BOOL),
	DMSC_F_END
};
const struct dmsc_view dmsc_connection_view = {
	"connection", sizeof(struct dmsc_connection), connection_fields
};

static const struct dmsc_field apdu_fields[] = {
	DMSC_F(dmsc_apdu, data, DMSC_K_BYTES),
	DMSC_F(dmsc_apdu, sw, DMSC_K_UINT),
	DMSC_F(dmsc_apdu, text, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_apdu_view = {
	"apdu", sizeof(struct dmsc_apdu), apdu_fields
};
