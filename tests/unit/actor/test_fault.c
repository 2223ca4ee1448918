/* SPDX-License-Identifier: Apache-2.0 */
/* test_fault.c - faults, twins, and what makes a case inconclusive.
 *
 * Mirrors: actor/fault.c, flow.c, run.c. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(fault, .fini = kit_check);

Test(fault, a_fault_leaves_its_mark_in_the_facts)
{
    const struct result *result = kit_client("kex\nfault send NEWKEYS\n"
                                             "expect closed { pass protocol_error }",
                                             NULL);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect_str_eq(kit_text(&result->twin), "PASS");
    cr_expect(kit_has(&result->facts, "fault.1=NEWKEYS@1/1\n"), "%s", kit_text(&result->facts));
}

Test(fault, without_faults_there_is_no_twin)
{
    cr_expect(ss_buf_size(&kit_client("kex", NULL)->twin) == 0);
}

Test(fault, a_twin_that_fails_makes_the_case_inconclusive)
{
    /* what stands in place of the fault is no better */
    const struct result *result =
        kit_client("kex\nfault send NEWKEYS else send NEWKEYS\nexpect closed { pass any }", NULL);

    kit_expect(result, VERDICT_INCONCLUSIVE,
               "twin: line 7: without the fault the connection ended as well: "
               "disconnect(protocol_error)");
    cr_expect_str_eq(kit_text(&result->twin), "FAIL");
}

Test(fault, a_failure_counts_no_more_than_a_success)
{
    kit_expect(
        kit_client("kex\nfault send NEWKEYS else send NEWKEYS\nexpect closed { pass fin }", NULL),
        VERDICT_INCONCLUSIVE, "twin: ");
}

Test(fault, one_that_was_not_carried_out)
{
    kit_expect(kit_client("on DEBUG {\nfault send IGNORE\n}\nlogin", NULL), VERDICT_INCONCLUSIVE,
               "no fault was carried out");
    kit_expect(
        kit_client("login\nfault send IGNORE\nfence\non DEBUG {\nfault send IGNORE\n}", NULL),
        VERDICT_INCONCLUSIVE, "fault 2 was not carried out");
    /* what was seen stands behind what is missing */
    kit_expect(kit_client("on DEBUG {\nfault send IGNORE\n}\nlogin\ncheck false, \"x\"", NULL),
               VERDICT_INCONCLUSIVE, "no fault was carried out; line 9: not so: x");
}

/* What failed on the first never got to the second: that is a failure, and no doubt. */
Test(fault, one_that_an_earlier_failure_kept_from_being_carried_out)
{
    static const char body[] = "login\nfault send IGNORE\nexpect DEBUG\nfault send DEBUG\nfence";

    kit_expect(kit_client(body, NULL), VERDICT_FAIL, "line 7: expected DEBUG");
    kit_expect(kit_client("on DEBUG {\nfault send IGNORE\n}\nlogin\nfault send IGNORE\n"
                          "expect DEBUG",
                          NULL),
               VERDICT_FAIL, "expected DEBUG");
}

Test(fault, a_branch_that_is_not_taken_misses_nothing)
{
    kit_expect(
        kit_client("login\nif kex.strict {\nfault send IGNORE\n} else {\nfault send DEBUG\n}\n"
                   "fence",
                   NULL),
        VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nrepeat 0 {\nfault send IGNORE\n}\nfault send DEBUG\nfence", NULL),
               VERDICT_PASS, NULL);
}

Test(fault, a_block_is_one_fault)
{
    const struct result *result =
        kit_client("login\nfault {\nsend IGNORE\nsend DEBUG\n}\nfence", NULL);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(kit_has(&result->facts, "fault.1=IGNORE@1/"));
}

Test(fault, a_client_that_fails_without_it_is_a_failed_twin)
{
    const struct result *result =
        kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                 "action exec \"false\"\nserver {\nserve until login\nfault disconnect\n}\n",
                 &(struct kit_options){.role = PEER_CLIENT});

    kit_expect(result, VERDICT_INCONCLUSIVE,
               "twin: without the fault the client's action was to succeed, but it ended with exit "
               "status 1");
}

Test(fault, peer_clauses_are_not_asked_of_a_twin)
{
    kit_expect(kit_server("serve until login\nfault disconnect", "peer expect exit nonzero"),
               VERDICT_PASS, NULL);
}

Test(fault, what_is_held_back_and_let_go)
{
    kit_expect(kit_client("login\nfault send DEBUG with hold\nrelease\nfence", NULL), VERDICT_PASS,
               NULL);
    kit_expect(kit_client("login\nfault set sequence out 77\nsend IGNORE\n"
                          "expect closed { pass mac_error, protocol_error }",
                          NULL),
               VERDICT_PASS, NULL);
}
