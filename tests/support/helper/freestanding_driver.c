/* What only a program without a C library can show of itself. Built from helper/native/linux and this file. */
#include "platform.h"

#include "system.h"

#include <stdint.h>

static const char *const table[] = {"a pointer that the start has moved", "another"};
static unsigned char left[300], right[300], expected[300];

static int show_maps(void)
{
    static char text[1 << 16];
    int maps = system_open("/proc/self/maps", O_RDONLY);
    for (ptrdiff_t count; (count = system_read(maps, text, sizeof text)) > 0;)
        system_write(1, text, (size_t)count);
    return 0;
}

extern uintptr_t __stack_chk_guard;

/* The guard as it lies in memory: where an overrun that copies text would have to write it again. */
static int show_guard(void)
{
    system_write(1, (const unsigned char *)&__stack_chk_guard, sizeof __stack_chk_guard);
    return 0;
}

/* Writes beyond an array, as a mistake would: the compiler must not know how far. */
__attribute__((noinline)) static int overrun(size_t length)
{
    volatile unsigned char array[16];
    for (size_t i = 0; i < length; i++)
        array[i] = 'x';
    return array[0] == 'x' ? 0 : 1;
}

static int write_to_table(void)
{
    const char **writable = (const char **)(uintptr_t)table;
    __asm__ volatile("" : "+r"(writable));
    *writable = "taken over";
    return 0;
}

static void naive_copy(unsigned char *to, const unsigned char *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((volatile unsigned char *)to)[i] = from[i];
}

static bool same(const unsigned char *one, const unsigned char *other, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (one[i] != other[i])
            return false;
    return true;
}

static void fill(unsigned char *data, unsigned seed)
{
    for (size_t i = 0; i < sizeof left; i++)
        ((volatile unsigned char *)data)[i] = (unsigned char)(i * 7 + seed);
}

/* Every length and every pair of places that differ in how they lie among eight bytes. */
static bool moves_are_right(size_t to, size_t from, size_t length)
{
    fill(left, 1);
    fill(expected, 1);
    fill(right, 2);
    naive_copy(expected + to, right + from, length);
    if (memcpy(left + to, right + from, length) != left + to || !same(left, expected, sizeof left))
        return false;
    fill(left, 3);
    fill(right, 3);
    naive_copy(expected, left, sizeof left);
    naive_copy(expected + to, right + from, length);
    if (memmove(left + to, left + from, length) != left + to || !same(left, expected, sizeof left))
        return false;
    fill(left, 4);
    fill(expected, 4);
    for (size_t i = 0; i < length; i++)
        ((volatile unsigned char *)expected)[to + i] = 0xa5;
    return memset(left + to, 0x7a5, length) == left + to && same(left, expected, sizeof left);
}

static int check_memory(void)
{
    for (size_t to = 0; to < 9; to++)
        for (size_t from = 0; from < 17; from++)
            for (size_t length = 0; length < 70; length++)
                if (!moves_are_right(to, from, length))
                    return 1;
    fill(left, 1);
    fill(right, 1);
    for (size_t i = 0; i < 40; i++) {
        right[i] ^= 0x80;
        bool sign = memcmp(left, right, 40) < 0, expected_sign = left[i] < right[i];
        if (sign != expected_sign || memcmp(left, right, i) != 0 || memcmp(right, left, 40) == 0)
            return 2;
        right[i] ^= 0x80;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 64;
    if (strcmp(argv[1], "maps") == 0)
        return show_maps();
    if (strcmp(argv[1], "guard") == 0)
        return show_guard();
    if (strcmp(argv[1], "memory") == 0)
        return check_memory();
    if (strcmp(argv[1], "relocated") == 0)
        return write_to_table();
    return overrun(argc > 2 ? strlen(argv[2]) : 16);
}
