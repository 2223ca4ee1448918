/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_rsa.c - RSA keys: generated, taken apart, put together, and refused when bent.
 *
 * Follows: RFC 8017 section 3.2 for what the parts have to do with each other; Wycheproof
 *   rsa_signature_2048_sha256. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_rsa, .fini = test_counted_check);

static struct ss_pkey *generated(uint64_t seed, unsigned bits)
{
    struct ss_pkey *pkey = NULL;

    cr_assert(ss_pkey_generate(kit_seeded(seed), SS_KEY_RSA, bits, &pkey) == SS_OK);
    return pkey;
}

static void parts_of(const struct ss_pkey *pkey, struct ss_buf *store, struct ss_pkey_parts *parts)
{
    ss_buf_init(store, &test_counted()->env, 1 << 16);
    cr_assert(ss_pkey_export(pkey, true, store, parts) == SS_OK);
}

static ss_err make(const struct ss_pkey_parts *parts)
{
    struct ss_pkey *pkey = NULL;
    ss_err err = ss_pkey_make(&test_counted()->env, SS_KEY_RSA, parts, &pkey);

    cr_expect((err == SS_OK) == (pkey != NULL));
    ss_pkey_free(&pkey);
    return err;
}

Test(pkey_rsa, the_same_seed_makes_the_same_key)
{
    struct ss_pkey *a = generated(1, 2048), *b = generated(1, 2048), *c = generated(2, 2048);
    struct ss_buf store_a, store_b, store_c;
    struct ss_pkey_parts pa, pb, pc;

    cr_expect(ss_pkey_bits(a) == 2048 && ss_pkey_is_private(a) && ss_pkey_kind(a) == SS_KEY_RSA);
    parts_of(a, &store_a, &pa);
    parts_of(b, &store_b, &pb);
    parts_of(c, &store_c, &pc);
    kit_expect(pa.n, pb.n, "n");
    kit_expect(pa.d, pb.d, "d");
    kit_expect(pa.iqmp, pb.iqmp, "iqmp");
    cr_expect(pa.n.size == 256 && pa.p.size == 128 && pa.q.size == 128);
    cr_expect(!ss_span_eq(pa.n, pc.n), "another seed, another key");
    ss_buf_fini(&store_a);
    ss_buf_fini(&store_b);
    ss_buf_fini(&store_c);
    ss_pkey_free(&a);
    ss_pkey_free(&b);
    ss_pkey_free(&c);
}

Test(pkey_rsa, ordinary_randomness_makes_keys_too)
{
    struct ss_pkey *pkey = NULL;

    cr_assert(ss_pkey_generate(&test_counted()->env, SS_KEY_RSA, 1024, &pkey) == SS_OK);
    cr_expect(ss_pkey_bits(pkey) == 1024 && ss_pkey_is_private(pkey));
    ss_pkey_free(&pkey);
}

Test(pkey_rsa, sizes_out_of_range_are_not_generated)
{
    static const unsigned bits[] = {0, 512, 1008, 1023, 1025, 2047, 16385, 16400, 1u << 31};
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(bits); i++) {
        cr_expect(ss_pkey_generate(kit_seeded(1), SS_KEY_RSA, bits[i], &pkey) == SS_E_bad_argument);
        cr_expect(ss_pkey_generate(test_env(), SS_KEY_RSA, bits[i], &pkey) == SS_E_bad_argument);
    }
    cr_expect(pkey == NULL);
}

Test(pkey_rsa, parts_make_the_key_again)
{
    struct ss_pkey *pkey = generated(3, 1024), *again = NULL;
    struct ss_buf store, store_again;
    struct ss_pkey_parts parts, parts_again;

    parts_of(pkey, &store, &parts);
    parts.iqmp = ss_span_make(NULL, 0); /* it follows from the rest */
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_RSA, &parts, &again) == SS_OK);
    parts_of(again, &store_again, &parts_again);
    cr_expect(ss_span_eq(ss_buf_span(&store), ss_buf_span(&store_again)));
    ss_pkey_free(&again);
    parts.d = parts.p = parts.q = ss_span_make(NULL, 0);
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_RSA, &parts, &again) == SS_OK);
    cr_expect(!ss_pkey_is_private(again) && ss_pkey_bits(again) == 1024);
    ss_pkey_free(&again);
    ss_pkey_free(&pkey);
    ss_buf_fini(&store);
    ss_buf_fini(&store_again);
}

/* One bit of one private part wrong: a signature would give the key away. */
Test(pkey_rsa, every_bent_private_part_is_refused)
{
    struct ss_pkey *pkey = generated(4, 1024);
    struct ss_buf store;
    struct ss_pkey_parts parts;
    ss_span *bent[5];
    size_t i, bit;

    parts_of(pkey, &store, &parts);
    bent[0] = &parts.d;
    bent[1] = &parts.p;
    bent[2] = &parts.q;
    bent[3] = &parts.iqmp;
    bent[4] = &parts.n;
    for (i = 0; i < SS_COUNT(bent); i++) {
        uint8_t copy[256];
        ss_span good = *bent[i];

        *bent[i] = ss_span_make(copy, good.size);
        for (bit = 0; bit < good.size * 8; bit += 37) {
            memcpy(copy, good.data, good.size);
            copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1u << bit % 8);
            cr_expect(make(&parts) == SS_E_bad_key, "part %zu, bit %zu", i, bit);
        }
        *bent[i] = ss_span_make(NULL, 0);
        if (bent[i] == &parts.p || bent[i] == &parts.q || bent[i] == &parts.n)
            cr_expect(make(&parts) == SS_E_bad_key, "part %zu absent", i);
        *bent[i] = good;
    }
    cr_expect(make(&parts) == SS_OK, "unbent");
    ss_pkey_free(&pkey);
    ss_buf_fini(&store);
}

static ss_err public_only(size_t n_size, uint8_t n_top, uint8_t n_last, const char *e)
{
    static uint8_t n[3000];
    struct ss_pkey_parts parts = {0};

    memset(n, 0x5a, sizeof n);
    n[0] = n_top;
    n[n_size - 1] = n_last;
    parts.n = ss_span_make(n, n_size);
    parts.e = test_hex(e);
    return make(&parts);
}

Test(pkey_rsa, the_bounds_of_a_public_key)
{
    cr_expect(public_only(128, 0x80, 1, "010001") == SS_OK, "1024 bits");
    cr_expect(public_only(128, 0x7f, 1, "010001") == SS_E_bad_key, "1023 bits");
    cr_expect(public_only(2048, 0xff, 1, "010001") == SS_OK, "16384 bits");
    cr_expect(public_only(2049, 0x01, 1, "010001") == SS_E_bad_key, "16385 bits");
    cr_expect(public_only(2049, 0x00, 1, "010001") == SS_OK, "a zero byte before");
    cr_expect(public_only(3000, 0x01, 1, "010001") == SS_E_bad_key, "24000 bits");
    cr_expect(public_only(256, 0x80, 2, "010001") == SS_E_bad_key, "an even modulus");
    cr_expect(public_only(256, 0x80, 1, "") == SS_E_bad_key, "no exponent");
    cr_expect(public_only(256, 0x80, 1, "00") == SS_E_bad_key, "exponent 0");
    cr_expect(public_only(256, 0x80, 1, "01") == SS_E_bad_key, "exponent 1");
    cr_expect(public_only(256, 0x80, 1, "010000") == SS_E_bad_key, "an even exponent");
    cr_expect(public_only(256, 0x80, 1, "03") == SS_OK, "exponent 3");
    cr_expect(public_only(384, 0x80, 1, "010000000000000001") == SS_OK, "wide, 3072 bits");
    cr_expect(public_only(512, 0x80, 1, "010000000000000001") == SS_E_bad_key, "wide, 4096 bits");
}

/* Bytes that repeat give p = q; the search must see it and not make such a key. */
Test(pkey_rsa, equal_primes_are_refused)
{
    struct kit_drawn drawn;
    struct ss_pkey *pkey = NULL;

    kit_drawn_init(&drawn, kit_bytes(64));
    cr_expect(ss_pkey_generate(&drawn.env, SS_KEY_RSA, 1024, &pkey) == SS_E_no_random);
    kit_drawn_init(&drawn, kit_bytes(63));
    cr_expect(ss_pkey_generate(&drawn.env, SS_KEY_RSA, 1024, &pkey) == SS_E_no_random);
    cr_expect(pkey == NULL);
}

/* ---- published edge cases ---- */

static const struct {
    const char *n, *e;
} edge_keys[] = {
    {"00a2b451a07d0aa5f96e455671513550514a8a5b462ebef717094fa1fee82224e637f9746d3f7cafd318"
     "78d80325b6ef5a1700f65903b469429e89d6eac8845097b5ab393189db92512ed8a7711a1253facd20f7"
     "9c15e8247f3d3e42e46e48c98e254a2fe9765313a03eff8f17e1a029397a1fa26a8dce26f490ed812996"
     "15d9814c22da610428e09c7d9658594266f5c021d0fceca08d945a12be82de4d1ece6b4c03145b5d3495"
     "d4ed5411eb878daf05fd7afc3e09ada0f1126422f590975a1969816f48698bcbba1b4d9cae79d460d8f9"
     "f85e7975005d9bc22c4e5ac0f7c1a45d12569a62807d3b9a02e5a530e773066f453d1f5b4c2e9cf78202"
     "83f742b9d5",
     "010001"},
    {"0090a5d7aba2c8dc828e616fc1fc45c7c52130c8589dcbe2913da187572f6c23217b89a5186b6f90cbe0"
     "53abfb0885a91f141dbe106ce6ad303904a5941df26ced10478cb56a7bd6cf1313c4966d9cf7c4509d9d"
     "c63566aa323e110af219f3398c04e79bb486de8703793473136f5c9051af24bd2c0208ea1bf9321a3e8f"
     "24af00aaca1216842eab248d58cf46ac786c49fd3ca8557e9b53993a4b9718cdc5c474bf1cfe58c07ad9"
     "7b2c5acb7d86accc0fc7bed147adb2e77b8697d80150948117714b806ff76f9d88147d84e93987b724bf"
     "4870429e85a7a7b51486a78d8a88f1688f60e215d43d06221e2b993b5c12a607b80e9e0122472b29945f"
     "76b55737c1",
     "03"},
    {"0092bf17cdbffb42fa9957ce37826bb451708e7cdec8752b809c81a8d16fe5fe4dab6a9db6d11dbb1208"
     "6645db7546642b322e8331dd7f29eff68bf40b24f80884f5152b1fda9b9f7ae2fce2721cdee0fc48f85a"
     "6e8e64f767ed9727fd2dc597967e276a5e2e768528afdd9df4b6ddda4c174300e4da3c19a3c32299e1e7"
     "857934c14dd6203d8c2671289bc392711597155364a59046b2b9f1905fe717ca7efebb4c1969b804118e"
     "ffa240c11ebf97cd68c2aa19c787b3be21e68c0e397c7f04c6ef98950e27e0e19a40da92a3ea10800fe9"
     "252b77026d14c2fa1eb4ac102491e5773279f07d856d446f45169b09bf60b8a2695f5e4864eaaf9590ae"
     "c8c7c2f86d",
     "03"},
};

static const struct {
    const char *what;
    size_t key;
    const char *message, *signature;
    ss_err want;
} edge_rows[] = {
    {"BerEncodedPadding: length of digestInfo uses long form encoding", 0, "313233343030",
     "8a0e82d4f334aca72a718b6f8f643f69c6048d619d5eba71263a5d2d3ac7a7af133b780c7595ca2c982c"
     "006e861948f543cd0210c758691f9626842c25de2843ea314ca8eff285d47e0cffa54180af4160040170"
     "34962a80a5959c3d3f1bfc154a4824462a93c014f6dfe920824f414a6e30e0e5944d480b99949ec7bf64"
     "c4a7461575933b17d7d6b0178b5192392ace3ed8469e8ac1dacae51ad5d3ad73dcb213e056d04596e64d"
     "8c0703def3110c7cecc93ba8ac8059f0f3d66b89d8712c62b41d407e4b4a104f4569558b0290c213cad6"
     "d0653898b9df8f4a453ab07d13bfb7598d505abbd0c4987e4f1ac66e1a523e113e370ab7cf990f0cc63f"
     "50f4f0a4",
     SS_E_bad_signature},
    {"InvalidAsnInPadding: length of digestInfo uses 50 instead of 49", 0, "313233343030",
     "9947c137ebf7013ea9e41f1ce93fd29022e340e6ade56c1119cd826430acf9833bbc1ed05c1899757a79"
     "d3104c9b4133ff0aef7e1cbeaafc2ada2422bdf9e29926626527f947124d5549d9f4fddb809f84923aa3"
     "35d331c392a5ae5e29cb0f503e230ce7bff114206d5dfd51b812f9ed5448d9100125a8cc2324e560c69f"
     "4a492988045c97ab90a2806df900c3b95ab95bd634dd0a50edc5312eeef6463bc4b62e54261cc67e9cb9"
     "caa9a0a7550183c9e03f26bd5c8718dd77f54290b3a27a054d7d3e39e8cb45529d585ac0e507b8688219"
     "d2b8032268020b68d2284f9f743debab5cd47fb3fbd77fdfe3a9d7984b11a37cce190ac89a472578a333"
     "2b150f5d",
     SS_E_bad_signature},
    {"ModifiedPadding: appending 0's to digestInfo", 0, "313233343030",
     "0e6eb88e130cf0d79056bdcb87f016f99edd9f35519c44bb509a38cd346d996e3d9b7b21a40fc976a935"
     "f2904a6423dc0f251d8a89c4e1424d3312b1e7e0c14f057fa3a45841dcda2bfcf107c2103c0475cbb34d"
     "4c769e98b08cbd35964aefc3a8dc4178725c16ed7da6b438107da2488af8fd5cb2c15a8849a531e1a955"
     "c40cd6c147956fc3e8a15a1082e9e9a7878efab929c50d52fd6c14cad0987f667221a0c8ab29a682de04"
     "e437b20c82e9a759291dabd22fb38e86121b71b3ab473ea0977441db6b137d01b63e328412996ccb8dc2"
     "7e57c8cd6cbeb31e321160df29ea3151f34ba36846495b6e4bb766f0bcdba00062265ad7d01847e22c06"
     "a463dfeb",
     SS_E_bad_signature},
    {"WrongHash: The algorithm encoded in the padding is MD5 instead of SHA-256.", 0,
     "313233343030",
     "16b5347808defc31a231c28edac36a3f1789d4c549e8f5c71e2fcf5d5304ba437b4c7c0eb7ffbd80f5c5"
     "b2277bf24412b39ee3e74c368517717c438bb88b80b12ad14f7295ecf8841947e5e7457e66d2f869c30d"
     "28e9ac2019d7e5eca6229812b649c8b6b4ccd4e17b254e7ab496aa5325525e7974be348dcd53c652e631"
     "5e670236bbbef2f501e246631b735c50e388ea3af8bb0030fb7fba9743eb70fc6687cfdb92d46a4537ce"
     "88dba96ef52744e22fb7257af1538e3ffc4e2d9ac9101d6f71bc2f5aab71ddcc73a6c635500fa0a9174d"
     "25ebcc85dcd7dd85a7d2e8d3138effd171176bbdf23296ba3df630ee42185720ec141ceeaed1681a6ad0"
     "c156e099",
     SS_E_bad_signature},
    {"NoHash: The message is not hashed.", 0, "313233343030",
     "891f1354e36c2b7faca0981c64f249f73940ae03da86f0a413a971031b00c2bed14489345225fea317d9"
     "d551cced9c6c6f6f7134cb6bdca1b0319d931a1d7a1e24a744eb98fcb0d3254660066f688531fde00822"
     "917d07deb9d78aa337bdc2ca3a4a050d8debb6c1283cb90e6991429887311f72b95bf3b18d1c5cd68f65"
     "f8ed934d9e516e2a8503613fc4dc2e786c36d77ea2d5dff75c26dced572298f27de39459c55c6bec7329"
     "5f20cf1c6e876b345c6fbb2ff23adf52d9d4ece53877a2bd6e7cf3a4eae08b1b3ce8dc0468614e119ffb"
     "7547f1a765d9d9b5d9d8624ecf3b836dce490c8a36a6a60e689c0bdcbdf774eb60fc552bc3e27fc9abeb"
     "2c905ddb",
     SS_E_bad_signature},
    {"InvalidPadding: using PKCS#1 encryption padding: 0002ff...00<hash>", 0, "313233343030",
     "7553fa477296a68ef8423d82af68103581e3a1681deeb91ad5e8f167d3bbeea5de1867969a44a6501b4e"
     "447f82be28687706e2fca1862b5dd1e0fb91b146f8e9c4a0a9f2f5ddf4da77bbacba56fa219a9eddd7dc"
     "234db9f75773218d1317ef5e4e52ce2eef80f870d39b59fa3c1bf28f67e4df9ba4e1d12d198904a0cda3"
     "09b3cf2abe2d765fe366bd75652661ec830772102aeb5adf84680457fcb56a8d271604a24090a1f301b0"
     "0ed67332a721b40e873c8dd3ce9206712ecf39e475a007d59c9cba314f7dcdd75b094da28789893da646"
     "28c8ff0d5c892b7e39d5c7655ef911d0dc39d7af59a55e5ada631b1cf3e6353e0f4a555e4558dc4b9a3c"
     "8baac281",
     SS_E_bad_signature},
    {"ShortPadding: PKCS#1 padding too short: 000001ff...", 0, "313233343030",
     "3ca3dec31913ad3cc2f3bb5b9ebd5d1e4bf137df6e5ae55fc5220c2b6ff150c8e0fdd6e4a07dd955f67e"
     "65546550c6a9fb89b7edff36dd8dec900aa6ff41e691f42000cf1e49acef9f491edd5a3bed1fccc3a36d"
     "48c0615679e6f166d3fb957d04e5a8198dc1d6d9df9605bdb827c7d29fbe40f80ad44fcc63cf9f93a703"
     "8941065e9a000450a769c4f3daedfd5c16bd79e4b9311f4e8e75a36c7a4b6044ab219f42feff6ec4c06a"
     "ac0df4ea9152b47834c344c3d7c6e9fbb234d0cbc0b4072111b55bfe4187599400ac34c1a24861ffcc55"
     "6c21a7e5b93160f46c0fbd0616dfe6b244dc68693081a59047e11b80438c3517031754ef72e4ea9fa3fc"
     "86ae1bfd",
     SS_E_bad_signature},
    {"SignatureMalleability: the signature is not reduced", 0, "313233343030",
     "ba0d3d34d59915be6351725300fff4617210fa767b6c48522900ce2e2c8f88b3f855bc9de7609603f2f4"
     "05a81d3d6c1b8ac05a79fd278bb9c6af6dc90a6323c5d77c0562cded072bb63e9ce533d9ca497479ecf7"
     "d75e6b6a4d4a86418909b86521c5d6c7d5d634352d2ed6b15b16873f26b918e31b81e9363ad0ab373e7a"
     "c982e6aa3eccaa4cb6dbc1a807b73082dfac6a5d7b2abbb0a8d3f12f3c8aac976fe66b44350a2b7a8840"
     "f53bcd1fe76d9a0bdec6c6eacfc2081b58c3e818f2e40bb8d07b360c5fce83ece59267d39141c87807fd"
     "bee5b4ed5fc86e51111a57020211a593e4d91a6dd0ebde6317ebc12f52f405415527e7df07ba8af42ecb"
     "efc41d7d",
     SS_E_bad_signature},
    {"InvalidSignature: the signature is empty", 0, "313233343030", "", SS_E_bad_signature},
    {"WrongPrimitive: RSASSA-PSS signature", 0, "313233343030",
     "5e91b5dcbf02d6f19621d41a83dc8f15ea83c0edb83765ef029b0acac2e1ec8918b1d2afe1fadf11c48d"
     "27594cb9c01fed79d90e5d5a8085c438450111aa7d9fa39c2345b14fc3c2cb34128f86db5eb00bdf8dfe"
     "38d61f29a41fe31342e7aaefcb4b122eb5d63c2f5c263c8df8450e9428ffef974d535818d51dc03a7d60"
     "c8b2d16c999ae46d73ab40515fe601d9b89b1d09c6d60cd51639a97c1d211e097609ba5e8c319c6fbd21"
     "b34a634ec8fb8971c5aae21c70b847a4539cc10dc314ddd8a9629e8a0e51c66c0cb61fd1f7228c01c676"
     "9190abe9bac9a3897800050014358594e0fb20dbb458b12aa1346826cc9f7e9c5352b073d62853dafe77"
     "c848cb1f",
     SS_E_bad_signature},
    {"SmallSignature: small signature", 1, "33363730",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000989e7ff72e67e680bd21d5f966e4ad8a48c3592dbacc4a2f035b4ef4d17a2f25f8a9fef7e78eb99"
     "d76d68629ed02d67c43c4b7ec8c3badc32e3d0a524c326537739b0fde156723b27c23ae2b09895e470c6"
     "4d700f5c",
     SS_OK},
    {"EdgeCaseSignature: signature is close to n", 2, "32353934",
     "92bf17cdbffb42fa9957ce37826bb451708e7cdec8752b809c81a8d16fe5fe4dab6a9db6d11dbb120866"
     "45db7546642b322e8331dd7f29eff68bf40b24f80884f5152b1fda9b9f7ae2fce2721cdee0fc48f85a6e"
     "8e64f767ed9727fd2dc597967e276a5e2e768528afdd9df4b6ddda4c174300e4da3c19a3c32299e1e785"
     "7934c14dd6203d8c2671289bc392711597155364a59046b2b9f1905fe717ca7efebb4c1969b804118eff"
     "a240b8bf4bb1a6d0616fd5be2f081dc9ef741a9a4ae7274418b791432de470c4556463108388e8e8ed5d"
     "cebf3558e4650c2ac97c86fa682176f09b5dd8cfbf15d19c3fe4f961f4607c12cb3dfad9b6a0e59c92fa"
     "a1fc8622",
     SS_OK},
};

Test(pkey_rsa, each_class_of_wycheproof)
{
    size_t i;

    for (i = 0; i < SS_COUNT(edge_rows); i++) {
        struct ss_pkey_parts parts = {.n = test_hex(edge_keys[edge_rows[i].key].n),
                                      .e = test_hex(edge_keys[edge_rows[i].key].e)};
        struct ss_pkey *pkey = NULL;
        ss_err err;

        cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_RSA, &parts, &pkey) == SS_OK);
        err = ss_pkey_verify(pkey, &ss_hash_sha256, test_hex(edge_rows[i].message),
                             test_guarded(test_hex(edge_rows[i].signature)));
        cr_expect(err == edge_rows[i].want, "%s: %s", edge_rows[i].what, ss_err_name(err));
        ss_pkey_free(&pkey);
    }
}
