#include "platform.h"

#include "asking/exchange.h"

#include "asking/peer.h"
#include "deadline.h"
#include "system.h"

/* Milliseconds between attempts to join a full queue: connect() on a Unix socket cannot be polled for. */
#define QUEUE_PAUSE_MS 5

static bool join_queue(int socket, const struct location *location, long long deadline)
{
    for (;;) {
        int result = peer_connect(socket, location);
        if (result == 0)
            return true;
        if (result != -EAGAIN && result != -EINTR)
            return false;
        if (system_clock() + QUEUE_PAUSE_MS > deadline)
            return false;
        (void)system_wait(-1, 0, QUEUE_PAUSE_MS);
    }
}

/* Take `count` bytes off the front of the parts. */
static void advance(struct part parts[2], size_t count)
{
    size_t from_first = count < parts[0].length ? count : parts[0].length;
    parts[0].data += from_first;
    parts[0].length -= from_first;
    parts[1].data += count - from_first;
    parts[1].length -= count - from_first;
}

static bool send_all(int socket, struct part parts[2], long long deadline)
{
    while (parts[0].length + parts[1].length > 0) {
        ptrdiff_t count = system_send(socket, parts);
        if (count >= 0)
            advance(parts, (size_t)count);
        else if (count == -EAGAIN && deadline_wait(deadline, socket, POLLOUT) < 0)
            return false;
        else if (count != -EAGAIN && count != -EINTR)
            return false;
    }
    return true;
}

/* To the announced end, and not to the stream's: waiting for the daemon to hang up would be a second wait. */
static bool receive_all(int socket, struct bytes *received, struct answer *answer, long long deadline)
{
    while (received->length < received->capacity) {
        if (deadline_wait(deadline, socket, POLLIN) < 0)
            return false;
        size_t room = received->capacity - received->length;
        ptrdiff_t count = system_receive(socket, received->data + received->length, room);
        if (count > 0) {
            received->length += (size_t)count;
            if (answer_parse(received->data, received->length, answer))
                return true;
        } else if (count != -EAGAIN && count != -EINTR) {
            return false;
        }
    }
    return false;
}

bool exchange(const struct location *location, const struct bytes *head, const struct bytes *body,
              struct bytes *received, struct answer *answer, long long deadline)
{
    struct part parts[2] = {{head->data, head->length}, {body->data, body->length}};
    int socket = system_socket();
    bool complete = socket >= 0 && join_queue(socket, location, deadline) && peer_is_ours(socket) &&
                    send_all(socket, parts, deadline) && receive_all(socket, received, answer, deadline);
    if (socket >= 0)
        system_close(socket);
    return complete;
}
