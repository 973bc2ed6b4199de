/* The system call instruction of each processor, the numbers it takes, and what else is the processor's own. */
#ifndef KEYTURN_LINUX_CALL_H
#define KEYTURN_LINUX_CALL_H

#include "platform.h"

#include <stdint.h>

#if defined(__x86_64__)
#include "x86_64.h"
#else
#include "aarch64.h"
#endif

/* A system call takes what it needs of six words; pointers go as numbers. */
#define ADDRESS(pointer) ((long)(uintptr_t)(pointer))

/* The names that both processors' numbers have: CALL_READ … */
static inline long call3(long number, long a, long b, long c)
{
    return call6(number, a, b, c, 0, 0, 0);
}

#endif
