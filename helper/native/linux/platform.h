/* What platform.h takes from a C library's headers, where there is no C library: numbers of the kernel's, and the
 * functions of memory.c and text.c. The compiler's own headers are all that this room includes. */
#ifndef KEYTURN_LINUX_PLATFORM_H
#define KEYTURN_LINUX_PLATFORM_H

#include <stddef.h>

#if defined(__x86_64__) && defined(__LP64__)
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
#define O_DIRECTORY 040000
#define O_NOFOLLOW 0100000
#else
#error "for this processor the helper is built with a C library"
#endif

#define O_RDONLY 0
#define O_RDWR 2
#define O_NOCTTY 0400
#define O_NONBLOCK 04000
#define O_CLOEXEC 02000000
#define O_PATH 010000000

#define EINTR 4
#define EIO 5
#define EAGAIN 11
#define EPIPE 32
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ETIMEDOUT 110

#define POLLIN 1
#define POLLOUT 4

#define S_IRWXG 070
#define S_IRWXO 07
#define S_ISDIR(mode) (((mode) & 0170000) == 0040000)

void *memchr(const void *data, int byte, size_t length);
int memcmp(const void *one, const void *other, size_t length);
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmem(const void *data, size_t length, const void *part, size_t part_length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *data, int byte, size_t length);

char *strchr(const char *text, int character);
int strcmp(const char *one, const char *other);
size_t strcspn(const char *text, const char *stop);
size_t strlen(const char *text);
int strncasecmp(const char *one, const char *other, size_t length);
int strncmp(const char *one, const char *other, size_t length);
char *strrchr(const char *text, int character);
size_t strspn(const char *text, const char *accepted);

#endif
