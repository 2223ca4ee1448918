/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_eddsa.c - Ed25519 and Ed448: published edge cases, one or more of each class.
 *
 * Follows: Wycheproof ed25519 and ed448; RFC 8032 section 7.4. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_eddsa, .fini = test_counted_check);

struct row {
    const char *what;
    enum ss_key_kind kind;
    const char *pub, *message, *signature;
    ss_err want;
};

static const struct row rows[] = {
    {"Valid 1: ", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "",
     "d4fbdb52bfa726b44d1786a8c0d171c3e62ca83c9e5bbe63de0bb2483f8fd6cc1429ab72cafc41ab56af"
     "02ff8fcc43b99bfe4c7ae940f60f38ebaa9d311c4007",
     SS_OK},
    {"Valid 2: ", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "78",
     "d80737358ede548acb173ef7e0399f83392fe8125b2ce877de7975d8b726ef5b1e76632280ee38afad12"
     "125ea44b961bf92f1178c9fa819d020869975bcbe109",
     SS_OK},
    {"InvalidSignature 10: special values for r and s", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "3f",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000000000000",
     SS_E_bad_signature},
    {"InvalidSignature 11: special values for r and s", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "3f",
     "000000000000000000000000000000000000000000000000000000000000000001000000000000000000"
     "00000000000000000000000000000000000000000000",
     SS_E_bad_signature},
    {"TruncatedSignature 30: empty signature", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "54657374", "",
     SS_E_bad_signature},
    {"SignatureWithGarbage 33: signature too long", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab07a9155711ecfaf7f99f2"
     "77bad0c6ae7e39d4eef676573336a5c51eb6f946b30d2020",
     SS_E_bad_signature},
    {"CompressedSignature 38: removing 0 byte from signature", SS_KEY_ED25519,
     "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "546573743137",
     "93de3ca252426c95f735cb9edd92e83321ac62372d5aa5b379786bae111ab6b17251330e8f9a7c30d699"
     "3137c596007d7b001409287535ac4804e662bc58a3",
     SS_E_bad_signature},
    {"InvalidEncoding 42: modified bit 0 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "647c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b1d125e5538f38afbcc1c"
     "84e489521083041d24bc6240767029da063271a1ff0c",
     SS_E_bad_signature},
    {"InvalidEncoding 43: modified bit 1 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "677c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2bc108ca4b87a49c9ed2cf"
     "383aecad8f54a962b2899da891e12004d7993a627e01",
     SS_E_bad_signature},
    {"InvalidEncoding 44: modified bit 2 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "617c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b9ce23fc6213ed5b87912"
     "e9bbf92f5e2c780eae26d15c50a112d1e97d2ea33c06",
     SS_E_bad_signature},
    {"SignatureMalleability 63: the encoded s was replaced by s + L. The scalar is unchanged",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab067654bce3832c2d76f8f"
     "6f5dafc08d9339d4eef676573336a5c51eb6f946b31d",
     SS_E_bad_signature},
    {"SignatureMalleability 64: the encoded s was replaced by s + 2L. The scalar is unchange",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab05439412b5395d42f462c"
     "67008eba6ca839d4eef676573336a5c51eb6f946b32d",
     SS_E_bad_signature},
    {"SignatureMalleability 65: the encoded s was replaced by s + 4L. The scalar is unchange",
     SS_KEY_ED25519, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab02ee12ce5875bf9dff265"
     "56464bae2ad239d4eef676573336a5c51eb6f946b34d",
     SS_E_bad_signature},
    {"Ktv 80: draft-josefsson-eddsa-ed25519-02: Test 1", SS_KEY_ED25519,
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
     "39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
     SS_OK},
    {"InvalidKtv 85: Signature with S just above the bound. [David Benjamin]", SS_KEY_ED25519,
     "100fdf47fb94f1536a4f7c3fda27383fa03375a8f527c537e6f1703c47f94f86",
     "6a0bc2b0057cedfc0fa2e3f7f7d39279b30f454a69dfd1117c758d86b19d85e0",
     "0971f86d2c9c78582524a103cb9cf949522ae528f8054dc20107d999be673ff4e25ebf2f2928766b1248"
     "bec6e91697775f8446639ede46ad4df4053000000010",
     SS_E_bad_signature},
    {"TinkOverflow 119: regression test for arithmetic error", SS_KEY_ED25519,
     "4abfb535313705a6570018440cdec1a3ae33e51f352112fa6acbd0c6bc3ea859",
     "321b5f663c19e30ee7bbb85e48ecf44db9d3f512",
     "f296715e855d8aecccba782b670163dedc4458fe4eb509a856bcac450920fd2e95a3a3eb212d2d9ccaf9"
     "48c39ae46a2548af125f8e2ad9b77bd18f92d59f9200",
     SS_OK},
    {"Valid 1: ", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "",
     "cf7953007666e12f73af9ec92e3e018da5ee5a8d5b17f5100a354c58f1d5f4bb37ab835c52f72374c72d"
     "612689149cf6d36a70db6dc5a6c400b597348e0e31e51e65bb144e63c892a367b4c055c036aa6cd7e728"
     "cdd2a098963bda863903e6dd025b5a5d891209f4e28537694804e50b0800",
     SS_OK},
    {"Valid 2: ", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "78",
     "c56e94d5c9ca860c244f33db556bf6b3cec38b024b77604a35d6a07211b1316b9a027133c374b86f7266"
     "5cc45ce01583a2e0f2775c6172da801acef168717cab1196cddfb149359dfef589756257cc2d6b02fc51"
     "6d8d41b4adaa3f11428f41410ef0dc3c1b008d3d052173d4389508ed0100",
     SS_OK},
    {"InvalidSignature 10: special values for r and s", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "3f",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000",
     SS_E_bad_signature},
    {"InvalidSignature 11: special values for r and s", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "3f",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000010000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000",
     SS_E_bad_signature},
    {"TruncatedSignature 30: empty signature", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "54657374", "", SS_E_bad_signature},
    {"SignatureWithGarbage 33: signature too long", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "54657374",
     "5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8"
     "d171fc1733857573dd02d18f48f28031d67d699a188a9ca46b4eabe2107aef237ca609cb462e24c91d25"
     "d286402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd9826002020",
     SS_E_bad_signature},
    {"CompressedSignature 38: removing 0 byte from signature", SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "5465737430",
     "dbd6384516ab6b0eb2d609414564ec217383b66040dfb0676128251ae24c1d7c179c21a9ee307dc13f8f"
     "e6550bc40187f093da85617bcf5d009d3ee8b798ad978b6e683bc4e911940ea82ea0b7e95dc24fe0b29e"
     "44663211892c2aaa3451379d22c289b94378f11fb700f1689d4a00d73e",
     SS_E_bad_signature},
    {"InvalidEncoding 42: modified bit 0 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "313233343030",
     "5cb94c53101f521f6c1f43b60ea4d7e06fbd49c2e8afaf4fcc289e645e0880a87b8e55858df4cf2291a7"
     "303ffda446b82a117b4dd408cff280afc33a525116cc12e0d1c3a1fde6de518a6544f360d0fe18d5be77"
     "70b057a2bf792db4b7648fa84a6eaecae909e33fa59c5dfe4804ba262300",
     SS_E_bad_signature},
    {"InvalidEncoding 43: modified bit 1 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "313233343030",
     "5fb94c53101f521f6c1f43b60ea4d7e06fbd49c2e8afaf4fcc289e645e0880a87b8e55858df4cf2291a7"
     "303ffda446b82a117b4dd408cff280f91386c3e9dd9e7c9af7ca6bbef8b7a44ae3d68eeade449d7dfbb3"
     "1de8419eb943e2ecbcdd06df5227e82b9ded519a56e70f0a1c0fc17b0600",
     SS_E_bad_signature},
    {"InvalidEncoding 44: modified bit 2 in R. Accepted only by verifiers that ignore ",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "313233343030",
     "59b94c53101f521f6c1f43b60ea4d7e06fbd49c2e8afaf4fcc289e645e0880a87b8e55858df4cf2291a7"
     "303ffda446b82a117b4dd408cff280f1aab07b4ad069dfafc01b4532e1e44cbf7177e1bdda197fc87434"
     "046db5b935afd9114ac5e1138eaead23c3b59dba9026d2da4a86fe800b00",
     SS_E_bad_signature},
    {"SignatureMalleability 70: the encoded s was replaced by s + L. The scalar is unchanged",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "54657374",
     "5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8"
     "d171fc1733857573dd02d18f48f280241bd6142ddb02c0f9fa133955d3e610b4b27cb814227de8b241ef"
     "4e86402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd986600",
     SS_E_bad_signature},
    {"SignatureMalleability 71: the encoded s was replaced by s + 2L. The scalar is unchange",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "54657374",
     "5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8"
     "d171fc1733857573dd02d18f48f28017602ec0bf9d7be34e8ad9c6c795533244e952675efdcbac9c65b9"
     "cb85402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd98a600",
     SS_E_bad_signature},
    {"SignatureMalleability 72: the encoded s was replaced by s + 4L. The scalar is unchange",
     SS_KEY_ED448,
     "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e5"
     "0ce5af7dcfba50f704c00",
     "54657374",
     "5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8"
     "d171fc1733857573dd02d18f48f280fde9de16e5226d2af9a864e2ac1a2d756456ffc4f1b3693570ad4d"
     "c584402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd982601",
     SS_E_bad_signature},
    {"Ktv 78: RFC 8032", SS_KEY_ED448,
     "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50"
     "f6cd1fa1abeafe8256180",
     "",
     "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd"
     "7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db9"
     "9ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600",
     SS_OK},
    {"InvalidKtv 80: RFC 8032: 1 octet with context", SS_KEY_ED448,
     "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb821"
     "69c235160627b4c3a9480",
     "03",
     "d4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2151f7647f11d8ca2ae27"
     "9fb842d607217fce6e042f6815ea000c85741de5c8da1144a6a1aba7f96de42505d7a7298524fda538fc"
     "cbbb754f578c1cad10d54d0d5428407e85dcbc98a49155c13764e66c3c00",
     SS_E_bad_signature},
};

Test(pkey_eddsa, each_class_of_wycheproof)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(rows[i].pub)};
        struct ss_pkey *pkey = NULL;
        ss_err err;

        cr_assert(ss_pkey_make(&test_counted()->env, rows[i].kind, &parts, &pkey) == SS_OK, "%s",
                  rows[i].what);
        err = ss_pkey_verify(pkey, NULL, test_hex(rows[i].message),
                             test_guarded(test_hex(rows[i].signature)));
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        ss_pkey_free(&pkey);
    }
}

#define SEED_448                                                                                   \
    "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b9449" \
    "2f8"                                                                                          \
    "f032e7549a20098f95b"
#define PUB_448                                                                                    \
    "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e5" \
    "0f6"                                                                                          \
    "cd1fa1abeafe8256180"

Test(pkey_eddsa, the_blank_answer_of_rfc_8032_for_ed448)
{
    struct ss_pkey_parts parts = {.priv = test_hex(SEED_448)}, got;
    struct ss_pkey *pkey = NULL;
    struct ss_buf store;

    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_ED448, &parts, &pkey) == SS_OK);
    cr_expect(ss_pkey_bits(pkey) == 448);
    cr_assert(ss_pkey_export(pkey, true, &store, &got) == SS_OK);
    kit_expect(got.pub, test_hex(PUB_448), "public value");
    kit_expect(got.priv, test_hex(SEED_448), "seed");
    ss_buf_clear(&store);
    cr_assert(ss_pkey_sign(pkey, test_env(), NULL, ss_span_make(NULL, 0), &store) == SS_OK);
    kit_expect(
        ss_buf_span(&store),
        test_hex("533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281"
                 "f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b41"
                 "04852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600"),
        "signature");
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

Test(pkey_eddsa, sizes_and_pairs_that_do_not_fit_are_refused)
{
    static const struct {
        enum ss_key_kind kind;
        const char *pub, *priv;
    } bad[] = {
        {SS_KEY_ED448, PUB_448 "00", ""},
        {SS_KEY_ED448, "00", ""},
        {SS_KEY_ED448, "", ""},
        {SS_KEY_ED448, PUB_448, SEED_448 "00"},
        {SS_KEY_ED448, SEED_448, SEED_448},
        {SS_KEY_ED25519, PUB_448, ""},
    };
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(bad); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(bad[i].pub), .priv = test_hex(bad[i].priv)};

        cr_expect(ss_pkey_make(&test_counted()->env, bad[i].kind, &parts, &pkey) == SS_E_bad_key,
                  "row %zu", i);
    }
    cr_expect(pkey == NULL);
}
