/* The one form of an error. */
#ifndef KEYTURN_COMPLAINT_H
#define KEYTURN_COMPLAINT_H

/* Print `keyturn: error: SENTENCE` followed by `subject` (may be empty; as printable.h
 * shows it: it could forge a second line) and, unless it is NULL, `keyturn: hint: HINT`. */
void complain(const char *sentence, const char *subject, const char *hint);

/* The same in one line on standard output, for callers that show nothing else. */
void complain_on_output(const char *sentence, const char *subject, const char *hint);

/* The same with what the error number says as the subject. */
void complain_of(int error, const char *sentence, const char *hint);

#endif
