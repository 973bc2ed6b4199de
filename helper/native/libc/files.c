#include "../platform.h"

#include "../system.h"

#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__) && !defined(KEYTURN_WITHOUT_MEMFD)
#include <sys/mman.h>
#endif

#ifdef CLOCK_BOOTTIME /* counts suspend; on macOS CLOCK_MONOTONIC does */
#define DEADLINE_CLOCK CLOCK_BOOTTIME
#else
#define DEADLINE_CLOCK CLOCK_MONOTONIC
#endif

int system_open(const char *path, int flags)
{
    int descriptor = open(path, flags);
    return descriptor < 0 ? -errno : descriptor;
}

void system_close(int descriptor)
{
    (void)close(descriptor);
}

bool system_is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

ptrdiff_t system_read(int descriptor, void *into, size_t room)
{
    ptrdiff_t count = read(descriptor, into, room);
    return count < 0 ? -errno : count;
}

ptrdiff_t system_write(int descriptor, const void *data, size_t length)
{
    ptrdiff_t count = write(descriptor, data, length);
    return count < 0 ? -errno : count;
}

int system_status(int descriptor, struct file_status *status)
{
    struct stat found;
    if (fstat(descriptor, &found) < 0)
        return -errno;
    *status = (struct file_status){.mode = found.st_mode, .owner = found.st_uid};
    return 0;
}

int system_status_of_path(const char *path, struct file_status *status)
{
    struct stat found;
    if (stat(path, &found) < 0)
        return -errno;
    *status = (struct file_status){.mode = found.st_mode, .owner = found.st_uid};
    return 0;
}

bool system_may_execute(const char *path)
{
    return access(path, X_OK) == 0;
}

int system_move(int descriptor, int number)
{
    if (dup2(descriptor, number) < 0)
        return -errno;
    (void)close(descriptor);
    return 0;
}

int system_pipe(int ends[2])
{
    return pipe(ends) < 0 ? -errno : 0;
}

int system_memory_file(const char *name)
{
#if defined(MFD_CLOEXEC) && !defined(KEYTURN_WITHOUT_MEMFD)
    int file = memfd_create(name, MFD_CLOEXEC);
    return file < 0 ? -errno : file;
#else
    (void)name;
    return -ENOSYS;
#endif
}

int system_rewind(int descriptor)
{
    return lseek(descriptor, 0, SEEK_SET) < 0 ? -errno : 0;
}

int system_wait(int descriptor, short events, int milliseconds)
{
    struct pollfd ready = {.fd = descriptor, .events = events};
    int count = poll(&ready, descriptor < 0 ? 0 : 1, milliseconds);
    return count < 0 ? -errno : count;
}

long long system_clock(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(DEADLINE_CLOCK, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
