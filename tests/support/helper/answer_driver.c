/* Feeds answers to the helper's parser: per answer its length (4 bytes, as in memory) and its bytes on stdin, one
 * line on stdout, `EXIT BODY_START BODY_LENGTH` or `refused`. Built with sanitizers, on memory of exactly that size. */
#include "platform.h"

#include "asking/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void report(const unsigned char *data, size_t length)
{
    struct answer answer;
    if (answer_parse(data, length, &answer))
        printf("%d %td %zu\n", answer.exit_status, answer.body - data, answer.body_length);
    else
        puts("refused");
    fflush(stdout);
}

int main(void)
{
    uint32_t length;
    while (fread(&length, sizeof length, 1, stdin) == 1) {
        unsigned char *data = malloc(length);
        if (data == NULL || fread(data, 1, length, stdin) != length)
            return 1;
        report(data, length);
        free(data);
    }
    return 0;
}
