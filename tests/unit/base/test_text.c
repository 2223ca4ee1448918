/* SPDX-License-Identifier: Apache-2.0 */
/* test_text.c - UTF-8, escaping, JSON strings, name-lists.
 *
 * Follows: RFC 3629 section 4; RFC 8259 section 7; RFC 4251 section 5. */
#include <criterion/criterion.h>

#include "sshspec/text.h"
#include "tests/support/support.h"

TestSuite(text, .fini = test_counted_check);

Test(text, utf8_by_the_table_of_rfc_3629)
{
    static const struct {
        const char *hex;
        bool want;
    } rows[] = {
        {"", true},          {"00", true},           {"7f", true},          {"80", false},
        {"bf", false},       {"c080", false},        {"c1bf", false},       {"c280", true},
        {"c2", false},       {"c27f", false},        {"c2c0", false},       {"dfbf", true},
        {"e09fbf", false},   {"e0a080", true},       {"ed9fbf", true},      {"eda080", false},
        {"edbfbf", false},   {"ee8080", true},       {"efbfbf", true},      {"e282", false},
        {"e28228", false},   {"f08fbfbf", false},    {"f0908080", true},    {"f48fbfbf", true},
        {"f4908080", false}, {"f5808080", false},    {"f09082", false},     {"f0908028", false},
        {"ff", false},       {"e29982e29982", true}, {"61e29982ff", false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_utf8_valid(test_guarded(test_hex(rows[i].hex))) == rows[i].want, "%s",
                  rows[i].hex);
}

static size_t encode_utf8(uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (c & 63));
    return 4;
}

Test(text, every_code_point_but_surrogates_is_utf8)
{
    uint8_t bytes[4];
    uint32_t c;

    for (c = 0; c < 0x120000; c++) {
        size_t n = encode_utf8(c, bytes);
        bool want = c < 0x110000 && (c < 0xd800 || c > 0xdfff);

        cr_assert(ss_utf8_valid(ss_span_make(bytes, n)) == want, "U+%04X", (unsigned)c);
    }
}

Test(text, escape_is_printable_and_tells_bytes_apart)
{
    struct ss_buf buf;
    unsigned c;

    ss_buf_init(&buf, &test_counted()->env, 1000);
    cr_expect(ss_escape(&buf, test_guarded(test_hex("61 0a 5c 22 00 7f e2 20 7e"))) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&buf), "a\\n\\\\\\\"\\x00\\x7f\\xe2 ~"));
    for (c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        bool two = c == '\n' || c == '"' || c == '\\';

        ss_buf_clear(&buf);
        cr_expect(ss_escape(&buf, ss_span_make(&byte, 1)) == SS_OK);
        cr_expect(ss_buf_size(&buf) == (plain ? 1U : two ? 2U : 4U), "byte %u", c);
    }
    ss_buf_fini(&buf);
}

Test(text, json_strings)
{
    static const struct {
        const char *hex, *want;
    } rows[] = {
        {"", "\"\""},
        {"61 22 5c 2f", "\"a\\\"\\\\/\""},
        {"08 09 0a 0b 0c 0d", "\"\\b\\t\\n\\u000b\\f\\r\""},
        {"00 1f 7f", "\"\\u0000\\u001f\x7f\""},
        {"e29982 61", "\"\xe2\x99\x82"
                      "a\""},
        {"ff 61", "\"\xef\xbf\xbd"
                  "a\""},
        {"e299", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"eda080", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"f09f9880", "\"\xf0\x9f\x98\x80\""},
    };
    struct ss_buf buf;
    size_t i;

    ss_buf_init(&buf, &test_counted()->env, 1000);
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_buf_clear(&buf);
        cr_expect(ss_json_string(&buf, test_guarded(test_hex(rows[i].hex))) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&buf), rows[i].want), "%s: %.*s", rows[i].hex,
                  (int)ss_buf_size(&buf), (const char *)ss_buf_at(&buf));
    }
    ss_buf_fini(&buf);
}

/* Whatever the bytes, the string is UTF-8 and holds no bare control byte. */
Test(text, json_of_random_bytes_is_always_utf8)
{
    struct ss_seeded seeded;
    struct ss_buf buf;
    size_t i, j;

    ss_seeded_init(&seeded, 21);
    ss_buf_init(&buf, &test_counted()->env, 1000);
    for (i = 0; i < 5000; i++) {
        uint8_t bytes[40];

        cr_assert(ss_random(&seeded.env, bytes, sizeof bytes) == SS_OK);
        ss_buf_clear(&buf);
        cr_assert(ss_json_string(&buf, test_guarded(ss_span_make(bytes, i % 41))) == SS_OK);
        cr_assert(ss_utf8_valid(ss_buf_span(&buf)));
        for (j = 0; j < ss_buf_size(&buf); j++)
            cr_assert(ss_buf_at(&buf)[j] >= 0x20);
    }
    ss_buf_fini(&buf);
}

Test(text, a_full_buffer_is_left_alone)
{
    struct ss_buf buf;
    size_t room;

    for (room = 0; room < 12; room++) {
        ss_buf_init(&buf, &test_counted()->env, 4 + room);
        cr_assert(ss_buf_puts(&buf, "kept") == SS_OK);
        cr_expect(ss_escape(&buf, test_text("ab\n\x01\x02yz")) == SS_E_ceiling);
        cr_expect(ss_json_string(&buf, test_text("ab\n\x01\x02yz")) == SS_E_ceiling);
        cr_expect(ss_span_is(ss_buf_span(&buf), "kept"), "room %zu", room);
        ss_buf_fini(&buf);
    }
}

Test(text, name_lists_walk_with_their_empty_names)
{
    static const struct {
        const char *list;
        size_t count;
        const char *joined; /* names with a bar behind each */
    } rows[] = {
        {"", 0, ""},          {"zlib", 1, "zlib|"}, {"zlib,none", 2, "zlib|none|"},
        {",", 2, "||"},       {"a,", 2, "a||"},     {",a", 2, "|a|"},
        {"a,,b", 3, "a||b|"}, {",,", 3, "|||"},     {"a,b,c,d", 4, "a|b|c|d|"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span rest = test_guarded(test_text(rows[i].list)), name;
        size_t count = 0;
        char joined[32] = "";

        while (ss_namelist_next(&rest, &name)) {
            cr_assert(count <= strlen(rows[i].list), "%s: no end", rows[i].list);
            strncat(joined, (const char *)name.data, name.size);
            strcat(joined, "|");
            count++;
        }
        cr_expect(count == rows[i].count, "%s: %zu names", rows[i].list, count);
        cr_expect_str_eq(joined, rows[i].joined);
        cr_expect(!ss_namelist_next(&rest, &name));
    }
}

Test(text, name_lists_are_searched_by_whole_names)
{
    ss_span list = test_text("hmac-sha2-256,hmac-sha1,umac-64@openssh.com");

    cr_expect(ss_namelist_has(list, test_text("hmac-sha2-256")));
    cr_expect(ss_namelist_has(list, test_text("umac-64@openssh.com")));
    cr_expect(!ss_namelist_has(list, test_text("hmac-sha2")));
    cr_expect(!ss_namelist_has(list, test_text("HMAC-SHA1")));
    cr_expect(!ss_namelist_has(list, test_text("")));
    cr_expect(ss_namelist_has(test_text("a,"), test_text("")));
    cr_expect(!ss_namelist_has(test_text(""), test_text("")));
}
