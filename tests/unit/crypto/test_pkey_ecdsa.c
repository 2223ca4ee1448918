/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_ecdsa.c - ECDSA on the three curves: published edge cases, one of each class.
 *
 * Follows: Wycheproof ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512; its
 *   classes of DER encodings have no r || s form. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_ecdsa, .fini = test_counted_check);

struct row {
    const char *what;
    enum ss_key_kind kind;
    const struct ss_hash_alg *hash;
    const char *pub, *message, *signature;
    ss_err want;
};

static const struct row rows[] = {
    {"ValidSignature: pseudorandom signature", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "0404aaec73635726f213fb8a9e64da3b8632e41495a944d0045b522eba7240fad587d9315798aaa3a5ba"
     "01775787ced05eaaf7b4e09fc81d6d1aa546e8365d525d",
     "",
     "b292a619339f6e567a305c951c0dcbcc42d16e47f219f9e98e76e09d8770b34a0177e60492c5a8242f76"
     "f07bfe3661bde59ec2a17ce5bd2dab2abebdf89a62e2",
     SS_OK},
    {"ModifiedSignature: modifying first byte of r", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e592"
     "1fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "313233343030",
     "29a3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18b329f479a2bbd0a5c384"
     "ee1493b1f5186a87139cac5df4087c134b49156847db",
     SS_E_bad_signature},
    {"ModifiedInteger: replaced r by n - r", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e592"
     "1fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "313233343030",
     "d45c5740946b2a147f59262ee6f5bc90bd01ed280528b62b3aed5fc93f06f739b329f479a2bbd0a5c384"
     "ee1493b1f5186a87139cac5df4087c134b49156847db",
     SS_E_bad_signature},
    {"InvalidSignature: Signature with special case values r=0 and s=0", SS_KEY_ECDSA_P256,
     &ss_hash_sha256,
     "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e592"
     "1fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000000000000",
     SS_E_bad_signature},
    {"EdgeCaseShamirMultiplication: Edge case for Shamir multiplication", SS_KEY_ECDSA_P256,
     &ss_hash_sha256,
     "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e592"
     "1fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "3639383139",
     "64a1aab5000d0e804f3e2fc02bdee9be8ff312334e2ba16d11547c97711c898e6af015971cc30be6d1a2"
     "06d4e013e0997772a2f91d73286ffd683b9bb2cf4f1b",
     SS_OK},
    {"SpecialCaseHash: special case hash", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e592"
     "1fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "343236343739373234",
     "16aea964a2f6506d6f78c81c91fc7e8bded7d397738448de1e19a0ec580bf266252cd762130c6667cfe8"
     "b7bc47d27d78391e8e80c578d1cd38c3ff033be928e9",
     SS_OK},
    {"ArithmeticError: k*G has a large x-coordinate", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "040ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103c5011e6ef2c42dcd50"
     "d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e",
     "313233343030",
     "000000000000000000000000000000004319055358e8617b0c46353d039cdaabffffffff00000000ffff"
     "ffffffffffffbce6faada7179e84f3b9cac2fc63254e",
     SS_OK},
    {"ArithmeticError: r too large", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "040ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103c5011e6ef2c42dcd50"
     "d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e",
     "313233343030",
     "ffffffff00000001000000000000000000000000fffffffffffffffffffffffcffffffff00000000ffff"
     "ffffffffffffbce6faada7179e84f3b9cac2fc63254e",
     SS_E_bad_signature},
    {"SmallRandS: small r and s", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "04a71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac9575d47723c8fbe580bb3"
     "69fec9c2665d8e30a435b9932645482e7c9f11e872296b",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000500000000000000000000"
     "00000000000000000000000000000000000000000001",
     SS_OK},
    {"ModularInverse: edge case modular inverse", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "0461722eaba731c697c7a9ba4d0afdbb5713d8aa12b0eab601bb33dbaf792c5adc272cd993b2b663aba5"
     "b3a26c101182ff178684945e83879e71598b95fe647dfc",
     "313233343030",
     "555555550000000055555555555555553ef7a8e48d07df81a693439654210c7002f676969f451a8ccafa"
     "4c4f09791810e6d632dbd60b1d5540f3284fbe1889b0",
     SS_OK},
    {"PointDuplication: point at infinity during verify", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "04b533d4695dd5b8c5e07757e55e6e516f7e2c88fa0239e23f60e8ec07dd70f2871b134ee58cc5832784"
     "56863f33c3a85d881f7d4a39850143e29d4eaf009afe47",
     "313233343030",
     "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a855555555000000005555"
     "5555555555553ef7a8e48d07df81a693439654210c70",
     SS_E_bad_signature},
    {"PointDuplication: point duplication during verification", SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "045b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc46963838a40f2a36092e900"
     "4e92d8d940cf5638550ce672ce8b8d4e15eba5499249e9",
     "313233343030",
     "6f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569bb726660235793aa9957"
     "a61e76e00c2c435109cf9a15dd624d53f4301047856b",
     SS_OK},
    {"EdgeCasePublicKey: x-coordinate of the public key has many trailing 0's", SS_KEY_ECDSA_P256,
     &ss_hash_sha256,
     "044f337ccfd67726a805e4f1600ae2849df3807eca117380239fbd816900000000ed9dea124cc8c39641"
     "6411e988c30f427eb504af43a3146cd5df7ea60666d685",
     "4d657373616765",
     "d434e262a49eab7781e353a3565e482550dd0fd5defa013c7f29745eff3569f19b0c0a93f267fb6052fd"
     "8077be769c2b98953195d7bc10de844218305c6ba17a",
     SS_OK},
    {"ValidSignature: pseudorandom signature", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "0429bdb76d5fa741bfd70233cb3a66cc7d44beb3b0663d92a8136650478bcefb61ef182e155a54345a5e"
     "8e5e88f064e5bc9a525ab7f764dad3dae1468c2b419f3b62b9ba917d5e8c4fb1ec47404a3fc76474b271"
     "3081be9db4c00e043ada9fc4a3",
     "",
     "32401249714e9091f05a5e109d5c1216fdc05e98614261aa0dbd9e9cd4415dee29238afbd3b103c1e40e"
     "e5c9144aee0f4326756fb2c4fd726360dd6479b5849478c7a9d054a833a58c1631c33b63c3441336ddf2"
     "c7fe0ed129aae6d4ddfeb753",
     SS_OK},
    {"ModifiedSignature: modifying first byte of r", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772"
     "d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0"
     "d6091f9e4d88f014274406174f",
     "313233343030",
     "10b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd"
     "3394f1c548d7e7bf25603e2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba8"
     "9325dfd04fecc47bff426f82",
     SS_E_bad_signature},
    {"ModifiedInteger: replaced r by n - r", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772"
     "d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0"
     "d6091f9e4d88f014274406174f",
     "313233343030",
     "ed4cf541094ab8901949ed51aa83fbda99e1d94bb4e401e5ec7083591125fd5b9d8bc2cd7c6b0748e22e"
     "e5d5daffe09ce7bf25603e2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba8"
     "9325dfd04fecc47bff426f82",
     SS_E_bad_signature},
    {"InvalidSignature: Signature with special case values r=0 and s=0", SS_KEY_ECDSA_P384,
     &ss_hash_sha384,
     "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772"
     "d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0"
     "d6091f9e4d88f014274406174f",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000",
     SS_E_bad_signature},
    {"EdgeCaseShamirMultiplication: Edge case for Shamir multiplication", SS_KEY_ECDSA_P384,
     &ss_hash_sha384,
     "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772"
     "d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0"
     "d6091f9e4d88f014274406174f",
     "3133323237",
     "ac042e13ab83394692019170707bc21dd3d7b8d233d11b651757085bdd5767eabbb85322984f14437335"
     "de0cdf565684bd770d3ee4beadbabe7ca46e8c4702783435228d46e2dd360e322fe61c86926fa49c8116"
     "ec940f72ac8c30d9beb3e12f",
     SS_OK},
    {"SpecialCaseHash: special case hash", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772"
     "d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0"
     "d6091f9e4d88f014274406174f",
     "31373530353531383135",
     "d3298a0193c4316b34e3833ff764a82cff4ef57b5dd79ed6237b51ff76ceab13bf92131f41030515b7e0"
     "12d2ba857830bfc7518d2ad20ed5f58f3be79720f1866f7a23b3bd1bf913d3916819d008497a07104631"
     "1d3c2fd05fc284c964a39617",
     SS_OK},
    {"ArithmeticError: k*G has a large x-coordinate", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "044bf4e52f958427ebb5915fb8c9595551b4d3a3fdab67badd9d6c3093f425ba43630df71f42f0eb7cea"
     "a94d9f6448a85dd30331588249fd2fdc0b309ec7ed8481bc16f27800c13d7db700fc82e1b1c8545aa0c0"
     "d3b56e3bfe789fc18a916887c2",
     "313233343030",
     "000000000000000000000000000000000000000000000000389cb27e0bc8d21fa7e5f24cb74f58851313"
     "e696333ad68bffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db2"
     "48b0a77aecec196accc52970",
     SS_OK},
    {"ArithmeticError: r too large", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "044bf4e52f958427ebb5915fb8c9595551b4d3a3fdab67badd9d6c3093f425ba43630df71f42f0eb7cea"
     "a94d9f6448a85dd30331588249fd2fdc0b309ec7ed8481bc16f27800c13d7db700fc82e1b1c8545aa0c0"
     "d3b56e3bfe789fc18a916887c2",
     "313233343030",
     "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff000000000000"
     "0000fffffffeffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db2"
     "48b0a77aecec196accc52970",
     SS_E_bad_signature},
    {"SmallRandS: small r and s", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "04554f2fd0b700a9f4568752b673d9c0d29dc96c10fe67e38c6d6d339bfafe05f970da8c3d2164e82031"
     "307a44bd32251171312b61b59113ff0bd3b8a9a4934df262aa8096f840e9d8bffa5d7491ded87b38c496"
     "f9b9e4f0ba1089f8d3ffc88a9f",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000002000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000001",
     SS_OK},
    {"ModularInverse: edge case modular inverse", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "045abbf618a084f67138c418a896d61af3af1826040835b73e7619846b495eba6f7eeaa2e9cc61c85f61"
     "00fedc25c16743b065a427bc503139529e4faa63dda553aed2696fd02c2b6ceb2d941d2c4363cf9ac7a6"
     "759d50e8b9d07fe286f17cef5c",
     "313233343030",
     "55555555555555555555555555555555555555555555555542766f2b5167b9f51d5e0490c2e58d28f9a4"
     "0878eeec6326427f8227a67d9422557647d27945a90ae1d2ec2931f90113cd5b407099e3d8f5a889d620"
     "69e64c0e1c4efe29690b0992",
     SS_OK},
    {"PointDuplication: point at infinity during verify", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "04f896353cc3a8afdd543ec3aef062ca97bc32ed1724ea38b940b8c0ea0e23b34187afbe70daf8dbaa5b"
     "511557e5d2bddac4bd265da67ceeafca636f6f4c0472f22a9d02e2289184f73bbb700ae8fc921eff4920"
     "f290bfcb49fbb232cc13a21028",
     "313233343030",
     "7fffffffffffffffffffffffffffffffffffffffffffffffe3b1a6c0fa1b96efac0d06d9245853bd7676"
     "0cb5666294b955555555555555555555555555555555555555555555555542766f2b5167b9f51d5e0490"
     "c2e58d28f9a40878eeec6326",
     SS_E_bad_signature},
    {"PointDuplication: point duplication during verification", SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "04e585a067d6dff37ae7f17f81583119b61291597345f107acffe237a08f4886d4fdf94fe63182e6143c"
     "99be25a7b7d86b572c1e06dd2c7b94b873f0578fcb2b99d60e246e51245d0804edd44b32f0f000c8f8f8"
     "8f1d4a65fea51dbbb4ab1e2823",
     "313233343030",
     "b37699e0d518a4d370dbdaaaea3788850fa03f8186d1f78fdfbae6540aa670b31c8ada0fff3e737bd695"
     "20560fe0ce6064adb4d51a93f96bed4665de2d4e1169cc95819ec6e9333edfd5c07ca134ceef7c95957b"
     "719ae349fc439eaa49fbbe34",
     SS_OK},
    {"EdgeCasePublicKey: x-coordinate of the public key is large", SS_KEY_ECDSA_P384,
     &ss_hash_sha384,
     "04ffffffffaa63f1a239ac70197c6ebfcea5756dc012123f82c51fa874d66028be00e976a1080606737c"
     "c75c40bdfe4aacacbd85389088a62a6398384c22b52d492f23f46e4a27a4724ad55551da5c483438095a"
     "247cb0c3378f1f52c3425ff9f1",
     "4d657373616765",
     "07648b6660d01ba2520a09d298adf3b1a02c32744bd2877208f5a4162f6c984373139d800a4cdc1ffea1"
     "5bce4871a0ed99fd367012cb9e02cde2749455e0d495c52818f3c14f6e6aad105b0925e2a7290ac4a06d"
     "9fadf4b15b578556fe332a5f",
     SS_OK},
    {"ValidSignature: pseudorandom signature", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04012a908bfc5b70e17bdfae74294994808bf2a42dab59af8b0523a026d640a2a3d6d344520b62177e2c"
     "fa339ca42fb0883ec425904fbda2833a3b5b0a9a00811365d8012333d532f8f8eb1a623c378a36946511"
     "92bbda833e3b8d7b8f90b2bfc9b045f8a55e1b6a5fe1512c400c4bc9c86fd7c699d642f5cee9bb827c8b"
     "0abc0da01cef1e",
     "",
     "01625d6115092a8e2ee21b9f8a425aa73814dec8b2335e86150ab4229f5a3421d2e6256d632c7a4365a1"
     "ee01dd2a936921bbb4551a512d1d4b5a56c314e4a02534c501b792d23f2649862595451055777bda1b02"
     "dc6cc8fef23231e44b921b16155cd42257441d75a790371e91819f0a9b1fd0ebd02c90b5b774527746ed"
     "9bfe743dbe2f",
     SS_OK},
    {"ModifiedSignature: modifying first byte of r", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "313233343030",
     "004c4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a"
     "04f66fda48351de7bbfd515720b0ec5cd736f9b73bdf86450028b5d0926a4172b349b0fd2e929487a5ed"
     "b94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d5285e174a01a930"
     "22fea8318ac1",
     SS_E_bad_signature},
    {"RangeCheck: replaced r by r + n", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "313233343030",
     "024e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbe97b3367122fa4a205"
     "84c271233f3ec3b7f7b31b0faa4d340b92a6b0d5cd17ea4e0028b5d0926a4172b349b0fd2e929487a5ed"
     "b94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d5285e174a01a930"
     "22fea8318ac1",
     SS_E_bad_signature},
    {"ModifiedInteger: replaced r by n - r", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "313233343030",
     "01b1bddc11bc17347621c4ecc6003d861a7d07d3854f08e4421bc241c8b538a0040b27d9a7f54eba8ad1"
     "7ad5916eaed487e87fb8786168eb5b51e438bd675558ddc40028b5d0926a4172b349b0fd2e929487a5ed"
     "b94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d5285e174a01a930"
     "22fea8318ac1",
     SS_E_bad_signature},
    {"IntegerOverflow: replaced r by r + 2**521", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "313233343030",
     "024e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a"
     "04f66fda48351de7bbfd515720b0ec5cd736f9b73bdf86450028b5d0926a4172b349b0fd2e929487a5ed"
     "b94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d5285e174a01a930"
     "22fea8318ac1",
     SS_E_bad_signature},
    {"InvalidSignature: Signature with special case values r=0 and s=0", SS_KEY_ECDSA_P521,
     &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000",
     SS_E_bad_signature},
    {"EdgeCaseShamirMultiplication: Edge case for Shamir multiplication", SS_KEY_ECDSA_P521,
     &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "39353032",
     "00b4b10646a668c385e1c4da613eb6592c0976fc4df843fc446f20673be5ac18c7d8608a943f019d9621"
     "6254b09de5f20f3159402ced88ef805a4154f780e093e0440065cd4e7f2d8b752c35a62fc11a4ab745a9"
     "1ca80698a226b41f156fb764b79f4d76548140eb94d2c477c0a9be3e1d4d1acbf9cf449701c10bd47c2e"
     "3698b3287934",
     SS_OK},
    {"SpecialCaseHash: special case hash", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd7739"
     "2ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63"
     "033c3db4e60d473259b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d8959"
     "42d7d101cb83f6",
     "33393439313934313732",
     "01209e6f7b6f2f764261766d4106c3e4a43ac615f645f3ef5c7139651e86e4a177f9c2ab68027afbc678"
     "4ccb78d05c258a8b9b18fb1c0f28be4d024da90738fbd37401ade5d2cb6bf79d80583aeb11ac3254fc15"
     "1fa363305508a0f121457d00911f8f5ef6d4ec27460d26f3b56f4447f434ff9abe6a91e5055e7fe77073"
     "45e562983d64",
     SS_OK},
    {"ArithmeticError: k*G has a large x-coordinate", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "0400491cd6c5f93b7414d6d45cfe3d264bd077fc4427a4b0afede76cac537a7ca5ee2c44564258260f76"
     "91b81fdfecebfd03ba672277875c5b311ea920e74fb3978af50144a353a251b4297894161bae12d16a89"
     "c33b719f904cfccc277df78cea5379198642fd549df919904dc0cf3662eeab01ef11b8e3cb49b51b853d"
     "98f042600c0997",
     "313233343030",
     "00000000000000000000000000000000000000000000000000000000000000000005ae79787c40d06994"
     "8033feb708f65a2fc44a36477663b851449048e16ec79bf501ffffffffffffffffffffffffffffffffff"
     "fffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6f"
     "b71e91386406",
     SS_OK},
    {"ArithmeticError: r too large", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "0400491cd6c5f93b7414d6d45cfe3d264bd077fc4427a4b0afede76cac537a7ca5ee2c44564258260f76"
     "91b81fdfecebfd03ba672277875c5b311ea920e74fb3978af50144a353a251b4297894161bae12d16a89"
     "c33b719f904cfccc277df78cea5379198642fd549df919904dc0cf3662eeab01ef11b8e3cb49b51b853d"
     "98f042600c0997",
     "313233343030",
     "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "fffffffffffffffffffffffffffffffffffffffffffffffe01ffffffffffffffffffffffffffffffffff"
     "fffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6f"
     "b71e91386406",
     SS_E_bad_signature},
    {"SmallRandS: small r and s", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04005e7eb6c4f481830abaad8a60ddb09891164ee418ea4cd2995062e227d33c229fb737bf330703097d"
     "6b3b69a3f09e79c9de0b402bf846dd26b5bb1191cff801355d01789c9afda567e61de414437b0e93a176"
     "11e6e76853762bc0aff1e2bc9e46ce1285b931651d7129b85aef2c1fab1728e7eb4449b2956dec33e6cd"
     "7c9ba125c5cd9d",
     "313233343030",
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000001000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000001",
     SS_OK},
    {"ModularInverse: edge case modular inverse", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04003877bf6711c3c088da9b4a18e6e9f5d2d6611fa56d67b5664a142a744aebd31ab4b85672fce0eed8"
     "006fec114afcd1f6eeced0c9751ac62a684840f7e0ba2928a1004055ce08f42ce5aeeac80a2536e75dd9"
     "36785e6e38691092b030cd2261f5ebd9d1529a8cb85657d95e30febd37a7f5e523fda7780d56e27570ec"
     "b626a2570661ba",
     "313233343030",
     "00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa8c5d782813fba8779"
     "2a9955c2fd033745693c9892d8896d3a3e7a925f85bd76ad003766c66283b12cbccb593f39d32c356cb4"
     "ab940931bedf5d8053458cd26d03b1e9ba364d2056a8c3c7fd8b8f47ab8277adee9bc701ffe1fabde72a"
     "01dc098f76db",
     SS_OK},
    {"PointDuplication: point at infinity during verify", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04002a07f13f3e8df382145b7942fe6f91c12ff3064b314b4e3476bf3afbb982070f17f63b2de5fbe8c9"
     "1a87ae632869facf17d5ce9d139b37ed557581bb9a7e4b8fa30024b904c5fc536ae53b323a7fd0b7b8e4"
     "20302406ade84ea8a10ca7c5c934bad5489db6e3a8cc3064602cc83f309e9d247aae72afca08336bc891"
     "9e15f4be5ad77a",
     "313233343030",
     "00fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd28c343c1df97cb35"
     "bfe600a47b84d2e81ddae4dc44ce23d75db7db8f489c320400aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa8c5d782813fba87792a9955c2fd033745693c9892d8896d3a3e7a"
     "925f85bd76ad",
     SS_E_bad_signature},
    {"PointDuplication: point duplication during verification", SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "04016fce9f375bbd2968adaaf3575595129ef3e721c3b7c83d5a4a79f4b5dfbbdb1f66da7243e5120c5d"
     "bd7be1ca073e04b4cc58ca8ce2f34ff6a3d02a929bf2fc27970083f130792d6c45c8f2a67471e51246e2"
     "b8781465b8291cbda66d22719cd536bf801e0076030919d5701732ce7678bf472846ed0777937ed77caa"
     "d74d05664614a2",
     "313233343030",
     "0090c8d0d718cb9d8d81094e6d068fb13c16b4df8c77bac676dddfe3e68855bed06b9ba8d0f8a80edce0"
     "3a9fac7da561e24b1cd22d459239a146695a671f81f73aaf01150b0fe9f0dff27fa180cc9442c3bfc9e3"
     "95232898607b110a51bcb1086cb9726e251a07c9557808df32460715950a3dc446ae4229b9ed59fe241b"
     "389aee3a6963",
     SS_OK},
    {"EdgeCasePublicKey: y-coordinate of the public key is small", SS_KEY_ECDSA_P521,
     &ss_hash_sha512,
     "0400304b3d071ed1ef302391b566af8c9d1cb7afe9aabc141ac39ab39676c63e48c1b2c6451eb460e452"
     "bd573e1fb5f15b8e5f9c03f634d8db6897285064b3ce9bd98a00000000009b98bfd33398c2cf8606fc0a"
     "e468b6d617ccb3e704af3b8506642a775d5b4da9d00209364a9f0a4ad77cbac604a015c97e6b5a18844a"
     "589a4f1c7d9625",
     "4d657373616765",
     "011c9684af6dc52728410473c63053b01c358d67e81f8a1324ad711c60481a4a86dd3e75de20ca55ce7a"
     "9a39b1f82fd5da4fadf26a5bb8edd467af8825efe47462180034c058aba6488d6943e11e0d1348429449"
     "ea17ac5edf8bcaf654106b98b2ddf346c537b8a9a3f9b3174b77637d220ef5318dbbc33d0aac0fe2dded"
     "a17b23cb2de6",
     SS_OK},
};

Test(pkey_ecdsa, each_class_of_wycheproof)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(rows[i].pub)};
        struct ss_pkey *pkey = NULL;
        ss_err err;

        cr_assert(ss_pkey_make(&test_counted()->env, rows[i].kind, &parts, &pkey) == SS_OK, "%s",
                  rows[i].what);
        err = ss_pkey_verify(pkey, rows[i].hash, test_hex(rows[i].message),
                             test_guarded(test_hex(rows[i].signature)));
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        ss_pkey_free(&pkey);
    }
}

/* RFC 6979 appendix A.2: the keys of P-384 and P-521. */
Test(pkey_ecdsa, a_scalar_and_its_point_belong_together)
{
    static const struct {
        enum ss_key_kind kind;
        unsigned bits;
        const char *priv, *order;
        size_t scalar, point;
    } curves[] = {
        {SS_KEY_ECDSA_P384, 384,
         "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea6"
         "0d2"
         "edf5",
         "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196ac"
         "cc5"
         "2973",
         48, 97},
        {SS_KEY_ECDSA_P521, 521,
         "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a"
         "6d1"
         "6fcc1466f6d8fbec67db89ec0c08b0e996b83538",
         "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fc"
         "c01"
         "48f709a5d03bb5c9b8899c47aebb6fb71e91386409",
         66, 133},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(curves); i++) {
        struct ss_pkey_parts parts = {.priv = test_hex(curves[i].priv)}, got, both;
        struct ss_pkey *pkey = NULL, *again = NULL;
        struct ss_buf store;

        ss_buf_init(&store, &test_counted()->env, 4096);
        cr_assert(ss_pkey_make(&test_counted()->env, curves[i].kind, &parts, &pkey) == SS_OK);
        cr_assert(ss_pkey_export(pkey, true, &store, &got) == SS_OK);
        cr_expect(ss_pkey_bits(pkey) == curves[i].bits && ss_pkey_is_private(pkey));
        cr_expect(got.priv.size == curves[i].scalar && got.pub.size == curves[i].point);
        kit_expect(got.priv, test_hex(curves[i].priv), "scalar");
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &got, &again) == SS_OK);
        ss_pkey_free(&again);
        both = got;
        both.priv = test_hex("02");
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        both.priv = test_hex(curves[i].order);
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        both.priv = ss_span_make(NULL, 0);
        both.pub = ss_span_part(got.pub, 0, got.pub.size - 1);
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        /* A point of one curve is on no other. */
        both.pub = got.pub;
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_ECDSA_P256, &both, &again) ==
                  SS_E_bad_key);
        ss_buf_fini(&store);
        ss_pkey_free(&pkey);
    }
}
