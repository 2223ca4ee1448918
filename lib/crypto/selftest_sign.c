/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_sign.c - known answers: signatures.
 *
 * Owns: published keys and what they sign.
 * Not here: hashes, MACs, ciphers (selftest.c), key exchange (selftest_key.c). What security keys
 *   sign is made in lib/keys, of Ed25519 and P-256.
 * Called by: selftest.c.
 * Follows: Ed25519, Ed448: RFC 8032 sections 7.1 test 2 and 7.4 "1 octet". ECDSA: RFC 6979
 *   appendices A.2.5 to A.2.7, DSA: A.2.1, each with the hash that SSH has for it and "sample".
 *   RSA: RFC 7515 appendix A.2; its key signs with SHA-512 and SHA-1 too, computed apart from any
 *   library. ML-DSA-44: the first answer of Wycheproof's mldsa_44_sign_seed_test, whose signature
 *   of 2420 bytes stands here as its SHA-256; the composite's two halves are tested each alone. */
#include "crypto/mldsa.h"
#include "crypto/selftest.h"

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

static const char dsa_p[] =
    "86f5ca03dcfeb225063ff830a0c769b9dd9d6153ad91d7ce27f787c43278b447e6533b86b18bed6e8a48"
    "b784a14c252c5be0dbf60b86d6385bd2f12fb763ed8873abfd3f5ba2e0a8c0a59082eac056935e529daf"
    "7c610467899c77adedfc846c881870b7b19b2b58f9be0521a17002e3bdd6b86685ee90b3d9a1b02b782b"
    "1779";
static const char dsa_q[] = "996f967f6c8e388d9e28d01e205fba957a5698b1";
static const char dsa_g[] =
    "07b0f92546150b62514bb771e2a0c0ce387f03bda6c56b505209ff25fd3c133d89bbcd97e904e09114d9"
    "a7defdeadfc9078ea544d2e401aeecc40bb9fbbf78fd87995a10a1c27cb7789b594ba7efb5c4326a9fe5"
    "9a070e136db77175464adca417be5dce2f40d10a46a3a3943f26ab7fd9c0398ff8c76ee0a56826a8a88f"
    "1dbd";

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
    {
        .alg = &ss_sign_ecdsa_nistp384,
        .message = "sample",
        .pub =
            "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064"
            "a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b23"
            "1c3ae0d4fe7344fd2533264720",
        .priv =
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872"
            "c9ea60d2edf5",
        .signature =
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36"
            "dd1e80fabe4699ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145"
            "786e679e7b82c71a38628ac8",
    },
    {
        .alg = &ss_sign_ecdsa_nistp521,
        .message = "sample",
        .pub =
            "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d"
            "5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e645841"
            "39c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea6695"
            "6dfeaa2bfdfcf5",
        .priv =
            "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c7085"
            "5836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
        .signature =
            "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450"
            "606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa00617cce7cf5064806c467f678d3b4080d6f"
            "1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1e"
            "e0e44da4a67a",
    },
    {
        .alg = &ss_sign_ed448,
        .message = "\x03",
        .pub =
            "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b843"
            "8ea4cb82169c235160627b4c3a9480",
        .priv =
            "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3b"
            "c397a659949ef8021e954e0a12274e",
        .signature =
            "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f"
            "62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7"
            "e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00",
    },
    {
        .alg = &ss_sign_rsa_sha1,
        .message = jws_text,
        .pub = "",
        .priv = "",
        .signature =
            "77b362ec1f7111c8a73c4d8be14fe29a376601cf7a9bcd9b3ff54c4a3f178e494840d37fed96724199ba"
            "92623b4995f590c668dfb74b37be2639a7647210782d4a188d4ce13e7d80984516341ec5c5c06ee3cec4"
            "7fd7253ea12b63b15f3352e762b5679925c74fe662ec1d78ebecd49306e40c1e727caabd0338b294bc65"
            "7fe0447e1c524890d90ff4ffd2d0f3fbbff1a8b421ad76178f7ce8d9df54ebbb836867858eb68af80711"
            "8e3dec9ff8eda55eb8fe8de12b59087540eb198f90a69890c4b780bf06b7755c13076a9a37dca6e6b999"
            "860f495a627625f27221c95a31153c044d4dec9d5885cd13a05c82c2a664ee53abcec31dd54af7ebdb24"
            "daf6369f",
    },
    {
        .alg = &ss_sign_dss,
        .message = "sample",
        .pub =
            "5df5e01ded31d0297e274e1691c192fe5868fef9e19a84776454b100cf16f65392195a38b90523e2542e"
            "e61871c0440cb87c322fc4b4d2ec5e1e7ec766e1be8d4ce935437dc11c3c8fd426338933ebfe739cb346"
            "5f4d3668c5e473508253b1e682f65cbdc4fae93c2ea212390e54905a86e2223170b44eaa7da5dd9ffcfb"
            "7f3b",
        .priv = "411602cb19a6ccc34494d79d98ef1e7ed5af25f7",
        .signature =
            "2e1a0c2562b2912caaf89186fb0f42001585da5529efb6b0aff2d7a68eb70ca313022253b9a88df5",
    },
};

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
    if (row->alg->kind == SS_KEY_DSA) {
        parts.p = part(dsa_p, bytes.p);
        parts.q = part(dsa_q, bytes.q);
        parts.g = part(dsa_g, bytes.n);
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
    struct ss_env repeating = *env;
    struct ss_pkey *pkey = NULL;
    struct ss_buf signature;
    ss_err err;

    repeating.deterministic = true;
    ss_buf_init(&signature, env, SS_SELFTEST_MAX);
    err = make_key(env, row, &pkey);
    if (err == SS_OK)
        err = run_sign(row, &repeating, pkey, &signature);
    ss_buf_fini(&signature);
    ss_pkey_free(&pkey);
    return err;
}

/* ---- ML-DSA-44 ---- */

struct mldsa_bytes {
    uint8_t seed[SS_MLDSA44_SEED], random[32];
    uint8_t public_key[SS_MLDSA44_PUBLIC], signature[SS_MLDSA44_SIGNATURE];
};

static bool hash_is(ss_span bytes, const char *hex)
{
    uint8_t digest[SS_HASH_MAX];

    return ss_hash_sha256.digest(&bytes, 1, digest) == SS_OK &&
           ss_selftest_same(ss_span_make(digest, ss_hash_sha256.size), hex);
}

static ss_err run_mldsa(const struct ss_env *env, struct mldsa_bytes *m)
{
    const ss_span nothing = {NULL, 0}, text = ss_span_of("Hello world");
    const ss_span signature = ss_span_make(m->signature, sizeof m->signature);
    ss_err err;

    memset(m->seed, 0x2a, sizeof m->seed);
    SS_TRY(ss_mldsa44_public(env, m->seed, m->public_key));
    if (!hash_is(ss_span_make(m->public_key, sizeof m->public_key),
                 "d87f8ca136ac1aa55e2d6c4521680efb3a378cbb9bc0bfb446e9c60893931ea3"))
        return SS_E_crypto;
    SS_TRY(ss_mldsa44_sign(env, m->seed, nothing, text, m->random, m->signature));
    if (!hash_is(signature, "8cd6fc03daa72e87210a4e721523e84c14f27733789075e65736744d4787fdd5"))
        return SS_E_crypto;
    SS_TRY(ss_mldsa44_verify(env, m->public_key, nothing, text, signature));
    err = ss_mldsa44_verify(env, m->public_key, text, text, signature);
    if (err == SS_E_bad_signature)
        return SS_OK;
    return err == SS_OK ? SS_E_crypto : err;
}

static ss_err test_mldsa(const struct ss_env *env)
{
    struct mldsa_bytes *m = ss_alloc(env, sizeof *m);
    ss_err err = m != NULL ? run_mldsa(env, m) : SS_E_no_memory;

    ss_free(env, m, sizeof *m);
    return err == SS_E_bad_signature ? SS_E_crypto : err;
}

ss_err ss_selftest_signatures(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < SS_COUNT(sign_rows); i++) {
        *out_name = sign_rows[i].alg->name;
        err = test_sign(env, &sign_rows[i]);
    }
    if (err == SS_OK) {
        *out_name = ss_sign_mldsa44_ed25519.name;
        err = test_mldsa(env);
    }
    return err;
}

/* The composite is the last: its halves are answered each alone. */
const void *ss_selftest_signatures_alg(size_t i)
{
    if (i < SS_COUNT(sign_rows))
        return sign_rows[i].alg;
    return i == SS_COUNT(sign_rows) ? &ss_sign_mldsa44_ed25519 : NULL;
}
