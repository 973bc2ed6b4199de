#include "platform.h"

#include "twin.h"

#include "complaint.h"
#include "stream.h"
#include "system.h"

#include <string.h>

#define REINSTALL "install keyturn anew, so that it stands beside this helper: pip install --force-reinstall keyturn"

/* Beside us (behind the links that pipx and uv put into ~/.local/bin), never through PATH: the caller's may begin
 * with a directory of somebody else. */
static bool twin_path(char path[PATH_LIMIT])
{
    static const char name[] = "keyturn";
    if (system_own_path(path, PATH_LIMIT) < 0)
        return false;
    char *end = strrchr(path, '/');
    if (end == NULL || (size_t)(end + 1 - path) + sizeof name > PATH_LIMIT)
        return false;
    memcpy(end + 1, name, sizeof name);
    return true;
}

/* A descriptor to read the input from again, kept in memory: it may hold a password. */
static int refilled_file(const struct bytes *input)
{
    int file = system_memory_file("keyturn-input");
    if (file < 0)
        return file;
    if (stream_write_all(file, input->data, input->length) == 0 && system_rewind(file) == 0)
        return file;
    system_close(file);
    return -EIO;
}

/* A pipe holds less than an input may be long, so a child fills it. It lets go of stdout and stderr, lest the
 * caller wait for their end because of it. */
static int refilled_pipe(struct bytes *input)
{
    int ends[2];
    int error = system_pipe(ends);
    if (error < 0)
        return error;
    int child = system_fork();
    if (child == 0) {
        system_close(ends[0]);
        system_close(STANDARD_OUTPUT);
        system_close(STANDARD_ERROR);
        (void)stream_write_all(ends[1], input->data, input->length);
        bytes_wipe(input);
        system_exit(0);
    }
    system_close(ends[1]);
    if (child > 0)
        return ends[0];
    system_close(ends[0]);
    return child;
}

/* 0 or a negative error number. */
static int give_back(struct bytes *input)
{
    int source = refilled_file(input);
    if (source < 0)
        source = refilled_pipe(input);
    bytes_wipe(input);
    return source < 0 ? source : system_move(source, STANDARD_INPUT);
}

static char **twin_arguments(char *path, const struct command *command)
{
    size_t count = (size_t)command->word_count;
    char **arguments = system_allocate((count + 4) * sizeof *arguments);
    if (arguments == NULL)
        return NULL;
    arguments[0] = path;
    arguments[1] = (char *)"helper";
    arguments[2] = (char *)command->family->name;
    memcpy(arguments + 3, command->words, count * sizeof *arguments);
    return arguments;
}

void twin_become(const struct command *command, struct bytes *input)
{
    char path[PATH_LIMIT];
    char **arguments = twin_arguments(path, command);
    int error = 0;
    if (!twin_path(path)) {
        complain("cannot tell where this helper is installed", "", REINSTALL);
    } else if (command->family->input == INPUT_STDIN && (error = give_back(input)) < 0) {
        complain_of(error, "cannot pass the request on: ", NULL);
    } else if (arguments == NULL) {
        complain("out of memory", "", NULL);
    } else {
        bytes_wipe(input);
        system_ignore_broken_pipes(false);
        complain_of(system_execute(path, arguments), "cannot run keyturn: ", REINSTALL);
    }
}
