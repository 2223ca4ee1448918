/* SPDX-License-Identifier: Apache-2.0 */
/* kex_hybrid.c - key exchange by a post-quantum mechanism and an elliptic curve together.
 *
 * Owns: the ephemeral keys of both, in the caller's state.
 * Not here: messages and the exchange hash (transport); the mechanisms (mlkem.c, sntrup761.c) and
 *   the curves (the methods of their own names, which are asked here).
 * Called by: transport.
 * Follows: draft-ietf-sshm-mlkem-hybrid-kex-10 section 2, RFC 9941 section 3. The client sends a
 *   public key of each, the server a ciphertext and a public key; K = HASH(K_PQ || K_CL) is a
 *   string. K_CL has the full length of a coordinate. */
#include "crypto/kem.h"

#include <stddef.h>

struct hybrid {
    const struct ss_kem_alg *kem;
    const struct ss_kex_alg *curve;
    size_t curve_public; /* bytes */
    const char *length_rule, *curve_rule;
};

enum { CURVE_STATE = 256 };

struct hybrid_state {
    const struct ss_kex_alg *curve; /* null: not started */
    uint8_t secret_key[SS_KEM_SECRET_MAX];
    union {
        max_align_t align;
        uint8_t bytes[CURVE_STATE];
    } curve_state;
};

static void fini(void *state)
{
    struct hybrid_state *own = state;

    if (own->curve != NULL)
        own->curve->fini(own->curve_state.bytes);
    ss_wipe(own, sizeof *own);
}

static ss_err make_curve(struct hybrid_state *own, const struct hybrid *hybrid)
{
    if (hybrid->curve->state_size > sizeof own->curve_state)
        return SS_E_internal;
    own->curve = hybrid->curve;
    return SS_OK;
}

/* K from both secrets. */
static ss_err combine(const struct ss_kex_alg *alg, const uint8_t *post_quantum,
                      const struct ss_secret *classical, struct ss_secret *out_shared)
{
    uint8_t digest[SS_HASH_MAX];
    ss_span parts[2];
    ss_err err;

    parts[0] = ss_span_make(post_quantum, SS_KEM_SHARED);
    parts[1] = ss_secret_span(classical);
    err = alg->hash->digest(parts, SS_COUNT(parts), digest);
    if (err == SS_OK && !ss_secret_set(out_shared, ss_span_make(digest, alg->hash->size)))
        err = SS_E_internal;
    ss_wipe(digest, sizeof digest);
    return err;
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    const struct hybrid *hybrid = alg->param;
    const struct ss_kem_alg *kem = hybrid->kem;
    struct hybrid_state *own = state;
    size_t before = ss_buf_size(out_public);
    uint8_t public_key[SS_KEM_PUBLIC_MAX];
    ss_err err;

    SS_TRY(kem->keygen(kem, env, public_key, own->secret_key));
    SS_TRY(ss_buf_put(out_public, ss_span_make(public_key, kem->public_key)));
    err = make_curve(own, hybrid);
    if (err == SS_OK)
        err = own->curve->start(own->curve, own->curve_state.bytes, env, out_public);
    if (err != SS_OK) {
        own->curve = NULL;
        ss_buf_truncate(out_public, before);
    }
    return err;
}

/* Both halves are judged before anything of ours goes out. */
static ss_err respond(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                      ss_span peer_public, struct ss_buf *out_public, struct ss_secret *out_shared)
{
    const struct hybrid *hybrid = alg->param;
    const struct ss_kem_alg *kem = hybrid->kem;
    struct hybrid_state *own = state;
    size_t before = ss_buf_size(out_public);
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    struct ss_secret classical;
    ss_err err;

    if (peer_public.size != kem->public_key + hybrid->curve_public)
        return SS_E_bad_public_value;
    SS_TRY(make_curve(own, hybrid));
    SS_TRY(
        kem->encaps(kem, env, ss_span_part(peer_public, 0, kem->public_key), ciphertext, shared));
    ss_secret_init(&classical);
    err = ss_buf_put(out_public, ss_span_make(ciphertext, kem->ciphertext));
    if (err == SS_OK)
        err = own->curve->respond(own->curve, own->curve_state.bytes, env,
                                  ss_span_part(peer_public, kem->public_key, hybrid->curve_public),
                                  out_public, &classical);
    if (err == SS_OK)
        err = combine(alg, shared, &classical, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    ss_secret_fini(&classical);
    ss_wipe(shared, sizeof shared);
    return err;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct hybrid *hybrid = alg->param;
    const struct ss_kem_alg *kem = hybrid->kem;
    struct hybrid_state *own = state;
    uint8_t shared[SS_KEM_SHARED];
    struct ss_secret classical;
    ss_err err;

    if (own->curve == NULL)
        return SS_E_usage;
    if (peer_public.size != kem->ciphertext + hybrid->curve_public)
        return SS_E_bad_public_value;
    ss_secret_init(&classical);
    err = own->curve->finish(own->curve, own->curve_state.bytes,
                             ss_span_part(peer_public, kem->ciphertext, hybrid->curve_public),
                             &classical);
    if (err == SS_OK)
        err = kem->decaps(kem, ss_span_make(own->secret_key, kem->secret_key),
                          ss_span_part(peer_public, 0, kem->ciphertext), shared);
    if (err == SS_OK)
        err = combine(alg, shared, &classical, out_shared);
    ss_secret_fini(&classical);
    ss_wipe(shared, sizeof shared);
    return err;
}

static const char *rule(const struct ss_kex_alg *alg, ss_span peer_public, bool from_client)
{
    const struct hybrid *hybrid = alg->param;
    const struct ss_kem_alg *kem = hybrid->kem;
    size_t first = from_client ? kem->public_key : kem->ciphertext;

    if (peer_public.size != first + hybrid->curve_public)
        return hybrid->length_rule;
    if (from_client && kem->check(kem, ss_span_part(peer_public, 0, first)) != SS_OK)
        return "MLKEM-2.1-encapsulation-key-check";
    return hybrid->curve_rule;
}

static const struct hybrid mlkem768_x25519 = {
    &ss_kem_mlkem768,         &ss_kex_curve25519_sha256,  32,
    "MLKEM-2.1-length-check", "MLKEM-2.1-x25519-allzero",
};
static const struct hybrid mlkem768_nistp256 = {
    &ss_kem_mlkem768,         &ss_kex_ecdh_nistp256,           65,
    "MLKEM-2.1-length-check", "RFC5656-4-ecdh-validate-point",
};
static const struct hybrid mlkem1024_nistp384 = {
    &ss_kem_mlkem1024,        &ss_kex_ecdh_nistp384,           97,
    "MLKEM-2.1-length-check", "RFC5656-4-ecdh-validate-point",
};
static const struct hybrid sntrup761_x25519 = {
    &ss_kem_sntrup761,          &ss_kex_curve25519_sha256, 32, "RFC9941-3-sntrup-length-check",
    "RFC8731-3-x25519-allzero",
};

#define HYBRID(text, sum, document, pair)                                                          \
    {                                                                                              \
        .name = text, .family = SS_KEX_ECDH, .hash = &(sum), .flags = SS_KEX_SECRET_STRING,        \
        .source = document, .param = &(pair), .state_size = sizeof(struct hybrid_state),           \
        .start = start, .respond = respond, .finish = finish, .rule = rule, .fini = fini           \
    }
#define DRAFT "draft-ietf-sshm-mlkem-hybrid-kex section 2.3"

const struct ss_kex_alg ss_kex_mlkem768x25519 =
    HYBRID("mlkem768x25519-sha256", ss_hash_sha256, DRAFT, mlkem768_x25519);
const struct ss_kex_alg ss_kex_mlkem768nistp256 =
    HYBRID("mlkem768nistp256-sha256", ss_hash_sha256, DRAFT, mlkem768_nistp256);
const struct ss_kex_alg ss_kex_mlkem1024nistp384 =
    HYBRID("mlkem1024nistp384-sha384", ss_hash_sha384, DRAFT, mlkem1024_nistp384);
const struct ss_kex_alg ss_kex_sntrup761x25519 =
    HYBRID("sntrup761x25519-sha512", ss_hash_sha512, "RFC 9941 section 3", sntrup761_x25519);
const struct ss_kex_alg ss_kex_sntrup761x25519_openssh = HYBRID(
    "sntrup761x25519-sha512@openssh.com", ss_hash_sha512, "RFC 9941 section 3", sntrup761_x25519);
