/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - one session channel of a served connection.
 *
 * Owns: what runs in the channel and the bytes that wait for window.
 * Not here: logins and opening (serving.c).
 * Called by: serving.c. */
#ifndef SSHSPEC_SERVER_SESSION_H
#define SSHSPEC_SERVER_SESSION_H

#include "responder.h"

#include "sshspec/serving.h"

enum session_kind { SESSION_IDLE, SESSION_COMMAND, SESSION_SFTP, SESSION_OVER };

struct session {
    uint32_t channel;
    enum session_kind kind;
    struct responder responder; /* SESSION_COMMAND */
    struct ss_sftp_server sftp; /* SESSION_SFTP */
    struct ss_sftp_frames frames;
    struct ss_buf out;  /* SFTP replies that wait for window */
    struct ss_buf held; /* SFTP bytes that came while too much waited */
    uint64_t owed;      /* bytes taken in for which no window was given back */
    bool input_over;
    char start[64]; /* what on_command is told once it has begun */
};

struct ss_serving {
    const struct ss_env *env;
    struct ss_engine *engine;
    struct ss_serving_config config;
    struct ss_arena scratch;
    struct session **sessions; /* by channel number */
    uint32_t room;
    bool key_done;
};

/* announce.c */
SS_MUST_USE ss_err serving_announce(struct ss_serving *serving);
SS_MUST_USE ss_err serving_prove(struct ss_serving *serving, const struct ss_event *event,
                                 const struct ss_tail_global_request_hostkeys_prove *asked);
struct session *serving_session(struct ss_serving *serving, uint32_t channel);
struct session *session_new(struct ss_serving *serving, uint32_t channel); /* null: no memory */
void session_free(struct ss_serving *serving, struct session **session);   /* null is fine */
/* May the request be granted? What it asks for is prepared, and starts in session_begin. */
SS_MUST_USE ss_err session_request(struct ss_serving *serving, struct session *session,
                                   const struct ss_msg_channel_request *request, bool *out_granted);
SS_MUST_USE ss_err session_begin(struct ss_serving *serving, struct session *session);
SS_MUST_USE ss_err session_data(struct ss_serving *serving, struct session *session, uint32_t type,
                                ss_span data);
SS_MUST_USE ss_err session_eof(struct ss_serving *serving, struct session *session);
SS_MUST_USE ss_err session_pump(struct ss_serving *serving, struct session *session);

#endif
