#include "call.h"

#include "../system.h"

enum { HERE = -100, FCNTL_GET_FLAGS = 1, MEMFD_CLOEXEC = 1, CLOCK_WITH_SUSPEND = 7, MAY_EXECUTE = 1 };

struct kernel_time {
    int64_t seconds, nanoseconds;
};

struct kernel_poll {
    int descriptor;
    short events, returned;
};

int system_open(const char *path, int flags)
{
    return (int)call3(CALL_OPENAT, HERE, ADDRESS(path), flags);
}

void system_close(int descriptor)
{
    (void)call3(CALL_CLOSE, descriptor, 0, 0);
}

bool system_is_open(int descriptor)
{
    return call3(CALL_FCNTL, descriptor, FCNTL_GET_FLAGS, 0) >= 0;
}

ptrdiff_t system_read(int descriptor, void *into, size_t room)
{
    return call3(CALL_READ, descriptor, ADDRESS(into), (long)room);
}

ptrdiff_t system_write(int descriptor, const void *data, size_t length)
{
    return call3(CALL_WRITE, descriptor, ADDRESS(data), (long)length);
}

int system_status(int descriptor, struct file_status *status)
{
    struct kernel_stat found;
    int result = (int)call3(CALL_FSTAT, descriptor, ADDRESS(&found), 0);
    if (result == 0)
        *status = (struct file_status){.mode = found.mode, .owner = found.owner};
    return result;
}

int system_status_of_path(const char *path, struct file_status *status)
{
    struct kernel_stat found;
    int result = (int)call6(CALL_NEWFSTATAT, HERE, ADDRESS(path), ADDRESS(&found), 0, 0, 0);
    if (result == 0)
        *status = (struct file_status){.mode = found.mode, .owner = found.owner};
    return result;
}

bool system_may_execute(const char *path)
{
    return call3(CALL_FACCESSAT, HERE, ADDRESS(path), MAY_EXECUTE) == 0;
}

int system_move(int descriptor, int number)
{
    int result = (int)call3(CALL_DUP3, descriptor, number, 0);
    if (result < 0)
        return result;
    system_close(descriptor);
    return 0;
}

int system_pipe(int ends[2])
{
    return (int)call3(CALL_PIPE2, ADDRESS(ends), 0, 0);
}

int system_memory_file(const char *name)
{
#ifdef KEYTURN_WITHOUT_MEMFD
    (void)name;
    return -ENOSYS;
#else
    return (int)call3(CALL_MEMFD_CREATE, ADDRESS(name), MEMFD_CLOEXEC, 0);
#endif
}

int system_rewind(int descriptor)
{
    long place = call3(CALL_LSEEK, descriptor, 0, 0);
    return place < 0 ? (int)place : 0;
}

int system_wait(int descriptor, short events, int milliseconds)
{
    struct kernel_poll ready = {descriptor, events, 0};
    struct kernel_time time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    long limit = milliseconds < 0 ? 0 : ADDRESS(&time);
    return (int)call6(CALL_PPOLL, ADDRESS(&ready), descriptor < 0 ? 0 : 1, limit, 0, 0, 0);
}

long long system_clock(void)
{
    struct kernel_time now = {0, 0};
    (void)call3(CALL_CLOCK_GETTIME, CLOCK_WITH_SUSPEND, ADDRESS(&now), 0);
    return now.seconds * 1000 + now.nanoseconds / 1000000;
}
