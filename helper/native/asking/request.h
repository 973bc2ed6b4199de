/* The request to the daemon: its head, and the input that is its body. */
#ifndef KEYTURN_REQUEST_H
#define KEYTURN_REQUEST_H

#include "bytes.h"
#include "command.h"
#include "environment.h"

/* Room for a target, the environment fields with every byte encoded, and the fixed fields. */
#define REQUEST_HEAD_LIMIT (TARGET_LIMIT + ENVIRONMENT_NAMES * (3 * VALUE_LIMIT + 64) + 512)

/* False: more arguments than a request carries, or a longer variable than it may leave out. */
bool request_add_head(struct bytes *head, const struct command *command, size_t body_length);

/* Read the input that `command` comes with. Returns 0, or the exit status after having said what is wrong. */
int request_read_input(struct bytes *input, const struct command *command);

#endif
