/* From the kernel to main: a program that lies anywhere in memory moves its own pointers, as a loader would, then takes
 * the right to write them away, and only then begins. */
#include "call.h"

#include "guard.h"
#include "start.h"

/* elf.h, as far as it is read. */
struct elf_header {
    unsigned char identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t size, program_header_size, program_header_count;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct word_pair {
    uint64_t tag, value;
};

struct relocation {
    uint64_t place, information, addend;
};

enum { AUXILIARY_PAGE_SIZE = 6, AUXILIARY_RANDOM = 25, AUXILIARY_PATH = 31 };
enum { DYNAMIC_RELA = 7, DYNAMIC_RELA_SIZE = 8, DYNAMIC_REL = 17, DYNAMIC_JUMPS = 23, DYNAMIC_RELR = 36 };
enum { PROGRAM_RELRO = 0x6474e552, PROTECTION_READ = 1 };

/* The linker's: where the file's beginning lies in memory, and the table of what to do. */
extern const struct elf_header __ehdr_start __attribute__((visibility("hidden")));
extern const struct word_pair _DYNAMIC[] __attribute__((visibility("hidden")));

extern char **environ;
/* Beside the guard, and like it never written again. */
char **environ __attribute__((section(".data.rel.ro"))) = 0;
const char *start_path __attribute__((section(".data.rel.ro"))) = 0;

int main(int argc, char **argv);
_Noreturn void linux_start(uintptr_t *stack) __attribute__((visibility("hidden"), used));

START;

static uint64_t value_of(const struct word_pair *pairs, uint64_t tag)
{
    for (; pairs->tag != 0; pairs++)
        if (pairs->tag == tag)
            return pairs->value;
    return 0;
}

/* A linker that was asked for nothing else leaves relative relocations alone; anything else would be left undone. */
static void relocate(uintptr_t base)
{
    uint64_t count = value_of(_DYNAMIC, DYNAMIC_RELA_SIZE) / sizeof(struct relocation);
    const struct relocation *relocation = (const struct relocation *)(base + value_of(_DYNAMIC, DYNAMIC_RELA));
    if (value_of(_DYNAMIC, DYNAMIC_REL) + value_of(_DYNAMIC, DYNAMIC_JUMPS) + value_of(_DYNAMIC, DYNAMIC_RELR) != 0)
        __builtin_trap();
    for (; count > 0; count--, relocation++) {
        if ((uint32_t)relocation->information != RELOCATION_RELATIVE)
            __builtin_trap();
        *(uint64_t *)(base + relocation->place) = base + relocation->addend;
    }
}

static void protect_relocated(uintptr_t base, uint64_t page)
{
    const char *table = (const char *)base + __ehdr_start.program_headers;
    for (unsigned i = 0; i < __ehdr_start.program_header_count; i++) {
        const struct program_header *header = (const struct program_header *)(const void *)table + i;
        if (header->type != PROGRAM_RELRO)
            continue;
        uintptr_t start = (base + header->address) & -page;
        uintptr_t end = (base + header->address + header->memory_size) & -page;
        if (call3(CALL_MPROTECT, (long)start, (long)(end - start), PROTECTION_READ) < 0)
            __builtin_trap();
    }
}

void linux_start(uintptr_t *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    char **variables = argv + argc + 1, **end = variables;
    while (*end != NULL)
        end++;
    const struct word_pair *auxiliary = (const struct word_pair *)(end + 1);
    uintptr_t base = (uintptr_t)&__ehdr_start;

    relocate(base);
    guard_seed((const void *)value_of(auxiliary, AUXILIARY_RANDOM));
    environ = variables;
    start_path = (const char *)value_of(auxiliary, AUXILIARY_PATH);
    protect_relocated(base, value_of(auxiliary, AUXILIARY_PAGE_SIZE));
    call3(CALL_EXIT_GROUP, main(argc, argv), 0, 0);
    __builtin_trap();
}
