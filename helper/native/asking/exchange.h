/* One request and one answer over the daemon's socket, within the deadline. */
#ifndef KEYTURN_EXCHANGE_H
#define KEYTURN_EXCHANGE_H

#include "bytes.h"
#include "asking/answer.h"
#include "asking/location.h"

/* Send head and body to a daemon of our own user, and receive what it answers. False: no answer to use. */
bool exchange(const struct location *location, const struct bytes *head, const struct bytes *body,
              struct bytes *received, struct answer *answer, long long deadline);

#endif
