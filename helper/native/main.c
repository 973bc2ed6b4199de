/* The credential helper of git, docker and kubectl: hands the caller's request to the daemon and its ready-made
 * answer to the caller. Everything else (no daemon, a sign-in, an error to explain) is the twin's.
 *
 * Under the name `keyturn` it is what people and scripts type: some of it has such an answer, too, and for the rest
 * Python's start happens in an environment that we have cleaned. */
#include "platform.h"

#include "about.h"
#include "asking/answer.h"
#include "asking/exchange.h"
#include "asking/location.h"
#include "asking/request.h"
#include "bytes.h"
#include "command.h"
#include "complaint.h"
#include "deadline.h"
#include "entry.h"
#include "running.h"
#include "stream.h"
#include "system.h"
#include "twin.h"


/* Fixed and untouched until used: no growing, hence no copies of a token left behind. One byte more than the
 * limits tells too long from just fitting. */
#define INPUT_ROOM (INPUT_LIMIT + 1)
#define ANSWER_ROOM (ANSWER_HEAD_LIMIT + ANSWER_BODY_LIMIT + 1)
static unsigned char memory[INPUT_ROOM + REQUEST_HEAD_LIMIT + ANSWER_ROOM];

/* One behind the other: short ones share a page, and touching a page takes longer than all that is done with it. */
static struct bytes behind(const struct bytes *before, size_t room)
{
    return (struct bytes){before->data + before->length, 0, room, false};
}

/* False: no answer that could be copied out as it is. */
static bool ask_daemon(const struct command *command, const struct bytes *input, struct bytes *received,
                       struct answer *answer)
{
    struct bytes head = behind(input, REQUEST_HEAD_LIMIT);
    struct location location;
    if (!location_find(&location, (char *)head.data) || !request_add_head(&head, command, input->length))
        return false;
    *received = behind(&head, ANSWER_ROOM);
    bool answered = exchange(&location, &head, input, received, answer, deadline_for_us(command));
    bytes_wipe(&head);
    return answered;
}

static int deliver(const struct answer *answer)
{
    int error = stream_write_all(STANDARD_OUTPUT, answer->body, answer->body_length);
    if (error == 0)
        return answer->exit_status;
    complain_of(error, "cannot write the answer: ", NULL);
    return 1;
}

/* As Python's program does it: a reader that left (`keyturn token | true`) is nobody's error. */
static int print(const struct answer *answer)
{
    system_ignore_write_signals(true);
    int error = stream_write_all(STANDARD_OUTPUT, answer->body, answer->body_length);
    if (error != 0 && error != -EPIPE)
        complain_of(error, "cannot write the answer: ", NULL);
    return error == 0 ? answer->exit_status : 1;
}

static int become_keyturn(char **argv)
{
    const char *path = system_called_as();
    entry_become((const char *[]){"--called-as", path == NULL ? argv[0] : path, NULL}, argv + 1);
    return 1;
}

/* Whether a program that is run will start where we are: the way to the socket leads away from here, and back only where
 * one may search (peer.c). */
static bool is_here_to_stay(void)
{
    int here = system_open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here >= 0)
        system_close(here);
    return here >= 0;
}

/* Print the answer, or become `program` with it. False: there is no answer, or it cannot be run. */
static bool answered(const struct command *command, const char *program, int *status)
{
    struct bytes nothing = {memory, 0, INPUT_ROOM, false};
    struct bytes received = behind(&nothing, 0);
    struct answer answer;
    bool ready = ask_daemon(command, &nothing, &received, &answer);
    if (ready && program == NULL)
        *status = print(&answer);
    else if (ready)
        running_become(program, command->program, &answer);
    bytes_wipe(&received);
    return ready && program == NULL;
}

/* Nothing that Python's program would inherit is touched before it is certain that it is not needed. */
static int keyturn(int argc, char **argv)
{
    char path[PATH_LIMIT];
    const char *program = NULL;
    struct command command;
    int status;

    if (!command_may_be_ready(argc, argv, &command) || !stream_has_standard())
        return become_keyturn(argv);
    if (command.program != NULL && (!is_here_to_stay() || (program = running_program(command.program[0], path)) == NULL))
        return become_keyturn(argv);
    system_guard_memory();
    return answered(&command, program, &status) ? status : become_keyturn(argv);
}

static int become_kubelogin(char **argv)
{
    entry_become((const char *[]){"kubelogin", NULL}, argv + 1);
    return 1;
}

static int help(int argc, char **argv)
{
    struct bytes input = {memory, 0, INPUT_ROOM, false};
    struct bytes received = behind(&input, 0);
    struct command command;
    struct answer answer;

    stream_reserve_standard();
    system_forbid_core_files();
    system_guard_memory(); /* tokens pass through it */
    system_ignore_write_signals(true);
    int status;
    if (about_answer(argc, argv, &status))
        return status;
    if (!command_parse(argc, argv, &command, &status))
        return status;
    status = request_read_input(&input, &command);
    if (status == 0 && ask_daemon(&command, &input, &received, &answer)) {
        status = deliver(&answer);
    } else if (status == 0) {
        bytes_wipe(&received);
        twin_become(&command, &input);
        status = 1;
    }
    bytes_wipe(&input);
    bytes_wipe(&received);
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 0 && command_is_keyturn(argv[0]))
        return keyturn(argc, argv);
    return argc > 0 && command_is_beyond_us(argc, argv) ? become_kubelogin(argv) : help(argc, argv);
}
