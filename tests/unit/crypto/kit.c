/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - randomness by hand, and questions put to any AEAD.
 *
 * Owns: nothing. */
#include "tests/unit/crypto/kit.h"

#include <criterion/criterion.h>

static void *drawn_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    const struct ss_env *counted = &test_counted()->env;

    (void)ctx;
    return counted->resize(counted->ctx, p, old_size, size);
}

static ss_err drawn_random(void *ctx, uint8_t *out, size_t n)
{
    const struct kit_drawn *drawn = ctx;

    if (drawn->bytes.size != n)
        return SS_E_no_random;
    memcpy(out, drawn->bytes.data, n);
    return SS_OK;
}

void kit_drawn_init(struct kit_drawn *drawn, ss_span bytes)
{
    drawn->env.resize = drawn_resize;
    drawn->env.random = drawn_random;
    drawn->env.ctx = drawn;
    drawn->env.deterministic = true;
    drawn->bytes = bytes;
}

static ss_err seeded_random(void *ctx, uint8_t *out, size_t n)
{
    const struct ss_seeded *seeded = ctx;

    return ss_random(&seeded->env, out, n);
}

const struct ss_env *kit_seeded(uint64_t seed)
{
    static struct ss_seeded seeded;
    static struct ss_env env;

    ss_seeded_init(&seeded, seed);
    env.resize = drawn_resize;
    env.random = seeded_random;
    env.ctx = &seeded;
    env.deterministic = true;
    return &env;
}

ss_span kit_bytes(size_t n)
{
    static uint8_t bytes[256];
    size_t i;

    cr_assert(n <= sizeof bytes);
    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    return ss_span_make(bytes, n);
}

void *kit_cipher(const struct ss_cipher_alg *alg, ss_span key, ss_span iv, enum ss_way way)
{
    void *state = ss_alloc(&test_counted()->env, alg->state_size);

    cr_assert(state != NULL && key.size == alg->key && iv.size == alg->iv, "%s", alg->name);
    cr_assert(alg->init(alg, state, key.data, iv.data, way) == SS_OK, "%s", alg->name);
    return state;
}

void kit_cipher_free(const struct ss_cipher_alg *alg, void *state)
{
    alg->fini(state);
    ss_free(&test_counted()->env, state, alg->state_size);
}

static void *pair_half(const struct ss_cipher_alg *alg, enum ss_way way)
{
    return kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), way);
}

static void put_length(uint8_t *packet, size_t n)
{
    packet[0] = (uint8_t)(n >> 24);
    packet[1] = (uint8_t)(n >> 16);
    packet[2] = (uint8_t)(n >> 8);
    packet[3] = (uint8_t)n;
}

static void fill(uint8_t *packet, size_t n)
{
    size_t i;

    put_length(packet, n);
    for (i = 0; i < n; i++)
        packet[4 + i] = (uint8_t)(i * 13 + n);
}

static void one_trip(const struct ss_cipher_alg *alg, void *sealer, void *opener, uint32_t sequence,
                     size_t n)
{
    static uint8_t clear[KIT_PACKET], packet[KIT_PACKET];
    uint8_t tag[64], head[4];
    uint32_t length = 0;

    fill(clear, n);
    memcpy(packet, clear, n + 4);
    cr_assert(alg->seal(sealer, sequence, packet, n, tag) == SS_OK);
    if (n >= 16)
        cr_assert(memcmp(packet + 4, clear + 4, n) != 0, "%s: %zu bytes unchanged", alg->name, n);
    memcpy(head, packet, 4);
    cr_assert(alg->length(opener, sequence, packet, &length) == SS_OK);
    cr_assert(length == n && memcmp(head, packet, 4) == 0, "%s: length %u of %zu", alg->name,
              (unsigned)length, n);
    cr_assert(alg->open(opener, sequence, packet, n, tag) == SS_OK, "%s: %zu bytes", alg->name, n);
    kit_expect(ss_span_make(packet, n + 4), ss_span_make(clear, n + 4), alg->name);
}

void kit_aead_round_trip(const struct ss_cipher_alg *alg)
{
    static const size_t large[] = {1000, 4096, 32768, 35000};
    void *sealer = pair_half(alg, SS_SEAL), *opener = pair_half(alg, SS_OPEN);
    uint32_t sequence = UINT32_C(0xffffff80); /* wraps on the way */
    size_t i;

    for (i = 0; i < 300; i++)
        one_trip(alg, sealer, opener, sequence++, i);
    for (i = 0; i < SS_COUNT(large); i++)
        one_trip(alg, sealer, opener, sequence++, large[i]);
    kit_cipher_free(alg, sealer);
    kit_cipher_free(alg, opener);
}

static void one_flip(const struct ss_cipher_alg *alg, const uint8_t *sealed, size_t n, size_t bit)
{
    uint8_t clear[68], bad[68 + 64];
    void *opener = pair_half(alg, SS_OPEN);
    ss_err err;

    fill(clear, n);
    memcpy(bad, sealed, 4 + n + alg->tag);
    bad[bit / 8] = (uint8_t)(bad[bit / 8] ^ 1u << bit % 8);
    err = alg->open(opener, 5, bad, n, bad + 4 + n);
    cr_expect(err == SS_E_mac_mismatch, "%s: bit %zu gave %s", alg->name, bit, ss_err_name(err));
    cr_expect(memcmp(bad + 4, clear + 4, 16) != 0 && memcmp(bad + n - 12, clear + n - 12, 16) != 0,
              "%s: plaintext left behind after bit %zu", alg->name, bit);
    kit_cipher_free(alg, opener);
}

void kit_aead_tamper(const struct ss_cipher_alg *alg)
{
    const size_t n = 64;
    uint8_t sealed[68 + 64];
    void *sealer = pair_half(alg, SS_SEAL), *opener = pair_half(alg, SS_OPEN);
    size_t bit;

    fill(sealed, n);
    cr_assert(alg->seal(sealer, 5, sealed, n, sealed + 4 + n) == SS_OK);
    for (bit = 0; bit < (4 + n + alg->tag) * 8; bit++)
        one_flip(alg, sealed, n, bit);
    cr_expect(alg->open(opener, 5, sealed, n, sealed + 4 + n) == SS_OK, "unharmed it opens");
    kit_cipher_free(alg, sealer);
    kit_cipher_free(alg, opener);
}

void kit_aead_misuse(const struct ss_cipher_alg *alg)
{
    void *state = ss_alloc(&test_counted()->env, alg->state_size);
    uint8_t packet[20] = {0, 0, 0, 16}, tag[64] = {0};

    cr_assert(state != NULL);
    alg->fini(state);
    cr_expect(alg->seal(state, 0, packet, 16, tag) == SS_E_usage);
    cr_expect(alg->open(state, 0, packet, 16, tag) == SS_E_usage);
    kit_cipher_free(alg, state);
    state = pair_half(alg, SS_SEAL);
    cr_expect(alg->open(state, 0, packet, 16, tag) == SS_E_usage, "a sealer does not open");
    cr_expect(alg->seal(state, 0, packet, (size_t)1 << 31, tag) == SS_E_bad_argument);
    kit_cipher_free(alg, state);
    state = pair_half(alg, SS_OPEN);
    cr_expect(alg->seal(state, 0, packet, 16, tag) == SS_E_usage, "an opener does not seal");
    cr_expect(alg->open(state, 0, packet, (size_t)1 << 31, tag) == SS_E_bad_argument);
    alg->fini(state);
    alg->fini(state); /* twice is harmless */
    ss_free(&test_counted()->env, state, alg->state_size);
}

void kit_expect(ss_span got, ss_span want, const char *what)
{
    size_t i;

    cr_assert(got.size == want.size, "%s: %zu bytes, not %zu", what, got.size, want.size);
    for (i = 0; i < got.size; i++)
        cr_assert(got.data[i] == want.data[i], "%s: byte %zu is %02x, not %02x", what, i,
                  got.data[i], want.data[i]);
}
