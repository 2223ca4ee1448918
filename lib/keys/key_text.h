/* SPDX-License-Identifier: Apache-2.0 */
/* key_text.h - key files as text: lines, armour, base64, and where the first mistake is.
 *
 * Owns: nothing.
 * Not here: what the lines mean (key_*.c). */
#ifndef KEYS_KEY_TEXT_H
#define KEYS_KEY_TEXT_H

#include "keys/key_impl.h"
#include "sshspec/key_file.h"

#define SS_KEY_DATA_MAX 65536 /* bytes of decoded data; the largest RSA key needs a quarter */
#define SS_KEY_BASE64_MAX (SS_KEY_DATA_MAX / 3 * 4 + 8)
#define SS_KEY_LINE_LETTERS 70 /* of base64 on a line, as OpenSSH writes them */

struct ss_key_line {
    ss_span text;  /* without its end and without blanks behind it */
    ss_span raw;   /* without its end only */
    size_t offset; /* in the file */
    size_t number; /* from 1 */
};

struct ss_key_text {
    ss_span file;
    size_t at, number;
};

/* A line ends at CR, LF or CR LF. False at the end of the file. */
bool ss_key_text_next(struct ss_key_text *text, struct ss_key_line *out);
/* The next line that is not empty. */
bool ss_key_text_next_full(struct ss_key_text *text, struct ss_key_line *out);

/* Fills error, gives err. */
ss_err ss_key_complain(struct ss_key_error *error, size_t offset, size_t line, const char *field,
                       ss_err err);
ss_err ss_key_complain_line(struct ss_key_error *error, const struct ss_key_line *line,
                            const char *field, ss_err err);

/* Appends the letters of a line; refuses anything but base64, and letters behind padding. */
SS_MUST_USE ss_err ss_key_join(const struct ss_key_line *line, struct ss_buf *base64,
                               struct ss_key_error *error);
/* Decodes what was joined; line: what stood behind it, for the error. */
SS_MUST_USE ss_err ss_key_decode(const struct ss_buf *base64, const struct ss_key_line *line,
                                 struct ss_buf *out, struct ss_key_error *error);
/* Lines up to `-----END label-----`, decoded. */
SS_MUST_USE ss_err ss_key_armour_body(struct ss_key_text *text, ss_span label,
                                      struct ss_buf *base64, struct ss_buf *out,
                                      struct ss_key_error *error);
/* Nothing but blank lines may follow. */
SS_MUST_USE ss_err ss_key_text_end(struct ss_key_text *text, struct ss_key_error *error);
/* "-----BEGIN label-----" */
bool ss_key_begin_line(ss_span line, ss_span *out_label);
/* Appends base64 of data in lines of so many letters, each with its end. */
SS_MUST_USE ss_err ss_key_put_base64(struct ss_buf *out, ss_span data, size_t letters);
/* Appends begin line, base64 and end line. */
SS_MUST_USE ss_err ss_key_put_armour(struct ss_buf *out, const char *label, ss_span data,
                                     size_t letters);

#endif
