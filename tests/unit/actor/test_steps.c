/* SPDX-License-Identifier: Apache-2.0 */
/* test_steps.c - trees made flat, and what a twin leaves out.
 *
 * Mirrors: script/steps.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/steps.h"

TestSuite(steps, .fini = kit_check);

#define HEAD "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\nclient {\n"

/* One letter a step. */
static const char *shape(const char *body, enum scn_cast cast)
{
    static const char letters[] = "DUJLNORF)P.";
    static char out[256];
    char text[2048];
    struct scn_program program;
    struct scn_file *file;
    size_t i;

    (void)snprintf(text, sizeof text, HEAD "%s\n}\n", body);
    file = kit_parse(text);
    cr_assert(scn_program_make(&test_counted()->env, file, &file->client.body, cast, &program) ==
              SS_OK);
    for (i = 0; i < program.count && i + 1 < sizeof out; i++) {
        out[i] = letters[program.steps[i].kind];
        if (program.steps[i].kind == SCN_STEP_JUMP || program.steps[i].kind == SCN_STEP_UNLESS)
            cr_expect(program.steps[i].target < program.count, "a jump out of the list");
    }
    out[i] = 0;
    scn_program_fini(&program);
    scn_free(&file);
    return out;
}

Test(steps, statements_blocks_and_branches)
{
    cr_expect_str_eq(shape("kex\nlogin", SCN_MAIN), "DD.");
    cr_expect_str_eq(shape("if true { kex } else { login }\nfence", SCN_MAIN), "UDJDD.");
    cr_expect_str_eq(shape("if true { kex }", SCN_MAIN), "UD.");
    cr_expect_str_eq(shape("repeat 3 { kex }", SCN_MAIN), "LNDJ.");
    cr_expect_str_eq(shape("for x in [1] { kex }", SCN_MAIN), "LNDJ.");
    cr_expect_str_eq(shape("on DEBUG { kex }\nlogin", SCN_MAIN), "OJDRD.");
}

Test(steps, a_never_holds_from_the_start_and_is_no_step)
{
    cr_expect_str_eq(shape("kex\nnever DEBUG", SCN_MAIN), "D.");
}

Test(steps, faults_are_framed_in_the_main_cast)
{
    cr_expect_str_eq(shape("fault send NEWKEYS\nkex", SCN_MAIN), "FD)D.");
    cr_expect_str_eq(shape("fault { send NEWKEYS\nkex }", SCN_MAIN), "FDD).");
}

Test(steps, a_twin_has_no_faults_and_no_judgements_of_them)
{
    cr_expect_str_eq(shape("fault send NEWKEYS\nkex", SCN_TWIN), "D.");
    cr_expect_str_eq(shape("fault send NEWKEYS else send DEBUG\nkex", SCN_TWIN), "DD.");
    cr_expect_str_eq(
        shape("kex\nfault send DEBUG\nexpect DEBUG\ncheck true, \"x\"\nlogin", SCN_TWIN), "DD.");
    cr_expect_str_eq(shape("fault send DEBUG\nexpect closed { pass any }", SCN_TWIN), "P.");
    /* also when an action stands between, and when a message would do as well */
    cr_expect_str_eq(shape("fault send DEBUG\nkex\nexpect closed { pass any }", SCN_TWIN), "DP.");
    cr_expect_str_eq(shape("fault send DEBUG\nexpect DEBUG or closed { pass any }", SCN_TWIN),
                     "P.");
    /* a close that no fault calls for is expected of the twin too */
    cr_expect_str_eq(shape("expect closed { pass any }\nfault send DEBUG", SCN_TWIN), "D.");
}

Test(steps, memory_that_ends_anywhere_leaves_nothing_behind)
{
    struct scn_file *file =
        kit_parse(HEAD "never DEBUG\nrepeat 2 { fault send NEWKEYS\nkex }\n}\n");
    struct ss_counted *counted = test_counted();
    struct scn_program program;
    ss_err err = SS_E_no_memory;

    for (size_t i = 1; err == SS_E_no_memory && i < 20; i++) {
        counted->fail_at = counted->calls + i;
        err = scn_program_make(&counted->env, file, &file->client.body, SCN_MAIN, &program);
        counted->fail_at = 0;
    }
    cr_expect(err == SS_OK);
    scn_program_fini(&program);
    scn_free(&file);
}
