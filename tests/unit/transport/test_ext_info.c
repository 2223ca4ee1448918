/* SPDX-License-Identifier: Apache-2.0 */
/* test_ext_info.c - EXT_INFO both ways: when it goes, what it says, what it makes known.
 *
 * Follows: RFC 8308 sections 2 and 3.1. */
#include <criterion/criterion.h>

#include "layer_pair.h"
#include "sshspec/text.h"

TestSuite(ext_info, .fini = test_counted_check);

static void say_extensions(struct pair *pair, struct ss_grp_extension *items, size_t count)
{
    struct ss_msg msg = pair_compose(&pair->s, SS_MSG_ext_info);
    struct ss_msg_ext_info *body = msg.body;

    body->extensions.items = items;
    body->extensions.count = count;
    cr_assert(pair_send(&pair->s, &msg) == SS_OK);
    cr_assert(pair_run(pair) == SS_OK);
}

Test(ext_info, facts_and_events_on_both_sides)
{
    static const char *const names[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512",
                                        "rsa-sha2-256"};
    static const char *const others[] = {"publickey-hostbound@openssh.com", "ping@openssh.com"};
    struct pair pair;
    const struct pair_event *event;
    size_t i;

    pair_up(&pair);
    for (i = 0; i < SS_COUNT(names); i++)
        cr_expect(ss_namelist_has(pair.c.link.server_sig_algs, ss_span_of(names[i])), "%s",
                  names[i]);
    cr_expect(pair.c.link.peer_ping && pair.c.link.peer_hostbound);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_EXT_INFO) == 3);
    for (i = 0; i < SS_COUNT(others); i++) {
        event = pair_event(&pair.c, SS_EVENT_EXT_INFO, i + 1);
        cr_expect_str_eq(event->text, others[i]);
        cr_expect_str_eq(event->data, "0");
    }

    cr_expect(pair.s.link.server_sig_algs.data == NULL && !pair.s.link.peer_ping &&
              !pair.s.link.peer_hostbound);
    event = pair_event(&pair.s, SS_EVENT_EXT_INFO, 0);
    cr_assert(event != NULL);
    cr_expect_str_eq(event->text, "ext-info-in-auth@openssh.com");
    pair_fini(&pair);
}

Test(ext_info, options_decide_what_a_server_says)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.s.config.user_algorithms = "ssh-ed25519,moon@example.org";
    pair.s.config.ping = pair.s.config.hostbound = false;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(ss_span_is(pair.c.link.server_sig_algs, "ssh-ed25519,moon@example.org"));
    cr_expect(!pair.c.link.peer_ping && !pair.c.link.peer_hostbound);
    pair_fini(&pair);
}

/* rule: OSSH-3.1-hostbound-client-prefers: it is said with the value "0". */
Test(ext_info, another_version_of_hostbound_is_none)
{
    struct ss_grp_extension odd = {.name = ss_span_of("publickey-hostbound@openssh.com"),
                                   .value = ss_span_of("1")};
    struct pair pair;

    pair_up(&pair);
    say_extensions(&pair, &odd, 1);
    cr_expect(!pair.c.link.peer_hostbound);
    odd.value = ss_span_of("0");
    say_extensions(&pair, &odd, 1);
    cr_expect(pair.c.link.peer_hostbound);
    say_extensions(&pair, &odd, 0);
    cr_expect(!pair.c.link.peer_hostbound, "the last one counts");
    pair_fini(&pair);
}

/* rule: RFC8308-2.3-ext-info-requires-indicator */
Test(ext_info, it_goes_only_to_a_peer_that_asked)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.ext_info = (i & 1) != 0;
        pair.s.config.ext_info = (i & 2) != 0;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair_sent_count(&pair.c, 7) == (i == 3 ? 1 : 0), "row %zu", i);
        cr_expect(pair_sent_count(&pair.s, 7) == (i == 3 ? 1 : 0), "row %zu", i);
        cr_expect(pair.c.link.negotiated->peer_ext_info == ((i & 2) != 0));
        cr_expect(pair.c.notes == 0 && pair.s.notes == 0);
        pair_fini(&pair);
    }
}

/* rule: RFC8308-2.2-wrong-indicator-received */
Test(ext_info, the_indicator_of_the_other_role_does_not_count)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.ext_info = false;
    pair.c.config.kex_algorithms = "ext-info-s,curve25519-sha256";
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(!pair.s.link.negotiated->peer_ext_info && pair_sent_count(&pair.s, 7) == 0);
    pair_fini(&pair);
}

/* rule: RFC8308-2.4-second-replaces-first, RFC8308-2.5-value-any-bytes */
Test(ext_info, a_second_one_replaces_the_first)
{
    struct ss_grp_extension odd[] = {
        {.name = ss_span_of("x@example.org"), .value = test_hex("00ff0a")},
        {.name = ss_span_of(""), .value = ss_span_of("")},
        {.name = ss_span_of("server-sig-algs"), .value = ss_span_of("")},
    };
    struct pair pair;

    pair_up(&pair);
    say_extensions(&pair, odd, 3);
    cr_expect(!pair.c.link.peer_ping);
    cr_expect(pair.c.link.server_sig_algs.data != NULL && pair.c.link.server_sig_algs.size == 0,
              "an empty list is a list");
    cr_expect(pair_event_count(&pair.c, SS_EVENT_EXT_INFO) == 6);
    say_extensions(&pair, odd, 0);
    cr_expect(pair.c.link.server_sig_algs.data == NULL);
    pair_fini(&pair);
}

/* rule: RFC8308-2.4-misplaced-ext-info: a note, and no effect. */
Test(ext_info, after_authentication_it_is_ignored)
{
    struct ss_grp_extension late = {.name = ss_span_of("server-sig-algs"),
                                    .value = ss_span_of("late")};
    struct pair pair;

    pair_up(&pair);
    pair.c.link.authenticated = true;
    say_extensions(&pair, &late, 1);
    cr_expect(pair.c.notes == 1);
    cr_expect(!ss_span_is(pair.c.link.server_sig_algs, "late"));
    cr_expect(pair_event_count(&pair.c, SS_EVENT_EXT_INFO) == 3);
    pair_fini(&pair);
}

Test(ext_info, one_that_was_not_asked_for_is_noted)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.ext_info = false;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_ext_info) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair.c.notes == 1);
    cr_expect(pair.c.link.peer_ping, "what it says may still be of use");
    pair_fini(&pair);
}

/* One sent by hand is the one that was due. */
Test(ext_info, by_hand_it_is_not_sent_again)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.s.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_kex_ecdh_reply) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_newkeys) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_ext_info) == SS_OK);
    pair.s.by_hand = false;
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 21 7");
    pair_fini(&pair);
}

/* The second moment: when authentication has begun, once, to a client that announced it.
 * rule: RFC8308-2.4-server-ext-info-position */
Test(ext_info, during_authentication_once_and_only_where_it_was_announced)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        bool announced = (i & 1) != 0, wanted = (i & 2) != 0;
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.ext_info = announced;
        pair.s.config.ext_info_in_auth = wanted;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair.s.link.peer_ext_info_in_auth == announced);
        cr_expect(pair_sent_count(&pair.s, 7) == (announced ? 1 : 0), "not before it begins");
        pair.s.link.auth_begun = true;
        cr_assert(pair_run(&pair) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK);
        cr_expect(pair_sent_count(&pair.s, 7) == (announced ? (wanted ? 2 : 1) : 0), "row %zu", i);
        cr_expect(pair.c.notes == 0);
        pair_fini(&pair);
    }
}

Test(ext_info, not_again_after_authentication)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.s.config.ext_info_in_auth = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    pair.s.link.auth_begun = pair.s.link.authenticated = true;
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair_sent_count(&pair.s, 7) == 1);
    pair_fini(&pair);
}
