#include "platform.h"

#include "complaint.h"

#include "printable.h"
#include "stream.h"
#include "system.h"

/* How a complaint looks on the stream it is for. */
struct form {
    int stream;
    const char *opening, *before_hint;
};

static void complain_as(const struct form *form, const char *sentence, const char *subject, const char *hint)
{
    unsigned char memory[8192]; /* longer than any path and any sentence of ours */
    struct bytes lines = BYTES_OVER(memory);
    bytes_add_text(&lines, form->opening);
    bytes_add_text(&lines, sentence);
    bytes_add_printable(&lines, subject);
    lines.overflow = false; /* an argument may be longer still: cut it, but end the line */
    if (lines.length > sizeof memory / 2)
        lines.length = sizeof memory / 2;
    if (hint != NULL) {
        bytes_add_text(&lines, form->before_hint);
        bytes_add_text(&lines, hint);
    }
    bytes_add_text(&lines, "\n");
    (void)stream_write_all(form->stream, lines.data, lines.length);
}

void complain(const char *sentence, const char *subject, const char *hint)
{
    complain_as(&(struct form){STANDARD_ERROR, "keyturn: error: ", "\nkeyturn: hint: "}, sentence, subject, hint);
}

void complain_on_output(const char *sentence, const char *subject, const char *hint)
{
    complain_as(&(struct form){STANDARD_OUTPUT, "keyturn: ", "; "}, sentence, subject, hint);
}

void complain_of(int error, const char *sentence, const char *hint)
{
    char reason[128];
    struct bytes text = BYTES_OVER(reason);
    bytes_add_text(&text, system_reason(error));
    bytes_add(&text, "", 1);
    if (text.overflow)
        reason[0] = '\0';
    if (reason[0] >= 'A' && reason[0] <= 'Z')
        reason[0] = (char)(reason[0] - 'A' + 'a');
    complain(sentence, reason, hint);
}
