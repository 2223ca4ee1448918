/* SPDX-License-Identifier: Apache-2.0 */
/* rekey.c - when a new key exchange starts on our account.
 *
 * Owns: the limits by bytes, packets and time; the patience with a peer that does not answer.
 * Not here: the exchange itself; answering the peer's KEXINIT (kexinit.c).
 * Called by: transport.c before anything else is sent, and by the clock.
 * Follows: RFC 4253 section 9, RFC 4344 section 3.
 *
 * On our own account an exchange starts only after authentication: widely used clients and servers
 * end the connection over a KEXINIT before it, and what can be sent by then is bounded otherwise.
 * A command may ask for one at any time.
 *
 * Both sides may start at the same time: each KEXINIT then is the answer to the other. */
#include "state.h"

static bool under_way(const struct ss_transport *layer)
{
    return layer->ex.ours.there || layer->ex.theirs.there || layer->kexinit_due;
}

/* May one start by itself? */
static bool ripe(const struct ss_transport *layer)
{
    return layer->link->authenticated && !ss_transport_first(layer) && !under_way(layer);
}

/* rule: RFC4253-9-rekey-1gb-1h, RFC4251-9.3.3-rekey-before-seq-wrap */
static bool is_over(const struct ss_transport *layer)
{
    const struct ss_config *config = layer->link->config;

    return layer->in->bytes >= config->rekey_bytes || layer->out->bytes >= config->rekey_bytes ||
           layer->in->packets >= config->rekey_packets ||
           layer->out->packets >= config->rekey_packets;
}

/* Our new keys have carried all they may and the peer's NEWKEYS has not come yet: the next exchange
 * cannot start before that, and the peer owes it whatever we send. rule: RFC4253-9-rekey-1gb-1h */
bool ss_rekey_spent(const struct ss_transport *layer)
{
    const struct ss_config *config = layer->link->config;

    return !ss_transport_first(layer) && layer->ex.newkeys_sent && !layer->ex.newkeys_got &&
           (layer->out->bytes >= config->rekey_bytes ||
            layer->out->packets >= config->rekey_packets);
}

/* rule: RFC4253-7.1-inflight-accepted: what the peer sent before it saw our KEXINIT is bounded by
 * the windows that it was given, a byte a packet at worst. On top of that it gets another full
 * quota, then it is taken to ignore us. */
static ss_err check_patience(struct ss_transport *layer)
{
    const struct ss_config *config = layer->link->config;
    const struct ss_exchange *ex = &layer->ex;
    uint64_t in_flight = config->window * config->channels;

    if (layer->in->bytes - ex->bytes_before <= config->rekey_bytes + in_flight &&
        layer->in->packets - ex->packets_before <= config->rekey_packets + in_flight)
        return SS_OK;
    return ss_transport_fail(layer, SS_E_too_many, NULL, "RFC4253-9-rekey-answered",
                             "the peer goes on sending and does not answer KEXINIT");
}

ss_err ss_rekey_check(struct ss_transport *layer)
{
    if (ss_transport_first(layer))
        return SS_OK;
    if (layer->ex.ours.there && !layer->ex.theirs.there)
        return check_patience(layer);
    if (ripe(layer) && is_over(layer))
        layer->kexinit_due = true;
    return SS_OK;
}

/* While an exchange is under way there is one already, which is what was asked for. */
ss_err ss_rekey_command(struct ss_transport *layer)
{
    if (layer->await == SS_AWAIT_NOTHING)
        return SS_E_usage;
    if (!under_way(layer))
        layer->kexinit_due = true;
    return SS_OK;
}

ss_time ss_rekey_deadline(const struct ss_transport *layer)
{
    uint64_t period = layer->link->config->rekey_time;

    if (period == 0 || !ripe(layer))
        return SS_NEVER;
    return layer->exchanged_at + period;
}

void ss_rekey_tick(struct ss_transport *layer, ss_time now)
{
    if (now >= ss_rekey_deadline(layer))
        layer->kexinit_due = true;
}
