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
        struct pair pair;

        pair_init(&pair, 1);
        pair.plan.upload = sizes[i];
        complete(&pair, "upload");
        pair_fini(&pair);
    }
}

Test(conversation, small_windows_and_packets_only_slow_it_down)
{
    struct pair pair;

    for (uint64_t window = 1; window <= 70000; window = window * 11 + 1) {
        pair_init(&pair, window);
        pair.plan.upload = window < 100 ? 300 : 20000;
        pair.client.config.window = window;
        pair.server.config.window = window * 2;
        pair.client.config.max_packet = 1000;
        pair.server.config.max_packet = 77;
        complete(&pair, "small windows");
        pair_fini(&pair);
    }
}

Test(conversation, every_way_to_log_in)
{
    for (enum pair_login login = PAIR_PASSWORD; login <= PAIR_QUERY_THEN_KEY; login++) {
        for (int wrong = 0; wrong < 2; wrong++) {
            struct pair pair;

            pair_init(&pair, 1);
            pair.plan.login = login;
            pair.plan.wrong_first = wrong != 0;
            pair.plan.upload = 10;
            complete(&pair, "login");
            if (login == PAIR_PASSWORD && wrong)
                cr_expect(pair.client.events[SS_EVENT_AUTH_NEXT] > 1);
            cr_expect((pair.client.events[SS_EVENT_AUTH_PK_OK] > 0) ==
                      (login == PAIR_QUERY_THEN_KEY));
            cr_expect(ss_engine_authenticated(pair.client.engine));
            cr_expect(ss_engine_authenticated(pair.server.engine));
            pair_fini(&pair);
        }
    }
}

Test(conversation, every_kind_of_user_key)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA};

    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_key *key = NULL;
        struct pair pair;

        cr_assert(ss_key_generate(test_env(), kinds[i], 2048, ss_span_of("u"), &key) == SS_OK);
        pair_init(&pair, 1);
        pair.plan.login = PAIR_QUERY_THEN_KEY;
        pair.plan.user_key = key;
        pair.plan.upload = 10;
        complete(&pair, ss_key_type(key));
        pair_fini(&pair);
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
    struct pair pair;

    pair_init(&pair, 1);
    pair.plan.upload = 10;
    complete(&pair, "order");
    cr_assert(ss_buf_put(&pair.client.log, ss_span_make("", 1)) == SS_OK);
    log = (const char *)ss_buf_at(&pair.client.log);
    for (size_t i = 0; i < SS_COUNT(order); i++) {
        char line[16];

        (void)snprintf(line, sizeof line, "%d ch=", (int)order[i]);
        at = strstr(log, line);
        cr_assert(at != NULL, "event %d did not come after the one before it", (int)order[i]);
        log = at;
    }
    pair_fini(&pair);
}
