/* SPDX-License-Identifier: Apache-2.0 */
/* test_close.c - EOF and CLOSE, both ways, crossing, and the number afterwards.
 *
 * Follows: RFC 4254 section 5.3. */
#include "tests/unit/connection/kit.h"

TestSuite(close, .fini = test_counted_check);

Test(close, eof_leaves_the_other_direction_open)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);

    cr_assert(kit_plain(fake, SS_MSG_channel_eof, ch) == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_EOF).channel == ch);
    cr_assert(kit_send(fake, ch, 10) == SS_OK);
    (void)fake_expect(fake, SS_MSG_channel_data);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_EOF, ch));
    cr_expect(
        ((struct ss_msg_channel_eof *)fake_expect(fake, SS_MSG_channel_eof))->recipient_channel ==
        4);
    cr_expect(kit_info(fake, ch).eof_in && kit_info(fake, ch).eof_out);
    cr_expect(kit_send(fake, ch, 1) == SS_E_usage, "no data after EOF");
    cr_expect(ss_connection_writable(fake->layer, ch) == 0);
    cr_expect(fake_do(fake, kit_command(SS_CMD_CHANNEL_EOF, ch)) == SS_E_usage);
    fake_quiet(fake);
    kit_free(fake);
}

Test(close, data_after_eof_is_a_fault_and_a_second_eof_is_noted)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);

    cr_assert(kit_plain(fake, SS_MSG_channel_eof, ch) == SS_OK);
    cr_assert(kit_plain(fake, SS_MSG_channel_eof, ch) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_EOF);
    cr_expect(fake->notes == 1);
    fake_quiet(fake);
    cr_expect(kit_data(fake, ch, "x") == SS_E_after_close);
    fake_failed(fake, SS_E_after_close, "RFC4254-5.3-data-after-eof-received");
    kit_free(fake);
}

/* rule: RFC4254-5.3-close-answered, RFC4254-5.3-close-without-eof */
Test(close, a_close_is_answered_once_and_gives_the_number_back)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);
    struct ss_channel_info info;

    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    fake_quiet(fake);
    cr_expect(kit_info(fake, ch).close_in && !kit_info(fake, ch).close_out);
    cr_expect(fake_do(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch)) == SS_OK, "on its way");
    cr_expect(kit_send(fake, ch, 1) == SS_E_closed);
    fake_act(fake);
    cr_expect(((struct ss_msg_channel_close *)fake_expect(fake, SS_MSG_channel_close))
                  ->recipient_channel == 4);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_CLOSED).channel == ch);
    cr_expect(!ss_connection_channel(fake->layer, ch, &info));
    fake_act(fake);
    fake_quiet(fake);
    cr_expect(kit_accept(fake, 9) == ch);
    kit_free(fake);
}

Test(close, ours_waits_for_theirs_before_the_number_is_free)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);

    fake_done(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch));
    (void)fake_expect(fake, SS_MSG_channel_close);
    cr_expect(kit_info(fake, ch).close_out);
    cr_expect(kit_accept(fake, 5) == ch + 1, "the number is still in use");
    fake_done(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch));
    fake_quiet(fake);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_CLOSED).channel == ch);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

/* What the peer sent before it saw our CLOSE is nobody's mistake. */
Test(close, what_crosses_our_close_is_dropped_without_a_word)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);
    struct ss_msg_channel_extended_data extended = {
        .recipient_channel = ch, .data_type_code = 1, .data = ss_span_of("e")};

    cr_assert(kit_ask(fake, ch, "signal@x", true) == SS_OK);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch));
    (void)fake_expect(fake, SS_MSG_channel_request);
    (void)fake_expect(fake, SS_MSG_channel_close);
    cr_expect(kit_data(fake, ch, "late") == SS_OK);
    cr_expect(fake_take(fake, SS_MSG_channel_extended_data, &extended) == SS_OK);
    cr_expect(kit_adjust(fake, ch, UINT32_MAX) == SS_OK);
    cr_expect(kit_request(fake, ch, "late", true) == SS_OK);
    cr_expect(kit_plain(fake, SS_MSG_channel_success, ch) == SS_OK);
    cr_expect(kit_plain(fake, SS_MSG_channel_eof, ch) == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    cr_expect(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    fake_quiet(fake);
    cr_expect(fake->fails == 0);
    kit_free(fake);
}

/* rule: RFC4254-5.3-no-messages-after-close */
Test(close, anything_after_the_peers_close_is_a_fault)
{
    static const enum ss_msgid ids[] = {SS_MSG_channel_eof, SS_MSG_channel_close,
                                        SS_MSG_channel_success};
    size_t i;

    for (i = 0; i < SS_COUNT(ids); i++) {
        struct fake *fake = kit_new(SS_SERVER);
        uint32_t ch = kit_accept(fake, 4);

        cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
        cr_expect(kit_plain(fake, ids[i], ch) == SS_E_after_close);
        fake_failed(fake, SS_E_after_close, "RFC4254-5.3-no-messages-after-close");
        kit_free(fake);
    }
}

/* rule: RFC4254-5.3-eof-window-free; and the order in which the owner spoke is kept. */
Test(close, eof_and_close_need_no_window_and_follow_what_was_sent_before)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);
    size_t i;

    fake->link.may_send = false;
    for (i = 0; i < KIT_WINDOW / KIT_MAX; i++)
        cr_assert(kit_send(fake, ch, KIT_MAX) == SS_OK);
    cr_expect(kit_send(fake, ch, 1) == SS_E_would_block);
    cr_assert(kit_ask(fake, ch, "exit@x", false) == SS_OK);
    cr_assert(fake_do(fake, kit_command(SS_CMD_CHANNEL_EOF, ch)) == SS_OK);
    cr_assert(fake_do(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch)) == SS_OK);
    cr_expect(fake_do(fake, kit_command(SS_CMD_CHANNEL_EOF, ch)) == SS_E_closed);
    cr_expect(kit_send(fake, ch, 1) == SS_E_closed);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK, "meanwhile the peer closes");
    fake_act(fake);
    for (i = 0; i < KIT_WINDOW / KIT_MAX; i++)
        (void)fake_expect(fake, SS_MSG_channel_data);
    (void)fake_expect(fake, SS_MSG_channel_request);
    (void)fake_expect(fake, SS_MSG_channel_eof);
    (void)fake_expect(fake, SS_MSG_channel_close);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    fake_quiet(fake);
    kit_free(fake);
}

Test(close, a_close_by_hand_counts_and_what_was_queued_is_dropped)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);
    struct ss_msg_channel_close close = {.recipient_channel = 4};
    struct ss_msg_channel_eof eof = {.recipient_channel = 4};

    fake->link.may_send = false;
    cr_assert(fake_by_hand(fake, SS_MSG_channel_eof, &eof, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, ch).eof_out);
    cr_assert(kit_ask(fake, ch, "x", true) == SS_OK);
    cr_assert(fake_do(fake, kit_command(SS_CMD_CHANNEL_CLOSE, ch)) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_close, &close, NULL, 0) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_close, &close, NULL, 0) == SS_OK, "twice");
    cr_expect(kit_info(fake, ch).close_out);
    fake_act(fake);
    fake_quiet(fake);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    /* the answer that was due may be said by hand as well */
    ch = kit_accept(fake, 4);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_close, &close, NULL, 0) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

/* The number may be used again while records of the one before it still wait. */
Test(close, a_record_of_an_old_channel_never_reaches_a_new_one_of_the_same_number)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 4);
    struct ss_msg_channel_close close = {.recipient_channel = 4};

    fake->link.may_send = false;
    cr_assert(kit_send(fake, ch, 10) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_close, &close, NULL, 0) == SS_OK);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    cr_assert(kit_peer_open(fake, "session", 4) == SS_OK);
    cr_assert(fake_event(fake, SS_EVENT_CHANNEL_OPEN).channel == ch);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}
