/* Names of PINs and administrative keys to references and back (dmsc/pin.h). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "guard/guard.h"

enum { PIN_LAST = 8, LOCAL = 0x80, ADM = 0x0A, ADM_GLOBAL = 5, ADM_ALL = 10,
	REF_MAX = 0xFF };

static int
administrative(const char *digits, unsigned *ref)
{
	uint64_t n;

	if (dmsc_num(digits, 10, ADM_ALL, &n) != DMSC_E_OK || n == 0)
		return DMSC_E_USAGE;
	*ref = n <= ADM_GLOBAL ? ADM + (unsigned)n - 1 :
	    LOCAL + ADM + (unsigned)n - ADM_GLOBAL - 1;
	return DMSC_E_OK;
}

int
dmsc_pin_ref(const char *which, unsigned *ref)
{
	uint64_t n;

	if (strncasecmp(which, "adm", 3) == 0)
		return administrative(which + 3, ref);
	if (strncasecmp(which, "pin", 3) == 0)
		which += 3;
	if (strncasecmp(which, "0x", 2) == 0)
		which += 2;
	if (dmsc_num(which, 16, REF_MAX, &n) != DMSC_E_OK || n == 0)
		return DMSC_E_USAGE;
	*ref = (unsigned)n;
	return DMSC_E_OK;
}

void
dmsc_pin_name(unsigned ref, char *out, size_t size)
{
	dmsc_uicc_key_name(ref, out, size);
}

/* As dmsc_pin_ref reads it: "1", "81", "adm1", "0x55". */
void
dmsc_pin_which(unsigned ref, char *out, size_t size)
{
	unsigned low = ref & ~(unsigned)LOCAL;

	if (low >= 1 && low <= PIN_LAST)
		(void)snprintf(out, size, "%X", ref);
	else if (low >= ADM && low < ADM + ADM_GLOBAL)
		(void)snprintf(out, size, "adm%u", low - ADM +
		    ((ref & LOCAL) != 0 ? ADM_GLOBAL + 1u : 1u));
	else
		(void)snprintf(out, size, "0x%02X", ref);
}
