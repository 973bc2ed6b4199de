enum call {
    CALL_READ = 0, CALL_WRITE = 1, CALL_CLOSE = 3, CALL_FSTAT = 5, CALL_LSEEK = 8, CALL_MMAP = 9, CALL_MPROTECT = 10,
    CALL_RT_SIGACTION = 13, CALL_RT_SIGPROCMASK = 14, CALL_SOCKET = 41, CALL_CONNECT = 42, CALL_RECVFROM = 45, CALL_SENDMSG = 46,
    CALL_GETSOCKOPT = 55, CALL_CLONE = 56, CALL_EXECVE = 59, CALL_UNAME = 63, CALL_FCNTL = 72, CALL_FCHDIR = 81,
    CALL_GETEUID = 107, CALL_PRCTL = 157, CALL_ARCH_PRCTL = 158, CALL_SETRLIMIT = 160, CALL_CLOCK_GETTIME = 228,
    CALL_EXIT_GROUP = 231, CALL_OPENAT = 257, CALL_NEWFSTATAT = 262, CALL_READLINKAT = 267,
    CALL_FACCESSAT = 269, CALL_PPOLL = 271, CALL_DUP3 = 292, CALL_PIPE2 = 293, CALL_MEMFD_CREATE = 319,
};

/* asm/stat.h, as far as it is read; its whole size is what the kernel writes. */
struct kernel_stat {
    uint64_t device, inode, links;
    uint32_t mode, owner;
    uint64_t rest[14];
};

#define RELOCATION_RELATIVE 8

static inline long call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* Where the kernel begins: the stack holds argc and what follows it. */
#define START                                                                                                          \
    __asm__(".text\n.globl _start\n.hidden linux_start\n.type _start, @function\n"                                     \
            "_start:\n"                                                                                                \
            "    xor %ebp, %ebp\n"                                                                                     \
            "    mov %rsp, %rdi\n"                                                                                     \
            "    and $-16, %rsp\n"                                                                                     \
            "    call linux_start\n"                                                                                   \
            "    hlt\n")
