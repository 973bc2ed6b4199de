/* Becoming keyturn's Python program. It stands beside ours; nothing of the caller's environment reaches its start. */
#ifndef KEYTURN_ENTRY_H
#define KEYTURN_ENTRY_H

/* Run it with `lead` and then `words` as its arguments, both ended by NULL. Returns only when that failed, which has
 * then been said. */
void entry_become(const char *const lead[], char **words);

#endif
