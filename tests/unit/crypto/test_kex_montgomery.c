/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_montgomery.c - X25519 and X448 as key exchanges, and the values they must not take.
 *
 * Follows: RFC 8731 section 3; RFC 7748 section 5.2; one vector of each class of edge case that the
 *   Wycheproof project keeps for the two functions. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_montgomery, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_curve25519_sha256;

Test(kex_montgomery, both_sides_meet)
{
    kit_kex_meet(alg);
    kit_kex_meet(&ss_kex_curve25519_sha256_libssh);
    kit_kex_meet(&ss_kex_curve448_sha512);
}

struct row {
    const struct ss_kex_alg *alg;
    const char *kind, *scalar, *peer;
    const char *shared; /* null: refused */
};

static const struct row rows[] = {
    {&ss_kex_curve25519_sha256, "RFC 7748 section 5.2",
     "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
     "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {&ss_kex_curve25519_sha256, "RFC 7748 section 5.2",
     "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
     "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
     "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    {&ss_kex_curve448_sha512, "RFC 7748 section 5.2",
     "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368"
     "f54b29259a4f1c600ad3",
     "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94"
     "ada18aa7a7fb4ef8a086",
     "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d9822396111"
     "1e21766282f73dd96b6f"},
    {&ss_kex_curve25519_sha256, "Normal",
     "c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475",
     "504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829",
     "436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320"},
    {&ss_kex_curve25519_sha256, "Twist",
     "d85d8c061a50804ac488ad774ac716c3f5ba714b2712e048491379a500211958",
     "63aa40c6e38346c5caf23a6df0a5e6c80889a08647e551b3563449befcfc9733",
     "279df67a7c4611db4708a0e8282b195e5ac0ed6f4b2f292c6fbd0acac30d1332"},
    {&ss_kex_curve25519_sha256, "Twist",
     "d03edde9f3e7b799045f9ac3793d4a9277dadeadc41bec0290f81f744f73775f",
     "0200000000000000000000000000000000000000000000000000000000000000",
     "b87a1722cc6c1e2feecb54e97abd5a22acc27616f78f6e315fd2b73d9f221e57"},
    {&ss_kex_curve25519_sha256, "SpecialPublicKey",
     "a8386f7f16c50731d64f82e6a170b142a4e34f31fd7768fcb8902925e7d1e25a",
     "0400000000000000000000000000000000000000000000000000000000000000",
     "34b7e4fa53264420d9f943d15513902342b386b172a0b0b7c8b8f2dd3d669f59"},
    {&ss_kex_curve25519_sha256, "LowOrderPublic NonCanonicalPublic ZeroSharedSecret",
     "c8d74acde5934e64b9895d5ff7afbffd7f704f7dfccff7ac28fa62a1e6410347",
     "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880", NULL},
    {&ss_kex_curve25519_sha256, "LowOrderPublic NonCanonicalPublic ZeroSharedSecret Twist",
     "2064b2f4c9dc97ec7cf58932fdfa3265ba6ea4d11f0259b8efc8afb35db88c48",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", NULL},
    {&ss_kex_curve25519_sha256, "SmallPublicKey LowOrderPublic NonCanonicalPublic ZeroSharedSecret",
     "7887889bac4c629a101d3724f2ed8b98d936fde79e1a1f77d86779626bf8f263",
     "0000000000000000000000000000000000000000000000000000000000000080", NULL},
    {&ss_kex_curve25519_sha256, "NonCanonicalPublic Twist",
     "0016b62af5cabde8c40938ebf2108e05d27fa0533ed85d70015ad4ad39762d54",
     "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "b4d10e832714972f96bd3382e4d082a21a8333a16315b3ffb536061d2482360d"},
    {&ss_kex_curve25519_sha256, "NonCanonicalPublic",
     "88dd14e2711ebd0b0026c651264ca965e7e3da5082789fbab7e24425e7b4377e",
     "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "6919992d6a591e77b3f2bacbd74caf3aea4be4802b18b2bc07eb09ade3ad6662"},
    {&ss_kex_curve25519_sha256, "Ktv",
     "a046e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449a44",
     "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {&ss_kex_curve25519_sha256, "Ktv Twist",
     "4866e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba4d",
     "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413",
     "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    {&ss_kex_curve25519_sha256, "EdgeCaseShared Twist",
     "60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f",
     "b7b6d39c765cb60c0c8542f4f3952ffb51d3002d4aeb9f8ff988b192043e6d0a",
     "0200000000000000000000000000000000000000000000000000000000000000"},
    {&ss_kex_curve25519_sha256, "EdgeCaseShared",
     "60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f",
     "3b18df1e50b899ebd588c3161cbd3bf98ebcc2c1f7df53b811bd0e91b4d5153d",
     "0900000000000000000000000000000000000000000000000000000000000000"},
    {&ss_kex_curve25519_sha256,
     "EdgeCaseMultiplication SmallPublicKey LowOrderPublic ZeroSharedSecret",
     "c8d07c46bbfb827753b92c70e49583ce8bfa44641a7382258ea903d6a832c96b",
     "0000000000000000000000000000000000000000000000000000000000000000", NULL},
    {&ss_kex_curve25519_sha256, "EdgeCaseMultiplication Twist",
     "e0a8be63315c4f0f0a3fee607f44d30a55be63f09561d9af93e0a1c9cf0ed751",
     "0200000000000000000000000000000000000000000000000000000000000000",
     "0c50ac2bfb6815b47d0734c5981379882a24a2de6166853c735329d978baee4d"},
    {&ss_kex_curve25519_sha256, "EdgeCaseMultiplication",
     "0840a8af5bc4c48da8850e973d7e14220f45c192cea4020d377eecd25c7c3643",
     "1200000000000000000000000000000000000000000000000000000000000000",
     "77557137a2a2a651c49627a9b239ac1f2bf78b8a3e72168ccecc10a51fc5ae66"},
    {&ss_kex_curve25519_sha256, "EdgeCaseMultiplication LowOrderPublic Twist ZeroSharedSecret",
     "18630f93598637c35da623a74559cf944374a559114c7937811041fc8605564a",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", NULL},
    {&ss_kex_curve25519_sha256, "EdgeCaseMultiplication LowOrderPublic ZeroSharedSecret",
     "5891c9272cf9a197735b701e5715268d36d7436b7e351a3e997a0862e4807d4d",
     "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", NULL},
    {&ss_kex_curve25519_sha256, "EdgeCasePrivateKey",
     "a023cdd083ef5bb82f10d62e59e15a6800000000000000000000000000000050",
     "6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376",
     "6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376"},
    {&ss_kex_curve448_sha512, "Normal",
     "e41c63d5159c89de12163fde9d04cf1f430f346b8b2c1f2a4b1f5aee63d17aec29d4b1debf8b6457e7"
     "809d2b15ff9779c97becb04b824efa",
     "f8073fc01c8358362c08740c914b419847ef1e409f4e40d9440febc26f00551adb1c37c6c2a87d8283"
     "b8cb453e928a0d42793f72894e0f81",
     "acd496ceb5f68bf9c267196b405f59701a40ec88744b7e5e60bf8f81e8b13df448efe402001750edb0"
     "b695a0512f08c572a2e356493d170b"},
    {&ss_kex_curve448_sha512, "Twist",
     "fcb4ed3afa64c84b7844965c848ad88819241911cd65d35a2bc26a073c08d8e191bcfa04b2dbd94e21"
     "9f746df929d3298e03afeb73b4fbdb",
     "f8d9144304bd8c4d1fa68957026fc5c1b75020365b0991d2eb1541a4dfa3f15e7a70285cd3828b529b"
     "ece021d3e03a415e4f8c02eb89ef19",
     "3f97c3f87b967daac4e5d12eae05a80c751c3b3e1070886b083e90bb8f63cf76aea0cd4bf5032187e5"
     "2b1d0513c96f1ac830debcd37887ab"},
    {&ss_kex_curve448_sha512, "Twist",
     "4c29118cd3fce51c7fd082c8880d592a9c2a9389aa371ca6e6ed78e6ee02f08bec1c15d66fbbe5b83f"
     "fc37ea14e1512cc1bd4b2ea6d806ef",
     "ff00000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     "f2d3c02056564795c59abba5b60b84f6349ddbe6ff380b9673f4d09e28ba2372e2e8dcf269cec48770"
     "618663c932284483f4ee5a5718fd37"},
    {&ss_kex_curve448_sha512, "SpecialPublicKey",
     "28110debb1242a869407f21a1a07616326e2bba0ae3ddca3d43edde9f3e7b799045f9ac3793d4a9277"
     "dadeadc41bec0290f81f744f7377df",
     "0200000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     "021ea3e58bb9ff27a1109079a8c5a05bb09760864bca1650ed3d825640c5134d0631f529d79510f062"
     "883b1217beda88f52801fd5bfae91e"},
    {&ss_kex_curve448_sha512, "LowOrderPublic Twist",
     "c05bd19c61d1c2c0e79414345cfb9c138eed88054fac8f74b2c4b5e1e817aaad629d159903bef40c10"
     "c85a8b90b8433c7f35248d72bea2d1",
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000080",
     "7ad5210b70f2a7f4f2fe306ce098e3ad3065cafd6f5a8d3e04df33da7189d449bacc8564ed5b9f1532"
     "e87374eae9d951f45c383ba9d80585"},
    {&ss_kex_curve448_sha512,
     "SmallPublicKey LowOrderPublic NonCanonicalPublic Twist ZeroSharedSecret",
     "e0b32cd5d602cb78e54c87fe29eb6075884463334b251de203f4c46cb68ac2478391f0a3f19ccde5f8"
     "ec640cc7b58877b43e5b8b578b40d7",
     "00000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff",
     NULL},
    {&ss_kex_curve448_sha512, "NonCanonicalPublic",
     "640b7820d3c9bc49d685fb8074fe9842522f9c5ad334da17a647c6bdae72454ccd25ca3372b610ebf8"
     "9c0a336b4fd59a82f6875f37dc86e4",
     "01000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff",
     "486806126fa8fd7b255915560d4d54ada9acc05b1b5464cf7b5f11671ff0076b2a3888652855c2818b"
     "c28ba3c7b344cb1006143bfe1a971e"},
    {&ss_kex_curve448_sha512, "PublicKeyTooLong",
     "14215fc790be3239cfc8c3f45fed602bcab4e1853a5d0397bd45bfd0a546de7555a60b4d684d9c54f8"
     "22bc168f1cb8c4c03dae2f7e34b8e0",
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000001",
     NULL},
    {&ss_kex_curve448_sha512, "Ktv",
     "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a941974489739100"
     "6382a6f127ab1d9ac2d8c0a598726b",
     "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca7"
     "06dcb57aec3dae07bdc1c67bf33609",
     "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c33554393652"
     "1c24403085d59a449a5037514a879d"},
    {&ss_kex_curve448_sha512, "EdgeCaseShared",
     "70ef97865bee47cf00de84606408e2701ad8bf6ed311039764a3a4f130b98a5be4b1cedb7cb85584a3"
     "520e142d474dc9ccb909a073a976bf",
     "b91a0c5ad497d95f15df62e4231edaaaab21d82953fcde09eab164209745aab6fe9d353a0da328fa81"
     "47939e63ad56d1c0d2c0bddd95da50",
     "0500000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000"},
    {&ss_kex_curve448_sha512, "EdgeCaseShared Twist",
     "70ef97865bee47cf00de84606408e2701ad8bf6ed311039764a3a4f130b98a5be4b1cedb7cb85584a3"
     "520e142d474dc9ccb909a073a976bf",
     "c551027288f77364659079b5db7368b4cf8fd6f1d70dc1f145a33e85d371e07a3afead484a0eadf0ba"
     "5d043bc27ea195f2005310beea24a0",
     "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffff7f"},
    {&ss_kex_curve448_sha512,
     "EdgeCaseMultiplication SmallPublicKey LowOrderPublic ZeroSharedSecret",
     "c817e3c08e0017a5a4422c70095edf062d71f452139715edccd07c46bbfb827753b92c70e49583ce8b"
     "fa44641a7382258ea903d6a832c9eb",
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     NULL},
    {&ss_kex_curve448_sha512,
     "EdgeCaseMultiplication SmallPublicKey LowOrderPublic Twist ZeroSharedSecret",
     "dc05e8c9decef9d3e350ee83aee2502cedd76f07d2364de993b7ef237a055f348dcb4c4364a59d7d31"
     "edc7ab78f2ca254e2c810975c3f583",
     "0100000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     NULL},
    {&ss_kex_curve448_sha512, "EdgeCaseMultiplication",
     "803f68ff9812676ab809582f0b93e80461598c987bc7b2e4e0a8be63315c4f0f0a3fee607f44d30a55"
     "be63f09561d9af93e0a1c9cf0ed791",
     "0200000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     "2754aa144ac700ad183b9c20cd2627db3c51e7644055f71f46e2b999d3e13e346454560fa72a164885"
     "61e60d6b6423ed50d1e75a4899a8bd"},
    {&ss_kex_curve448_sha512, "EdgeCaseMultiplication Twist",
     "04dff901e6907ef63c0590c6090065ef5c3c0ed03d1a9949bbda2bd2d7cf25a3e54e5f87ee15911eff"
     "b9ff86baec4076d56c8e953670bf9b",
     "0000000000000000000000000080000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000",
     "007a850b8e863783cb6c175c9babbbd35abe37d413a888d976acc68b70f6e6669c7c5095c2cfccc528"
     "284687f253ddb1ddc3ea0910bd14e3"},
    {&ss_kex_curve448_sha512, "EdgeCaseMultiplication LowOrderPublic ZeroSharedSecret",
     "582bf63ee54d47ae5517cf74fdfed1d4bcd544c95e61c8c95605ea323a4d1820fdc40fafb1a5cbe4f4"
     "ce1f89a99f99a3361961e5b30bd896",
     "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff",
     NULL},
    {&ss_kex_curve448_sha512, "EdgeCasePrivateKey",
     "be58b958ddcc5bb1a9ccdbc43ccc1fa7d0102f6a70488ad590b3f26ffdffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffff3f",
     "a71742c472d8eee636a974dd98f554ad2f89911f80abdb3d8fa03bbb981917b19d925581bcce7193c8"
     "839f6b2e0ff6c1da7c202970b3da46",
     "caba0271ea05eabf9d92314311cedf54df44739623a60004dd62d5ccac1f4302644b2f0b75e35b11a1"
     "831a87548238b9c36e71e5f7c57d10"},
};

Test(kex_montgomery, the_edge_cases)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        kit_kex_answer(rows[i].alg, test_hex(rows[i].scalar), test_hex(rows[i].peer),
                       rows[i].shared, rows[i].kind);
}

/* Every u of order 1, 2, 4 or 8, on the curve and on its twist, and their other spellings. */
Test(kex_montgomery, an_all_zero_secret_of_x25519_is_refused)
{
    static const char *const low[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    size_t i;

    for (i = 0; i < SS_COUNT(low); i++)
        kit_kex_refuses(alg, test_hex(low[i]), low[i]);
}

/* 0, 1, p - 1, p and p + 1, where p is 2^448 - 2^224 - 1. */
Test(kex_montgomery, an_all_zero_secret_of_x448_is_refused)
{
    uint8_t u[56] = {0};
    ss_span value = ss_span_make(u, sizeof u);

    kit_kex_refuses(&ss_kex_curve448_sha512, value, "0");
    u[0] = 1;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "1");
    memset(u, 0xff, sizeof u);
    u[28] = 0xfe;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p");
    u[0] = 0xfe;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p - 1");
    memset(u, 0, 28);
    memset(u + 28, 0xff, 28);
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p + 1");
}

Test(kex_montgomery, only_its_own_size_is_a_value)
{
    size_t n;

    for (n = 0; n <= 70; n++) {
        if (n != 32)
            kit_kex_refuses(alg, kit_bytes(n), "another size");
        if (n != 56)
            kit_kex_refuses(&ss_kex_curve448_sha512, kit_bytes(n), "another size");
    }
}

Test(kex_montgomery, wrong_use_and_no_memory)
{
    kit_kex_misuse(alg);
    kit_kex_misuse(&ss_kex_curve448_sha512);
}
