/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_key.c - known answers: key exchange.
 *
 * Owns: an env whose randomness is the answer's private value.
 * Not here: hashes, MACs (selftest.c), ciphers (selftest_cipher.c), signatures (selftest_sign.c),
 * the other groups of Diffie-Hellman (selftest_dh.c). Called by: selftest.c. Follows: X25519 and
 * X448: RFC 7748 sections 6.1 and 6.2. ECDH: RFC 5903 sections 8.1 to 8.3. Group 14: computed apart
 * from any library. */
#include "crypto/selftest.h"

/* random of ecdh-sha2-nistp*: 8 bytes more than the scalar, which is greater by one. */
static const struct ss_selftest_kex kex_rows[] = {
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
        .alg = &ss_kex_ecdh_nistp384,
        .random =
            "0000000000000000099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b"
            "538041e649ee3faef896783ab193",
        .peer =
            "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96f"
            "da41d0774a3571dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa4"
            "0142209dff5eaad96db9e6386c",
        .ours =
            "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c8"
            "8732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcf"
            "f3c2c947dae69b4c634573a81c",
        .shared =
            "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5"
            "d4a270f59746",
    },
    {
        .alg = &ss_kex_ecdh_nistp521,
        .random =
            "00000000000000000037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa"
            "85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a51",
        .peer =
            "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95"
            "bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27c"
            "e0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab"
            "44fcd17f0fc56a",
        .ours =
            "040015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380a"
            "eae57c2d107564941885942af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c9461462"
            "39d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01b"
            "eb6ca3926f9582",
        .shared =
            "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34"
            "786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea",
    },
    {
        .alg = &ss_kex_curve448_sha512,
        .random =
            "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a94197448973910063"
            "82a6f127ab1d9ac2d8c0a598726b",
        .peer =
            "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706"
            "dcb57aec3dae07bdc1c67bf33609",
        .ours =
            "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b"
            "12da88120d53177f80e532c41fa0",
        .shared =
            "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c"
            "24403085d59a449a5037514a879d",
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

static bool is_answer(const struct ss_selftest_kex *row, ss_span value, const char *answer)
{
    uint8_t digest[SS_HASH_MAX];

    if (!row->digests)
        return ss_selftest_same(value, answer);
    return ss_hash_sha256.digest(&value, 1, digest) == SS_OK &&
           ss_selftest_same(ss_span_make(digest, ss_hash_sha256.size), answer);
}

static ss_err check_kex(const struct ss_selftest_kex *row, struct ss_buf *ours,
                        struct ss_secret *shared)
{
    bool same = is_answer(row, ss_buf_span(ours), row->ours) &&
                is_answer(row, ss_secret_span(shared), row->shared);

    ss_buf_clear(ours);
    ss_secret_fini(shared);
    return same ? SS_OK : SS_E_crypto;
}

static ss_err set_group(const struct ss_selftest_kex *row, void *state)
{
    uint8_t p[SS_SELFTEST_MAX], g[SS_SELFTEST_MAX];

    if (row->prime == NULL)
        return SS_OK;
    return row->alg->set_group(state, ss_span_make(p, ss_selftest_hex(row->prime, p)),
                               ss_span_make(g, ss_selftest_hex(row->generator, g)));
}

/* As client, then as server. */
static ss_err run_kex(const struct ss_selftest_kex *row, const struct ss_env *env, void *state,
                      struct ss_buf *ours)
{
    const struct ss_kex_alg *alg = row->alg;
    struct ss_secret shared;
    uint8_t bytes[SS_SELFTEST_MAX];
    ss_span peer = ss_span_make(bytes, ss_selftest_hex(row->peer, bytes));

    ss_secret_init(&shared);
    SS_TRY(set_group(row, state));
    SS_TRY(alg->start(alg, state, env, ours));
    SS_TRY(alg->finish(alg, state, peer, &shared));
    SS_TRY(check_kex(row, ours, &shared));
    alg->fini(state);
    SS_TRY(set_group(row, state));
    SS_TRY(alg->respond(alg, state, env, peer, ours, &shared));
    return check_kex(row, ours, &shared);
}

ss_err ss_selftest_kex(const struct ss_env *env, const struct ss_selftest_kex *row)
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
        err = ss_selftest_kex(env, &kex_rows[i]);
    }
    return err;
}

const void *ss_selftest_keys_alg(size_t i)
{
    return i < SS_COUNT(kex_rows) ? kex_rows[i].alg : NULL;
}
