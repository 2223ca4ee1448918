/* SPDX-License-Identifier: Apache-2.0 */
/* test_compose.c - defaults of messages that a script sends by hand.
 *
 * Follows: RFC 4254. */
#include "tests/unit/connection/kit.h"

TestSuite(compose, .fini = test_counted_check);

static void *compose(struct fake *fake, enum ss_msgid id, const char *key)
{
    struct ss_msg msg;
    const struct ss_msgdef *tail = key != NULL ? ss_msgdef_tail(id, ss_span_of(key)) : NULL;

    cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(id), tail, &msg) == SS_OK);
    cr_assert(fake->ops->compose(fake->layer, &msg) == SS_OK);
    return msg.body;
}

Test(compose, recipients_are_the_channel_that_last_had_a_message)
{
    static const enum ss_msgid ids[] = {
        SS_MSG_channel_window_adjust, SS_MSG_channel_data,    SS_MSG_channel_extended_data,
        SS_MSG_channel_eof,           SS_MSG_channel_close,   SS_MSG_channel_request,
        SS_MSG_channel_success,       SS_MSG_channel_failure,
    };
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t a = kit_accept(fake, 70), recipient;
    size_t i;

    (void)kit_accept(fake, 80);
    for (i = 0; i < SS_COUNT(ids); i++) {
        memcpy(&recipient, compose(fake, ids[i], NULL), sizeof recipient);
        cr_expect(recipient == 80, "%zu", i);
    }
    cr_assert(kit_bulk(fake, a, 5) == SS_OK);
    for (i = 0; i < SS_COUNT(ids); i++) {
        memcpy(&recipient, compose(fake, ids[i], NULL), sizeof recipient);
        cr_expect(recipient == 70, "%zu", i);
    }
    kit_free(fake);
}

Test(compose, without_a_channel_fields_stay_as_they_are)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_data *data = compose(fake, SS_MSG_channel_data, NULL);
    struct ss_msg_channel_window_adjust *adjust = compose(fake, SS_MSG_channel_window_adjust, NULL);
    struct ss_msg_channel_request *request = compose(fake, SS_MSG_channel_request, "shell");
    struct ss_msg_channel_open_confirmation *yes =
        compose(fake, SS_MSG_channel_open_confirmation, NULL);

    cr_expect(data->recipient_channel == 0 && adjust->bytes_to_add == 0);
    cr_expect(request->recipient_channel == 0);
    cr_expect(yes->initial_window_size == 2097152);
    kit_free(fake);
}

Test(compose, opens_and_their_answers)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open *open;
    struct ss_msg_channel_open_confirmation *yes;
    struct ss_msg_channel_open_failure *no;

    (void)kit_accept(fake, 70);
    cr_assert(kit_peer_open(fake, "session", 80) == SS_OK);
    cr_assert(kit_peer_open(fake, "session", 90) == SS_OK);
    open = compose(fake, SS_MSG_channel_open, NULL);
    cr_expect(ss_span_is(open->channel_type, "session") && open->sender_channel == 3);
    cr_expect(open->initial_window_size == 2097152 && open->maximum_packet_size == 32768);
    open = compose(fake, SS_MSG_channel_open, "direct-tcpip");
    cr_expect(ss_span_is(open->channel_type, "direct-tcpip"));
    yes = compose(fake, SS_MSG_channel_open_confirmation, NULL);
    cr_expect(yes->recipient_channel == 80 && yes->sender_channel == 1);
    no = compose(fake, SS_MSG_channel_open_failure, NULL);
    cr_expect(no->recipient_channel == 80 && no->reason == 1 && no->description.size > 0);
    kit_free(fake);
}

Test(compose, adjusts_give_back_what_was_consumed)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_command credit = kit_command(SS_CMD_CHANNEL_CREDIT, kit_accept(fake, 70));
    struct ss_msg_channel_window_adjust *adjust;

    cr_assert(kit_bulk(fake, 0, 10) == SS_OK);
    credit.number = 4;
    cr_assert(fake_do(fake, credit) == SS_OK);
    adjust = compose(fake, SS_MSG_channel_window_adjust, NULL);
    cr_expect(adjust->recipient_channel == 70 && adjust->bytes_to_add == 4);
    kit_free(fake);
}

Test(compose, replies_are_wanted_where_they_are_of_use)
{
    static const struct {
        const char *type;
        bool want_reply;
    } rows[] = {{"exec", true},          {"shell", true},        {"subsystem", true},
                {"pty-req", true},       {"exit-status", false}, {"exit-signal", false},
                {"signal", false},       {"break", true},        {"env", true},
                {"window-change", false}};
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_request *request;
    struct ss_msg_global_request *global;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        request = compose(fake, SS_MSG_channel_request, rows[i].type);
        cr_expect(request->want_reply == rows[i].want_reply, "%s", rows[i].type);
    }
    global = compose(fake, SS_MSG_global_request, "keepalive@openssh.com");
    cr_expect(global->want_reply);
    global = compose(fake, SS_MSG_global_request, "no-more-sessions@openssh.com");
    cr_expect(!global->want_reply);
    kit_free(fake);
}

Test(compose, other_messages_are_not_ours)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};

    cr_expect(fake->ops->compose(fake->layer, &msg) == SS_E_unsupported);
    cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(SS_MSG_ignore), NULL, &msg) == SS_OK);
    cr_expect(fake->ops->compose(fake->layer, &msg) == SS_E_unsupported);
    (void)compose(fake, SS_MSG_request_success, NULL);
    (void)compose(fake, SS_MSG_request_failure, NULL);
    kit_free(fake);
}
