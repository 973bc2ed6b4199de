#include "platform.h"

#include "environment.h"

#include "system.h"

#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#else
extern char **environ;
#endif

/* What tells the daemon whether and how a person can be reached, whichever family asks. */
static const char *const of_every_family[ENVIRONMENT_NAMES + 1] = {
    "BROWSER", "CI", "DISPLAY", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT", "SSH_CONNECTION", "SSH_TTY", "TERM",
    "WAYLAND_DISPLAY", NULL,
};

/* And what Azure's kubelogin takes from it, its secrets aside. */
static const char *const of_kubelogin[ENVIRONMENT_NAMES + 1] = {
    "AAD_LOGIN_METHOD", "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE", "AAD_SERVICE_PRINCIPAL_CLIENT_ID",
    "ACTIONS_ID_TOKEN_REQUEST_URL", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_ID", "ARM_TENANT_ID",
    "AZURESUBSCRIPTION_CLIENT_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "AZURESUBSCRIPTION_TENANT_ID",
    "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_ID", "AZURE_CLI_TIMEOUT",
    "AZURE_CONFIG_DIR", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "BROWSER", "CI", "DISPLAY",
    "GIT_ASKPASS", "GIT_TERMINAL_PROMPT", "KUBECACHEDIR", "SSH_CONNECTION", "SSH_TTY", "SYSTEM_OIDCREQUESTURI",
    "TERM", "WAYLAND_DISPLAY", NULL,
};

/* And what says where a caller of `keyturn` has its configuration and its state. */
static const char *const of_keyturn[ENVIRONMENT_NAMES + 1] = {
    "HOME", "KEYTURN_CONFIG", "KEYTURN_STATE", "XDG_CONFIG_HOME", "XDG_STATE_HOME", NULL,
};

const char *environment_value(const char *name)
{
    size_t length = strlen(name);
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
            return *variable + length + 1;
    return NULL;
}

const char *const *environment_names(const struct family *family)
{
    if (family->is_compared)
        return of_keyturn;
    return strcmp(family->name, "kubelogin") == 0 ? of_kubelogin : of_every_family;
}

void environment_set_python_aside(void)
{
    static const char hidden[] = "PYTHON", aside[] = "KT_PY_"; /* of one length: renamed in place */
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, hidden, strlen(hidden)) == 0)
            memcpy(*variable, aside, strlen(aside));
}

char **environment_with(const char *variable)
{
    size_t name = strcspn(variable, "=") + 1, count = 0;
    while (environ != NULL && environ[count] != NULL)
        count++;
    char **variables = system_allocate((count + 2) * sizeof *variables), **next = variables;
    if (variables == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], variable, name) != 0)
            *next++ = environ[i];
    *next = (char *)variable; /* exec takes it as it is, and writes to none */
    return variables;
}
