/* SPDX-License-Identifier: Apache-2.0 */
/* test_umac.c - UMAC with 8 and 16 bytes of tag: published answers, the edges of its arithmetic.
 *
 * Follows: RFC 4418 appendix; its tags of 12 bytes are the left part of those of 16. The rest of
 *   those, and every answer below that is not in the appendix, was worked out with whole numbers of
 *   any size from the text of the RFC, with a program that gives the published ones. */
#include <criterion/criterion.h>

#include "lib/crypto/umac.h"
#include "tests/unit/crypto/kit.h"

TestSuite(umac, .fini = test_counted_check);

static const uint8_t *bytes_of(const char *text)
{
    return (const uint8_t *)text;
}

static const char key[] = "abcdefghijklmnop", nonce[] = "bcdefghi";

static void expect_tag(struct ss_umac *umac, size_t size, ss_span data, const char *want)
{
    uint8_t tag[16];

    cr_assert(ss_umac_compute(umac, bytes_of(nonce), data, tag) == SS_OK);
    kit_expect(ss_span_make(tag, size), test_hex(want), want);
}

struct row {
    const char *piece;
    size_t times;
    const char *tag_64, *tag_128;
};

static const struct row rows[] = {
    {"", 1, "6e155fad26900be1", "32fedb100c79ad58f07ff7643cc60465"},
    {"a", 3, "44b5cb542f220104", "185e4fe905cba7bd85e4c2dc3d117d8d"},
    {"a", 1 << 10, "26bf2f5d60118bd9", "7a54abe04af82d60fb298c3cbd195bcb"},
    {"a", 1 << 15, "27f8ef643b0d118d", "7b136bd911e4b734286ef2be501f2c3c"},
    {"a", 1 << 20, "a4477e87e9f55853", "f8acfa3ac31cfeea047f7b115b03bef5"},
    {"abc", 1, "d4d7b9f6bd4fbfcf", "883c3d4b97a61976ffcf232308cba5a5"},
    {"abc", 500, "d4cf26ddefd5c01a", "8824a260c53c66a36c9260a62cb83aa1"},
};

Test(umac, the_answers_of_rfc_4418)
{
    struct ss_umac short_one, long_one;
    struct ss_buf data;

    ss_buf_init(&data, test_env(), 1 << 20);
    cr_assert(ss_umac_init(&short_one, bytes_of(key), 8) == SS_OK);
    cr_assert(ss_umac_init(&long_one, bytes_of(key), 16) == SS_OK);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ss_buf_clear(&data);
        for (size_t n = 0; n < rows[i].times; n++)
            cr_assert(ss_buf_puts(&data, rows[i].piece) == SS_OK);
        expect_tag(&short_one, 8, ss_buf_span(&data), rows[i].tag_64);
        expect_tag(&long_one, 16, ss_buf_span(&data), rows[i].tag_128);
    }
    ss_umac_fini(&short_one);
    ss_umac_fini(&long_one);
    ss_buf_fini(&data);
}

/* A chunk of size bytes that the first layer makes want of, in one stream. Every product is 0 but
 * three: the upper half of want twice times 2^31, the lower half times 1. */
static void craft(const struct ss_umac *umac, size_t stream, uint64_t want, uint8_t *out,
                  size_t size)
{
    uint64_t rest = want - size * 8;
    uint32_t factor[8] = {(uint32_t)(rest >> 32),
                          (uint32_t)(rest >> 32),
                          (uint32_t)rest,
                          0,
                          UINT32_C(1) << 31,
                          UINT32_C(1) << 31,
                          1,
                          0};

    for (size_t i = 0; i < size / 4; i++) {
        uint32_t word = (i < 8 ? factor[i] : 0) - umac->nh[4 * stream + i];

        for (size_t k = 0; k < 4; k++)
            out[4 * i + k] = (uint8_t)(word >> 8 * k);
    }
}

/* The second layer where a word is marked and where it just is not, where a sum passes the prime,
 * and where the whole comes to nothing, to one, or to the prime less one. */
static const struct edge {
    size_t stream;
    uint64_t first, second; /* what the first layer makes of the two blocks */
    const char *tag;
} edges[] = {
    {0, UINT64_C(0xfffffffeffffffff), UINT64_C(0x0123456789abcdef),
     "5dea1ce040f43528383b3b807b6fb9b8"},
    {1, UINT64_C(0xffffffff00000000), UINT64_C(0x0123456789abcdef),
     "094ef5a5bd6e2f2186af5d924f146567"},
    {2, UINT64_C(0xffffffffffffffc4), UINT64_C(0x0123456789abcdef),
     "5e32567d1bd593e6d06ff3c450bb8fd7"},
    {3, UINT64_C(0xffffffffffffffc5), UINT64_C(0x0123456789abcdef),
     "dd4df771b7228d4918ecc1b4f53a3829"},
    {0, UINT64_C(0xffffffffffffffff), UINT64_C(0x0123456789abcdef),
     "162702a6936b2d5998080acfacf89e96"},
    {1, UINT64_C(0xfedcba9876543210), UINT64_C(0x398141d9d5f87a8f),
     "7c62b295bdeabd5132ba6a7358b38f12"},
    {2, UINT64_C(0xfedcba9876543210), UINT64_C(0x93931e1b26880931),
     "0b73a2ee79c6f6fb1d8cbf3f044eeb31"},
    {3, UINT64_C(0xfedcba9876543210), UINT64_C(0x6b76178ee9cd4e72),
     "7fd8deb9c0e31ec24ea1e9fe4b8d6827"},
    {0, UINT64_C(0xfedcba9876543210), UINT64_C(0xced2639c54c2d411),
     "7854b8ec07d08e9212776ab9a1048d95"},
    {1, UINT64_C(0xfedcba9876543210), UINT64_C(0x398141d9d5f87a8e),
     "721516894b542a8f0f2c548311932575"},
};

Test(umac, words_at_the_edges_of_the_prime)
{
    struct ss_umac umac;
    uint8_t data[SS_UMAC_BLOCK + 32];

    cr_assert(ss_umac_init(&umac, bytes_of(key), 16) == SS_OK);
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        craft(&umac, edges[i].stream, edges[i].first, data, SS_UMAC_BLOCK);
        craft(&umac, edges[i].stream, edges[i].second, data + SS_UMAC_BLOCK, 32);
        expect_tag(&umac, 16, ss_span_make(data, sizeof data), edges[i].tag);
    }
    ss_umac_fini(&umac);
}

/* Each size around the chunks and blocks, with the last byte before an unreadable page; and the
 * size is part of the tag where zeros follow. */
Test(umac, every_size_reads_its_bytes_and_no_more)
{
    static uint8_t bytes[2200];
    struct ss_umac umac;
    uint8_t tag[16], before[16] = {0};

    cr_assert(ss_umac_init(&umac, bytes_of(key), 16) == SS_OK);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        ss_span data = test_guarded(ss_span_make(bytes, n));

        if (n > 80 && n % 32 > 1 && n % 32 < 31)
            continue;
        cr_assert(ss_umac_compute(&umac, bytes_of(nonce), data, tag) == SS_OK);
        cr_expect(memcmp(tag, before, 16) != 0, "%zu", n);
        memcpy(before, tag, 16);
    }
    ss_umac_fini(&umac);
}

/* The nonce is the sequence number in eight bytes, and two of them share a block of AES where tags
 * are short. */
Test(umac, the_rows_take_the_nonce_from_the_sequence_number)
{
    static const struct {
        uint32_t sequence;
        const char *tag_64, *tag_128;
    } numbers[] = {
        {0, "eb754ad74f13bb38", "eb754ad74f13bb382c2082e52ada717c"},
        {1, "26157b85186779ac", "d9e6dc60ad064a1d49c63303423551bc"},
        {2, "2cb549a57adbf539", "2cb549a57adbf53938b7bd31b0c4fc59"},
        {UINT32_MAX, "7d015090658846fc", "1d32698d1b0233a59f88266dd9fa97c5"},
    };
    static const struct ss_mac_alg *const algs[] = {&ss_mac_umac_64, &ss_mac_umac_64_etm,
                                                    &ss_mac_umac_128, &ss_mac_umac_128_etm};

    for (size_t k = 0; k < SS_COUNT(algs); k++) {
        void *state = ss_alloc(&test_counted()->env, algs[k]->state_size);

        cr_assert(state != NULL && algs[k]->key == 16);
        cr_expect(((algs[k]->flags & SS_MAC_ETM) != 0) == (k % 2 == 1));
        cr_assert(algs[k]->init(algs[k], state, bytes_of(key)) == SS_OK);
        for (size_t i = 0; i < SS_COUNT(numbers); i++) {
            uint8_t tag[16];

            cr_assert(algs[k]->compute(state, numbers[i].sequence, ss_span_of("abc"), tag) ==
                      SS_OK);
            kit_expect(ss_span_make(tag, algs[k]->size),
                       test_hex(algs[k]->size == 8 ? numbers[i].tag_64 : numbers[i].tag_128),
                       algs[k]->name);
        }
        algs[k]->fini(state);
        ss_free(&test_counted()->env, state, algs[k]->state_size);
    }
}

Test(umac, wrong_use_is_refused)
{
    static const uint8_t one;
    struct ss_umac umac = {.aes = NULL};
    uint8_t tag[16];

    cr_expect(ss_umac_compute(&umac, bytes_of(nonce), ss_span_of("x"), tag) == SS_E_usage);
    cr_expect(ss_umac_init(&umac, bytes_of(key), 12) == SS_E_bad_argument);
    ss_umac_fini(&umac);
    cr_assert(ss_umac_init(&umac, bytes_of(key), 8) == SS_OK);
    cr_expect(ss_umac_compute(&umac, bytes_of(nonce), ss_span_make(&one, SS_UMAC_MOST + 1), tag) ==
              SS_E_bad_argument);
    ss_umac_fini(&umac);
    ss_umac_fini(&umac); /* twice is harmless */
}
