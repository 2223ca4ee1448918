/* SPDX-License-Identifier: Apache-2.0 */
/* password.c - the password method, both roles.
 *
 * Owns: the layout of its request, the question for a new password.
 * Not here: whether a password is right (the owner).
 * Called by: client.c, server.c.
 * Follows: RFC 4252 section 8. */
#include "auth/state.h"

void ss_auth_password_fill(const struct ss_auth *auth,
                           struct ss_tail_userauth_request_password *body)
{
    body->change = auth->client.kind == SS_CMD_AUTH_PASSWORD_CHANGE;
    body->password = ss_buf_span(&auth->client.first);
    body->new_password = ss_buf_span(&auth->client.second);
}

ss_err ss_auth_password_take(struct ss_auth *auth,
                             const struct ss_msg_userauth_passwd_changereq *msg)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_CHANGE, .text = msg->prompt};

    if (!ss_auth_client_settle(auth))
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, NULL);
    return auth->link->event(auth->link, &event);
}

void ss_auth_password_try(struct ss_auth_try *attempt,
                          const struct ss_tail_userauth_request_password *body)
{
    attempt->change = body->change;
    attempt->password = body->password;
    attempt->new_password = body->new_password;
}
