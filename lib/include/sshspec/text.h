/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - small text services: base64, hex, name-list walks, safe printing, suggestions.
 *
 * Owns: nothing; results go to buffers of the caller's.
 * Follows: RFC 4648 section 4 for base64. */
#ifndef SSHSPEC_TEXT_H
#define SSHSPEC_TEXT_H

#include "sshspec/buf.h"

/* Appends base64 of bytes, with padding, without line breaks. */
SS_MUST_USE ss_err ss_base64_encode(struct ss_buf *out, ss_span bytes);
/* Strict: whole quanta, padding where due, no other bytes. SS_E_bad_base64 otherwise. */
SS_MUST_USE ss_err ss_base64_decode(struct ss_buf *out, ss_span text);
SS_MUST_USE ss_err ss_hex_encode(struct ss_buf *out, ss_span bytes);
SS_MUST_USE ss_err ss_hex_decode(struct ss_buf *out, ss_span text);
/* Appends text with control bytes, quotes, backslash and non-ASCII escaped as \xHH, \n, \\. */
SS_MUST_USE ss_err ss_escape(struct ss_buf *out, ss_span text);
/* Appends a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
SS_MUST_USE ss_err ss_json_string(struct ss_buf *out, ss_span text);

/* Walks a comma-separated name-list: *rest shrinks; false at the end.
 * An empty list has no names; "a,,b" has an empty one. */
bool ss_namelist_next(ss_span *rest, ss_span *out_name);
bool ss_namelist_has(ss_span list, ss_span name);

/* Of the candidates (null-terminated) the closest to word, or null when none is close. */
const char *ss_suggest(ss_span word, const char *const *candidates);
/* Letters to change, add, drop or swap to get from a to b; cut off at 255. */
size_t ss_edit_distance(ss_span a, ss_span b);
/* Matches * and ?; linear in text times stars, no recursion. ASCII case folded when fold. */
bool ss_glob(ss_span pattern, ss_span text, bool fold);
bool ss_utf8_valid(ss_span text);

#endif
