/* SPDX-License-Identifier: Apache-2.0 */
/* need.c - needs: what a peer must be able to do for a scenario to mean anything.
 *
 * Owns: how each ability is found out.
 * Not here: what the runner knows of a peer (act_world.feature).
 * Called by: play.c.
 * Follows: docs/scenario-language.md "needs". */
#include "testserver/actor/seat.h"

#include "sshspec/text.h"

static enum seat_progress unsupported(struct seat *seat, const struct scn_stmt *stmt,
                                      const char *what)
{
    act_decide(seat->scene, VERDICT_UNSUPPORTED, stmt->at, "the peer has no %s", what);
    return SEAT_DONE;
}

/* The peer's KEXINIT says it all; for that we need not send ours. */
static bool kexinit_there(struct seat *seat, const struct scn_stmt *stmt,
                          enum seat_progress *out_progress)
{
    if (seat_ensure_version(seat, stmt->at) == SEAT_DONE &&
        (ss_engine_peer_kexinit(seat->engine).size > 0 || ss_buf_size(&seat->kexinit) > 0))
        return true;
    *out_progress = seat_await(seat, stmt, "the exchange of identification lines and KEXINIT");
    return false;
}

static bool list_has(struct seat *seat, const char *list, ss_span name)
{
    struct scn_value value;

    if (seat_peer_list(seat, &seat->flow.eval.scratch, ss_span_of(list), &value) != SS_OK)
        return false;
    for (size_t i = 0; i < value.count; i++) {
        if (ss_span_eq(value.items[i].bytes, name))
            return true;
    }
    return false;
}

static bool offers(struct seat *seat, enum scn_need need, ss_span name)
{
    switch (need) {
    case SCN_NEED_KEX:
        return list_has(seat, "kex_algorithms", name);
    case SCN_NEED_HOSTKEY:
        return list_has(seat, "server_host_key_algorithms", name);
    case SCN_NEED_CIPHER:
        return list_has(seat, "encryption_algorithms_client_to_server", name) &&
               list_has(seat, "encryption_algorithms_server_to_client", name);
    case SCN_NEED_MAC:
        return list_has(seat, "mac_algorithms_client_to_server", name) &&
               list_has(seat, "mac_algorithms_server_to_client", name);
    case SCN_NEED_COMPRESSION:
        return list_has(seat, "compression_algorithms_client_to_server", name) &&
               list_has(seat, "compression_algorithms_server_to_client", name);
    default:
        return false;
    }
}

static enum seat_progress need_offer(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress;
    ss_span names, name;
    char text[120];
    ss_err err;

    if (!kexinit_there(seat, stmt, &progress))
        return progress;
    err = scn_eval_bytes(&seat->flow.eval, stmt->value, &names);
    if (err != SS_OK) {
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
        return SEAT_DONE;
    }
    while (ss_namelist_next(&names, &name)) {
        if (offers(seat, stmt->need, name))
            continue;
        name = ss_span_part(name, 0, sizeof text - 1);
        memcpy(text, name.data, name.size);
        text[name.size] = 0;
        return unsupported(seat, stmt, text);
    }
    return SEAT_DONE;
}

static enum seat_progress need_strict(struct seat *seat, const struct scn_stmt *stmt)
{
    const char *marker =
        seat_server(seat) ? "kex-strict-c-v00@openssh.com" : "kex-strict-s-v00@openssh.com";
    const char *other = seat_server(seat) ? "kex-strict-c" : "kex-strict-s";
    enum seat_progress progress;

    if (!kexinit_there(seat, stmt, &progress))
        return progress;
    if (list_has(seat, "kex_algorithms", ss_span_of(marker)) ||
        list_has(seat, "kex_algorithms", ss_span_of(other)))
        return SEAT_DONE;
    return unsupported(seat, stmt, "strict key exchange");
}

/* EXT_INFO precedes the answer to the first service request. A server tells by it, a client by a
 * name in its KEXINIT. */
static enum seat_progress need_extension(struct seat *seat, const struct scn_stmt *stmt)
{
    bool ping = stmt->need == SCN_NEED_PING, has;
    enum seat_progress progress;

    if (seat_server(seat) && !ping) {
        if (!kexinit_there(seat, stmt, &progress))
            return progress;
        has = list_has(seat, "kex_algorithms", ss_span_of("ext-info-c"));
        return has ? SEAT_DONE : unsupported(seat, stmt, "EXT_INFO");
    }
    if (seat_ensure_service(seat, stmt->at) == SEAT_WAIT)
        return seat_await(seat, stmt, "the service request");
    has = ping ? ss_engine_peer_ping(seat->engine)
               : ss_engine_server_sig_algs(seat->engine).data != NULL;
    if (has)
        return SEAT_DONE;
    return unsupported(seat, stmt, ping ? "ping@openssh.com" : "EXT_INFO");
}

static enum seat_progress need_feature(struct seat *seat, const struct scn_stmt *stmt, ss_span name)
{
    struct act_world *world = seat->scene->job->world;
    char text[80];

    if (world->feature == NULL || world->feature(world, name))
        return SEAT_DONE;
    name = ss_span_part(name, 0, sizeof text - 1);
    memcpy(text, name.data, name.size);
    text[name.size] = 0;
    return unsupported(seat, stmt, text);
}

enum seat_progress seat_needs(struct seat *seat, const struct scn_stmt *stmt)
{
    switch (stmt->need) {
    case SCN_NEED_STRICT:
        return need_strict(seat, stmt);
    case SCN_NEED_PING:
    case SCN_NEED_EXT_INFO:
        return need_extension(seat, stmt);
    case SCN_NEED_SFTP:
        return need_feature(seat, stmt, ss_span_of("sftp"));
    case SCN_NEED_FEATURE:
        return need_feature(seat, stmt, stmt->text);
    default:
        return need_offer(seat, stmt);
    }
}
