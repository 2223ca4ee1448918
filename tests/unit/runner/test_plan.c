/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan.c - jobs in their order, and shards that stay what they were. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/support.h"
#include "testserver/runner/plan.h"

TestSuite(plan, .fini = test_counted_check);

#define FILES 4
static struct scn_file *files[FILES];
static struct catalogue_entry entries[FILES];
static struct selected chosen[FILES];
static struct selection selection;
static struct ledger ledger;

static const char *const texts[FILES] = {
    "scenario \"a\"\nproves X-1-y\nagainst server\nclient {\n    kex\n}\n",
    "scenario \"b\"\nproves X-1-y\nagainst server\neach n in [1, 2, 3]\nclient {\n    kex\n    "
    "check n > 0, \"yes\"\n}\n",
    "scenario \"c\"\nproves X-1-y\nagainst client\naction exec \"true\"\nserver {\n    kex\n}\n",
    "scenario \"d\"\nproves X-1-y\nagainst both\naction exec \"true\"\nrelay {\n    flip 1 of "
    "packet 3 to server\n}\n"};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static void open_files(void)
{
    static char names[FILES][8];
    struct scn_diagnostic wrong;
    size_t i;

    for (i = 0; i < FILES; i++) {
        cr_assert(scn_parse(env(), ss_span_of("x"), ss_span_of(texts[i]), NULL, &files[i],
                            &wrong) == SS_OK,
                  "%zu: %s", i, wrong.text);
        snprintf(names[i], sizeof names[i], "k/%c", (char)('a' + i));
        entries[i] = (struct catalogue_entry){.id = names[i], .file = files[i]};
        chosen[i] = (struct selected){.entry = &entries[i]};
    }
    selection = (struct selection){.env = env(), .items = chosen, .count = FILES};
}

static void close_files(void)
{
    size_t i;

    for (i = 0; i < FILES; i++)
        scn_free(&files[i]);
}

static const struct plan_peer peers[] = {{"one", "1", NULL, true, {true, true, true}},
                                         {"two", "2", NULL, true, {true, false, false}}};

static void make(struct plan *plan, uint32_t shard, uint32_t shards, uint64_t seed)
{
    const struct plan_spec spec = {&selection, &ledger, peers, 2, seed, shard, shards};

    cr_assert(plan_make(env(), &spec, plan) == SS_OK);
}

static void put_all(const struct plan *plan, struct ss_buf *out)
{
    size_t i;

    for (i = 0; i < plan->count; i++) {
        cr_assert(plan_name(&plan->jobs[i], out) == SS_OK);
        cr_assert(ss_buf_printf(out, " %s %s\n", plan->jobs[i].peer->name,
                                peer_role_name(plan->jobs[i].role)) == SS_OK);
    }
}

Test(plan, jobs_stand_by_scenario_case_and_peer)
{
    static const char want[] = "k/a one server\nk/a two server\n"
                               "k/b[1] one server\nk/b[1] two server\n"
                               "k/b[2] one server\nk/b[2] two server\n"
                               "k/b[3] one server\nk/b[3] two server\n"
                               "k/c one client\nk/d one both\n";
    struct plan plan;
    struct ss_buf out;

    open_files();
    make(&plan, 1, 1, 5);
    ss_buf_init(&out, env(), 65536);
    put_all(&plan, &out);
    cr_assert(ss_buf_put(&out, ss_span_make("", 1)) == SS_OK);
    cr_expect_str_eq((const char *)ss_buf_at(&out), want);
    cr_expect(plan.jobs[0].seed != plan.jobs[1].seed);
    cr_expect(plan.jobs[0].within >= files[0]->budget);
    ss_buf_fini(&out);
    plan_fini(&plan);
    close_files();
}

Test(plan, one_case_can_be_chosen_by_name)
{
    struct plan plan;

    open_files();
    chosen[0] = (struct selected){.entry = &entries[1], .only = ss_span_of("2")};
    selection.count = 1;
    make(&plan, 1, 1, 5);
    cr_expect(plan.count == 2);
    cr_expect_str_eq(plan.jobs[0].case_name, "2");
    cr_expect(plan.jobs[0].case_index == 1);
    plan_fini(&plan);
    close_files();
}

/* Joined, the shards are the whole, and a job's seed is the same in each. */
Test(plan, shards_are_a_partition_and_keep_seeds)
{
    static const uint32_t counts[] = {1, 2, 3, 7, 16};
    struct plan whole, part;
    size_t i, j, k;

    open_files();
    make(&whole, 1, 1, 9);
    for (i = 0; i < SS_COUNT(counts); i++) {
        size_t found = 0;
        uint32_t shard;

        for (shard = 1; shard <= counts[i]; shard++) {
            make(&part, shard, counts[i], 9);
            cr_expect(part.count + part.elsewhere == whole.count);
            found += part.count;
            for (j = 0, k = 0; j < part.count; j++) {
                while (k < whole.count && whole.jobs[k].seed != part.jobs[j].seed)
                    k++;
                cr_assert(k < whole.count, "order and seeds are those of the whole");
                cr_expect(whole.jobs[k].entry == part.jobs[j].entry);
            }
            plan_fini(&part);
        }
        cr_expect(found == whole.count, "%u shards", counts[i]);
    }
    plan_fini(&whole);
    close_files();
}

/* A new scenario moves no other one; written down, so that no later change moves them either. */
Test(plan, where_a_job_goes_depends_on_itself_alone)
{
    uint64_t hash = plan_hash(ss_span_of("kex/every-method"), ss_span_of("curve25519-sha256"),
                              ss_span_of("openssh"), PEER_SERVER);
    size_t counts[4] = {0}, i;

    cr_expect(hash == UINT64_C(0x130c2e20ea8ccb61), "%llx", (unsigned long long)hash);
    cr_expect(plan_hash(ss_span_of("a"), ss_span_of("bc"), ss_span_of("d"), PEER_SERVER) !=
              plan_hash(ss_span_of("ab"), ss_span_of("c"), ss_span_of("d"), PEER_SERVER));
    for (i = 0; i < 4000; i++) {
        char name[16];

        snprintf(name, sizeof name, "k/%zu", i);
        counts[plan_hash(ss_span_of(name), ss_span_of(""), ss_span_of("p"), PEER_CLIENT) % 4]++;
    }
    for (i = 0; i < 4; i++)
        cr_expect(counts[i] > 900 && counts[i] < 1100, "%zu", counts[i]);
}

Test(plan, shards_are_read_exactly)
{
    static const char *const wrong[] = {"",     "1",    "0/2",  "3/2",           "1/0",  "-1/2",
                                        "1/2x", "x1/2", "1//2", "1/99999999999", " 1/2", "1/ 2"};
    uint32_t shard, shards;
    size_t i;

    cr_expect(plan_read_shard("2/3", &shard, &shards) && shard == 2 && shards == 3);
    cr_expect(plan_read_shard("1/1", &shard, &shards) && shard == 1 && shards == 1);
    for (i = 0; i < SS_COUNT(wrong); i++)
        cr_expect(!plan_read_shard(wrong[i], &shard, &shards), "%s", wrong[i]);
}
