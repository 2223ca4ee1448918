/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - a connection layer on a fake link.
 *
 * Owns: a page of pattern bytes.
 * Not here: tests.
 * Called by: tests/unit/connection. */
#include "tests/unit/connection/kit.h"

struct fake *kit_new(enum ss_role role)
{
    struct fake *fake = fake_new(role, &ss_connection_ops);
    struct ss_connection *layer = NULL;

    cr_assert(ss_connection_new(&fake->link, &layer) == SS_OK);
    fake->layer = layer;
    return fake;
}

void kit_free(struct fake *fake)
{
    struct ss_connection *layer = fake->layer;

    ss_connection_free(&layer);
    cr_assert(layer == NULL);
    ss_connection_free(&layer); /* the empty value is fine */
    fake_free(fake);
}

struct ss_connection *kit_layer(struct fake *fake)
{
    return fake->layer;
}

struct ss_channel_info kit_info(struct fake *fake, uint32_t channel)
{
    struct ss_channel_info info;

    cr_assert(ss_connection_channel(fake->layer, channel, &info), "no channel %u", channel);
    return info;
}

struct ss_command kit_command(enum ss_command_kind kind, uint32_t channel)
{
    struct ss_command command = {.kind = kind, .channel = channel};

    return command;
}

uint32_t kit_open(struct fake *fake, uint32_t theirs)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct ss_msg_channel_open_confirmation confirmation = {.sender_channel = theirs,
                                                            .initial_window_size = KIT_WINDOW,
                                                            .maximum_packet_size = KIT_MAX};
    uint32_t number = UINT32_MAX;

    cr_assert(fake->ops->command(fake->layer, &command, &number) == SS_OK);
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_open);
    confirmation.recipient_channel = number;
    cr_assert(fake_take(fake, SS_MSG_channel_open_confirmation, &confirmation) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPENED);
    return number;
}

ss_err kit_peer_open(struct fake *fake, const char *type, uint32_t theirs)
{
    struct ss_msg_channel_open open = {.channel_type = ss_span_of(type),
                                       .sender_channel = theirs,
                                       .initial_window_size = KIT_WINDOW,
                                       .maximum_packet_size = KIT_MAX};

    return fake_take(fake, SS_MSG_channel_open, &open);
}

uint32_t kit_accept(struct fake *fake, uint32_t theirs)
{
    struct fake_event event;

    cr_assert(kit_peer_open(fake, "session", theirs) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, event.channel));
    (void)fake_expect(fake, SS_MSG_channel_open_confirmation);
    return event.channel;
}

ss_span kit_bytes(size_t n)
{
    static uint8_t pattern[1 << 20];
    size_t i;

    cr_assert(n <= sizeof pattern);
    if (pattern[1] == 0) {
        for (i = 0; i < sizeof pattern; i++)
            pattern[i] = (uint8_t)(i % 251);
    }
    return ss_span_make(pattern, n);
}

ss_err kit_data(struct fake *fake, uint32_t channel, const char *text)
{
    struct ss_msg_channel_data body = {.recipient_channel = channel, .data = ss_span_of(text)};

    return fake_take(fake, SS_MSG_channel_data, &body);
}

ss_err kit_bulk(struct fake *fake, uint32_t channel, size_t n)
{
    struct ss_msg_channel_data body = {.recipient_channel = channel, .data = kit_bytes(n)};

    return fake_take(fake, SS_MSG_channel_data, &body);
}

ss_err kit_adjust(struct fake *fake, uint32_t channel, uint32_t n)
{
    struct ss_msg_channel_window_adjust body = {.recipient_channel = channel, .bytes_to_add = n};

    return fake_take(fake, SS_MSG_channel_window_adjust, &body);
}

ss_err kit_plain(struct fake *fake, enum ss_msgid id, uint32_t channel)
{
    struct ss_msg_channel_eof body = {.recipient_channel = channel};

    return fake_take(fake, id, &body);
}

ss_err kit_request(struct fake *fake, uint32_t channel, const char *type, bool want_reply)
{
    struct ss_msg_channel_request body = {
        .recipient_channel = channel, .request_type = ss_span_of(type), .want_reply = want_reply};

    return fake_take(fake, SS_MSG_channel_request, &body);
}

ss_err kit_global(struct fake *fake, const char *name, bool want_reply)
{
    struct ss_msg_global_request body = {.request_name = ss_span_of(name),
                                         .want_reply = want_reply};

    return fake_take(fake, SS_MSG_global_request, &body);
}

ss_err kit_send(struct fake *fake, uint32_t channel, size_t n)
{
    struct ss_command command = kit_command(SS_CMD_CHANNEL_DATA, channel);

    command.data = kit_bytes(n);
    return fake_do(fake, command);
}

ss_err kit_ask(struct fake *fake, uint32_t channel, const char *type, bool want_reply)
{
    struct ss_msg_channel_request body = {.request_type = ss_span_of(type),
                                          .want_reply = want_reply};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_channel_request), &body, {NULL, 0}};
    struct ss_command command = kit_command(SS_CMD_CHANNEL_REQUEST, channel);

    command.message = &msg;
    return fake_do(fake, command);
}

ss_err kit_ask_global(struct fake *fake, const char *name, bool want_reply)
{
    struct ss_msg_global_request body = {.request_name = ss_span_of(name),
                                         .want_reply = want_reply};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_global_request), &body, {NULL, 0}};
    struct ss_command command = kit_command(SS_CMD_GLOBAL_REQUEST, 0);

    command.message = &msg;
    return fake_do(fake, command);
}
