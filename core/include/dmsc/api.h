/* All of the public API. */
#ifndef DMSC_API_H
#define DMSC_API_H

#include <dmsc/apps.h>
#include <dmsc/approve.h>
#include <dmsc/bytes.h>
#include <dmsc/card.h>
#include <dmsc/convert.h>
#include <dmsc/copy.h>
#include <dmsc/csv.h>
#include <dmsc/device.h>
#include <dmsc/dm.h>
#include <dmsc/dmserver.h>
#include <dmsc/doc.h>
#include <dmsc/err.h>
#include <dmsc/events.h>
#include <dmsc/file.h>
#include <dmsc/hash.h>
#include <dmsc/json.h>
#include <dmsc/key.h>
#include <dmsc/lint.h>
#include <dmsc/mac.h>
#include <dmsc/lwm2m.h>
#include <dmsc/ota.h>
#include <dmsc/pair.h>
#include <dmsc/pin.h>
#include <dmsc/policy.h>
#include <dmsc/play.h>
#include <dmsc/reader.h>
#include <dmsc/receipt.h>
#include <dmsc/scp.h>
#include <dmsc/secret.h>
#include <dmsc/services.h>
#include <dmsc/session.h>
#include <dmsc/sign.h>
#include <dmsc/sw.h>
#include <dmsc/sync.h>
#include <dmsc/tnds.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

#endif
