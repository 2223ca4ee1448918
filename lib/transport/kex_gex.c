/* SPDX-License-Identifier: Apache-2.0 */
/* kex_gex.c - the request of a group exchange and the group that answers it, in both roles.
 *
 * Owns: the request and the group as they went over the wire; what makes either acceptable.
 * Not here: the two messages that follow (kex.c); lists of groups and the choice (keys/moduli.c);
 *   what one can compute in at all (crypto).
 * Called by: transport.c, kex.c.
 * Follows: RFC 4419 sections 3 and 5, RFC 8270. */
#include "state.h"

#include "sshspec/moduli.h"

enum { REQUEST_OLD = 30, GROUP = 31, REQUEST = 34, SERVED_LEAST = 1024, SERVED_BEST = 2048 };

bool ss_gex_offered(const struct ss_config *config)
{
    return config->moduli == NULL || ss_moduli_count(config->moduli) > 0;
}

void ss_gex_clear(struct ss_gex *gex)
{
    gex->old = gex->asked = gex->grouped = false;
    gex->min = gex->n = gex->max = 0;
    ss_buf_clear(&gex->p);
    ss_buf_clear(&gex->g);
}

/* rule: RFC4419-3-gex-hash-fields; rule: RFC4419-5-old-request */
void ss_gex_write(struct ss_writer *writer, const struct ss_gex *gex)
{
    if (!gex->old)
        ss_writer_u32(writer, gex->min);
    ss_writer_u32(writer, gex->n);
    if (!gex->old)
        ss_writer_u32(writer, gex->max);
    ss_writer_mpint(writer, ss_buf_span(&gex->p));
    ss_writer_mpint(writer, ss_buf_span(&gex->g));
}

static bool is_ours(const struct ss_transport *layer)
{
    const struct ss_kex_alg *alg = ss_kex_method(layer);

    return alg != NULL && alg->family == SS_KEX_GEX;
}

static ss_err keep_group(struct ss_gex *gex, ss_span p, ss_span g)
{
    SS_TRY(ss_transport_keep(&gex->p, p));
    return ss_transport_keep(&gex->g, g);
}

static ss_err set_group(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;

    return ex->alg->set_group(ex->state, ss_buf_span(&ex->gex.p), ss_buf_span(&ex->gex.g));
}

/* ---- the request: client ---- */

bool ss_gex_request_due(const struct ss_transport *layer)
{
    return !layer->ex.gex.asked && ss_kex_may_begin(layer) && is_ours(layer);
}

/* rule: RFC4419-3-client-min-n-max-order, whatever the options say. */
static struct ss_msg_kex_dh_gex_request wanted(const struct ss_config *config)
{
    struct ss_msg_kex_dh_gex_request request = {.min = (uint32_t)config->gex_min,
                                                .n = (uint32_t)config->gex_n,
                                                .max = (uint32_t)config->gex_max};

    if (request.n < request.min)
        request.n = request.min;
    if (request.max < request.n)
        request.max = request.n;
    return request;
}

static ss_err compose_request(struct ss_transport *layer, struct ss_msg *msg)
{
    struct ss_msg_kex_dh_gex_request request = wanted(layer->link->config);
    struct ss_msg_kex_dh_gex_request_old *old = msg->body;

    if (layer->role != SS_CLIENT || !is_ours(layer))
        return SS_E_unsupported;
    if (msg->def->id == SS_MSG_kex_dh_gex_request_old)
        old->n = request.n;
    else
        *(struct ss_msg_kex_dh_gex_request *)msg->body = request;
    return SS_OK;
}

static ss_err request_sent(struct ss_transport *layer, uint8_t number, struct ss_reader *reader)
{
    struct ss_gex *gex = &layer->ex.gex;
    struct ss_msg_kex_dh_gex_request request = wanted(layer->link->config), sent = request;

    if (gex->asked) {
        ss_transport_note(layer, "a request for a group was sent that is not due");
        return SS_OK;
    }
    SS_TRY(ss_kex_make_state(layer, ss_kex_method(layer)));
    if (number == REQUEST)
        sent.min = ss_reader_u32(reader);
    sent.n = ss_reader_u32(reader);
    if (number == REQUEST)
        sent.max = ss_reader_u32(reader);
    if (reader->err == SS_OK)
        request = sent;
    gex->old = number == REQUEST_OLD;
    gex->asked = true;
    gex->min = request.min;
    gex->n = request.n;
    gex->max = request.max;
    return SS_OK;
}

/* ---- the request: server ---- */

/* rule: RFC4419-3-server-rejects-bad-order */
static ss_err check_request(struct ss_transport *layer, const struct ss_gex *gex)
{
    const char *field = NULL;

    if (gex->old)
        return SS_OK;
    if (gex->min > gex->max || gex->max < SERVED_LEAST)
        field = "max";
    else if (gex->n < gex->min || gex->n > gex->max)
        field = "n";
    if (field == NULL)
        return SS_OK;
    return ss_transport_fail(layer, SS_E_bad_value, field, "RFC4419-3-server-rejects-bad-order",
                             NULL);
}

/* rule: RFC4419-3-group-at-least-2048: a client that would take less gets no less than that. */
static ss_err choose_from(const struct ss_transport *layer, const struct ss_moduli *moduli,
                          struct ss_gex *gex, bool *out_fits)
{
    unsigned min = gex->old ? SS_DH_BITS_MIN : gex->min;
    unsigned max = gex->old ? SS_DH_BITS_MAX : gex->max;
    unsigned n = gex->n < SERVED_BEST && max >= SERVED_BEST ? SERVED_BEST : gex->n;
    struct ss_modulus modulus;

    SS_TRY(ss_moduli_choose(moduli, layer->link->env, min, n, max, &modulus));
    *out_fits = modulus.bits >= min && modulus.bits <= max;
    return keep_group(gex, modulus.p, modulus.g);
}

static ss_err choose(struct ss_transport *layer, bool *out_fits)
{
    const struct ss_config *config = layer->link->config;
    struct ss_gex *gex = &layer->ex.gex;
    struct ss_moduli *named = NULL;
    ss_err err;

    if (config->moduli != NULL)
        return choose_from(layer, config->moduli, gex, out_fits);
    SS_TRY(ss_moduli_new(layer->link->env, &named));
    err = ss_moduli_add_named(named);
    if (err == SS_OK)
        err = choose_from(layer, named, gex, out_fits);
    ss_moduli_free(&named);
    return err;
}

static ss_err request_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    const struct ss_msg_kex_dh_gex_request *request = msg->body;
    const struct ss_msg_kex_dh_gex_request_old *old = msg->body;
    struct ss_gex *gex = &layer->ex.gex;
    bool fits = false;
    ss_err err;

    gex->old = msg->def->id == SS_MSG_kex_dh_gex_request_old;
    gex->n = gex->old ? old->n : request->n;
    gex->min = gex->old ? 0 : request->min;
    gex->max = gex->old ? 0 : request->max;
    SS_TRY(check_request(layer, gex));
    err = choose(layer, &fits);
    if (err == SS_E_not_found || (err == SS_OK && !fits && !layer->link->config->gex_nearest))
        return ss_transport_fail(layer, SS_E_no_common_algorithm, "min",
                                 "RFC4419-3-server-group-fits", "no group of that size here");
    SS_TRY(err);
    SS_TRY(ss_kex_make_state(layer, layer->negotiated.kex));
    SS_TRY(set_group(layer));
    gex->asked = true;
    ss_transport_await(layer, SS_AWAIT_GEX);
    return SS_OK;
}

/* ---- the group: server ---- */

bool ss_gex_group_due(const struct ss_transport *layer)
{
    return layer->role == SS_SERVER && layer->ex.gex.asked && !layer->ex.gex.grouped;
}

static ss_err compose_group(struct ss_transport *layer, struct ss_msg *msg)
{
    struct ss_msg_kex_dh_gex_group *group = msg->body;
    const struct ss_gex *gex = &layer->ex.gex;
    struct ss_arena *arena = layer->link->arena;

    if (layer->role != SS_SERVER || !is_ours(layer) || !gex->asked)
        return SS_E_unsupported;
    SS_TRY(ss_arena_copy(arena, ss_buf_span(&gex->p), &group->p));
    return ss_arena_copy(arena, ss_buf_span(&gex->g), &group->g);
}

/* What was sent counts, also for our own arithmetic if it can be done in that group. */
static ss_err group_sent(struct ss_transport *layer, struct ss_reader *reader)
{
    struct ss_gex *gex = &layer->ex.gex;
    ss_span p, g;

    if (!ss_gex_group_due(layer)) {
        ss_transport_note(layer, "a group was sent that is not due");
        return SS_OK;
    }
    p = ss_reader_mpint(reader);
    g = ss_reader_mpint(reader);
    gex->grouped = true;
    if (reader->err != SS_OK)
        return SS_OK;
    SS_TRY(keep_group(gex, p, g));
    if (set_group(layer) != SS_OK)
        ss_transport_note(layer, "nobody can compute in the group that was sent");
    return SS_OK;
}

/* ---- the group: client ---- */

static ss_err refuse_group(struct ss_transport *layer, ss_err err, const char *field)
{
    return ss_transport_fail(layer, err, field, "RFC4419-3-client-checks-group-sanity", NULL);
}

/* The range that was asked for; an old request names none, so it is that of the options. */
static ss_err check_size(struct ss_transport *layer, ss_span p)
{
    struct ss_msg_kex_dh_gex_request range = wanted(layer->link->config);
    const struct ss_gex *gex = &layer->ex.gex;
    unsigned bits = ss_dh_bits(p);

    if (!gex->old) {
        range.min = gex->min;
        range.max = gex->max;
    }
    if (bits >= range.min && bits <= range.max)
        return SS_OK;
    return ss_transport_fail(layer, SS_E_bad_public_value, "p",
                             "RFC4419-3-client-checks-group-size", NULL);
}

static ss_err group_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    static const ss_span two = {(const uint8_t *)"\2", 1};
    const struct ss_msg_kex_dh_gex_group *group = msg->body;
    struct ss_gex *gex = &layer->ex.gex;
    ss_err err;

    if (!gex->asked)
        return ss_transport_fail(layer, SS_E_unexpected_message, NULL, NULL,
                                 "a group that was not asked for");
    SS_TRY(check_size(layer, group->p));
    SS_TRY(keep_group(gex, group->p, group->g));
    err = set_group(layer);
    if (err != SS_OK)
        return refuse_group(layer, err, ss_dh_check_group(group->p, two) != SS_OK ? "p" : "g");
    if (layer->link->config->gex_verify)
        err = ss_dh_check_safe(group->p);
    if (err != SS_OK)
        return refuse_group(layer, err, "p");
    gex->grouped = true;
    ss_transport_await(layer, SS_AWAIT_GEX);
    return SS_OK;
}

/* ---- both roles ---- */

ss_err ss_gex_compose(struct ss_transport *layer, struct ss_msg *msg)
{
    if (msg->def->id == SS_MSG_kex_dh_gex_group)
        return compose_group(layer, msg);
    return compose_request(layer, msg);
}

ss_err ss_gex_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    if (!layer->ex.agreed || !is_ours(layer))
        return ss_kex_wrong_method(layer);
    if (msg->def->id == SS_MSG_kex_dh_gex_group)
        return group_received(layer, msg);
    return request_received(layer, msg);
}

bool ss_gex_is_part(uint8_t number)
{
    return number == REQUEST_OLD || number == GROUP || number == REQUEST;
}

ss_err ss_gex_sent(struct ss_transport *layer, uint8_t number, struct ss_reader *reader)
{
    if (layer->role == SS_CLIENT && number != GROUP)
        return request_sent(layer, number, reader);
    if (layer->role == SS_SERVER && number == GROUP)
        return group_sent(layer, reader);
    ss_transport_note(layer, "a key exchange message of the other role was sent");
    return SS_OK;
}
