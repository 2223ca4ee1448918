/* SPDX-License-Identifier: Apache-2.0 */
/* test_relay.c - a man in the middle who knows no keys.
 *
 * Mirrors: actor/relay.c, relay_lane.c, relay_rule.c, relay_stage.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"

TestSuite(relay, .fini = kit_check);

static const struct result *with(const char *algorithms, const char *body, const char *end)
{
    char text[2048];

    (void)snprintf(text, sizeof text,
                   "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst both\n"
                   "action exec \"true\" with %s\nrelay {\n%s\n}\n%s\n",
                   algorithms, body, end);
    return kit_play(text, &(struct kit_options){.role = PEER_BOTH});
}

#define GCM "cipher \"aes128-gcm@openssh.com\""
#define ETM "cipher \"aes128-ctr\", mac \"hmac-sha2-256-etm@openssh.com\""
#define MAC "cipher \"aes128-ctr\", mac \"hmac-sha2-256\""
#define CLOSES "\nexpect closed { pass any }"

Test(relay, an_undisturbed_conversation_is_open)
{
    const struct result *result =
        kit_relay("let x = 1\nexpect closed { pass open }", "peer expect exit 0");

    kit_expect(result, VERDICT_PASS, NULL);
    kit_expect(kit_relay("expect closed { pass any }", NULL), VERDICT_FAIL, "came open");
}

Test(relay, packets_are_told_apart_where_lengths_are_clear)
{
    cr_expect(kit_has(&with(GCM, "let x = 1", "")->facts, "relay.boundary=packet"));
    cr_expect(kit_has(&with(ETM, "let x = 1", "")->facts, "relay.boundary=packet"));
    cr_expect(kit_has(&with(MAC, "let x = 1", "")->facts, "relay.boundary=segment"));
    cr_expect(kit_has(&with("cipher \"chacha20-poly1305@openssh.com\"", "let x = 1", "")->facts,
                      "relay.boundary=segment"));
}

Test(relay, what_is_done_to_sealed_packets_is_noticed)
{
    static const char *const faults[] = {
        "fault duplicate packet 2 to server after NEWKEYS",
        "fault flip 9 of packet 2 to client after NEWKEYS",
        "fault cut packet 2 to server after NEWKEYS at 7",
    };

    for (size_t i = 0; i < SS_COUNT(faults); i++) {
        char body[256];

        (void)snprintf(body, sizeof body, "%s" CLOSES, faults[i]);
        kit_expect(with(GCM, body, "peer expect exit nonzero"), VERDICT_PASS, NULL);
        kit_expect(with(ETM, body, "peer expect exit nonzero"), VERDICT_PASS, NULL);
    }
}

Test(relay, a_packet_that_is_missed_by_nobody_ends_in_silence)
{
    const struct result *result = with(
        GCM,
        "fault drop packet 2 to server after NEWKEYS\nexpect closed { pass silence } within 3s",
        "");

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(result->ms <= 3100, "%u", (unsigned)result->ms);
}

Test(relay, messages_in_the_clear)
{
    kit_expect(kit_relay("fault inject to server IGNORE { data = \"x\" } before NEWKEYS" CLOSES,
                         "peer expect exit nonzero"),
               VERDICT_PASS, NULL);
    kit_expect(kit_relay("fault inject to client DEBUG after KEXINIT\n"
                         "expect closed { pass protocol_error }",
                         NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_relay("fault drop KEXINIT to server" CLOSES, NULL), VERDICT_PASS, NULL);
    kit_expect(
        kit_relay(
            "fault alter KEXINIT to server { kex_algorithms = [\"curve25519-sha256\"] }" CLOSES,
            "peer expect exit nonzero"),
        VERDICT_PASS, NULL);
    kit_expect(kit_relay("fault replace line to server with \"SSH-2.0-other\"" CLOSES,
                         "peer expect exit nonzero"),
               VERDICT_PASS, NULL);
}

Test(relay, the_prefix_attack)
{
    const struct result *result =
        kit_relay("fault inject to server IGNORE { data = \"\" } before NEWKEYS\n"
                  "fault drop first packet to server after NEWKEYS" CLOSES,
                  NULL);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect_str_eq(kit_text(&result->twin), "PASS");
    cr_expect(kit_has(&result->facts, "fault.1=inject ignore@0/2"), "%s", kit_text(&result->facts));
    cr_expect(kit_has(&result->facts, "fault.2=drop@1/3"), "%s", kit_text(&result->facts));
}

Test(relay, messages_that_pass_can_be_awaited_and_forbidden)
{
    kit_expect(kit_relay("expect KEXINIT { length(kex_algorithms) > 1 } as k\n"
                         "check first(k.server_host_key_algorithms) == \"ssh-ed25519\", \"first\"\n"
                         "expect NEWKEYS",
                         "peer expect exit 0"),
               VERDICT_PASS, NULL);
    kit_expect(kit_relay("never NEWKEYS", NULL), VERDICT_FAIL,
               "it was never to come, but did: newkeys");
    kit_expect(kit_relay("expect SERVICE_ACCEPT", NULL), VERDICT_FAIL,
               "the message expected was not seen in the clear");
}

Test(relay, a_place_that_is_not_reached)
{
    kit_expect(kit_relay("fault drop DISCONNECT to server", NULL), VERDICT_INCONCLUSIVE,
               "no fault was carried out");
    kit_expect(kit_relay("fault flip 100000 of packet 1 to server" CLOSES, NULL), VERDICT_ERROR,
               "the packet has only");
    kit_expect(kit_relay("needs peer strict", NULL), VERDICT_ERROR, "a relay cannot ask");
    kit_expect(kit_relay("if true {\nfault drop NEWKEYS to client\n} else {\n"
                         "fault drop NEWKEYS to server\n}" CLOSES,
                         NULL),
               VERDICT_PASS, NULL);
}
