/* SPDX-License-Identifier: Apache-2.0 */
/* test_result.c - a result through the pipe and back, its facts, verdicts by name. */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "testserver/runner/worker.h"

TestSuite(result, .fini = test_counted_check);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static void fill(struct result *result)
{
    struct ss_buf *texts[] = {&result->scenario, &result->parameter,    &result->peer,
                              &result->why,      &result->peer_version, &result->requirements,
                              &result->closure,  &result->twin,         &result->fence,
                              &result->facts,    &result->ladder,       &result->rerun,
                              &result->title};
    size_t i;

    result_init(result, env());
    for (i = 0; i < SS_COUNT(texts); i++)
        cr_assert(ss_buf_printf(texts[i], "text %zu\n\x01", i) == SS_OK);
    result->verdict = VERDICT_FLAKY;
    result->expected = true;
    result->role = PEER_BOTH;
    result->ms = 123456;
}

Test(result, the_bytes_of_a_result_are_the_result)
{
    struct result a, b;
    struct ss_buf one, two;

    fill(&a);
    result_init(&b, env());
    ss_buf_init(&one, env(), 1 << 20);
    ss_buf_init(&two, env(), 1 << 20);
    cr_assert(result_write(&a, &one) == SS_OK);
    cr_assert(result_read(&b, ss_buf_span(&one)) == SS_OK);
    cr_expect(b.verdict == VERDICT_FLAKY && b.expected && b.role == PEER_BOTH && b.ms == 123456);
    cr_assert(result_write(&b, &two) == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&one), ss_buf_span(&two)));
    cr_expect(result_read(&b, ss_buf_span(&one)) == SS_OK, "over what was there");
    ss_buf_fini(&one);
    ss_buf_fini(&two);
    result_fini(&a);
    result_fini(&b);
}

Test(result, every_cut_and_every_wild_number_is_refused)
{
    struct result a, b;
    struct ss_buf bytes;
    uint8_t *at;
    size_t n;

    fill(&a);
    result_init(&b, env());
    ss_buf_init(&bytes, env(), 1 << 20);
    cr_assert(result_write(&a, &bytes) == SS_OK);
    for (n = 0; n < ss_buf_size(&bytes); n++)
        cr_expect(result_read(&b, test_guarded(ss_span_part(ss_buf_span(&bytes), 0, n))) != SS_OK);
    at = ss_buf_at(&bytes);
    for (n = 0; n < 4; n++) {
        uint8_t kept = at[n];

        at[n] = n == 2 ? kept : 200; /* 2 is a boolean */
        cr_expect((result_read(&b, ss_buf_span(&bytes)) == SS_E_bad_value) == (n != 2), "%zu", n);
        at[n] = kept;
    }
    cr_assert(ss_buf_puts(&bytes, "x") == SS_OK);
    cr_expect(result_read(&b, ss_buf_span(&bytes)) == SS_E_trailing);
    ss_buf_fini(&bytes);
    result_fini(&a);
    result_fini(&b);
}

Test(result, a_frame_is_whole_or_not_yet)
{
    struct result a, b;
    struct ss_buf frame;
    size_t n;

    fill(&a);
    result_init(&b, env());
    ss_buf_init(&frame, env(), 1 << 20);
    cr_assert(worker_frame_put(&a, &frame) == SS_OK);
    for (n = 0; n < ss_buf_size(&frame); n++)
        cr_expect(worker_frame_take(ss_span_part(ss_buf_span(&frame), 0, n), &b) ==
                  SS_E_more_input);
    cr_expect(worker_frame_take(ss_buf_span(&frame), &b) == SS_OK && b.ms == a.ms);
    cr_assert(ss_buf_puts(&frame, "x") == SS_OK);
    cr_expect(worker_frame_take(ss_buf_span(&frame), &b) == SS_E_trailing);
    cr_expect(worker_frame_take(test_hex("ffffffff 00"), &b) == SS_E_ceiling);
    ss_buf_fini(&frame);
    result_fini(&a);
    result_fini(&b);
}

Test(result, facts_are_sorted_and_replaced_by_name)
{
    struct result result;

    result_init(&result, env());
    cr_expect(result_fact(&result, "b", ss_span_of("1")) == SS_OK);
    cr_expect(result_fact(&result, "a", ss_span_of("x=y")) == SS_OK);
    cr_expect(result_fact(&result, "c", ss_span_of("")) == SS_OK);
    cr_expect(result_fact(&result, "bb", ss_span_of("2")) == SS_OK);
    cr_expect(result_fact(&result, "b", ss_span_of("3")) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&result.facts), "a=x=y\nb=3\nbb=2\nc=\n"), "%.*s",
              (int)ss_buf_size(&result.facts), (const char *)ss_buf_at(&result.facts));
    cr_expect(result_fact(&result, "", ss_span_of("1")) == SS_E_bad_argument);
    cr_expect(result_fact(&result, "a=b", ss_span_of("1")) == SS_E_bad_argument);
    cr_expect(result_fact(&result, "a", ss_span_of("1\n2")) == SS_E_bad_argument);
    result_fini(&result);
}

Test(result, memory_that_runs_out_leaves_the_facts_as_they_were)
{
    struct ss_counted *counted = test_counted();
    struct result result;

    result_init(&result, env());
    cr_assert(result_fact(&result, "a", ss_span_of("1")) == SS_OK);
    counted->calls = 0;
    counted->fail_at = 1;
    counted->fail_after = true;
    cr_expect(result_fact(&result, "b", ss_span_of("2")) == SS_E_no_memory);
    counted->fail_at = 0;
    cr_expect(ss_span_is(ss_buf_span(&result.facts), "a=1\n"));
    result_fini(&result);
}

Test(result, verdicts_and_roles_have_names)
{
    enum verdict back;
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        cr_expect(verdict_from_name(ss_span_of(verdict_name((enum verdict)i)), &back));
        cr_expect(back == (enum verdict)i);
    }
    cr_expect(!verdict_from_name(ss_span_of("pass"), &back));
    cr_expect_str_eq(verdict_name(VERDICT_COUNT), "UNKNOWN");
    cr_expect_str_eq(peer_role_name(PEER_BOTH), "both");
}
