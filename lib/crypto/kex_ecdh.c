/* SPDX-License-Identifier: Apache-2.0 */
/* kex_ecdh.c - ecdh-sha2-nistp256, -nistp384 and -nistp521: the two halves of one ECDH exchange.
 *
 * Owns: the ephemeral scalar, in the caller's state.
 * Not here: messages and the exchange hash (transport); the curves (ec.c).
 * Called by: transport.
 * Follows: RFC 5656 sections 4 and 6.2.1: the hash goes by the size of the curve. The shared secret
 *   is the x coordinate (SEC 1 section 3.3.1). */
#include "crypto/ossl.h"

struct ecdh_state {
    bool started;
    uint8_t scalar[SS_CURVE_SCALAR_MAX];
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct ecdh_state));
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    const struct ss_curve *curve = alg->param;
    struct ecdh_state *ecdh = state;
    uint8_t point[SS_CURVE_POINT_MAX];

    SS_TRY(ss_curve_scalar(curve, env, ecdh->scalar));
    SS_TRY(ss_curve_public(curve, ecdh->scalar, point));
    SS_TRY(ss_buf_put(out_public, ss_span_make(point, curve->point)));
    ecdh->started = true;
    return SS_OK;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct ss_curve *curve = alg->param;
    struct ecdh_state *ecdh = state;
    uint8_t x[SS_CURVE_SCALAR_MAX];
    ss_err err;

    if (!ecdh->started)
        return SS_E_usage;
    err = ss_curve_shared(curve, ecdh->scalar, peer_public, x);
    if (err == SS_OK && !ss_secret_set(out_shared, ss_span_make(x, curve->scalar)))
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

    SS_TRY(ss_curve_check(alg->param, peer_public));
    SS_TRY(start(alg, state, env, out_public));
    err = finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

#define METHOD(method, hash_alg, curve)                                                            \
    {                                                                                              \
        .name = method, .family = SS_KEX_ECDH, .hash = hash_alg, .source = "RFC 5656 section 6.3", \
        .param = curve, .state_size = sizeof(struct ecdh_state), .start = start,                   \
        .respond = respond, .finish = finish, .fini = fini                                         \
    }

const struct ss_kex_alg ss_kex_ecdh_nistp256 =
    METHOD("ecdh-sha2-nistp256", &ss_hash_sha256, &ss_curve_p256);
const struct ss_kex_alg ss_kex_ecdh_nistp384 =
    METHOD("ecdh-sha2-nistp384", &ss_hash_sha384, &ss_curve_p384);
const struct ss_kex_alg ss_kex_ecdh_nistp521 =
    METHOD("ecdh-sha2-nistp521", &ss_hash_sha512, &ss_curve_p521);
