#include "call.h"

#include "../platform.h"
#include "../system.h"

enum { FAMILY_UNIX = 1, TYPE_STREAM = 1, LEVEL_SOCKET = 1, PEER_CREDENTIALS = 17, NO_SIGNAL = 0x4000 };

struct address {
    uint16_t family;
    char path[SOCKET_PATH_LIMIT];
};

struct message {
    const void *name;
    uint64_t name_length;
    const struct part *parts;
    size_t part_count;
    const void *control;
    size_t control_length;
    uint64_t flags;
};

struct credentials {
    uint32_t process, user, group;
};

int system_socket(void)
{
    return (int)call3(CALL_SOCKET, FAMILY_UNIX, TYPE_STREAM | O_NONBLOCK | O_CLOEXEC, 0);
}

int system_connect(int socket, const char *path)
{
    struct address address = {.family = FAMILY_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.path)
        return -ENAMETOOLONG;
    memcpy(address.path, path, length + 1);
    return (int)call3(CALL_CONNECT, socket, ADDRESS(&address), sizeof address);
}

int system_enter(int directory)
{
    return (int)call3(CALL_FCHDIR, directory, 0, 0);
}

int system_peer(int socket, unsigned *user)
{
    struct credentials peer = {0, 0, 0};
    uint32_t size = sizeof peer;
    int result = (int)call6(CALL_GETSOCKOPT, socket, LEVEL_SOCKET, PEER_CREDENTIALS, ADDRESS(&peer), ADDRESS(&size), 0);
    if (result < 0)
        return result;
    *user = peer.user;
    return size == sizeof peer ? 0 : -EIO;
}

ptrdiff_t system_send(int socket, const struct part parts[2])
{
    struct message message = {.parts = parts, .part_count = 2}; /* a part is laid out as a struct iovec */
    return call3(CALL_SENDMSG, socket, ADDRESS(&message), NO_SIGNAL);
}

ptrdiff_t system_receive(int socket, void *into, size_t room)
{
    return call6(CALL_RECVFROM, socket, ADDRESS(into), (long)room, 0, 0, 0);
}
