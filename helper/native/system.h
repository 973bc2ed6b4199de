/* Every call of the operating system that the helper makes, and no other. libc/ makes them through the C library.
 *
 * What can fail returns a negative error number (-ENOENT …), as the kernel does; there is no errno. */
#ifndef KEYTURN_SYSTEM_H
#define KEYTURN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

struct file_status {
    unsigned mode;
    unsigned owner;
};

struct part {
    const unsigned char *data;
    size_t length;
};

/* Descriptors (libc/files.c). */
int system_open(const char *path, int flags);
void system_close(int descriptor);
bool system_is_open(int descriptor);
ptrdiff_t system_read(int descriptor, void *into, size_t room);
ptrdiff_t system_write(int descriptor, const void *data, size_t length);
int system_status(int descriptor, struct file_status *status);
int system_status_of_path(const char *path, struct file_status *status);
/* Whether its mode lets us run it, or search it. */
bool system_may_execute(const char *path);
/* Make `number` mean what `descriptor` means, and close that one. */
int system_move(int descriptor, int number);
int system_pipe(int ends[2]);
/* A file in memory that no child inherits, or -ENOSYS. */
int system_memory_file(const char *name);
int system_rewind(int descriptor);

/* Waiting (libc/files.c). `milliseconds` < 0: without end. 1: ready; 0: time is up; a descriptor < 0: only wait. */
int system_wait(int descriptor, short events, int milliseconds);
/* Milliseconds of a clock that goes on while the machine sleeps. */
long long system_clock(void);

/* Unix stream sockets (libc/sockets.c) that never block and that no child inherits. */
int system_socket(void);
/* -EAGAIN: the listener's queue is full. */
int system_connect(int socket, const char *path);
/* Make it the directory that relative paths begin in. */
int system_enter(int directory);
/* Part of the parts; their first bytes are taken off by the caller. */
ptrdiff_t system_send(int socket, const struct part parts[2]);
ptrdiff_t system_receive(int socket, void *into, size_t room);
/* The effective user of whoever listens, by the kernel's word. */
int system_peer(int socket, unsigned *user);

/* This process (libc/processes.c). */
unsigned system_user(void);
int system_host_name(char *name, size_t room);
/* The path of the running program without symbolic links. */
int system_own_path(char *path, size_t room);
/* The path by which it was started, links and all; NULL: nobody knows. */
const char *system_called_as(void);
/* A write that nobody reads, or that a limit on files forbids, is an error number and no signal; or it is one again. */
void system_ignore_write_signals(bool ignore);
/* Ctrl-C waits from now on, also for what we become, until that lets it through. */
void system_hold_interrupt(void);
/* No core file, of ours or of what we become. */
void system_forbid_core_files(void);
/* No other process of the user's may attach to read our memory; there is no core file of it either. */
void system_guard_memory(void);
int system_fork(void);
/* Only return when it failed; the second with other variables than ours. */
int system_execute(const char *path, char **arguments);
int system_execute_with(const char *path, char **arguments, char **variables);
_Noreturn void system_exit(int status);
/* Zeroed memory, never given back: the process is short. NULL: there is none. */
void *system_allocate(size_t size);
void system_wipe(void *data, size_t length);
/* What an error number says, as the C library words it. */
const char *system_reason(int error);

#endif
