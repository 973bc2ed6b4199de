#include "call.h"

#include "guard.h"

/* With what RELRO protects: start.c makes it read-only right after it was seeded. */
extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard __attribute__((section(".data.rel.ro"))) = 0;

_Noreturn void __stack_chk_fail(void);

struct random {
    uintptr_t value;
} __attribute__((packed, may_alias));

/* A compiler for x86-64 that knows no global guard (clang before 12) looks for it at %fs:0x28, as in a C library's
 * threads. */
#if defined(KEYTURN_GUARD_IN_THREAD) && defined(__x86_64__)
#define ARCH_SET_FS 0x1002
static uintptr_t thread[6];
#endif

void guard_seed(const void *random)
{
    /* No variable of ours whose address is taken: this function would get a guard, too, and return across the change.
     * A NUL in it ends what an overrunning string function copies. */
    uintptr_t value = ((const struct random *)random)->value & ~(uintptr_t)0xff;
#if defined(KEYTURN_GUARD_IN_THREAD) && defined(__x86_64__)
    thread[5] = value;
    if (call3(CALL_ARCH_PRCTL, ARCH_SET_FS, ADDRESS(thread), 0) < 0)
        __builtin_trap();
#endif
    __stack_chk_guard = value;
}

/* The stack cannot be trusted any more: say so, and end by a signal, without the way back. */
void __stack_chk_fail(void)
{
    static const char message[] = "keyturn: error: the helper overran its own memory (a bug: report it)\n";
    call3(CALL_WRITE, 2, ADDRESS(message), sizeof message - 1);
    __builtin_trap();
}
