#include "platform.h"

#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* After a failed read or write: true when it is worth another try, once the descriptor is ready. */
static bool try_again(int descriptor, short events)
{
    struct pollfd ready = {.fd = descriptor, .events = events};
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return poll(&ready, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

bool stream_read_all(int descriptor, struct bytes *into)
{
    for (;;) {
        size_t room = into->capacity - into->length;
        if (room == 0) {
            into->overflow = true;
            return true;
        }
        ssize_t count = read(descriptor, into->data + into->length, room);
        if (count == 0)
            return true;
        if (count > 0)
            into->length += (size_t)count;
        else if (!try_again(descriptor, POLLIN))
            return false;
    }
}

bool stream_write_all(int descriptor, const unsigned char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, data, length);
        if (count >= 0) {
            data += count;
            length -= (size_t)count;
        } else if (!try_again(descriptor, POLLOUT)) {
            return false;
        }
    }
    return true;
}

void stream_reserve_standard(void)
{
    /* Were stdout closed, the socket would become descriptor 1 and the answer go back to the daemon. A closed
     * stdin is an empty one, writing to a closed stdout still fails, and what goes to a closed stderr is lost. */
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0)
            (void)open("/dev/null", descriptor == STDERR_FILENO ? O_RDWR : O_RDONLY);
}
