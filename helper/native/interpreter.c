#include "platform.h"

#include "interpreter.h"

#include "system.h"

/* How pip, uv and others start a Python whose path has a space or is longer than the kernel takes: the script is one
 * for sh, whose second line is both an exec for sh and the beginning of a string for Python. */
#define THROUGH_A_SHELL "#!/bin/sh\n'''exec' "

/* Cut the word off that sh would read at `text`. NULL: it holds what only a shell can expand. */
static char *cut_shell_word(char *text)
{
    char quote = *text == '"' || *text == '\'' ? *text : ' ';
    char *word = quote == ' ' ? text : text + 1;
    char *end = strchr(word, quote);
    if (end == NULL || (quote != ' ' && end[1] != ' '))
        return NULL;
    *end = '\0';
    return word[strcspn(word, "\\$`\"'\n")] == '\0' ? word : NULL;
}

/* Cut the first line `#! PATH [OPTION]` up as the kernel does. */
static char *cut_first_line(char *line, char **option)
{
    static const char blank[] = " \t";
    char *path = line + 2 + strspn(line + 2, blank);
    size_t length = strcspn(path, "\n");
    while (length > 0 && strchr(blank, path[length - 1]) != NULL)
        length--;
    path[length] = '\0';
    char *end = path + strcspn(path, blank);
    char *rest = end + strspn(end, blank);
    *option = *rest == '\0' ? NULL : rest;
    *end = '\0';
    return path;
}

static bool is_python(const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return slash != NULL && path[0] == '/' && strncmp(slash + 1, "python", strlen("python")) == 0;
}

static void read_beginning(const char *script, char memory[INTERPRETER_LIMIT])
{
    int file = system_open(script, O_RDONLY | O_CLOEXEC);
    ptrdiff_t count = file < 0 ? 0 : system_read(file, memory, INTERPRETER_LIMIT - 1);
    memory[count < 0 ? 0 : count] = '\0';
    if (file >= 0)
        system_close(file);
}

void interpreter_of(const char *script, char memory[INTERPRETER_LIMIT], struct interpreter *interpreter)
{
    read_beginning(script, memory);
    char *path = NULL, *option = NULL;
    if (strncmp(memory, THROUGH_A_SHELL, strlen(THROUGH_A_SHELL)) == 0)
        path = cut_shell_word(memory + strlen(THROUGH_A_SHELL));
    else if (strncmp(memory, "#!", 2) == 0)
        path = cut_first_line(memory, &option);
    *interpreter = is_python(path) ? (struct interpreter){path, option} : (struct interpreter){NULL, NULL};
}
