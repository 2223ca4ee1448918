/* SPDX-License-Identifier: Apache-2.0 */
/* umac.c - UMAC-64 and UMAC-128, in both orders.
 *
 * Owns: the three layers of the universal hash; the pad comes from AES.
 * Not here: AES (OpenSSL); which bytes a MAC covers (transport).
 * Called by: transport, once a packet.
 * Follows: RFC 4418 sections 3 to 5. As OpenSSH has it, the nonce is the sequence number as a
 *   uint64 and is not part of the data; PROTOCOL section 1.5 (etm).
 *
 * Time depends on sizes and on the nonce, which are public, and on nothing else: there is no branch
 * and no index that a key or a hash decides. A product of two 32-bit words takes the same time
 * whatever they are on the machines this is for.
 *
 * Only the first two halves of each layer are here that a packet can reach: RFC 4418 section 5.3
 * continues with 128-bit numbers behind 16 MiB, where ss_umac_compute refuses. */
#include "crypto/umac.h"

#include "sshspec/wire.h"

enum { CHUNK = 32, AES_BLOCK = 16 };

/* What the key is expanded for (RFC 4418 sections 3.2, 3.3 and 5). */
enum { FOR_PAD, FOR_NH, FOR_POLY, FOR_INNER, FOR_OUTER };

/* ---- keys ---- */

static bool aes_key(EVP_CIPHER_CTX *ctx, const uint8_t *key)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
    bool good = cipher != NULL && EVP_CipherInit_ex2(ctx, cipher, key, NULL, 1, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;

    EVP_CIPHER_free(cipher); /* ctx holds its own */
    return good;
}

static bool encipher(EVP_CIPHER_CTX *ctx, uint8_t *blocks, size_t n)
{
    int done;

    return EVP_CipherUpdate(ctx, blocks, &done, blocks, (int)n) == 1 && done == (int)n;
}

/* RFC 4418 section 3.2.1: blocks of purpose and counter, enciphered. size is rounded up to whole
 * blocks, for which out has room. */
static bool expand(EVP_CIPHER_CTX *ctx, uint8_t purpose, uint8_t *out, size_t size)
{
    size_t blocks = (size + AES_BLOCK - 1) / AES_BLOCK;

    memset(out, 0, blocks * AES_BLOCK);
    for (size_t i = 0; i < blocks; i++) {
        out[i * AES_BLOCK + 7] = purpose;
        ss_store_u32(out + i * AES_BLOCK + 12, (uint32_t)i + 1);
    }
    return encipher(ctx, out, blocks * AES_BLOCK);
}

static uint64_t load_u64(const uint8_t *p)
{
    return (uint64_t)ss_load_u32(p) << 32 | ss_load_u32(p + 4);
}

/* All ones when the highest bit of x is set, else 0. */
static uint64_t mask_of(uint64_t x)
{
    return (uint64_t)0 - (x >> 63);
}

/* x less m where that is not negative; both below 2^63. */
static uint64_t less(uint64_t x, uint64_t m)
{
    uint64_t rest = x - m;

    return rest + (m & mask_of(rest));
}

/* x modulo 2^36 - 5. 2^36 is 5, so the upper bits come back five times, until few are left. */
static uint64_t reduce36(uint64_t x)
{
    const uint64_t low = ((uint64_t)1 << 36) - 1, prime = low - 4;

    x = (x & low) + 5 * (x >> 36);
    x = (x & low) + 5 * (x >> 36);
    return less(x, prime);
}

static bool make_keys(struct ss_umac *umac, EVP_CIPHER_CTX *ctx)
{
    const uint64_t poly_mask = UINT64_C(0x01ffffff01ffffff);
    uint8_t raw[sizeof umac->nh];
    size_t words = SS_UMAC_BLOCK / 4 + 4 * (umac->streams - 1);
    bool good = expand(ctx, FOR_NH, raw, words * 4);

    for (size_t i = 0; i < words; i++)
        umac->nh[i] = ss_load_u32(raw + 4 * i);
    good = good && expand(ctx, FOR_POLY, raw, umac->streams * 24);
    for (size_t s = 0; s < umac->streams; s++) /* 8 bytes, and 16 for long messages */
        umac->poly[s] = load_u64(raw + 24 * s) & poly_mask;
    good = good && expand(ctx, FOR_INNER, raw, umac->streams * 64);
    for (size_t s = 0; s < umac->streams; s++) {
        for (size_t i = 0; i < 4; i++)
            umac->inner[s][i] = reduce36(load_u64(raw + 64 * s + 32 + 8 * i));
    }
    good = good && expand(ctx, FOR_OUTER, raw, umac->streams * 4);
    for (size_t s = 0; s < umac->streams; s++)
        umac->outer[s] = ss_load_u32(raw + 4 * s);
    if (good)
        good = expand(ctx, FOR_PAD, raw, SS_UMAC_KEY) && aes_key(ctx, raw);
    ss_wipe(raw, sizeof raw);
    return good;
}

ss_err ss_umac_init(struct ss_umac *umac, const uint8_t *key, size_t tag_size)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (tag_size != 8 && tag_size != 16) {
        EVP_CIPHER_CTX_free(ctx);
        return SS_E_bad_argument;
    }
    umac->streams = tag_size / 4;
    if (ctx == NULL || !aes_key(ctx, key) || !make_keys(umac, ctx)) {
        EVP_CIPHER_CTX_free(ctx);
        ss_wipe(umac, sizeof *umac);
        return ss_ossl_fail();
    }
    umac->aes = ctx;
    return SS_OK;
}

void ss_umac_fini(struct ss_umac *umac)
{
    EVP_CIPHER_CTX_free(umac->aes);
    ss_wipe(umac, sizeof *umac);
}

/* ---- layer 1: NH (RFC 4418 section 5.2) ---- */

static uint32_t load_le(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint64_t product(uint32_t a, uint32_t b)
{
    return (uint64_t)a * b;
}

/* n is a multiple of CHUNK. Inlined with streams known, so that the loops over them unroll. */
static inline void nh(const uint32_t *key, const uint8_t *data, size_t n, uint64_t *sums,
                      size_t streams)
{
    for (size_t at = 0; at < n; at += CHUNK, key += CHUNK / 4) {
        uint32_t word[CHUNK / 4];

        for (size_t i = 0; i < CHUNK / 4; i++)
            word[i] = load_le(data + at + 4 * i);
        for (size_t s = 0; s < streams; s++) {
            const uint32_t *k = key + 4 * s;

            sums[s] +=
                product(word[0] + k[0], word[4] + k[4]) + product(word[1] + k[1], word[5] + k[5]) +
                product(word[2] + k[2], word[6] + k[6]) + product(word[3] + k[3], word[7] + k[7]);
        }
    }
}

static void nh_some(const struct ss_umac *umac, size_t from, const uint8_t *data, size_t n,
                    uint64_t *sums)
{
    if (umac->streams == 2)
        nh(umac->nh + from / 4, data, n, sums, 2);
    else
        nh(umac->nh + from / 4, data, n, sums, SS_UMAC_STREAMS);
}

/* One block of at most SS_UMAC_BLOCK bytes; its last chunk is filled up with zeros, and so is no
 * chunk at all. */
static void hash_block(const struct ss_umac *umac, ss_span block, uint64_t *sums)
{
    size_t whole = block.size - block.size % CHUNK;
    uint8_t last[CHUNK] = {0};

    for (size_t s = 0; s < umac->streams; s++)
        sums[s] = (uint64_t)block.size * 8;
    nh_some(umac, 0, block.data, whole, sums);
    if (whole < block.size)
        memcpy(last, block.data + whole, block.size - whole);
    if (whole < block.size || block.size == 0)
        nh_some(umac, whole, last, CHUNK, sums);
    ss_wipe(last, sizeof last);
}

/* ---- layer 2: a polynomial modulo 2^64 - 59 (RFC 4418 section 5.3) ---- */

enum { OFFSET = 59 }; /* 2^64 less the prime */

/* a + b modulo the prime, as some number below 2^64. A carry is worth OFFSET; with b at most the
 * prime less one, adding that does not carry again. */
static uint64_t add64(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    uint64_t carry = mask_of((a & b) | ((a | b) & ~sum));

    return sum + (OFFSET & carry);
}

/* key * y modulo the prime, below 2^64. The halves of key have 25 bits. */
static uint64_t times64(uint64_t key, uint64_t y)
{
    uint32_t key_high = (uint32_t)(key >> 32), key_low = (uint32_t)key;
    uint32_t high = (uint32_t)(y >> 32), low = (uint32_t)y;
    uint64_t middle = product(key_high, low) + product(key_low, high);
    uint64_t top = product(key_high, high) + (middle >> 32);
    uint64_t sum = add64(middle << 32, product(key_low, low));

    return add64(sum, top * OFFSET);
}

/* One word of the message. A word that the prime leaves no room for is marked and follows less the
 * offset: what both ways lead to is worked out, and one is kept. */
static uint64_t poly_step(uint64_t key, uint64_t y, uint64_t word)
{
    const uint64_t marker = (uint64_t)0 - OFFSET - 1;
    uint64_t large = (uint64_t)0 - (((word >> 32) + 1) >> 32); /* upper half all ones */
    uint64_t plain = add64(times64(key, y), word);
    uint64_t marked = add64(times64(key, y), marker);

    marked = add64(times64(key, marked), word - OFFSET);
    return (marked & large) | (plain & ~large);
}

/* The number below the prime. */
static uint64_t poly_end(uint64_t y)
{
    uint64_t over = y + OFFSET; /* carries when y is the prime or more */
    uint64_t carry = mask_of(y & ~over);

    return (over & carry) | (y & ~carry);
}

static void hash_blocks(const struct ss_umac *umac, ss_span data, uint64_t *out_hash)
{
    uint64_t sums[SS_UMAC_STREAMS];

    for (size_t s = 0; s < umac->streams; s++)
        out_hash[s] = 1;
    for (size_t at = 0; at < data.size; at += SS_UMAC_BLOCK) {
        hash_block(umac, ss_span_part(data, at, SS_UMAC_BLOCK), sums);
        for (size_t s = 0; s < umac->streams; s++)
            out_hash[s] = poly_step(umac->poly[s], out_hash[s], sums[s]);
    }
    for (size_t s = 0; s < umac->streams; s++)
        out_hash[s] = poly_end(out_hash[s]);
    ss_wipe(sums, sizeof sums);
}

/* ---- layer 3: an inner product modulo 2^36 - 5 (RFC 4418 section 5.4), and the pad ---- */

static uint32_t hash_end(const uint64_t *inner, uint32_t outer, uint64_t hash)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < 4; i++)
        sum += inner[i] * (hash >> (48 - 16 * i) & 0xffff);
    return (uint32_t)reduce36(sum) ^ outer;
}

/* RFC 4418 section 3.3.1: short tags share a block, of which the last bit of the nonce is the
 * half. */
static bool make_pad(struct ss_umac *umac, const uint8_t *nonce, uint8_t *block,
                     const uint8_t **out_pad)
{
    size_t half = umac->streams == 2 ? nonce[SS_UMAC_NONCE - 1] & 1 : 0;

    memset(block, 0, AES_BLOCK);
    memcpy(block, nonce, SS_UMAC_NONCE);
    block[SS_UMAC_NONCE - 1] = (uint8_t)(block[SS_UMAC_NONCE - 1] ^ half);
    *out_pad = block + half * 8;
    return encipher(umac->aes, block, AES_BLOCK);
}

ss_err ss_umac_compute(struct ss_umac *umac, const uint8_t *nonce, ss_span data, uint8_t *out)
{
    uint64_t hash[SS_UMAC_STREAMS];
    uint8_t block[AES_BLOCK];
    const uint8_t *pad;

    if (umac->aes == NULL)
        return SS_E_usage;
    if (data.size > SS_UMAC_MOST)
        return SS_E_bad_argument;
    if (!make_pad(umac, nonce, block, &pad))
        return ss_ossl_fail();
    if (data.size <= SS_UMAC_BLOCK)
        hash_block(umac, data, hash);
    else
        hash_blocks(umac, data, hash);
    for (size_t s = 0; s < umac->streams; s++)
        ss_store_u32(out + 4 * s,
                     hash_end(umac->inner[s], umac->outer[s], hash[s]) ^ ss_load_u32(pad + 4 * s));
    ss_wipe(hash, sizeof hash);
    ss_wipe(block, sizeof block);
    return SS_OK;
}

/* ---- rows ---- */

static ss_err init(const struct ss_mac_alg *alg, void *state, const uint8_t *key)
{
    return ss_umac_init(state, key, alg->size);
}

static ss_err compute(void *state, uint32_t sequence, ss_span data, uint8_t *out)
{
    uint8_t nonce[SS_UMAC_NONCE] = {0};

    ss_store_u32(nonce + 4, sequence);
    return ss_umac_compute(state, nonce, data, out);
}

static void fini(void *state)
{
    ss_umac_fini(state);
}

#define UMAC(symbol, wire, mac_size, bits, from)                                                   \
    const struct ss_mac_alg symbol = {                                                             \
        .name = wire,                                                                              \
        .source = from,                                                                            \
        .key = SS_UMAC_KEY,                                                                        \
        .size = mac_size,                                                                          \
        .flags = bits,                                                                             \
        .state_size = sizeof(struct ss_umac),                                                      \
        .init = init,                                                                              \
        .compute = compute,                                                                        \
        .fini = fini,                                                                              \
    }

UMAC(ss_mac_umac_64, "umac-64@openssh.com", 8, 0, "RFC 4418, draft-miller-secsh-umac-01");
UMAC(ss_mac_umac_128, "umac-128@openssh.com", 16, 0, "RFC 4418, draft-miller-secsh-umac-01");
UMAC(ss_mac_umac_64_etm, "umac-64-etm@openssh.com", 8, SS_MAC_ETM, "OpenSSH PROTOCOL section 1.5");
UMAC(ss_mac_umac_128_etm, "umac-128-etm@openssh.com", 16, SS_MAC_ETM,
     "OpenSSH PROTOCOL section 1.5");
