/* What we are asked to do: the family by our own name, the operation by the family's rule. */
#ifndef KEYTURN_COMMAND_H
#define KEYTURN_COMMAND_H

#include <stdbool.h>

enum operation_place { OPERATION_FIRST, OPERATION_LAST };
/* git's request ends with a blank line, or with the end of the stream as docker's does. */
enum input_source { INPUT_TO_BLANK_LINE, INPUT_TO_END, INPUT_EXEC_INFO, INPUT_NONE };

struct family {
    const char *name;
    const char *program;
    const char *usage;
    const char *operations[6];
    enum operation_place place;
    enum input_source input;
    /* docker's clients show their user what stands on standard output, and most of them nothing else. */
    bool output_is_shown;
    /* A later git may have operations that helpers of today have to pass over (gitcredentials(7)). */
    bool unknown_is_passed_over;
    /* The exit status where the operation is missing or wrong: docker's clients know but one failure. */
    int usage_status;
    /* A daemon of another version, configuration or state than ours may not answer: it is told of all of them. */
    bool is_compared;
    /* In all, our twin's time too: callers of kubectl and docker's clients give up not much later. */
    int milliseconds;
};

struct command {
    const struct family *family;
    const char *operation;
    /* All arguments but the operation, as the request carries them. */
    char **arguments;
    int argument_count;
    /* argv[1:] unchanged, as the twin wants them. */
    char **words;
    /* What stands behind `--`, where the verb runs it; else NULL. */
    char **program;
    /* On the clock of system.h. */
    long long started;
};

/* Whether argv[0] calls us the `keyturn` that a person types, and no helper of a family. */
bool command_is_keyturn(const char *path);

/* Whether these words of `keyturn` may have an answer that is ready: a verb and what belongs to it. */
bool command_may_be_ready(int argc, char **argv, struct command *command);

/* Whether argv[0] calls us kubelogin, and not for a token. */
bool command_is_beyond_us(int argc, char **argv);

/* The family that argv[0] calls us for, NULL: none. */
const struct family *command_family(const char *path);

/* False: there is nothing to ask anybody for; what had to be said has been said. `status`: the exit status then. */
bool command_parse(int argc, char **argv, struct command *command, int *status);

#endif
