/*
 * Objects and resources of LwM2M by name and type (LwM2M 1.1 Core appendix E
 * and the public registry), and paths with names (codec/lwm2m.h).
 */
#include "codec/lwm2m.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/lwm2m_inner.h"

#define STR	DMSC_FMT_CHR, DMSC_LWM2M_STRING
#define INT	DMSC_FMT_INT, DMSC_LWM2M_INT
#define UINT	DMSC_FMT_INT, DMSC_LWM2M_UINT
#define TIME	DMSC_FMT_INT, DMSC_LWM2M_TIME
#define FLOAT	DMSC_FMT_FLOAT, DMSC_LWM2M_FLOAT
#define BOOL	DMSC_FMT_BOOL, DMSC_LWM2M_BOOL
#define OPAQUE	DMSC_FMT_BIN, DMSC_LWM2M_OPAQUE
#define OBJLNK	DMSC_FMT_CHR, DMSC_LWM2M_OBJLNK
#define EXEC	DMSC_FMT_BIN, DMSC_LWM2M_EXEC
#define ONE	false, false
#define MANY	true, false
#define SECRET	false, true

static const struct dmsc_lwm2m_res resources[] = {
	{ 0, 0, "LWM2M Server URI", "ServerURI", STR, ONE, 0 },
	{ 0, 1, "Bootstrap-Server", "BootstrapServer", BOOL, ONE, 0 },
	{ 0, 2, "Security Mode", "SecurityMode", INT, ONE, 4 },
	{ 0, 3, "Public Key or Identity", "PublicKeyOrIdentity", OPAQUE,
	    SECRET, 0 },
	{ 0, 4, "Server Public Key", "ServerPublicKey", OPAQUE, ONE, 0 },
	{ 0, 5, "Secret Key", "SecretKey", OPAQUE, SECRET, 0 },
	{ 0, 6, "SMS Security Mode", "SMSSecurityMode", INT, ONE, 255 },
	{ 0, 7, "SMS Binding Key Parameters", "SMSBindingKeyParameters",
	    OPAQUE, SECRET, 0 },
	{ 0, 8, "SMS Binding Secret Key(s)", "SMSBindingSecretKeys", OPAQUE,
	    SECRET, 0 },
	{ 0, 9, "LwM2M Server SMS Number", "ServerSMSNumber", STR, ONE, 0 },
	{ 0, 10, "Short Server ID", "ShortServerID", INT, ONE, 65535 },
	{ 0, 11, "Client Hold Off Time", "ClientHoldOffTime", INT, ONE, 0 },
	{ 0, 12, "Bootstrap-Server Account Timeout",
	    "BootstrapServerAccountTimeout", INT, ONE, 0 },
	{ 0, 13, "Matching Type", "MatchingType", UINT, ONE, 3 },
	{ 0, 14, "SNI", "SNI", STR, ONE, 0 },
	{ 0, 15, "Certificate Usage", "CertificateUsage", UINT, ONE, 3 },
	{ 0, 16, "DTLS/TLS Ciphersuite", "Ciphersuite", UINT, MANY, 0 },
	{ 0, 17, "OSCORE Security Mode", "OSCORESecurityMode", OBJLNK, ONE,
	    0 },
	{ 1, 0, "Short Server ID", "ShortServerID", INT, ONE, 65535 },
	{ 1, 1, "Lifetime", "Lifetime", INT, ONE, 0 },
	{ 1, 2, "Default Minimum Period", "DefaultMinimumPeriod", INT, ONE,
	    0 },
	{ 1, 3, "Default Maximum Period", "DefaultMaximumPeriod", INT, ONE,
	    0 },
	{ 1, 4, "Disable", "Disable", EXEC, ONE, 0 },
	{ 1, 5, "Disable Timeout", "DisableTimeout", INT, ONE, 0 },
	{ 1, 6, "Notification Storing When Disabled or Offline",
	    "NotificationStoring", BOOL, ONE, 0 },
	{ 1, 7, "Binding", "Binding", STR, ONE, 0 },
	{ 1, 8, "Registration Update Trigger", "RegistrationUpdateTrigger",
	    EXEC, ONE, 0 },
	{ 1, 9, "Bootstrap-Request Trigger", "BootstrapRequestTrigger", EXEC,
	    ONE, 0 },
	{ 1, 10, "APN Link", "APNLink", OBJLNK, ONE, 0 },
	{ 1, 11, "TLS-DTLS Alert Code", "TLSAlertCode", UINT, ONE, 255 },
	{ 1, 12, "Last Bootstrapped", "LastBootstrapped", TIME, ONE, 0 },
	{ 1, 13, "Registration Priority Order", "RegistrationPriorityOrder",
	    UINT, ONE, 0 },
	{ 1, 14, "Initial Registration Delay Timer",
	    "InitialRegistrationDelayTimer", UINT, ONE, 0 },
	{ 1, 15, "Registration Failure Block", "RegistrationFailureBlock",
	    BOOL, ONE, 0 },
	{ 1, 16, "Bootstrap on Registration Failure",
	    "BootstrapOnRegistrationFailure", BOOL, ONE, 0 },
	{ 1, 17, "Communication Retry Count", "CommunicationRetryCount", UINT,
	    ONE, 0 },
	{ 1, 18, "Communication Retry Timer", "CommunicationRetryTimer", UINT,
	    ONE, 0 },
	{ 1, 19, "Communication Sequence Delay Timer",
	    "CommunicationSequenceDelayTimer", UINT, ONE, 0 },
	{ 1, 20, "Communication Sequence Retry Count",
	    "CommunicationSequenceRetryCount", UINT, ONE, 0 },
	{ 1, 21, "Trigger", "Trigger", BOOL, ONE, 0 },
	{ 1, 22, "Preferred Transport", "PreferredTransport", STR, ONE, 0 },
	{ 1, 23, "Mute Send", "MuteSend", BOOL, ONE, 0 },
	{ 2, 0, "Object ID", "ObjectID", INT, ONE, 65535 },
	{ 2, 1, "Object Instance ID", "ObjectInstanceID", INT, ONE, 65535 },
	{ 2, 2, "ACL", "ACL", INT, MANY, 65535 },
	{ 2, 3, "Access Control Owner", "AccessControlOwner", INT, ONE,
	    65535 },
	{ 3, 0, "Manufacturer", "Manufacturer", STR, ONE, 0 },
	{ 3, 1, "Model Number", "ModelNumber", STR, ONE, 0 },
	{ 3, 2, "Serial Number", "SerialNumber", STR, ONE, 0 },
	{ 3, 3, "Firmware Version", "FirmwareVersion", STR, ONE, 0 },
	{ 3, 4, "Reboot", "Reboot", EXEC, ONE, 0 },
	{ 3, 5, "Factory Reset", "FactoryReset", EXEC, ONE, 0 },
	{ 3, 6, "Available Power Sources", "AvailablePowerSources", INT, MANY,
	    7 },
	{ 3, 7, "Power Source Voltage", "PowerSourceVoltage", INT, MANY, 0 },
	{ 3, 8, "Power Source Current", "PowerSourceCurrent", INT, MANY, 0 },
	{ 3, 9, "Battery Level", "BatteryLevel", INT, ONE, 100 },
	{ 3, 10, "Memory Free", "MemoryFree", INT, ONE, 0 },
	{ 3, 11, "Error Code", "ErrorCode", INT, MANY, 0 },
	{ 3, 12, "Reset Error Code", "ResetErrorCode", EXEC, ONE, 0 },
	{ 3, 13, "Current Time", "CurrentTime", TIME, ONE, 0 },
	{ 3, 14, "UTC Offset", "UTCOffset", STR, ONE, 0 },
	{ 3, 15, "Timezone", "Timezone", STR, ONE, 0 },
	{ 3, 16, "Supported Binding and Modes", "SupportedBindingAndModes",
	    STR, ONE, 0 },
	{ 3, 17, "Device Type", "DeviceType", STR, ONE, 0 },
	{ 3, 18, "Hardware Version", "HardwareVersion", STR, ONE, 0 },
	{ 3, 19, "Software Version", "SoftwareVersion", STR, ONE, 0 },
	{ 3, 20, "Battery Status", "BatteryStatus", INT, ONE, 6 },
	{ 3, 21, "Memory Total", "MemoryTotal", INT, ONE, 0 },
	{ 3, 22, "ExtDevInfo", "ExtDevInfo", OBJLNK, MANY, 0 },
	{ 4, 0, "Network Bearer", "NetworkBearer", INT, ONE, 0 },
	{ 4, 1, "Available Network Bearer", "AvailableNetworkBearer", INT,
	    MANY, 0 },
	{ 4, 2, "Radio Signal Strength", "RadioSignalStrength", INT, ONE, 0 },
	{ 4, 3, "Link Quality", "LinkQuality", INT, ONE, 0 },
	{ 4, 4, "IP Addresses", "IPAddresses", STR, MANY, 0 },
	{ 4, 5, "Router IP Addresses", "RouterIPAddresses", STR, MANY, 0 },
	{ 4, 6, "Link Utilization", "LinkUtilization", INT, ONE, 100 },
	{ 4, 7, "APN", "APN", STR, MANY, 0 },
	{ 4, 8, "Cell ID", "CellID", INT, ONE, 0 },
	{ 4, 9, "SMNC", "SMNC", INT, ONE, 999 },
	{ 4, 10, "SMCC", "SMCC", INT, ONE, 999 },
	{ 5, 0, "Package", "Package", OPAQUE, ONE, 0 },
	{ 5, 1, "Package URI", "PackageURI", STR, ONE, 0 },
	{ 5, 2, "Update", "Update", EXEC, ONE, 0 },
	{ 5, 3, "State", "State", INT, ONE, 3 },
	{ 5, 5, "Update Result", "UpdateResult", INT, ONE, 0 },
	{ 5, 6, "PkgName", "PkgName", STR, ONE, 0 },
	{ 5, 7, "PkgVersion", "PkgVersion", STR, ONE, 0 },
	{ 5, 8, "Firmware Update Protocol Support", "ProtocolSupport", INT,
	    MANY, 0 },
	{ 5, 9, "Firmware Update Delivery Method", "DeliveryMethod", INT, ONE,
	    2 },
	{ 6, 0, "Latitude", "Latitude", FLOAT, ONE, 0 },
	{ 6, 1, "Longitude", "Longitude", FLOAT, ONE, 0 },
	{ 6, 2, "Altitude", "Altitude", FLOAT, ONE, 0 },
	{ 6, 3, "Radius", "Radius", FLOAT, ONE, 0 },
	{ 6, 4, "Velocity", "Velocity", OPAQUE, ONE, 0 },
	{ 6, 5, "Timestamp", "Timestamp", TIME, ONE, 0 },
	{ 6, 6, "Speed", "Speed", FLOAT, ONE, 0 },
	{ 7, 0, "SMS Tx Counter", "SMSTxCounter", INT, ONE, 0 },
	{ 7, 1, "SMS Rx Counter", "SMSRxCounter", INT, ONE, 0 },
	{ 7, 2, "Tx Data", "TxData", INT, ONE, 0 },
	{ 7, 3, "Rx Data", "RxData", INT, ONE, 0 },
	{ 7, 4, "Max Message Size", "MaxMessageSize", INT, ONE, 0 },
	{ 7, 5, "Average Message Size", "AverageMessageSize", INT, ONE, 0 },
	{ 7, 6, "Start", "Start", EXEC, ONE, 0 },
	{ 7, 7, "Stop", "Stop", EXEC, ONE, 0 },
	{ 7, 8, "Collection Period", "CollectionPeriod", INT, ONE, 0 },
	{ 21, 0, "OSCORE Master Secret", "MasterSecret", OPAQUE, SECRET, 0 },
	{ 21, 1, "OSCORE Sender ID", "SenderID", OPAQUE, ONE, 0 },
	{ 21, 2, "OSCORE Recipient ID", "RecipientID", OPAQUE, ONE, 0 },
	{ 21, 3, "OSCORE AEAD Algorithm", "AEADAlgorithm", INT, ONE, 0 },
	{ 21, 4, "OSCORE HMAC Algorithm", "HMACAlgorithm", INT, ONE, 0 },
	{ 21, 5, "OSCORE Master Salt", "MasterSalt", OPAQUE, ONE, 0 }
};

static const struct {
	unsigned id;
	const char *name;
} objects[] = {
	{ 0, "Security" }, { 1, "Server" }, { 2, "AccessControl" },
	{ 3, "Device" }, { 4, "ConnectivityMonitoring" },
	{ 5, "FirmwareUpdate" }, { 6, "Location" },
	{ 7, "ConnectivityStatistics" }, { 21, "OSCORE" }
};

const struct dmsc_lwm2m_res *
dmsc_lwm2m_resource_at(size_t i)
{
	return i < DMSC_COUNT(resources) ? &resources[i] : NULL;
}

const struct dmsc_lwm2m_res *
dmsc_lwm2m_resource(unsigned object, unsigned id)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(resources); i++)
		if (resources[i].object == object && resources[i].id == id)
			return &resources[i];
	return NULL;
}

const char *
dmsc_lwm2m_object_name(unsigned object)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(objects); i++)
		if (objects[i].id == object)
			return objects[i].name;
	return NULL;
}

/* A decimal as it is written, no leading zeros. */
static bool
number(struct dmsc_rd r, unsigned max, unsigned *out)
{
	unsigned v = 0;
	int d;

	if (r.left == 0 || (r.p[0] == '0' && r.left > 1))
		return false;
	for (; r.left > 0; r.left--, r.p++) {
		if ((d = dmsc_digit((char)r.p[0])) < 0 || d > 9 ||
		    (v = v * 10 + (unsigned)d) > max)
			return false;
	}
	*out = v;
	return true;
}

/* name without "~n", and n (1: there is none). */
static bool
split(struct dmsc_rd name, struct dmsc_rd *front, unsigned *nth)
{
	size_t i = 0;

	while (i < name.left && name.p[i] != '~')
		i++;
	*front = dmsc_rd_slice(name, 0, i);
	*nth = 1;
	return i == name.left || (number(dmsc_rd_slice(name, i + 1,
	    name.left), LWM2M_TWICE_MAX, nth) && *nth > 1);
}

bool
dmsc_lwm2m_id(const char *name, unsigned *id, unsigned *nth)
{
	struct dmsc_rd front;

	return split(dmsc_rd_str(name), &front, nth) &&
	    number(front, LWM2M_ID_MAX, id);
}

bool
dmsc_lwm2m_object_id(struct dmsc_rd name, unsigned *id, unsigned *nth)
{
	struct dmsc_rd front;
	size_t i;

	if (!split(name, &front, nth))
		return false;
	for (i = 0; i < DMSC_COUNT(objects); i++)
		if (dmsc_rd_eq_str(front, objects[i].name)) {
			*id = objects[i].id;
			return true;
		}
	return number(front, LWM2M_ID_MAX, id);
}

bool
dmsc_lwm2m_resource_id(unsigned object, struct dmsc_rd name, unsigned *id,
    unsigned *nth)
{
	struct dmsc_rd front;
	size_t i;

	if (!split(name, &front, nth))
		return false;
	for (i = 0; i < DMSC_COUNT(resources); i++)
		if (resources[i].object == object &&
		    dmsc_rd_eq_str(front, resources[i].path_name)) {
			*id = resources[i].id;
			return true;
		}
	return number(front, LWM2M_ID_MAX, id);
}

void
dmsc_lwm2m_name(unsigned id, unsigned nth, char out[LWM2M_NAME])
{
	if (nth > 1)
		(void)snprintf(out, LWM2M_NAME, "%u~%u", id, nth);
	else
		(void)snprintf(out, LWM2M_NAME, "%u", id);
}

/* One segment at depth level below object; sets object at level 0. */
static int
segment(struct dmsc_rd s, size_t level, unsigned *object,
    struct dmsc_buf *out)
{
	char name[LWM2M_NAME];
	unsigned id, nth;
	struct dmsc_rd front;
	bool known;

	if (level == 0) {
		known = dmsc_lwm2m_object_id(s, &id, &nth);
		*object = known ? id : 0;
	} else if (level == 2)
		known = dmsc_lwm2m_resource_id(*object, s, &id, &nth);
	else
		known = split(s, &front, &nth) &&
		    number(front, LWM2M_ID_MAX, &id);
	if (!known)
		return DMSC_E_NOTFOUND;
	dmsc_lwm2m_name(id, nth, name);
	return dmsc_buf_str(out, name);
}

int
dmsc_lwm2m_path(const char *path, struct dmsc_buf *out)
{
	size_t at = out->len, level = 0, n;
	unsigned object = 0;
	int r = DMSC_E_OK;

	if (strcmp(path, ".") == 0)
		return DMSC_E_OK;
	if (dmsc_begins(path, "./"))
		path += 2;
	while (*path != '\0' && r == DMSC_E_OK) {
		n = strcspn(path, "/");
		if (level > 0)
			r = dmsc_buf_u8(out, '/');
		if (r == DMSC_E_OK)
			r = segment(dmsc_rd_of(path, n), level++, &object,
			    out);
		path += n;
		if (*path == '/' && *++path == '\0')
			r = DMSC_E_NOTFOUND;
	}
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
