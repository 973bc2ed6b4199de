#include "platform.h"

#include "request.h"

#include "complaint.h"
#include "environment.h"
#include "stream.h"
#include "system.h"

#include <string.h>

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

static void add_environment(struct bytes *head, const struct family *family)
{
    for (const char *const *name = environment_names(family); *name != NULL; name++) {
        const char *value = environment_value(*name);
        if (value == NULL || strlen(value) > VALUE_LIMIT)
            continue;
        bytes_add_text(head, "Keyturn-Env-");
        bytes_add_text(head, *name);
        bytes_add_text(head, ": ");
        bytes_add_encoded(head, value);
        bytes_add_text(head, "\r\n");
    }
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
    add_environment(head, command->family);
    bytes_add_text(head, "Content-Length: ");
    bytes_add_number(head, body_length);
    bytes_add_text(head, "\r\n\r\n");
    return !head->overflow;
}

int request_read_input(struct bytes *input, const struct command *command)
{
    int error = 0;
    if (command->family->input == INPUT_EXEC_INFO) {
        /* Standard input stays untouched: some clients leave a pipe there and never close it. */
        const char *information = environment_value("KUBERNETES_EXEC_INFO");
        bytes_add_text(input, information == NULL ? "" : information);
    } else if ((error = stream_read_all(STANDARD_INPUT, input)) < 0) {
        complain_of(error, "cannot read standard input: ", NULL);
        return 1;
    }
    if (input->overflow) {
        complain("standard input exceeds 1 MiB", "", NULL);
        return 2;
    }
    return 0;
}
