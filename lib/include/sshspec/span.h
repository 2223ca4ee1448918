/* SPDX-License-Identifier: Apache-2.0 */
/* span.h - a borrowed run of bytes, and time.
 *
 * Owns: nothing; a span never outlives the call or the event it came in.
 * Follows: STYLE "Ownership" rule 1. */
#ifndef SSHSPEC_SPAN_H
#define SSHSPEC_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct ss_span {
    const uint8_t *data; /* may be null when size is 0 */
    size_t size;         /* bytes */
} ss_span;

/* Milliseconds on a clock of the caller's that never goes back. */
typedef uint64_t ss_time;
#define SS_NEVER ((ss_time)-1)

static inline ss_span ss_span_make(const void *data, size_t size)
{
    ss_span s;
    s.data = (const uint8_t *)data;
    s.size = size;
    return s;
}

/* The bytes of a C string without its zero; null gives the empty span. */
static inline ss_span ss_span_of(const char *text)
{
    return ss_span_make(text, text != NULL ? strlen(text) : 0);
}

/* Equal bytes. Not for secrets: see ss_ct_eq. */
static inline bool ss_span_eq(ss_span a, ss_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool ss_span_is(ss_span a, const char *text)
{
    return ss_span_eq(a, ss_span_of(text));
}

/* At most n bytes from offset on; both are clipped to the span. */
static inline ss_span ss_span_part(ss_span s, size_t offset, size_t n)
{
    if (offset > s.size)
        offset = s.size;
    if (n > s.size - offset)
        n = s.size - offset;
    return ss_span_make(offset > 0 ? s.data + offset : s.data, n);
}

#define SS_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SS_CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
