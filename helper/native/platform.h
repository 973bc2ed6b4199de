/* What differs between systems (and the C library's string functions, where linux/ stands in for one), and the limits
 * that every part of the helper keeps. Include it first.
 *
 * Linux is tested; macOS is written for and untried. */
#ifndef KEYTURN_PLATFORM_H
#define KEYTURN_PLATFORM_H

#ifdef _WIN32
#error "keyturn does not run on Windows"
#endif

#ifdef KEYTURN_FREESTANDING
#include "linux/platform.h"
#else

#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#else
#define _GNU_SOURCE /* O_PATH, memfd_create, memmem, struct ucred, explicit_bzero */
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#ifndef O_PATH /* macOS: reading a directory of ours is allowed, so this costs nothing */
#define O_PATH O_RDONLY
#endif

#endif

/* Bytes of a path that the kernel opens, and of a socket's address; with the NUL. */
#define PATH_LIMIT 4096
#ifdef __APPLE__
#define SOCKET_PATH_LIMIT 104
#else
#define SOCKET_PATH_LIMIT 108
#endif

/* Bytes of standard input or KUBERNETES_EXEC_INFO; the daemon refuses more. */
#define INPUT_LIMIT ((size_t)1 << 20)
/* Bytes of an answer: status line and fields, and body. */
#define ANSWER_HEAD_LIMIT ((size_t)16 << 10)
#define ANSWER_BODY_LIMIT ((size_t)1 << 20)
/* Fields `arg=` of a request, bytes of its target, and bytes of an environment value worth sending. */
#define ARGUMENTS_LIMIT 64
#define TARGET_LIMIT ((size_t)8 << 10)
#define VALUE_LIMIT ((size_t)1024)

/* Milliseconds from our start to the end of our twin, by family. Tests compile one shorter time for all. */
#ifdef KEYTURN_DEADLINE_MS
#define DEADLINE_MS(usual) KEYTURN_DEADLINE_MS
#else
#define DEADLINE_MS(usual) (usual)
#endif

#ifndef KEYTURN_VERSION /* the build hook knows it */
#define KEYTURN_VERSION "of unknown version"
#endif

/* Where logind keeps a directory per user. Tests compile another. */
#ifndef KEYTURN_USER_DIRECTORIES
#define KEYTURN_USER_DIRECTORIES "/run/user"
#endif

#endif
