/* SPDX-License-Identifier: Apache-2.0 */
/* test_mlkem.c - ML-KEM-768 and ML-KEM-1024: published answers, key checks, implicit rejection.
 *
 * Follows: FIPS 203; the rows are one of each class of Wycheproof that a seed can bring about,
 *   with the message that was decrypted; keys and ciphertexts stand as their SHA-256 digests. */
#include <criterion/criterion.h>

#include "crypto/keccak.h"
#include "tests/unit/crypto/kit_kem.h"

static const struct row {
    const struct ss_kem_alg *alg;
    const char *what, *seed, *message;
    const char *public_key, *secret_key, *ciphertext; /* digests */
    const char *shared;
    bool flipped; /* shared is what the ciphertext gives with its first bit flipped */
} rows[] = {
    {
        .alg = &ss_kem_mlkem768,
        .what = "official seeds of round 3",
        .seed = "7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d8626ed79d451140800"
                "e03b59b956f8210e556067407d13dc90fa9e8b872bfb8f",
        .message = "147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615",
        .public_key = "86adbca81f4fee893e2fb58fb98aa2fe188f501fed268d7f4056f8c05c4e53c4",
        .secret_key = "8757e8aee5e441aee07a43af40467d32f80aee5c51aae4ebd2bdb844c038aac7",
        .ciphertext = "36829a2f35cbf4deb62c0a12a15c22dae9f8d2c252566fc24f88abe805cb575e",
        .shared = "e7184a0975ee3470878d2d159ec83129c8aec253d4ee17b4810311d198cd0368",
    },
    {
        .alg = &ss_kem_mlkem768,
        .what = "a flipped bit",
        .flipped = true,
        .seed = "b48adb659aa166819721b61fa815b332ff5603e8b6733ac4c0dfc24a77aef37691376ac7486036995c"
                "3088f66641357cbb4b78df57965db17ba4a4c561da976b",
        .message = "5fa310d6a838ebaf2efe10bafe7b7bb82fa1d952fec22a02e1008b096fb44e30",
        .public_key = "dd84dd2900c8869f3e2269021e611d0cc17587676aca5d536f9e584195eff9f7",
        .secret_key = "1d8718b7b63b9d78bf8595af9e86f16f6f886acdbebf69a37ffd845dec21c3a1",
        .ciphertext = "b96276a72965e2ef89051654d5de6a69a3772583d06bfef32929a909e1bd7b7e",
        .shared = "cefc2442a375c0a9468db9b9ffd5c5a08f178a187a943a6875afd9cc20ffcead",
    },
    {
        .alg = &ss_kem_mlkem768,
        .what = "a message of ones",
        .seed = "78f9d4db2f8832e4457b1235626c04c58495e576dfc36b628089ef98d95d2ddac4f9f4b5e160e78c9f"
                "e8d6d03f9697b1706bb5c347148e96b3b172f94cc6a8db",
        .message = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        .public_key = "2ef9ba55c675a522fa22a0ff0fda52a23358dd89b91370f7d0a7d7f86ac2c332",
        .secret_key = "780386bd09093a51f4f7ee5bae570a0644245512ee250c7e286c9e4d457e95d5",
        .ciphertext = "8e8932d2a0133b6ecaff315bb439eb07a74baec4ec32f9949d9a598c0d5b224a",
        .shared = "0ca2714e446dcf6d2bd14bd66f674b8256d9b44e75b9671055f63249ed807865",
    },
    {
        .alg = &ss_kem_mlkem768,
        .what = "much is rejected in sampling",
        .seed = "0df627a3ac000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "d9a1bce72c6fccc83c42dbe65e6b522930f495aa7e9d513e3790b0aa8b1ff65f",
        .secret_key = "344d221f2c0565b42d22a275982d98f311df618346b78a5ac1cd5ae1e96fa9ad",
        .ciphertext = "b4f946f8e82fc65451dad32d5b7b525ea1ef6c08f7ae6e1a8ce02da38abde475",
        .shared = "70367781f13305303d67e814f4c04d43eaf7fd8c831cf4ffe18a8e6d25d553f0",
    },
    {
        .alg = &ss_kem_mlkem768,
        .what = "zeros in the matrix",
        .seed = "986458520d000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "b70b0ac2f02851f395fea665c45d3dd98ba968bd745251a271a84aba9ecc77f9",
        .secret_key = "05730154f27f915560762bfd028e3db2f84138d34ab195d5ecc20fca0fd3d5b1",
        .ciphertext = "da431ed704bce596b7889996e6cd1a5e5d436b75cda01e0f01c400678d8e0c7a",
        .shared = "af2a86006103784b31398ecf5adb1b1c8ebbc1a1ad1707beaacef56ddf907b48",
    },
    {
        .alg = &ss_kem_mlkem768,
        .what = "large entries in the matrix",
        .seed = "013d418289000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "2ac83b4778b26f2b4e5a47db171a349d62a2b182e26686c9078f715befc0045f",
        .secret_key = "1e1a08c00c4ab90ba403c7480c0e0fd40c420c84eb1b5a072b480d3a4c0fdf10",
        .ciphertext = "1fe362cd8696e2e1bb7d74ed9848e8e6c57f5f9193a10aeee6142788ea562bb2",
        .shared = "b0103654959074c684385ef65fe59ff4bd3612e76d985f8a7e1781ae2e50c0e2",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "official seeds of round 3",
        .seed = "7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d8626ed79d451140800"
                "e03b59b956f8210e556067407d13dc90fa9e8b872bfb8f",
        .message = "147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615",
        .public_key = "61b95ec8c32ae85ad7a17ae5b9c2dfb083e05f767da3ba9a0a8092ea6b4cbf7a",
        .secret_key = "926ce3868d8fd192e03410d405e61fb32697a532d7ca7d9ba9b296111df3af74",
        .ciphertext = "508136a13f8a7920e3434498c6975cbbab457d809309eb2f92453e7409738210",
        .shared = "489dd1e9c2be4af3482bdb35bb26ce760e6e414da6ecbe489985748a825f1cd6",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "a flipped bit",
        .flipped = true,
        .seed = "c3b1e8d41f7ef9ecc326223af28aaa2ff1417938c2570ffb586bb0815d928dadfef0627add21d6172e"
                "d739d3c57117969dabc1e3e9b90ceb39f0a5ec2c12f1fb",
        .message = "78a6e4695304f5b6ed787ce41800cea6318126dc1b0e173acde761cab2bdf5b3",
        .public_key = "7665ecbd826dc86b58f8e1d1f219ae71d4e9d9f326cffb3134c619970dea40f6",
        .secret_key = "a19998b3e41ddae18d202baf94d64e24d8ded12f839650bb2ad073d93b6a5d53",
        .ciphertext = "52dd9ea28c2df137054ca583f516b385423534cc775d9e746e8d7c1424b2cfdb",
        .shared = "b13b4044850f8e5ab79bf49362b52419ccbcec3d3ae02522436e09fc63692f74",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "a message of ones",
        .seed = "add76377cbf77d81e11886b2a7795a228b84ad8f49be07f64272c9b44568ad5e9849f9bdeeef3d88f9"
                "2e6d31c6745adcd2a1ef162fef80fdbe3666449a003d7e",
        .message = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        .public_key = "1c5185a9950936f6e25571631096587821e88dc1a1075ebade1dee8bcf2ca8c0",
        .secret_key = "88eacae4a7b4504d52a806b0010c66c8013c7c7b197fab8547549548a79464cc",
        .ciphertext = "f16573658c458e4819c9eca50395acaa50c1baf06dddad4004c431158c08b6f4",
        .shared = "414aff36017c23c167de6447ea65b81b3df13532cc54a0426ff1c00c2fbef371",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "much is rejected in sampling",
        .seed = "506739f1bc000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "9360489dfe6d44de709fa027a5b3e09a52aacff9149c4720f2083d90536e2f48",
        .secret_key = "f442c88e3e2a6112baeec3c5bfc7b6c260ff54fc754616cf8d191a0bda1a8af2",
        .ciphertext = "012a645c0d25ea92c5cf455d001f509f0592156188d0870440614ff14a67862e",
        .shared = "82b420dfcecf52dad2dafd087e9ffd148ff0dcedf8a06c0413e0e3d730f1177a",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "zeros in the matrix",
        .seed = "f8cbfa37ae000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "42a9d076319879afc72d718a73a991e5fcb8339ba85c4a79e736584bbdc7629f",
        .secret_key = "97ac92014c6bdf0b833a61ead51b61e5c1c838017664daff72f0eb694a19277e",
        .ciphertext = "43127ef74bb0ee34f1de2a06416ca01539ca50b7dc51c90145d1afcbe1381fb2",
        .shared = "a589adced0124f75c61e86c40639a08bc4bdc485b59a6dd195549428144bbbfa",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "large entries in the matrix",
        .seed = "f7b4dec033000000000000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000",
        .message = "0a60e1a95e846cdcac4c779702db2e7d39055c815cffa89c71595bf461924ef2",
        .public_key = "d86e7fcf3a22c2221e4ab3e4aaa7c33582398d1a41b8f75b6cd884fdb5f6527f",
        .secret_key = "73a1be4b35829f47d06b762bd2c91415db000c69e5fe698334b9be16caa86ab7",
        .ciphertext = "af729abd71076b44bcc02c38fc95352a935d2365ee95ff4ba726b896a980ef04",
        .shared = "fcd5b2590084b9664cb9f58e78a578cfb46f8710174f32378827e961ca09ece1",
    },
};

Test(mlkem, published_answers)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        ss_span want = test_hex(row->shared);
        struct kit_drawn drawn;
        struct kit_kem kem;

        kit_drawn_init(&drawn, test_hex(row->seed));
        kit_kem_keygen(&kem, row->alg, &drawn.env);
        kit_kem_digest(kem.public_key, row->alg->public_key, row->public_key, row->what);
        kit_kem_digest(kem.secret_key, row->alg->secret_key, row->secret_key, row->what);
        kit_drawn_init(&drawn, test_hex(row->message));
        kit_kem_encaps(&kem, &drawn.env);
        kit_kem_digest(kem.ciphertext, row->alg->ciphertext, row->ciphertext, row->what);
        if (row->flipped)
            kem.ciphertext[0] ^= 1;
        else
            kit_expect(ss_span_make(kem.shared, sizeof kem.shared), want, row->what);
        kit_kem_decaps(&kem, ss_span_make(kem.ciphertext, row->alg->ciphertext), want.data,
                       row->what);
    }
}

/* A vector s or e of zeros: t is zero, and so encaps is the noise alone. */
Test(mlkem, a_public_key_of_zeros_is_a_key)
{
    static const struct ss_kem_alg *const algs[] = {&ss_kem_mlkem768, &ss_kem_mlkem1024};
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    static uint8_t zeros[SS_KEM_PUBLIC_MAX];
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++)
        cr_expect(algs[i]->encaps(algs[i], test_env(), ss_span_make(zeros, algs[i]->public_key),
                                  ciphertext, shared) == SS_OK);
}

static void set_coefficient(uint8_t *key, size_t i, uint32_t x)
{
    uint8_t *at = key + i / 2 * 3;

    if (i % 2 == 0) {
        at[0] = (uint8_t)x;
        at[1] = (uint8_t)((at[1] & 0xf0) | x >> 8);
    } else {
        at[1] = (uint8_t)((at[1] & 0x0f) | (x << 4 & 0xf0));
        at[2] = (uint8_t)(x >> 4);
    }
}

/* rule: MLKEM-2.1-encapsulation-key-check */
static void check_modulus(const struct ss_kem_alg *alg)
{
    static const uint32_t bad[] = {3329, 3330, 4095};
    struct kit_kem kem;
    uint8_t key[SS_KEM_PUBLIC_MAX], text[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    ss_span span = ss_span_make(key, alg->public_key);
    size_t i;

    kit_kem_keygen(&kem, alg, test_env());
    for (i = 0; i < (alg->public_key - 32U) / 3 * 2; i++) {
        memcpy(key, kem.public_key, sizeof key);
        set_coefficient(key, i, 3328);
        cr_assert(alg->check(alg, span) == SS_OK, "%zu", i);
        set_coefficient(key, i, bad[i % SS_COUNT(bad)]);
        cr_assert(alg->check(alg, span) == SS_E_bad_public_value, "%zu", i);
        cr_assert(alg->encaps(alg, test_env(), span, text, shared) == SS_E_bad_public_value);
    }
    memset(key, 0xff, sizeof key);
    cr_expect(alg->check(alg, span) == SS_E_bad_public_value);
}

Test(mlkem, a_coefficient_over_the_modulus_is_refused_anywhere)
{
    check_modulus(&ss_kem_mlkem768);
    check_modulus(&ss_kem_mlkem1024);
}

/* FIPS 203 section 7.3: the key inside and its hash must belong together. */
static void check_secret(const struct ss_kem_alg *alg)
{
    struct kit_kem kem;
    size_t from, i;

    kit_kem_keygen(&kem, alg, test_env());
    kit_kem_encaps(&kem, test_env());
    from = (alg->public_key - 32U) / 3 * 3;
    for (i = from; i < from + alg->public_key + 32; i += 13) {
        kem.secret_key[i] ^= 0x10;
        cr_expect(alg->decaps(alg, ss_span_make(kem.secret_key, alg->secret_key),
                              ss_span_make(kem.ciphertext, alg->ciphertext),
                              kem.shared) == SS_E_bad_key,
                  "%s: byte %zu", alg->name, i);
        kem.secret_key[i] ^= 0x10;
    }
}

Test(mlkem, a_secret_key_that_does_not_fit_together_is_refused)
{
    check_secret(&ss_kem_mlkem768);
    check_secret(&ss_kem_mlkem1024);
}

/* J(z, c). */
static void rejection(const struct kit_kem *kem, ss_span ciphertext, uint8_t *out)
{
    struct ss_keccak keccak;
    ss_span parts[2];

    parts[0] = ss_span_make(kem->secret_key + kem->alg->secret_key - 32, 32);
    parts[1] = ciphertext;
    ss_keccak_init(&keccak);
    ss_keccak_hash(&keccak, SS_SHAKE256, parts, 2, out, SS_KEM_SHARED);
    cr_assert(ss_keccak_done(&keccak) == SS_OK);
}

Test(mlkem, a_changed_ciphertext_gives_another_secret)
{
    kit_kem_rejects(&ss_kem_mlkem768, rejection);
    kit_kem_rejects(&ss_kem_mlkem1024, rejection);
}

/* Both ciphertexts begin with a zero byte: a comparison that ends there would find them equal. */
Test(mlkem, a_zero_byte_does_not_end_the_comparison)
{
    const struct ss_kem_alg *alg = &ss_kem_mlkem768;
    uint8_t want[SS_KEM_SHARED];
    struct kit_kem kem;
    unsigned tries;

    kit_kem_keygen(&kem, alg, test_env());
    for (tries = 0; tries < 10000; tries++) {
        kit_kem_encaps(&kem, test_env());
        if (kem.ciphertext[0] == 0)
            break;
    }
    cr_assert(kem.ciphertext[0] == 0);
    kem.ciphertext[1087] ^= 0x80;
    rejection(&kem, ss_span_make(kem.ciphertext, alg->ciphertext), want);
    kit_kem_decaps(&kem, ss_span_make(kem.ciphertext, alg->ciphertext), want, "after a zero");
}

Test(mlkem, a_thousand_round_trips)
{
    kit_kem_round_trips(&ss_kem_mlkem768, 1000, 4);
    kit_kem_round_trips(&ss_kem_mlkem1024, 1000, 4);
}

Test(mlkem, wrong_lengths_and_no_randomness)
{
    kit_kem_misuse(&ss_kem_mlkem768);
    kit_kem_misuse(&ss_kem_mlkem1024);
}
