/* What a helper tells a person who calls it with --version or --help. */
#ifndef KEYTURN_ABOUT_H
#define KEYTURN_ABOUT_H

#include "command.h"

/* False: that is not what the words ask for. `status`: the exit status after having answered. */
bool about_answer(int argc, char **argv, int *status);

#endif
