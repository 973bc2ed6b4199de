/* The value that lies between a function's arrays and its return address (-fstack-protector-strong). */
#ifndef KEYTURN_LINUX_GUARD_H
#define KEYTURN_LINUX_GUARD_H

/* From 16 random bytes of the kernel's. Before it the value is zero; no function may return across it. */
void guard_seed(const void *random);

#endif
