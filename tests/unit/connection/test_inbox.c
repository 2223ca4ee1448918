/* SPDX-License-Identifier: Apache-2.0 */
/* test_inbox.c - requests that wait for replies: any order in, one order out.
 *
 * Follows: RFC 4254 sections 4 and 5.4. */
#include "tests/unit/connection/kit.h"

TestSuite(inbox, .fini = test_counted_check);

static const struct ss_span nothing;

static struct ss_inbox_entry *answer(struct ss_inbox *inbox, uint32_t place, bool success)
{
    struct ss_inbox_entry *entry = NULL;

    cr_assert(ss_inbox_answer(inbox, &test_counted()->env, place, success, nothing, &entry) ==
              SS_OK);
    return entry;
}

static void add(struct ss_inbox *inbox, bool want_reply)
{
    cr_assert(ss_inbox_add(inbox, &test_counted()->env, want_reply) == SS_OK);
}

Test(inbox, answers_given_early_wait_for_their_turn)
{
    struct ss_inbox inbox = {0};
    struct ss_inbox_entry *entry;
    uint32_t i;

    for (i = 0; i < 9; i++)
        add(&inbox, true);
    (void)answer(&inbox, 3, true);
    (void)answer(&inbox, 2, false);
    cr_expect(ss_inbox_ready(&inbox) == NULL);
    (void)answer(&inbox, 1, true);
    for (i = 1; i <= 3; i++) {
        entry = ss_inbox_ready(&inbox);
        cr_assert(entry != NULL && entry->place == i && entry->success == (i != 2));
        entry->state = SS_INBOX_QUEUED;
    }
    cr_expect(ss_inbox_ready(&inbox) == NULL);
    for (i = 1; i <= 9; i++) {
        cr_assert(ss_inbox_oldest(&inbox)->place == i);
        ss_inbox_settle(&inbox, &test_counted()->env);
    }
    cr_expect(ss_inbox_oldest(&inbox) == NULL);
    ss_inbox_settle(&inbox, &test_counted()->env); /* nothing to settle */
    ss_inbox_fini(&inbox, &test_counted()->env);
}

Test(inbox, requests_that_want_no_reply_have_a_place_and_nothing_to_say)
{
    struct ss_inbox inbox = {0};
    struct ss_inbox_entry *entry;

    add(&inbox, false); /* 1 */
    add(&inbox, true);  /* 2 */
    add(&inbox, false); /* 3 */
    cr_expect(answer(&inbox, 1, true) == NULL);
    cr_expect(answer(&inbox, 3, true) == NULL);
    entry = answer(&inbox, 0, true);
    cr_assert(entry != NULL && entry->place == 2);
    cr_expect(answer(&inbox, 0, true) == NULL, "nobody waits any more");
    cr_expect(ss_inbox_answer(&inbox, &test_counted()->env, 2, true, nothing, &entry) == SS_E_usage,
              "answered twice");
    cr_expect(ss_inbox_answer(&inbox, &test_counted()->env, 4, true, nothing, &entry) ==
                  SS_E_bad_argument,
              "no such request yet");
    ss_inbox_fini(&inbox, &test_counted()->env);
}

Test(inbox, the_ring_turns_and_stays_bounded)
{
    struct ss_inbox inbox = {0};
    uint32_t i;

    for (i = 0; i < 1000; i++) {
        add(&inbox, true);
        if (i >= 5) {
            cr_assert(ss_inbox_oldest(&inbox)->place == i - 4);
            ss_inbox_settle(&inbox, &test_counted()->env);
        }
    }
    cr_expect(inbox.cap == 8, "room for eight was enough for six");
    while (inbox.count < SS_CONNECTION_UNANSWERED)
        add(&inbox, true);
    cr_expect(ss_inbox_add(&inbox, &test_counted()->env, true) == SS_E_too_many);
    add(&inbox, false);
    ss_inbox_fini(&inbox, &test_counted()->env);
}

Test(inbox, places_skip_zero_when_they_wrap)
{
    struct ss_inbox inbox = {.last = UINT32_MAX};

    add(&inbox, true);
    cr_expect(inbox.last == 1 && ss_inbox_oldest(&inbox)->place == 1);
    ss_inbox_fini(&inbox, &test_counted()->env);
}

Test(inbox, reply_data_is_kept_and_a_failed_copy_changes_nothing)
{
    struct ss_counted *counted = test_counted();
    struct ss_inbox inbox = {0};
    struct ss_inbox_entry *entry = NULL;

    counted->fail_at = counted->calls + 1;
    cr_expect(ss_inbox_add(&inbox, &counted->env, true) == SS_E_no_memory);
    cr_expect(inbox.last == 0 && inbox.count == 0);
    add(&inbox, true);
    counted->fail_at = counted->calls + 1;
    cr_expect(ss_inbox_answer(&inbox, &counted->env, 1, true, test_text("port"), &entry) ==
              SS_E_no_memory);
    cr_expect(ss_inbox_oldest(&inbox)->state == SS_INBOX_WAITING);
    cr_expect(ss_inbox_answer(&inbox, &counted->env, 1, true, test_text("port"), &entry) == SS_OK);
    cr_expect(ss_span_is(ss_span_make(entry->data, entry->size), "port"));
    ss_inbox_fini(&inbox, &counted->env);
}
