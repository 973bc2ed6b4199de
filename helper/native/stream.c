#include "platform.h"

#include "stream.h"

#include "deadline.h"
#include "system.h"

ptrdiff_t stream_read(int descriptor, struct bytes *into, long long deadline)
{
    size_t room = into->capacity - into->length;
    into->overflow = room == 0;
    while (room > 0) {
        int error = deadline_wait(deadline, descriptor, POLLIN); /* most streams block, and somebody may hold them open */
        ptrdiff_t count = error < 0 ? error : system_read(descriptor, into->data + into->length, room);
        if (count > 0)
            into->length += (size_t)count;
        if (count != -EAGAIN && count != -EINTR)
            return count;
    }
    return 0;
}

/* After a failed write: true when it is worth another try, once the descriptor is ready. */
static bool try_again(int descriptor, ptrdiff_t error)
{
    if (error != -EAGAIN)
        return error == -EINTR;
    int ready = system_wait(descriptor, POLLOUT, -1);
    return ready >= 0 || ready == -EINTR;
}

int stream_write_all(int descriptor, const unsigned char *data, size_t length)
{
    while (length > 0) {
        ptrdiff_t count = system_write(descriptor, data, length);
        if (count >= 0) {
            data += count;
            length -= (size_t)count;
        } else if (!try_again(descriptor, count)) {
            return (int)count;
        }
    }
    return 0;
}

bool stream_has_standard(void)
{
    return system_is_open(STANDARD_INPUT) && system_is_open(STANDARD_OUTPUT) && system_is_open(STANDARD_ERROR);
}

void stream_reserve_standard(void)
{
    /* Were stdout closed, the socket would become descriptor 1 and the answer go back to the daemon. A closed
     * stdin is an empty one, writing to a closed stdout still fails, and what goes to a closed stderr is lost. */
    for (int descriptor = STANDARD_INPUT; descriptor <= STANDARD_ERROR; descriptor++)
        if (!system_is_open(descriptor))
            (void)system_open("/dev/null", descriptor == STANDARD_ERROR ? O_RDWR : O_RDONLY);
}
