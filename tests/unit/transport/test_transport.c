/* SPDX-License-Identifier: Apache-2.0 */
/* test_transport.c - the layer as a whole: two of them come up, what they know, what they refuse.
 *
 * Follows: RFC 4253 sections 7 to 11. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(transport, .fini = test_counted_check);

Test(transport, two_layers_exchange_keys_and_say_so)
{
    struct pair pair;
    size_t i;

    pair_up(&pair);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7");
    cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 21 7");
    for (i = 0; i < 2; i++) {
        struct pair_side *side = i == 0 ? &pair.c : &pair.s;

        cr_expect(pair_event_count(side, SS_EVENT_NEGOTIATED) == 1);
        cr_expect(pair_event_count(side, SS_EVENT_KEX_DONE) == 1);
        cr_expect(pair_event(side, SS_EVENT_KEX_DONE, 0)->number == 1);
        cr_expect(ss_transport_open(side->layer));
        cr_expect(side->link.session_id.size == 32);
        cr_expect(side->link.negotiated == ss_transport_negotiated(side->layer));
        cr_expect(side->link.negotiated->epoch == 1 && side->link.negotiated->strict);
        cr_expect(side->in.epoch == 1 && side->out.epoch == 1);
        cr_expect(
            ss_span_eq(ss_transport_peer_kexinit(side->layer), pair_sent(side->other, 20, 0)));
        cr_expect(ss_span_eq(ss_transport_host_key(side->layer), ss_key_blob(pair.host_keys[0])));
        cr_expect(ss_transport_service(side->layer).size == 0);
    }
    cr_expect(ss_span_eq(pair.c.link.session_id, pair.s.link.session_id));
    cr_expect(
        ss_span_eq(ss_transport_hash_input(pair.c.layer), ss_transport_hash_input(pair.s.layer)));
    pair_fini(&pair);
}

Test(transport, there_is_nothing_before_the_first_exchange)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    cr_assert(pair_start(&pair) == SS_OK);
    cr_expect(ss_transport_negotiated(pair.c.layer)->kex == NULL);
    cr_expect(ss_transport_hash_input(pair.c.layer).size == 0);
    cr_expect(ss_transport_host_key(pair.c.layer).size == 0);
    cr_expect(ss_transport_peer_kexinit(pair.c.layer).size == 0);
    cr_expect(!ss_transport_skip_guess(pair.c.layer));
    cr_expect_str_eq(ss_transport_ops.name, "transport");
    cr_expect(ss_transport_ops.id == SS_LAYER_TRANSPORT);
    pair_fini(&pair);
}

Test(transport, freeing_nothing_is_fine)
{
    struct ss_transport *layer = NULL;

    ss_transport_free(&layer);
    cr_expect(layer == NULL);
}

/* Commands and messages of other layers are not ours to judge. */
Test(transport, what_belongs_to_others_is_unsupported)
{
    static const enum ss_command_kind kinds[] = {SS_CMD_VERSION, SS_CMD_AUTH_NONE,
                                                 SS_CMD_CHANNEL_OPEN, SS_CMD_GLOBAL_REPLY};
    struct pair pair;
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};
    size_t i;

    pair_up(&pair);
    for (i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_command command = {.kind = kinds[i]};

        cr_expect(pair_do(&pair.c, &command) == SS_E_unsupported);
    }
    cr_expect(ss_transport_ops.compose(pair.c.layer, &msg) == SS_E_unsupported);
    cr_expect(ss_transport_ops.on_message(pair.c.layer, &msg) == SS_E_unsupported);
    cr_assert(ss_msg_new(&pair.c.arena, ss_msgdef_of(SS_MSG_userauth_success), NULL, &msg) ==
              SS_OK);
    cr_expect(ss_transport_ops.compose(pair.c.layer, &msg) == SS_E_unsupported);
    cr_expect(ss_transport_ops.on_sent(pair.c.layer, &msg, test_hex("34")) == SS_OK);
    cr_expect(ss_transport_ops.on_sent(pair.c.layer, &msg, test_hex("")) == SS_OK);
    pair_fini(&pair);
}

/* Legality allows it there, but nobody agreed on it. */
Test(transport, newcompress_was_never_agreed_on)
{
    struct pair pair;

    pair_up(&pair);
    cr_assert(pair_send_payload(&pair.c, test_hex("08")) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_unexpected_message);
    pair_fini(&pair);
}

/* Every message number, by hand into a client that awaits the reply and into one that is up: it
 * answers with an error or goes on, and never sends on its own account. */
Test(transport, no_message_number_confuses_it)
{
    unsigned number, i;

    for (i = 0; i < 2; i++) {
        for (number = 1; number < 256; number++) {
            uint8_t payload[1] = {(uint8_t)number};
            struct pair pair;
            size_t sent;

            pair_init(&pair, &test_counted()->env);
            cr_assert(pair_start(&pair) == SS_OK);
            if (i == 0) {
                cr_assert(pair_act(&pair.c) == SS_OK && pair_act(&pair.s) == SS_OK);
                cr_assert(pair_take(&pair.c) && pair_act(&pair.c) == SS_OK);
            } else {
                cr_assert(pair_run(&pair) == SS_OK);
            }
            sent = ss_buf_size(&pair.c.log);
            pair.s.by_hand = true;
            cr_assert(pair_send_payload(&pair.s, ss_span_make(payload, 1)) == SS_OK);
            (void)pair_take(&pair.c);
            if (pair.c.err == SS_OK)
                (void)pair_act(&pair.c);
            cr_expect(ss_buf_size(&pair.c.log) == sent, "number %u", number);
            pair_fini(&pair);
        }
    }
}
