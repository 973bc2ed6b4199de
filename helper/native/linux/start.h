/* What the kernel gave this process at its start. */
#ifndef KEYTURN_LINUX_START_H
#define KEYTURN_LINUX_START_H

/* As execve(2) was told, NULL: not said. */
extern const char *start_path;

#endif
