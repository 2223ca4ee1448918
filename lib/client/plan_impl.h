/* SPDX-License-Identifier: Apache-2.0 */
/* plan_impl.h - the inside of a plan, shared by its login half and its SFTP half.
 *
 * Owns: nothing by itself.
 * Called by: plan.c, plan_sftp.c. */
#ifndef SSHSPEC_CLIENT_PLAN_IMPL_H
#define SSHSPEC_CLIENT_PLAN_IMPL_H

#include "sshspec/key.h"
#include "sshspec/plan.h"
#include "sshspec/text.h"

struct ss_plan {
    const struct ss_env *env;
    struct ss_engine *engine;
    struct ss_plan_config config;
    struct ss_arena scratch;
    struct ss_buf output, errors;
    int status, exit_status;
    uint32_t channel;
    bool asked_service, tried_password, has_channel, started, sent_eof;
    size_t next_key;
    ss_span input; /* of exec, still to be sent */
    /* SFTP */
    bool sftp_on, moving;
    struct ss_sftp_client sftp;
    struct ss_sftp_transfer transfer;
    struct ss_sftp_sink sink;
    struct ss_sftp_source source;
    uint8_t listed[SS_SFTP_HANDLE_MOST]; /* directory handle of a listing */
    size_t listed_size;
};

SS_MUST_USE ss_err plan_leave(struct ss_plan *plan, int status);
SS_MUST_USE ss_err plan_sftp_start(struct ss_plan *plan);
SS_MUST_USE ss_err plan_sftp_data(struct ss_plan *plan, ss_span data);
SS_MUST_USE ss_err plan_sftp_pump(struct ss_plan *plan);
void plan_sftp_fini(struct ss_plan *plan);

#endif
