/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_rsa.c - RSA keys: generated, taken apart, put together, and refused when bent.
 *
 * Follows: RFC 8017 section 3.2 for what the parts have to do with each other, section 8.2 for what
 *   a signature is. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>
#include <openssl/bn.h>
#include <stdio.h>

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

/* ---- paddings that are none ---- */

enum { SIZE = 256 }; /* bytes of a key of 2048 bits */

/* What a signature of these bytes, seen as a number, would be: the power that a signer takes. */
static void raw_sign(const struct ss_pkey_parts *parts, const uint8_t *block, uint8_t *out)
{
    BIGNUM *m = BN_bin2bn(block, SIZE, NULL), *d, *n;
    BN_CTX *ctx = BN_CTX_new();

    d = BN_bin2bn(parts->d.data, (int)parts->d.size, NULL);
    n = BN_bin2bn(parts->n.data, (int)parts->n.size, NULL);
    cr_assert(BN_mod_exp(m, m, d, n, ctx) == 1 && BN_bn2binpad(m, out, SIZE) == SIZE);
    BN_free(m);
    BN_free(d);
    BN_free(n);
    BN_CTX_free(ctx);
}

static const char text[] = "a message";

/* What stands between the padding and the digest (RFC 8017 section 9.2, note 1), and what else was
 * taken for it. A '*' is the digest. */
static const struct padding {
    const char *what, *info;
    size_t short_by; /* bytes of padding left out, which stand behind as zeros */
    uint8_t type, filler;
    ss_err want;
} paddings[] = {
    {"as it must be", "3031300d060960864801650304020105000420*", 0, 1, 0xff, SS_OK},
    {"no parameters",
     "302f300b0609608648016503040201"
     "0420*",
     0, 1, 0xff, SS_E_bad_signature},
    {"a length in long form", "308131300d060960864801650304020105000420*", 0, 1, 0xff,
     SS_E_bad_signature},
    {"an inner length in long form", "303230810d060960864801650304020105000420*", 0, 1, 0xff,
     SS_E_bad_signature},
    {"a length in indefinite form", "3080300d060960864801650304020105000420*0000", 0, 1, 0xff,
     SS_E_bad_signature},
    {"a length that is one too long", "3032300d060960864801650304020105000420*", 0, 1, 0xff,
     SS_E_bad_signature},
    {"a digest with a byte behind", "3031300d060960864801650304020105000420*00", 0, 1, 0xff,
     SS_E_bad_signature},
    {"a byte behind that counts", "3033300d060960864801650304020105000420*0500", 0, 1, 0xff,
     SS_E_bad_signature},
    {"parameters that are none", "3033300f06096086480165030402010502abcd0420*", 0, 1, 0xff,
     SS_E_bad_signature},
    {"SHA-512 by name", "3031300d060960864801650304020305000420*", 0, 1, 0xff, SS_E_bad_signature},
    {"SHA-1 by name", "302d300906052b0e03021a05000420*", 0, 1, 0xff, SS_E_bad_signature},
    {"the digest alone", "*", 0, 1, 0xff, SS_E_bad_signature},
    {"the message itself", "61206d657373616765", 0, 1, 0xff, SS_E_bad_signature},
    {"another digest",
     "3031300d0609608648016503040201050004200000000000000000000000000000000000000000000000000000"
     "000000000000",
     0, 1, 0xff, SS_E_bad_signature},
    {"the padding of encryption", "3031300d060960864801650304020105000420*", 0, 2, 0xff,
     SS_E_bad_signature},
    {"block type 0", "3031300d060960864801650304020105000420*", 0, 0, 0, SS_E_bad_signature},
    {"another filler", "3031300d060960864801650304020105000420*", 0, 1, 0xfe, SS_E_bad_signature},
    {"garbage behind a short padding", "3031300d060960864801650304020105000420*", 190, 1, 0xff,
     SS_E_bad_signature},
    {"one byte of padding less", "3031300d060960864801650304020105000420*", 1, 1, 0xff,
     SS_E_bad_signature},
};

static void make_block(const struct padding *padding, uint8_t *block)
{
    char hex[400] = "";
    const char *star = strchr(padding->info, '*');
    const ss_span message = ss_span_of(text);
    uint8_t digest[32];
    ss_span info;
    size_t i, from;

    cr_assert(ss_hash_sha256.digest(&message, 1, digest) == SS_OK);
    (void)snprintf(hex, sizeof hex, "%.*s",
                   (int)(star != NULL ? star - padding->info : (long)strlen(padding->info)),
                   padding->info);
    for (i = 0; star != NULL && i < sizeof digest; i++)
        (void)snprintf(hex + strlen(hex), 3, "%02x", digest[i]);
    if (star != NULL)
        (void)snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "%s", star + 1);
    info = test_hex(hex);
    from = SIZE - info.size - padding->short_by;
    memset(block, padding->filler, SIZE);
    memset(block + from, 0, SIZE - from);
    block[0] = 0;
    block[1] = padding->type;
    block[from - 1] = 0;
    memcpy(block + from, info.data, info.size);
}

static void expect(const struct ss_pkey *pkey, ss_span signature, ss_err want, const char *what)
{
    ss_err err = ss_pkey_verify(pkey, &ss_hash_sha256, ss_span_of(text), test_guarded(signature));

    cr_expect(err == want, "%s: %s", what, ss_err_name(err));
}

Test(pkey_rsa, only_one_padding_is_a_signature)
{
    struct ss_pkey *pkey = generated(6, 2048);
    uint8_t block[SIZE], signature[SIZE];
    struct ss_pkey_parts parts;
    struct ss_buf store;
    size_t i;

    parts_of(pkey, &store, &parts);
    for (i = 0; i < SS_COUNT(paddings); i++) {
        make_block(&paddings[i], block);
        raw_sign(&parts, block, signature);
        expect(pkey, ss_span_make(signature, SIZE), paddings[i].want, paddings[i].what);
    }
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

/* s + n is the same number modulo n, and no signature. */
Test(pkey_rsa, signatures_out_of_range_are_refused)
{
    struct ss_pkey *pkey = generated(6, 2048);
    uint8_t block[SIZE], good[SIZE], bad[SIZE + 1] = {0};
    struct ss_pkey_parts parts;
    struct ss_buf store;
    BIGNUM *s, *n;
    size_t size;

    parts_of(pkey, &store, &parts);
    make_block(&paddings[0], block);
    raw_sign(&parts, block, good);
    s = BN_bin2bn(good, SIZE, NULL);
    n = BN_bin2bn(parts.n.data, (int)parts.n.size, NULL);
    cr_assert(BN_add(s, s, n) == 1);
    size = BN_num_bytes(s) > SIZE ? SIZE + 1 : SIZE;
    cr_assert(BN_bn2binpad(s, bad, (int)size) == (int)size);
    expect(pkey, ss_span_make(good, SIZE), SS_OK, "reduced");
    expect(pkey, ss_span_make(bad, size), SS_E_bad_signature, "not reduced");
    memset(bad, 0, sizeof bad);
    memcpy(bad + 1, good, SIZE);
    expect(pkey, ss_span_make(bad, SIZE + 1), SS_E_bad_signature, "a zero in front");
    expect(pkey, ss_span_make(good, SIZE - 1), SS_E_bad_signature, "cut");
    expect(pkey, ss_span_make(good, 0), SS_E_bad_signature, "nothing");
    expect(pkey, parts.n, SS_E_bad_signature, "n");
    memset(bad, 0, sizeof bad);
    expect(pkey, ss_span_make(bad, SIZE), SS_E_bad_signature, "0");
    bad[SIZE - 1] = 1;
    expect(pkey, ss_span_make(bad, SIZE), SS_E_bad_signature, "1");
    BN_free(s);
    BN_free(n);
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}
