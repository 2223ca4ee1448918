/* SPDX-License-Identifier: Apache-2.0 */
/* test_poll.c - one packet to its end: legality, decoding, verdicts. */
#include <criterion/criterion.h>

#include "kit.h"
#include "sshspec/wire.h"
#include "tests/support/support.h"

TestSuite(poll, .fini = test_counted_check);

/* rule: RFC4253-11.4-unimplemented-reply, RFC4253-11.4-unimplemented-seq,
 *   RFC4253-11.4-unimplemented-order, STRICTKEX-3.3-unimplemented-seq-strict */
Test(poll, unknown_messages_are_answered_with_their_number_in_order)
{
    struct duo duo;

    for (int strict = 0; strict < 2; strict++) {
        uint32_t first;

        duo_init(&duo, 1);
        duo.client.config.strict_kex = strict != 0;
        hand_keys(&duo);
        first = ss_engine_sequence(duo.client.engine, SS_OUT);
        cr_expect(strict ? first < 3 : first >= 3, "%u", first);
        for (uint32_t i = 0; i < 3; i++) {
            shown.count = 0;
            hand_send(&duo, ss_span_make((const uint8_t[]){25, 1, 2}, 3));
            cr_assert(shown.count == 1 && shown.number == 3 && shown.size == 5);
            cr_expect(ss_load_u32(shown.payload + 1) == first + i);
        }
        cr_expect(ss_engine_fault(duo.server.engine) == NULL);
        duo_fini(&duo);
    }
}

Test(poll, illegal_messages_are_faults_with_a_rule_and_a_goodbye)
{
    static const struct {
        const char *payload, *rule, *message;
        ss_err err;
    } rows[] = {
        {"15", "RFC4253-7.3-newkeys-early", "newkeys", SS_E_unexpected_message},
        {"5e 00000000 00000000", "RFC4252-6-high-number-before-service", "channel_data",
         SS_E_unexpected_message},
        {"34", "RFC4252-6-client-sends-only-request", "userauth_success", SS_E_wrong_sender},
        {"", "RFC4253-6-empty-payload", NULL, SS_E_truncated},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_fault *fault;
        uint32_t sequence;
        struct duo duo;

        duo_init(&duo, 1);
        hand_keys(&duo);
        sequence = ss_engine_sequence(duo.client.engine, SS_OUT);
        hand_send(&duo, test_hex(rows[i].payload));
        fault = hand_fault(&duo);
        cr_expect(fault->err == rows[i].err && fault->inbound == 1, "%s: %s", rows[i].payload,
                  ss_err_name(fault->err));
        cr_expect(fault->sequence == sequence);
        cr_expect_str_eq(fault->rule, rows[i].rule);
        if (rows[i].message != NULL)
            cr_expect_str_eq(fault->message, rows[i].message);
        else
            cr_expect(fault->message == NULL);
        cr_expect(shown.number == 1 && ss_load_u32(shown.payload + 1) == 2, "DISCONNECT(2)");
        cr_expect(ss_engine_finished(duo.client.engine) && ss_engine_finished(duo.server.engine));
        cr_expect(duo.server.events[SS_EVENT_FAULT] == 1);
        cr_expect(duo.client.events[SS_EVENT_DISCONNECTED] == 1);
        duo_fini(&duo);
    }
}

Test(poll, a_message_that_does_not_decode_is_a_fault_with_field_and_offset)
{
    const struct ss_fault *fault;
    struct duo duo;

    duo_init(&duo, 1);
    hand_keys(&duo);
    hand_send(&duo, test_hex("05 0000000c 7373"));
    fault = hand_fault(&duo);
    cr_expect(fault->err == SS_E_truncated && fault->offset == 1, "%zu", fault->offset);
    cr_expect_str_eq(fault->message, "service_request");
    cr_expect_str_eq(fault->field, "service");
    duo_fini(&duo);
}

/* rule: RFC4253-11.1-no-data-after-disconnect */
Test(poll, after_a_disconnect_nothing_is_taken_in)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_keys(&duo);
    cr_assert(ss_engine_send_payload(duo.client.engine,
                                     test_hex("01 0000000b 00000003 627965 00000000"), NULL,
                                     0) == SS_OK);
    hand_send(&duo, test_hex("19"));
    cr_expect(duo.server.events[SS_EVENT_DISCONNECTED] == 1);
    cr_expect(log_has(&duo.server, "28 ch=0 n=11 f=0 text=bye") ||
              duo.server.events[SS_EVENT_DISCONNECTED] == 1);
    cr_expect(ss_engine_fault(duo.server.engine) == NULL);
    cr_expect(ss_engine_finished(duo.server.engine));
    cr_expect(ss_engine_output(duo.server.engine).size == 0, "no answer to 25");
    cr_expect(ss_engine_do(duo.server.engine, &(struct ss_command){.kind = SS_CMD_KEXINIT}, NULL) ==
              SS_E_closed);
    duo_fini(&duo);
}

/* Nothing reaches the layers but what is passed. */
Test(poll, verdicts_pass_drop_and_take)
{
    struct ss_event event;
    struct duo duo;

    duo_init(&duo, 1);
    hand_greet(&duo);
    cr_assert(shown.number == 20 && shown.count == 1);
    cr_expect(!ss_engine_poll(duo.client.engine, &event), "it waits");
    cr_expect(ss_engine_peer_kexinit(duo.client.engine).size == 0);
    cr_expect(ss_engine_settle(duo.client.engine, SS_PASS) == SS_OK);
    cr_expect(ss_engine_peer_kexinit(duo.client.engine).size > 0);
    cr_expect(ss_engine_output(duo.client.engine).size == 0, "the transport is not on autopilot");
    cr_expect(ss_engine_settle(duo.client.engine, SS_PASS) == SS_E_usage, "once only");
    duo_fini(&duo);

    duo_init(&duo, 1);
    hand_greet(&duo);
    cr_expect(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    cr_expect(ss_engine_peer_kexinit(duo.client.engine).size == 0);
    cr_expect(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size > 0, "our KEXINIT");
    duo_fini(&duo);
}

Test(poll, illegal_and_unknown_messages_are_shown_and_judged_when_passed)
{
    static const struct {
        const char *payload, *name;
        enum ss_verdict verdict;
        bool fault;
    } rows[] = {
        {"15", "newkeys", SS_DROP, false},
        {"15", "newkeys", SS_PASS, true},
        {"15", "newkeys", SS_TAKE, false},
        {"19 01", "", SS_PASS, false},
        {"c8 01", "", SS_PASS, true}, /* numbers from 80 on wait for authentication */
        {"", "", SS_DROP, false},
        {"", "", SS_PASS, true},
        {"02 00000009", "", SS_PASS, true}, /* IGNORE that does not decode */
        {"02 00000009", "", SS_DROP, false},
        {"02 00000000", "ignore", SS_PASS, false},
        {"01 00000002 00000000 00000000", "disconnect", SS_DROP, false},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct duo duo;

        duo_init(&duo, 1);
        hand_keys(&duo);
        duo.client.by_hand = true;
        cr_assert(ss_engine_send_payload(duo.server.engine, test_hex(rows[i].payload), NULL, 0) ==
                  SS_OK);
        shown.count = 0;
        duo_run(&duo);
        cr_assert(shown.count == 1, "row %zu", i);
        cr_expect(shown.size == test_hex(rows[i].payload).size);
        cr_expect_str_eq(shown.name, rows[i].name);
        cr_expect(ss_engine_fault(duo.client.engine) == NULL);
        cr_expect(ss_engine_settle(duo.client.engine, rows[i].verdict) == SS_OK);
        cr_expect((ss_engine_fault(duo.client.engine) != NULL) == rows[i].fault, "row %zu", i);
        cr_expect(ss_engine_output(duo.client.engine).size == 0, "row %zu", i);
        duo_fini(&duo);
    }
}

Test(poll, a_packet_is_not_passed_before_both_lines_are_known)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_start(&duo);
    duo.client.by_hand = true;
    /* The server's KEXINIT would wait for our line; any packet after its line will do. */
    duo_run(&duo);
    cr_assert(ss_engine_send_payload(duo.server.engine, test_hex("02 00000000"), NULL, 0) == SS_OK);
    duo_run(&duo);
    cr_assert(shown.count == 1 && shown.number == 2);
    cr_expect(ss_engine_settle(duo.client.engine, SS_PASS) == SS_E_usage);
    cr_expect(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    duo_fini(&duo);
}

Test(poll, a_broken_packet_is_a_fault_with_its_rule)
{
    static const struct {
        struct ss_lie lie;
        ss_err err;
        const char *rule;
        uint32_t reason;
    } rows[] = {
        {{.kind = SS_LIE_MAC_FLIP}, SS_E_mac_mismatch, "RFC4253-6.4-bad-mac-detected", 5},
        {{.kind = SS_LIE_PAD_LENGTH, .n = 3},
         SS_E_bad_padding,
         "RFC4253-6-padding-exceeds-packet",
         2},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 13},
         SS_E_bad_length,
         "RFC4253-6-misaligned-received",
         2},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 1 << 30},
         SS_E_packet_too_long,
         "RFC4253-6.1-reject-unreasonable-length",
         2},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_fault *fault;
        uint32_t sequence;
        struct duo duo;

        duo_init(&duo, 1);
        hand_keys(&duo);
        sequence = ss_engine_sequence(duo.client.engine, SS_OUT);
        cr_assert(ss_engine_send_payload(duo.client.engine, test_hex("02 00000000"), &rows[i].lie,
                                         1) == SS_OK);
        duo_run(&duo);
        fault = hand_fault(&duo);
        cr_expect(fault->err == rows[i].err && fault->inbound == 1 && fault->sequence == sequence);
        cr_expect_str_eq(fault->rule, rows[i].rule);
        cr_expect(shown.number == 1 && ss_load_u32(shown.payload + 1) == rows[i].reason);
        duo_fini(&duo);
    }
}

/* The packet limit before authentication is lower. */
Test(poll, before_authentication_packets_are_limited_to_less)
{
    static uint8_t large[40000];
    struct duo duo;

    large[0] = 2;
    ss_store_u32(large + 1, sizeof large - 5);
    duo_init(&duo, 1);
    hand_keys(&duo);
    hand_send(&duo, ss_span_make(large, sizeof large));
    cr_expect(hand_fault(&duo)->err == SS_E_packet_too_long);
    duo_fini(&duo);

    ss_store_u32(large + 1, 30000);
    duo_init(&duo, 1);
    hand_keys(&duo);
    hand_send(&duo, ss_span_make(large, 30005));
    cr_expect(ss_engine_fault(duo.server.engine) == NULL);
    duo_fini(&duo);
}
