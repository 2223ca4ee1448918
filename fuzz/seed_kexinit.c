/* SPDX-License-Identifier: Apache-2.0 */
/* seed_kexinit.c - seeds of fuzz_kexinit: what our own engines offer under each configuration, each
 * algorithm first and alone, and lists with nothing in common.
 *
 * Owns: the configurations.
 * Not here: the harness.
 * Called by: seed_gen.c.
 *
 * The lists come from the KEXINITs that engines really sent. */
#include "fuzz/kexinit_form.h"
#include "fuzz/seed.h"
#include "sshspec/engine.h"
#include "sshspec/text.h"

enum { ARENA = 1 << 20 };

struct sides {
    struct ss_config client, server;
    struct ss_key *keys[3];
    const struct ss_key *host_keys[4];
};

static void sides_init(struct sides *sides, struct seeds *seeds)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA};

    ss_config_init(&sides->client, SS_CLIENT);
    ss_config_init(&sides->server, SS_SERVER);
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        MUST(ss_key_generate(seeds->memory->env, kinds[i], 2048, ss_span_of(""), &sides->keys[i]) ==
             SS_OK);
        sides->host_keys[i] = sides->keys[i];
    }
    sides->host_keys[SS_COUNT(kinds)] = NULL;
    sides->server.host_keys = sides->host_keys;
    sides->server.policy = "legacy";
}

static void sides_fini(struct sides *sides)
{
    for (size_t i = 0; i < SS_COUNT(sides->keys); i++)
        ss_key_free(&sides->keys[i]);
}

#define ANY SS_E_COUNT /* in place of an outcome: whatever it is */

/* ---- what an engine offers ---- */

/* Stops when its KEXINIT is there, which is the second thing an engine says. */
static void kexinit_of(struct seeds *seeds, const struct ss_config *config, struct ss_arena *arena,
                       struct ss_msg *out)
{
    const struct ss_env *env = seeds->memory->env;
    struct ss_engine *engine = NULL;
    struct ss_event event;
    ss_span output, payload;
    const uint8_t *end;

    MUST(ss_engine_new(config, env, 0, &engine) == SS_OK);
    MUST(ss_engine_feed(engine, ss_span_of("SSH-2.0-x\r\n"), 0) == SS_OK);
    while (ss_engine_poll(engine, &event))
        MUST(event.type == SS_EVENT_VERSION);
    output = ss_engine_output(engine);
    end = memchr(output.data, '\n', output.size);
    MUST(end != NULL);
    output = ss_span_part(output, (size_t)(end + 1 - output.data), output.size);
    MUST(output.size > 5 && ss_load_u32(output.data) + 4 <= output.size);
    payload = ss_span_part(output, 5, ss_load_u32(output.data) - 1 - output.data[4]);
    MUST(ss_arena_copy(arena, payload, &payload) == SS_OK);
    MUST(ss_msg_decode(arena, ss_msgdef_of(SS_MSG_kexinit), payload, out, NULL) == SS_OK);
    ss_engine_free(&engine);
}

/* ---- as bytes ---- */

static const ss_span *list_of(const struct ss_msg_kexinit *body, size_t slot)
{
    const ss_span *lists[FUZZ_LISTS] = {
        &body->kex_algorithms,
        &body->server_host_key_algorithms,
        &body->encryption_algorithms_client_to_server,
        &body->encryption_algorithms_server_to_client,
        &body->mac_algorithms_client_to_server,
        &body->mac_algorithms_server_to_client,
        &body->compression_algorithms_client_to_server,
        &body->compression_algorithms_server_to_client,
    };

    return lists[slot];
}

static void put_byte(struct seeds *seeds, uint8_t byte)
{
    MUST(ss_buf_put(&seeds->buf, ss_span_make(&byte, 1)) == SS_OK);
}

static void put_lists(struct seeds *seeds, const struct ss_msg_kexinit *body)
{
    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        ss_span rest = *list_of(body, slot), name;

        while (ss_namelist_next(&rest, &name)) {
            uint8_t byte = fuzz_offer_byte((enum ss_slot)slot, name);

            MUST(byte != 0);
            put_byte(seeds, byte);
        }
        put_byte(seeds, 0);
    }
}

/* What the harness will read is what was meant. */
static void check(const struct seeds *seeds, const struct ss_msg_kexinit *client,
                  const struct ss_msg_kexinit *server, ss_err err)
{
    static struct fuzz_offers offers;
    struct ss_disagreement why;
    struct ss_negotiated got;

    fuzz_offers_read(&offers, ss_buf_span(&seeds->buf));
    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        MUST(ss_span_eq(offers.client.offer.lists[slot], *list_of(client, slot)));
        MUST(ss_span_eq(offers.server.offer.lists[slot], *list_of(server, slot)));
    }
    MUST(offers.client.offer.follows == client->first_kex_packet_follows);
    MUST(ss_negotiate(ss_registry_standard(), &offers.client.offer, &offers.server.offer, &got,
                      &why) == err);
}

/* What comes of the two as they stand: not every algorithm has a key here, or is of use alone. */
static ss_err outcome(const struct ss_msg_kexinit *client, const struct ss_msg_kexinit *server)
{
    struct ss_disagreement why;
    struct ss_negotiated got;
    struct ss_offer c = {.follows = false}, s = {.follows = false};

    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        c.lists[slot] = *list_of(client, slot);
        s.lists[slot] = *list_of(server, slot);
    }
    return ss_negotiate(ss_registry_standard(), &c, &s, &got, &why);
}

static void put(struct seeds *seeds, const struct sides *sides, ss_err err, unsigned flags)
{
    struct ss_msg client, server;
    const struct ss_msg_kexinit *body;
    struct ss_arena arena;

    ss_arena_init(&arena, seeds->memory->env, ARENA);
    kexinit_of(seeds, &sides->client, &arena, &client);
    kexinit_of(seeds, &sides->server, &arena, &server);
    body = client.body;
    if (body->first_kex_packet_follows)
        flags |= FUZZ_CLIENT_FOLLOWS;
    put_byte(seeds, (uint8_t)flags);
    put_lists(seeds, client.body);
    put_lists(seeds, server.body);
    check(seeds, client.body, server.body, err == ANY ? outcome(client.body, server.body) : err);
    seed_put(seeds);
    ss_arena_fini(&arena);
}

/* ---- configurations ---- */

/* Each name of each list first, then alone, then nothing in common with it. */
static void each_of(struct seeds *seeds, struct sides *sides, const char **client,
                    const char **server, const char *const *names)
{
    char text[512];

    for (size_t i = 0; names[i] != NULL; i++) {
        size_t size = strlen(names[i]);

        MUST(size + 1 + 24 < sizeof text);
        memcpy(text, names[i], size);
        memcpy(text + size, ",nothing@example.org", 21);
        *client = text;
        put(seeds, sides, ANY, i % 2 == 0 ? FUZZ_AS_SERVER : 0);
        text[size] = 0;
        put(seeds, sides, ANY, 0);
        *server = names[i + 1] != NULL ? names[i + 1] : "nothing@example.org";
        put(seeds, sides, SS_E_no_common_algorithm, FUZZ_AS_SERVER);
        *client = *server = "nothing-else@example.org";
        put(seeds, sides, SS_E_unsupported, 0);
        *client = *server = NULL;
    }
}

enum { NAMES_MOST = 64 };
#define NAMES_OF(out, algs)                                                                        \
    do {                                                                                           \
        size_t n = 0;                                                                              \
        for (; (algs)[n] != NULL && n + 1 < NAMES_MOST; n++)                                       \
            (out)[n] = (algs)[n]->name;                                                            \
        MUST((algs)[n] == NULL);                                                                   \
        (out)[n] = NULL;                                                                           \
    } while (0)

static void algorithms(struct seeds *seeds, struct sides *sides)
{
    const struct ss_registry *registry = ss_registry_standard();
    struct ss_config *c = &sides->client, *s = &sides->server;
    const char *names[NAMES_MOST];

    NAMES_OF(names, registry->kex);
    each_of(seeds, sides, &c->kex_algorithms, &s->kex_algorithms, names);
    NAMES_OF(names, registry->sign);
    each_of(seeds, sides, &c->server_host_key_algorithms, &s->server_host_key_algorithms, names);
    NAMES_OF(names, registry->cipher);
    each_of(seeds, sides, &c->encryption_algorithms_client_to_server,
            &s->encryption_algorithms_client_to_server, names);
    each_of(seeds, sides, &c->encryption_algorithms_server_to_client,
            &s->encryption_algorithms_server_to_client, names);
    /* A MAC counts only beside a cipher without its own. */
    c->encryption_algorithms_client_to_server = "aes256-ctr";
    c->encryption_algorithms_server_to_client = "aes128-ctr";
    NAMES_OF(names, registry->mac);
    each_of(seeds, sides, &c->mac_algorithms_client_to_server, &s->mac_algorithms_client_to_server,
            names);
    each_of(seeds, sides, &c->mac_algorithms_server_to_client, &s->mac_algorithms_server_to_client,
            names);
    c->encryption_algorithms_client_to_server = c->encryption_algorithms_server_to_client = NULL;
    NAMES_OF(names, registry->comp);
    each_of(seeds, sides, &c->compression_algorithms_client_to_server,
            &s->compression_algorithms_client_to_server, names);
}

/* Markers and guesses, on either side or both. */
static void flags(struct seeds *seeds, struct sides *sides)
{
    for (unsigned bits = 0; bits < 32; bits++) {
        sides->client.strict_kex = (bits & 1) != 0;
        sides->server.strict_kex = (bits & 2) != 0;
        sides->client.ext_info = (bits & 4) != 0;
        sides->client.guess = (bits & 8) != 0;
        sides->client.kex_algorithms =
            (bits & 16) != 0 ? "ecdh-sha2-nistp256,curve25519-sha256" : NULL;
        put(seeds, sides, SS_OK, bits % 3 == 0 ? FUZZ_AS_SERVER | FUZZ_LATE : FUZZ_SERVER_FOLLOWS);
    }
    ss_config_init(&sides->client, SS_CLIENT);
    sides->server.strict_kex = true;
    /* Under AEAD the lists of MACs may be empty. */
    sides->client.encryption_algorithms_client_to_server = "aes128-gcm@openssh.com";
    sides->client.encryption_algorithms_server_to_client = "chacha20-poly1305@openssh.com";
    sides->client.mac_algorithms_client_to_server = "";
    sides->client.mac_algorithms_server_to_client = "";
    put(seeds, sides, SS_OK, 0);
    ss_config_init(&sides->client, SS_CLIENT);
}

void seed_kexinit(struct seeds *seeds)
{
    struct sides sides;

    sides_init(&sides, seeds);
    algorithms(seeds, &sides);
    flags(seeds, &sides);
    sides_fini(&sides);
}
