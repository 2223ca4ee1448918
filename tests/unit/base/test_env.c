/* SPDX-License-Identifier: Apache-2.0 */
/* test_env.c - memory through the env, the seeded bytes, the counting env.
 *
 * Follows: the reference sequences of xoshiro256** and splitmix64. */
#include <criterion/criterion.h>

#include "tests/support/support.h"

TestSuite(env, .fini = test_counted_check);

static uint64_t word(const uint8_t *p)
{
    uint64_t v = 0;
    int i;

    for (i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* The first words of the reference code from state 1, 2, 3, 4. */
Test(env, seeded_bytes_are_those_of_xoshiro256ss)
{
    static const uint64_t want[] = {UINT64_C(11520), 0, UINT64_C(1509978240),
                                    UINT64_C(1215971899390074240)};
    struct ss_seeded seeded;
    uint8_t bytes[32];
    size_t i;

    ss_seeded_init(&seeded, 7);
    for (i = 0; i < 4; i++)
        seeded.state[i] = i + 1;
    cr_assert(ss_random(&seeded.env, bytes, sizeof bytes) == SS_OK);
    for (i = 0; i < SS_COUNT(want); i++)
        cr_expect(word(bytes + 8 * i) == want[i], "word %zu", i);
}

/* The first outputs of splitmix64 from seed 0. */
Test(env, the_state_is_filled_by_splitmix64)
{
    static const uint64_t want[] = {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
                                    UINT64_C(0x06c45d188009454f), UINT64_C(0xf88bb8a8724c81ec)};
    struct ss_seeded seeded;
    size_t i;

    ss_seeded_init(&seeded, 0);
    for (i = 0; i < SS_COUNT(want); i++)
        cr_expect(seeded.state[i] == want[i], "word %zu", i);
}

Test(env, the_same_seed_repeats_and_another_does_not)
{
    struct ss_seeded a, b, c;
    uint8_t x[33], y[33], z[33];

    ss_seeded_init(&a, 42);
    ss_seeded_init(&b, 42);
    ss_seeded_init(&c, 43);
    cr_assert(ss_random(&a.env, x, sizeof x) == SS_OK);
    cr_assert(ss_random(&b.env, y, sizeof y) == SS_OK);
    cr_assert(ss_random(&c.env, z, sizeof z) == SS_OK);
    cr_expect(memcmp(x, y, sizeof x) == 0);
    cr_expect(memcmp(x, z, sizeof x) != 0);
    cr_assert(ss_random(&a.env, x, sizeof x) == SS_OK);
    cr_expect(memcmp(x, y, sizeof x) != 0);
    cr_expect(a.env.deterministic);
}

Test(env, seeded_memory_works)
{
    struct ss_seeded seeded;
    uint8_t *p;

    ss_seeded_init(&seeded, 1);
    p = ss_alloc(&seeded.env, 10);
    cr_assert(p != NULL);
    p = ss_resize(&seeded.env, p, 10, 1000);
    cr_assert(p != NULL);
    p[999] = 1;
    ss_free(&seeded.env, p, 1000);
}

Test(env, blocks_are_zeroed_and_size_zero_gives_null)
{
    const struct ss_env *env = &test_counted()->env;
    uint8_t *dirty = ss_alloc(env, 4096);
    uint8_t *p;
    size_t i;

    cr_assert(dirty != NULL);
    memset(dirty, 0xa5, 4096);
    ss_free(env, dirty, 4096);
    p = ss_alloc(env, 4096);
    cr_assert(p != NULL);
    for (i = 0; i < 4096; i++)
        cr_assert(p[i] == 0);
    ss_free(env, p, 4096);
    cr_expect(ss_alloc(env, 0) == NULL);
    ss_free(env, NULL, 0);
}

Test(env, texts_are_copied_with_their_zero)
{
    const struct ss_env *env = &test_counted()->env;
    char *text = ss_strdup(env, test_guarded(test_text("curve25519")));
    char *none = ss_strdup(env, ss_span_make(NULL, 0));

    cr_assert(text != NULL && none != NULL);
    cr_expect_str_eq(text, "curve25519");
    cr_expect_str_eq(none, "");
    ss_strfree(env, text);
    ss_strfree(env, none);
    ss_strfree(env, NULL);
    cr_expect(ss_strdup(env, ss_span_make("x", SIZE_MAX)) == NULL);
}

Test(env, counted_counts_blocks_bytes_and_peak)
{
    struct ss_counted counted;
    void *a, *b;

    ss_counted_init(&counted, test_env());
    a = ss_alloc(&counted.env, 100);
    b = ss_alloc(&counted.env, 50);
    cr_assert(a != NULL && b != NULL);
    cr_expect(counted.blocks == 2 && counted.bytes == 150 && counted.peak == 150);
    b = ss_resize(&counted.env, b, 50, 20);
    cr_assert(b != NULL);
    cr_expect(counted.blocks == 2 && counted.bytes == 120 && counted.peak == 150);
    ss_free(&counted.env, a, 100);
    cr_expect(counted.blocks == 1 && counted.bytes == 20);
    cr_expect(ss_resize(&counted.env, b, 20, 0) == NULL);
    cr_expect(counted.blocks == 0 && counted.bytes == 0 && counted.calls == 3);
}

Test(env, counted_fails_the_nth_and_only_it_unless_told)
{
    struct ss_counted counted;
    void *p[4];
    size_t i;

    ss_counted_init(&counted, test_env());
    counted.fail_at = 2;
    for (i = 0; i < 4; i++) {
        p[i] = ss_alloc(&counted.env, 8);
        cr_expect((p[i] == NULL) == (i == 1), "allocation %zu", i);
    }
    for (i = 0; i < 4; i++)
        ss_free(&counted.env, p[i], 8);
    counted.calls = 0;
    counted.fail_after = true;
    for (i = 0; i < 4; i++) {
        p[i] = ss_alloc(&counted.env, 8);
        cr_expect((p[i] == NULL) == (i >= 1), "allocation %zu", i);
    }
    ss_free(&counted.env, p[0], 8);
    cr_expect(counted.blocks == 0 && counted.bytes == 0);
}

static ss_err no_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    (void)out;
    (void)n;
    return SS_E_no_random;
}

Test(env, randomness_passes_through_with_its_errors)
{
    struct ss_env poor = *test_env();
    struct ss_counted counted;
    uint8_t bytes[64] = {0}, zero[64] = {0};

    poor.random = no_random;
    ss_counted_init(&counted, &poor);
    cr_expect(ss_random(&counted.env, bytes, 1) == SS_E_no_random);
    cr_expect(ss_random(&counted.env, bytes, 0) == SS_OK);
    ss_counted_init(&counted, test_env());
    cr_expect(ss_random(&counted.env, bytes, sizeof bytes) == SS_OK);
    cr_expect(memcmp(bytes, zero, sizeof bytes) != 0);
    cr_expect(!counted.env.deterministic);
}
