/* SPDX-License-Identifier: Apache-2.0 */
/* test_sinks.c - what each format says, and that hostile texts stay texts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "interop/system.h"
#include "sshspec/text.h"
#include "tests/unit/reports/kit.h"

TestSuite(sinks, .fini = kit_fini);

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    while ((text = strstr(text, part)) != NULL) {
        n++;
        text += strlen(part);
    }
    return n;
}

Test(sinks, text_tells_a_failure_with_all_that_is_known)
{
    static const char *const parts[] = {
        "FAIL         kex/a[10]  one 1.2 server  1234 ms",
        "scenario  what it says",
        "required  Both sides <must> agree & go on. (RFC4253-7-one)",
        "required  RFC4253-8-two",
        "why       a DISCONNECT was allowed, DATA came",
        "closed    fin",
        "twin      PASS",
        "fence     ping",
        "+0.001 cli > 0 kexinit",
        "again     sshspec run kex/a --peer one",
        "7 results: 3 PASS 1 WEAK 1 FAIL 1 UNSUPPORTED 1 CRASH; 3 not as expected"};
    struct report report;
    const char *text;
    size_t i;

    kit_report(&report);
    text = kit_render(&report, report_text);
    for (i = 0; i < SS_COUNT(parts); i++)
        cr_expect(has(text, parts[i]), "%s\n%s", parts[i], text);
    cr_expect(count(text, "again  ") == 3, "only what was not expected is told in full");
    report_fini(&report);
}

Test(sinks, the_matrix_is_as_it_was_drawn_by_hand)
{
    static const char want[] = "          one     one     two     two     \n"
                               "          server  client  server  client  \n"
                               "auth/c            C               -       \n"
                               "\n"
                               "kex/a     F1/3                            \n"
                               "kex/b     ~               +               \n"
                               "\n"
                               "  + PASS ~ WEAK F FAIL - UNSUPPORTED C CRASH   (F1/12: 1 of 12 "
                               "cases)\n";
    struct report report;

    kit_report(&report);
    cr_expect_str_eq(kit_render(&report, report_matrix), want);
    report_fini(&report);
}

Test(sinks, json_lines_are_one_object_a_line_with_the_schema)
{
    static const char result[] =
        "{\"type\":\"result\",\"scenario\":\"kex/a\",\"case\":\"10\",\"peer\":\"one\","
        "\"peer_version\":\"1.2\",\"role\":\"server\",\"verdict\":\"FAIL\",\"expected\":false,"
        "\"requirements\":[\"RFC4253-7-one\",\"RFC4253-8-two\"],"
        "\"why\":\"a DISCONNECT was allowed, DATA came\",\"closure\":\"fin\","
        "\"facts\":{\"kex.algorithm\":\"x25519\"},\"twin\":\"PASS\",\"fence\":\"ping\","
        "\"ms\":1234}\n";
    struct report report;
    const char *text;

    kit_report(&report);
    text = kit_render(&report, report_jsonl);
    cr_expect(has(text, result), "%s", text);
    cr_expect(strncmp(text,
                      "{\"type\":\"run\",\"schema\":1,\"id\":\"20250102T030405-abcdef\","
                      "\"started\":\"2025-01-02T03:04:05Z\",\"seed\":7,\"sshspec\":\"0.1.0\"}\n",
                      110) == 0);
    cr_expect(has(text, "\"case\":null") && has(text, "\"why\":null"));
    cr_expect(has(text, "{\"type\":\"summary\",\"counts\":{\"PASS\":3,\"WEAK\":1,\"FAIL\":1,"));
    cr_expect(has(text, "\"ms\":2500,\"exit\":1}\n"));
    cr_expect(count(text, "\n") == 9);
    report_fini(&report);
}

Test(sinks, junit_counts_each_suite_by_outcome)
{
    struct report report;
    const char *text;

    kit_report(&report);
    text = kit_render(&report, report_junit);
    cr_expect(has(text, "<testsuite name=\"one server\" tests=\"4\" failures=\"2\" errors=\"0\" "
                        "skipped=\"0\""));
    cr_expect(has(text, "<testsuite name=\"one client\" tests=\"1\" failures=\"0\" errors=\"1\""));
    cr_expect(has(text, "<skipped type=\"UNSUPPORTED\" message=\"\"/>"));
    cr_expect(has(text, "<testcase classname=\"kex\" name=\"kex/a[10]\" time=\"1.234\">"));
    cr_expect(has(text, "Both sides &lt;must&gt; agree &amp; go on."));
    report_fini(&report);
}

/* One byte more than text that is allowed in XML, and the parser says no. */
Test(sinks, junit_and_html_are_well_formed_whatever_a_peer_says)
{
    static const struct {
        const char *file, *command;
        report_sink sink;
    } rows[] = {{"r.xml", "xmllint --noout %s", report_junit},
                {"r.html",
                 "! xmllint --html --noout %s 2>&1 | "
                 "grep -v 'Tag \\(details\\|summary\\) invalid' | grep 'error'",
                 report_html}};
    struct report report;
    size_t i;

    if (system("command -v xmllint > /dev/null") != 0)
        cr_skip("no xmllint");
    kit_hostile(&report);
    for (i = 0; i < SS_COUNT(rows); i++) {
        const char *text = kit_render(&report, rows[i].sink);
        const char *path = kit_path(rows[i].file);
        char command[512];

        cr_assert(system_write_file(path, ss_span_of(text), 0600) == SS_OK);
        snprintf(command, sizeof command, rows[i].command, path);
        cr_expect(system(command) == 0, "%s", rows[i].file);
    }
    report_fini(&report);
}

static void expect_inert(const char *name, const char *text)
{
    const unsigned char *at;

    for (at = (const unsigned char *)text; *at != '\0'; at++)
        cr_expect((*at >= 0x20 && *at != 0x7f) || *at == '\n' || *at == '\t', "%s: %02x", name,
                  *at);
    cr_expect(ss_utf8_valid(ss_span_of(text)), "%s", name);
    cr_expect(!has(text, "\xe2\x80\xae"), "%s: a mark that turns the direction", name);
}

Test(sinks, control_bytes_and_bidi_marks_reach_no_sink)
{
    static const char *const names[] = {"text", "matrix", "jsonl", "junit", "markdown", "html"};
    struct report report;
    size_t i;

    kit_hostile(&report);
    for (i = 0; i < SS_COUNT(names); i++) {
        const char *text = kit_render(&report, report_sink_of(names[i]));

        if (strcmp(names[i], "jsonl") != 0) /* there they are escaped or kept inside a string */
            expect_inert(names[i], text);
        cr_expect(strlen(text) > 100);
    }
    report_fini(&report);
}

Test(sinks, markup_stays_text_in_html_and_markdown)
{
    struct report report;
    const char *html, *markdown;

    kit_hostile(&report);
    html = kit_render(&report, report_html);
    cr_expect(!has(html, "<script"));
    cr_expect(has(html, "&lt;script&gt;"));
    cr_expect(has(html, "default-src 'none'"));
    markdown = kit_render(&report, report_markdown);
    /* A ladder stands in an indented block, where markup is text. */
    cr_expect(count(markdown, "\n# head") == 0 && count(markdown, "\n<script") == 0);
    cr_expect(has(markdown, "&#60;script&#62;"));
    cr_expect(!has(markdown, "| ]]>"));
    report_fini(&report);
}

Test(sinks, an_empty_run_is_a_report_too)
{
    struct report report;

    report_init(&report, kit_env());
    cr_expect(has(kit_render(&report, report_text), "nothing was run"));
    cr_expect(has(kit_render(&report, report_junit), "</testsuites>"));
    cr_expect(has(kit_render(&report, report_html), "</html>"));
    cr_expect(has(kit_render(&report, report_jsonl), "\"exit\":null"));
    cr_expect(has(kit_render(&report, report_markdown), "0 results:"));
    report_fini(&report);
}
