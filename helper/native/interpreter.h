/* Which Python an installed script is for: installers write it into its first lines. */
#ifndef KEYTURN_INTERPRETER_H
#define KEYTURN_INTERPRETER_H

#include "platform.h"

/* Room for the first lines of a script, in which the path of an interpreter stands once. */
#define INTERPRETER_LIMIT (PATH_LIMIT + 64)

struct interpreter {
    /* Absolute; NULL where the script is not for a Python, or only a shell could tell for which. */
    const char *path;
    /* The one that the first line gives it, or NULL. */
    const char *option;
};

/* What is found lies in `memory`. */
void interpreter_of(const char *script, char memory[INTERPRETER_LIMIT], struct interpreter *interpreter);

#endif
