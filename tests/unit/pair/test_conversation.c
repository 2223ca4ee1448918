/* SPDX-License-Identifier: Apache-2.0 */
/* test_conversation.c - logins and sessions of every kind, from the first byte to the last. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(conversation, .fini = test_counted_check);

Test(conversation, data_of_every_size_come_back_as_they_were)
{
    static const size_t sizes[] = {0, 1, 29999, 30000, 30001, 100000, 3000000};

    for (size_t i = 0; i < SS_COUNT(sizes); i++) {
        struct duo duo;

        duo_init(&duo, 1);
        duo.plan.upload = sizes[i];
        complete(&duo, "upload");
        duo_fini(&duo);
    }
}

Test(conversation, small_windows_and_packets_only_slow_it_down)
{
    struct duo duo;

    for (uint64_t window = 1; window <= 70000; window = window * 11 + 1) {
        duo_init(&duo, window);
        duo.plan.upload = window < 100 ? 300 : 20000;
        duo.client.config.window = window;
        duo.server.config.window = window * 2;
        duo.client.config.max_packet = 1000;
        duo.server.config.max_packet = 77;
        complete(&duo, "small windows");
        duo_fini(&duo);
    }
}

Test(conversation, every_way_to_log_in)
{
    for (enum duo_login login = DUO_PASSWORD; login <= DUO_QUERY_THEN_KEY; login++) {
        for (int wrong = 0; wrong < 2; wrong++) {
            struct duo duo;

            duo_init(&duo, 1);
            duo.plan.login = login;
            duo.plan.wrong_first = wrong != 0;
            duo.plan.upload = 10;
            complete(&duo, "login");
            if (login == DUO_PASSWORD && wrong)
                cr_expect(duo.client.events[SS_EVENT_AUTH_NEXT] > 1);
            cr_expect((duo.client.events[SS_EVENT_AUTH_PK_OK] > 0) ==
                      (login == DUO_QUERY_THEN_KEY));
            cr_expect(ss_engine_authenticated(duo.client.engine));
            cr_expect(ss_engine_authenticated(duo.server.engine));
            duo_fini(&duo);
        }
    }
}

Test(conversation, every_kind_of_user_key)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA};

    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_key *key = NULL;
        struct duo duo;

        cr_assert(ss_key_generate(test_env(), kinds[i], 2048, ss_span_of("u"), &key) == SS_OK);
        duo_init(&duo, 1);
        duo.plan.login = DUO_QUERY_THEN_KEY;
        duo.plan.user_key = key;
        duo.plan.upload = 10;
        complete(&duo, ss_key_type(key));
        duo_fini(&duo);
        ss_key_free(&key);
    }
}

Test(conversation, events_come_in_their_order)
{
    static const enum ss_event_type order[] = {
        SS_EVENT_VERSION,         SS_EVENT_NEGOTIATED,    SS_EVENT_HOST_KEY,
        SS_EVENT_KEX_DONE,        SS_EVENT_SERVICE,       SS_EVENT_AUTH_DONE,
        SS_EVENT_CHANNEL_OPENED,  SS_EVENT_CHANNEL_REPLY, SS_EVENT_CHANNEL_DATA,
        SS_EVENT_CHANNEL_REQUEST, SS_EVENT_CHANNEL_EOF,   SS_EVENT_CHANNEL_CLOSED,
    };
    const char *log, *at;
    struct duo duo;

    duo_init(&duo, 1);
    duo.plan.upload = 10;
    complete(&duo, "order");
    cr_assert(ss_buf_put(&duo.client.log, ss_span_make("", 1)) == SS_OK);
    log = (const char *)ss_buf_at(&duo.client.log);
    for (size_t i = 0; i < SS_COUNT(order); i++) {
        char line[16];

        (void)snprintf(line, sizeof line, "%d ch=", (int)order[i]);
        at = strstr(log, line);
        cr_assert(at != NULL, "event %d did not come after the one before it", (int)order[i]);
        log = at;
    }
    duo_fini(&duo);
}

/* rule: RFC4252-5.1-post-success-ignored */
Test(conversation, a_login_after_the_login_is_ignored)
{
    struct ss_tail_userauth_request_none none = {0};
    struct ss_msg_userauth_request body = {.user = ss_span_of("mallory"),
                                           .service = ss_span_of("ssh-connection"),
                                           .method = ss_span_of("none")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_userauth_request), .body = &body};
    uint32_t before;
    struct duo duo;

    body.body.def = ss_msgdef_of(SS_TAIL_userauth_request_none);
    body.body.value = &none;
    duo_init(&duo, 1);
    duo.plan.hold_open = true;
    duo_start(&duo);
    duo_run(&duo);
    before = ss_engine_sequence(duo.server.engine, SS_OUT);
    cr_assert(ss_engine_send(duo.client.engine, &msg, NULL, 0) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_sequence(duo.server.engine, SS_OUT) == before, "no answer");
    cr_expect(ss_engine_fault(duo.server.engine) == NULL && !ss_engine_finished(duo.server.engine));
    duo_fini(&duo);
}

/* Data stop at the mark of the output buffer, not at its limit, and go on when it was written. */
Test(conversation, an_owner_that_does_not_write_is_told_to_wait)
{
    static const uint8_t block[10000];
    struct ss_command data = {.kind = SS_CMD_CHANNEL_DATA, .data = {block, sizeof block}};
    struct duo duo;
    size_t n = 0, writable;

    duo_init(&duo, 1);
    duo.plan.hold_open = true;
    duo.client.config.output_limit = 200000;
    duo_start(&duo);
    duo_run(&duo);
    data.channel = duo.client.channel;
    while (duo_do(&duo.client, &data, NULL) == SS_OK)
        cr_assert(++n < 100, "no end");
    writable = ss_engine_writable(duo.client.engine, duo.client.channel);
    cr_expect(n == 9 && writable < sizeof block, "%zu %zu", n, writable);
    duo_run(&duo);
    cr_expect(ss_engine_writable(duo.client.engine, duo.client.channel) == 32768);
    cr_expect(duo_do(&duo.client, &data, NULL) == SS_OK);
    cr_expect(ss_engine_fault(duo.client.engine) == NULL);
    duo_fini(&duo);
}
