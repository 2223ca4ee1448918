/* SPDX-License-Identifier: Apache-2.0 */
/* test_buf.c - the buffer against a plain model, its ceilings, its cost, its wiping. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/buf.h"
#include "tests/support/support.h"

TestSuite(buf, .fini = test_counted_check);

static void expect_holds(const struct ss_buf *buf, ss_span want, const char *what)
{
    cr_assert(ss_span_eq(ss_buf_span(buf), want), "%s: sizes %zu and %zu", what, ss_buf_size(buf),
              want.size);
}

Test(buf, an_empty_buffer_is_harmless)
{
    struct ss_buf buf, zeroed = {0};
    uint8_t *out = (uint8_t *)"";

    ss_buf_init(&buf, &test_counted()->env, 10);
    cr_expect(ss_buf_size(&buf) == 0 && ss_buf_at(&buf) == NULL);
    cr_expect(ss_buf_put(&buf, ss_span_make(NULL, 0)) == SS_OK);
    cr_expect(ss_buf_extend(&buf, 0, &out) == SS_OK);
    ss_buf_consume(&buf, 5);
    ss_buf_truncate(&buf, 5);
    ss_buf_clear(&buf);
    cr_expect(test_counted()->calls == 0);
    ss_buf_fini(&buf);
    ss_buf_fini(&buf);
    ss_buf_fini(&zeroed);
}

Test(buf, the_ceiling_is_exact)
{
    struct ss_buf buf;

    ss_buf_init(&buf, &test_counted()->env, 5);
    cr_expect(ss_buf_puts(&buf, "12345") == SS_OK);
    cr_expect(ss_buf_puts(&buf, "6") == SS_E_ceiling);
    cr_expect(ss_buf_reserve(&buf, SIZE_MAX) == SS_E_ceiling);
    expect_holds(&buf, test_text("12345"), "full");
    ss_buf_consume(&buf, 1);
    cr_expect(ss_buf_printf(&buf, "%d", 6) == SS_OK);
    cr_expect(ss_buf_printf(&buf, "%d", 7) == SS_E_ceiling);
    expect_holds(&buf, test_text("23456"), "full again");
    buf.ceiling = 2;
    cr_expect(ss_buf_puts(&buf, "x") == SS_E_ceiling);
    ss_buf_fini(&buf);
}

Test(buf, printf_fits_exactly_and_grows)
{
    struct ss_buf buf;
    size_t n;

    for (n = 0; n < 300; n++) {
        ss_buf_init(&buf, &test_counted()->env, n + 3);
        cr_assert(ss_buf_printf(&buf, "%s", "<") == SS_OK);
        cr_assert(ss_buf_printf(&buf, "%*d>", (int)n + 1, 7) == SS_OK, "%zu", n);
        cr_assert(ss_buf_size(&buf) == n + 3);
        cr_expect(ss_buf_at(&buf)[n + 1] == '7' && ss_buf_at(&buf)[n + 2] == '>');
        cr_expect(ss_buf_printf(&buf, "%c", '!') == SS_E_ceiling);
        ss_buf_fini(&buf);
    }
}

/* A model that any reader can check: a flat array that is always moved down. */
struct model {
    uint8_t data[4096];
    size_t size;
};

static void step(struct ss_buf *buf, struct model *model, uint32_t dice)
{
    size_t n = (dice >> 8) % 700;
    uint8_t bytes[700];

    switch (dice % 8) {
    case 0:
    case 1:
        ss_buf_consume(buf, n);
        n = n < model->size ? n : model->size;
        memmove(model->data, model->data + n, model->size - n);
        model->size -= n;
        return;
    case 2:
        ss_buf_truncate(buf, model->size - model->size / 8);
        model->size -= model->size / 8;
        return;
    case 3:
        if (dice >> 28 == 0) {
            ss_buf_clear(buf);
            model->size = 0;
        }
        return;
    default:
        memset(bytes, (int)(dice >> 16), n);
        if (model->size + n > 3000) {
            cr_assert(ss_buf_put(buf, ss_span_make(bytes, n)) == SS_E_ceiling);
            return;
        }
        cr_assert(ss_buf_put(buf, ss_span_make(bytes, n)) == SS_OK);
        memcpy(model->data + model->size, bytes, n);
        model->size += n;
    }
}

Test(buf, any_mix_of_calls_agrees_with_a_plain_model)
{
    static struct model model;
    struct ss_seeded seeded;
    struct ss_buf buf;
    size_t round, i;

    ss_seeded_init(&seeded, 5);
    for (round = 0; round < 2; round++) {
        ss_buf_init(&buf, &test_counted()->env, 3000);
        buf.secret = round == 1;
        model.size = 0;
        for (i = 0; i < 20000; i++) {
            uint32_t dice;

            cr_assert(ss_random(&seeded.env, (uint8_t *)&dice, sizeof dice) == SS_OK);
            step(&buf, &model, dice);
            expect_holds(&buf, ss_span_make(model.data, model.size), "after a step");
            cr_assert(buf.cap <= 3000 + 1500 + 200);
        }
        ss_buf_fini(&buf);
    }
}

/* Bytes moved by a put: all live ones when the head or the block changed. */
static size_t put_and_weigh(struct ss_buf *buf, ss_span bytes)
{
    size_t head = buf->head, size = ss_buf_size(buf);
    const uint8_t *data = buf->data;

    cr_assert(ss_buf_put(buf, bytes) == SS_OK);
    return buf->head != head || buf->data != data ? size : 0;
}

/* Streams with every mixture of live bytes and packet size: moved bytes stay within a small
 * multiple of appended ones, and steady state allocates nothing. */
Test(buf, streaming_moves_a_constant_share)
{
    static const size_t packets[] = {1000, 32768, 65536};
    static const size_t lives[] = {0, 32768, 131072, 262144 - 65536};
    static uint8_t bytes[65536];
    size_t i, j, k;

    for (i = 0; i < SS_COUNT(packets); i++)
        for (j = 0; j < SS_COUNT(lives); j++) {
            size_t moved = 0, put = 0, calls = 0;
            struct ss_buf buf;

            ss_buf_init(&buf, &test_counted()->env, 262144);
            for (k = 0; k < 2000; k++) {
                moved += put_and_weigh(&buf, ss_span_make(bytes, packets[i]));
                put += packets[i];
                if (ss_buf_size(&buf) > lives[j])
                    ss_buf_consume(&buf, ss_buf_size(&buf) - lives[j]);
                if (k == 1000)
                    calls = test_counted()->calls;
            }
            cr_expect(moved <= 3 * put, "packets of %zu, %zu live: %zu moved for %zu", packets[i],
                      lives[j], moved, put);
            cr_expect(test_counted()->calls == calls, "allocates in steady state");
            ss_buf_fini(&buf);
        }
}

Test(buf, single_bytes_cost_few_allocations)
{
    struct ss_buf buf;
    size_t i;

    ss_buf_init(&buf, &test_counted()->env, 1 << 20);
    for (i = 0; i < 1 << 20; i++)
        cr_assert(ss_buf_put(&buf, ss_span_make("x", 1)) == SS_OK);
    cr_expect(test_counted()->calls < 20, "%zu calls", test_counted()->calls);
    ss_buf_fini(&buf);
}

/* Appends 200 lines with the n-th allocation failing; gives the number of appends that failed. */
static size_t append_and_fail(struct ss_counted *counted, size_t n, bool secret)
{
    static char want[2000];
    size_t size = 0, failed = 0, i;
    struct ss_buf buf;

    counted->calls = 0;
    counted->fail_at = n;
    ss_buf_init(&buf, &counted->env, 2000);
    buf.secret = secret;
    for (i = 0; i < 200; i++) {
        ss_err err = ss_buf_printf(&buf, "line %zu,", i % 10);

        cr_assert(err == SS_OK || err == SS_E_no_memory);
        failed += err != SS_OK;
        if (err == SS_OK)
            size += (size_t)sprintf(want + size, "line %zu,", i % 10);
        expect_holds(&buf, ss_span_make(want, size), "after a failure");
    }
    ss_buf_fini(&buf);
    return failed;
}

/* A single failure may be made good by a smaller step; failing for good must show. */
Test(buf, failing_at_each_allocation_changes_nothing)
{
    struct ss_counted *counted = test_counted();
    size_t n, mode;

    for (mode = 0; mode < 4; mode++) {
        counted->fail_after = mode >= 2;
        for (n = 1; n < 100; n++) {
            size_t failed = append_and_fail(counted, n, mode % 2 == 1);

            if (counted->calls < n)
                break;
            cr_expect(failed > 0 || mode < 2, "allocation %zu, mode %zu", n, mode);
        }
        cr_expect(n > 4 && n < 100, "%zu allocations tried", n);
    }
    counted->fail_at = 0;
}

/* When doubling fails but moving down makes room, the put succeeds. */
Test(buf, moving_down_replaces_growth_that_fails)
{
    struct ss_counted *counted = test_counted();
    uint8_t bytes[64];
    struct ss_buf buf;

    memset(bytes, 'a', sizeof bytes);
    ss_buf_init(&buf, &counted->env, 1000);
    cr_assert(ss_buf_put(&buf, ss_span_make(bytes, 64)) == SS_OK);
    cr_assert(buf.cap == 64);
    ss_buf_consume(&buf, 4);
    counted->fail_at = 1;
    counted->fail_after = true;
    cr_expect(ss_buf_puts(&buf, "1234") == SS_OK);
    cr_expect(ss_buf_size(&buf) == 64);
    cr_expect(ss_buf_puts(&buf, "5") == SS_E_no_memory);
    cr_expect(ss_buf_size(&buf) == 64);
    counted->fail_at = 0;
    ss_buf_fini(&buf);
}

/* An env that looks at every block before it goes back. */
static size_t dirty_blocks;

static void *inspecting_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    const uint8_t *bytes = p;
    size_t i;

    for (i = 0; p != NULL && i < old_size; i++)
        if (bytes[i] != 0) {
            dirty_blocks++;
            break;
        }
    return test_env()->resize(ctx, p, old_size, size);
}

static void leave_secrets(struct ss_buf *buf)
{
    size_t i;

    for (i = 0; i < 50; i++) {
        cr_assert(ss_buf_puts(buf, "a password of some length;") == SS_OK);
        if (i % 3 == 0)
            ss_buf_consume(buf, 17);
        if (i % 7 == 0)
            ss_buf_truncate(buf, ss_buf_size(buf) - 3);
    }
}

Test(buf, secret_bytes_are_wiped_wherever_they_were)
{
    struct ss_env env = *test_env();
    struct ss_buf buf;
    size_t i;

    env.resize = inspecting_resize;
    ss_buf_init(&buf, &env, 10000);
    leave_secrets(&buf);
    ss_buf_fini(&buf);
    cr_assert(dirty_blocks > 0, "the inspection itself sees nothing");
    dirty_blocks = 0;
    ss_buf_init(&buf, &env, 10000);
    buf.secret = true;
    leave_secrets(&buf);
    for (i = 0; i < buf.head; i++)
        cr_assert(buf.data[i] == 0, "consumed byte %zu", i);
    for (i = buf.tail; i < buf.cap; i++)
        cr_assert(buf.data[i] == 0, "byte %zu behind the tail", i);
    ss_buf_fini(&buf);
    cr_expect(dirty_blocks == 0, "%zu blocks went back dirty", dirty_blocks);
}
