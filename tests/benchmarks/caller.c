/* caller SOCKET REQUEST COUNT PAUSE: asks COUNT times what the file REQUEST holds, with pauses of PAUSE microseconds on
 * average, and prints how many nanoseconds each answer took, from connecting to its last byte.
 *
 * In C, as helpers are: a caller that computes on a processor with an acquisition, as Python's start of a request does,
 * has to wait there for its answer the longer. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char request[1 << 16], answer[1 << 16];

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* False: no answer that begins as those of HTTP do. */
static int ask(const struct sockaddr_un *address, size_t length) {
    size_t count = 0;
    ssize_t piece;
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(connection, (const struct sockaddr *)address, sizeof *address) != 0) return 0;
    if (write(connection, request, length) != (ssize_t)length) return 0;
    while ((piece = read(connection, answer + count, sizeof answer - count)) > 0) count += (size_t)piece;
    close(connection);
    return piece == 0 && count > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0;
}

int main(int count, char **words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count != 5 || strlen(words[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, words[1]);
    int file = open(words[2], O_RDONLY);
    ssize_t length = read(file, request, sizeof request);
    if (length <= 0) return 2;
    srandom((unsigned)getpid()); /* several of them shall not march in step */
    long pause = atol(words[4]);
    for (long left = atol(words[3]); left > 0; left--) {
        usleep((useconds_t)(pause / 2 + random() % pause));
        long long began = now();
        if (!ask(&address, (size_t)length)) return 1;
        printf("%lld\n", now() - began);
    }
    return 0;
}
