/* The other end of the socket: reaching it through a checked directory, and who the kernel says it is. */
#ifndef KEYTURN_PEER_H
#define KEYTURN_PEER_H

#include "asking/location.h"

/* 0, or a negative error number; -EAGAIN: the listener's queue is full. */
int peer_connect(int socket, const struct location *location);

/* Whether the one who listens runs as our effective user: nobody else shall see a request. */
bool peer_is_ours(int socket);

#endif
