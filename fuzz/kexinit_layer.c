/* SPDX-License-Identifier: Apache-2.0 */
/* kexinit_layer.c - two KEXINITs through the transport layer: a first exchange and a later one.
 *
 * Owns: the oracles: what the layer fixes is what a literal reading of the lists says; a wrong
 *   guess is dropped and a right one is not; strict key exchange begins with the first packet and
 *   is fixed by the first exchange, whatever later lists say.
 * Not here: the lists (kexinit_form.c), the literal reading (fuzz_kexinit.c).
 * Called by: fuzz_kexinit.c.
 * Follows: RFC 4253 section 7; draft-ietf-sshm-strict-kex sections 3.1 and 3.2. */
#include "fuzz/kexinit_form.h"
#include "fuzz/oracle.h"

struct bench {
    struct fuzz_memory memory;
    struct ss_arena arena;
    struct ss_config config;
    struct ss_packet_in in;
    struct ss_packet_out out;
    struct ss_link link;
    struct ss_transport *layer;
    struct ss_buf payload;
    size_t agreed; /* events */
    ss_err failed;
};

static struct bench *bench_of(struct ss_link *link)
{
    return SS_CONTAINER_OF(link, struct bench, link);
}

static ss_err on_send(struct ss_link *link, const struct ss_msg *msg)
{
    (void)link;
    (void)msg;
    MUST(false); /* nothing is sent but from act(), which is not called */
    return SS_E_internal;
}

static ss_err on_event(struct ss_link *link, const struct ss_event *event)
{
    MUST(event->type == SS_EVENT_NEGOTIATED);
    bench_of(link)->agreed++;
    return SS_OK;
}

static ss_err on_fail(struct ss_link *link, ss_err err, const char *field, const char *rule,
                      const char *detail)
{
    (void)field;
    (void)detail;
    MUST(rule != NULL);
    bench_of(link)->failed = err;
    return err;
}

static void on_note(struct ss_link *link, enum ss_trace_kind kind, const char *text)
{
    (void)link;
    (void)kind;
    MUST(text != NULL);
}

static void bench_init(struct bench *bench, unsigned flags)
{
    struct ss_link *link = &bench->link;
    const struct ss_env *env;

    memset(bench, 0, sizeof *bench);
    fuzz_memory_init(&bench->memory);
    env = bench->memory.env;
    ss_arena_init(&bench->arena, env, (size_t)1 << 20);
    ss_buf_init(&bench->payload, env, (size_t)1 << 20);
    ss_config_init(&bench->config, (flags & FUZZ_AS_SERVER) != 0 ? SS_SERVER : SS_CLIENT);
    ss_packet_in_init(&bench->in, env);
    ss_packet_out_init(&bench->out, env);
    link->env = env;
    link->config = &bench->config;
    link->arena = &bench->arena;
    link->send = on_send;
    link->event = on_event;
    link->fail = on_fail;
    link->note = on_note;
    MUST(ss_transport_new(link, &bench->in, &bench->out, &bench->layer) == SS_OK);
    MUST(ss_transport_start(bench->layer, ss_span_of("SSH-2.0-a"), ss_span_of("SSH-2.0-b")) ==
         SS_OK);
}

static void bench_fini(struct bench *bench, size_t size)
{
    ss_transport_free(&bench->layer);
    ss_packet_in_fini(&bench->in);
    ss_packet_out_fini(&bench->out);
    ss_buf_fini(&bench->payload);
    ss_arena_fini(&bench->arena);
    fuzz_memory_fini(&bench->memory, size);
}

/* The message an offer came from. */
static void encode(struct bench *bench, const struct ss_offer *offer, struct ss_msg *msg)
{
    static const uint8_t cookie[16];
    struct ss_msg_kexinit *body;

    MUST(ss_msg_new(&bench->arena, ss_msgdef_of(SS_MSG_kexinit), NULL, msg) == SS_OK);
    body = msg->body;
    body->cookie = ss_span_make(cookie, sizeof cookie);
    body->kex_algorithms = offer->lists[SS_SLOT_KEX];
    body->server_host_key_algorithms = offer->lists[SS_SLOT_HOST_KEY];
    body->encryption_algorithms_client_to_server = offer->lists[SS_SLOT_CIPHER_C2S];
    body->encryption_algorithms_server_to_client = offer->lists[SS_SLOT_CIPHER_S2C];
    body->mac_algorithms_client_to_server = offer->lists[SS_SLOT_MAC_C2S];
    body->mac_algorithms_server_to_client = offer->lists[SS_SLOT_MAC_S2C];
    body->compression_algorithms_client_to_server = offer->lists[SS_SLOT_COMP_C2S];
    body->compression_algorithms_server_to_client = offer->lists[SS_SLOT_COMP_S2C];
    body->first_kex_packet_follows = offer->follows;
    ss_buf_clear(&bench->payload);
    MUST(ss_msg_encode(&bench->payload, msg, NULL, 0) == SS_OK);
}

static void receive(struct bench *bench, const struct ss_offer *offer, bool late)
{
    struct ss_msg msg, got;

    encode(bench, offer, &msg);
    MUST(ss_msg_decode(&bench->arena, msg.def, ss_buf_span(&bench->payload), &got, NULL) == SS_OK);
    bench->link.inbound_sequence = late ? 1 : 0;
    bench->failed = ss_kexinit_received(bench->layer, &got);
}

static void send(struct bench *bench, const struct ss_offer *offer)
{
    struct ss_msg msg;
    ss_err err;

    encode(bench, offer, &msg);
    bench->out.sequence = 1;
    err = ss_kexinit_sent(bench->layer, &msg, ss_buf_span(&bench->payload));
    bench->failed = err != SS_OK ? err : bench->failed;
}

/* Either side may speak first. */
static void exchange(struct bench *bench, const struct ss_offer *ours,
                     const struct ss_offer *theirs, unsigned flags)
{
    bool late = (flags & FUZZ_LATE) != 0;

    bench->agreed = 0;
    bench->failed = SS_OK;
    if ((flags & FUZZ_CLIENT_FOLLOWS) != 0) {
        receive(bench, theirs, late);
        send(bench, ours);
    } else {
        send(bench, ours);
        receive(bench, theirs, late);
    }
}

static void check(const struct bench *bench, const struct ss_offer *theirs,
                  const struct fuzz_agreement *want, bool strict, bool first, bool late)
{
    const struct ss_transport *layer = bench->layer;

    MUST(layer->negotiated.strict == strict);
    if (first && strict && late) {
        /* rule: STRICTKEX-3.2-first-packet-kexinit */
        MUST(bench->failed == SS_E_strict_violation && bench->agreed == 0);
        return;
    }
    MUST(bench->failed == SS_OK);
    MUST(layer->doom.err == want->err);
    MUST(bench->agreed == (want->err == SS_OK ? 1 : 0));
    MUST(layer->ex.agreed == (want->err == SS_OK));
    /* rule: RFC4253-7-guess-wrong-ignored */
    MUST(layer->skip_guess == (theirs->follows && !want->guess));
}

/* In the later exchange each side offers what the other did before, markers included. */
void fuzz_kexinit_layer(const struct fuzz_offers *offers, const struct fuzz_agreement *first,
                        const struct fuzz_agreement *later, size_t size)
{
    bool server = (offers->flags & FUZZ_AS_SERVER) != 0;
    bool late = (offers->flags & FUZZ_LATE) != 0;
    const struct ss_offer *ours = server ? &offers->server.offer : &offers->client.offer;
    const struct ss_offer *theirs = server ? &offers->client.offer : &offers->server.offer;
    struct bench bench;

    bench_init(&bench, offers->flags);
    exchange(&bench, ours, theirs, offers->flags);
    check(&bench, theirs, first, first->strict, true, late);
    if (bench.failed == SS_OK && first->err == SS_OK) {
        ss_kex_clear(bench.layer);
        bench.layer->negotiated.epoch = 1;
        bench.layer->skip_guess = false;
        exchange(&bench, theirs, ours, offers->flags);
        check(&bench, ours, later, first->strict, false, late);
    }
    bench_fini(&bench, size);
}
