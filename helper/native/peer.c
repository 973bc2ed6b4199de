#include "platform.h"

#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int peer_socket(void)
{
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    int result = socket(AF_UNIX, SOCK_STREAM, 0);
    if (result >= 0 && (fcntl(result, F_SETFD, FD_CLOEXEC) < 0 || fcntl(result, F_SETFL, O_NONBLOCK) < 0)) {
        (void)close(result);
        return -1;
    }
    return result;
#endif
}

static bool connect_to(int socket, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address.sun_path, path, length + 1);
    return connect(socket, (const struct sockaddr *)&address, sizeof address) == 0;
}

#ifdef __linux__

/* Through the descriptor: the directory that was checked, however long its path. */
bool peer_connect(int socket, const struct location *location)
{
    char path[sizeof location->name + 32];
    int length = snprintf(path, sizeof path, "/proc/self/fd/%d/%s", location->directory, location->name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    return connect_to(socket, path);
}

bool peer_is_ours(int socket)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer &&
           peer.uid == geteuid();
}

#else

/* No names for descriptors here: go into the directory that was checked, and back again for the twin. */
bool peer_connect(int socket, const struct location *location)
{
    int here = open(".", O_RDONLY | O_CLOEXEC);
    if (here < 0)
        return false;
    bool connected = fchdir(location->directory) == 0 && connect_to(socket, location->name);
    int reason = errno;
    bool back = fchdir(here) == 0;
    (void)close(here);
    errno = reason;
    return connected && back;
}

bool peer_is_ours(int socket)
{
    uid_t user;
    gid_t group;
    return getpeereid(socket, &user, &group) == 0 && user == geteuid();
}

#endif
