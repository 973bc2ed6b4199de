#include "platform.h"

#include "printable.h"

struct range {
    unsigned long first, last;
};

/* Unicode's categories Cc, Cf, Zl and Zp: terminals obey U+009B as they do ESC [, and bidi marks turn a line around. */
static const struct range obeyed[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x0600, 0x0605}, {0x061c, 0x061c}, {0x06dd, 0x06dd},
    {0x070f, 0x070f}, {0x0890, 0x0891}, {0x08e2, 0x08e2}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f},
};

static bool is_obeyed(unsigned long character)
{
    for (size_t i = 0; i < sizeof obeyed / sizeof *obeyed; i++)
        if (character >= obeyed[i].first && character <= obeyed[i].last)
            return true;
    return false;
}

/* Bytes of the character that begins with `byte`, 0: none does (RFC 3629 section 4). */
static size_t length_of(unsigned char byte)
{
    if (byte < 0x80)
        return 1;
    if (byte < 0xc2 || byte > 0xf4)
        return 0;
    return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/* The length of the character at `text`, 0: what stands there is no UTF-8 (cut short, too long a form, a surrogate). */
static size_t decode(const unsigned char *text, unsigned long *character)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = length_of(*text);
    unsigned long value = length < 2 ? *text : *text & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return length;
}

void bytes_add_printable(struct bytes *line, const char *text)
{
    while (*text != '\0') {
        unsigned long character;
        size_t length = decode((const unsigned char *)text, &character);
        if (length == 0 || is_obeyed(character))
            bytes_add_text(line, " ");
        else
            bytes_add(line, text, length);
        text += length == 0 ? 1 : length;
    }
}
