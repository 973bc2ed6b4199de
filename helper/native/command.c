#include "platform.h"

#include "command.h"

#include "complaint.h"
#include "system.h"

#include <stddef.h>

/* git appends the operation to what `credential.helper` says (gitcredentials(7)), docker's clients have no other
 * argument, and a kubeconfig's `args` begin with it. */
static const struct family families[] = {
    {"git", "git-credential-keyturn", "git-credential-keyturn [OPTION…] get|store|erase|capability",
     {"get", "store", "erase", "capability", NULL}, OPERATION_LAST, INPUT_TO_BLANK_LINE, false, true, 2, false,
     DEADLINE_MS(30000)},
    {"docker", "docker-credential-keyturn", "docker-credential-keyturn get|store|erase|list|version",
     {"get", "store", "erase", "list", "version", NULL}, OPERATION_LAST, INPUT_TO_END, true, false, 1, false,
     DEADLINE_MS(15000)},
    {"kube", "kube-credential-keyturn", "kube-credential-keyturn get-token [OPTION…]",
     {"get-token", NULL}, OPERATION_FIRST, INPUT_EXEC_INFO, false, false, 2, false,
     DEADLINE_MS(25000)},
    {"kubelogin", "kubelogin", "kubelogin get-token [FLAG…]",
     {"get-token", NULL}, OPERATION_FIRST, INPUT_EXEC_INFO, false, false, 1, false,
     DEADLINE_MS(25000)},
};

/* What people and scripts type. Its answer is in the daemon's memory or not, and Python waits the usual time anew. */
static const struct family typed = {
    "keyturn", "keyturn", "keyturn VERB", {"token", "run", NULL}, OPERATION_FIRST, INPUT_NONE, false, false, 2, true,
    DEADLINE_MS(5000),
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool command_is_keyturn(const char *path)
{
    return strcmp(last_part(path), "keyturn") == 0;
}

/* All else that kubelogin can, and its help, is for Python: no kubectl waits for it. */
bool command_is_beyond_us(int argc, char **argv)
{
    if (strcmp(last_part(argv[0]), "kubelogin") != 0)
        return false;
    if (argc < 2 || strcmp(argv[1], "get-token") != 0)
        return true;
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

const struct family *command_family(const char *path)
{
    const char *name = last_part(path);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].program, name) == 0)
            return &families[i];
    return NULL;
}

static bool has_operation(const struct family *family, const char *word)
{
    for (const char *const *operation = family->operations; *operation != NULL; operation++)
        if (strcmp(*operation, word) == 0)
            return true;
    return false;
}

static void fill(struct command *command, const struct family *family, int argc, char **argv)
{
    bool first = family->place == OPERATION_FIRST;
    *command = (struct command){
        .family = family,
        .operation = first ? argv[1] : argv[argc - 1],
        .arguments = first ? argv + 2 : argv + 1,
        .argument_count = argc - 2,
        .words = argv + 1,
        .started = system_clock(),
    };
}

/* Whether a program to run stands behind the first `--`. */
static bool cut_program_off(struct command *command)
{
    for (int i = 0; i + 1 < command->argument_count; i++)
        if (strcmp(command->arguments[i], "--") == 0) {
            command->program = command->arguments + i + 1;
            command->argument_count = i;
            return true;
        }
    return false;
}

bool command_may_be_ready(int argc, char **argv, struct command *command)
{
    if (argc < 2 || !has_operation(&typed, argv[1]))
        return false;
    fill(command, &typed, argc, argv);
    return strcmp(argv[1], "run") != 0 || cut_program_off(command);
}

static int refuse(const struct family *family, const char *sentence, const char *word)
{
    if (family->output_is_shown)
        complain_on_output(sentence, word, family->usage);
    complain(sentence, word, family->usage);
    return family->usage_status;
}

bool command_parse(int argc, char **argv, struct command *command, int *status)
{
    const char *path = argc > 0 ? argv[0] : "";
    const struct family *family = command_family(path);
    if (family == NULL) {
        complain("no helper of keyturn has the name ", last_part(path),
                 "call it git-credential-keyturn, docker-credential-keyturn or kube-credential-keyturn");
        *status = 2;
        return false;
    }
    if (argc < 2) {
        *status = refuse(family, "no operation given", "");
        return false;
    }
    const char *word = family->place == OPERATION_FIRST ? argv[1] : argv[argc - 1];
    if (!has_operation(family, word)) {
        *status = family->unknown_is_passed_over ? 0 : refuse(family, "unknown operation: ", word);
        return false;
    }
    fill(command, family, argc, argv);
    return true;
}
