/*
 * Mail accounts of Client Provisioning (APPLICATION of APPID 25, 110 and 143)
 * as objects of mail (dmsc/services.h): what receives begins an account, what
 * sends joins the account of its PROVIDER-ID.
 */
#ifndef DMSC_DEVICE_MAIL_H
#define DMSC_DEVICE_MAIL_H

#include <dmsc/tree.h>

bool dmsc_mail_in(const struct dmsc_tree *cp);
/* Adds Mail/1 and on to mo. LIMIT: more than a device has room for. */
int dmsc_mail_to_mo(const struct dmsc_tree *cp, struct dmsc_tree *mo)
    DMSC_MUST_CHECK;

#endif
