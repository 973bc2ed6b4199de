#include "platform.h"

#include "location.h"

#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST_NAME_LIMIT 256

/* False when the path is too long for the kernel to open. */
__attribute__((format(printf, 2, 3))) static bool compose(char path[PATH_MAX], const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(path, PATH_MAX, format, values);
    va_end(values);
    return length >= 0 && length < PATH_MAX;
}

static bool is_directory_of_ours(const char *path)
{
    struct stat status;
    return path[0] == '/' && stat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

static const char *home(void)
{
    const char *home = getenv("HOME");
    if (home != NULL && home[0] != '\0')
        return home;
    const struct passwd *user = getpwuid(geteuid());
    return user == NULL ? "" : user->pw_dir;
}

/* A home may be shared by several hosts, a socket cannot be: hence the host in the name. */
static bool compose_in_home(char path[PATH_MAX])
{
    char host[HOST_NAME_LIMIT + 1] = "";
    const char *directory = home();
    return directory[0] == '/' && gethostname(host, HOST_NAME_LIMIT) == 0 &&
           compose(path, "%s/.local/state/keyturn/run-%s/socket", directory, host);
}

static bool compose_socket_path(char path[PATH_MAX])
{
    const char *chosen = getenv("KEYTURN_SOCKET");
    if (chosen != NULL && chosen[0] != '\0')
        return chosen[0] == '/' && compose(path, "%s", chosen);
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && is_directory_of_ours(runtime))
        return compose(path, "%s/keyturn/socket", runtime);
    char user[PATH_MAX];
    if (!compose(user, "%s/%lu", KEYTURN_USER_DIRECTORIES, (unsigned long)geteuid()))
        return false;
    if (is_directory_of_ours(user))
        return compose(path, "%s/keyturn/socket", user);
    return compose_in_home(path);
}

/* Checked on the descriptor and used through it: nothing can be swapped in between. Returns -1 if it is not a
 * real directory, ours, and closed to everybody else. */
static int open_private_directory(const char *path)
{
    struct stat status;
    int directory = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0 && fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
        (status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return directory;
    return -1;
}

bool location_find(struct location *location)
{
    char path[PATH_MAX];
    if (!compose_socket_path(path))
        return false;
    char *slash = strrchr(path, '/');
    size_t length = strlen(slash + 1);
    if (length == 0 || length >= sizeof location->name)
        return false;
    memcpy(location->name, slash + 1, length + 1);
    while (slash > path && slash[-1] == '/') /* `link/` would be followed despite O_NOFOLLOW */
        slash--;
    slash[slash == path ? 1 : 0] = '\0';
    location->directory = open_private_directory(path);
    return location->directory >= 0;
}
