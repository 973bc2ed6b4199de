#include "../platform.h"

#include "../system.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL /* macOS: SIGPIPE is ignored while we talk */
#define MSG_NOSIGNAL 0
#endif

int system_socket(void)
{
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
    int result = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return result < 0 ? -errno : result;
#else
    int result = socket(AF_UNIX, SOCK_STREAM, 0);
    if (result < 0)
        return -errno;
    if (fcntl(result, F_SETFD, FD_CLOEXEC) >= 0 && fcntl(result, F_SETFL, O_NONBLOCK) >= 0)
        return result;
    (void)close(result);
    return -EIO;
#endif
}

int system_connect(int socket, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length + 1);
    return connect(socket, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int system_enter(int directory)
{
    return fchdir(directory) < 0 ? -errno : 0;
}

#ifdef __linux__

int system_peer(int socket, unsigned *user)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    *user = peer.uid;
    return size == sizeof peer ? 0 : -EIO;
}

#else

int system_peer(int socket, unsigned *user)
{
    uid_t peer;
    gid_t group;
    if (getpeereid(socket, &peer, &group) < 0)
        return -errno;
    *user = peer;
    return 0;
}

#endif

ptrdiff_t system_send(int socket, const struct part parts[2])
{
    struct iovec vectors[2] = {
        {.iov_base = (void *)parts[0].data, .iov_len = parts[0].length},
        {.iov_base = (void *)parts[1].data, .iov_len = parts[1].length},
    };
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};
    ptrdiff_t count = sendmsg(socket, &message, MSG_NOSIGNAL);
    return count < 0 ? -errno : count;
}

ptrdiff_t system_receive(int socket, void *into, size_t room)
{
    ptrdiff_t count = recv(socket, into, room, 0);
    return count < 0 ? -errno : count;
}
