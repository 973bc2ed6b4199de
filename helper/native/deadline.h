/* The one deadline of a call: a time on the clock of system.h, counted from our start and passed on to the twin. */
#ifndef KEYTURN_DEADLINE_H
#define KEYTURN_DEADLINE_H

#include "command.h"

/* When all of it has to be over, the twin's part too. */
long long deadline_of(const struct command *command);

/* When we stop waiting for the daemon: the rest is the twin's, which has to start, and to say what is wrong. */
long long deadline_for_us(const struct command *command);

/* Wait until the descriptor is ready for `events`. 0, -ETIMEDOUT when the deadline passes, or another error number. */
int deadline_wait(long long deadline, int descriptor, short events);

#endif
