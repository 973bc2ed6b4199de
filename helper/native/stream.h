/* Whole reads and writes on the descriptors we inherit, which may be pipes, terminals or files, blocking or not. */
#ifndef KEYTURN_STREAM_H
#define KEYTURN_STREAM_H

#include "bytes.h"

enum standard_stream { STANDARD_INPUT, STANDARD_OUTPUT, STANDARD_ERROR };

/* Append what comes next. 0: the stream has ended, or more came than fits, which sets `overflow`; else how many bytes,
 * or a negative error number; -ETIMEDOUT: nothing came before the deadline (see deadline.h). */
ptrdiff_t stream_read(int descriptor, struct bytes *into, long long deadline);

/* Write all of it. 0, or a negative error number, and part of it may be written. */
int stream_write_all(int descriptor, const unsigned char *data, size_t length);

/* Whether input, output and errors are all open. */
bool stream_has_standard(void);

/* Keep the numbers 0, 1 and 2 from being given to files of ours. */
void stream_reserve_standard(void);

#endif
