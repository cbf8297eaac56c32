/* A card of a profile, for tests below the session. */
#ifndef DMSC_TESTS_PROFILE_H
#define DMSC_TESTS_PROFILE_H

#include <stdio.h>

#include <dmsc/api.h>

#include "card/card.h"

/* Made in folder, where its image stays; NULL with a remark. */
static inline struct dmsc_card *
of_profile(const char *name, const char *folder)
{
	const struct dmsc_setup setup = { .state_dir = folder };
	char image[128];
	struct dmsc_card_new_opts o = { .image = image, .profile = name,
		.force = true };
	struct dmsc_image_info *info = NULL;
	struct dmsc_session *s = NULL;
	struct dmsc_card *c = NULL;

	(void)snprintf(image, sizeof image, "%s/%s.img", folder, name);
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    dmsc_card_new(s, &o, &info) != DMSC_E_OK ||
	    dmsc_card_open(image, &c, NULL) != DMSC_E_OK)
		printf("# no card of the profile\n");
	dmsc_view_free(&dmsc_image_info_view, info);
	dmsc_session_free(&s);
	return c;
}

#endif
