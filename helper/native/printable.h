/* Text of others in a form that a terminal only shows, and never obeys. */
#ifndef KEYTURN_PRINTABLE_H
#define KEYTURN_PRINTABLE_H

#include "bytes.h"

/* Append `text` with a space for each character that moves the cursor, turns the writing, or is not seen at all, and for
 * each byte that is no UTF-8. */
void bytes_add_printable(struct bytes *line, const char *text);

#endif
