/* SPDX-License-Identifier: Apache-2.0 */
/* test_responder.c - the built-in commands: output, status, input. */
#include <criterion/criterion.h>

#include "lib/server/responder.h"
#include "tests/support/support.h"

TestSuite(responder, .fini = test_counted_check);

/* Takes all output of one kind; the responder must outlive the span's use. */
static ss_span drain(struct responder *r, uint32_t type, uint8_t *into, size_t most)
{
    size_t n = 0;

    for (;;) {
        uint32_t got;
        ss_span part = responder_output(r, 7, &got);

        if (part.size == 0 || got != type)
            return ss_span_make(into, n);
        cr_assert(part.size <= 7 && n + part.size <= most);
        memcpy(into + n, part.data, part.size);
        n += part.size;
        responder_taken(r, got, part.size);
    }
}

static void start(struct responder *r, const char *command)
{
    cr_assert(responder_init(r, &test_counted()->env, ss_span_of(command)) == SS_OK);
}

Test(responder, commands_with_fixed_answers_say_what_they_should)
{
    static const struct {
        const char *command, *out, *err;
        uint32_t status;
    } rows[] = {
        {"true", "", "", 0},
        {"false", "", "", 1},
        {"exit 7", "", "", 7},
        {"exit", "", "", 0},
        {"exit x", "", "", 2},
        {"exit 258", "", "", 2},
        {"echo hello", "hello\n", "", 0},
        {"echo  'two  words' \"and \"more", "two  words and more\n", "", 0},
        {"echo", "\n", "", 0},
        {"stderr oh no", "", "oh no\n", 0},
        {"nothing-here -x", "", "nothing-here: not found\n", 127},
        {"wc -l", "", "wc: only -c is built in\n", 2},
        {"head -c x /dev/zero", "", "head: only head -c N /dev/zero is built in\n", 2},
        {"touch", "", "touch: one short name is needed\n", 2},
        {"", "", "", 0},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        uint8_t err_bytes[256], out_bytes[256];
        struct responder r;
        ss_span err, out;

        start(&r, rows[i].command);
        err = drain(&r, 1, err_bytes, sizeof(err_bytes));
        out = drain(&r, 0, out_bytes, sizeof(out_bytes));
        cr_expect(ss_span_is(err, rows[i].err), "%s: stderr %.*s", rows[i].command, (int)err.size,
                  (const char *)err.data);
        cr_expect(ss_span_is(out, rows[i].out), "%s: stdout %.*s", rows[i].command, (int)out.size,
                  (const char *)out.data);
        cr_expect(responder_over(&r), "%s", rows[i].command);
        cr_expect(r.status == rows[i].status, "%s: %u", rows[i].command, r.status);
        responder_fini(&r);
    }
}

Test(responder, cat_gives_back_what_it_gets_and_ends_with_its_input)
{
    uint8_t bytes[64];
    struct responder r;

    start(&r, "cat");
    cr_expect(responder_input(&r, ss_span_of("some ")) == SS_OK);
    cr_expect(responder_input(&r, ss_span_of("bytes")) == SS_OK);
    cr_expect(!responder_over(&r));
    cr_expect(responder_input_over(&r) == SS_OK);
    cr_expect(!responder_over(&r), "output still waits");
    cr_expect(ss_span_is(drain(&r, 0, bytes, sizeof(bytes)), "some bytes"));
    cr_expect(responder_over(&r));
    cr_expect(r.status == 0);
    responder_fini(&r);
}

Test(responder, wc_counts_all_it_was_given)
{
    uint8_t bytes[64];
    struct responder r;

    start(&r, "wc -c");
    for (int i = 0; i < 1000; i++)
        cr_assert(responder_input(&r, ss_span_of("123")) == SS_OK);
    cr_assert(responder_input_over(&r) == SS_OK);
    cr_expect(ss_span_is(drain(&r, 0, bytes, sizeof(bytes)), "3000\n"));
    cr_expect(responder_over(&r));
    responder_fini(&r);
}

Test(responder, zeroes_are_as_many_as_were_asked_for)
{
    uint8_t bytes[100000];
    struct responder r;
    ss_span out;

    start(&r, "head -c 70001 /dev/zero");
    out = drain(&r, 0, bytes, sizeof(bytes));
    cr_expect(out.size == 70001, "%zu", out.size);
    for (size_t i = 0; i < out.size; i++)
        cr_assert(out.data[i] == 0);
    cr_expect(responder_over(&r) && r.status == 0);
    responder_fini(&r);
    start(&r, "head -c 0 /dev/zero");
    cr_expect(responder_over(&r));
    responder_fini(&r);
}

Test(responder, a_signal_and_a_file_name_are_kept_for_the_owner)
{
    struct responder r;

    start(&r, "signal KILL");
    cr_expect_str_eq(r.signal, "KILL");
    cr_expect(responder_over(&r));
    responder_fini(&r);
    start(&r, "signal A-NAME-THAT-IS-TOO-LONG");
    cr_expect(r.signal[0] == 0 && r.status == 2);
    responder_fini(&r);
    start(&r, "touch witness");
    cr_expect_str_eq(r.touch, "witness");
    responder_fini(&r);
}

Test(responder, a_shell_runs_line_after_line_until_exit)
{
    uint8_t bytes[64];
    struct responder r;

    cr_assert(responder_init_shell(&r, &test_counted()->env) == SS_OK);
    cr_expect(responder_input(&r, ss_span_of("echo o")) == SS_OK);
    cr_expect(responder_input(&r, ss_span_of("ne\necho two\n")) == SS_OK);
    cr_expect(ss_span_is(drain(&r, 0, bytes, sizeof(bytes)), "one\ntwo\n"));
    cr_expect(!responder_over(&r));
    cr_expect(responder_input(&r, ss_span_of("exit 3\necho never\n")) == SS_OK);
    cr_expect(responder_over(&r) && r.status == 3);
    responder_fini(&r);
}

Test(responder, a_line_that_is_too_long_is_an_error_and_not_a_crash)
{
    static char line[40000];
    struct responder r;

    memset(line, 'x', sizeof(line) - 1);
    start(&r, line);
    cr_expect(r.status == 2);
    cr_expect(!responder_over(&r), "the complaint waits");
    responder_fini(&r);
}

Test(responder, each_failed_allocation_is_told_and_nothing_leaks)
{
    static const char *const commands[] = {"echo a b c", "stderr x", "unknown",
                                           "head -c 9 /dev/zero"};

    for (size_t i = 0; i < SS_COUNT(commands); i++) {
        struct ss_counted *counted = test_counted();
        ss_err err = SS_E_no_memory;

        for (size_t n = 1; err != SS_OK; n++) {
            struct responder r;

            counted->fail_at = counted->calls + n;
            err = responder_init(&r, &counted->env, ss_span_of(commands[i]));
            counted->fail_at = 0;
            cr_assert(err == SS_OK || err == SS_E_no_memory);
            cr_assert(n < 50);
            if (err == SS_OK)
                responder_fini(&r);
        }
    }
}
