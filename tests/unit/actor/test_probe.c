/* SPDX-License-Identifier: Apache-2.0 */
/* test_probe.c - fences: which question is asked where, and what may not come before its answer.
 *
 * Mirrors: actor/probe.c, need.c. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "kit.h"

TestSuite(probe, .fini = kit_check);

#define SERVER "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\n"

Test(probe, the_kind_fits_where_the_connection_stands)
{
    static const struct {
        const char *body, *kind;
    } rows[] = {
        {"kex { ext_info = false }\nfence", "unimplemented"},
        {"kex { ext_info = false }\nlogin\nfence", "global_request"},
        {"login\nfence", "ping"},
        {"sftp\nfence", "realpath"},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct result *result = kit_client(rows[i].body, NULL);

        kit_expect(result, VERDICT_PASS, NULL);
        cr_expect_str_eq(kit_text(&result->fence), rows[i].kind);
        cr_expect(kit_has(&result->facts, rows[i].kind));
    }
}

Test(probe, inside_a_key_exchange_nothing_can_be_asked)
{
    kit_expect(kit_client("version\nfence", NULL), VERDICT_INCONCLUSIVE,
               "line 6: fence: nothing can be asked here");
    kit_expect(kit_client("kex\nkexinit\nfence", NULL), VERDICT_INCONCLUSIVE,
               "nothing can be asked here");
}

Test(probe, what_comes_before_the_answer_fails)
{
    kit_expect(kit_client("session as ch\nexec ch \"true\"\nfence", NULL), VERDICT_FAIL,
               "line 7: fence: nothing was to come, but CHANNEL_SUCCESS recipient_channel=0 came");
    kit_expect(kit_client("kex\nsend NEWKEYS\nfence", NULL), VERDICT_FAIL,
               "nothing was to come, but the connection ended: disconnect(protocol_error)");
    kit_expect(kit_client("sftp\nsend STAT { path = \"/\" }\nfence", NULL), VERDICT_FAIL,
               "nothing was to come, but ATTRS id=0");
}

Test(probe, an_answer_that_does_not_come_proves_nothing)
{
    kit_expect(kit_play(SERVER "client {\nlogin\nfence within 1s\n}\n",
                        &(struct kit_options){.breaks = "ping-unanswered"}),
               VERDICT_INCONCLUSIVE, "fence: ping was not answered in 1000 ms");
    kit_expect(kit_play(SERVER "client {\nlogin\nfence\n}\n",
                        &(struct kit_options){.breaks = "ping-unanswered"}),
               VERDICT_INCONCLUSIVE, NULL);
}

Test(probe, answers_of_the_script_s_own_requests_are_not_the_fence_s)
{
    kit_expect(kit_client("kex { ext_info = false }\nlogin\n"
                          "send GLOBAL_REQUEST no_more_sessions { want_reply = true }\n"
                          "fence",
                          NULL),
               VERDICT_FAIL, "nothing was to come, but REQUEST_FAILURE came");
    kit_expect(kit_client("kex { ext_info = false }\nlogin\n"
                          "send GLOBAL_REQUEST no_more_sessions { want_reply = true }\n"
                          "expect REQUEST_FAILURE\nfence",
                          NULL),
               VERDICT_PASS, NULL);
}

static bool only_sftp(struct act_world *self, ss_span name)
{
    (void)self;
    return ss_span_is(name, "sftp");
}

Test(probe, needs_are_found_out)
{
    static const struct {
        const char *need;
        enum verdict verdict;
    } rows[] = {
        {"peer offers kex \"curve25519-sha256\"", VERDICT_PASS},
        {"peer offers kex \"other\"", VERDICT_UNSUPPORTED},
        {"peer offers hostkey \"ssh-ed25519\"", VERDICT_PASS},
        {"peer offers cipher \"aes128-ctr\"", VERDICT_PASS},
        {"peer offers cipher \"arcfour\"", VERDICT_UNSUPPORTED},
        {"peer offers mac @macs", VERDICT_PASS},
        {"peer offers compression \"none\"", VERDICT_PASS},
        {"peer offers compression \"other\"", VERDICT_UNSUPPORTED},
        {"peer strict", VERDICT_PASS},
        {"peer ext_info", VERDICT_PASS},
        {"peer ping", VERDICT_PASS},
        {"peer sftp", VERDICT_PASS},
        {"feature forwarding", VERDICT_UNSUPPORTED},
    };
    struct act_world world = {.reach = ACT_SELF, .keys = kit_keys(), .feature = only_sftp};
    char text[512];

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct result *result;

        (void)snprintf(text, sizeof text, SERVER "client {\nneeds %s\nkex\n}\n", rows[i].need);
        result = kit_play(text, &(struct kit_options){.world = &world});
        cr_expect(result->verdict == rows[i].verdict, "%s: %s: %s", rows[i].need,
                  verdict_name(result->verdict), kit_text(&result->why));
    }
    kit_expect(kit_play(SERVER "client {\nneeds peer strict\nkex\n}\n",
                        &(struct kit_options){.breaks = "no-strict-kex"}),
               VERDICT_UNSUPPORTED, "the peer has no strict key exchange");
    kit_expect(kit_server("needs peer strict\nneeds peer ext_info\nserve", NULL), VERDICT_PASS,
               NULL);
    kit_expect(kit_server("needs peer ping\nserve", NULL), VERDICT_UNSUPPORTED, "ping@openssh.com");
}

Test(probe, no_common_algorithm_is_unsupported_unless_we_lied)
{
    kit_expect(kit_client("kex { kex_algorithms = [\"rsa1024-sha1\"] }", NULL), VERDICT_UNSUPPORTED,
               NULL);
    kit_expect(kit_client("version\nfault kexinit { kex_algorithms = [\"none-such\"] }\n"
                          "expect KEXINIT\nexpect closed { pass key_exchange_failed }",
                          NULL),
               VERDICT_PASS, NULL);
}
