/* SPDX-License-Identifier: Apache-2.0 */
/* test_base64.c - base64 and hex against the vectors of RFC 4648 section 10, and strictness. */
#include <criterion/criterion.h>

#include "sshspec/text.h"
#include "tests/support/support.h"

TestSuite(base64, .fini = test_counted_check);

static struct ss_buf fresh(size_t ceiling)
{
    struct ss_buf buf;

    ss_buf_init(&buf, &test_counted()->env, ceiling);
    return buf;
}

Test(base64, the_vectors_of_rfc_4648_both_ways)
{
    static const char *const rows[][3] = {
        {"", "", ""},
        {"f", "Zg==", "66"},
        {"fo", "Zm8=", "666f"},
        {"foo", "Zm9v", "666f6f"},
        {"foob", "Zm9vYg==", "666f6f62"},
        {"fooba", "Zm9vYmE=", "666f6f6261"},
        {"foobar", "Zm9vYmFy", "666f6f626172"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_buf buf = fresh(100);

        cr_expect(ss_base64_encode(&buf, test_guarded(test_text(rows[i][0]))) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&buf), rows[i][1]), "%s", rows[i][0]);
        ss_buf_clear(&buf);
        cr_expect(ss_base64_decode(&buf, test_guarded(test_text(rows[i][1]))) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&buf), rows[i][0]), "%s", rows[i][1]);
        ss_buf_clear(&buf);
        cr_expect(ss_hex_encode(&buf, test_guarded(test_text(rows[i][0]))) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&buf), rows[i][2]), "%s", rows[i][0]);
        ss_buf_clear(&buf);
        cr_expect(ss_hex_decode(&buf, test_guarded(test_text(rows[i][2]))) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&buf), rows[i][0]), "%s", rows[i][2]);
        ss_buf_fini(&buf);
    }
}

Test(base64, what_is_not_strict_is_refused_and_leaves_the_buffer)
{
    static const char *const bad[] = {
        "Z",    "Zg",   "Zg=",      "Zg===",    "====",     "=Zg=",     "Z===", "Zg=v",   "Zm=v",
        "Zh==", "Zm9=", "Zg==Zg==", "Zm9vZg=A", "Zm9v\nZg", "Zm9v Zg=", "Zm-_", "Zm9v\n", "Zm9\xc3",
    };
    struct ss_buf buf = fresh(100);
    size_t i;

    cr_assert(ss_buf_puts(&buf, "kept") == SS_OK);
    for (i = 0; i < SS_COUNT(bad); i++) {
        cr_expect(ss_base64_decode(&buf, test_guarded(test_text(bad[i]))) == SS_E_bad_base64, "%s",
                  bad[i]);
        cr_expect(ss_span_is(ss_buf_span(&buf), "kept"), "%s", bad[i]);
    }
    ss_buf_fini(&buf);
}

/* The alphabet written out once more: exactly these 64 bytes decode, each to its own value. */
Test(base64, exactly_the_alphabet_decodes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct ss_buf buf = fresh(100);
    unsigned c;

    for (c = 0; c < 256; c++) {
        char text[4] = {'A', (char)c, 'A', 'A'};
        const char *found = c != 0 ? strchr(alphabet, (int)c) : NULL;
        ss_err err = ss_base64_decode(&buf, ss_span_make(text, 4));

        cr_expect((err == SS_OK) == (found != NULL), "byte %u", c);
        if (found != NULL) {
            unsigned v = (unsigned)(found - alphabet);

            cr_expect(ss_buf_at(&buf)[0] == v >> 4 && ss_buf_at(&buf)[1] == (v & 15) << 4);
        }
        ss_buf_clear(&buf);
    }
    ss_buf_fini(&buf);
}

Test(base64, random_bytes_come_back)
{
    struct ss_buf text = fresh(1000), back = fresh(1000);
    uint8_t bytes[200];
    struct ss_seeded seeded;
    size_t n;

    ss_seeded_init(&seeded, 9);
    for (n = 0; n <= sizeof bytes; n++) {
        ss_span span = ss_span_make(bytes, n);

        cr_assert(ss_random(&seeded.env, bytes, n) == SS_OK);
        cr_assert(ss_base64_encode(&text, span) == SS_OK);
        cr_assert(ss_buf_size(&text) == (n + 2) / 3 * 4);
        cr_assert(ss_base64_decode(&back, ss_buf_span(&text)) == SS_OK);
        cr_expect(ss_span_eq(ss_buf_span(&back), span), "size %zu", n);
        ss_buf_clear(&text);
        ss_buf_clear(&back);
    }
    ss_buf_fini(&text);
    ss_buf_fini(&back);
}

Test(base64, hex_takes_either_case_and_nothing_else)
{
    static const char *const bad[] = {"0", "0g", "g0", "0x00", " 0", "00 ", "\xc3\xa9"};
    struct ss_buf buf = fresh(100);
    size_t i;

    cr_expect(ss_hex_decode(&buf, test_text("deadBEEF09")) == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&buf), test_hex("deadbeef09")));
    for (i = 0; i < SS_COUNT(bad); i++)
        cr_expect(ss_hex_decode(&buf, test_text(bad[i])) == SS_E_bad_text, "%s", bad[i]);
    cr_expect(ss_buf_size(&buf) == 5);
    ss_buf_fini(&buf);
}

Test(base64, a_full_buffer_is_left_alone)
{
    struct ss_buf buf = fresh(7);

    cr_assert(ss_buf_puts(&buf, "1234") == SS_OK);
    cr_expect(ss_base64_encode(&buf, test_text("abc")) == SS_E_ceiling);
    cr_expect(ss_base64_decode(&buf, test_text("Zm9vYg==")) == SS_E_ceiling);
    cr_expect(ss_hex_encode(&buf, test_text("ab")) == SS_E_ceiling);
    cr_expect(ss_hex_decode(&buf, test_text("00000000")) == SS_E_ceiling);
    cr_expect(ss_span_is(ss_buf_span(&buf), "1234"));
    ss_buf_fini(&buf);
}
