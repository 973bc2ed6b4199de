/* Whole reads and writes on the descriptors we inherit, which may be pipes, terminals or files, blocking or not. */
#ifndef KEYTURN_STREAM_H
#define KEYTURN_STREAM_H

#include "bytes.h"

enum standard_stream { STANDARD_INPUT, STANDARD_OUTPUT, STANDARD_ERROR };

/* Append everything up to the end of the stream; more than fits sets `overflow`. 0 or a negative error number. */
int stream_read_all(int descriptor, struct bytes *into);

/* Write all of it. 0, or a negative error number, and part of it may be written. */
int stream_write_all(int descriptor, const unsigned char *data, size_t length);

/* Keep the numbers 0, 1 and 2 from being given to files of ours. */
void stream_reserve_standard(void);

#endif
