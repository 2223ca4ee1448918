/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_text.c - lines, armour and base64 of key files.
 *
 * Follows: RFC 7468 sections 2 and 3. */
#include <criterion/criterion.h>

#include "keys/key_text.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_text, .fini = test_counted_check);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

Test(key_text, lines_end_in_three_ways)
{
    struct ss_key_text text = {test_guarded(test_text("a \t\nb\r\n\rc\r\rd")), 0, 0};
    static const struct {
        const char *text, *raw;
        size_t offset;
    } want[] = {{"a", "a \t", 0}, {"b", "b", 4}, {"", "", 7},
                {"c", "c", 8},    {"", "", 10},  {"d", "d", 11}};
    struct ss_key_line line;
    size_t i;

    for (i = 0; i < SS_COUNT(want); i++) {
        cr_assert(ss_key_text_next(&text, &line));
        cr_expect(ss_span_is(line.text, want[i].text) && ss_span_is(line.raw, want[i].raw), "%zu",
                  i);
        cr_expect(line.offset == want[i].offset && line.number == i + 1, "%zu", i);
    }
    cr_expect(!ss_key_text_next(&text, &line));
    text.at = text.number = 0;
    for (i = 0; ss_key_text_next_full(&text, &line); i++)
        cr_expect(line.text.size == 1);
    cr_expect(i == 4);
}

Test(key_text, begin_lines_have_a_label)
{
    ss_span label;

    cr_assert(ss_key_begin_line(test_text("-----BEGIN A B-----"), &label));
    cr_expect(ss_span_is(label, "A B"));
    cr_expect(!ss_key_begin_line(test_text("-----BEGIN -----"), &label));
    cr_expect(!ss_key_begin_line(test_text("-----BEGIN A----"), &label));
    cr_expect(!ss_key_begin_line(test_text("----BEGIN A-----"), &label));
    cr_expect(!ss_key_begin_line(test_text("-----BEGIN"), &label));
    cr_expect(!ss_key_begin_line(test_text(""), &label));
}

/* Puts armour around bytes and takes it off again, for every size about the ends of lines. */
Test(key_text, armour_goes_on_and_comes_off)
{
    uint8_t bytes[160];
    size_t n;

    for (n = 0; n < sizeof bytes; n++)
        bytes[n] = (uint8_t)(n * 7);
    for (n = 0; n <= sizeof bytes; n++) {
        struct ss_key_text text = {{NULL, 0}, 0, 0};
        struct ss_key_error error = {0, 0, NULL};
        struct ss_buf file, base64, data;
        struct ss_key_line line;
        ss_span label;

        ss_buf_init(&file, env(), 1024);
        ss_buf_init(&base64, env(), 1024);
        ss_buf_init(&data, env(), 1024);
        cr_assert(ss_key_put_armour(&file, "X Y", ss_span_make(bytes, n), 64) == SS_OK);
        text.file = ss_buf_span(&file);
        cr_assert(ss_key_text_next(&text, &line) && ss_key_begin_line(line.text, &label));
        cr_assert(ss_key_armour_body(&text, label, &base64, &data, &error) == SS_OK);
        cr_expect(ss_span_eq(ss_buf_span(&data), ss_span_make(bytes, n)), "%zu", n);
        cr_expect(ss_key_text_end(&text, &error) == SS_OK);
        for (text.at = 0; ss_key_text_next(&text, &line);)
            cr_expect(line.text.size <= 64);
        ss_buf_fini(&data);
        ss_buf_fini(&base64);
        ss_buf_fini(&file);
    }
}

Test(key_text, the_first_wrong_letter_is_named)
{
    static const struct {
        const char *first, *second;
        size_t bad; /* of the second; SIZE_MAX: none */
    } rows[] = {
        {"AAAA", "AB+/", SIZE_MAX},
        {"AAAA", "AB-_", 2},
        {"AA==", "A", 0},
        {"AA=", "=", SIZE_MAX},
        {"AA", "=A", 1},
        {"", "A A", 1},
        {"", "\xc3", 0},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_line first = {test_text(rows[i].first), {NULL, 0}, 100, 5};
        struct ss_key_line second = {test_text(rows[i].second), {NULL, 0}, 200, 6};
        struct ss_key_error error = {0, 0, NULL};
        struct ss_buf base64;
        ss_err err;

        ss_buf_init(&base64, env(), 64);
        cr_assert(ss_key_join(&first, &base64, &error) == SS_OK);
        err = ss_key_join(&second, &base64, &error);
        cr_expect((err == SS_OK) == (rows[i].bad == SIZE_MAX), "row %zu", i);
        if (err != SS_OK)
            cr_expect(error.offset == 200 + rows[i].bad && error.line == 6, "row %zu", i);
        ss_buf_fini(&base64);
    }
}
