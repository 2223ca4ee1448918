/* SPDX-License-Identifier: Apache-2.0 */
/* test_open.c - channels come to be: ours, theirs, refused, too many, by hand.
 *
 * Follows: RFC 4254 section 5.1; OpenSSH PROTOCOL section 2.2. */
#include "tests/unit/connection/kit.h"

TestSuite(open, .fini = test_counted_check);

#define UNKNOWN "RFC4254-5.1-confirmation-for-unknown-channel"

Test(open, ours_says_number_window_and_packet_size)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    const struct ss_msg_channel_open *open;
    struct ss_msg_channel_open_confirmation yes = {
        .sender_channel = 41, .initial_window_size = 5, .maximum_packet_size = 3};
    struct ss_channel_info info;
    uint32_t number = 99;

    cr_assert(fake->ops->command(fake->layer, &command, &number) == SS_OK);
    cr_expect(number == 0);
    cr_expect(fake->sent_count == 0, "nothing is sent before act");
    fake_act(fake);
    open = fake_expect(fake, SS_MSG_channel_open);
    cr_expect(ss_span_is(open->channel_type, "session") && open->sender_channel == 0);
    cr_expect(open->initial_window_size == 2097152 && open->maximum_packet_size == 32768);
    cr_expect(!kit_info(fake, 0).open);
    cr_assert(fake_take(fake, SS_MSG_channel_open_confirmation, &yes) == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_OPENED).channel == 0);
    info = kit_info(fake, 0);
    cr_expect(info.open && info.theirs == 41 && info.window_out == 5 && info.max_out == 3);
    cr_expect(info.window_in == 2097152);
    command.number = 17;
    cr_assert(fake->ops->command(fake->layer, &command, &number) == SS_OK);
    cr_expect(number == 1);
    fake_act(fake);
    open = fake_expect(fake, SS_MSG_channel_open);
    cr_expect(open->sender_channel == 1 && open->initial_window_size == 17);
    fake_quiet(fake);
    kit_free(fake);
}

Test(open, a_type_may_bring_bytes_or_a_whole_message)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN,
                                 .text = ss_span_of("a@example.com"),
                                 .data = ss_span_of("xyz")};
    struct ss_tail_channel_open_direct_tcpip to = {.address = ss_span_of("h"), .port = 22};
    struct ss_msg_channel_open open = {.channel_type = ss_span_of("direct-tcpip"),
                                       .sender_channel = 7777,
                                       .initial_window_size = 1};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_channel_open), &open, {NULL, 0}};
    const struct ss_msg_channel_open *sent;

    fake_done(fake, command);
    sent = fake_expect(fake, SS_MSG_channel_open);
    cr_expect(ss_span_is(sent->channel_type, "a@example.com"));
    cr_expect(ss_span_is(sent->body.raw, "xyz"));
    open.body.def = ss_msgdef_of(SS_TAIL_channel_open_direct_tcpip);
    open.body.value = &to;
    command.message = &msg;
    fake_done(fake, command);
    sent = fake_expect(fake, SS_MSG_channel_open);
    cr_expect(ss_span_is(sent->channel_type, "direct-tcpip"));
    cr_expect(sent->sender_channel == 1 && sent->initial_window_size == 2097152);
    cr_expect(((struct ss_tail_channel_open_direct_tcpip *)sent->body.value)->port == 22);
    open.body.def = NULL; /* what direct-tcpip brings is missing */
    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    msg.def = ss_msgdef_of(SS_MSG_channel_close);
    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    command.message = NULL;
    command.text = ss_span_of("");
    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    cr_expect(kit_layer(fake)->table.count == 2, "what failed left no channel");
    fake_quiet(fake);
    kit_free(fake);
}

Test(open, ours_refused_gives_the_reason_and_the_number_back)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct ss_msg_channel_open_failure no = {
        .recipient_channel = 0, .reason = 4, .description = ss_span_of("full")};
    struct fake_event event;
    struct ss_channel_info info;

    fake_done(fake, command);
    (void)fake_expect(fake, SS_MSG_channel_open);
    cr_assert(fake_take(fake, SS_MSG_channel_open_failure, &no) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_REFUSED);
    cr_expect(event.channel == 0 && event.number == 4 && strcmp(event.text, "full") == 0);
    cr_expect(!ss_connection_channel(fake->layer, 0, &info));
    cr_expect(kit_open(fake, 1) == 0);
    kit_free(fake);
}

Test(open, an_answer_to_what_was_not_asked_is_a_fault)
{
    static const struct {
        enum ss_msgid id;
        uint32_t channel;
        ss_err err;
    } rows[] = {
        {SS_MSG_channel_open_confirmation, 99, SS_E_unknown_channel},
        {SS_MSG_channel_open_failure, 99, SS_E_unknown_channel},
        {SS_MSG_channel_open_confirmation, 0, SS_E_unasked_reply}, /* confirmed before */
        {SS_MSG_channel_open_failure, 0, SS_E_unasked_reply},
        {SS_MSG_channel_open_confirmation, 1, SS_E_unasked_reply}, /* their own */
        {SS_MSG_channel_open_confirmation, 2, SS_E_unasked_reply}, /* not sent yet */
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_SERVER);
        struct ss_msg_channel_open_confirmation yes = {.recipient_channel = rows[i].channel};
        struct ss_msg_channel_open_failure no = {.recipient_channel = rows[i].channel, .reason = 1};
        struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("x11@y")};
        void *body = rows[i].id == SS_MSG_channel_open_failure ? (void *)&no : (void *)&yes;

        (void)kit_open(fake, 5);
        cr_assert(kit_peer_open(fake, "session", 6) == SS_OK);
        cr_assert(fake_do(fake, command) == SS_OK);
        cr_expect(fake_take(fake, rows[i].id, body) == rows[i].err, "row %zu", i);
        fake_failed(fake, rows[i].err, UNKNOWN);
        kit_free(fake);
    }
}

Test(open, theirs_is_a_question_and_accepting_confirms)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_command accept = kit_command(SS_CMD_CHANNEL_ACCEPT, 0);
    const struct ss_msg_channel_open_confirmation *yes;
    struct fake_event event;

    cr_assert(kit_peer_open(fake, "session", UINT32_MAX) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    cr_expect(event.channel == 0 && event.def == ss_msgdef_of(SS_MSG_channel_open));
    fake_act(fake);
    fake_quiet(fake);
    accept.data = test_text("more");
    accept.number = 12;
    cr_assert(fake_do(fake, accept) == SS_OK);
    cr_expect(!kit_info(fake, 0).open, "not before the confirmation went out");
    cr_expect(fake_do(fake, accept) == SS_E_usage, "answered twice");
    fake_act(fake);
    yes = fake_expect(fake, SS_MSG_channel_open_confirmation);
    cr_expect(yes->recipient_channel == UINT32_MAX && yes->sender_channel == 0);
    cr_expect(yes->initial_window_size == 12 && yes->maximum_packet_size == 32768);
    cr_expect(ss_span_is(yes->data, "more"));
    cr_expect(kit_info(fake, 0).open && kit_info(fake, 0).window_in == 12);
    cr_expect(kit_info(fake, 0).window_out == KIT_WINDOW && kit_info(fake, 0).max_out == KIT_MAX);
    accept.channel = 1;
    cr_expect(fake_do(fake, accept) == SS_E_not_found);
    fake_quiet(fake);
    kit_free(fake);
}

Test(open, refusing_needs_a_reason_and_keeps_nothing)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command refuse = kit_command(SS_CMD_CHANNEL_REFUSE, 0);
    const struct ss_msg_channel_open_failure *no;
    size_t i, blocks;

    cr_assert(kit_peer_open(fake, "session", 3) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    cr_expect(fake_do(fake, refuse) == SS_E_bad_argument, "RFC 4250 section 4.3.1: no reason 0");
    refuse.number = 3;
    refuse.text = ss_span_of("no such type");
    fake_done(fake, refuse);
    no = fake_expect(fake, SS_MSG_channel_open_failure);
    cr_expect(no->recipient_channel == 3 && no->reason == 3);
    cr_expect(ss_span_is(no->description, "no such type"));
    cr_expect(fake_do(fake, refuse) == SS_E_not_found);
    blocks = test_counted()->blocks;
    for (i = 0; i < 1000; i++) {
        cr_assert(kit_peer_open(fake, "session", (uint32_t)i) == SS_OK);
        cr_assert(fake_event(fake, SS_EVENT_CHANNEL_OPEN).channel == 0);
        fake_done(fake, refuse);
        (void)fake_expect(fake, SS_MSG_channel_open_failure);
    }
    cr_expect(test_counted()->blocks == blocks, "a refused channel keeps no memory");
    kit_free(fake);
}

Test(open, past_the_cap_the_peer_is_refused_and_we_do_not_ask)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    const struct ss_msg_channel_open_failure *no;

    fake->config.channels = 3;
    (void)kit_accept(fake, 0);
    (void)kit_open(fake, 1);
    cr_assert(kit_peer_open(fake, "session", 2) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    cr_assert(kit_peer_open(fake, "session", 77) == SS_OK);
    fake_act(fake);
    no = fake_expect(fake, SS_MSG_channel_open_failure);
    cr_expect(no->recipient_channel == 77 && no->reason == 4, "resource shortage");
    cr_expect(fake_do(fake, command) == SS_E_ceiling);
    fake_quiet(fake);
    kit_free(fake);
}

Test(open, a_flood_of_opens_that_nobody_can_answer_ends)
{
    struct fake *fake = kit_new(SS_SERVER);
    ss_err err = SS_OK;
    size_t i;

    fake->config.channels = 1;
    for (i = 0; i < 100000 && err == SS_OK; i++) {
        err = kit_peer_open(fake, "session", (uint32_t)i);
        if (i == 0)
            (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    }
    cr_expect(err == SS_E_too_many && i < 20000, "%zu", i);
    fake_failed(fake, SS_E_too_many, NULL);
    kit_free(fake);
}

/* rule: OSSH-2.2-no-more-sessions, OSSH-2.2-no-more-sessions-other-types */
Test(open, no_more_sessions_ends_sessions_and_nothing_else)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open other = {.channel_type = ss_span_of("tap@example.com")};

    cr_assert(kit_global(fake, "no-more-sessions@openssh.com", false) == SS_OK);
    (void)fake_event(fake, SS_EVENT_GLOBAL_REQUEST);
    cr_assert(fake_take(fake, SS_MSG_channel_open, &other) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    cr_expect(kit_peer_open(fake, "session", 1) == SS_E_unexpected_message);
    fake_failed(fake, SS_E_unexpected_message, "OSSH-2.2-no-more-sessions");
    kit_free(fake);
}

/* rule: RFC4254-5.2-advertised-max-packet-receivable */
Test(open, the_packet_size_we_offer_can_be_received)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    const struct ss_msg_channel_open *open;

    fake->config.max_packet = 1048576;
    fake->config.window = UINT64_C(1) << 40;
    fake_done(fake, command);
    open = fake_expect(fake, SS_MSG_channel_open);
    cr_expect(open->maximum_packet_size == 262144 - 269);
    cr_expect(open->initial_window_size == UINT32_MAX);
    kit_free(fake);
}

Test(open, an_open_by_hand_waits_under_the_number_that_was_said)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_channel_open open = {.channel_type = ss_span_of("session"),
                                       .sender_channel = UINT32_MAX,
                                       .initial_window_size = 10,
                                       .maximum_packet_size = 4};
    struct ss_msg_channel_open_confirmation yes = {.recipient_channel = UINT32_MAX,
                                                   .sender_channel = 8};
    struct ss_channel_info info;

    cr_assert(fake_by_hand(fake, SS_MSG_channel_open, &open, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, UINT32_MAX).window_in == 10);
    cr_assert(fake_take(fake, SS_MSG_channel_open_confirmation, &yes) == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_OPENED).channel == UINT32_MAX);
    cr_expect(kit_bulk(fake, UINT32_MAX, 5) == SS_E_packet_size_exceeded, "what was said counts");
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open, &open, NULL, 0) == SS_OK);
    cr_expect(fake->notes == 1, "the number was taken");
    info = kit_info(fake, UINT32_MAX);
    cr_expect(info.open && info.theirs == 8);
    kit_free(fake);
}

Test(open, an_answer_by_hand_settles_the_question)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open_confirmation yes = {.recipient_channel = 6,
                                                   .sender_channel = 1000,
                                                   .initial_window_size = 9,
                                                   .maximum_packet_size = 9};
    struct ss_msg_channel_open_failure no = {.recipient_channel = 7, .reason = 1};
    struct ss_channel_info info;

    (void)kit_accept(fake, 5);
    cr_assert(kit_peer_open(fake, "session", 6) == SS_OK);
    cr_assert(kit_peer_open(fake, "session", 7) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open_confirmation, &yes, NULL, 0) == SS_OK);
    info = kit_info(fake, 1000);
    cr_expect(info.open && info.theirs == 6 && info.window_in == 9);
    cr_expect(!ss_connection_channel(fake->layer, 1, &info));
    cr_expect(fake_do(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, 1000)) == SS_E_usage);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open_failure, &no, NULL, 0) == SS_OK);
    cr_expect(!ss_connection_channel(fake->layer, 2, &info));
    /* answers to nobody change nothing */
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open_failure, &no, NULL, 0) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open_confirmation, &yes, NULL, 0) == SS_OK);
    cr_expect(kit_layer(fake)->table.count == 2);
    kit_free(fake);
}

Test(open, a_confirmation_by_hand_with_a_number_in_use_keeps_ours)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open_confirmation yes = {.recipient_channel = 6, .sender_channel = 0};

    (void)kit_accept(fake, 5);
    cr_assert(kit_peer_open(fake, "session", 6) == SS_OK);
    cr_assert(fake_do(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, 1)) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open_confirmation, &yes, NULL, 0) == SS_OK);
    cr_expect(fake->notes == 1 && kit_info(fake, 1).open && kit_info(fake, 1).window_in == 0);
    fake_act(fake);
    cr_expect(fake->sent_count == 0, "the accept that was queued is not said again");
    kit_free(fake);
}
