/* The functions of string.h that the helper uses, as short as they can be: what they read is short. */
#include "platform.h"

void *memchr(const void *data, int byte, size_t length)
{
    for (const unsigned char *place = data; length > 0; length--, place++)
        if (*place == (unsigned char)byte)
            return (void *)place;
    return NULL;
}

void *memmem(const void *data, size_t length, const void *part, size_t part_length)
{
    for (const unsigned char *place = data; length >= part_length; length--, place++)
        if (memcmp(place, part, part_length) == 0)
            return (void *)place;
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
        __asm__ volatile("" : "+r"(length)); /* else this is turned into a call of itself */
    }
    return length;
}

char *strchr(const char *text, int character)
{
    for (;; text++) {
        if (*text == (char)character)
            return (char *)text;
        if (*text == '\0')
            return NULL;
    }
}

char *strrchr(const char *text, int character)
{
    const char *found = NULL;
    for (;; text++) {
        if (*text == (char)character)
            found = text;
        if (*text == '\0')
            return (char *)found;
    }
}

int strncmp(const char *one, const char *other, size_t length)
{
    for (; length > 0; length--, one++, other++)
        if (*one != *other || *one == '\0')
            return (unsigned char)*one - (unsigned char)*other;
    return 0;
}

int strcmp(const char *one, const char *other)
{
    return strncmp(one, other, (size_t)-1);
}

static int lower(char character)
{
    return character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : (unsigned char)character;
}

int strncasecmp(const char *one, const char *other, size_t length)
{
    for (; length > 0; length--, one++, other++)
        if (lower(*one) != lower(*other) || *one == '\0')
            return lower(*one) - lower(*other);
    return 0;
}

size_t strspn(const char *text, const char *accepted)
{
    size_t length = 0;
    while (text[length] != '\0' && strchr(accepted, text[length]) != NULL)
        length++;
    return length;
}

size_t strcspn(const char *text, const char *stop)
{
    size_t length = 0;
    while (text[length] != '\0' && strchr(stop, text[length]) == NULL)
        length++;
    return length;
}
