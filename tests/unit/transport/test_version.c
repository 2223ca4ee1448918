/* SPDX-License-Identifier: Apache-2.0 */
/* test_version.c - the identification line and what may come before it.
 *
 * Follows: RFC 4253 sections 4.2 and 5.1. */
#include <criterion/criterion.h>

#include "sshspec/transport.h"
#include "tests/support/support.h"

TestSuite(version, .fini = test_counted_check);

struct seen {
    ss_err err;
    enum ss_version_line kind;
    ss_span line;
    size_t used, scanned;
};

static struct seen take(ss_span stream, enum ss_role role)
{
    struct seen seen = {.scanned = 0};

    seen.err = ss_version_take(test_guarded(stream), role, &seen.scanned, &seen.kind, &seen.line,
                               &seen.used);
    return seen;
}

Test(version, lines_are_told_apart_and_refused_as_the_text_says)
{
    static const struct {
        const char *stream;
        enum ss_role role;
        ss_err err;
        enum ss_version_line kind;
        const char *line;
    } rows[] = {
        {"SSH-2.0-x\r\n", SS_CLIENT, SS_OK, SS_VERSION_IDENT, "SSH-2.0-x"},
        {"SSH-2.0-x\r\nmore", SS_SERVER, SS_OK, SS_VERSION_IDENT, "SSH-2.0-x"},
        {"SSH-2.0-x\n", SS_SERVER, SS_OK, SS_VERSION_IDENT, "SSH-2.0-x"},
        {"SSH-2.0-x  a comment \r\n", SS_CLIENT, SS_OK, SS_VERSION_IDENT, "SSH-2.0-x  a comment "},
        {"SSH-2.0-a-b-c\r\n", SS_CLIENT, SS_OK, SS_VERSION_IDENT, "SSH-2.0-a-b-c"},
        {"SSH-1.99-x\r\n", SS_CLIENT, SS_OK, SS_VERSION_IDENT, "SSH-1.99-x"},
        {"SSH-1.5-x\r\n", SS_CLIENT, SS_E_bad_version, 0, NULL},
        {"SSH-2.9-x\r\n", SS_SERVER, SS_E_bad_version, 0, NULL},
        {"SSH-2.0\r\n", SS_SERVER, SS_E_bad_version, 0, NULL},
        {"SSH-\r\n", SS_CLIENT, SS_E_bad_version, 0, NULL},
        {"hello\r\n", SS_CLIENT, SS_OK, SS_VERSION_PRELINE, "hello"},
        {"ssh-2.0-x\r\n", SS_CLIENT, SS_OK, SS_VERSION_PRELINE, "ssh-2.0-x"},
        {"SS\r\n", SS_CLIENT, SS_OK, SS_VERSION_PRELINE, "SS"},
        {"\r\n", SS_CLIENT, SS_OK, SS_VERSION_PRELINE, ""},
        {"\n", SS_CLIENT, SS_OK, SS_VERSION_PRELINE, ""},
        {"G", SS_SERVER, SS_E_bad_version, 0, NULL},
        {"SSX", SS_SERVER, SS_E_bad_version, 0, NULL},
        {"\n", SS_SERVER, SS_E_bad_version, 0, NULL},
        {"", SS_SERVER, SS_E_more_input, 0, NULL},
        {"", SS_CLIENT, SS_E_more_input, 0, NULL},
        {"SSH", SS_SERVER, SS_E_more_input, 0, NULL},
        {"SSH-2.0-x\r", SS_SERVER, SS_E_more_input, 0, NULL},
        {"SSH-2.0-x", SS_CLIENT, SS_E_more_input, 0, NULL},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct seen seen = take(ss_span_of(rows[i].stream), rows[i].role);

        cr_expect(seen.err == rows[i].err, "%s: %s", rows[i].stream, ss_err_name(seen.err));
        if (rows[i].err != SS_OK || seen.err != SS_OK)
            continue;
        cr_expect(seen.kind == rows[i].kind, "%s", rows[i].stream);
        cr_expect(ss_span_is(seen.line, rows[i].line), "%s", rows[i].stream);
        cr_expect(seen.used == (size_t)(strchr(rows[i].stream, '\n') - rows[i].stream) + 1);
    }
}

Test(version, a_nul_in_the_identification_is_refused_and_in_another_line_is_not)
{
    cr_expect(take(ss_span_make("SSH-2.0-a\0b\r\n", 13), SS_CLIENT).err == SS_E_bad_version);
    cr_expect(take(ss_span_make("a\0b\r\n", 5), SS_CLIENT).err == SS_OK);
}

/* rule: RFC4253-4.2-max-255-accepted, RFC4253-4.2-over-255-received */
Test(version, an_identification_has_255_bytes_with_its_end_at_most)
{
    uint8_t bytes[300];

    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "SSH-2.0-", 8);
    bytes[253] = '\r';
    bytes[254] = '\n';
    cr_expect(take(ss_span_make(bytes, 255), SS_SERVER).err == SS_OK);
    cr_expect(take(ss_span_make(bytes, 254), SS_SERVER).err == SS_E_more_input);
    bytes[253] = bytes[254] = 'x';
    cr_expect(take(ss_span_make(bytes, 254), SS_SERVER).err == SS_E_more_input);
    cr_expect(take(ss_span_make(bytes, 255), SS_SERVER).err == SS_E_line_too_long);
    bytes[255] = '\n';
    cr_expect(take(ss_span_make(bytes, 256), SS_SERVER).err == SS_E_line_too_long);
}

Test(version, another_line_has_8192_bytes_at_most)
{
    static uint8_t bytes[8200];

    memset(bytes, 'x', sizeof bytes);
    bytes[8192] = '\r';
    bytes[8193] = '\n';
    cr_expect(take(ss_span_make(bytes, 8194), SS_CLIENT).err == SS_OK);
    cr_expect(take(ss_span_make(bytes, 8193), SS_CLIENT).err == SS_E_more_input);
    bytes[8192] = 'x';
    cr_expect(take(ss_span_make(bytes, 8194), SS_CLIENT).err == SS_E_line_too_long);
    cr_expect(take(ss_span_make(bytes, 8200), SS_CLIENT).err == SS_E_line_too_long);
}

Test(version, bytes_that_were_searched_are_not_searched_again)
{
    const char *line = "a preline\r\n";
    size_t scanned = 0, used = 0;
    enum ss_version_line kind;
    ss_span got;

    for (size_t n = 1; n < strlen(line); n++) {
        cr_assert(ss_version_take(ss_span_make(line, n), SS_CLIENT, &scanned, &kind, &got, &used) ==
                  SS_E_more_input);
        cr_expect(scanned == n);
    }
    cr_assert(ss_version_take(ss_span_of(line), SS_CLIENT, &scanned, &kind, &got, &used) == SS_OK);
    cr_expect(scanned == 0, "a new line begins");
    cr_expect(ss_span_is(got, "a preline") && used == 11);
}
