/* SPDX-License-Identifier: Apache-2.0 */
/* test_expect.c - what was expected, what came, and what is said of it.
 *
 * Mirrors: actor/expect.c, pump.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"

TestSuite(expect, .fini = kit_check);

#define EXEC "session as ch\nexec ch \"true\"\n"

Test(expect, a_message_and_its_conditions)
{
    kit_expect(kit_client(EXEC "expect CHANNEL_SUCCESS { recipient_channel == ch.ours }", NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client(EXEC "expect CHANNEL_FAILURE", NULL), VERDICT_FAIL,
               "line 7: expected CHANNEL_FAILURE, came CHANNEL_SUCCESS recipient_channel=0");
    kit_expect(kit_client(EXEC "expect CHANNEL_SUCCESS { recipient_channel == 9 }", NULL),
               VERDICT_FAIL,
               "expected CHANNEL_SUCCESS with recipient_channel == 9, came CHANNEL_SUCCESS "
               "recipient_channel=0: recipient_channel is 0, wanted 9");
}

Test(expect, the_first_alternative_that_fits)
{
    kit_expect(kit_client(EXEC
                          "expect CHANNEL_FAILURE or CHANNEL_SUCCESS { recipient_channel == 9 }"
                          " or CHANNEL_SUCCESS { recipient_channel == 0 }",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client(EXEC "expect weak CHANNEL_SUCCESS or CHANNEL_FAILURE", NULL),
               VERDICT_WEAK, "what came is allowed");
}

Test(expect, tails_tell_requests_apart)
{
    kit_expect(kit_client(EXEC "expect CHANNEL_SUCCESS\n"
                               "expect CHANNEL_REQUEST exit_status { status == 0 } as r\n"
                               "check r.want_reply == false, \"silent\"",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client(EXEC "expect CHANNEL_SUCCESS\nexpect CHANNEL_REQUEST exit_signal", NULL),
               VERDICT_FAIL, "expected CHANNEL_REQUEST exit-signal, came CHANNEL_REQUEST");
}

Test(expect, what_does_not_matter_passes_by_unless_it_is_named)
{
    kit_expect(kit_client("kex\nexpect EXT_INFO as e\ncheck length(e.extensions) > 0, \"some\"\n"
                          "check first(e.extensions).name == \"server-sig-algs\", \"name\"",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(
        kit_client("kex\nservice \"ssh-userauth\"\n"
                   "send USERAUTH_REQUEST none { user = \"x\", service = \"ssh-connection\" }\n"
                   "expect USERAUTH_FAILURE",
                   NULL),
        VERDICT_PASS, NULL);
}

/* A peer that leaves out what a judgement asks for is at fault, not the scenario. */
Test(expect, a_field_that_the_message_came_without_does_not_hold)
{
    static const char head[] = "sftp\nsend LSTAT { path = \"/f\" }\n";
    static const char other[] = "sftp\nsend STAT { path = \"/f\" }\n";
    char body[300];

    (void)snprintf(body, sizeof body, "%sexpect ATTRS { attrs.size > 0 }", head);
    kit_expect(kit_client(body, NULL), VERDICT_PASS, NULL);
    (void)snprintf(body, sizeof body, "%sexpect ATTRS { length(attrs.extended) == 0 }", head);
    kit_expect(kit_client(body, NULL), VERDICT_FAIL, "this attrs_v3 has no .extended");
    (void)snprintf(body, sizeof body,
                   "%sexpect ATTRS as a\ncheck length(a.attrs.extended) == 0, \"none\"", other);
    kit_expect(kit_client(body, NULL), VERDICT_FAIL,
               "line 8: not so: none: this attrs_v3 has no .extended");
    (void)snprintf(body, sizeof body, "%sexpect ATTRS as a\nlet x = a.attrs.extended", other);
    kit_expect(kit_client(body, NULL), VERDICT_ERROR, "this attrs_v3 has no .extended");
}

Test(expect, nothing_within_the_deadline)
{
    const struct result *result = kit_client("login\nexpect CHANNEL_OPEN within 700ms", NULL);

    kit_expect(result, VERDICT_FAIL, "line 6: expected CHANNEL_OPEN, nothing came within 700 ms");
    cr_expect(result->ms == 700, "%u", (unsigned)result->ms);
}

Test(expect, the_connection_ends_instead)
{
    kit_expect(kit_client("kex\nsend NEWKEYS\nexpect SERVICE_ACCEPT", NULL), VERDICT_FAIL,
               "the connection ended: disconnect(protocol_error)");
}

Test(expect, never_holds_from_the_first_byte)
{
    kit_expect(kit_client(EXEC "drain ch\nnever CHANNEL_SUCCESS", NULL), VERDICT_FAIL,
               "line 8: it was never to come, but did: CHANNEL_SUCCESS");
    kit_expect(kit_client(EXEC "drain ch\nnever CHANNEL_FAILURE, DEBUG", NULL), VERDICT_PASS, NULL);
}

Test(expect, should_is_weak_and_the_first_reason_stands)
{
    kit_expect(kit_client("kex\nshould kex.epoch == 2, \"two\"\nshould false, \"other\"", NULL),
               VERDICT_WEAK, "line 6: not so: two: kex.epoch is 1, wanted 2");
}

Test(expect, handlers_take_messages_and_may_pass_them_on)
{
    /* taken: the layers never see the success, so the script waits in vain for a close */
    kit_expect(kit_client("on CHANNEL_REQUEST as r {\nlet kind = r.request_type\n}\n" EXEC
                          "expect CHANNEL_SUCCESS\nexpect CHANNEL_EOF\nexpect CHANNEL_CLOSE",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("on CHANNEL_REQUEST { pass }\n" EXEC "drain ch\n"
                          "check ch.exit == 0, \"passed on\"",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("on CHANNEL_REQUEST { }\n" EXEC "drain ch\n"
                          "check ch.exit == -1, \"taken\"",
                          NULL),
               VERDICT_PASS, NULL);
}

Test(expect, a_handler_may_wait_itself)
{
    kit_expect(kit_client("on CHANNEL_REQUEST exit_status as r {\nexpect CHANNEL_EOF\n"
                          "check r.status == 0, \"kept\"\n}\n" EXEC "drain ch",
                          NULL),
               VERDICT_PASS, NULL);
}
