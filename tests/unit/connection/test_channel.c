/* SPDX-License-Identifier: Apache-2.0 */
/* test_channel.c - numbers of channels: the lowest free one, chosen ones, far ones; the due list.
 *
 * Follows: RFC 4254 section 5. */
#include "tests/unit/connection/kit.h"

TestSuite(channel, .fini = test_counted_check);

static struct ss_channel *add(struct ss_table *table)
{
    struct ss_channel *channel = NULL;

    cr_assert(ss_table_add(table, &channel) == SS_OK);
    return channel;
}

Test(channel, numbers_are_the_lowest_that_are_free)
{
    struct ss_table table;
    uint32_t i;

    ss_table_init(&table, &test_counted()->env);
    for (i = 0; i < 200; i++)
        cr_assert(add(&table)->ours == i);
    ss_table_remove(&table, ss_table_find(&table, 150));
    ss_table_remove(&table, ss_table_find(&table, 3));
    ss_table_remove(&table, ss_table_find(&table, 70));
    cr_expect(add(&table)->ours == 3);
    cr_expect(add(&table)->ours == 70);
    cr_expect(add(&table)->ours == 150);
    cr_expect(add(&table)->ours == 200);
    cr_expect(table.count == 201);
    ss_table_fini(&table);
}

Test(channel, a_number_chosen_by_hand_is_taken_when_it_is_free)
{
    static const uint32_t numbers[] = {0, 7, 64, 65535, 65536, UINT32_MAX};
    struct ss_table table;
    struct ss_channel *channel;
    size_t i;

    ss_table_init(&table, &test_counted()->env);
    for (i = 0; i < SS_COUNT(numbers); i++) {
        cr_assert(ss_table_find(&table, numbers[i]) == NULL);
        cr_assert(ss_table_add_at(&table, numbers[i], &channel) == SS_OK);
        cr_expect(ss_table_find(&table, numbers[i]) == channel);
        cr_expect(ss_table_add_at(&table, numbers[i], &channel) == SS_E_exists);
    }
    cr_expect(add(&table)->ours == 1, "0 is taken");
    for (i = 0; i < SS_COUNT(numbers); i++) {
        ss_table_remove(&table, ss_table_find(&table, numbers[i]));
        cr_expect(ss_table_find(&table, numbers[i]) == NULL);
    }
    cr_expect(table.count == 1);
    ss_table_fini(&table);
}

Test(channel, far_numbers_are_few)
{
    struct ss_table table;
    struct ss_channel *channel;
    uint32_t i;

    ss_table_init(&table, &test_counted()->env);
    for (i = 0; i < 64; i++)
        cr_assert(ss_table_add_at(&table, 100000 + i, &channel) == SS_OK);
    cr_expect(ss_table_add_at(&table, 200000, &channel) == SS_E_ceiling);
    ss_table_remove(&table, ss_table_find(&table, 100031));
    cr_expect(ss_table_add_at(&table, 200000, &channel) == SS_OK);
    cr_expect(ss_table_find(&table, 100031) == NULL);
    ss_table_fini(&table);
}

Test(channel, a_full_table_has_no_number_left)
{
    struct ss_table table;
    struct ss_channel *channel;
    uint32_t i;

    ss_table_init(&table, &test_counted()->env);
    for (i = 0; i < 65536; i++)
        cr_assert(ss_table_add(&table, &channel) == SS_OK);
    cr_expect(ss_table_add(&table, &channel) == SS_E_ceiling);
    ss_table_remove(&table, ss_table_find(&table, 40000));
    cr_expect(add(&table)->ours == 40000);
    ss_table_fini(&table);
}

Test(channel, a_channel_moves_to_a_free_number_only)
{
    struct ss_table table;
    struct ss_channel *first, *second;

    ss_table_init(&table, &test_counted()->env);
    first = add(&table);
    second = add(&table);
    cr_expect(ss_table_move(&table, first, 1) == SS_E_exists);
    cr_expect(first->ours == 0 && ss_table_find(&table, 0) == first);
    cr_expect(ss_table_move(&table, first, 0) == SS_OK);
    cr_expect(ss_table_move(&table, first, 1000000) == SS_OK);
    cr_expect(ss_table_find(&table, 1000000) == first && ss_table_find(&table, 0) == NULL);
    cr_expect(ss_table_move(&table, first, 1) == SS_E_exists);
    cr_expect(ss_table_find(&table, 1000000) == first, "it went back to where it was");
    cr_expect(ss_table_move(&table, first, 0) == SS_OK);
    cr_expect(ss_table_find(&table, 0) == first && ss_table_find(&table, 1) == second);
    ss_table_fini(&table);
}

Test(channel, the_oldest_of_those_with_a_number_of_the_peers_is_found)
{
    struct ss_table table;
    struct ss_channel *far, *near, *other;
    const unsigned open = 1U << SS_CHANNEL_OPEN, asked = 1U << SS_CHANNEL_ASKED;

    ss_table_init(&table, &test_counted()->env);
    cr_assert(ss_table_add_at(&table, 70000, &far) == SS_OK);
    near = add(&table);
    other = add(&table);
    far->theirs = near->theirs = 9;
    far->state = near->state = SS_CHANNEL_OPEN;
    other->state = SS_CHANNEL_ASKED;
    other->theirs = 9;
    cr_expect(ss_table_theirs(&table, 9, open) == far);
    cr_expect(ss_table_theirs(&table, 9, asked) == other);
    cr_expect(ss_table_theirs(&table, 8, open | asked) == NULL);
    cr_expect(ss_table_any(&table, open | asked) == far);
    ss_table_remove(&table, far);
    cr_expect(ss_table_theirs(&table, 9, open) == near);
    ss_table_fini(&table);
}

Test(channel, the_due_list_keeps_its_order_when_one_leaves)
{
    struct ss_table table;
    struct ss_channel *c[4];
    size_t i;

    ss_table_init(&table, &test_counted()->env);
    for (i = 0; i < SS_COUNT(c); i++) {
        c[i] = add(&table);
        ss_table_due(&table, c[i]);
        ss_table_due(&table, c[i]); /* once is enough */
    }
    ss_table_settled(&table, c[1]);
    ss_table_settled(&table, c[1]);
    ss_table_remove(&table, c[3]);
    cr_expect(table.due_first == c[0] && c[0]->next_due == c[2] && c[2]->next_due == NULL);
    cr_expect(table.due_last == c[2]);
    ss_table_settled(&table, c[0]);
    cr_expect(table.due_first == c[2]);
    ss_table_settled(&table, c[2]);
    cr_expect(table.due_first == NULL && table.due_last == NULL);
    ss_table_fini(&table);
}

Test(channel, a_failed_allocation_leaves_the_table_as_it_was)
{
    struct ss_counted *counted = test_counted();
    struct ss_table table;
    struct ss_channel *channel;
    unsigned failures = 0;
    size_t i;

    ss_table_init(&table, &counted->env);
    for (i = 0; i < 130; i++) {
        size_t n;

        for (n = 1;; n++) {
            size_t count = table.count;
            ss_err err;

            counted->fail_at = counted->calls + n;
            err = ss_table_add(&table, &channel);
            counted->fail_at = 0;
            if (err == SS_OK)
                break;
            failures++;
            cr_assert(err == SS_E_no_memory && table.count == count);
        }
        cr_assert(channel->ours == i);
    }
    cr_expect(failures >= 130 + 2 * 3, "a channel each, two blocks for each of three sizes");
    ss_table_fini(&table);
}
