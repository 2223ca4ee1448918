/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_key.c - known answers: key exchange and signatures.
 *
 * Owns: an env whose randomness is the answer's private value.
 * Not here: hashes, MACs, ciphers (selftest.c), the other groups of Diffie-Hellman (selftest_dh.c).
 * Called by: selftest.c.
 * Follows: X25519 and X448: RFC 7748 sections 6.1 and 6.2. ECDH: RFC 5903 sections 8.1 to 8.3.
 *   Group 14: computed apart from any library. Ed25519: RFC 8032 section 7.1 test 2. ECDSA:
 *   RFC 6979 appendix A.2.5, SHA-256, "sample". RSA: RFC 7515 appendix A.2; its key signs with
 *   SHA-512 too, computed apart. */
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

static const char jws_text[] =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmN"
    "vbS9pc19yb290Ijp0cnVlfQ";
static const char jws_n[] =
    "a1f8160ae2e3c9b465ce8d2d656263362b927dbe29e1f02477fc1625cc90a136e38bd93497c5b6ea63dd7711e67c"
    "7429f956b0fb8a8f089adc4b69893cc1333f53edd019b87784252fec914fe4857769594bea4280d32c0f55bf6294"
    "4f130396bc6e9bdf6ebdd2bda3678eeca0c668f701b38dbffb38c8342ce2fe6d27fade4a5a4874979dd4b9cf9ade"
    "c4c75b05852c2c0f5ef8a5c1750392f944e8ed64c110c6b647609aa4783aeb9c6c9ad755313050638b83665c6f6f"
    "7a82a396702a1f641b82d3ebf2392219491fb686872c5716f50af8358d9a8b9d17c340728f7f87d89a18d8fcab67"
    "ad84590c2ecf759339363c07034d6f606f9e21e05456cae5e9a1";
static const char jws_d[] =
    "12ae71a469cd0a2bc37e526c4500571f1d61751d64e949707b62590f9d0ba57c963c401e3fcf2f2cd3bdec88e503"
    "bfc6439b0b28c82f7d3797671f5213eed8c15a25d8d5cea0025ee3ab2e8b7f79216fc63bea562753b40644c6a151"
    "27d9b2954540a0bbe1a30556982d4e9fde5f6425f14d4b713441b55dc73b9b4aedcc92ace3927e37f57d0cfd5e75"
    "81fa512c8f4961a9eb0b80f8a80746728a55ff46471f3425063b9d53642f5ede1e84d613081afa5c22d051285bd6"
    "3b943b565d898a05685413e53c3c6c6525ff1fe34e3ddc70f0d56450fda48ba12e104e9deb9fb81881e1c4bdf25d"
    "9247f450c865927968e77334f4414f75a750e139546e3a8a739d";
static const char jws_p[] =
    "e01cc410eb48a6655d54464d0aa4bb6da0b872b774a6a9d11ffe480778f0ddb7311a7e902ef9c4b5f75476262ba8"
    "176cb35979f014372a1a2829e4136bd001d07c3f3f2e4f25d4c934f63c7109fba2e67628a0dc9a73c6058e6def22"
    "dcd50950e711ddc16d5586f2a7fa75ea8494c18083e0b65742f8a0d5e73fb2d970f01947";
static const char jws_q[] =
    "b903c47e0995b632f4532cb1f3c199145d5f3ae9c7dfeedc7a92a6b47e29c61b42a07aa95a64fc600999c5a7b01e"
    "01c08cb62ca756527bbcc56078fb0baba5ed38de2d07990ff6300faeadeb6c039a97bf1e507e4e7040fa78db8257"
    "c8b112ed5e59c3cd092fe5d4e5b51275d41281072a5e785ebaf3dae3709203133f5159d7";

struct sign_row {
    const struct ss_sign_alg *alg;
    const char *message;
    const char *pub, *priv; /* empty for RSA: the key above */
    const char *signature;
};

static const struct sign_row sign_rows[] = {
    {
        .alg = &ss_sign_ed25519,
        .message = "r",
        .pub = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        .priv = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        .signature =
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
            "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
    {
        .alg = &ss_sign_ecdsa_nistp256,
        .message = "sample",
        .pub =
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a4"
            "1ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        .priv = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        .signature =
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436"
            "c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    },
    {
        .alg = &ss_sign_rsa_sha2_256,
        .message = jws_text,
        .pub = "",
        .priv = "",
        .signature =
            "702e218943e88fd11eb5d82dbf7845f34106ae1b81fff7731116add1717d83656d420afd3c96eedd73a2"
            "663e5166687b000b87226e0187ed1073f945e582adfcef16d85a798ee8c66ddb3db8975b17d09402beed"
            "d5d9d97007108db28160d5f8040ca7445762b81fbe7ff9d92e0ae76f24f25b33bbe6f44ae61eb1040acb"
            "20044d3ef9128ed40130795bd4bd3b41eecad066ab651981fde48df77f372dc38b9fafdd3befb18b5da3"
            "cc3c2eb02f9e3a41d612caad15911273a05f23b9e838faaf849d698429ef5a1e88798236c3d40e604522"
            "a544c8f27a7a2db80663d16cf7caea56de405cb2215a45b2c25566b55ac1a748a070dfc8a32a469543d0"
            "19eefb47",
    },
    {
        .alg = &ss_sign_rsa_sha2_512,
        .message = jws_text,
        .pub = "",
        .priv = "",
        .signature =
            "8d554d16ab888d8b6c5d60c74c215aab4528361b8bdaaab428d437871e95f9d7f1b5cda86d9f35bdc2fe"
            "9a9982c6c9d6e55cd9b40b8433ffee529153b683fae641b2551f1e6f050c86bfeb6b4273a4ee1f4b54ab"
            "1d3bbe7fe1aa3e837d2d85ccffba664f67586c6c36f80a9b2d3badbfe9411b4e134076e0277212c75e1b"
            "8dd00221187c0c6b50c2f1d006957f4be28cff2c1e3a2aade5f7f919c90c69a1aa4ae0d3955ba9544e3a"
            "35f5e2137b637f73e79f3b56b8e27e94d36d434a2373e8c65fb0e9ade543585921e16a670bf74f565853"
            "a6af05fa6292b0e10173807bf89fdb9d1f3454dc76b0212adc61f8f5346cda3b3e27454879ff215fb1fe"
            "dda42de2",
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

/* ---- signatures ---- */

struct key_bytes {
    uint8_t pub[SS_SELFTEST_MAX], priv[SS_SELFTEST_MAX];
    uint8_t n[SS_SELFTEST_MAX], d[SS_SELFTEST_MAX], p[SS_SELFTEST_MAX], q[SS_SELFTEST_MAX];
};

static ss_span part(const char *hex, uint8_t *bytes)
{
    return ss_span_make(bytes, ss_selftest_hex(hex, bytes));
}

static ss_err make_key(const struct ss_env *env, const struct sign_row *row, struct ss_pkey **out)
{
    static const uint8_t e[] = {1, 0, 1};
    struct ss_pkey_parts parts = {0};
    struct key_bytes bytes;

    parts.pub = part(row->pub, bytes.pub);
    parts.priv = part(row->priv, bytes.priv);
    if (row->alg->kind == SS_KEY_RSA) {
        parts.n = part(jws_n, bytes.n);
        parts.e = ss_span_make(e, sizeof e);
        parts.d = part(jws_d, bytes.d);
        parts.p = part(jws_p, bytes.p);
        parts.q = part(jws_q, bytes.q);
    }
    return ss_pkey_make(env, row->alg->kind, &parts, out);
}

static ss_err run_sign(const struct sign_row *row, const struct ss_env *env,
                       const struct ss_pkey *pkey, struct ss_buf *signature)
{
    const struct ss_hash_alg *hash = row->alg->hash;

    SS_TRY(ss_pkey_sign(pkey, env, hash, ss_span_of(row->message), signature));
    if (!ss_selftest_same(ss_buf_span(signature), row->signature))
        return SS_E_crypto;
    SS_TRY(ss_pkey_verify(pkey, hash, ss_span_of(row->message), ss_buf_span(signature)));
    if (ss_pkey_verify(pkey, hash, ss_span_of("else"), ss_buf_span(signature)) !=
        SS_E_bad_signature)
        return SS_E_crypto;
    return SS_OK;
}

static ss_err test_sign(const struct ss_env *env, const struct sign_row *row)
{
    struct scripted scripted;
    struct ss_pkey *pkey = NULL;
    struct ss_buf signature;
    ss_err err;

    scripted_init(&scripted, env, "");
    ss_buf_init(&signature, env, SS_SELFTEST_MAX);
    err = make_key(env, row, &pkey);
    if (err == SS_OK)
        err = run_sign(row, &scripted.env, pkey, &signature);
    ss_buf_fini(&signature);
    ss_pkey_free(&pkey);
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
    for (i = 0; err == SS_OK && i < SS_COUNT(sign_rows); i++) {
        *out_name = sign_rows[i].alg->name;
        err = test_sign(env, &sign_rows[i]);
    }
    return err;
}

const void *ss_selftest_keys_alg(size_t i)
{
    if (i < SS_COUNT(kex_rows))
        return kex_rows[i].alg;
    i -= SS_COUNT(kex_rows);
    return i < SS_COUNT(sign_rows) ? sign_rows[i].alg : NULL;
}
