/* SPDX-License-Identifier: Apache-2.0 */
/* stub_crypto.c - a key exchange by addition, and a cipher that only seals.
 *
 * Owns: both algorithms.
 * Not here: hashes and signatures, which stay as they are.
 * Called by: through the registry.
 * A provider for tests is an object of its own, in no registry that a program offers. */
#include "fuzz/stub_crypto.h"

#include "fuzz/oracle.h"
#include "sshspec/wire.h"

enum { VALUE = 32, TAG = 8 };

/* ---- key exchange ---- */

struct adder {
    bool started;
    uint8_t own[VALUE];
};

static void kex_fini(void *state)
{
    ss_wipe(state, sizeof(struct adder));
}

/* The public value is the private one: nobody is to be kept out. */
static ss_err kex_start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                        struct ss_buf *out_public)
{
    struct adder *adder = state;

    (void)alg;
    SS_TRY(ss_random(env, adder->own, VALUE));
    adder->started = true;
    return ss_buf_put(out_public, ss_span_make(adder->own, VALUE));
}

static ss_err kex_finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                         struct ss_secret *out_shared)
{
    const struct adder *adder = state;
    uint8_t shared[VALUE];
    uint8_t any = 0;

    (void)alg;
    if (!adder->started)
        return SS_E_usage;
    if (peer_public.size != VALUE)
        return SS_E_bad_public_value;
    for (size_t i = 0; i < VALUE; i++) {
        shared[i] = (uint8_t)(adder->own[i] + peer_public.data[i]);
        any |= peer_public.data[i];
    }
    if (any == 0)
        return SS_E_bad_public_value;
    return ss_secret_set(out_shared, ss_span_make(shared, VALUE)) ? SS_OK : SS_E_internal;
}

static ss_err kex_respond(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                          ss_span peer_public, struct ss_buf *out_public,
                          struct ss_secret *out_shared)
{
    size_t before = ss_buf_size(out_public);
    ss_err err;

    SS_TRY(kex_start(alg, state, env, out_public));
    err = kex_finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

const struct ss_kex_alg fuzz_stub_kex = {
    .name = "sum@example.org",
    .source = "here: shares no secret",
    .family = SS_KEX_ECDH,
    .hash = &ss_hash_sha256,
    .state_size = sizeof(struct adder),
    .start = kex_start,
    .respond = kex_respond,
    .finish = kex_finish,
    .fini = kex_fini,
};

/* ---- cipher ---- */

static ss_err cipher_init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                          const uint8_t *iv, enum ss_way way)
{
    (void)alg;
    MUST(key != NULL && iv != NULL);
    *(enum ss_way *)state = way;
    return SS_OK;
}

static ss_err cipher_length(void *state, uint32_t sequence, const uint8_t *head,
                            uint32_t *out_length)
{
    (void)state;
    (void)sequence;
    *out_length = ss_load_u32(head);
    return SS_OK;
}

static void sum(uint32_t sequence, const uint8_t *packet, size_t n, uint8_t *tag)
{
    uint64_t folded = fuzz_fold(FUZZ_FOLD_START + sequence, ss_span_make(packet, 4 + n));

    ss_store_u32(tag, (uint32_t)(folded >> 32));
    ss_store_u32(tag + 4, (uint32_t)folded);
}

static ss_err cipher_seal(void *state, uint32_t sequence, uint8_t *packet, size_t n, uint8_t *tag)
{
    if (*(const enum ss_way *)state != SS_SEAL)
        return SS_E_usage;
    sum(sequence, packet, n, tag);
    return SS_OK;
}

static ss_err cipher_open(void *state, uint32_t sequence, uint8_t *packet, size_t n,
                          const uint8_t *tag)
{
    uint8_t expected[TAG];

    if (*(const enum ss_way *)state != SS_OPEN)
        return SS_E_usage;
    sum(sequence, packet, n, expected);
    return ss_ct_eq(ss_span_make(expected, TAG), ss_span_make(tag, TAG)) ? SS_OK
                                                                         : SS_E_mac_mismatch;
}

static void cipher_fini(void *state)
{
    (void)state; /* holds no key */
}

const struct ss_cipher_alg fuzz_stub_cipher = {
    .name = "clear@example.org",
    .source = "here: hides nothing",
    .key = 16,
    .iv = 12,
    .block = 8,
    .tag = TAG,
    .flags = SS_CIPHER_AEAD | SS_CIPHER_CLEAR_LENGTH,
    .state_size = sizeof(enum ss_way),
    .init = cipher_init,
    .length = cipher_length,
    .seal = cipher_seal,
    .open = cipher_open,
    .fini = cipher_fini,
};

const struct ss_registry *fuzz_stub_registry(void)
{
    static const struct ss_kex_alg *const kex[] = {&fuzz_stub_kex, NULL};
    static const struct ss_sign_alg *const sign[] = {&ss_sign_ed25519, &ss_sign_ecdsa_nistp256,
                                                     &ss_sign_rsa_sha2_256, NULL};
    static const struct ss_cipher_alg *const cipher[] = {&fuzz_stub_cipher, NULL};
    static const struct ss_mac_alg *const mac[] = {NULL};
    static const struct ss_comp_alg *const comp[] = {&ss_comp_none, NULL};
    static const struct ss_registry registry = {kex, sign, cipher, mac, comp};

    return &registry;
}
