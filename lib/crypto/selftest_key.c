/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_key.c - known answers: key exchange.
 *
 * Owns: an env whose randomness is the answer's private value.
 * Not here: hashes, MACs, ciphers (selftest.c), signatures (selftest_sign.c).
 * Called by: selftest.c.
 * Follows: X25519: RFC 7748 section 6.1. P-256 ECDH: RFC 5903 section 8.1. Group 14: computed
 *   apart from any library. */
#include "crypto/selftest.h"

struct kex_row {
    const struct ss_kex_alg *alg;
    const char *random, *peer, *ours, *shared;
};

/* random of ecdh-sha2-nistp256: 40 bytes, the scalar less one. */
static const struct kex_row kex_rows[] = {
    {
        .alg = &ss_kex_curve25519_sha256,
        .random = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        .peer = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        .ours = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        .shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    },
    {
        .alg = &ss_kex_curve25519_sha256_libssh,
        .random = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        .peer = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        .ours = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        .shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    },
    {
        .alg = &ss_kex_ecdh_nistp256,
        .random =
            "0000000000000000c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1432",
        .peer =
            "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e81"
            "57854c13c58d6aac23f046ada30f8353e74f33039872ab",
        .ours =
            "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d6"
            "1f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
        .shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
    },
    {
        .alg = &ss_kex_dh_group14_sha256,
        .random =
            "1b0d7c6758340cf38347f3f99ef6f323d5b9c8366473aabe096e48c106cfed120af4d7be86aa4eff3607"
            "dd46e98eac4daeef48e157dda729b9f9c3489a238cc2",
        .peer =
            "7abaae6a8e5794a1f528c541ed79c85c32702cadeff7ec563bd981cbd73f230b3c5c86fbb47f7979e638"
            "210d8de88cd50f896a10add32d2ef2c82e04ed04b79866f5a43df5a3a880917cc80687d5c0520d6f3848"
            "59d543815193dd3d4f7b090a4759b805f82bf5e3e80b6f364bf0b8c3570b28c8283762c44ffcb589eddf"
            "bb7cf03ba2e2bbebc2b689874011b6d66c9bf391b61d357e064eba167b708797b89aaec7b12bcff6e7f2"
            "50692b46108e39ab41a76a5a5841981603598e28b45fa531a127bcb05b6f8afa8c0bb0e5e577381d4294"
            "eaa66fa23f902d148c500a0e01327d23d9643d9fcd977649e845223ee7e34ed03108bbe97a2856483b24"
            "801d6f81",
        .ours =
            "22031259d308cf739a7a50e4fcbd71b87e46b4bd0ba0d06eca4faafec23390b9f8fcf97aac92c7b6f8da"
            "9ee31eb2f16305f1a9e95b3e4cbb24b25b88c8ecc036fd50d6f6247b166cba3f13011ec3e907dabb2814"
            "f66fffb141e76afc5a3af755ef9a59c5ae1f7a8c699fd1d344322a232a86345484b0ed455cb5a1bfd96f"
            "755d1cc2b4dd16c519424db6491c868005310a0addcac1c6829ab5effcb9c58751e01cdb4d63e60d3c67"
            "58d0719451632cf9bc219abc927d864c61a34c3c083ee28d3b9698f383c93bf32718a8fbb731d563c88a"
            "a33e780240c4e7d63a1772ea7f12d037a8a8868f39cf077c3b2954e288344ff43e9c43246dc22c60cac3"
            "5bde3b0a",
        .shared =
            "6a77ff7ef6dcb7af36f95e5ce11dc36cee17ef745fdfb689cbd2567f4ac1c17a4aeff50f9324a4530ba8"
            "bce387be124791324a1a0f414ccc826a088aa522fbdbe1d16008e064914e5e7a9e0fe4c39d088fbfeace"
            "855becccfe4cc697f1e85be636edbe4a4146cb2aac8adb85fa017c155a200ec64daa81100248a5b4233e"
            "872f2cafdd8d2ec7211ecb3e56ae9b3a580ee8e4f82f646ce3990b95a828fbfef0faa34fb8aed432165f"
            "d7b4b62ab64ae3efb7561992dcc0040f40b99111202a95a6422de075c2c575d177b26df16ae6d5a483d9"
            "a05349d9f4464f71deb1099a321455717fff1d0ea4c4f9a6dcf229e8f494d7830b87d1d9d52f015872a2"
            "7f26d3ca",
    },
};

/* ---- an env that draws what the row says ---- */

struct scripted {
    struct ss_env env;
    const struct ss_env *inner;
    const char *random;
};

static void *inner_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    const struct scripted *scripted = ctx;

    return scripted->inner->resize(scripted->inner->ctx, p, old_size, size);
}

static ss_err scripted_random(void *ctx, uint8_t *out, size_t n)
{
    const struct scripted *scripted = ctx;
    uint8_t bytes[SS_SELFTEST_MAX];

    if (ss_selftest_hex(scripted->random, bytes) != n)
        return SS_E_no_random;
    memcpy(out, bytes, n);
    return SS_OK;
}

static void scripted_init(struct scripted *scripted, const struct ss_env *inner, const char *random)
{
    scripted->env.resize = inner_resize;
    scripted->env.random = scripted_random;
    scripted->env.ctx = scripted;
    scripted->env.deterministic = true;
    scripted->inner = inner;
    scripted->random = random;
}

/* ---- key exchange ---- */

static ss_err check_kex(const struct kex_row *row, struct ss_buf *ours, struct ss_secret *shared)
{
    bool same = ss_selftest_same(ss_buf_span(ours), row->ours) &&
                ss_selftest_same(ss_secret_span(shared), row->shared);

    ss_buf_clear(ours);
    ss_secret_fini(shared);
    return same ? SS_OK : SS_E_crypto;
}

/* As client, then as server. */
static ss_err run_kex(const struct kex_row *row, const struct ss_env *env, void *state,
                      struct ss_buf *ours)
{
    const struct ss_kex_alg *alg = row->alg;
    struct ss_secret shared;
    uint8_t bytes[SS_SELFTEST_MAX];
    ss_span peer = ss_span_make(bytes, ss_selftest_hex(row->peer, bytes));

    ss_secret_init(&shared);
    SS_TRY(alg->start(alg, state, env, ours));
    SS_TRY(alg->finish(alg, state, peer, &shared));
    SS_TRY(check_kex(row, ours, &shared));
    alg->fini(state);
    SS_TRY(alg->respond(alg, state, env, peer, ours, &shared));
    return check_kex(row, ours, &shared);
}

static ss_err test_kex(const struct ss_env *env, const struct kex_row *row)
{
    struct scripted scripted;
    struct ss_buf ours;
    void *state = ss_alloc(env, row->alg->state_size);
    ss_err err;

    if (state == NULL)
        return SS_E_no_memory;
    scripted_init(&scripted, env, row->random);
    ss_buf_init(&ours, env, SS_SELFTEST_MAX);
    err = run_kex(row, &scripted.env, state, &ours);
    row->alg->fini(state);
    ss_buf_fini(&ours);
    ss_free(env, state, row->alg->state_size);
    return err;
}

ss_err ss_selftest_keys(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < SS_COUNT(kex_rows); i++) {
        *out_name = kex_rows[i].alg->name;
        err = test_kex(env, &kex_rows[i]);
    }
    return err;
}
