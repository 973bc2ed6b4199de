enum call {
    CALL_DUP3 = 24, CALL_FCNTL = 25, CALL_FACCESSAT = 48, CALL_FCHDIR = 50, CALL_OPENAT = 56, CALL_CLOSE = 57, CALL_PIPE2 = 59,
    CALL_LSEEK = 62, CALL_READ = 63, CALL_WRITE = 64, CALL_PPOLL = 73, CALL_READLINKAT = 78, CALL_NEWFSTATAT = 79,
    CALL_FSTAT = 80, CALL_EXIT_GROUP = 94, CALL_CLOCK_GETTIME = 113, CALL_RT_SIGACTION = 134, CALL_RT_SIGPROCMASK = 135, CALL_UNAME = 160,
    CALL_SETRLIMIT = 164, CALL_PRCTL = 167, CALL_GETEUID = 175, CALL_SOCKET = 198, CALL_CONNECT = 203,
    CALL_RECVFROM = 207, CALL_GETSOCKOPT = 209, CALL_SENDMSG = 211, CALL_CLONE = 220, CALL_EXECVE = 221,
    CALL_MMAP = 222, CALL_MPROTECT = 226, CALL_MEMFD_CREATE = 279,
};

/* asm-generic/stat.h, as far as it is read; its whole size is what the kernel writes. */
struct kernel_stat {
    uint64_t device, inode;
    uint32_t mode, links, owner, group;
    uint64_t rest[12];
};

#define RELOCATION_RELATIVE 1027

static inline long call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

/* Where the kernel begins: the stack holds argc and what follows it. */
#define START                                                                                                          \
    __asm__(".text\n.globl _start\n.hidden linux_start\n.type _start, %function\n"                                     \
            "_start:\n"                                                                                                \
            "    mov x29, #0\n"                                                                                        \
            "    mov x30, #0\n"                                                                                        \
            "    mov x0, sp\n"                                                                                         \
            "    and sp, x0, #-16\n"                                                                                   \
            "    bl linux_start\n"                                                                                     \
            "    brk #0\n")
