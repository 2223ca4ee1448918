/* SPDX-License-Identifier: Apache-2.0 */
/* dh_group.c - the primes that have a name, and what any group has to be like.
 *
 * Owns: nothing.
 * Not here: the exchange itself (kex_dh.c), lists of groups (lib/keys/moduli.c).
 * Called by: kex_dh.c, lib/keys, transport.
 * Follows: RFC 2409 section 6.2, RFC 3526 sections 2 to 7: each prime has generator 2. */
#include "crypto/ossl.h"

struct row {
    unsigned bits;
    BIGNUM *(*prime)(BIGNUM *bn);
};

static const struct row rows[] = {
    {1024, BN_get_rfc2409_prime_1024}, {1536, BN_get_rfc3526_prime_1536},
    {2048, BN_get_rfc3526_prime_2048}, {3072, BN_get_rfc3526_prime_3072},
    {4096, BN_get_rfc3526_prime_4096}, {6144, BN_get_rfc3526_prime_6144},
    {8192, BN_get_rfc3526_prime_8192},
};

static const struct row *find(unsigned bits)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        if (rows[i].bits == bits)
            return &rows[i];
    }
    return NULL;
}

BIGNUM *ss_dh_prime_bn(unsigned bits)
{
    const struct row *row = find(bits);

    return row != NULL ? row->prime(NULL) : NULL;
}

ss_err ss_dh_prime(unsigned bits, struct ss_buf *out)
{
    BIGNUM *prime;
    ss_err err;

    if (find(bits) == NULL)
        return SS_E_not_found;
    prime = ss_dh_prime_bn(bits);
    err = prime != NULL ? ss_ossl_put_bn(out, prime, 0) : ss_ossl_fail();
    BN_free(prime);
    return err;
}

static ss_span magnitude(ss_span bytes)
{
    while (bytes.size > 0 && bytes.data[0] == 0)
        bytes = ss_span_part(bytes, 1, bytes.size);
    return bytes;
}

unsigned ss_dh_bits(ss_span number)
{
    unsigned bits;
    uint8_t mask;

    number = magnitude(number);
    if (number.size == 0)
        return 0;
    bits = (unsigned)number.size * 8;
    for (mask = 0x80; (number.data[0] & mask) == 0; mask = (uint8_t)(mask >> 1))
        bits--;
    return bits;
}

/* Is g from 2 to p - 2? Both are public and p is odd, so p - 1 differs in its last bit only. */
static bool is_generator(ss_span p, ss_span g)
{
    size_t i;

    if (g.size == 0 || g.size > p.size || (g.size == 1 && g.data[0] < 2))
        return false;
    if (g.size < p.size)
        return true;
    for (i = 0; i < p.size; i++) {
        unsigned top = i + 1 < p.size ? p.data[i] : p.data[i] - 1U;

        if (g.data[i] != top)
            return g.data[i] < top;
    }
    return false;
}

ss_err ss_dh_check_group(ss_span p, ss_span g)
{
    unsigned bits = ss_dh_bits(p);

    if (bits < SS_DH_BITS_MIN || bits > SS_DH_BITS_MAX || (p.data[p.size - 1] & 1) == 0 ||
        !is_generator(magnitude(p), magnitude(g)))
        return SS_E_bad_public_value;
    return SS_OK;
}

/* With q = (p - 1) / 2 a prime, p is one too if and only if 2^(p-1) is 1 modulo p (Pocklington's
 * criterion; what else it asks, that 3 does not divide p, follows from the power when p > 3): one
 * power in place of a second series of tests. */
static ss_err judge(const BIGNUM *p, BIGNUM *q, BIGNUM *power, BN_CTX *ctx)
{
    int prime;

    if (BN_rshift1(q, p) != 1)
        return ss_ossl_fail();
    prime = BN_check_prime(q, ctx, NULL);
    if (prime < 0)
        return ss_ossl_fail();
    if (prime == 0)
        return SS_E_bad_public_value;
    if (BN_set_word(power, 4) != 1 || BN_mod_exp(power, power, q, p, ctx) != 1)
        return ss_ossl_fail();
    return BN_is_one(power) ? SS_OK : SS_E_bad_public_value;
}

ss_err ss_dh_check_safe(ss_span p)
{
    BN_CTX *ctx;
    BIGNUM *number, *q, *power;
    ss_err err;

    p = magnitude(p);
    if (p.size == 0 || p.size > SS_DH_SIZE_MAX || (p.data[p.size - 1] & 1) == 0)
        return SS_E_bad_public_value;
    ctx = BN_CTX_new();
    number = BN_bin2bn(p.data, (int)p.size, NULL);
    q = BN_new();
    power = BN_new();
    err = ctx != NULL && number != NULL && q != NULL && power != NULL ? judge(number, q, power, ctx)
                                                                      : ss_ossl_fail();
    BN_free(power);
    BN_free(q);
    BN_free(number);
    BN_CTX_free(ctx);
    return err;
}
