#include "platform.h"

#include "request.h"

#include "complaint.h"
#include "stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Closed and sorted: what tells the daemon whether and how a person can be reached. Never a secret. */
static const char *const environment_names[] = {
    "BROWSER", "CI", "DISPLAY", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT", "SSH_CONNECTION", "SSH_TTY", "TERM",
    "WAYLAND_DISPLAY",
};

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

static void add_environment(struct bytes *head)
{
    for (size_t i = 0; i < sizeof environment_names / sizeof *environment_names; i++) {
        const char *value = getenv(environment_names[i]);
        if (value == NULL || strlen(value) > VALUE_LIMIT)
            continue;
        bytes_add_text(head, "Keyturn-Env-");
        bytes_add_text(head, environment_names[i]);
        bytes_add_text(head, ": ");
        bytes_add_encoded(head, value);
        bytes_add_text(head, "\r\n");
    }
}

static bool has_terminal(void)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal >= 0)
        (void)close(terminal);
    return terminal >= 0;
}

bool request_add_head(struct bytes *head, const struct command *command, size_t body_length)
{
    bytes_add_text(head, "POST ");
    if (!add_target(head, command))
        return false;
    bytes_add_text(head, " HTTP/1.1\r\nHost: keyturn\r\nConnection: close\r\nKeyturn-Terminal: ");
    bytes_add_text(head, has_terminal() ? "1\r\n" : "0\r\n");
    add_environment(head);
    bytes_add_text(head, "Content-Length: ");
    bytes_add_number(head, body_length);
    bytes_add_text(head, "\r\n\r\n");
    return !head->overflow;
}

int request_read_input(struct bytes *input, const struct command *command)
{
    if (command->family->input == INPUT_EXEC_INFO) {
        /* Standard input stays untouched: some clients leave a pipe there and never close it. */
        const char *information = getenv("KUBERNETES_EXEC_INFO");
        bytes_add_text(input, information == NULL ? "" : information);
    } else if (!stream_read_all(STDIN_FILENO, input)) {
        complain_of_errno("cannot read standard input: ", NULL);
        return 1;
    }
    if (input->overflow) {
        complain("standard input exceeds 1 MiB", "", NULL);
        return 2;
    }
    return 0;
}
