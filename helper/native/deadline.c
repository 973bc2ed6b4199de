#include "platform.h"

#include "deadline.h"

#include "system.h"

/* Of each family's time: two seconds of git's thirty. The daemon answers three seconds before the end. */
#define PARTS 15

long long deadline_of(const struct command *command)
{
    return command->started + command->family->milliseconds;
}

long long deadline_for_us(const struct command *command)
{
    return deadline_of(command) - command->family->milliseconds / PARTS;
}

int deadline_wait(long long deadline, int descriptor, short events)
{
    for (;;) {
        long long left = deadline - system_clock();
        if (left <= 0)
            return -ETIMEDOUT;
        int count = system_wait(descriptor, events, (int)left);
        if (count > 0)
            return 0;
        if (count < 0 && count != -EINTR)
            return count;
    }
}
