/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - login: a client tries what it has, a server lets its account in.
 *
 * Owns: the order of credentials.
 * Not here: the requests themselves (lib/auth), the account (house.c).
 * Called by: play.c; statements that need a login first.
 * Follows: RFC 4252 section 5.1. */
#include "testserver/actor/seat.h"

#include "sshspec/text.h"

struct way {
    enum ss_command_kind kind;
    const struct ss_key *key;
};

/* Most widely accepted first; the password last. */
static size_t default_ways(const struct act_keys *keys, struct way ways[4])
{
    ways[0] = (struct way){SS_CMD_AUTH_KEY, keys->user_ed25519};
    ways[1] = (struct way){SS_CMD_AUTH_KEY, keys->user_rsa};
    ways[2] = (struct way){SS_CMD_AUTH_KEY, keys->user_ecdsa};
    ways[3] = (struct way){SS_CMD_AUTH_PASSWORD, NULL};
    return 4;
}

static size_t ways_of(struct seat *seat, const struct scn_stmt *stmt, struct way ways[4])
{
    const struct act_keys *keys = seat->scene->job->world->keys;
    struct scn_value value;
    ss_err err;

    if (stmt->kind != SCN_LOGIN || stmt->method == SCN_BY_DEFAULT)
        return default_ways(keys, ways);
    if (stmt->method == SCN_BY_PASSWORD) {
        ways[0] = (struct way){SS_CMD_AUTH_PASSWORD, NULL};
        return 1;
    }
    if (stmt->method == SCN_BY_NONE) {
        ways[0] = (struct way){SS_CMD_AUTH_NONE, NULL};
        return 1;
    }
    ways[0] = (struct way){SS_CMD_AUTH_KEY, keys->user_ed25519};
    if (stmt->value == NULL)
        return 1;
    err = scn_eval(&seat->flow.eval, stmt->value, &value);
    if (err == SS_OK && value.type != SCN_KEY)
        err = scn_eval_mistake(&seat->flow.eval, stmt->value->at, "a key is wanted, this is %s",
                               scn_type_text(value.type));
    if (err != SS_OK) {
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
        return 0;
    }
    ways[0].key = value.key;
    return 1;
}

static bool offered(const struct seat *seat, const struct way *way)
{
    ss_span methods = ss_buf_span(&seat->auth_methods);
    const char *name = way->kind == SS_CMD_AUTH_KEY ? "publickey" : "password";

    if (way->kind == SS_CMD_AUTH_KEY && way->key == NULL)
        return false;
    return methods.size == 0 || way->kind == SS_CMD_AUTH_NONE ||
           ss_namelist_has(methods, ss_span_of(name));
}

static void exhausted(struct seat *seat, const struct scn_stmt *stmt)
{
    ss_span methods = ss_buf_span(&seat->auth_methods);

    seat_trouble(seat, stmt->at, "login: the peer refused all that was tried, and offers %.*s",
                 methods.size < 200 ? (int)methods.size : 200, (const char *)methods.data);
}

static void next_try(struct seat *seat, const struct scn_stmt *stmt)
{
    const struct act_keys *keys = seat->scene->job->world->keys;
    struct ss_command command = {.text = keys->user};
    struct way ways[4];
    size_t count = ways_of(seat, stmt, ways);
    ss_err err;

    if (stmt->kind == SCN_LOGIN && stmt->text.size > 0)
        command.text = stmt->text;
    while (seat->auth_tries < count && !offered(seat, &ways[seat->auth_tries]) && count > 1)
        seat->auth_tries++;
    if (seat_decided(seat))
        return;
    if (seat->auth_tries >= count) {
        exhausted(seat, stmt);
        return;
    }
    command.kind = ways[seat->auth_tries].kind;
    command.key = ways[seat->auth_tries].key;
    if (command.kind == SS_CMD_AUTH_PASSWORD)
        command.data = keys->password;
    seat->auth_asked = false;
    seat_fault_what(seat, "USERAUTH_REQUEST");
    err = ss_engine_do(seat->engine, &command, NULL);
    if (err == SS_E_would_block) /* a request sent by hand has no answer yet; it will ask again */
        return;
    seat->auth_tries++;
    if (err == SS_E_unsupported) /* no algorithm in common for this key: the next one */
        seat->auth_asked = true;
    else if (err != SS_OK && err != SS_E_closed)
        act_blame(seat->scene, stmt->at, "login", err);
}

/* A request that came before anybody was there to judge it. */
static void refuse_waiting(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command reject = {.kind = SS_CMD_AUTH_ANSWER, .number = SS_AUTH_REJECT};

    if (!seat->auth_waiting)
        return;
    seat->auth_waiting = false;
    seat_do(seat, stmt->at, &reject, NULL);
}

enum seat_progress seat_ensure_login(struct seat *seat, const struct scn_stmt *stmt)
{
    if (seat_call(seat)->fresh)
        seat->auth_tries = 0;
    if (ss_engine_authenticated(seat->engine)) {
        seat_autopilot(seat, SS_LAYER_CONNECTION, SS_LAYER_AUTH);
        return SEAT_DONE;
    }
    if (seat_server(seat) && seat->owner < SEAT_OWNER_LOGIN)
        seat->owner = SEAT_OWNER_LOGIN;
    if (seat_ensure_service(seat, stmt->at) == SEAT_WAIT)
        return SEAT_WAIT;
    seat_autopilot(seat, SS_LAYER_AUTH, 0);
    if (seat_server(seat))
        refuse_waiting(seat, stmt);
    else if (seat->auth_asked && !seat_lost(seat))
        next_try(seat, stmt);
    return SEAT_WAIT;
}

enum seat_progress seat_login(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress = seat_ensure_login(seat, stmt);

    if (progress == SEAT_WAIT && !seat->trouble && !seat_decided(seat))
        progress = seat_await(seat, stmt, "login");
    if (seat->trouble)
        progress = SEAT_DONE;
    if (progress == SEAT_DONE && seat->owner == SEAT_OWNER_LOGIN)
        seat->owner = SEAT_OWNER_NOTHING;
    return progress;
}
