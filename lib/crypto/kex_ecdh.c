/* SPDX-License-Identifier: Apache-2.0 */
/* kex_ecdh.c - ecdh-sha2-nistp256: the two halves of one ECDH exchange.
 *
 * Owns: the ephemeral scalar, in the caller's state.
 * Not here: messages and the exchange hash (transport); the curve (ec.c).
 * Called by: transport.
 * Follows: RFC 5656 section 4. The shared secret is the x coordinate (SEC 1 section 3.3.1). */
#include "crypto/ossl.h"

struct ecdh_state {
    bool started;
    uint8_t scalar[SS_P256_SCALAR];
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct ecdh_state));
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    struct ecdh_state *ecdh = state;
    uint8_t point[SS_P256_POINT];

    (void)alg;
    SS_TRY(ss_curve_scalar(&ss_curve_p256, env, ecdh->scalar));
    SS_TRY(ss_curve_public(&ss_curve_p256, ecdh->scalar, point));
    SS_TRY(ss_buf_put(out_public, ss_span_make(point, sizeof point)));
    ecdh->started = true;
    return SS_OK;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    struct ecdh_state *ecdh = state;
    uint8_t x[SS_P256_SCALAR];
    ss_err err;

    (void)alg;
    if (!ecdh->started)
        return SS_E_usage;
    err = ss_curve_shared(&ss_curve_p256, ecdh->scalar, peer_public, x);
    if (err == SS_OK && !ss_secret_set(out_shared, ss_span_make(x, sizeof x)))
        err = SS_E_internal;
    ss_wipe(x, sizeof x);
    return err;
}

/* The peer's value is judged before anything of ours is drawn or sent. */
static ss_err respond(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                      ss_span peer_public, struct ss_buf *out_public, struct ss_secret *out_shared)
{
    size_t before = ss_buf_size(out_public);
    ss_err err;

    SS_TRY(ss_curve_check(&ss_curve_p256, peer_public));
    SS_TRY(start(alg, state, env, out_public));
    err = finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

const struct ss_kex_alg ss_kex_ecdh_nistp256 = {
    .name = "ecdh-sha2-nistp256",
    .family = SS_KEX_ECDH,
    .hash = &ss_hash_sha256,
    .source = "RFC 5656 section 6.3",
    .state_size = sizeof(struct ecdh_state),
    .start = start,
    .respond = respond,
    .finish = finish,
    .fini = fini,
};
