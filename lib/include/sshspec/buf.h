/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - bytes that are owned, with a ceiling from birth, and a head that can be consumed.
 *
 * Owns: one block of memory through its env.
 * Not here: field encoding (wire.h).
 * Called by: everything that keeps bytes.
 *
 * Live bytes are data[head..tail). Appending moves live bytes down or grows the block, so a
 * pointer into a buffer is good until the next append or consume. */
#ifndef SSHSPEC_BUF_H
#define SSHSPEC_BUF_H

#include "sshspec/env.h"

struct ss_buf {
    const struct ss_env *env;
    uint8_t *data;
    size_t head, tail; /* live bytes are data + head up to data + tail */
    size_t cap;        /* bytes allocated */
    size_t ceiling;    /* most live bytes allowed */
    bool secret;       /* wiped when moved and freed */
};

void ss_buf_init(struct ss_buf *buf, const struct ss_env *env, size_t ceiling);
void ss_buf_fini(struct ss_buf *buf);
size_t ss_buf_size(const struct ss_buf *buf);
uint8_t *ss_buf_at(const struct ss_buf *buf);
ss_span ss_buf_span(const struct ss_buf *buf);
/* Room for n more bytes behind the tail; SS_E_ceiling or SS_E_no_memory otherwise. */
SS_MUST_USE ss_err ss_buf_reserve(struct ss_buf *buf, size_t n);
/* Reserves and gives n uninitialised bytes at the tail. */
SS_MUST_USE ss_err ss_buf_extend(struct ss_buf *buf, size_t n, uint8_t **out_bytes);
SS_MUST_USE ss_err ss_buf_put(struct ss_buf *buf, ss_span bytes);
SS_MUST_USE ss_err ss_buf_puts(struct ss_buf *buf, const char *text);
SS_MUST_USE ss_err ss_buf_printf(struct ss_buf *buf, const char *format, ...) SS_PRINTF(2, 3);
/* Drops n bytes from the head; n is clipped to what is there. */
void ss_buf_consume(struct ss_buf *buf, size_t n);
/* Cuts the live bytes to n from the head on. */
void ss_buf_truncate(struct ss_buf *buf, size_t n);
void ss_buf_clear(struct ss_buf *buf);

#endif
