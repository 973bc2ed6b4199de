/* A password database of one user, whose home is $TEST_HOME: preloaded into a program that looks it up. */
#include <pwd.h>
#include <stdlib.h>

struct passwd *getpwuid(uid_t uid)
{
    static struct passwd user;
    user.pw_uid = uid;
    user.pw_dir = getenv("TEST_HOME");
    return &user;
}
