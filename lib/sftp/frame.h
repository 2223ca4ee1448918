/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - frames whose bytes are filled in place, for the two messages that carry much data.
 *
 * Owns: the layout of DATA and of WRITE up to their last field.
 * Not here: frames of other messages (sshspec/sftp.h).
 * Called by: server.c for DATA, client.c for WRITE. */
#ifndef SSHSPEC_SFTP_FRAME_H
#define SSHSPEC_SFTP_FRAME_H

#include "sshspec/sftp.h"

/* Appends a frame up to n bytes of data, which the caller fills. */
SS_MUST_USE ss_err ss_sftp_slab_data(struct ss_buf *out, uint32_t id, size_t n,
                                     struct ss_sftp_slab *out_slab, uint8_t **out_bytes);
SS_MUST_USE ss_err ss_sftp_slab_write(struct ss_buf *out, uint32_t id, ss_span handle,
                                      uint64_t offset, size_t n, struct ss_sftp_slab *out_slab,
                                      uint8_t **out_bytes);
/* Keeps the first n bytes and writes both lengths. */
void ss_sftp_slab_close(const struct ss_sftp_slab *slab, size_t n);
/* Takes the frame back. */
void ss_sftp_slab_drop(const struct ss_sftp_slab *slab);

#endif
