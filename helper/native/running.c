#include "platform.h"

#include "running.h"

#include "bytes.h"
#include "environment.h"
#include "system.h"

#define USUAL_PLACES "/bin:/usr/bin" /* Python's os.defpath */

static bool is_program(const char *path)
{
    struct file_status status;
    return system_may_execute(path) && system_status_of_path(path, &status) == 0 && !S_ISDIR(status.mode);
}

/* `path` becomes that of `name` in a place of PATH; one without a name is where we are. False: it is no program. */
static bool is_in(struct part place, const char *name, char path[PATH_LIMIT])
{
    struct bytes text = {(unsigned char *)path, 0, PATH_LIMIT, false};
    bytes_add(&text, place.data, place.length);
    if (place.length == 0)
        bytes_add_text(&text, ".");
    if (place.length == 0 || place.data[place.length - 1] != '/')
        bytes_add_text(&text, "/");
    bytes_add(&text, name, strlen(name) + 1);
    return !text.overflow && is_program(path);
}

const char *running_program(const char *name, char path[PATH_LIMIT])
{
    if (strchr(name, '/') != NULL)
        return is_program(name) ? name : NULL;
    const char *places = environment_value("PATH");
    if (places == NULL)
        places = USUAL_PLACES;
    for (;;) {
        size_t length = strcspn(places, ":");
        if (is_in((struct part){(const unsigned char *)places, length}, name, path))
            return path;
        if (places[length] == '\0')
            return NULL;
        places += length + 1;
    }
}

static const char *variable_in(const struct answer *answer)
{
    const unsigned char *end = memchr(answer->body, '\0', answer->body_length);
    bool whole = end != NULL && end + 1 == answer->body + answer->body_length;
    const char *variable = (const char *)answer->body;
    return whole && variable[0] != '=' && strchr(variable, '=') != NULL ? variable : NULL;
}

void running_become(const char *program, char **command, const struct answer *answer)
{
    const char *variable = variable_in(answer);
    char **variables = variable == NULL ? NULL : environment_with(variable);
    if (variables == NULL)
        return;
    system_ignore_write_signals(false); /* whoever ignored them has done so to us: as Python's program has it */
    (void)system_execute_with(program, command, variables);
}
