/* SPDX-License-Identifier: Apache-2.0 */
/* test_find.c - definitions by number, name, key; suggestions; named numbers. */
#include "kit.h"

#include <criterion/criterion.h>

static const struct ss_msgdef *find(enum ss_proto proto, const char *name)
{
    return ss_msgdef_find(proto, ss_span_of(name));
}

Test(find, names_fold_case_and_dashes)
{
    const struct ss_msgdef *pty = ss_msgdef_of(SS_TAIL_channel_request_pty_req);

    cr_expect_eq(find(SS_PROTO_SSH, "KEXINIT"), ss_msgdef_of(SS_MSG_kexinit));
    cr_expect_eq(find(SS_PROTO_SSH, "channel-open"), ss_msgdef_of(SS_MSG_channel_open));
    cr_expect_eq(find(SS_PROTO_SSH, "Channel_Request.pty-req"), pty);
    cr_expect_eq(find(SS_PROTO_SSH, "CHANNEL_REQUEST PTY_REQ"), pty);
    cr_expect_eq(find(SS_PROTO_SFTP, "extended.posix-rename@openssh.com"),
                 ss_msgdef_of(SS_TAIL_extended_posix_rename));
    cr_expect_eq(find(SS_PROTO_SFTP, "extended posix-rename"),
                 ss_msgdef_of(SS_TAIL_extended_posix_rename));
    cr_expect_eq(find(SS_PROTO_SFTP, "DATA"), ss_msgdef_of(SS_FXP_data));
    cr_expect_eq(find(SS_PROTO_AGENT, "lock"), ss_msgdef_of(SS_AGENT_lock));
}

Test(find, what_is_not_there_is_null)
{
    cr_expect_null(find(SS_PROTO_SSH, ""));
    cr_expect_null(find(SS_PROTO_SSH, "kexini"));
    cr_expect_null(find(SS_PROTO_SFTP, "kexinit"));
    cr_expect_null(find(SS_PROTO_SSH, "pty_req"));
    cr_expect_null(find(SS_PROTO_SSH, "channel_request."));
    cr_expect_null(find(SS_PROTO_SSH, "channel_open.pty-req"));
    cr_expect_null(find(SS_PROTO_SSH, ".pty-req"));
    cr_expect_null(find(SS_PROTO_TAIL, "pty_req"));
    cr_expect_null(ss_msgdef_of(SS_MSGID_NONE));
    cr_expect_null(ss_msgdef_of(SS_MSGID_COUNT));
    cr_expect_null(ss_msgdef_tail(SS_MSG_channel_request, ss_span_of("pty_req")));
    cr_expect_null(ss_msgdef_tail(SS_MSG_channel_request, ss_span_of("")));
    cr_expect_null(ss_msgdef_tail(SS_MSGID_NONE, ss_span_of("kexinit")));
}

Test(find, every_number_finds_its_row)
{
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of(id);

        if (def->proto == SS_PROTO_TAIL)
            continue;
        cr_expect_eq(ss_msgdef_by_number(def->proto, def->number, def->context, def->context), def,
                     "%s", def->name);
    }
}

Test(find, context_decides_about_shared_numbers)
{
    const enum ss_context none = SS_CONTEXT_ANY;

    cr_expect_eq(ss_msgdef_by_number(SS_PROTO_SSH, 31, SS_CONTEXT_KEX_DH, none)->id,
                 SS_MSG_kexdh_reply);
    cr_expect_eq(ss_msgdef_by_number(SS_PROTO_SSH, 31, SS_CONTEXT_KEX_ECDH, none)->id,
                 SS_MSG_kex_ecdh_reply);
    cr_expect_eq(ss_msgdef_by_number(SS_PROTO_SSH, 31, SS_CONTEXT_KEX_GEX, none)->id,
                 SS_MSG_kex_dh_gex_group);
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SSH, 31, none, none));
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SSH, 33, SS_CONTEXT_KEX_DH, none));
    cr_expect_eq(ss_msgdef_by_number(SS_PROTO_SSH, 60, none, SS_CONTEXT_AUTH_KBDINT)->id,
                 SS_MSG_userauth_info_request);
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SSH, 61, none, SS_CONTEXT_AUTH_PASSWORD));
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SSH, 60, SS_CONTEXT_AUTH_PASSWORD, none));
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SSH, 0, none, none));
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_SFTP, 106, none, none));
    cr_expect_null(ss_msgdef_by_number(SS_PROTO_GROUP, 1, none, none));
}

static const char *suggest(enum ss_proto proto, const char *name)
{
    const char *said = ss_msgdef_suggest(proto, ss_span_of(name));

    return said != NULL ? said : "";
}

Test(find, a_misspelt_name_gets_a_suggestion)
{
    cr_expect_str_eq(suggest(SS_PROTO_SSH, "KEXINT"), "kexinit");
    cr_expect_str_eq(suggest(SS_PROTO_SSH, "chanel-open"), "channel_open");
    cr_expect_str_eq(suggest(SS_PROTO_SSH, "channel_request.pty_rek"), "pty-req");
    cr_expect_str_eq(suggest(SS_PROTO_SSH, "chanel_request.pty-req"), "channel_request");
    cr_expect_str_eq(suggest(SS_PROTO_SFTP, "opendr"), "opendir");
    cr_expect_str_eq(suggest(SS_PROTO_SSH, "zzzzzzzzzzzzzzzzzzzz"), "");
}

Test(find, numbers_have_names)
{
    const struct ss_nametable *table = ss_msgdef_of(SS_MSG_disconnect)->fields[0].names;
    uint32_t number = 0;

    cr_assert_not_null(table);
    cr_expect_str_eq(ss_nametable_name(table, 2), "protocol_error");
    cr_expect_null(ss_nametable_name(table, 99));
    cr_expect_null(ss_nametable_name(NULL, 2));
    cr_expect(ss_nametable_number(table, ss_span_of("by-application"), &number));
    cr_expect_eq(number, 11);
    cr_expect_not(ss_nametable_number(table, ss_span_of("nothing"), &number));
    cr_expect_eq(number, 11);
}
