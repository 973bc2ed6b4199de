#include "platform.h"

#include "about.h"

#include "stream.h"

static void add_version(struct bytes *text, const struct family *family)
{
    bytes_add_text(text, family->program);
    bytes_add_text(text, " (keyturn) " KEYTURN_VERSION "\n");
}

static void add_help(struct bytes *text, const struct family *family)
{
    bytes_add_text(text, "usage: ");
    bytes_add_text(text, family->usage);
    bytes_add_text(text, "\n\nA program starts this to get a token; for people there is: keyturn --help\n");
}

bool about_answer(int argc, char **argv, int *status)
{
    char memory[512];
    struct bytes text = BYTES_OVER(memory);
    const struct family *family = argc == 2 ? command_family(argv[0]) : NULL;
    if (family == NULL)
        return false;
    if (strcmp(argv[1], "--version") == 0)
        add_version(&text, family);
    else if (strcmp(argv[1], "--help") == 0)
        add_help(&text, family);
    else
        return false;
    *status = stream_write_all(STANDARD_OUTPUT, text.data, text.length) == 0 ? 0 : 1;
    return true;
}
