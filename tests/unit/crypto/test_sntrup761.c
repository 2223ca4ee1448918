/* SPDX-License-Identifier: Apache-2.0 */
/* test_sntrup761.c - sntrup761: published answers, encodings, implicit rejection.
 *
 * Follows: NTRU Prime, round 3. The first answer of NIST's file is known by the SHA-256 digest of
 *   its text. The other rows were made with OpenSSH's sntrup761 and a counting SHA-512 stream;
 *   they stand as SHA-512 digests. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "crypto/selftest.h"
#include "tests/unit/crypto/kit_kem.h"

static const struct ss_kem_alg *const alg = &ss_kem_sntrup761;

static size_t put_line(char *text, const char *name, const uint8_t *bytes, size_t n)
{
    size_t at = (size_t)sprintf(text, "%s = ", name), i;

    for (i = 0; i < n; i++)
        at += (size_t)sprintf(text + at, "%02X", bytes[i]);
    text[at++] = '\n';
    return at;
}

Test(sntrup761, the_first_answer_of_round_3)
{
    static char text[16384];
    ss_span seed = test_hex("061550234d158c5ec95595fe04ef7a25767f2e24cc2bc479d09d86dc9abcfde7056a8c"
                            "266f9ef97ed08541dbd2e1ffa1");
    struct ss_drbg drbg;
    struct kit_kem kem;
    size_t at = (size_t)sprintf(text, "count = 0\n");

    cr_assert(ss_drbg_init(&drbg, test_env(), seed) == SS_OK);
    kit_kem_keygen(&kem, alg, &drbg.env);
    kit_kem_encaps(&kem, &drbg.env);
    at += put_line(text + at, "seed", seed.data, seed.size);
    at += put_line(text + at, "pk", kem.public_key, alg->public_key);
    at += put_line(text + at, "sk", kem.secret_key, alg->secret_key);
    at += put_line(text + at, "ct", kem.ciphertext, alg->ciphertext);
    at += put_line(text + at, "ss", kem.shared, sizeof kem.shared);
    kit_kem_digest((const uint8_t *)text, at,
                   "afc42c3a5b10f4ef69654250097ebda9b9564570f4086744b24a6daf2bd1f89a", "answer 0");
}

/* SHA-512(label || a 32-bit counter, low byte first), end to end. */
struct stream {
    struct ss_env env;
    const char *label;
    uint8_t block[64];
    size_t used;
    uint32_t count;
};

static ss_err stream_random(void *ctx, uint8_t *out, size_t n)
{
    struct stream *stream = ctx;

    for (; n > 0; n--) {
        if (stream->used == sizeof stream->block) {
            uint8_t counter[4] = {(uint8_t)stream->count};
            ss_span parts[2];

            parts[0] = ss_span_of(stream->label);
            parts[1] = ss_span_make(counter, sizeof counter);
            if (++stream->count > 255)
                return SS_E_no_random;
            SS_TRY(ss_hash_sha512.digest(parts, 2, stream->block));
            stream->used = 0;
        }
        *out++ = stream->block[stream->used++];
    }
    return SS_OK;
}

static void expect_digest(const uint8_t *bytes, size_t n, const char *digest)
{
    ss_span span = ss_span_make(bytes, n);
    uint8_t got[64];

    cr_assert(ss_hash_sha512.digest(&span, 1, got) == SS_OK);
    kit_expect(ss_span_make(got, sizeof got), test_hex(digest), "digest");
}

Test(sntrup761, what_openssh_makes_of_the_same_draws)
{
    static const struct {
        const char *label, *public_key, *secret_key, *ciphertext, *shared, *rejected;
    } rows[] = {
        {"reach sntrup761 kat 0",
         "597101fee410d1a3303ba897b42c1dd145792e5aa203c868771718f865d57880aa4f1322aabc6516e1a500a90"
         "6"
         "2c67ede5042ea5bc15813a9b4b192d59b1a568",
         "aa6a04dfedbd0c83686580e15dfcb712c7f9041141117e12d5453e01c87e8dde757fbde67a22eda0bc001b5e4"
         "6"
         "6070f67766d578be223994f18b17a96b557ae2",
         "9d4bd929677894720d751523be604764cd9a119a7e10c056a6e0833fe78bc2ab4aa567dbe2b9fc42a36ecd5e2"
         "6"
         "276116662186350cb4ad38dfb061307e614d7f",
         "83efc9cc0a60166f3e38fc3f13f062e284d0cb3047fa6d26319b9a99a254b27f",
         "459b8fda2a5d122baaab2944c2918cfda5858c97dd56381257eac7a9549c597d"},
        {"reach sntrup761 kat 1",
         "79861eb4d22015a6d4a52657e378a7ff506db3dc455183d2ccdb6b4ac24c82013aac26cf12ecfada27db2be2e"
         "5"
         "f7628e241ca64c44fa82b8bc4e431bd2d86a04",
         "417cac759eb5f9ec570eafb9088f23fc36e34a5e8ad76eba85e90844dc6b3a24acfc95bc0a274ae4dbcbb3bbd"
         "4"
         "69bb8a540a76d609419211c8670f93a2a521d9",
         "a61938b191e55b7e7e6016da728966e7a30cdc40c0aa948e74a5e68c6d0429fef2e0875596fb20ea2fd93bedc"
         "7"
         "22c2754fe4a0b8e1cf69c6177b50aae03686d4",
         "0420fab273dda98b20380b8796f3506d5e21c6c2cdee527ebb1e6e0643b715b4",
         "df42ead65c9856239863607526c55a08714a69cc060f2237430aef7dcd623094"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct stream stream = {.label = rows[i].label, .used = 64};
        struct kit_kem kem;
        ss_span text = ss_span_make(kem.ciphertext, alg->ciphertext);

        stream.env = *test_env();
        stream.env.random = stream_random;
        stream.env.ctx = &stream;
        kit_kem_keygen(&kem, alg, &stream.env);
        kit_kem_encaps(&kem, &stream.env);
        expect_digest(kem.public_key, alg->public_key, rows[i].public_key);
        expect_digest(kem.secret_key, alg->secret_key, rows[i].secret_key);
        expect_digest(kem.ciphertext, alg->ciphertext, rows[i].ciphertext);
        kit_kem_decaps(&kem, text, test_hex(rows[i].shared).data, "the secret");
        kem.ciphertext[0] ^= 1;
        kit_kem_decaps(&kem, text, test_hex(rows[i].rejected).data, "the first bit flipped");
    }
}

/* The first half of SHA-512 with a byte in front. */
static void prefixed(uint8_t prefix, ss_span a, ss_span b, uint8_t *out)
{
    uint8_t digest[64];
    ss_span parts[3];

    parts[0] = ss_span_make(&prefix, 1);
    parts[1] = a;
    parts[2] = b;
    cr_assert(ss_hash_sha512.digest(parts, 3, digest) == SS_OK);
    memcpy(out, digest, 32);
}

/* rho takes the place of the input, and 0 that of 1. */
static void rejection(const struct kit_kem *kem, ss_span ciphertext, uint8_t *out)
{
    uint8_t inner[32];

    prefixed(3, ss_span_make(kem->secret_key + 1540, 191), ss_span_make(NULL, 0), inner);
    prefixed(0, ss_span_make(inner, sizeof inner), ciphertext, out);
}

Test(sntrup761, a_changed_ciphertext_gives_another_secret)
{
    kit_kem_rejects(alg, rejection);
}

Test(sntrup761, a_thousand_round_trips)
{
    kit_kem_round_trips(alg, 1000, 25);
}

/* Numbers out of range wrap: any bytes are a key, and encapsulation ends. */
Test(sntrup761, every_string_is_a_key)
{
    static uint8_t key[SS_KEM_PUBLIC_MAX];
    uint8_t text[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    size_t i;

    for (i = 0; i < 20; i++) {
        memset(key, i % 2 == 0 ? 0xff : 0, sizeof key);
        if (i > 1)
            cr_assert(ss_random(test_env(), key, sizeof key) == SS_OK);
        cr_expect(alg->encaps(alg, test_env(), ss_span_make(key, alg->public_key), text, shared) ==
                  SS_OK);
    }
}

static ss_err same_again(void *ctx, uint8_t *out, size_t n)
{
    memset(out, *(const uint8_t *)ctx, n);
    return SS_OK;
}

/* Draws in the middle third make all coefficients 0, which has no inverse. */
Test(sntrup761, a_generator_that_never_helps_is_given_up)
{
    uint8_t value = 0x20;
    struct ss_env env = *test_env();
    struct kit_kem kem;

    env.random = same_again;
    env.ctx = &value;
    cr_expect(alg->keygen(alg, &env, kem.public_key, kem.secret_key) == SS_E_no_random);
}

Test(sntrup761, wrong_lengths_and_no_randomness)
{
    kit_kem_misuse(alg);
}
