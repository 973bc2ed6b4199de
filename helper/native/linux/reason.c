#include "platform.h"

#include "../system.h"

/* What goes wrong with streams, descriptors and programs, in the C library's words. */
static const struct {
    int error;
    const char *text;
} reasons[] = {
    {1, "operation not permitted"}, {2, "no such file or directory"}, {EINTR, "interrupted system call"},
    {EIO, "input/output error"}, {7, "argument list too long"}, {8, "exec format error"}, {9, "bad file descriptor"},
    {EAGAIN, "resource temporarily unavailable"}, {12, "cannot allocate memory"}, {13, "permission denied"},
    {20, "not a directory"}, {21, "is a directory"}, {22, "invalid argument"}, {23, "too many open files in system"},
    {24, "too many open files"}, {26, "text file busy"}, {27, "file too large"}, {28, "no space left on device"},
    {30, "read-only file system"}, {32, "broken pipe"}, {ENAMETOOLONG, "file name too long"},
    {ENOSYS, "function not implemented"}, {40, "too many levels of symbolic links"}, {122, "disk quota exceeded"},
};

const char *system_reason(int error)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].error == (error < 0 ? -error : error))
            return reasons[i].text;
    return "an error that the system has no words for";
}
