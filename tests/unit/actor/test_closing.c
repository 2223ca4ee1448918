/* SPDX-License-Identifier: Apache-2.0 */
/* test_closing.c - classes of closing and their grades.
 *
 * Mirrors: actor/closing.c, closure.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"

TestSuite(closing, .fini = kit_check);

static const struct result *closed(const char *before, const char *classes)
{
    char body[512];

    (void)snprintf(body, sizeof body, "%s\nexpect closed %s", before, classes);
    return kit_client(body, NULL);
}

#define DISCONNECTS "kex\nsend NEWKEYS"

Test(closing, the_closest_class_counts)
{
    static const struct {
        const char *classes;
        enum verdict verdict;
    } rows[] = {
        {"", VERDICT_PASS},
        {"{ pass any }", VERDICT_PASS},
        {"{ pass protocol_error }", VERDICT_PASS},
        {"{ pass disconnect any }", VERDICT_PASS},
        {"{ pass any  fail disconnect any }", VERDICT_FAIL},
        {"{ fail disconnect any  pass protocol_error }", VERDICT_PASS},
        {"{ pass mac_error  weak disconnect any }", VERDICT_WEAK},
        {"{ pass mac_error  weak fin, rst }", VERDICT_FAIL},
        {"{ pass open, silence }", VERDICT_FAIL},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct result *result = closed(DISCONNECTS, rows[i].classes);

        cr_expect(result->verdict == rows[i].verdict, "%s: %s", rows[i].classes,
                  verdict_name(result->verdict));
        cr_expect(kit_has(&result->closure, "disconnect(protocol_error)"));
        cr_expect(kit_has(&result->facts, "closure=disconnect(protocol_error)"));
    }
}

Test(closing, the_sentence_names_what_was_allowed_and_what_came)
{
    kit_expect(closed(DISCONNECTS, "{ pass mac_error  weak fin, rst }"), VERDICT_FAIL,
               "line 7: expected closed (disconnect(mac_error) pass, fin, rst weak), came "
               "disconnect(protocol_error)");
    kit_expect(closed(DISCONNECTS, "{ pass mac_error  weak disconnect any }"), VERDICT_WEAK,
               "closed with disconnect(protocol_error), due is disconnect(mac_error)");
}

/* A probe that is answered means open, and is not sent before the peer had time to close. */
Test(closing, open_and_silent_are_told_apart)
{
    const struct result *result = closed("kex", "{ pass open }");

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(kit_has(&result->closure, "open"));
    cr_expect(result->ms == 500, "%u", (unsigned)result->ms);
    result = closed("version\nexpect KEXINIT", "{ pass silence } within 900ms");
    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(kit_has(&result->closure, "silence"));
    cr_expect(result->ms == 900, "%u", (unsigned)result->ms);
    kit_expect(closed("login", "{ pass any }"), VERDICT_FAIL, "came open");
}

Test(closing, a_disconnect_counts_before_identification_too)
{
    const struct result *result = closed("send raw \"GET / HTTP/1.0\\r\\n\\r\\n\"",
                                         "{ pass protocol_version_not_supported }");

    kit_expect(result, VERDICT_PASS, NULL);
}

Test(closing, an_action_that_the_close_cut_short_is_judged_by_what_follows)
{
    kit_expect(kit_client("version\nkexinit\nexpect KEXINIT\nsend NEWKEYS\nkex\n"
                          "expect closed { pass protocol_error }",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("version\nkexinit\nexpect KEXINIT\nsend NEWKEYS\nkex", NULL),
               VERDICT_FAIL,
               "line 9: the key exchange was not finished: the connection ended "
               "(disconnect(protocol_error))");
}

Test(closing, a_reset_is_a_reset)
{
    const struct result *result =
        kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\n"
                 "client {\nlogin\nsend DEBUG\nexpect closed { weak rst }\n}\n",
                 &(struct kit_options){.breaks = "debug-resets"});

    kit_expect(result, VERDICT_WEAK, "closed with rst, due is nothing");
}

/* our peer closes both ways: late bytes meet a reset, so it is no half close */
Test(closing, half_close_is_told_from_close_by_what_answers)
{
    const struct result *result =
        kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\n"
                 "client {\nlogin\nsend DEBUG\nexpect closed { pass half_close  weak fin }\n}\n",
                 &(struct kit_options){.breaks = "debug-closes"});

    kit_expect(result, VERDICT_WEAK, "closed with fin");
    result = kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\n"
                      "client {\nlogin\nsend IGNORE\nexpect closed { pass half_close }\n}\n",
                      &(struct kit_options){.breaks = "ignore-half-closes"});
    kit_expect(result, VERDICT_PASS, NULL);
}
