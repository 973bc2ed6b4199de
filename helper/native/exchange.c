#include "platform.h"

#include "exchange.h"

#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifdef CLOCK_BOOTTIME /* counts suspend; on macOS CLOCK_MONOTONIC does */
#define DEADLINE_CLOCK CLOCK_BOOTTIME
#else
#define DEADLINE_CLOCK CLOCK_MONOTONIC
#endif

/* Milliseconds between attempts to join a full queue: connect() on a Unix socket cannot be polled for. */
#define QUEUE_PAUSE_MS 5

static long long now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(DEADLINE_CLOCK, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait until the socket is ready for `events`. False: the deadline has passed. */
static bool wait_for(int socket, short events, long long deadline)
{
    struct pollfd ready = {.fd = socket, .events = events};
    for (;;) {
        long long left = deadline - now_ms();
        if (left <= 0)
            return false;
        int count = poll(&ready, 1, (int)left);
        if (count > 0)
            return true;
        if (count < 0 && errno != EINTR)
            return false;
    }
}

static bool join_queue(int socket, const struct location *location, long long deadline)
{
    while (!peer_connect(socket, location)) {
        if (errno != EAGAIN && errno != EINTR)
            return false;
        if (now_ms() + QUEUE_PAUSE_MS > deadline)
            return false;
        (void)poll(NULL, 0, QUEUE_PAUSE_MS);
    }
    return true;
}

/* Take `count` bytes off the front of the parts. */
static void advance(struct iovec parts[2], size_t count)
{
    size_t from_first = count < parts[0].iov_len ? count : parts[0].iov_len;
    parts[0].iov_base = (unsigned char *)parts[0].iov_base + from_first;
    parts[0].iov_len -= from_first;
    parts[1].iov_base = (unsigned char *)parts[1].iov_base + (count - from_first);
    parts[1].iov_len -= count - from_first;
}

static bool send_all(int socket, struct iovec parts[2], long long deadline)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        ssize_t count = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (count >= 0)
            advance(parts, (size_t)count);
        else if (errno == EAGAIN && !wait_for(socket, POLLOUT, deadline))
            return false;
        else if (errno != EAGAIN && errno != EINTR)
            return false;
    }
    return true;
}

/* To the end of the stream, so that a body longer than announced is noticed as surely as a shorter one. */
static bool receive_all(int socket, struct bytes *answer, long long deadline)
{
    while (answer->length < answer->capacity) {
        if (!wait_for(socket, POLLIN, deadline))
            return false;
        ssize_t count = recv(socket, answer->data + answer->length, answer->capacity - answer->length, 0);
        if (count == 0)
            return true;
        if (count > 0)
            answer->length += (size_t)count;
        else if (errno != EAGAIN && errno != EINTR)
            return false;
    }
    return false;
}

bool exchange(const struct location *location, const struct bytes *head, const struct bytes *body,
              struct bytes *answer)
{
    long long deadline = now_ms() + KEYTURN_DEADLINE_MS;
    struct iovec parts[2] = {
        {.iov_base = head->data, .iov_len = head->length},
        {.iov_base = body->data, .iov_len = body->length},
    };
    int socket = peer_socket();
    bool complete = socket >= 0 && join_queue(socket, location, deadline) && peer_is_ours(socket) &&
                    send_all(socket, parts, deadline) && receive_all(socket, answer, deadline);
    if (socket >= 0)
        (void)close(socket);
    return complete;
}
