/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena.c - alignment, zeroing, ceilings, steady state, exhaustion. */
#include <criterion/criterion.h>
#include <stdalign.h>

#include "sshspec/arena.h"
#include "tests/support/support.h"

TestSuite(arena, .fini = test_counted_check);

static bool all_zero(const uint8_t *p, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

Test(arena, blocks_are_zeroed_aligned_and_apart)
{
    static const size_t sizes[] = {0, 1, 7, 16, 17, 1000, 1024, 5000, 1, 70000, 3, 200000};
    uint8_t *got[SS_COUNT(sizes)];
    struct ss_arena arena;
    size_t round, i;

    ss_arena_init(&arena, &test_counted()->env, 1 << 20);
    for (round = 0; round < 3; round++) {
        for (i = 0; i < SS_COUNT(sizes); i++) {
            got[i] = ss_arena_alloc(&arena, sizes[i]);
            cr_assert(got[i] != NULL);
            cr_expect((uintptr_t)got[i] % alignof(max_align_t) == 0);
            cr_expect(all_zero(got[i], sizes[i]), "size %zu in round %zu", sizes[i], round);
            memset(got[i], (int)i + 1, sizes[i]);
        }
        for (i = 0; i < SS_COUNT(sizes); i++)
            cr_expect(sizes[i] == 0 || (got[i][0] == i + 1 && got[i][sizes[i] - 1] == i + 1));
        ss_arena_reset(&arena);
    }
    ss_arena_fini(&arena);
    ss_arena_fini(&arena);
}

Test(arena, reset_wipes_and_keeps_the_memory)
{
    struct ss_arena arena;
    uint8_t *p;
    size_t calls;

    ss_arena_init(&arena, &test_counted()->env, 10000);
    p = ss_arena_alloc(&arena, 3000);
    cr_assert(p != NULL);
    memset(p, 's', 3000);
    calls = test_counted()->calls;
    ss_arena_reset(&arena);
    cr_expect(all_zero(p, 3000), "a password would survive");
    cr_expect(ss_arena_alloc(&arena, 3000) == p);
    cr_expect(test_counted()->calls == calls);
    ss_arena_fini(&arena);
}

Test(arena, the_ceiling_holds_and_reset_lifts_it)
{
    struct ss_arena arena;
    size_t round, i;

    ss_arena_init(&arena, &test_counted()->env, 160);
    for (round = 0; round < 2; round++) {
        for (i = 0; i < 10; i++)
            cr_expect(ss_arena_alloc(&arena, i % 3) != NULL, "%zu", i);
        cr_expect(ss_arena_alloc(&arena, 0) == NULL);
        cr_expect(ss_arena_alloc(&arena, SIZE_MAX) == NULL);
        cr_expect(ss_arena_text(&arena, ss_span_make("x", SIZE_MAX)) == NULL);
        ss_arena_reset(&arena);
    }
    cr_expect(ss_arena_alloc(&arena, 161) == NULL);
    cr_expect(ss_arena_alloc(&arena, 160) != NULL);
    ss_arena_fini(&arena);
}

Test(arena, texts_and_copies)
{
    struct ss_arena arena;
    ss_span copy = {0};
    ss_span from = test_guarded(test_hex("00 ff 10"));
    char *text;

    ss_arena_init(&arena, &test_counted()->env, 64);
    text = ss_arena_text(&arena, test_guarded(test_text("none")));
    cr_assert(text != NULL);
    cr_expect_str_eq(text, "none");
    cr_expect(ss_arena_copy(&arena, from, &copy) == SS_OK);
    cr_expect(ss_span_eq(copy, from) && copy.data != from.data);
    cr_expect(ss_arena_copy(&arena, ss_span_make(NULL, 0), &copy) == SS_OK);
    cr_expect(copy.size == 0);
    cr_expect(ss_arena_copy(&arena, ss_span_make(text, 33), &copy) == SS_E_ceiling);
    cr_expect(copy.data == NULL && copy.size == 33);
    ss_arena_fini(&arena);
}

/* Messages of two shapes in turn: after the first rounds nothing is allocated any more. */
Test(arena, steady_state_allocates_nothing)
{
    struct ss_arena arena;
    size_t round, i, calls = 0;

    ss_arena_init(&arena, &test_counted()->env, 1 << 20);
    for (round = 0; round < 200; round++) {
        for (i = 0; i < 40; i++)
            cr_assert(ss_arena_alloc(&arena, round % 2 == 0 ? i * 37 : (40 - i) * 911) != NULL);
        ss_arena_reset(&arena);
        if (round == 20)
            calls = test_counted()->calls;
    }
    cr_expect(test_counted()->calls == calls, "%zu more", test_counted()->calls - calls);
    ss_arena_fini(&arena);
}

/* A peer that sends a slightly larger message each time must not make the chain pile up. */
Test(arena, growing_requests_hold_bounded_memory)
{
    const size_t ceiling = 1 << 20;
    struct ss_arena arena;
    size_t size, small;

    ss_arena_init(&arena, &test_counted()->env, ceiling);
    for (size = 100; size < ceiling - 4096; size += 1777) {
        for (small = 0; small < 3; small++)
            cr_assert(ss_arena_alloc(&arena, 700) != NULL);
        cr_assert(ss_arena_alloc(&arena, size) != NULL);
        ss_arena_reset(&arena);
        cr_assert(test_counted()->bytes <= 4 * ceiling + 4096, "%zu held", test_counted()->bytes);
    }
    ss_arena_fini(&arena);
}

Test(arena, failing_at_each_allocation_loses_nothing)
{
    struct ss_counted *counted = test_counted();
    size_t n, failed = 1;

    for (n = 1; failed > 0 && n < 100; n++) {
        struct ss_arena arena;
        size_t i;
        ss_span copy;

        failed = 0;
        counted->calls = 0;
        counted->fail_at = n;
        ss_arena_init(&arena, &counted->env, 1 << 20);
        for (i = 0; i < 60; i++) {
            uint8_t *p = ss_arena_alloc(&arena, i * 100);

            failed += p == NULL;
            if (p != NULL)
                memset(p, 1, i * 100);
        }
        failed += ss_arena_copy(&arena, ss_span_make(&arena, sizeof arena), &copy) != SS_OK;
        ss_arena_reset(&arena);
        ss_arena_fini(&arena);
        cr_assert(counted->blocks == 0);
    }
    cr_expect(n > 4 && n < 100, "%zu allocations tried", n);
    counted->fail_at = 0;
}
