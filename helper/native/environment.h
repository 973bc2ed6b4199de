/* The caller's environment: what we look up in it, and what of it the daemon learns. */
#ifndef KEYTURN_ENVIRONMENT_H
#define KEYTURN_ENVIRONMENT_H

#include "command.h"

/* The most names that a family's list may have. */
#define ENVIRONMENT_NAMES 28

/* NULL where it is not set. */
const char *environment_value(const char *name);

/* Names, ended by NULL and sorted, of the variables that go with a request of this family. Never a secret. */
const char *const *environment_names(const struct family *family);

/* The environment with `variable`, NAME=VALUE, in the place of any of that name, for whom we start. NULL: no memory. */
char **environment_with(const char *variable);

/* Hide from our own interpreter what is meant for Python: PYTHONPATH becomes KT_PY_PATH and so on. -E alone leaves some
 * (PYTHONUSERBASE). Renamed and not removed, because the command that `keyturn run` starts gets them back. */
void environment_set_python_aside(void);

#endif
