/* The daemon's answer, as far as this program takes it: a 200 that says its length and the exit status. */
#ifndef KEYTURN_ANSWER_H
#define KEYTURN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct answer {
    const unsigned char *body;
    size_t body_length;
    int exit_status;
};

/* `data` is all that arrived. False: anything else than exactly such an answer (RFC 9112, without what HTTP only
 * tolerates: bare line feeds, folded fields, repeated lengths). `answer` points into `data`. */
bool answer_parse(const unsigned char *data, size_t length, struct answer *answer);

#endif
