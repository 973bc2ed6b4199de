#include "platform.h"

#include "asking/location.h"

#include "bytes.h"
#include "environment.h"
#include "system.h"

#define HOST_NAME_LIMIT 256

/* False when the path is too long for the kernel to open. `parts` end with NULL. */
static bool compose(char path[PATH_LIMIT], const char *const parts[])
{
    struct bytes text = {(unsigned char *)path, 0, PATH_LIMIT, false};
    for (; *parts != NULL; parts++)
        bytes_add_text(&text, *parts);
    bytes_add(&text, "", 1);
    return !text.overflow;
}

static bool is_directory_of_ours(const char *path)
{
    struct file_status status;
    return path[0] == '/' && system_status_of_path(path, &status) == 0 && S_ISDIR(status.mode) &&
           status.owner == system_user();
}

/* `sudo` and `su` leave HOME behind: what root made there, its owner could no longer use. One that is missing is
 * nobody's. */
static bool is_somebody_elses(const char *path)
{
    struct file_status status;
    return system_status_of_path(path, &status) == 0 && status.owner != system_user();
}

/* A home may be shared by several hosts, a socket cannot be: hence the host in the name. Without HOME the password
 * database would tell, which takes a C library: that is the twin's to ask; and so is what to say of another's HOME. */
static bool compose_in_home(char path[PATH_LIMIT])
{
    char host[HOST_NAME_LIMIT + 1];
    const char *home = environment_value("HOME");
    return home != NULL && home[0] == '/' && !is_somebody_elses(home) &&
           system_host_name(host, sizeof host) == 0 &&
           compose(path, (const char *[]){home, "/.local/state/keyturn/run-", host, "/socket", NULL});
}

/* Where logind keeps what lives as long as a session: `rest` in the directory of our user. */
static bool compose_in_user_directory(char path[PATH_LIMIT], const char *rest)
{
    char digits[24];
    struct bytes user = BYTES_OVER(digits);
    bytes_add_number(&user, system_user());
    bytes_add(&user, "", 1);
    return compose(path, (const char *[]){KEYTURN_USER_DIRECTORIES "/", digits, rest, NULL});
}

static bool compose_socket_path(char path[PATH_LIMIT])
{
    const char *chosen = environment_value("KEYTURN_SOCKET");
    if (chosen != NULL && chosen[0] != '\0')
        return chosen[0] == '/' && compose(path, (const char *[]){chosen, NULL});
    const char *runtime = environment_value("XDG_RUNTIME_DIR");
    if (runtime != NULL && is_directory_of_ours(runtime))
        return compose(path, (const char *[]){runtime, "/keyturn/socket", NULL});
    if (compose_in_user_directory(path, "") && is_directory_of_ours(path))
        return compose_in_user_directory(path, "/keyturn/socket");
    return compose_in_home(path);
}

/* Checked on the descriptor and used through it: nothing can be swapped in between. Negative if it is not a real
 * directory, ours, and closed to everybody else. */
static int open_private_directory(const char *path)
{
    struct file_status status;
    int directory = system_open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0 && system_status(directory, &status) == 0 && status.owner == system_user() &&
        (status.mode & (S_IRWXG | S_IRWXO)) == 0)
        return directory;
    return -1;
}

bool location_find(struct location *location, char path[PATH_LIMIT])
{
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
