/* Byte strings in memory of a fixed size: what does not fit sets `overflow` and is left out. */
#ifndef KEYTURN_BYTES_H
#define KEYTURN_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    unsigned char *data;
    size_t length;
    size_t capacity;
    bool overflow;
};

/* An empty byte string over an array, which it never outgrows. */
#define BYTES_OVER(array) {(unsigned char *)(array), 0, sizeof(array), false}

void bytes_add(struct bytes *bytes, const void *data, size_t length);
void bytes_add_text(struct bytes *bytes, const char *text);
void bytes_add_number(struct bytes *bytes, size_t number);

/* Percent-encoded: unreserved characters (RFC 3986 section 2.3) as they are, every other byte as %XX. */
void bytes_add_encoded(struct bytes *bytes, const char *text);

/* Forget the contents in a way that the compiler may not leave out. */
void bytes_wipe(struct bytes *bytes);

#endif
