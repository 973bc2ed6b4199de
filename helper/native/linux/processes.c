#include "call.h"

#include "../system.h"
#include "start.h"

enum { SIGNAL_INTERRUPT = 2, SIGNAL_PIPE = 13, SIGNAL_CHILD = 17, SIGNAL_FILE_SIZE = 25, BLOCK = 0 };
enum { LIMIT_CORE = 4, SET_DUMPABLE = 4, HERE = -100 };
enum { READ_AND_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };

extern char **environ;

/* What uname(2) fills. */
struct machine {
    char system[65], host[65], rest[4 * 65];
};

/* Zero but for the handler, of which 0 is the default and 1 to ignore the signal. */
struct kernel_action {
    uintptr_t handler;
    uint64_t rest[3];
};

unsigned system_user(void)
{
    return (unsigned)call3(CALL_GETEUID, 0, 0, 0);
}

int system_host_name(char *name, size_t room)
{
    struct machine machine;
    int result = (int)call3(CALL_UNAME, ADDRESS(&machine), 0, 0);
    if (result < 0)
        return result;
    size_t length = strlen(machine.host);
    if (length >= room)
        return -ENAMETOOLONG;
    memcpy(name, machine.host, length + 1);
    return 0;
}

int system_own_path(char *path, size_t room)
{
    long length = call6(CALL_READLINKAT, HERE, ADDRESS("/proc/self/exe"), ADDRESS(path), (long)room, 0, 0);
    if (length < 0)
        return (int)length;
    if ((size_t)length >= room)
        return -ENAMETOOLONG;
    path[length] = '\0';
    return 0;
}

const char *system_called_as(void)
{
    return start_path;
}

void system_ignore_write_signals(bool ignore)
{
    struct kernel_action action = {.handler = ignore ? 1 : 0};
    (void)call6(CALL_RT_SIGACTION, SIGNAL_PIPE, ADDRESS(&action), 0, sizeof(uint64_t), 0, 0);
    (void)call6(CALL_RT_SIGACTION, SIGNAL_FILE_SIZE, ADDRESS(&action), 0, sizeof(uint64_t), 0, 0);
}

void system_hold_interrupt(void)
{
    const uint64_t held = (uint64_t)1 << (SIGNAL_INTERRUPT - 1);
    (void)call6(CALL_RT_SIGPROCMASK, BLOCK, ADDRESS(&held), 0, sizeof held, 0, 0);
}

void system_forbid_core_files(void)
{
    const uint64_t none[2] = {0, 0};
    (void)call3(CALL_SETRLIMIT, LIMIT_CORE, ADDRESS(none), 0);
}

void system_guard_memory(void)
{
    (void)call3(CALL_PRCTL, SET_DUMPABLE, 0, 0);
}

int system_fork(void)
{
    return (int)call3(CALL_CLONE, SIGNAL_CHILD, 0, 0);
}

int system_execute(const char *path, char **arguments)
{
    return system_execute_with(path, arguments, environ);
}

int system_execute_with(const char *path, char **arguments, char **variables)
{
    return (int)call3(CALL_EXECVE, ADDRESS(path), ADDRESS(arguments), ADDRESS(variables));
}

void system_exit(int status)
{
    call3(CALL_EXIT_GROUP, status, 0, 0);
    __builtin_trap();
}

void *system_allocate(size_t size)
{
    long place = call6(CALL_MMAP, 0, (long)size, READ_AND_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    return place < 0 && place > -4096 ? NULL : (void *)place;
}

void system_wipe(void *data, size_t length)
{
    memset(data, 0, length);
    __asm__ volatile("" : : "r"(data) : "memory"); /* somebody might read it: so it is not left out */
}
