/* SPDX-License-Identifier: Apache-2.0 */
/* test_field.c - dotted paths, conditions, suggestions. */
#include "kit.h"

#include <criterion/criterion.h>

static const char attrs[] = "68 00000007 00000002 "
                            "00000001 'a' 00000001 'A' 00000001 0000000000001234 "
                            "00000001 'b' 00000001 'B' 00000000";

static bool find(const struct ss_msg *msg, const char *path, struct ss_field *out)
{
    return ss_field_find(msg->def, msg->body, ss_span_of(path), out);
}

Test(field, a_path_steps_into_groups_and_lists)
{
    struct ss_field field;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "name", attrs);
    cr_assert(find(&msg, "names[0].attrs.size", &field));
    cr_assert_eq(*(uint64_t *)(void *)((char *)field.base + field.def->offset), 0x1234);
    cr_assert(find(&msg, "names.1.filename", &field));
    cr_assert(ss_span_is(*(ss_span *)(void *)((char *)field.base + field.def->offset), "b"));
    cr_assert(find(&msg, "id", &field));
    cr_assert_eq(field.base, msg.body);
    cr_assert(find(&msg, "names", &field));
    cr_assert_eq(field.def->type, SS_TYPE_list);
    kit_fini(&kit);
}

Test(field, a_name_is_found_behind_the_tail)
{
    struct ss_field field, again;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_request", "62 00000000 00000004 'exec' 01 00000002 'ls'");
    cr_assert(find(&msg, "command", &field));
    cr_assert_str_eq(field.def->name, "command");
    cr_assert(find(&msg, "body.command", &again));
    cr_assert_eq(again.base, field.base);
    cr_assert(find(&msg, "want-reply", &field));
    cr_assert_eq(field.base, msg.body);
    cr_assert_not(find(&msg, "columns", &field));
    kit_fini(&kit);
}

Test(field, paths_that_lead_nowhere)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "names.",
                                      "names[",
                                      "names[2].filename",
                                      "names[x].filename",
                                      "names[0]",
                                      "names[0",
                                      "nam",
                                      "namess",
                                      "id.x",
                                      "names.filename",
                                      "names[0].attrs.extended[0].type",
                                      "names[9999999].filename",
                                      "[0]",
                                      "names[0].attrs.size.x"};
    struct ss_field field;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "name", attrs);
    for (size_t i = 0; i < SS_COUNT(bad); i++)
        cr_expect_not(find(&msg, bad[i], &field), "%s", bad[i]);
    kit_fini(&kit);
}

Test(field, without_a_struct_the_definition_is_searched)
{
    struct ss_field field = {NULL, &field};

    cr_assert(ss_field_find(kit_def("name"), NULL, ss_span_of("names[7].attrs.uid"), &field));
    cr_assert_str_eq(field.def->name, "uid");
    cr_assert_null(field.base);
    cr_assert_not(ss_field_find(kit_def("channel_request"), NULL, ss_span_of("command"), &field));
    cr_assert(ss_field_find(kit_def("channel_request.exec"), NULL, ss_span_of("command"), &field));
}

Test(field, conditions_hold_by_flag_and_by_bit)
{
    struct ss_grp_attrs_v3 group = {.flags = 0x80000000U};
    struct ss_tail_userauth_request_password password = {.change = false};
    struct ss_field field;

    cr_assert(ss_field_find(kit_def("sftp attrs"), NULL, ss_span_of("attrs.extended"), &field));
    cr_expect(ss_field_present(field.def, &group));
    cr_assert(ss_field_find(kit_def("sftp attrs"), NULL, ss_span_of("attrs.gid"), &field));
    cr_expect_not(ss_field_present(field.def, &group));
    group.flags = 2;
    cr_expect(ss_field_present(field.def, &group));
    cr_assert(ss_field_find(kit_def("userauth_request.password"), NULL, ss_span_of("new_password"),
                            &field));
    cr_expect_not(ss_field_present(field.def, &password));
    password.change = true;
    cr_expect(ss_field_present(field.def, &password));
}

Test(field, a_misspelt_field_gets_a_suggestion)
{
    const struct ss_msgdef *def = kit_def("channel_request");

    cr_expect_str_eq(ss_field_suggest(def, ss_span_of("want_replay")), "want_reply");
    cr_expect_str_eq(ss_field_suggest(def, ss_span_of("comand")), "command");
    cr_expect_str_eq(ss_field_suggest(kit_def("open"), ss_span_of("flename")), "filename");
    cr_expect_null(ss_field_suggest(def, ss_span_of("qqqqqqqqqqqq")));
    cr_expect_null(ss_field_suggest(NULL, ss_span_of("command")));
}
