/* The Python twin: what we become when the answer is not ready-made. */
#ifndef KEYTURN_TWIN_H
#define KEYTURN_TWIN_H

#include "bytes.h"
#include "command.h"

/* Become `keyturn helper --until=DEADLINE FAMILY WORD…` with `input` given back as standard input, where it was taken from
 * there; wipes `input`. Before the family no word is the caller's. Returns only when that failed, which has then been
 * said. */
void twin_become(const struct command *command, struct bytes *input);

#endif
