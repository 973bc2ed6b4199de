/* What a compiler expects to be there: it turns assignments and loops into calls of these. It must not do so with the
 * loops in here, which would call themselves: SEEN keeps it from knowing what a loop does. */
#include "platform.h"

#include <stdint.h>

#define SEEN(pointer) __asm__ volatile("" : "+r"(pointer) : : "memory")

/* Eight bytes wherever they lie, whatever else they are. */
struct word {
    uint64_t value;
} __attribute__((packed, may_alias));

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
        *(struct word *)target = *(const struct word *)source;
        target += sizeof(struct word);
        source += sizeof(struct word);
        SEEN(target);
    }
    for (; length > 0; length--) {
        *target++ = *source++;
        SEEN(target);
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    if ((uintptr_t)target - (uintptr_t)source >= length)
        return memcpy(to, from, length);
    while (length > 0) {
        length--;
        target[length] = source[length];
        SEEN(target);
    }
    return to;
}

void *memset(void *data, int byte, size_t length)
{
    unsigned char *target = data;
    uint64_t value = 0x0101010101010101u * (unsigned char)byte;
    for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
        ((struct word *)target)->value = value;
        target += sizeof(struct word);
        SEEN(target);
    }
    for (; length > 0; length--) {
        *target++ = (unsigned char)byte;
        SEEN(target);
    }
    return data;
}

int memcmp(const void *one, const void *other, size_t length)
{
    const unsigned char *left = one, *right = other;
    for (; length > 0; length--, left++, right++) {
        if (*left != *right)
            return *left - *right;
        SEEN(left);
    }
    return 0;
}
