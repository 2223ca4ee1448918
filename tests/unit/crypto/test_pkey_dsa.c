/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_dsa.c - DSA: bounds, groups that are none, RFC 6979, published edge cases.
 *
 * Follows: FIPS 186-4 section 4; RFC 6979 appendix A.2.1; Wycheproof dsa_2048_224_sha256, whose
 *   classes of DER encodings have no r || s form. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_dsa, .fini = test_counted_check);

static const char group_p[] =
    "008f7935d9b9aae9bfabed887acf4951b6f32ec59e3baf3718e8eac4961f3efd3606e74351a9c4183339"
    "b809e7c2ae1c539ba7475b85d011adb8b47987754984695cac0e8f14b3360828a22ffa27110a3d62a993"
    "453409a0fe696c4658f84bdd20819c3709a01057b195adcd00233dba5484b6291f9d648ef88344867797"
    "9cec04b434a6ac2e75e9985de23db0292fc1118c9ffa9d8181e7338db792b730d7b9e349592f68099872"
    "153915ea3d6b8b4653c633458f803b32a4c2e0f27290256e4e3f8a3b0838a1c450e4e18c1a29a37ddf5e"
    "a143de4b66ff04903ed5cf1623e158d487c608e97f211cd81dca23cb6e380765f822e342be484c057639"
    "39601cd667";
static const char group_q[] = "00baf696a68578f7dfdee7fa67c977c785ef32b233bae580c0bcd5695d";
static const char group_g[] =
    "16a65c58204850704e7502a39757040d34da3a3478c154d4e4a5c02d242ee04f96e61e4bd0904abdac8f"
    "37eeb1e09f3182d23c9043cb642f88004160edf9ca09b32076a79c32a627f2473e91879ba2c4e744bd20"
    "81544cb55b802c368d1fa83ed489e94e0fa0688e32428a5c78c478c68d0527b71c9a3abb0b0be12c4468"
    "9639e7d3ce74db101a65aa2b87f64c6826db3ec72f4b5599834bb4edb02f7c90e9a496d3a55d535bebfc"
    "45d4f619f63f3dedbb873925c2f224e07731296da887ec1e4748f87efb5fdeb75484316b2232dee553dd"
    "af02112b0d1f02da30973224fe27aeda8b9d4b2922d9ba8be39ed9e103a63c52810bc688b7e2ed4316e1"
    "ef17dbde";

struct row {
    const char *what, *pub, *message, *signature;
    ss_err want;
};

static const struct row rows[] = {
    {"Normal: valid",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "313233343030",
     "a545d62d6e336775fb6a9b8495721646a54bd8c6173fc0a2295a1b7b3be6bae0e8763818840a9151ad8e"
     "d2b3b348e4a2c488d3fbdbbca844",
     SS_OK},
    {"ModifiedSignature: modifying last byte of r",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "313233343030",
     "a545d62d6e336775fb6a9b8495721646a54bd8c6173fc0a2295a1bfb3be6bae0e8763818840a9151ad8e"
     "d2b3b348e4a2c488d3fbdbbca844",
     SS_E_bad_signature},
    {"ModifiedInteger: replaced r by q - r",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "313233343030",
     "15b0c07917459069e37d5ee33405b13f49e6d96da3a5c01e937b4de23be6bae0e8763818840a9151ad8e"
     "d2b3b348e4a2c488d3fbdbbca844",
     SS_E_bad_signature},
    {"RangeCheck: replaced s by s + q",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "313233343030",
     "f6dd51876def2ff862f28bb977069a39a27b96d67f6e54bc989211a13be6bae0e8763818840a9151ad8e"
     "d2b3b348e4a2c488d3fbdbbca844",
     SS_E_bad_signature},
    {"InvalidSignature: Signature with special case values r=0 and s=0",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000",
     SS_E_bad_signature},
    {"SpecialCaseHash: special case hash",
     "1e77f842b1ae0fcd9929d394161d41e14614ff7507a9a31f4a1f14d22e2a627a1f4e596624883f1a5b16"
     "8e9425146f22d5f6ee28757414714bb994ba1129f015d6e04a717edf9b530a5d5cab94f14631e8b4cf79"
     "aeb358cc741845553841e8ac461630e804a62f43676ba6794af66899c377b869ea612a7b9fe6611aa96b"
     "e52eb8b62c979117bbbcca8a7ec1e1ffab1c7dfcfc7048700d3ae3858136e897701d7c2921b5dfef1d1f"
     "897f50d96ca1b5c2edc58cada18919e35642f0807eebfa00c99a32f4d095c3188f78ed54711be0325c4b"
     "532aeccd6540a567c327225440ea15319bde06510479a1861799e25b57decc73c036d75a0702bd373ca2"
     "31349931",
     "343236343739373234",
     "6282929a6986a4de222f3ee95248b8a73c3a295b61c06d8b1b0e0291ba953d1d97df5ed013efbb682b9e"
     "60448d4860d6c03d94773b9137ad",
     SS_OK},
    {"SmallRandS: r,s = 1,1",
     "00848177b9bcff136c52caef2a4a9bcb64dbefbac69e18aae499696b5ec7b270e90478b413bb8ad8f8ee"
     "e8ad32107d7ba492c36b007f9ef30ebe1ee484d0ea7cb0ff4afaa8c705ad5e16576975414f1bc0efed25"
     "c2190a3ed0068bffa1f03bf6f21056c9bb383350851997cbc89cf8729b394527f08ab93ce9b360aa055a"
     "47177e82a4ce6fe76c8dffddbd6ee20fa08d0085d3983edd2c8d9a366ad2245b4ed28d6754769f5f3a79"
     "8be4be19cf469399865d464e3f640438bce03c962c2344d0d550542aed3db55c153833bea44b4146878b"
     "a347c8614436c6aac4fd1a60f25c62b3f869a7d55cab4b7122d5e9af4322a3fc8214fa55dc1ee021459f"
     "b2c4595827",
     "54657374",
     "000000000000000000000000000000000000000000000000000000010000000000000000000000000000"
     "0000000000000000000000000001",
     SS_OK},
    {"ArithmeticError: r = 1, u2 small",
     "00848177b9bcff136c52caef2a4a9bcb64dbefbac69e18aae499696b5ec7b270e90478b413bb8ad8f8ee"
     "e8ad32107d7ba492c36b007f9ef30ebe1ee484d0ea7cb0ff4afaa8c705ad5e16576975414f1bc0efed25"
     "c2190a3ed0068bffa1f03bf6f21056c9bb383350851997cbc89cf8729b394527f08ab93ce9b360aa055a"
     "47177e82a4ce6fe76c8dffddbd6ee20fa08d0085d3983edd2c8d9a366ad2245b4ed28d6754769f5f3a79"
     "8be4be19cf469399865d464e3f640438bce03c962c2344d0d550542aed3db55c153833bea44b4146878b"
     "a347c8614436c6aac4fd1a60f25c62b3f869a7d55cab4b7122d5e9af4322a3fc8214fa55dc1ee021459f"
     "b2c4595827",
     "54657374",
     "000000000000000000000000000000000000000000000000000000019592121ed12d93197f1ffb863ac6"
     "3937f28ef4f62f1e009a30aabab1",
     SS_OK},
    {"ModularInverse: edge case modular inverse",
     "074ad23fc1cdd1681f1102a2dfeffe3a2816b4e8d99600387f4e194df74ef5a31114aa30f2b33fa0e064"
     "d736e4e74f3e639e6af47d6be71325b85ee90010d156dfc759877cccf85305d0491ff72fe5f66d4d26b8"
     "a484d73c30c3eeb3fff86e9a32361a0e0baecbcbf40fc25683b3d7854fdac4ce87199330ebf21c2aabb9"
     "d50a592b118d00892d55edd4975d5a11307993e80ff3a48185344236253d429e90b946f5f57c0e41b76e"
     "4e0f721eeb54d52b907cedcbdc303122a02d6b2f42efeac1290df3d5aa975ec1bc1b285db18dc07b3f97"
     "012c72909ed31ce888a3106121874a14beb6df63285c656e6407df7009c97df38194d6aa3a15a32e50f0"
     "92842fd5",
     "54657374",
     "2b5a9e2ff5f7aa2ed6ff534908262d0ae5d070377f67704103a5a7c228d698b61a91a62a8b6695f16526"
     "c4aec002ab94c2b584359b70a52f",
     SS_OK},
};

Test(pkey_dsa, each_class_of_wycheproof)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(rows[i].pub),
                                      .p = test_hex(group_p),
                                      .q = test_hex(group_q),
                                      .g = test_hex(group_g)};
        struct ss_pkey *pkey = NULL;
        ss_err err;

        cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, &pkey) == SS_OK, "%s",
                  rows[i].what);
        err = ss_pkey_verify(pkey, &ss_hash_sha256, test_hex(rows[i].message),
                             test_guarded(test_hex(rows[i].signature)));
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        ss_pkey_free(&pkey);
    }
}

/* ---- the key of RFC 6979 appendix A.2.1 ---- */

#define P                                                                                          \
    "86f5ca03dcfeb225063ff830a0c769b9dd9d6153ad91d7ce27f787c43278b447e6533b86b18bed6e8a48b784a14c" \
    "252"                                                                                          \
    "c5be0dbf60b86d6385bd2f12fb763ed8873abfd3f5ba2e0a8c0a59082eac056935e529daf7c610467899c77adedf" \
    "c84"                                                                                          \
    "6c881870b7b19b2b58f9be0521a17002e3bdd6b86685ee90b3d9a1b02b782b1779"
#define Q "996f967f6c8e388d9e28d01e205fba957a5698b1"
#define G                                                                                          \
    "07b0f92546150b62514bb771e2a0c0ce387f03bda6c56b505209ff25fd3c133d89bbcd97e904e09114d9a7defdea" \
    "dfc"                                                                                          \
    "9078ea544d2e401aeecc40bb9fbbf78fd87995a10a1c27cb7789b594ba7efb5c4326a9fe59a070e136db77175464" \
    "adc"                                                                                          \
    "a417be5dce2f40d10a46a3a3943f26ab7fd9c0398ff8c76ee0a56826a8a88f1dbd"
#define X "411602cb19a6ccc34494d79d98ef1e7ed5af25f7"
#define Y                                                                                          \
    "5df5e01ded31d0297e274e1691c192fe5868fef9e19a84776454b100cf16f65392195a38b90523e2542ee61871c0" \
    "440"                                                                                          \
    "cb87c322fc4b4d2ec5e1e7ec766e1be8d4ce935437dc11c3c8fd426338933ebfe739cb3465f4d3668c5e47350825" \
    "3b1"                                                                                          \
    "e682f65cbdc4fae93c2ea212390e54905a86e2223170b44eaa7da5dd9ffcfb7f3b"

static ss_err make(const char *p, const char *q, const char *g, const char *y, const char *x,
                   struct ss_pkey **out)
{
    struct ss_pkey_parts parts = {.p = test_hex(p),
                                  .q = test_hex(q),
                                  .g = test_hex(g),
                                  .pub = test_hex(y),
                                  .priv = test_hex(x)};

    return ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, out);
}

Test(pkey_dsa, the_signatures_of_rfc_6979)
{
    static const struct {
        const struct ss_hash_alg *hash;
        const char *message, *signature;
    } answers[] = {
        {&ss_hash_sha1, "sample",
         "2e1a0c2562b2912caaf89186fb0f42001585da5529efb6b0aff2d7a68eb70ca313022253b9a88df5"},
        {&ss_hash_sha256, "sample",
         "81f2f5850be5bc123c43f71a3033e9384611c5454cdd914b65eb6c66a8aaad27299bee6b035f5e89"},
        {&ss_hash_sha384, "sample",
         "07f2108557ee0e3921bc1774f1ca9b410b4ce65a54df70456c86fac10fab47c1949ab83f2c6f7595"},
        {&ss_hash_sha512, "sample",
         "16c3491f9b8c3fbbdd5e7a7b667057f0d8ee8e1b02c36a127a7b89edbb72e4ffbc71dabc7d4fc69c"},
        {&ss_hash_sha1, "test",
         "42ab2052fd43e123f0607f115052a67dcd9c5c77183916b0230d45b9931491d4c6b0bd2fb4aaf088"},
    };
    struct ss_pkey *pkey = NULL;
    struct ss_seeded seeded;
    struct ss_buf store;
    size_t i;

    ss_seeded_init(&seeded, 1);
    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(make(P, Q, G, Y, X, &pkey) == SS_OK);
    cr_expect(ss_pkey_bits(pkey) == 1024 && ss_pkey_is_private(pkey));
    for (i = 0; i < SS_COUNT(answers); i++) {
        ss_span message = ss_span_of(answers[i].message);

        ss_buf_clear(&store);
        cr_assert(ss_pkey_sign(pkey, &seeded.env, answers[i].hash, message, &store) == SS_OK);
        kit_expect(ss_buf_span(&store), test_hex(answers[i].signature), answers[i].hash->name);
        cr_expect(ss_pkey_verify(pkey, answers[i].hash, message, ss_buf_span(&store)) == SS_OK);
    }
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

Test(pkey_dsa, what_is_no_group_or_no_member_of_it_is_refused)
{
    struct {
        const char *what, *p, *q, *g, *y, *x;
    } bad[] = {
        {"q does not divide p - 1", P, "996f967f6c8e388d9e28d01e205fba957a5698b3", G, Y, ""},
        {"q of 152 bits", P, "996f967f6c8e388d9e28d01e205fba957a5698", G, Y, ""},
        {"q of 161 bits", P, "01996f967f6c8e388d9e28d01e205fba957a5698b1", G, Y, ""},
        {"q even", P, "996f967f6c8e388d9e28d01e205fba957a5698b0", G, Y, ""},
        {"no q", P, "", G, Y, ""},
        {"g of 0", P, Q, "", Y, ""},
        {"g of 1", P, Q, "01", Y, ""},
        {"g of another order", P, Q, "02", Y, ""},
        {"g of p", P, Q, P, Y, ""},
        {"y of 1", P, Q, G, "01", ""},
        {"y of 0", P, Q, G, "00", ""},
        {"y of another order", P, Q, G, "02", ""},
        {"y of p", P, Q, G, P, ""},
        {"x of 0", P, Q, G, Y, "00"},
        {"x of q", P, Q, G, Y, Q},
        {"x of another key", P, Q, G, Y, "02"},
        {"p of 511 bits and less", "7fffffff", Q, G, Y, ""},
        {"p even", P "00", Q, G, Y, ""},
        {"nothing", "", "", "", "", ""},
    };
    struct ss_pkey_parts parts = {.q = test_hex(Q), .g = test_hex(G), .pub = test_hex(Y)};
    static uint8_t wide[9000];
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(bad); i++)
        cr_expect(make(bad[i].p, bad[i].q, bad[i].g, bad[i].y, bad[i].x, &pkey) == SS_E_bad_key,
                  "%s", bad[i].what);
    memset(wide, 0xff, sizeof wide);
    for (i = 385; i <= sizeof wide; i += 1723) { /* the first has a bit too many */
        parts.p = ss_span_make(wide, i);
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, &pkey) == SS_E_bad_key);
    }
    cr_expect(pkey == NULL);
}

Test(pkey_dsa, the_same_seed_makes_the_same_key)
{
    struct ss_pkey_parts parts[3];
    struct ss_pkey *pkey[3];
    struct ss_buf store[3];
    size_t i;

    for (i = 0; i < 3; i++) {
        ss_buf_init(&store[i], &test_counted()->env, 4096);
        cr_assert(ss_pkey_generate(kit_seeded(i == 2 ? 8 : 7), SS_KEY_DSA, 1024, &pkey[i]) ==
                  SS_OK);
        cr_expect(ss_pkey_bits(pkey[i]) == 1024);
        cr_assert(ss_pkey_export(pkey[i], true, &store[i], &parts[i]) == SS_OK);
        cr_expect(parts[i].p.size == 128 && parts[i].q.size == 20);
        ss_pkey_free(&pkey[i]);
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts[i], &pkey[i]) == SS_OK);
        ss_pkey_free(&pkey[i]);
    }
    kit_expect(parts[0].p, parts[1].p, "p");
    kit_expect(parts[0].pub, parts[1].pub, "y");
    cr_expect(!ss_span_eq(parts[0].p, parts[2].p), "another seed, another key");
    for (i = 0; i < 3; i++)
        ss_buf_fini(&store[i]);
}

Test(pkey_dsa, impossible_sizes_are_not_generated)
{
    static const unsigned sizes[] = {0, 504, 1023, 3080, 1u << 31};
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(sizes); i++)
        cr_expect(ss_pkey_generate(test_env(), SS_KEY_DSA, sizes[i], &pkey) == SS_E_bad_argument);
    cr_expect(pkey == NULL);
}
