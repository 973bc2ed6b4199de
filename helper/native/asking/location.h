/* Where the daemon's socket is: the same rule as keyturn.reach.paths. */
#ifndef KEYTURN_LOCATION_H
#define KEYTURN_LOCATION_H

#include "platform.h"

#include <stdbool.h>

struct location {
    /* The socket's directory, found to be ours and private. Open, never closed: the process is short. */
    int directory;
    /* The socket's name in it. */
    char name[SOCKET_PATH_LIMIT];
};

/* False: there is no such directory, or it is not one to trust; the twin finds that too and says so. `path` is room. */
bool location_find(struct location *location, char path[PATH_LIMIT]);

#endif
