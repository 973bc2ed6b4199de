#include "platform.h"

#include "asking/peer.h"

#include "system.h"

/* By its bare name, from within the directory that was checked: no path is too long that way, and nothing is looked up
 * in /proc, which takes longer than all else here. Back again for the twin: its callers name files relative to theirs,
 * unless they stand in a directory that they may not search (sudo -u), where nothing has a name. */
int peer_connect(int socket, const struct location *location)
{
    int here = system_open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result = system_enter(location->directory);
    if (result == 0)
        result = system_connect(socket, location->name);
    int back = here < 0 ? 0 : system_enter(here);
    if (here >= 0)
        system_close(here);
    return result < 0 ? result : back;
}

bool peer_is_ours(int socket)
{
    unsigned user;
    return system_peer(socket, &user) == 0 && user == system_user();
}
