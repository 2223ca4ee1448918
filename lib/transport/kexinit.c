/* SPDX-License-Identifier: Apache-2.0 */
/* kexinit.c - our KEXINIT and the peer's: made, kept, brought together.
 *
 * Owns: what an honest KEXINIT of ours says; both payloads as they went over the wire; the moment
 *   at which both are known.
 * Not here: the choice itself (negotiate.c), when an exchange starts (rekey.c).
 * Called by: transport.c.
 * Follows: RFC 4253 section 7.1; RFC 8308 section 2.1; draft-ietf-sshm-strict-kex section 3.
 *
 * What counts is what was sent. Only when a script sent a KEXINIT of ours that nobody can read,
 * the lists it would have had are used, so that the exchange can go on if the peer lets it. */
#include "state.h"

#include "sshspec/text.h"

enum { KEXINIT = 20, COOKIE_SIZE = 16 };

/* ---- lists ---- */
struct names { /* a list under construction; sticky like a writer */
    struct ss_buf text;
    ss_err err;
};

static void names_add(struct names *names, ss_span name)
{
    if (names->err == SS_OK && ss_buf_size(&names->text) > 0)
        names->err = ss_buf_puts(&names->text, ",");
    if (names->err == SS_OK)
        names->err = ss_buf_put(&names->text, name);
}

static void names_marker(struct names *names, const char *marker)
{
    if (!ss_namelist_has(ss_buf_span(&names->text), ss_span_of(marker)))
        names_add(names, ss_span_of(marker));
}

static bool have_key(const struct ss_config *config, const struct ss_sign_alg *alg)
{
    size_t i;

    for (i = 0; config->host_keys != NULL && config->host_keys[i] != NULL; i++) {
        if (ss_key_fits(config->host_keys[i], alg))
            return true;
    }
    return false;
}

/* What is in the list that fits the key, in the list's order. A name that the registry does not
 * know was meant to be there, and fits no key. */
static void names_of_key(struct names *names, const struct ss_config *config, ss_span list,
                         const struct ss_key *key)
{
    ss_span name;

    while (ss_namelist_next(&list, &name)) {
        const struct ss_sign_alg *alg = ss_registry_sign(config->registry, name);

        if (alg != NULL && ss_key_fits(key, alg) &&
            !ss_namelist_has(ss_buf_span(&names->text), name))
            names_add(names, name);
    }
}

/* A server's own order: by key, and for each key by algorithm. One RSA key answers for all of its
 * algorithms; a second key of a type adds nothing. A certificate is a key of a type of its own. */
static void names_of_keys(struct names *names, const struct ss_config *config, ss_span list)
{
    size_t i;

    for (i = 0; config->host_keys != NULL && config->host_keys[i] != NULL; i++)
        names_of_key(names, config, list, config->host_keys[i]);
}

/* What was configured for a server, without what it has no key for. */
static void names_with_keys(struct names *names, const struct ss_config *config, ss_span wanted)
{
    ss_span name;

    while (ss_namelist_next(&wanted, &name)) {
        const struct ss_sign_alg *alg = ss_registry_sign(config->registry, name);

        if (alg == NULL || have_key(config, alg))
            names_add(names, name);
    }
}

/* Without groups to choose from a server has no group exchange, whatever was configured. */
static void names_without_gex(struct names *names, const struct ss_config *config, ss_span list)
{
    ss_span name;

    while (ss_namelist_next(&list, &name)) {
        const struct ss_kex_alg *alg = ss_registry_kex(config->registry, name);

        if (alg == NULL || alg->family != SS_KEX_GEX)
            names_add(names, name);
    }
}

static enum ss_names kind_of(enum ss_slot slot)
{
    switch (slot) {
    case SS_SLOT_KEX:
        return SS_NAMES_KEX;
    case SS_SLOT_HOST_KEY:
        return SS_NAMES_HOST_KEY;
    case SS_SLOT_CIPHER_C2S:
    case SS_SLOT_CIPHER_S2C:
        return SS_NAMES_CIPHER;
    case SS_SLOT_MAC_C2S:
    case SS_SLOT_MAC_S2C:
        return SS_NAMES_MAC;
    default:
        return SS_NAMES_COMPRESSION;
    }
}

static const char *configured(const struct ss_config *config, enum ss_slot slot)
{
    switch (slot) {
    case SS_SLOT_KEX:
        return config->kex_algorithms;
    case SS_SLOT_HOST_KEY:
        return config->server_host_key_algorithms;
    case SS_SLOT_CIPHER_C2S:
        return config->encryption_algorithms_client_to_server;
    case SS_SLOT_CIPHER_S2C:
        return config->encryption_algorithms_server_to_client;
    case SS_SLOT_MAC_C2S:
        return config->mac_algorithms_client_to_server;
    case SS_SLOT_MAC_S2C:
        return config->mac_algorithms_server_to_client;
    case SS_SLOT_COMP_C2S:
        return config->compression_algorithms_client_to_server;
    default:
        return config->compression_algorithms_server_to_client;
    }
}

/* rule: RFC8308-2.1-indicator-in-first-kexinit, STRICTKEX-3.1-offer-both. They stand at the end,
 * where they cannot be taken for a guess. */
static void names_markers(struct names *names, const struct ss_transport *layer)
{
    const struct ss_config *config = layer->link->config;
    size_t i;

    if (!ss_transport_first(layer))
        return;
    if (config->ext_info)
        names_marker(names, ss_marker_ext_info(layer->role));
    for (i = 0; config->strict_kex && ss_marker_strict(layer->role, i) != NULL; i++)
        names_marker(names, ss_marker_strict(layer->role, i));
}

/* The host keys of a server: its policy's by key, what was asked for by name. */
static void names_of_server(struct names *names, const struct ss_config *config, const char *wanted,
                            ss_span list)
{
    if (wanted == NULL)
        names_of_keys(names, config, list);
    else
        names_with_keys(names, config, list);
}

static ss_err list_of(struct ss_transport *layer, enum ss_slot slot, ss_span *out_list)
{
    const struct ss_config *config = layer->link->config;
    const char *wanted = configured(config, slot);
    struct names names = {.err = SS_OK};
    struct ss_buf list;

    ss_buf_init(&names.text, layer->link->env, SIZE_MAX);
    ss_buf_init(&list, layer->link->env, SIZE_MAX);
    names.err = ss_config_names(config, kind_of(slot), wanted, &list);
    if (slot == SS_SLOT_HOST_KEY && layer->role == SS_SERVER)
        names_of_server(&names, config, wanted, ss_buf_span(&list));
    else if (slot == SS_SLOT_KEX && layer->role == SS_SERVER && !ss_gex_offered(config))
        names_without_gex(&names, config, ss_buf_span(&list));
    else if (names.err == SS_OK)
        names.err = ss_buf_put(&names.text, ss_buf_span(&list));
    if (slot == SS_SLOT_KEX)
        names_markers(&names, layer);
    if (names.err == SS_OK)
        names.err = ss_arena_copy(layer->link->arena, ss_buf_span(&names.text), out_list);
    ss_buf_fini(&list);
    ss_buf_fini(&names.text);
    return names.err;
}

/* ---- one message ---- */
static void lists_of(struct ss_msg_kexinit *body, ss_span **out_lists)
{
    out_lists[SS_SLOT_KEX] = &body->kex_algorithms;
    out_lists[SS_SLOT_HOST_KEY] = &body->server_host_key_algorithms;
    out_lists[SS_SLOT_CIPHER_C2S] = &body->encryption_algorithms_client_to_server;
    out_lists[SS_SLOT_CIPHER_S2C] = &body->encryption_algorithms_server_to_client;
    out_lists[SS_SLOT_MAC_C2S] = &body->mac_algorithms_client_to_server;
    out_lists[SS_SLOT_MAC_S2C] = &body->mac_algorithms_server_to_client;
    out_lists[SS_SLOT_COMP_C2S] = &body->compression_algorithms_client_to_server;
    out_lists[SS_SLOT_COMP_S2C] = &body->compression_algorithms_server_to_client;
    out_lists[SS_SLOT_LANGUAGE_C2S] = &body->languages_client_to_server;
    out_lists[SS_SLOT_LANGUAGE_S2C] = &body->languages_server_to_client;
}

/* Only a client can follow up with a packet: all families begin with one of the client's. */
static bool can_guess(const struct ss_transport *layer, const struct ss_msg_kexinit *body)
{
    const struct ss_config *config = layer->link->config;

    return config->guess && layer->role == SS_CLIENT &&
           ss_registry_kex(config->registry, ss_negotiate_first(body->kex_algorithms)) != NULL;
}

ss_err ss_kexinit_compose(struct ss_transport *layer, struct ss_msg_kexinit *body)
{
    ss_span *lists[SS_SLOT_COUNT];
    uint8_t *cookie = ss_arena_alloc(layer->link->arena, COOKIE_SIZE);
    size_t i;

    if (cookie == NULL)
        return SS_E_no_memory;
    SS_TRY(ss_random(layer->link->env, cookie, COOKIE_SIZE));
    body->cookie = ss_span_make(cookie, COOKIE_SIZE);
    lists_of(body, lists);
    for (i = 0; i < SS_SLOT_LANGUAGE_C2S; i++)
        SS_TRY(list_of(layer, (enum ss_slot)i, lists[i]));
    /* rule: RFC4253-7.1-languages-empty */
    body->languages_client_to_server = ss_span_make(NULL, 0);
    body->languages_server_to_client = ss_span_make(NULL, 0);
    body->first_kex_packet_follows = can_guess(layer, body);
    body->reserved = 0;
    return SS_OK;
}

/* Bytes behind the last field are of no interest here; they are hashed all the same. */
static ss_err read_offer(ss_span payload, struct ss_offer *out_offer)
{
    struct ss_reader reader;
    struct ss_offer offer;
    size_t i;

    ss_reader_init(&reader, payload);
    if (ss_reader_byte(&reader) != KEXINIT)
        return SS_E_bad_argument;
    (void)ss_reader_bytes(&reader, COOKIE_SIZE);
    for (i = 0; i < SS_SLOT_COUNT; i++)
        offer.lists[i] = ss_reader_string(&reader);
    offer.follows = ss_reader_boolean(&reader);
    if (reader.err != SS_OK)
        return reader.err;
    *out_offer = offer;
    return SS_OK;
}

static ss_err keep_theirs(struct ss_transport *layer, ss_span payload)
{
    struct ss_kexinit *theirs = &layer->ex.theirs;

    SS_TRY(ss_transport_keep(&theirs->payload, payload));
    SS_TRY(read_offer(ss_buf_span(&theirs->payload), &theirs->offer));
    theirs->sequence = layer->link->inbound_sequence;
    theirs->there = true;
    return SS_OK;
}

static ss_err keep_ours(struct ss_transport *layer, const struct ss_msg *msg, ss_span payload)
{
    struct ss_kexinit *ours = &layer->ex.ours;

    SS_TRY(ss_transport_keep(&ours->payload, payload));
    if (read_offer(ss_buf_span(&ours->payload), &ours->offer) != SS_OK) {
        ss_buf_clear(&ours->meant);
        if (msg->def == ss_msgdef_of(SS_MSG_kexinit))
            SS_TRY(ss_msg_encode(&ours->meant, msg, NULL, 0));
        if (read_offer(ss_buf_span(&ours->meant), &ours->offer) != SS_OK)
            memset(&ours->offer, 0, sizeof ours->offer);
    }
    ours->sequence = layer->out->sequence - 1; /* it is sealed, so the number has moved on */
    ours->there = true;
    return SS_OK;
}

/* ---- both are known ---- */
static ss_err strict_start(struct ss_transport *layer)
{
    if (layer->ex.theirs.sequence != 0)
        return ss_transport_fail(layer, SS_E_strict_violation, NULL,
                                 "STRICTKEX-3.2-first-packet-kexinit",
                                 "KEXINIT was not the first packet");
    return SS_OK;
}

/* What the first exchange fixes for the life of the connection. */
static void agree_first(struct ss_transport *layer, const struct ss_offer *client,
                        const struct ss_offer *server)
{
    enum ss_role peer = layer->role == SS_CLIENT ? SS_SERVER : SS_CLIENT;
    const struct ss_exchange *ex = &layer->ex;

    layer->negotiated.strict = ss_negotiate_strict(client, server);
    layer->negotiated.peer_ext_info =
        ss_namelist_has(ex->theirs.offer.lists[SS_SLOT_KEX], ss_span_of(ss_marker_ext_info(peer)));
    layer->ext_info_offered = ss_namelist_has(ex->ours.offer.lists[SS_SLOT_KEX],
                                              ss_span_of(ss_marker_ext_info(layer->role)));
}

/* What was sent or announced ahead of the agreement: right or wrong? */
static void agree_guesses(struct ss_transport *layer, bool right)
{
    struct ss_exchange *ex = &layer->ex;
    bool wasted = ex->ours.offer.follows ? !right : ex->alg != layer->negotiated.kex;

    /* rule: RFC4253-7-guess-wrong-ignored */
    layer->skip_guess = ex->theirs.offer.follows && !right;
    layer->negotiated.guess_ignored = layer->skip_guess;
    if ((ex->init_sent || ex->gex.asked) && wasted) {
        ex->init_sent = false;
        ss_gex_clear(&ex->gex);
        ss_kex_forget(layer);
    }
}

static ss_err agree(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;
    bool client_is_us = layer->role == SS_CLIENT;
    const struct ss_offer *client = client_is_us ? &ex->ours.offer : &ex->theirs.offer;
    const struct ss_offer *server = client_is_us ? &ex->theirs.offer : &ex->ours.offer;
    struct ss_disagreement why;
    ss_err err;

    /* rule: STRICTKEX-3.1-markers-later-ignored */
    if (ss_transport_first(layer))
        agree_first(layer, client, server);
    if (ss_transport_first(layer) && layer->negotiated.strict)
        SS_TRY(strict_start(layer));
    err = ss_negotiate(layer->link->config->registry, client, server, &layer->negotiated, &why);
    agree_guesses(layer, ss_negotiate_guess(client, server));
    if (err != SS_OK) {
        ss_transport_doom(layer, err, why.field, why.rule, why.detail);
        return SS_OK;
    }
    ex->agreed = true;
    return ss_transport_event(layer, SS_EVENT_NEGOTIATED, ss_span_make(NULL, 0));
}

/* rule: RFC4253-7.1-second-kexinit-received: the peer's NEWKEYS may have come while ours has not
 * gone out yet; its next exchange cannot begin before. */
ss_err ss_kexinit_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    struct ss_exchange *ex = &layer->ex;

    if (ex->theirs.there)
        return ss_transport_fail(layer, SS_E_kexinit_repeated, NULL,
                                 "RFC4253-7.1-second-kexinit-received", NULL);
    SS_TRY(keep_theirs(layer, msg->payload));
    ss_transport_await(layer, layer->role == SS_SERVER ? SS_AWAIT_INIT : SS_AWAIT_REPLY);
    if (ex->ours.there)
        return agree(layer);
    /* rule: RFC4253-9-rekey-answered */
    layer->kexinit_due = true;
    return SS_OK;
}

ss_err ss_kexinit_sent(struct ss_transport *layer, const struct ss_msg *msg, ss_span payload)
{
    struct ss_exchange *ex = &layer->ex;

    if (ex->ours.there) {
        ss_transport_note(layer, "a second KEXINIT was sent; the first one counts");
        return SS_OK;
    }
    SS_TRY(keep_ours(layer, msg, payload));
    layer->kexinit_due = false;
    layer->open = false;
    ex->bytes_before = layer->in->bytes;
    ex->packets_before = layer->in->packets;
    return ex->theirs.there ? agree(layer) : SS_OK;
}
