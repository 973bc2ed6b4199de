#include "platform.h"

#include "twin.h"

#include "complaint.h"
#include "stream.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#include <stdint.h>
#else
#include <sys/mman.h>
#endif

#define REINSTALL "install keyturn anew, so that it stands beside this helper: pip install --force-reinstall keyturn"

/* Our own program's path without symbolic links (pipx and uv put links into ~/.local/bin). */
static bool own_path(char path[PATH_MAX])
{
#ifdef __APPLE__
    char unresolved[PATH_MAX];
    uint32_t size = sizeof unresolved;
    return _NSGetExecutablePath(unresolved, &size) == 0 && realpath(unresolved, path) != NULL;
#else
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    if (length <= 0 || length >= PATH_MAX)
        return false;
    path[length] = '\0';
    return true;
#endif
}

/* Beside us, never through PATH: the caller's PATH may begin with a directory of somebody else. */
static bool twin_path(char path[PATH_MAX])
{
    static const char name[] = "keyturn";
    if (!own_path(path))
        return false;
    char *end = strrchr(path, '/');
    if (end == NULL || (size_t)(end + 1 - path) + sizeof name > PATH_MAX)
        return false;
    memcpy(end + 1, name, sizeof name);
    return true;
}

/* A descriptor to read the input from again, kept in memory: it may hold a password. */
static int refilled_file(const struct bytes *input)
{
#if defined(MFD_CLOEXEC) && !defined(KEYTURN_WITHOUT_MEMFD)
    int file = memfd_create("keyturn-input", MFD_CLOEXEC);
    if (file < 0)
        return -1;
    if (stream_write_all(file, input->data, input->length) && lseek(file, 0, SEEK_SET) == 0)
        return file;
    (void)close(file);
#else
    (void)input;
#endif
    return -1;
}

/* A pipe holds less than an input may be long, so a child fills it. It lets go of stdout and stderr, lest the
 * caller wait for their end because of it. */
static int refilled_pipe(struct bytes *input)
{
    int ends[2];
    if (pipe(ends) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        (void)close(STDOUT_FILENO);
        (void)close(STDERR_FILENO);
        (void)stream_write_all(ends[1], input->data, input->length);
        bytes_wipe(input);
        _exit(0);
    }
    (void)close(ends[1]);
    if (child > 0)
        return ends[0];
    (void)close(ends[0]);
    return -1;
}

static bool give_back(struct bytes *input)
{
    int source = refilled_file(input);
    if (source < 0)
        source = refilled_pipe(input);
    bytes_wipe(input);
    if (source < 0 || dup2(source, STDIN_FILENO) < 0)
        return false;
    (void)close(source);
    return true;
}

static char **twin_arguments(char *path, const struct command *command)
{
    size_t count = (size_t)command->word_count;
    char **arguments = calloc(count + 4, sizeof *arguments);
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
    char path[PATH_MAX];
    char **arguments = twin_arguments(path, command);
    if (!twin_path(path)) {
        complain("cannot tell where this helper is installed", "", REINSTALL);
    } else if (command->family->input == INPUT_STDIN && !give_back(input)) {
        complain_of_errno("cannot pass the request on: ", NULL);
    } else if (arguments == NULL) {
        complain("out of memory", "", NULL);
    } else {
        bytes_wipe(input);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)execv(path, arguments);
        complain_of_errno("cannot run keyturn: ", REINSTALL);
    }
    free(arguments);
}
