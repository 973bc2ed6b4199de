/* `keyturn run`: becoming a command that has the daemon's answer in its environment. */
#ifndef KEYTURN_RUNNING_H
#define KEYTURN_RUNNING_H

#include "platform.h"

#include "asking/answer.h"

/* The path of `name`, found as Python's program finds it (verbs/run/command.py); NULL: there is none to run. */
const char *running_program(const char *name, char path[PATH_LIMIT]);

/* Become `program`, called by the words of `command`. The answer is one variable, NAME=VALUE, and a NUL. Returns where
 * that is not so, or it cannot be run. */
void running_become(const char *program, char **command, const struct answer *answer);

#endif
