#include "platform.h"

#include "asking/answer.h"

#define ABSENT (-1L)

struct span {
    const char *start;
    size_t length;
};

struct head {
    long content_length;
    long exit_status;
};

static bool equals_ignoring_case(struct span span, const char *text)
{
    return span.length == strlen(text) && strncasecmp(span.start, text, span.length) == 0;
}

/* RFC 9110 section 5.6.2: the characters of a field's name. */
static bool is_token(struct span span)
{
    for (size_t i = 0; i < span.length; i++) {
        char c = span.start[i];
        bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alphanumeric && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return span.length > 0;
}

static bool has_control_character(struct span span)
{
    for (size_t i = 0; i < span.length; i++) {
        unsigned char byte = (unsigned char)span.start[i];
        if ((byte < ' ' && byte != '\t') || byte == 127)
            return true;
    }
    return false;
}

static struct span trimmed(struct span span)
{
    while (span.length > 0 && (*span.start == ' ' || *span.start == '\t')) {
        span.start++;
        span.length--;
    }
    while (span.length > 0 && (span.start[span.length - 1] == ' ' || span.start[span.length - 1] == '\t'))
        span.length--;
    return span;
}

/* Decimal digits and nothing else, said for the first time. */
static bool read_number(struct span digits, long limit, long *number)
{
    if (*number != ABSENT || digits.length == 0)
        return false;
    long value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.start[i] < '0' || digits.start[i] > '9')
            return false;
        value = value * 10 + (digits.start[i] - '0');
        if (value > limit)
            return false;
    }
    *number = value;
    return true;
}

static bool read_field(struct span line, struct head *head)
{
    const char *colon = memchr(line.start, ':', line.length);
    if (colon == NULL || has_control_character(line))
        return false;
    struct span name = {line.start, (size_t)(colon - line.start)};
    struct span value = trimmed((struct span){colon + 1, line.length - name.length - 1});
    if (!is_token(name) || equals_ignoring_case(name, "Transfer-Encoding"))
        return false;
    if (equals_ignoring_case(name, "Content-Length"))
        return read_number(value, (long)ANSWER_BODY_LIMIT, &head->content_length);
    if (equals_ignoring_case(name, "Keyturn-Exit"))
        return read_number(value, 255, &head->exit_status);
    return true;
}

static bool is_success(struct span line)
{
    static const char expected[] = "HTTP/1.1 200 ";
    return line.length >= sizeof expected - 1 && memcmp(line.start, expected, sizeof expected - 1) == 0 &&
           !has_control_character(line);
}

/* Cut the first line off. False: there is none that ends. */
static bool next_line(struct span *rest, struct span *line)
{
    const char *end = memmem(rest->start, rest->length, "\r\n", 2);
    if (end == NULL)
        return false;
    *line = (struct span){rest->start, (size_t)(end - rest->start)};
    rest->length -= line->length + 2;
    rest->start = end + 2;
    return true;
}

/* Read up to and with the empty line; `rest` becomes what follows within the head's limit. */
static bool read_head(struct span *rest, struct head *head)
{
    struct span line;
    if (!next_line(rest, &line) || !is_success(line))
        return false;
    while (next_line(rest, &line)) {
        if (line.length == 0)
            return true;
        if (!read_field(line, head))
            return false;
    }
    return false;
}

bool answer_parse(const unsigned char *data, size_t length, struct answer *answer)
{
    struct head head = {ABSENT, ABSENT};
    struct span rest = {(const char *)data, length < ANSWER_HEAD_LIMIT ? length : ANSWER_HEAD_LIMIT};
    if (!read_head(&rest, &head) || head.content_length == ABSENT || head.exit_status == ABSENT)
        return false;
    answer->body = (const unsigned char *)rest.start;
    answer->body_length = length - (size_t)(answer->body - data);
    answer->exit_status = (int)head.exit_status;
    return answer->body_length == (size_t)head.content_length;
}
