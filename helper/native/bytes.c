#include "platform.h"

#include "bytes.h"

#include "system.h"

void bytes_add(struct bytes *bytes, const void *data, size_t length)
{
    if (bytes->overflow || length > bytes->capacity - bytes->length) {
        bytes->overflow = true;
        return;
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

void bytes_add_text(struct bytes *bytes, const char *text)
{
    bytes_add(bytes, text, strlen(text));
}

void bytes_add_number(struct bytes *bytes, size_t number)
{
    char digits[3 * sizeof number];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    bytes_add(bytes, digits + start, sizeof digits - start);
}

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

void bytes_add_encoded(struct bytes *bytes, const char *text)
{
    static const char hexadecimal[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        char escape[] = {'%', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
        if (is_unreserved(byte))
            bytes_add(bytes, &byte, 1);
        else
            bytes_add(bytes, escape, sizeof escape);
    }
}

void bytes_wipe(struct bytes *bytes)
{
    system_wipe(bytes->data, bytes->length);
    bytes->length = 0;
}
