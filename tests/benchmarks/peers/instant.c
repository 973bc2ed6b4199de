/* instant LISTENER ANSWER: answers whoever connects to the socket with the descriptor LISTENER, at once and whatever it
 * is asked, with what the file ANSWER holds. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **words) {
    static char asked[1 << 16], answer[1 << 16];
    if (count != 3) return 2;
    int listener = atoi(words[1]), file = open(words[2], O_RDONLY);
    ssize_t length = read(file, answer, sizeof answer);
    if (length <= 0) return 1;
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) return 1;
        if (recv(connection, asked, sizeof asked, 0) > 0) send(connection, answer, (size_t)length, MSG_NOSIGNAL);
        close(connection);
    }
}
