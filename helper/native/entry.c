#include "platform.h"

#include "entry.h"

#include "complaint.h"
#include "environment.h"
#include "interpreter.h"
#include "system.h"

#define REINSTALL "install keyturn anew, as it was or in its clone with: pipx install --force ."

/* What the entry point does, and no more: as pip 23 writes it, it first loads `re` to mend its own name, which
 * takes longer than all that the twin loads. The entry point's path is the first argument, as it would be there. */
#define ENTRY_POINT "import sys; del sys.argv[0]; from keyturn.main import main; sys.exit(main())"

/* Arguments that we put in front: interpreter, its own option, -E, -P, -c, ENTRY_POINT, the entry point's path; and the
 * last NULL. */
#define OWN_ARGUMENTS 8

/* Beside us (behind the links that pipx and uv put into ~/.local/bin), never through PATH: the caller's may begin
 * with a directory of somebody else. */
static bool entry_path(char path[PATH_LIMIT])
{
    static const char name[] = "keyturn-python";
    if (system_own_path(path, PATH_LIMIT) < 0)
        return false;
    char *end = strrchr(path, '/');
    if (end == NULL || (size_t)(end + 1 - path) + sizeof name > PATH_LIMIT)
        return false;
    memcpy(end + 1, name, sizeof name);
    return true;
}

static size_t count_of(const char *const words[])
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return count;
}

/* Fill `arguments`; returns the program to start. -E: no PYTHON variable counts; -P: no directory of the caller's is
 * searched for modules. A script in another language than Python (a distribution's wrapper) is started as it is. */
static const char *compose(const char **arguments, const char *path, const struct interpreter *python)
{
    if (python->path != NULL) {
        *arguments++ = python->path;
        if (python->option != NULL)
            *arguments++ = python->option;
        *arguments++ = "-E";
        *arguments++ = "-P";
        *arguments++ = "-c";
        *arguments++ = ENTRY_POINT;
    }
    *arguments = path;
    return python->path != NULL ? python->path : path;
}

void entry_become(const char *const lead[], char **words)
{
    char path[PATH_LIMIT], memory[INTERPRETER_LIMIT];
    struct interpreter python;
    size_t leading = count_of(lead), following = count_of((const char *const *)words);
    const char **arguments = system_allocate((OWN_ARGUMENTS + leading + following) * sizeof *arguments);
    if (arguments == NULL) {
        complain("out of memory", "", NULL);
        return;
    }
    if (!entry_path(path)) {
        complain("cannot tell where this helper is installed", "", REINSTALL);
        return;
    }
    interpreter_of(path, memory, &python);
    const char *program = compose(arguments, path, &python);
    size_t own = count_of(arguments);
    memcpy(arguments + own, lead, leading * sizeof *arguments);
    memcpy(arguments + own + leading, words, following * sizeof *arguments);
    environment_set_python_aside();
    system_hold_interrupt(); /* as it starts, Python could only end in a traceback; keyturn.signals lets it through */
    complain_of(system_execute(program, (char **)arguments), "cannot run keyturn: ", REINSTALL);
}
