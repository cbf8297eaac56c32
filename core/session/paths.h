/* Where the session keeps its state and finds its data. */
#ifndef DMSC_SESSION_PATHS_H
#define DMSC_SESSION_PATHS_H

#include <dmsc/view.h>

/* given, else $XDG_STATE_HOME/dmsc, else ~/.local/state/dmsc. NOMEM. */
int dmsc_path_state(const char *given, char **out) DMSC_MUST_CHECK;
/* given, else $DMSC_DATA_DIR, else the sources of the build folder that this
 * program stands in, else where it is installed. NOMEM. */
int dmsc_path_data(const char *given, char **out) DMSC_MUST_CHECK;

#endif
