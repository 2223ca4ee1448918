/* SPDX-License-Identifier: Apache-2.0 */
/* test_eval.c - expressions of scenarios, and the mistakes that show only when they run.
 *
 * Mirrors: script/eval.c, functions.c, value.c, expr_text.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/eval.h"

TestSuite(eval, .fini = kit_check);

static const struct result *check(const char *before, const char *expr)
{
    char body[2048];

    (void)snprintf(body, sizeof body, "%s\ncheck %s, \"it\"", before, expr);
    return kit_client(body, NULL);
}

Test(eval, what_holds)
{
    static const char *const rows[] = {
        "1 + 2 * 3 == 7",
        "2 - 3 == -1",
        "0xff == 255 and 2K == 2048",
        "not (1 == 2)",
        "\"a\" + \"b\" == \"ab\"",
        "[1] + [2, 3] == [1, 2, 3]",
        "\"a,b\" == [\"a\", \"b\"]",
        "[\"a\", \"b\"] != \"a,c\"",
        "2 in [1, 2] and not (3 in [1, 2])",
        "1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2",
        "true or [1][5] == 1",
        "not (false and [1][5] == 1)",
        "[4, 5][1] == 5 and hex\"0a0b\"[1] == 11",
        "length(\"abc\") == 3 and length([1, 2]) == 2",
        "repeat(\"ab\", 3) == \"ababab\" and repeat(\"\", 1000000000) == \"\"",
        "slice(\"abcdef\", 2, 3) == \"cde\" and slice(\"a\", 1, 0) == \"\"",
        "flip(hex\"0001\", 1) == hex\"0000\"",
        "join([\"a\", \"b\"], \"--\") == \"a--b\"",
        "split(\"a--b\", \"--\") == [\"a\", \"b\"] and split(\"\", \",\") == [\"\"]",
        "first([7, 8]) == 7 and last([7, 8]) == 8",
        "contains(\"abc\", \"bc\") and not contains(\"abc\", \"d\") and contains([1, 2], 2)",
        "starts(\"abc\", \"ab\") and not starts(\"a\", \"ab\")",
        "length(random(16)) == 16 and random(16) != random(16)",
        "byte(255) == hex\"ff\" and u32(1) == hex\"00000001\"",
        "u64(2) == hex\"0000000000000002\"",
        "string(\"ab\") == hex\"000000026162\"",
        "mpint(hex\"80\") == hex\"000000020080\" and mpint(hex\"0001\") == hex\"0000000101\"",
        "text(42) == \"42\"",
        "length(blob(@user)) == 51 and @user == @user and @user != @stranger",
        "length(sign(@user, \"ssh-ed25519\", \"x\")) == 83",
        "\"ssh-ed25519\" in @hostkey_algorithms and length(@ciphers) > 3 and length(@macs) > 1",
        "length(@kex_algorithms) > 2",
        "@password == \"test-pass\" and auth.user == \"tester\"",
        "500ms == 500 and 2s == 2000",
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct result *result = check("", rows[i]);

        cr_expect(result->verdict == VERDICT_PASS, "%s: %s", rows[i], kit_text(&result->why));
    }
}

Test(eval, mistakes_are_errors_with_their_place)
{
    static const struct {
        const char *before, *expr, *text;
    } rows[] = {
        {"let l = [1, 2]", "l[2] == 1", "line 6: index 2 is out of range: there are 2"},
        {"let l = [1]", "first(split(\"a\", \"b\"))[7] == 1", "index 7 is out of range"},
        {"", "length(repeat(\"x\", 99999999)) == 1", "more than 16 MiB of bytes"},
        {"", "slice(\"abc\", 2, 5) == \"\"", "the slice ends behind the 3 bytes"},
        {"", "flip(\"a\", 9) == \"\"", "there is no byte 9 of 1"},
        {"let l = []", "first(l) == 1", "the list is empty"},
        {"", "split(\"a\", \"\") == []", "the separator is empty"},
        {"", "byte(256) == \"\"", "256 does not fit"},
        {"", "length(sign(@user, \"rsa-sha2-256\", \"x\")) == 1", "does not sign with a"},
        {"", "kex.algorithm == \"x\"", "kex.algorithm is not known yet"},
        {"", "length(userauth_signature(@user, \"ssh-ed25519\", \"u\")) == 1",
         "there is no session id yet"},
        {"", "length(random(999999999)) == 1", "more than 16 MiB of bytes"},
        {"version\nexpect KEXINIT as k", "k.payload[3000] == 1", "index 3000 is out of range"},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++)
        kit_expect(check(rows[i].before, rows[i].expr), VERDICT_ERROR, rows[i].text);
}

Test(eval, a_check_that_fails_tells_both_sides)
{
    kit_expect(check("", "length(\"abc\") == 4"), VERDICT_FAIL,
               "line 6: not so: it: length(\"abc\") is 3, wanted 4");
    kit_expect(check("", "1 + 1 > 2"), VERDICT_FAIL, "1 + 1 is 2, wanted above 2");
    kit_expect(check("", "\"x\" in [\"a\", \"b\"]"), VERDICT_FAIL,
               "\"x\" is \"x\", wanted one of [\"a\", \"b\"]");
    kit_expect(check("", "contains(\"a\", \"b\")"), VERDICT_FAIL,
               "contains(\"a\", \"b\") does not hold");
    kit_expect(check("", "hex\"00ff\" == hex\"00fe\""), VERDICT_FAIL, "is hex\"00ff\"");
}

Test(eval, a_variable_keeps_its_value_when_it_is_made_of_itself)
{
    kit_expect(
        check("let x = [\"a\", \"b\"]\nrepeat 3 {\nlet y = x\ncheck first(y) == \"a\", \"y\"\n}",
              "x == [\"a\", \"b\"]"),
        VERDICT_PASS, NULL);
}

Test(eval, messages_fields_and_groups)
{
    kit_expect(
        kit_client("kex\nservice \"ssh-userauth\"\n"
                   "send USERAUTH_REQUEST none { user = auth.user, service = \"ssh-connection\" }\n"
                   "expect USERAUTH_FAILURE as f\n"
                   "check f.methods == \"publickey,password\", \"methods\"\n"
                   "check f.partial_success == false, \"partial\"\n"
                   "check length(f.payload) > 10, \"payload\"\n"
                   "check auth.methods == f.methods, \"remembered\"\n"
                   "check kex.signature.algorithm == kex.hostkey, \"signature\"\n"
                   "check length(kex.blob) > 20 and length(kex.session_id) == 32, \"blob\"\n"
                   "check contains(peer.sig_algs, \"ssh-ed25519\"), \"sig_algs\"\n"
                   "check starts(peer.ident, \"SSH-2.0-\"), \"ident\"\n",
                   NULL),
        VERDICT_PASS, NULL);
}

/* The value of a variable may point into the memory it is about to replace. */
Test(eval, binding_takes_a_copy)
{
    struct scn_file *file = kit_parse("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\n"
                                      "against server\nclient {\nlet x = [\"ab\", \"cd\"]\n}\n");
    struct scn_eval eval;
    struct scn_value list = {.type = SCN_LIST}, items[2];

    items[0] = scn_value_text("ab");
    items[1] = scn_value_text("cd");
    list.items = items;
    list.count = 2;
    cr_assert(scn_eval_init(&eval, &test_counted()->env, &test_counted()->env, file, NULL) ==
              SS_OK);
    cr_assert(scn_eval_bind(&eval, 0, &list) == SS_OK);
    cr_assert(scn_eval_bind(&eval, 0, &eval.variables[0].value.items[1]) == SS_OK);
    cr_expect(ss_span_is(eval.variables[0].value.bytes, "cd"));
    cr_expect(scn_eval_bind(&eval, 99, &list) == SS_E_internal);
    scn_eval_free(&eval);
    scn_free(&file);
}

Test(eval, the_number_of_what_was_sent)
{
    kit_expect(kit_client("kex\nsend payload byte(19)\n"
                          "expect UNIMPLEMENTED { packet_sequence_number == sent.sequence }",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("check sent.sequence == 0, \"x\"", NULL), VERDICT_ERROR,
               "sent.sequence is not known yet");
}
