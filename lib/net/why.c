/* SPDX-License-Identifier: Apache-2.0 */
/* why.c - the line for a person that goes with a system's refusal.
 *
 * Owns: nothing.
 * Not here: error codes of the library (base/err.c).
 * Called by: the files of this folder. */
#include "net/why.h"

#include <stdarg.h>
#include <stdio.h>

const char *ss_why_text(int code)
{
    return strerror(code);
}

void ss_why(struct ss_buf *why, const char *format, ...)
{
    char text[512];
    va_list args;
    int n;

    if (why == NULL)
        return;
    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* The failure itself was reported by its code; a text too many is no second failure. */
    if (n > 0 && ss_buf_puts(why, text) != SS_OK)
        return;
}
