/* SPDX-License-Identifier: Apache-2.0 */
/* handles.h - what a server has open, and the names its client knows it by.
 *
 * Owns: the slots of one session.
 * Not here: what is done with an open file (server.c, extend.c).
 * Called by: server.c, extend.c. */
#ifndef SSHSPEC_SFTP_HANDLES_H
#define SSHSPEC_SFTP_HANDLES_H

#include "sshspec/sftp.h"

enum { SS_HANDLE_SIZE = 8 };

enum ss_handle_kind { SS_HANDLE_FREE, SS_HANDLE_FILE, SS_HANDLE_DIR };

struct ss_sftp_handle {
    uint32_t generation; /* changes each time the slot is freed */
    enum ss_handle_kind kind;
    uint32_t pflags;
    void *object; /* the file system's */
};

SS_MUST_USE ss_err ss_handles_init(struct ss_sftp_server *server);
/* Closes what is open. */
void ss_handles_fini(struct ss_sftp_server *server);
/* A free slot, or null when as many are open as may be. It is not taken yet. */
struct ss_sftp_handle *ss_handles_spare(struct ss_sftp_server *server);
void ss_handles_take(struct ss_sftp_server *server, struct ss_sftp_handle *slot,
                     enum ss_handle_kind kind, uint32_t pflags, void *object);
void ss_handles_name(const struct ss_sftp_server *server, const struct ss_sftp_handle *slot,
                     uint8_t out[SS_HANDLE_SIZE]);
/* Null when no open thing of that kind has this name. */
struct ss_sftp_handle *ss_handles_find(const struct ss_sftp_server *server, ss_span name,
                                       enum ss_handle_kind kind);
/* The same for either kind. */
struct ss_sftp_handle *ss_handles_any(const struct ss_sftp_server *server, ss_span name);
/* Closes the object; the name means nothing from now on, whatever the answer. */
enum ss_fx ss_handles_close(struct ss_sftp_server *server, struct ss_sftp_handle *slot);

#endif
