#ifdef __APPLE__
#define __STDC_WANT_LIB_EXT1__ 1 /* memset_s */
#endif
#include "../platform.h"

#include "../system.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

#ifdef __APPLE__
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdint.h>
#endif

unsigned system_user(void)
{
    return geteuid();
}

int system_host_name(char *name, size_t room)
{
    if (gethostname(name, room - 1) < 0)
        return -errno;
    name[room - 1] = '\0';
    return 0;
}

int system_own_path(char *path, size_t room)
{
#ifdef __APPLE__
    char unresolved[PATH_MAX], resolved[PATH_MAX];
    uint32_t size = sizeof unresolved;
    if (_NSGetExecutablePath(unresolved, &size) != 0 || realpath(unresolved, resolved) == NULL)
        return -EIO;
    return strlcpy(path, resolved, room) < room ? 0 : -ENAMETOOLONG;
#else
    ptrdiff_t length = readlink("/proc/self/exe", path, room);
    if (length < 0)
        return -errno;
    if ((size_t)length >= room)
        return -ENAMETOOLONG;
    path[length] = '\0';
    return 0;
#endif
}

const char *system_called_as(void)
{
#ifdef __APPLE__
    static char path[PATH_MAX];
    uint32_t size = sizeof path;
    return _NSGetExecutablePath(path, &size) == 0 ? path : NULL;
#else
    return (const char *)getauxval(AT_EXECFN);
#endif
}

void system_ignore_write_signals(bool ignore)
{
    (void)signal(SIGPIPE, ignore ? SIG_IGN : SIG_DFL);
    (void)signal(SIGXFSZ, ignore ? SIG_IGN : SIG_DFL);
}

void system_hold_interrupt(void)
{
    sigset_t held;
    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &held, NULL);
}

void system_forbid_core_files(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

void system_guard_memory(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int system_fork(void)
{
    pid_t child = fork();
    return child < 0 ? -errno : child;
}

int system_execute(const char *path, char **arguments)
{
    (void)execv(path, arguments);
    return -errno;
}

int system_execute_with(const char *path, char **arguments, char **variables)
{
    (void)execve(path, arguments, variables);
    return -errno;
}

void system_exit(int status)
{
    _exit(status);
}

void *system_allocate(size_t size)
{
    return calloc(1, size);
}

void system_wipe(void *data, size_t length)
{
#ifdef __APPLE__
    (void)memset_s(data, length, 0, length);
#else
    explicit_bzero(data, length);
#endif
}

const char *system_reason(int error)
{
    return strerror(error < 0 ? -error : error);
}
