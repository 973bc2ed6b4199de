#include "platform.h"

#include "twin.h"

#include "complaint.h"
#include "deadline.h"
#include "entry.h"
#include "stream.h"
#include "system.h"

/* A descriptor to read the input from again, kept in memory: it may hold a password. */
static int refilled_file(const struct bytes *input)
{
    int file = system_memory_file("keyturn-input");
    if (file < 0)
        return file;
    if (stream_write_all(file, input->data, input->length) == 0 && system_rewind(file) == 0)
        return file;
    system_close(file);
    return -EIO;
}

/* A pipe holds less than an input may be long, so a child fills it. It lets go of stdout and stderr, lest the
 * caller wait for their end because of it. */
static int refilled_pipe(struct bytes *input)
{
    int ends[2];
    int error = system_pipe(ends);
    if (error < 0)
        return error;
    int child = system_fork();
    if (child == 0) {
        system_close(ends[0]);
        system_close(STANDARD_OUTPUT);
        system_close(STANDARD_ERROR);
        (void)stream_write_all(ends[1], input->data, input->length);
        bytes_wipe(input);
        system_exit(0);
    }
    system_close(ends[1]);
    if (child > 0)
        return ends[0];
    system_close(ends[0]);
    return child;
}

/* 0 or a negative error number. */
static int give_back(struct bytes *input)
{
    int source = refilled_file(input);
    if (source < 0)
        source = refilled_pipe(input);
    bytes_wipe(input);
    return source < 0 ? source : system_move(source, STANDARD_INPUT);
}

void twin_become(const struct command *command, struct bytes *input)
{
    char until[32];
    struct bytes option = BYTES_OVER(until);
    bytes_add_text(&option, "--until=");
    bytes_add_number(&option, (size_t)deadline_of(command));
    bytes_add(&option, "", 1);
    int error = command->family->input == INPUT_EXEC_INFO ? 0 : give_back(input);
    if (error < 0) {
        complain_of(error, "cannot pass the request on: ", NULL);
        return;
    }
    bytes_wipe(input);
    system_ignore_write_signals(false);
    entry_become((const char *[]){"helper", until, command->family->name, NULL}, command->words);
}
