/* SPDX-License-Identifier: Apache-2.0 */
/* kit_pair.c - signatures of two numbers, and what is none.
 *
 * Owns: nothing.
 * Follows: FIPS 186-4 sections 4.7 and 6.4. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

enum { WIDTH_MAX = 66 };

/* out = a - b, big-endian; false when b is greater. */
static bool subtract(const uint8_t *a, const uint8_t *b, size_t n, uint8_t *out)
{
    int borrow = 0;
    size_t i;

    for (i = n; i-- > 0;) {
        int digit = a[i] - b[i] - borrow;

        borrow = digit < 0;
        out[i] = (uint8_t)(digit + (borrow ? 256 : 0));
    }
    return borrow == 0;
}

/* out = a + b; false when there is no room for it. */
static bool add(const uint8_t *a, const uint8_t *b, size_t n, uint8_t *out)
{
    int carry = 0;
    size_t i;

    for (i = n; i-- > 0;) {
        carry += a[i] + b[i];
        out[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return carry == 0;
}

struct question {
    const struct ss_pkey *pkey;
    const struct ss_hash_alg *hash;
    size_t width;
};

static void expect(const struct question *question, const uint8_t *pair, ss_err want,
                   const char *what)
{
    ss_err err = ss_pkey_verify(question->pkey, question->hash, kit_bytes(20),
                                test_guarded(ss_span_make(pair, 2 * question->width)));

    cr_expect(err == want, "%zu bytes, %s: %s", question->width, what, ss_err_name(err));
}

/* One of the numbers changed, the other as it was. */
static void bend(const struct question *question, const uint8_t *good, size_t at, ss_span order,
                 ss_err mirrored)
{
    const size_t width = question->width;
    uint8_t bad[2 * WIDTH_MAX], one[WIDTH_MAX] = {0};
    size_t i;

    memcpy(bad, good, 2 * width);
    for (i = at; i < at + width; i += width - 1) {
        bad[i] ^= 1;
        expect(question, bad, SS_E_bad_signature, "another byte");
        bad[i] ^= 1;
    }
    cr_assert(subtract(order.data, good + at, width, bad + at));
    expect(question, bad, mirrored, "taken from the order");
    if (add(order.data, good + at, width, bad + at))
        expect(question, bad, SS_E_bad_signature, "the order added");
    one[width - 1] = 1;
    memcpy(bad + at, good + at, width);
    cr_assert(add(bad + at, one, width, bad + at));
    expect(question, bad, SS_E_bad_signature, "one added");
}

/* Each number one of these: 0, 1, n - 1, n, n + 1, all bits. */
static void extremes(const struct question *question, ss_span order)
{
    enum { KINDS = 6 };
    const size_t width = question->width;
    uint8_t number[KINDS][WIDTH_MAX] = {{0}}, pair[2 * WIDTH_MAX];
    size_t i;

    number[1][width - 1] = 1;
    memcpy(number[3], order.data, width);
    cr_assert(subtract(number[3], number[1], width, number[2]));
    cr_assert(add(number[3], number[1], width, number[4]));
    memset(number[5], 0xff, width);
    for (i = 0; i < (size_t)KINDS * KINDS; i++) {
        memcpy(pair, number[i / KINDS], width);
        memcpy(pair + width, number[i % KINDS], width);
        expect(question, pair, SS_E_bad_signature, "an extreme");
    }
}

void kit_pair_refused(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span order,
                      ss_err mirrored)
{
    const struct question question = {pkey, hash, order.size};
    struct ss_seeded seeded;
    struct ss_buf store;
    uint8_t good[2 * WIDTH_MAX], swapped[2 * WIDTH_MAX];

    ss_seeded_init(&seeded, 1);
    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(order.size <= WIDTH_MAX &&
              ss_pkey_sign(pkey, &seeded.env, hash, kit_bytes(20), &store) == SS_OK);
    cr_assert(ss_buf_size(&store) == 2 * order.size);
    memcpy(good, ss_buf_at(&store), 2 * order.size);
    ss_buf_fini(&store);
    expect(&question, good, SS_OK, "as it was signed");
    memcpy(swapped, good + order.size, order.size);
    memcpy(swapped + order.size, good, order.size);
    expect(&question, swapped, SS_E_bad_signature, "the numbers swapped");
    bend(&question, good, 0, order, SS_E_bad_signature);
    bend(&question, good, order.size, order, mirrored);
    extremes(&question, order);
}
