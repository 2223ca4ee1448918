/* SPDX-License-Identifier: Apache-2.0 */
/* test_build.c - values into fields, and lies about them.
 *
 * Mirrors: script/build.c, lies.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/build.h"

TestSuite(build, .fini = kit_check);

struct bench { /* an evaluator, and a message to fill */
    struct scn_file *file;
    struct scn_eval eval;
    struct ss_msg msg;
};

static void set_up(struct bench *bench, enum ss_msgid id, enum ss_msgid tail)
{
    bench->file = kit_parse("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\n"
                            "against server\nclient {\nkex\n}\n");
    cr_assert(scn_eval_init(&bench->eval, &test_counted()->env, &test_counted()->env, bench->file,
                            NULL) == SS_OK);
    cr_assert(ss_msg_new(&bench->eval.scratch, ss_msgdef_of(id), ss_msgdef_of(tail), &bench->msg) ==
              SS_OK);
}

static void tear_down(struct bench *bench)
{
    scn_eval_free(&bench->eval);
    scn_free(&bench->file);
}

static ss_err set(struct bench *bench, const char *path, struct scn_value value)
{
    return scn_build_field(&bench->eval, (struct scn_pos){1, 1}, &bench->msg, ss_span_of(path),
                           &value);
}

static struct scn_value list_of(struct scn_value *items, size_t count)
{
    return (struct scn_value){.type = SCN_LIST, .items = items, .count = count};
}

/* The message as a person reads it. */
static const char *shown(struct bench *bench)
{
    struct ss_buf text;
    const char *out;

    ss_buf_init(&text, &test_counted()->env, 65536);
    cr_assert(ss_msg_print(&text, &bench->msg, 0) == SS_OK);
    out = kit_text(&text);
    ss_buf_fini(&text);
    return out;
}

static void wrong(struct bench *bench, const char *path, struct scn_value value, const char *text)
{
    cr_expect(set(bench, path, value) == SS_E_bad_value, "%s was taken", path);
    cr_expect(strstr(bench->eval.text, text) != NULL, "%s: \"%s\" is not in \"%s\"", path, text,
              bench->eval.text);
}

Test(build, numbers_must_fit_and_minus_one_is_the_most)
{
    struct bench bench;

    set_up(&bench, SS_MSG_channel_window_adjust, SS_MSGID_NONE);
    cr_expect(set(&bench, "bytes_to_add", scn_value_number(7)) == SS_OK);
    cr_expect(set(&bench, "recipient_channel", scn_value_number((uint64_t)-1)) == SS_OK);
    cr_expect_str_eq(shown(&bench),
                     "channel_window_adjust recipient_channel=4294967295 bytes_to_add=7");
    wrong(&bench, "bytes_to_add", scn_value_number(UINT64_C(1) << 32), "does not fit");
    wrong(&bench, "bytes_to_add", scn_value_text("7"),
          "bytes_to_add takes a number, this is bytes");
    wrong(&bench, "bytes", scn_value_number(1), "channel_window_adjust has no field bytes here");
    tear_down(&bench);
}

Test(build, booleans_bytes_lists_and_keys)
{
    struct scn_value names[2];
    struct bench bench;

    names[0] = scn_value_text("a");
    names[1] = scn_value_text("b");
    set_up(&bench, SS_MSG_kexinit, SS_MSGID_NONE);
    cr_expect(set(&bench, "kex_algorithms", list_of(names, 2)) == SS_OK);
    cr_expect(set(&bench, "cookie", scn_value_text("0123456789abcdef")) == SS_OK);
    cr_expect(set(&bench, "first_kex_packet_follows", scn_value_number(1)) == SS_OK);
    cr_expect(strstr(shown(&bench), "kex_algorithms=a,b ") != NULL);
    cr_expect(strstr(shown(&bench), "first_kex_packet_follows=true") != NULL);
    cr_expect(set(&bench, "languages_client_to_server", scn_value_key(kit_keys()->user_ed25519)) ==
              SS_OK);
    wrong(&bench, "cookie", scn_value_text("short"), "cookie has 16 bytes, not 5");
    wrong(&bench, "first_kex_packet_follows", scn_value_number(2), "takes a boolean");
    wrong(&bench, "kex_algorithms", scn_value_number(2), "bytes are wanted, this is a number");
    tear_down(&bench);
}

Test(build, an_mpint_from_a_number_or_from_bytes)
{
    struct bench bench;

    set_up(&bench, SS_MSG_kexdh_init, SS_MSGID_NONE);
    cr_expect(set(&bench, "e", scn_value_number(0x1234)) == SS_OK);
    cr_expect_str_eq(shown(&bench), "kexdh_init e=0x0000000000001234");
    cr_expect(set(&bench, "e", scn_value_text("\x05")) == SS_OK);
    cr_expect_str_eq(shown(&bench), "kexdh_init e=0x05");
    tear_down(&bench);
}

Test(build, groups_in_lists)
{
    struct scn_value pair[3], pairs[2];
    struct bench bench;

    pair[0] = scn_value_text("name");
    pair[1] = scn_value_text("value");
    pair[2] = scn_value_text("more");
    pairs[0] = pairs[1] = list_of(pair, 2);
    set_up(&bench, SS_MSG_ext_info, SS_MSGID_NONE);
    cr_expect(set(&bench, "extensions", list_of(pairs, 2)) == SS_OK);
    cr_expect(set(&bench, "extensions[1].name", scn_value_text("other")) == SS_OK);
    cr_expect_str_eq(shown(&bench), "ext_info extensions=[{name=name value=\"value\"} {name=other "
                                    "value=\"value\"}]");
    pairs[1] = list_of(pair, 3);
    wrong(&bench, "extensions", list_of(pairs, 2), "3 values for 2 fields");
    pairs[1] = scn_value_text("bare");
    wrong(&bench, "extensions", list_of(pairs, 2), "a list with the fields of the group");
    wrong(&bench, "extensions", scn_value_text("x"), "takes a list");
    tear_down(&bench);
}

Test(build, a_group_of_one_field_takes_a_bare_value)
{
    struct scn_value answers[2];
    struct bench bench;

    answers[0] = scn_value_text("one");
    answers[1] = scn_value_text("two");
    set_up(&bench, SS_MSG_userauth_info_response, SS_MSGID_NONE);
    cr_expect(set(&bench, "responses", list_of(answers, 2)) == SS_OK);
    cr_expect(strstr(shown(&bench), "{response=<3 bytes>} {response=<3 bytes>}") != NULL);
    tear_down(&bench);
}

Test(build, what_a_flag_announces_sets_the_flag)
{
    struct scn_value attrs = {.type = SCN_MESSAGE};
    struct bench bench;

    set_up(&bench, SS_FXP_setstat, SS_MSGID_NONE);
    cr_expect(set(&bench, "attrs.size", scn_value_number(9)) == SS_OK);
    cr_expect(set(&bench, "attrs.permissions", scn_value_number(0644)) == SS_OK);
    cr_expect(strstr(shown(&bench), "attrs={flags=5 size=9 permissions=420}") != NULL, "%s",
              shown(&bench));
    /* a group that came in another message fits as a whole */
    cr_expect(scn_value_field(&bench.eval.scratch, &bench.msg, ss_span_of("attrs"), &attrs) ==
              SS_OK);
    cr_expect(set(&bench, "attrs", attrs) == SS_OK);
    cr_expect(strstr(shown(&bench), "size=9") != NULL);
    tear_down(&bench);
}

Test(build, a_tail_by_its_key_and_a_tail_of_bytes)
{
    struct bench bench;

    set_up(&bench, SS_MSG_channel_request, SS_MSGID_NONE);
    wrong(&bench, "command", scn_value_text("x"), "has no field command here");
    cr_expect(set(&bench, "request_type", scn_value_text("exec")) == SS_OK);
    cr_expect(set(&bench, "command", scn_value_text("ls")) == SS_OK);
    cr_expect(strstr(shown(&bench), "request_type=exec want_reply=false command=\"ls\"") != NULL);
    cr_expect(set(&bench, "body", scn_value_text("\x01\x02")) == SS_OK);
    cr_expect(strstr(shown(&bench), "command") == NULL);
    tear_down(&bench);
}

Test(build, lies_find_their_fields)
{
    struct scn_expr number = {.kind = SCN_LIT_NUMBER, .number = 5, .type = SCN_NUMBER};
    struct scn_expr bytes = {.kind = SCN_LIT_BYTES, .type = SCN_BYTES};
    struct scn_lie lies[3] = {{.kind = SS_LIE_LENGTH, .n = &number},
                              {.kind = SS_LIE_RAW, .bytes = &bytes},
                              {.kind = SS_LIE_MAC_FLIP}};
    static const struct ss_msg none = {NULL, NULL, {NULL, 0}};
    struct ss_lie *made;
    struct bench bench;

    lies[0].path = lies[1].path = ss_span_of("data");
    bytes.bytes = ss_span_of("raw");
    set_up(&bench, SS_MSG_ignore, SS_MSGID_NONE);
    cr_assert(scn_build_lies(&bench.eval, lies, 3, &bench.msg, &made) == SS_OK);
    cr_expect(made[0].field != NULL && strcmp(made[0].field->name, "data") == 0);
    cr_expect(made[0].n == 5 && ss_span_is(made[1].bytes, "raw") && made[2].field == NULL);
    lies[0].path = ss_span_of("nothing");
    cr_expect(scn_build_lies(&bench.eval, lies, 1, &bench.msg, &made) == SS_E_bad_value);
    cr_expect_str_eq(bench.eval.text, "ignore has no field nothing here");
    cr_expect(scn_build_lies(&bench.eval, lies, 1, &none, &made) == SS_E_bad_value);
    cr_expect_str_eq(bench.eval.text, "a raw payload has no field nothing here");
    number.kind = SCN_LIT_BYTES;
    lies[0].path = ss_span_of("data");
    cr_expect(scn_build_lies(&bench.eval, lies, 1, &bench.msg, &made) == SS_E_bad_value);
    tear_down(&bench);
}
