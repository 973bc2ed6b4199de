#include "platform.h"

#include "environment.h"

#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#else
extern char **environ;
#endif

/* What tells the daemon whether and how a person can be reached, whichever family asks. */
static const char *const of_every_family[ENVIRONMENT_NAMES + 1] = {
    "BROWSER", "CI", "DISPLAY", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT", "SSH_CONNECTION", "SSH_TTY", "TERM",
    "WAYLAND_DISPLAY", NULL,
};

const char *environment_value(const char *name)
{
    size_t length = strlen(name);
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
            return *variable + length + 1;
    return NULL;
}

const char *const *environment_names(const struct family *family)
{
    (void)family;
    return of_every_family;
}

void environment_set_python_aside(void)
{
    static const char hidden[] = "PYTHON", aside[] = "KT_PY_"; /* of one length: renamed in place */
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, hidden, strlen(hidden)) == 0)
            memcpy(*variable, aside, strlen(aside));
}
