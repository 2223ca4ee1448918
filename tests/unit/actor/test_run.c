/* SPDX-License-Identifier: Apache-2.0 */
/* test_run.c - a case as a whole: verdicts, levels, repetition, the end of memory.
 *
 * Mirrors: actor/run.c, scene.c, self.c, memory.c, cases.c, ladder.c, dice.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"

TestSuite(run, .fini = kit_check, .timeout = 120);

#define SERVER                                                                                     \
    "scenario \"t\"\nproves RFC4253-7.3-newkeys-early, "                                           \
    "RFC4253-7.1-second-kexinit-received\nagainst server\n"

static const char longer[] = SERVER
    "client {\nsession as ch\nexec ch \"head -c 5000 /dev/zero\"\ndrain ch\n"
    "check length(ch.data) == 5000, \"all\"\nfault send CHANNEL_DATA { recipient_channel = 7,"
    " data = random(20) }\nexpect closed { pass protocol_error }\n}\n";

Test(run, the_same_seed_gives_the_same_bytes)
{
    struct kit_options options = {.seed = 42, .trace = true};
    char facts[4096], ladder[65536];

    (void)snprintf(facts, sizeof facts, "%s", kit_text(&kit_play(longer, &options)->facts));
    (void)snprintf(ladder, sizeof ladder, "%s", kit_text(&kit_play(longer, &options)->ladder));
    cr_expect_str_eq(kit_text(&kit_play(longer, &options)->ladder), ladder);
    cr_expect_str_eq(kit_text(&kit_play(longer, &options)->facts), facts);
    options.seed = 43;
    cr_expect_str_neq(kit_text(&kit_play(longer, &options)->ladder), ladder);
    cr_expect(strlen(ladder) > 1000);
}

Test(run, requirements_and_parameter_are_filled_in)
{
    struct kit_options options = {.case_index = 2};
    const struct result *result = kit_play(
        SERVER "each x in [1, \"b c\", \"plain\"]\nclient {\ncheck x == \"plain\", \"x\"\n}\n",
        &options);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect_str_eq(kit_text(&result->requirements),
                     "RFC4253-7.3-newkeys-early,RFC4253-7.1-second-kexinit-received");
    cr_expect_str_eq(kit_text(&result->scenario), "test/case");
    cr_expect_str_eq(kit_text(&result->parameter), "plain");
    options.case_index = 9;
    kit_expect(kit_play(SERVER "each x in [1]\nclient {\ncheck x == 1, \"x\"\n}\n", &options),
               VERDICT_ERROR, NULL);
}

Test(run, cases_are_counted_and_named)
{
    struct scn_file *file = kit_parse(SERVER "each x in [1, \"b c\", @password]\nclient {\n}\n");
    struct ss_buf name;
    uint32_t count = 0;

    /* a secret is not known before a conversation */
    cr_expect(act_case_count(&test_counted()->env, file, &count) == SS_E_bad_value);
    scn_free(&file);
    file = kit_parse(SERVER "each x in [1, \"b c\", \"mac\"]\nclient {\n}\n");
    ss_buf_init(&name, &test_counted()->env, 100);
    cr_expect(act_case_count(&test_counted()->env, file, &count) == SS_OK && count == 3);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect(act_case_name(&test_counted()->env, file, i, &name) == SS_OK);
    cr_expect_str_eq(kit_text(&name), "1\"b c\"mac");
    cr_expect(act_case_name(&test_counted()->env, file, 3, &name) == SS_E_not_found);
    ss_buf_fini(&name);
    scn_free(&file);
}

Test(run, a_recommendation_is_weak_when_it_is_not_followed)
{
    static const char text[] = SERVER "client {\nkex\ncheck false, \"x\"\n}\n";

    kit_expect(kit_play(text, &(struct kit_options){.levels = "MUST"}), VERDICT_FAIL, "not so");
    kit_expect(kit_play(text, &(struct kit_options){.levels = "SHOULD"}), VERDICT_WEAK, "not so");
    kit_expect(kit_play(text, &(struct kit_options){.levels = "MAY"}), VERDICT_WEAK, "not so");
}

Test(run, what_is_only_recorded_has_no_verdict)
{
    const struct result *result = kit_play(
        SERVER "level info\nclient {\nkex\nfault send NEWKEYS\nexpect closed { pass fin }\n}\n",
        &(struct kit_options){0});

    kit_expect(result, VERDICT_INFO, "came disconnect(protocol_error)");
    cr_expect(ss_buf_size(&result->twin) == 0);
    kit_expect(kit_play(SERVER "level info\nclient {\nneeds peer offers kex \"x\"\nkex\n}\n",
                        &(struct kit_options){0}),
               VERDICT_UNSUPPORTED, "the peer has no x");
}

Test(run, the_ladder_is_kept_when_something_is_to_be_seen)
{
    const struct result *result = kit_client("kex", NULL);
    size_t lines = 0;

    cr_expect(ss_buf_size(&result->ladder) == 0);
    result = kit_client("session as ch\nexec ch \"true\"\ndrain ch\ncheck false, \"x\"", NULL);
    for (const char *at = kit_text(&result->ladder); *at != 0; at++)
        lines += *at == '\n';
    cr_expect(lines == 20, "%zu lines", lines);
}

static size_t seen;
static void count_record(void *ctx, const struct ss_trace_record *record)
{
    (void)ctx;
    seen += record->kind == SS_TRACE_FRAME;
}

Test(run, every_record_is_passed_on)
{
    struct act_world self = {.reach = ACT_SELF, .keys = kit_keys()};
    struct scn_file *file = kit_parse(SERVER "client {\nkex\n}\n");
    struct act_job job = {.file = file, .world = &self, .record = count_record};
    struct result result;

    result_init(&result, &test_counted()->env);
    cr_expect(act_run(&test_counted()->env, &job, &result) == SS_OK);
    cr_expect(seen >= 7, "%zu packets", seen);
    result_fini(&result);
    scn_free(&file);
}

/* Both seats have the certified key, and a client under test takes it, unless it was told which
 * key to know. */
Test(run, a_certified_host_key_is_one_of_ours)
{
    static const char server[] =
        "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
        "action exec \"true\"%s\nserver {\nkex {\n"
        "server_host_key_algorithms = [\"ssh-ed25519-cert-v01@openssh.com\"]\n}\n%s\n}\n"
        "peer expect exit %s\n";
    const struct kit_options options = {.role = PEER_CLIENT};
    char text[1024];

    kit_expect(kit_client("kex {\n"
                          "server_host_key_algorithms = [\"ssh-ed25519-cert-v01@openssh.com\"]\n}\n"
                          "check kex.hostkey == \"ssh-ed25519-cert-v01@openssh.com\", \"x\"\nlogin",
                          NULL),
               VERDICT_PASS, NULL);
    (void)snprintf(text, sizeof text, server, "", "serve", "0");
    kit_expect(kit_play(text, &options), VERDICT_PASS, NULL);
    (void)snprintf(text, sizeof text, server, " knowing @ed25519_a",
                   "expect closed { pass host_key_not_verifiable }", "101");
    kit_expect(kit_play(text, &options), VERDICT_PASS, NULL);
}

Test(run, steps_are_bounded)
{
    kit_expect(kit_client("repeat 200000 {\nlet x = 1\n}", NULL), VERDICT_ERROR,
               "line 5: more than 100000 steps");
}

Test(run, time_is_bounded)
{
    const struct result *result =
        kit_play(SERVER "budget 2s\nclient {\nversion\nexpect KEXINIT\nexpect DEBUG within 1s\n}\n",
                 &(struct kit_options){0});

    kit_expect(result, VERDICT_FAIL, "nothing came within 1000 ms");
    result = kit_play(SERVER "budget 2s\nclient {\nlogin\nsession\n}\n",
                      &(struct kit_options){.breaks = "service-unanswered"});
    kit_expect(result, VERDICT_INCONCLUSIVE,
               "line 6: the time of the conversation was used up here");
    cr_expect(result->ms <= 2000);
}

Test(run, an_action_that_the_peer_leaves_hanging)
{
    kit_expect(kit_play(SERVER "client {\nlogin\n}\n",
                        &(struct kit_options){.breaks = "service-unanswered"}),
               VERDICT_FAIL, "line 5: login was not finished in 10 s: the peer says nothing more");
}

Test(run, a_seat_that_is_not_there)
{
    kit_expect(kit_play(SERVER "client {\nkex\n}\n", &(struct kit_options){.breaks = "no such"}),
               VERDICT_ERROR, "cannot misbehave as \"no such\"");
    kit_expect(
        kit_play(SERVER "client {\nkex\n}\n", &(struct kit_options){.breaks = "any-host-key"}),
        VERDICT_ERROR, "our server cannot misbehave");
}

Test(run, a_file_with_both_seats_plays_the_one_across_from_the_peer)
{
    static const char text[] = "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst both\n"
                               "action exec \"true\"\nclient {\nkex\n}\nserver {\nserve\n}\n";

    cr_expect(!kit_has(&kit_play(text, &(struct kit_options){.role = PEER_SERVER})->facts,
                       "client.exit"));
    cr_expect(kit_has(&kit_play(text, &(struct kit_options){.role = PEER_CLIENT})->facts,
                      "client.exit=0"));
}

Test(run, memory_that_ends_anywhere_ends_the_case)
{
    struct act_world self = {.reach = ACT_SELF, .keys = kit_keys()};
    struct scn_file *file = kit_parse(longer);
    struct act_job job = {.file = file, .seed = 1, .world = &self};
    struct ss_counted *counted = test_counted();
    struct result result;
    size_t calls, step;

    result_init(&result, &counted->env);
    calls = counted->calls;
    cr_assert(act_run(&counted->env, &job, &result) == SS_OK);
    calls = counted->calls - calls;
    result_fini(&result);
    step = calls / 150 + 1;
    for (size_t i = 1; i <= calls; i += step) {
        ss_err err;

        result_init(&result, &counted->env);
        counted->fail_at = counted->calls + i;
        counted->fail_after = true;
        err = act_run(&counted->env, &job, &result);
        counted->fail_at = 0;
        counted->fail_after = false;
        cr_expect(err == SS_E_no_memory || result.verdict == VERDICT_ERROR ||
                      result.verdict == VERDICT_INCONCLUSIVE,
                  "allocation %zu of %zu: %s", i, calls, verdict_name(result.verdict));
        result_fini(&result);
    }
    scn_free(&file);
}
