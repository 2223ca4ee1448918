/* SPDX-License-Identifier: Apache-2.0 */
/* test_window.c - data and credit, both ways, to the last byte.
 *
 * Follows: RFC 4254 section 5.2. */
#include "tests/unit/connection/kit.h"

TestSuite(window, .fini = test_counted_check);

static uint32_t open_with(struct fake *fake, uint32_t window)
{
    struct ss_command command = {
        .kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session"), .number = window};
    struct ss_msg_channel_open_confirmation yes = {
        .sender_channel = 8, .initial_window_size = KIT_WINDOW, .maximum_packet_size = KIT_MAX};
    uint32_t ch = 0;

    cr_assert(fake->ops->command(fake->layer, &command, &ch) == SS_OK);
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_open);
    yes.recipient_channel = ch;
    cr_assert(fake_take(fake, SS_MSG_channel_open_confirmation, &yes) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPENED);
    return ch;
}

static ss_err credit(struct fake *fake, uint32_t ch, uint32_t n)
{
    struct ss_command command = kit_command(SS_CMD_CHANNEL_CREDIT, ch);

    command.number = n;
    return fake_do(fake, command);
}

static uint32_t adjusted(struct fake *fake)
{
    const struct ss_msg_channel_window_adjust *body;

    fake_act(fake);
    if (fake->sent_count == 0)
        return 0;
    body = fake_expect(fake, SS_MSG_channel_window_adjust);
    cr_expect(body->recipient_channel == 8);
    return body->bytes_to_add;
}

/* ---- out ---- */

Test(window, data_never_pass_window_or_packet_size)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5), sent;
    const struct ss_msg_channel_data *data;

    cr_expect(ss_connection_writable(fake->layer, ch) == KIT_MAX);
    cr_expect(kit_send(fake, ch, KIT_MAX + 1) == SS_E_would_block, "all or nothing");
    for (sent = 0; sent + 99 <= KIT_WINDOW; sent += 99) {
        cr_assert(kit_send(fake, ch, 99) == SS_OK);
        data = fake_expect(fake, SS_MSG_channel_data);
        cr_expect(data->recipient_channel == 5 && ss_span_eq(data->data, kit_bytes(99)));
    }
    cr_expect(ss_connection_writable(fake->layer, ch) == 10);
    cr_expect(kit_send(fake, ch, 11) == SS_E_would_block);
    cr_expect(kit_send(fake, ch, 10) == SS_OK);
    (void)fake_expect(fake, SS_MSG_channel_data);
    cr_expect(kit_info(fake, ch).window_out == 0);
    cr_expect(kit_send(fake, ch, 1) == SS_E_would_block);
    cr_expect(kit_send(fake, ch, 0) == SS_OK, "nothing is never in the way");
    fake_quiet(fake);
    kit_free(fake);
}

/* rule: RFC4254-5.2-extended-data-consumes-window */
Test(window, extended_data_use_the_same_window)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);
    struct ss_command command = kit_command(SS_CMD_CHANNEL_DATA, ch);
    const struct ss_msg_channel_extended_data *data;

    command.number = 1;
    command.data = test_text("oops");
    fake_done(fake, command);
    data = fake_expect(fake, SS_MSG_channel_extended_data);
    cr_expect(data->recipient_channel == 5 && data->data_type_code == 1);
    cr_expect(ss_span_is(data->data, "oops"));
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW - 4);
    kit_free(fake);
}

/* rule: RFC4254-5.2-window-adjust-resumes */
Test(window, writable_is_told_when_the_window_grows_from_less_than_was_asked_for)
{
    static const struct {
        uint32_t spent, asked, adjust; /* of KIT_WINDOW; a refused data command; then */
        bool told;
    } rows[] = {
        {1000, 0, 1, true},    /* used up */
        {1000, 0, 0, false},   /* nothing was added */
        {999, 0, 1, false},    /* one byte was left and nobody wanted more */
        {999, 2, 1, true},     /* but two were wanted */
        {900, 100, 50, false}, /* it fitted */
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        uint32_t ch = kit_open(fake, 5), spent = 0;

        while (spent < rows[i].spent) {
            uint32_t n = rows[i].spent - spent < KIT_MAX ? rows[i].spent - spent : KIT_MAX;

            cr_assert(kit_send(fake, ch, n) == SS_OK);
            (void)fake_expect(fake, SS_MSG_channel_data);
            spent += n;
        }
        if (rows[i].asked > 0 && kit_send(fake, ch, rows[i].asked) == SS_OK)
            (void)fake_expect(fake, SS_MSG_channel_data);
        cr_assert(kit_adjust(fake, ch, rows[i].adjust) == SS_OK);
        /* after the row's data the window of the last row is used up: then it is told */
        if (rows[i].told || (rows[i].asked == 100))
            cr_expect(fake_event(fake, SS_EVENT_CHANNEL_WRITABLE).channel == ch, "row %zu", i);
        fake_quiet(fake);
        kit_free(fake);
    }
}

Test(window, a_window_of_zero_and_one_byte_at_a_time)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open open = {
        .channel_type = ss_span_of("session"), .sender_channel = 5, .maximum_packet_size = KIT_MAX};
    int i;

    cr_assert(fake_take(fake, SS_MSG_channel_open, &open) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, 0));
    (void)fake_expect(fake, SS_MSG_channel_open_confirmation);
    cr_expect(kit_send(fake, 0, 1) == SS_E_would_block);
    for (i = 0; i < 3; i++) {
        cr_assert(kit_adjust(fake, 0, 1) == SS_OK);
        (void)fake_event(fake, SS_EVENT_CHANNEL_WRITABLE);
        cr_expect(kit_send(fake, 0, 2) == SS_E_would_block);
        cr_expect(kit_send(fake, 0, 1) == SS_OK);
        (void)fake_expect(fake, SS_MSG_channel_data);
    }
    fake_quiet(fake);
    kit_free(fake);
}

/* rule: RFC4254-5.2-max-packet-zero */
Test(window, a_packet_size_of_zero_lets_nothing_out)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open open = {.channel_type = ss_span_of("session"),
                                       .initial_window_size = 100};

    cr_assert(fake_take(fake, SS_MSG_channel_open, &open) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, 0));
    (void)fake_expect(fake, SS_MSG_channel_open_confirmation);
    cr_expect(ss_connection_writable(fake->layer, 0) == 0);
    cr_expect(kit_send(fake, 0, 1) == SS_E_would_block);
    fake_quiet(fake);
    kit_free(fake);
}

/* rule: RFC4254-5.2-window-max-handled, RFC4254-5.2-window-overflow-received */
Test(window, the_largest_window_is_fine_and_one_more_is_a_fault)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);

    cr_assert(kit_adjust(fake, ch, UINT32_MAX - KIT_WINDOW) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == UINT32_MAX);
    cr_assert(kit_send(fake, ch, 1) == SS_OK);
    cr_assert(kit_adjust(fake, ch, 1) == SS_OK);
    fake->event_count = 0;
    cr_expect(kit_adjust(fake, ch, 1) == SS_E_window_overflow);
    fake_failed(fake, SS_E_window_overflow, "RFC4254-5.2-window-overflow-received");
    kit_free(fake);
}

Test(window, data_by_hand_are_charged_and_an_overdraft_is_paid_back)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);
    struct ss_msg_channel_data data = {.recipient_channel = 5, .data = kit_bytes(600)};
    struct ss_msg_channel_extended_data extended = {
        .recipient_channel = 5, .data_type_code = 1, .data = kit_bytes(700)};

    cr_assert(fake_by_hand(fake, SS_MSG_channel_data, &data, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == 400);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_extended_data, &extended, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == 0 && ss_connection_writable(fake->layer, ch) == 0);
    cr_assert(kit_adjust(fake, ch, 300) == SS_OK);
    fake_quiet(fake);
    cr_expect(kit_send(fake, ch, 1) == SS_E_would_block, "300 were owed");
    cr_assert(kit_adjust(fake, ch, 1) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_WRITABLE);
    cr_expect(kit_send(fake, ch, 1) == SS_OK);
    kit_free(fake);
}

Test(window, a_send_that_fails_costs_no_window)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);

    fake->send_error = SS_E_ceiling;
    cr_expect(kit_send(fake, ch, 10) == SS_E_ceiling);
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW);
    cr_expect(kit_send(fake, ch, 10) == SS_OK);
    kit_free(fake);
}

/* ---- in ---- */

Test(window, the_peer_may_use_the_window_to_the_last_byte_and_not_past_it)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 10);

    cr_assert(kit_data(fake, ch, "0123456789") == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_DATA).data_size == 10);
    cr_assert(kit_data(fake, ch, "") == SS_OK, "RFC4254-5.2-zero-length-data");
    fake_act(fake);
    fake_quiet(fake);
    cr_expect(kit_data(fake, ch, "x") == SS_E_window_exceeded);
    fake_failed(fake, SS_E_window_exceeded, "RFC4254-5.2-data-beyond-window");
    kit_free(fake);
}

Test(window, data_of_more_than_the_packet_size_are_a_fault)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch;

    fake->config.max_packet = 100;
    ch = open_with(fake, 0);
    cr_assert(kit_bulk(fake, ch, 100) == SS_OK);
    cr_expect(kit_bulk(fake, ch, 101) == SS_E_packet_size_exceeded);
    fake_failed(fake, SS_E_packet_size_exceeded, "RFC4254-5.2-data-beyond-max-packet");
    kit_free(fake);
}

Test(window, stderr_is_told_apart_and_shares_the_window)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 8);
    struct ss_msg_channel_extended_data body = {
        .recipient_channel = ch, .data_type_code = 1, .data = ss_span_of("bad")};
    struct fake_event event;

    cr_assert(kit_data(fake, ch, "good") == SS_OK);
    cr_assert(fake_take(fake, SS_MSG_channel_extended_data, &body) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_DATA);
    cr_expect(event.number == 0 && strcmp(event.data, "good") == 0 && event.channel == ch);
    event = fake_event(fake, SS_EVENT_CHANNEL_DATA);
    cr_expect(event.number == 1 && strcmp(event.data, "bad") == 0);
    cr_expect(kit_info(fake, ch).window_in == 1);
    kit_free(fake);
}

/* rule: RFC4254-5.2-extended-data-unknown-type */
Test(window, extended_data_of_an_unknown_type_are_dropped_and_their_credit_returned)
{
    static const uint32_t types[] = {0, 2, UINT32_MAX};
    size_t i;

    for (i = 0; i < SS_COUNT(types); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        uint32_t ch = open_with(fake, 100000);
        struct ss_msg_channel_extended_data body = {
            .recipient_channel = ch, .data_type_code = types[i], .data = kit_bytes(30000)};

        cr_assert(fake_take(fake, SS_MSG_channel_extended_data, &body) == SS_OK);
        cr_expect(adjusted(fake) == 0);
        cr_assert(fake_take(fake, SS_MSG_channel_extended_data, &body) == SS_OK);
        cr_expect(adjusted(fake) == 60000, "past half the window");
        cr_expect(fake->notes == 2 && kit_info(fake, ch).window_in == 100000);
        fake_quiet(fake);
        kit_free(fake);
    }
}

Test(window, credit_is_given_back_at_half_the_window)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 100000);
    int i;

    for (i = 0; i < 3; i++)
        cr_assert(kit_bulk(fake, ch, 30000) == SS_OK);
    cr_expect(credit(fake, ch, 90001) == SS_E_bad_argument, "more than came");
    cr_assert(credit(fake, ch, 0) == SS_OK);
    cr_assert(credit(fake, ch, 49999) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    cr_assert(credit(fake, ch, 1) == SS_OK);
    cr_expect(adjusted(fake) == 50000);
    cr_assert(credit(fake, ch, 40000) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    cr_expect(credit(fake, ch, 1) == SS_E_bad_argument);
    cr_expect(credit(fake, ch + 1, 1) == SS_E_not_found);
    kit_free(fake);
}

Test(window, credit_comes_at_once_when_the_window_is_small_or_used_up)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t small = open_with(fake, 32768), large = open_with(fake, 65536);

    cr_assert(kit_bulk(fake, small, 10) == SS_OK);
    cr_assert(credit(fake, small, 3) == SS_OK);
    cr_expect(adjusted(fake) == 3);
    cr_assert(kit_bulk(fake, large, 32768) == SS_OK);
    cr_assert(kit_bulk(fake, large, 32767) == SS_OK);
    cr_assert(credit(fake, large, 5) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    cr_assert(kit_bulk(fake, large, 1) == SS_OK);
    cr_assert(credit(fake, large, 1) == SS_OK);
    cr_expect(adjusted(fake) == 6, "the peer stands still");
    kit_free(fake);
}

Test(window, several_credits_before_act_make_one_adjust)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 100);

    cr_assert(kit_bulk(fake, ch, 100) == SS_OK);
    cr_assert(credit(fake, ch, 10) == SS_OK);
    cr_assert(credit(fake, ch, 20) == SS_OK);
    cr_expect(adjusted(fake) == 30);
    fake->event_count = 0;
    fake_quiet(fake);
    kit_free(fake);
}

Test(window, no_credit_after_the_peers_eof)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 100);

    cr_assert(kit_bulk(fake, ch, 100) == SS_OK);
    cr_assert(credit(fake, ch, 10) == SS_OK);
    cr_assert(kit_plain(fake, SS_MSG_channel_eof, ch) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    cr_assert(credit(fake, ch, 90) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    kit_free(fake);
}

/* A script that grants by hand is in charge: nothing is granted twice, and nothing ever on a
 * channel that was opened without a window. */
Test(window, an_adjust_by_hand_counts_as_given)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_channel_window_adjust adjust = {.recipient_channel = 8, .bytes_to_add = 4};
    uint32_t ch = open_with(fake, 10);

    cr_assert(kit_bulk(fake, ch, 10) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_window_adjust, &adjust, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, ch).window_in == 4);
    cr_assert(credit(fake, ch, 10) == SS_OK);
    cr_expect(adjusted(fake) == 6);
    cr_expect(kit_info(fake, ch).window_in == 10);
    adjust.bytes_to_add = UINT32_MAX; /* past what the wire can say: remembered all the same */
    cr_assert(fake_by_hand(fake, SS_MSG_channel_window_adjust, &adjust, NULL, 0) == SS_OK);
    cr_expect(kit_info(fake, ch).window_in == UINT32_MAX);
    cr_assert(kit_bulk(fake, ch, 30000) == SS_OK);
    cr_assert(credit(fake, ch, 30000) == SS_OK);
    cr_expect(adjusted(fake) == 0);
    kit_free(fake);
}

Test(window, a_channel_without_a_window_is_never_topped_up)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_channel_window_adjust adjust = {.recipient_channel = 8, .bytes_to_add = 1};
    uint32_t ch;
    int i;

    fake->config.window = 0;
    ch = open_with(fake, 0);
    for (i = 0; i < 3; i++) {
        cr_assert(fake_by_hand(fake, SS_MSG_channel_window_adjust, &adjust, NULL, 0) == SS_OK);
        cr_assert(kit_bulk(fake, ch, 1) == SS_OK);
        cr_assert(credit(fake, ch, 1) == SS_OK);
        cr_expect(adjusted(fake) == 0);
    }
    cr_expect(kit_bulk(fake, ch, 1) == SS_E_window_exceeded);
    kit_free(fake);
}

/* A steady stream both ways, and a queue that fills and empties, ask for no memory. */
Test(window, a_steady_stream_allocates_nothing)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = open_with(fake, 4000);
    size_t calls = 0;
    int i;

    for (i = 0; i < 2000; i++) {
        if (i == 1000)
            calls = test_counted()->calls;
        fake->link.may_send = i % 2 == 0;
        cr_assert(kit_bulk(fake, ch, 1000) == SS_OK);
        (void)fake_event(fake, SS_EVENT_CHANNEL_DATA);
        cr_assert(credit(fake, ch, 1000) == SS_OK);
        cr_assert(kit_send(fake, ch, 50) == SS_OK);
        fake_act(fake);
        while (fake->sent_count > 0)
            (void)fake_payload(fake);
        cr_assert(kit_adjust(fake, ch, 50) == SS_OK);
        fake->event_count = 0;
    }
    cr_expect(test_counted()->calls == calls, "%zu allocations", test_counted()->calls - calls);
    kit_free(fake);
}
