/* SPDX-License-Identifier: Apache-2.0 */
/* test_output.c - what goes out: lies of the flow seam, limits, what layers learn. */
#include <criterion/criterion.h>

#include "kit.h"
#include "sshspec/wire.h"
#include "tests/support/support.h"

TestSuite(output, .fini = test_counted_check);

static ss_err send_lied(struct duo *duo, ss_span payload, struct ss_lie lie)
{
    return ss_engine_send_payload(duo->client.engine, payload, &lie, 1);
}

/* IGNORE with a number in it; answers are not to be had, so the server shows its own. */
static ss_span ignore(uint8_t n)
{
    static uint8_t bytes[6] = {2, 0, 0, 0, 1, 0};

    bytes[5] = n;
    return ss_span_make(bytes, sizeof bytes);
}

Test(output, a_dropped_packet_counts_and_is_not_sent)
{
    struct duo duo;
    uint32_t sequence;

    duo_init(&duo, 1);
    hand_keys(&duo);
    sequence = ss_engine_sequence(duo.client.engine, SS_OUT);
    cr_assert(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_DROP}) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size == 0);
    cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == sequence + 1);
    hand_send(&duo, ignore(2));
    cr_expect(hand_fault(&duo)->err == SS_E_mac_mismatch ||
              hand_fault(&duo)->err == SS_E_packet_too_long ||
              hand_fault(&duo)->err == SS_E_bad_length);
    duo_fini(&duo);
}

Test(output, a_duplicate_is_the_same_bytes_again)
{
    struct duo duo;
    ss_span out;
    size_t size;

    duo_init(&duo, 1);
    hand_keys(&duo);
    cr_assert(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_DUPLICATE, .n = 2}) ==
              SS_OK);
    out = ss_engine_output(duo.client.engine);
    size = out.size / 3;
    cr_expect(out.size % 3 == 0 && size > 16);
    cr_expect(ss_span_eq(ss_span_part(out, 0, size), ss_span_part(out, size, size)));
    cr_expect(ss_span_eq(ss_span_part(out, 0, size), ss_span_part(out, 2 * size, size)));
    cr_expect(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_DUPLICATE, .n = -1}) ==
              SS_E_bad_argument);
    cr_expect(ss_engine_output(duo.client.engine).size == out.size);
    duo_fini(&duo);
}

Test(output, a_held_packet_goes_out_when_it_is_released)
{
    struct duo duo;
    ss_span out;
    uint8_t first[64];
    size_t size;

    duo_init(&duo, 1);
    duo.client.config.encryption_algorithms_client_to_server = "aes128-gcm@openssh.com";
    hand_keys(&duo);
    cr_assert(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_HOLD}) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size == 0);
    cr_assert(ss_engine_send_payload(duo.client.engine, ignore(2), NULL, 0) == SS_OK);
    out = ss_engine_output(duo.client.engine);
    size = out.size;
    cr_assert(size <= sizeof first);
    memcpy(first, out.data, size);
    cr_assert(ss_engine_release(duo.client.engine) == SS_OK);
    out = ss_engine_output(duo.client.engine);
    cr_expect(out.size == 2 * size);
    cr_expect(memcmp(out.data, first, size) == 0, "the later one went first");
    cr_assert(ss_engine_release(duo.client.engine) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size == 2 * size, "once only");
    duo_run(&duo);
    cr_expect(hand_fault(&duo)->err == SS_E_mac_mismatch, "their order matters to GCM");
    duo_fini(&duo);
}

Test(output, a_split_packet_is_given_out_in_pieces)
{
    struct duo duo;
    size_t whole, pieces = 0;

    duo_init(&duo, 1);
    hand_keys(&duo);
    cr_assert(ss_engine_send_payload(duo.client.engine, ignore(0), NULL, 0) == SS_OK);
    whole = ss_engine_output(duo.client.engine).size;
    cr_assert(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_SPLIT, .n = 7}) == SS_OK);
    cr_assert(ss_engine_send_payload(duo.client.engine, ignore(2), NULL, 0) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size == whole, "up to the split one");
    cr_assert(duo_move(&duo, &duo.client, &duo.server));
    for (;; pieces++) {
        size_t n = ss_engine_output(duo.client.engine).size;

        if (n != 7)
            break;
        cr_assert(duo_move(&duo, &duo.client, &duo.server));
    }
    cr_expect(pieces == whole / 7 && pieces > 2);
    cr_expect(ss_engine_output(duo.client.engine).size == whole % 7, "the last piece");
    cr_assert(duo_move(&duo, &duo.client, &duo.server));
    cr_expect(ss_engine_output(duo.client.engine).size == whole, "and then at once");
    duo_run(&duo);
    cr_expect(ss_engine_fault(duo.server.engine) == NULL);
    cr_expect(send_lied(&duo, ignore(1), (struct ss_lie){.kind = SS_LIE_SPLIT, .n = 0}) ==
              SS_E_bad_argument);
    duo_fini(&duo);
}

Test(output, raw_bytes_go_as_they_are)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_start(&duo);
    duo.client.by_hand = true;
    cr_assert(ss_engine_send_raw(duo.client.engine, ss_span_of("hello")) == SS_OK);
    cr_expect(ss_span_is(ss_engine_output(duo.client.engine), "hello"));
    duo_run(&duo);
    cr_expect(hand_fault(&duo)->err == SS_E_bad_version);
    duo_fini(&duo);
}

/* A message with a field lie is told to its layer by what it became. */
Test(output, layers_learn_what_a_hand_made_payload_reads_as)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_keys(&duo);
    hand_send(&duo, test_hex("05 0000000c 7373682d7573657261757468"));
    cr_expect(shown.number == 6, "SERVICE_ACCEPT");
    cr_expect(log_has(&duo.client, "10 ch=0 n=0 f=0 text=ssh-userauth"),
              "the client's transport knew that it had asked");
    cr_expect(ss_engine_fault(duo.client.engine) == NULL);
    cr_expect(ss_engine_phase(duo.client.engine) == SS_PHASE_AUTH);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_AUTH);
    duo_fini(&duo);
}

/* rule: a peer that asks and does not read what it gets is not served without end. */
Test(output, answers_that_nobody_reads_end_in_a_fault)
{
    uint8_t ping[1005] = {192, 0, 0, 3, 0xe8};
    struct duo duo;
    size_t sent = 0, out;

    duo_init(&duo, 1);
    hand_keys(&duo);
    while (ss_engine_fault(duo.server.engine) == NULL) {
        cr_assert(ss_engine_send_payload(duo.client.engine, ss_span_make(ping, sizeof ping), NULL,
                                         0) == SS_OK);
        cr_assert(duo_move(&duo, &duo.client, &duo.server));
        (void)duo_poll(&duo, &duo.server);
        cr_assert(sent++ < 1000, "no end");
    }
    out = ss_engine_output(duo.server.engine).size;
    cr_expect(hand_fault(&duo)->err == SS_E_ceiling);
    cr_expect_str_eq(hand_fault(&duo)->field, "output");
    cr_expect(out >= 65536 && out < 65536 + 4096, "%zu", out);
    cr_expect(duo.server.counted.peak <= 320 * 1024, "%zu", duo.server.counted.peak);
    duo_run(&duo);
    cr_expect(duo.client.events[SS_EVENT_DISCONNECTED] == 1, "it is told all the same");
    duo_fini(&duo);
}

Test(output, sequence_numbers_may_be_set)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_keys(&duo);
    ss_engine_set_sequence(duo.client.engine, SS_OUT, 0xffffffff);
    ss_engine_set_sequence(duo.server.engine, SS_IN, 0xffffffff);
    hand_send(&duo, ignore(1));
    hand_send(&duo, ignore(2));
    cr_expect(ss_engine_fault(duo.server.engine) == NULL);
    cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == 1);
    cr_expect(ss_engine_sequence(duo.server.engine, SS_IN) == 1);
    cr_expect(ss_engine_epoch_bytes(duo.client.engine, SS_OUT) ==
              ss_engine_epoch_bytes(duo.server.engine, SS_IN));
    duo_fini(&duo);
}
