/* SPDX-License-Identifier: Apache-2.0 */
/* test_table.c - what every row must keep to, whatever it says. */
#include "kit.h"

#include <criterion/criterion.h>

static void check_condition(const struct ss_msgdef *def, size_t at)
{
    const struct ss_fielddef *field = &def->fields[at];
    bool found = false;

    if (field->cond == SS_COND_ALWAYS)
        return;
    for (size_t i = 0; i < at; i++) {
        const struct ss_fielddef *earlier = &def->fields[i];

        if (earlier->offset == field->cond_offset) {
            cr_expect_eq(earlier->type,
                         field->cond == SS_COND_IF ? SS_TYPE_boolean : SS_TYPE_uint32, "%s.%s",
                         def->name, field->name);
            found = true;
        }
    }
    cr_expect(found, "%s.%s depends on no earlier field", def->name, field->name);
    cr_expect_eq(field->cond_mask != 0, field->cond == SS_COND_BIT, "%s", field->name);
}

static void check_field(const struct ss_msgdef *def, size_t at)
{
    const struct ss_fielddef *field = &def->fields[at];
    bool last = at + 1 == def->field_count;
    bool key = false;

    cr_expect_lt(field->offset, def->size);
    if (field->type == SS_TYPE_rest || field->type == SS_TYPE_many || field->type == SS_TYPE_tail)
        cr_expect(last, "%s.%s must be last", def->name, field->name);
    if (field->type == SS_TYPE_group || field->type == SS_TYPE_list || field->type == SS_TYPE_many)
        cr_expect_eq(field->group->proto, SS_PROTO_GROUP, "%s.%s", def->name, field->name);
    cr_expect_eq(field->fixed > 0, field->type == SS_TYPE_fixed, "%s.%s", def->name, field->name);
    for (size_t i = 0; i < at; i++) {
        cr_expect_str_neq(def->fields[i].name, field->name, "%s", def->name);
        if (def->fields[i].offset == field->key_offset && def->fields[i].type == SS_TYPE_ascii)
            key = true;
    }
    if (field->type == SS_TYPE_tail)
        cr_expect(key, "%s.%s has no key field", def->name, field->name);
    check_condition(def, at);
}

Test(table, every_row_is_in_order)
{
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = &ss_msgdefs[id];

        cr_assert_eq(def->id, id);
        cr_assert_not_null(def->name);
        cr_expect_not_null(def->spec, "%s", def->name);
        cr_expect_eq(def->key != NULL, def->proto == SS_PROTO_TAIL, "%s", def->name);
        cr_expect_eq(def->phases != 0, def->proto == SS_PROTO_SSH, "%s", def->name);
        for (size_t i = 0; i < def->field_count; i++)
            check_field(def, i);
    }
}

/* Keys and names are looked up by folding, so they must differ folded too; the cheap way to see
 * that is that each finds itself. */
Test(table, no_two_rows_share_a_name_or_a_key)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = &ss_msgdefs[id];
        const struct ss_msgdef *parent = ss_msgdef_of(def->parent);
        const struct ss_msgdef *of = parent != NULL ? parent : def;

        ss_buf_clear(&kit.buf);
        if (parent == NULL) {
            cr_expect_eq(ss_msgdef_find(of->proto, ss_span_of(def->name)), def, "%s", def->name);
            continue;
        }
        cr_assert_eq(ss_buf_printf(&kit.buf, "%s.%s", parent->name, def->name), SS_OK);
        cr_expect_eq(ss_msgdef_find(of->proto, ss_buf_span(&kit.buf)), def, "%s", def->name);
        ss_buf_clear(&kit.buf);
        cr_assert_eq(ss_buf_printf(&kit.buf, "%s %s", parent->name, def->key), SS_OK);
        cr_expect_eq(ss_msgdef_find(of->proto, ss_buf_span(&kit.buf)), def, "%s", def->key);
        cr_expect_eq(ss_msgdef_tail(def->parent, ss_span_of(def->key)), def, "%s", def->key);
    }
    kit_fini(&kit);
}

Test(table, numbers_are_those_of_the_rfcs)
{
    /* RFC 4250 section 4.1.2, RFC 4252 7 and 8, RFC 4256 5, RFC 4419 5, RFC 8308 3; by hand. */
    static const struct {
        const char *name;
        int number;
    } rows[] = {
        {"disconnect", 1},
        {"ignore", 2},
        {"unimplemented", 3},
        {"debug", 4},
        {"service_request", 5},
        {"service_accept", 6},
        {"ext_info", 7},
        {"newcompress", 8},
        {"kexinit", 20},
        {"newkeys", 21},
        {"kexdh_init", 30},
        {"kexdh_reply", 31},
        {"kex_ecdh_init", 30},
        {"kex_ecdh_reply", 31},
        {"kex_dh_gex_group", 31},
        {"kex_dh_gex_init", 32},
        {"kex_dh_gex_reply", 33},
        {"kex_dh_gex_request", 34},
        {"userauth_request", 50},
        {"userauth_failure", 51},
        {"userauth_success", 52},
        {"userauth_banner", 53},
        {"userauth_pk_ok", 60},
        {"userauth_passwd_changereq", 60},
        {"userauth_info_request", 60},
        {"userauth_info_response", 61},
        {"global_request", 80},
        {"request_success", 81},
        {"request_failure", 82},
        {"channel_open", 90},
        {"channel_open_confirmation", 91},
        {"channel_open_failure", 92},
        {"channel_window_adjust", 93},
        {"channel_data", 94},
        {"channel_extended_data", 95},
        {"channel_eof", 96},
        {"channel_close", 97},
        {"channel_request", 98},
        {"channel_success", 99},
        {"channel_failure", 100},
        {"ping", 192},
        {"pong", 193},
        {"sftp init", 1},
        {"sftp version", 2},
        {"sftp open", 3},
        {"sftp close", 4},
        {"sftp read", 5},
        {"sftp write", 6},
        {"sftp lstat", 7},
        {"sftp fstat", 8},
        {"sftp setstat", 9},
        {"sftp fsetstat", 10},
        {"sftp opendir", 11},
        {"sftp readdir", 12},
        {"sftp remove", 13},
        {"sftp mkdir", 14},
        {"sftp rmdir", 15},
        {"sftp realpath", 16},
        {"sftp stat", 17},
        {"sftp rename", 18},
        {"sftp readlink", 19},
        {"sftp symlink", 20},
        {"sftp status", 101},
        {"sftp handle", 102},
        {"sftp data", 103},
        {"sftp name", 104},
        {"sftp attrs", 105},
        {"sftp extended", 200},
        {"sftp extended_reply", 201},
        {"agent failure", 5},
        {"agent success", 6},
        {"agent request_identities", 11},
        {"agent identities_answer", 12},
        {"agent sign_request", 13},
        {"agent sign_response", 14},
        {"agent add_identity", 17},
        {"agent remove_identity", 18},
        {"agent remove_all_identities", 19},
        {"agent extension", 27},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++)
        cr_expect_eq(kit_def(rows[i].name)->number, rows[i].number, "%s", rows[i].name);
}
