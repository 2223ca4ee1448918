/* SPDX-License-Identifier: Apache-2.0 */
/* test_connection.c - the layer as a whole: dispatch, unknown channels, lies, lack of memory.
 *
 * Follows: RFC 4254. */
#include "tests/unit/connection/kit.h"

TestSuite(connection, .fini = test_counted_check);

/* rule: RFC4254-5.3-message-for-closed-channel */
Test(connection, a_message_for_a_channel_that_does_not_exist_is_a_fault)
{
    static const enum ss_msgid ids[] = {SS_MSG_channel_eof, SS_MSG_channel_close,
                                        SS_MSG_channel_success, SS_MSG_channel_failure};
    static const uint32_t numbers[] = {99, UINT32_MAX, 0 /* closed */, 1 /* asked for by us */,
                                       2 /* asked for by the peer */};
    size_t i, n;

    for (n = 0; n < SS_COUNT(numbers); n++) {
        for (i = 0; i < SS_COUNT(ids) + 4; i++) {
            struct fake *fake = kit_new(SS_SERVER);
            struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("s@x")};
            uint32_t ch = kit_accept(fake, 4);
            struct ss_msg_channel_extended_data extended = {
                .recipient_channel = numbers[n], .data_type_code = 1, .data = ss_span_of("x")};
            ss_err err;

            fake_done(fake, command);
            cr_assert(kit_peer_open(fake, "session", 9) == SS_OK);
            cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
            fake_act(fake);
            if (i < SS_COUNT(ids))
                err = kit_plain(fake, ids[i], numbers[n]);
            else if (i == SS_COUNT(ids))
                err = kit_data(fake, numbers[n], "x");
            else if (i == SS_COUNT(ids) + 1)
                err = kit_adjust(fake, numbers[n], 1);
            else if (i == SS_COUNT(ids) + 2)
                err = kit_request(fake, numbers[n], "x", true);
            else
                err = fake_take(fake, SS_MSG_channel_extended_data, &extended);
            cr_expect(err == SS_E_unknown_channel, "%zu %zu", n, i);
            fake_failed(fake, SS_E_unknown_channel, "RFC4254-5.3-message-for-closed-channel");
            cr_expect(strcmp(fake->field, "recipient_channel") == 0);
            kit_free(fake);
        }
    }
}

Test(connection, messages_and_commands_of_other_layers_are_not_ours)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_ignore ignore = {.data = ss_span_of("")};
    struct ss_msg none = {NULL, NULL, {NULL, 0}};

    cr_expect(fake_do(fake, kit_command(SS_CMD_PING, 0)) == SS_E_unsupported);
    cr_expect(fake_do(fake, kit_command(SS_CMD_COUNT, 0)) == SS_E_unsupported);
    cr_assert(fake_by_hand(fake, SS_MSG_ignore, &ignore, NULL, 0) == SS_OK);
    cr_assert(fake->ops->on_sent(fake->layer, &none, ss_span_make(NULL, 0)) == SS_OK);
    cr_expect(fake->ops->deadline(fake->layer) == SS_NEVER);
    cr_expect(fake->ops->tick(fake->layer, 5) == SS_OK);
    cr_expect(fake->ops->id == SS_LAYER_CONNECTION);
    cr_expect(fake->ops->on_message(fake->layer, &none) == SS_E_unexpected_message);
    kit_free(fake);
}

Test(connection, commands_on_channels_that_are_not_open_say_why)
{
    static const enum ss_command_kind kinds[] = {SS_CMD_CHANNEL_DATA, SS_CMD_CHANNEL_EOF,
                                                 SS_CMD_CHANNEL_CLOSE, SS_CMD_CHANNEL_REPLY};
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    uint32_t closing = kit_open(fake, 4);
    size_t i;

    fake_done(fake, kit_command(SS_CMD_CHANNEL_CLOSE, closing));
    fake_done(fake, open);
    for (i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_command command = kit_command(kinds[i], closing);

        command.data = test_text("x");
        cr_expect(fake_do(fake, command) ==
                      (kinds[i] == SS_CMD_CHANNEL_CLOSE ? SS_OK : SS_E_closed),
                  "%zu", i);
        command.channel = 1;
        cr_expect(fake_do(fake, command) == SS_E_usage, "%zu", i);
        command.channel = 2;
        cr_expect(fake_do(fake, command) == SS_E_not_found, "%zu", i);
    }
    cr_expect(ss_connection_writable(fake->layer, 1) == 0);
    kit_free(fake);
}

/* What counts is what went out, not the message before the lies. */
Test(connection, lies_are_seen_as_the_peer_sees_them)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);
    struct ss_msg_channel_data data = {.recipient_channel = 5, .data = ss_span_of("12345")};
    const struct ss_fielddef *recipient = &ss_msgdef_of(SS_MSG_channel_data)->fields[0];
    struct ss_lie lie = {.kind = SS_LIE_RAW, .field = recipient, .bytes = test_hex("000000ff")};

    cr_assert(fake_by_hand(fake, SS_MSG_channel_data, &data, &lie, 1) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW, "it went to another channel");
    lie = (struct ss_lie){.kind = SS_LIE_NUMBER, .n = 96}; /* an EOF with bytes behind it */
    cr_assert(fake_by_hand(fake, SS_MSG_channel_data, &data, &lie, 1) == SS_OK);
    cr_expect(kit_info(fake, ch).eof_out && kit_info(fake, ch).window_out == KIT_WINDOW);
    lie = (struct ss_lie){.kind = SS_LIE_TRUNCATE, .n = 7};
    cr_assert(fake_by_hand(fake, SS_MSG_channel_data, &data, &lie, 1) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW, "nobody can read that");
    lie = (struct ss_lie){.kind = SS_LIE_APPEND, .bytes = test_hex("00")};
    cr_assert(fake_by_hand(fake, SS_MSG_channel_data, &data, &lie, 1) == SS_OK);
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW - 5);
    kit_free(fake);
}

/* One conversation, run again and again with the n-th allocation failing. A command that failed is
 * given again; a message that failed ends it. */
static bool talk(struct fake *fake)
{
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct ss_command accept = kit_command(SS_CMD_CHANNEL_ACCEPT, 1);
    struct ss_command reply = kit_command(SS_CMD_CHANNEL_REPLY, 0);
    struct ss_msg_channel_open_confirmation yes = {.initial_window_size = 100,
                                                   .maximum_packet_size = 100};
    struct ss_msg_channel_data hand = {.data = ss_span_of("hand")};
    int i;

    fake->link.may_send = false;
    if (fake_do(fake, open) != SS_OK)
        return false;
    if (fake->ops->act(fake->layer) != SS_OK)
        return false;
    if (fake_take(fake, SS_MSG_channel_open_confirmation, &yes) != SS_OK)
        return false;
    if (kit_peer_open(fake, "session", 1) != SS_OK || fake_do(fake, accept) != SS_OK)
        return false;
    for (i = 0; i < 6; i++) {
        if (kit_request(fake, 0, "a@x", true) != SS_OK || fake_do(fake, reply) != SS_OK)
            return false;
        if (kit_send(fake, 0, 1) != SS_OK || kit_ask(fake, 0, "b@x", true) != SS_OK)
            return false;
    }
    if (kit_global(fake, "c@x", true) != SS_OK)
        return false;
    reply.kind = SS_CMD_GLOBAL_REPLY;
    reply.flag = true;
    reply.data = test_text("data");
    if (fake_do(fake, reply) != SS_OK)
        return false;
    if (fake_by_hand(fake, SS_MSG_channel_data, &hand, NULL, 0) != SS_OK)
        return false;
    return fake->ops->act(fake->layer) == SS_OK;
}

Test(connection, every_allocation_may_fail)
{
    struct ss_counted *counted = test_counted();
    size_t n;
    bool done = false, finished;

    for (n = 1; !done; n++) {
        struct ss_connection *layer = NULL;
        struct fake *fake = fake_new(SS_SERVER, &ss_connection_ops);

        counted->calls = 0;
        counted->fail_at = n;
        if (ss_connection_new(&fake->link, &layer) != SS_OK) {
            cr_assert(layer == NULL && n == 1);
            counted->fail_at = 0;
            fake_free(fake);
            continue;
        }
        fake->layer = layer;
        finished = talk(fake); /* a buffer may make do with a smaller block */
        done = counted->calls < n;
        counted->fail_at = 0;
        cr_expect(finished || !done);
        if (finished)
            cr_expect(fake->sent_count == 21, "%zu", fake->sent_count);
        kit_free(fake);
    }
    cr_expect(n > 12, "%zu", n);
}
