/* SPDX-License-Identifier: Apache-2.0 */
/* sntrup761.c - Streamlined NTRU Prime with p = 761.
 *
 * Owns: a work area on the stack during a call, wiped at its end.
 * Not here: polynomials (sntrup_poly.c).
 * Called by: kex_hybrid.c through kem.h.
 * Follows: NTRU Prime, round 3: core in section 3.2, encodings in 3.3, hashing and implicit
 *   rejection in 3.4 and 3.5; RFC 9941 for the sizes.
 *
 * A secret key is f, 1/g, the public key, rho, and the hash of the public key. Every string is a
 * public key. */
#include "crypto/ct.h"
#include "crypto/kem.h"
#include "crypto/sntrup_poly.h"

enum { P = SS_SNTRUP_P, Q = SS_SNTRUP_Q, HALF = Q / 2, THIRDS = (Q + 2) / 3 };
enum { SMALL = (P + 3) / 4, PUBLIC = 1158, ROUNDED = 1007, HASH = 32 };
enum { AT_INVERSE = SMALL, AT_PUBLIC = 2 * SMALL, AT_RHO = AT_PUBLIC + PUBLIC };
enum { AT_CACHE = AT_RHO + SMALL, SECRET = AT_CACHE + HASH, CIPHERTEXT = ROUNDED + HASH };
enum { LIMIT = 16384, LEVELS = 10, TRIES = 64 };
enum { OF_SESSION = 1, OF_CONFIRMATION = 2, OF_INPUT = 3, OF_KEY = 4 }; /* prefixes of hashes */

struct work {
    struct ss_sntrup_poly a, b, c;
    uint16_t numbers[P];
    uint8_t drawn[SS_SNTRUP_DRAW];
    uint8_t input[SMALL], again[CIPHERTEXT];
};

/* ---- encoding ----
 * P numbers below the same modulus, joined in pairs to half as many below its square, until one is
 * left; on the way whatever is 2^14 or more gives bytes away, lowest first. The last number of a
 * level may have another modulus. */

struct level {
    size_t n;
    uint32_t modulus, last; /* of the numbers but the last one, and of that */
};

/* Bytes that a number below *modulus gives away, and the modulus of what stays. */
static unsigned give_away(uint32_t *modulus, uint32_t limit)
{
    unsigned bytes = 0;

    for (; *modulus >= limit; bytes++)
        *modulus = (*modulus + 255) >> 8;
    return bytes;
}

/* The modulus of the two that start at i. */
static uint32_t pair_modulus(const struct level *level, size_t i)
{
    return level->modulus * (i + 2 == level->n ? level->last : level->modulus);
}

static struct level level_above(const struct level *level)
{
    struct level above = {(level->n + 1) / 2, pair_modulus(level, 0), level->last};

    if (level->n % 2 == 0)
        above.last = pair_modulus(level, level->n - 2);
    (void)give_away(&above.modulus, LIMIT);
    (void)give_away(&above.last, LIMIT);
    return above;
}

static uint8_t *put(uint8_t *out, uint32_t *number, unsigned bytes)
{
    for (; bytes > 0; bytes--) {
        *out++ = (uint8_t)*number;
        *number >>= 8;
    }
    return out;
}

static void encode(uint8_t *out, uint16_t *numbers, uint32_t modulus)
{
    struct level level = {P, modulus, modulus};
    uint32_t number;
    size_t i;

    for (; level.n > 1; level = level_above(&level)) {
        for (i = 0; i + 1 < level.n; i += 2) {
            uint32_t pair = pair_modulus(&level, i);

            number = numbers[i] + numbers[i + 1] * level.modulus;
            out = put(out, &number, give_away(&pair, LIMIT));
            numbers[i / 2] = (uint16_t)number;
        }
        if (level.n % 2 != 0)
            numbers[level.n / 2] = numbers[level.n - 1];
    }
    number = numbers[0];
    (void)put(out, &number, give_away(&level.last, 2));
}

/* Gives the number whose lowest bytes are those before end. */
static uint32_t take(const uint8_t *end, unsigned bytes, uint32_t number)
{
    for (; bytes > 0; bytes--)
        number = number << 8 | *--end;
    return number;
}

/* What is decoded is public, so that it may be divided. Any bytes give numbers in range. */
static void decode(uint16_t *numbers, const uint8_t *bytes, size_t size, uint32_t modulus)
{
    struct level levels[LEVELS + 1] = {{P, modulus, modulus}}, *level;
    const uint8_t *end = bytes + size;
    unsigned given;
    size_t i;

    for (level = levels; level->n > 1; level++)
        level[1] = level_above(level);
    modulus = level->last;
    given = give_away(&modulus, 2);
    numbers[0] = (uint16_t)(take(end, given, 0) % level->last);
    end -= given;
    while (level-- > levels) {
        if (level->n % 2 != 0)
            numbers[level->n - 1] = numbers[level->n / 2];
        for (i = level->n / 2; i-- > 0;) {
            uint32_t pair = pair_modulus(level, 2 * i), number;

            given = give_away(&pair, LIMIT);
            number = take(end, given, numbers[i]);
            end -= given;
            numbers[2 * i + 1] = (uint16_t)(number / level->modulus %
                                            (2 * i + 2 == level->n ? level->last : level->modulus));
            numbers[2 * i] = (uint16_t)(number % level->modulus);
        }
    }
}

static void encode_modulo_q(struct work *work, uint8_t *out, const struct ss_sntrup_poly *f)
{
    size_t i;

    for (i = 0; i < P; i++)
        work->numbers[i] = (uint16_t)(f->c[i] + HALF);
    encode(out, work->numbers, Q);
}

static void decode_modulo_q(struct work *work, struct ss_sntrup_poly *out, const uint8_t *bytes)
{
    size_t i;

    memset(out, 0, sizeof *out);
    decode(work->numbers, bytes, PUBLIC, Q);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)(work->numbers[i] - HALF);
}

/* Multiples of 3; a third is a product with 10923/2^15. */
static void encode_rounded(struct work *work, uint8_t *out, const struct ss_sntrup_poly *f)
{
    size_t i;

    for (i = 0; i < P; i++)
        work->numbers[i] = (uint16_t)((f->c[i] + HALF) * 10923 >> 15);
    encode(out, work->numbers, THIRDS);
}

static void decode_rounded(struct work *work, struct ss_sntrup_poly *out, const uint8_t *bytes)
{
    size_t i;

    memset(out, 0, sizeof *out);
    decode(work->numbers, bytes, ROUNDED, THIRDS);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)(3 * work->numbers[i] - HALF);
}

static void encode_small(uint8_t *out, const struct ss_sntrup_poly *f)
{
    size_t i;

    memset(out, 0, SMALL);
    for (i = 0; i < P; i++)
        out[i / 4] |= (uint8_t)((f->c[i] + 1) << i % 4 * 2);
}

static void decode_small(struct ss_sntrup_poly *out, const uint8_t *bytes)
{
    size_t i;

    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)((bytes[i / 4] >> i % 4 * 2 & 3) - 1);
}

/* ---- hashing: the first half of SHA-512 with a byte in front ---- */

static ss_err hash(uint8_t prefix, ss_span a, ss_span b, uint8_t *out)
{
    uint8_t digest[SS_HASH_MAX];
    ss_span parts[3];
    ss_err err;

    parts[0] = ss_span_make(&prefix, 1);
    parts[1] = a;
    parts[2] = b;
    err = ss_hash_sha512.digest(parts, SS_COUNT(parts), digest);
    if (err == SS_OK)
        memcpy(out, digest, HASH);
    ss_wipe(digest, sizeof digest);
    return err;
}

/* Hashes of the input, which is hashed by itself first. */
static ss_err hash_input(uint8_t prefix, const uint8_t *input, ss_span with, uint8_t *out)
{
    uint8_t inner[HASH];
    ss_err err = hash(OF_INPUT, ss_span_make(input, SMALL), ss_span_make(NULL, 0), inner);

    if (err == SS_OK)
        err = hash(prefix, ss_span_make(inner, HASH), with, out);
    ss_wipe(inner, sizeof inner);
    return err;
}

/* ---- keys ---- */

/* The owner may be told how often g was drawn: what was thrown away is not used. */
static ss_err draw_g(struct work *work, const struct ss_env *env)
{
    unsigned i;

    for (i = 0; i < TRIES; i++) {
        uint32_t found;

        SS_TRY(ss_random(env, work->drawn, sizeof work->drawn));
        ss_sntrup_small(&work->a, work->drawn);
        found = ss_sntrup_invert3(&work->b, &work->a);
        SS_CT_PUBLIC(&found, sizeof found);
        if (found != 0)
            return SS_OK;
    }
    return SS_E_no_random;
}

static ss_err make_key(struct work *work, const struct ss_env *env, uint8_t *out_public,
                       uint8_t *out_secret)
{
    SS_TRY(draw_g(work, env));
    encode_small(out_secret + AT_INVERSE, &work->b);
    SS_TRY(ss_random(env, work->drawn, sizeof work->drawn));
    ss_sntrup_short(&work->b, work->drawn);
    encode_small(out_secret, &work->b);
    ss_sntrup_invert_thrice(&work->c, &work->b);
    ss_sntrup_multiply(&work->b, &work->c, &work->a);
    encode_modulo_q(work, out_public, &work->b);
    memcpy(out_secret + AT_PUBLIC, out_public, PUBLIC);
    SS_TRY(ss_random(env, out_secret + AT_RHO, SMALL));
    return hash(OF_KEY, ss_span_make(out_public, PUBLIC), ss_span_make(NULL, 0),
                out_secret + AT_CACHE);
}

static ss_err keygen(const struct ss_kem_alg *alg, const struct ss_env *env, uint8_t *out_public,
                     uint8_t *out_secret)
{
    struct work work;
    ss_err err = make_key(&work, env, out_public, out_secret);

    (void)alg;
    ss_wipe(&work, sizeof work);
    return err;
}

static ss_err check(const struct ss_kem_alg *alg, ss_span public_key)
{
    return public_key.size == alg->public_key ? SS_OK : SS_E_bad_public_value;
}

/* ---- encapsulation ---- */

/* The ciphertext for the short polynomial in a, which becomes work->input. */
static ss_err hide(struct work *work, const uint8_t *public_key, const uint8_t *cache, uint8_t *out)
{
    encode_small(work->input, &work->a);
    decode_modulo_q(work, &work->b, public_key);
    ss_sntrup_multiply(&work->c, &work->b, &work->a);
    ss_sntrup_round(&work->c);
    encode_rounded(work, out, &work->c);
    return hash_input(OF_CONFIRMATION, work->input, ss_span_make(cache, HASH), out + ROUNDED);
}

static ss_err make_ciphertext(struct work *work, const struct ss_env *env, ss_span public_key,
                              uint8_t *out_ciphertext, uint8_t *out_shared)
{
    uint8_t cache[HASH];

    SS_TRY(hash(OF_KEY, public_key, ss_span_make(NULL, 0), cache));
    SS_TRY(ss_random(env, work->drawn, sizeof work->drawn));
    ss_sntrup_short(&work->a, work->drawn);
    SS_TRY(hide(work, public_key.data, cache, out_ciphertext));
    return hash_input(OF_SESSION, work->input, ss_span_make(out_ciphertext, CIPHERTEXT),
                      out_shared);
}

static ss_err encaps(const struct ss_kem_alg *alg, const struct ss_env *env, ss_span public_key,
                     uint8_t *out_ciphertext, uint8_t *out_shared)
{
    struct work work;
    ss_err err = check(alg, public_key);

    if (err != SS_OK)
        return err;
    err = make_ciphertext(&work, env, public_key, out_ciphertext, out_shared);
    ss_wipe(&work, sizeof work);
    return err;
}

/* ---- decapsulation ---- */

/* Into a: what was encrypted, or 1 for each of the first w coefficients when that is not short. */
static void decrypt(struct work *work, const uint8_t *secret_key, const uint8_t *ciphertext)
{
    uint32_t good;
    size_t i;

    decode_rounded(work, &work->a, ciphertext);
    decode_small(&work->b, secret_key);
    ss_sntrup_multiply(&work->c, &work->a, &work->b);
    ss_sntrup_thrice_modulo3(&work->c);
    decode_small(&work->b, secret_key + AT_INVERSE);
    ss_sntrup_multiply3(&work->a, &work->c, &work->b);
    good = ss_sntrup_is_short(&work->a);
    for (i = 0; i < P; i++) {
        uint32_t fallback = i < SS_SNTRUP_W ? 1 : 0, x = (uint16_t)work->a.c[i];

        work->a.c[i] = (int16_t)(uint16_t)((x & good) | (fallback & ~good));
    }
}

/* rho takes the place of the input unless the ciphertext is what the input gives. */
static ss_err open_ciphertext(struct work *work, const uint8_t *secret_key,
                              const uint8_t *ciphertext, uint8_t *out_shared)
{
    const uint8_t *rho = secret_key + AT_RHO;
    uint32_t difference = 0, mask;
    size_t i;

    decrypt(work, secret_key, ciphertext);
    SS_TRY(hide(work, secret_key + AT_PUBLIC, secret_key + AT_CACHE, work->again));
    for (i = 0; i < CIPHERTEXT; i++)
        difference |= (uint32_t)(ciphertext[i] ^ work->again[i]);
    mask = ss_ct_nonzero(difference);
    for (i = 0; i < SMALL; i++)
        work->input[i] = (uint8_t)(work->input[i] ^ (mask & (work->input[i] ^ rho[i])));
    return hash_input((uint8_t)(OF_SESSION + mask), work->input,
                      ss_span_make(ciphertext, CIPHERTEXT), out_shared);
}

static ss_err decaps(const struct ss_kem_alg *alg, ss_span secret_key, ss_span ciphertext,
                     uint8_t *out_shared)
{
    struct work work;
    ss_err err;

    if (secret_key.size != alg->secret_key)
        return SS_E_bad_key;
    if (ciphertext.size != alg->ciphertext)
        return SS_E_bad_public_value;
    err = open_ciphertext(&work, secret_key.data, ciphertext.data, out_shared);
    ss_wipe(&work, sizeof work);
    return err;
}

const struct ss_kem_alg ss_kem_sntrup761 = {
    .name = "sntrup761",
    .source = "NTRU Prime, round 3",
    .public_key = PUBLIC,
    .secret_key = SECRET,
    .ciphertext = CIPHERTEXT,
    .keygen = keygen,
    .check = check,
    .encaps = encaps,
    .decaps = decaps,
};
