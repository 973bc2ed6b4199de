#include "platform.h"

#include "asking/request.h"

#include "complaint.h"
#include "deadline.h"
#include "environment.h"
#include "stream.h"
#include "system.h"

static bool add_target(struct bytes *head, const struct command *command)
{
    size_t start = head->length;
    if (command->argument_count > ARGUMENTS_LIMIT)
        return false;
    bytes_add_text(head, "/v1/");
    bytes_add_text(head, command->family->name);
    bytes_add_text(head, "/");
    bytes_add_text(head, command->operation);
    for (int i = 0; i < command->argument_count; i++) {
        bytes_add_text(head, i == 0 ? "?arg=" : "&arg=");
        bytes_add_encoded(head, command->arguments[i]);
    }
    return head->length - start <= TARGET_LIMIT;
}

/* False: what would have to be compared is too long to be sent, and left out it would mean something else. */
static bool add_environment(struct bytes *head, const struct family *family)
{
    for (const char *const *name = environment_names(family); *name != NULL; name++) {
        const char *value = environment_value(*name);
        size_t length = value == NULL ? 0 : strlen(value);
        if (length > VALUE_LIMIT && family->is_compared)
            return false;
        if (value == NULL || length > VALUE_LIMIT)
            continue;
        bytes_add_text(head, "Keyturn-Env-");
        bytes_add_text(head, *name);
        bytes_add_text(head, ": ");
        bytes_add_encoded(head, value);
        bytes_add_text(head, "\r\n");
    }
    return true;
}

static bool has_terminal(void)
{
    int terminal = system_open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal >= 0)
        system_close(terminal);
    return terminal >= 0;
}

bool request_add_head(struct bytes *head, const struct command *command, size_t body_length)
{
    bytes_add_text(head, "POST ");
    if (!add_target(head, command))
        return false;
    bytes_add_text(head, " HTTP/1.1\r\nHost: keyturn\r\nConnection: close\r\nKeyturn-Terminal: ");
    bytes_add_text(head, has_terminal() ? "1\r\n" : "0\r\n");
    if (command->family->is_compared)
        bytes_add_text(head, "User-Agent: keyturn/" KEYTURN_VERSION "\r\n");
    if (!add_environment(head, command->family))
        return false;
    bytes_add_text(head, "Content-Length: ");
    bytes_add_number(head, body_length);
    bytes_add_text(head, "\r\n\r\n");
    return !head->overflow;
}

/* Whether a blank line ends among the bytes from `from` on; what follows it is cut off. git strips a CR, too. */
static bool cut_at_blank_line(struct bytes *input, size_t from)
{
    for (size_t i = from; i < input->length; i++) {
        size_t end = i > 0 && input->data[i - 1] == '\r' ? i - 1 : i;
        if (input->data[i] == '\n' && (end == 0 || input->data[end - 1] == '\n')) {
            input->length = i + 1;
            return true;
        }
    }
    return false;
}

/* 0 or a negative error number. */
static int read_standard_input(struct bytes *input, bool to_blank_line, long long deadline)
{
    for (;;) {
        size_t before = input->length;
        ptrdiff_t count = stream_read(STANDARD_INPUT, input, deadline);
        if (count <= 0)
            return (int)count;
        if (to_blank_line && cut_at_blank_line(input, before))
            return 0;
    }
}

int request_read_input(struct bytes *input, const struct command *command)
{
    int error = 0;
    if (command->family->input == INPUT_EXEC_INFO) {
        /* Standard input stays untouched: some clients leave a pipe there and never close it. */
        const char *information = environment_value("KUBERNETES_EXEC_INFO");
        bytes_add_text(input, information == NULL ? "" : information);
    } else {
        error = read_standard_input(input, command->family->input == INPUT_TO_BLANK_LINE, deadline_of(command));
    }
    if (error == -ETIMEDOUT)
        complain("standard input did not end in time", "", "whoever starts this helper has to close its input");
    else if (error < 0)
        complain_of(error, "cannot read standard input: ", NULL);
    else if (input->overflow || input->length > INPUT_LIMIT)
        complain("standard input exceeds 1 MiB", "", NULL);
    else
        return 0;
    return error < 0 ? 1 : 2;
}
