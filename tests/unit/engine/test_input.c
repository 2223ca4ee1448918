/* SPDX-License-Identifier: Apache-2.0 */
/* test_input.c - bytes that are fed, and what is borrowed from them. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(input, .fini = test_counted_check);

/* A message waits for its verdict; what is fed meanwhile must not move it. */
Test(input, what_an_event_borrows_stays_where_it_is_while_more_comes)
{
    const struct ss_msg *message;
    struct ss_event event;
    struct duo duo;
    const uint8_t *at;
    uint8_t copy[64];
    uint8_t *junk;
    size_t room;

    duo_init(&duo, 1);
    hand_greet(&duo); /* the server's KEXINIT waits at the client */
    cr_assert(shown.number == 20 && shown.count == 1);
    cr_assert(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    cr_assert(ss_engine_send_payload(duo.server.engine, test_hex("02 00000004 61626364"), NULL,
                                     0) == SS_OK);
    cr_assert(duo_move(&duo, &duo.server, &duo.client));
    cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_MESSAGE);
    message = event.message;
    at = message->payload.data;
    cr_assert(message->payload.size == 9);
    memcpy(copy, at, 9);
    /* More, by copy and in place, than any block that is there could hold. */
    for (int i = 0; i < 20; i++) {
        cr_assert(ss_engine_send_payload(duo.server.engine, test_hex("02 00000000"), NULL, 0) ==
                  SS_OK);
        cr_assert(duo_move(&duo, &duo.server, &duo.client));
    }
    cr_assert(ss_engine_room(duo.client.engine, 100000, &junk, &room) == SS_OK && room == 100000);
    memset(junk, 0xaa, room);
    cr_expect(message->payload.data == at && memcmp(at, copy, 9) == 0);
    cr_assert(ss_engine_settle(duo.client.engine, SS_TAKE) == SS_OK);
    for (int i = 0; i < 20; i++) {
        cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_MESSAGE);
        cr_expect(event.message->payload.size == 5);
        cr_assert(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    }
    cr_expect(!ss_engine_poll(duo.client.engine, &event));
    duo_fini(&duo);
}

/* What came with the packet that waits and what came after it make one stream again. */
Test(input, what_came_meanwhile_joins_what_was_there)
{
    struct ss_event event;
    struct duo duo;
    ss_span out;
    size_t half;

    duo_init(&duo, 1);
    hand_greet(&duo);
    cr_assert(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    for (uint8_t i = 0; i < 4; i++)
        cr_assert(ss_engine_send_payload(duo.server.engine,
                                         ss_span_make((const uint8_t[]){2, 0, 0, 0, 1, i}, 6), NULL,
                                         0) == SS_OK);
    out = ss_engine_output(duo.server.engine);
    half = out.size / 2 + 5; /* inside the third */
    cr_assert(ss_engine_feed(duo.client.engine, ss_span_part(out, 0, half), 1) == SS_OK);
    for (uint8_t i = 0; i < 4; i++) {
        cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_MESSAGE);
        cr_expect(event.message->payload.size == 6 && event.message->payload.data[5] == i);
        if (i == 1)
            cr_assert(ss_engine_feed(duo.client.engine, ss_span_part(out, half, SIZE_MAX), 1) ==
                      SS_OK);
        cr_assert(ss_engine_settle(duo.client.engine, SS_DROP) == SS_OK);
    }
    cr_expect(!ss_engine_poll(duo.client.engine, &event));
    duo_fini(&duo);
}

Test(input, an_owner_that_does_not_poll_meets_the_ceiling)
{
    struct duo duo;
    uint8_t block[65536];
    ss_err err = SS_OK;
    size_t fed = 0;
    uint8_t *at;
    size_t size;

    memset(block, 'x', sizeof block);
    duo_init(&duo, 1);
    duo_start(&duo);
    while ((err = ss_engine_feed(duo.client.engine, ss_span_make(block, sizeof block), 1)) == SS_OK)
        fed += sizeof block;
    cr_expect(err == SS_E_ceiling && fed >= 262144 && fed < 4u << 20, "%zu", fed);
    cr_expect(ss_engine_room(duo.client.engine, sizeof block, &at, &size) == SS_E_ceiling);
    duo_fini(&duo);
}

Test(input, without_memory_for_what_comes_the_connection_ends)
{
    for (int in_place = 0; in_place < 2; in_place++) {
        struct ss_event event;
        struct duo duo;
        uint8_t *at;
        size_t size;
        ss_err err;

        duo_init(&duo, 1);
        duo_start(&duo);
        duo.client.counted.fail_at = duo.client.counted.calls + 1;
        duo.client.counted.fail_after = true;
        err = in_place ? ss_engine_room(duo.client.engine, 100, &at, &size)
                       : ss_engine_feed(duo.client.engine, ss_span_of("SSH-2.0-x\r\n"), 1);
        cr_expect(err == SS_E_no_memory);
        cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_FAULT);
        cr_expect(event.fault->err == SS_E_no_memory && ss_engine_finished(duo.client.engine));
        duo_fini(&duo);
    }
}

Test(input, bytes_may_be_read_in_place)
{
    struct duo duo;
    struct ss_event event;
    uint8_t *at;
    size_t size;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_assert(ss_engine_room(duo.client.engine, 16, &at, &size) == SS_OK && size >= 16);
    memcpy(at, "SSH-2.0-x\r\n", 11);
    ss_engine_fed(duo.client.engine, 11, 5);
    cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_VERSION);
    cr_expect(ss_span_is(event.text, "SSH-2.0-x"));
    duo_fini(&duo);
}

Test(input, the_end_of_the_stream_is_told_after_what_came_before_it)
{
    struct duo duo;
    struct ss_event event;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_assert(ss_engine_feed(duo.client.engine, ss_span_of("SSH-2.0-x\r\nabc"), 1) == SS_OK);
    ss_engine_feed_eof(duo.client.engine, 2);
    cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_VERSION);
    cr_assert(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_FAULT);
    cr_expect(event.fault->err == SS_E_closed);
    cr_expect_str_eq(event.fault->detail, "the stream ends inside a packet");
    cr_expect(!ss_engine_poll(duo.client.engine, &event));
    cr_expect(ss_engine_feed(duo.client.engine, ss_span_of("more"), 3) == SS_OK);
    cr_expect(!ss_engine_poll(duo.client.engine, &event), "nothing more is taken in");
    duo_fini(&duo);
}
