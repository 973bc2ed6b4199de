#include "platform.h"

#include "asking/peer.h"

#include "bytes.h"
#include "system.h"

#ifdef __linux__

/* Through the descriptor: the directory that was checked, however long its path. */
int peer_connect(int socket, const struct location *location)
{
    char path[SOCKET_PATH_LIMIT];
    struct bytes text = BYTES_OVER(path);
    bytes_add_text(&text, "/proc/self/fd/");
    bytes_add_number(&text, (size_t)location->directory);
    bytes_add_text(&text, "/");
    bytes_add_text(&text, location->name);
    bytes_add(&text, "", 1);
    return text.overflow ? -ENAMETOOLONG : system_connect(socket, path);
}

#else

/* No names for descriptors here: go into the directory that was checked, and back again for the twin. */
int peer_connect(int socket, const struct location *location)
{
    int here = system_open(".", O_RDONLY | O_CLOEXEC);
    if (here < 0)
        return here;
    int result = system_enter(location->directory);
    if (result == 0)
        result = system_connect(socket, location->name);
    int back = system_enter(here);
    system_close(here);
    return result < 0 ? result : back;
}

#endif

bool peer_is_ours(int socket)
{
    unsigned user;
    return system_peer(socket, &user) == 0 && user == system_user();
}
