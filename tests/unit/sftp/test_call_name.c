/* SPDX-License-Identifier: Apache-2.0 */
/* test_call_name.c - requests by path, by message. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(call_name, .fini = test_counted_check);

static uint32_t by_path(struct bench *bench, enum ss_msgid id, const char *path)
{
    /* All of these have the same fields: an id and a path. */
    struct ss_fxp_stat body = {.path = ss_span_of(path)};
    struct ss_msg reply = ask(bench, id, &body);

    return reply.def->id == SS_FXP_status ? status_of(reply) : SS_FX_OK;
}

static uint32_t two(struct bench *bench, enum ss_msgid id, const char *a, const char *b)
{
    struct ss_fxp_rename body = {.oldpath = ss_span_of(a), .newpath = ss_span_of(b)};

    return ask_status(bench, id, &body);
}

/* The one name of a NAME, without attributes. */
static ss_span name_of(struct ss_msg reply)
{
    const struct ss_fxp_name *body = reply.body;
    const struct ss_grp_name_entry *row = body->names.items;

    cr_assert(reply.def->id == SS_FXP_name && body->names.count == 1);
    cr_expect(row->attrs.flags == 0);
    return row->filename;
}

/* rules: SFTP02-6.5-*, SFTP02-6.6-* */
Test(call_name, directories_and_files_come_and_go)
{
    struct ss_fxp_mkdir mkdir = {.path = ss_span_of("/d")};
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    cr_expect(ask_status(&bench, SS_FXP_mkdir, &mkdir) == SS_FX_OK);
    cr_expect(ask_status(&bench, SS_FXP_mkdir, &mkdir) == SS_FX_FAILURE);
    mkdir.attrs.flags = 0x20;
    cr_expect(ask_status(&bench, SS_FXP_mkdir, &mkdir) == SS_FX_BAD_MESSAGE);
    cr_expect(two(&bench, SS_FXP_rename, "f", "d/f") == SS_FX_OK);
    cr_expect(by_path(&bench, SS_FXP_rmdir, "d") == SS_FX_FAILURE);
    cr_expect(by_path(&bench, SS_FXP_remove, "d") == SS_FX_FAILURE);
    cr_expect(by_path(&bench, SS_FXP_rmdir, "d/f") == SS_FX_FAILURE);
    plant(&bench, "g", "g");
    cr_expect(two(&bench, SS_FXP_rename, "g", "d/f") == SS_FX_FAILURE);
    cr_expect(holds(&bench, "g", "g") && holds(&bench, "d/f", "abc"));
    cr_expect(by_path(&bench, SS_FXP_remove, "d/f") == SS_FX_OK);
    cr_expect(by_path(&bench, SS_FXP_remove, "d/f") == SS_FX_NO_SUCH_FILE);
    cr_expect(by_path(&bench, SS_FXP_rmdir, "d") == SS_FX_OK);
    cr_expect(by_path(&bench, SS_FXP_rmdir, "d") == SS_FX_NO_SUCH_FILE);
    bench_close(&bench);
}

/* rules: OSSHSFTP-4.1-symlink-reversed, SFTP02-6.8-stat-lstat-links, SFTP02-6.10-readlink-name */
Test(call_name, links_are_made_target_first_and_told_apart)
{
    struct ss_fxp_stat body = {.path = ss_span_of("link")};
    struct bench bench;
    struct ss_msg reply;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    cr_expect(two(&bench, SS_FXP_symlink, "f", "link") == SS_FX_OK);
    reply = ask(&bench, SS_FXP_stat, &body);
    cr_assert(reply.def->id == SS_FXP_attrs);
    cr_expect(((struct ss_fxp_attrs *)reply.body)->attrs.permissions == 0100644);
    reply = ask(&bench, SS_FXP_lstat, &body);
    cr_assert(reply.def->id == SS_FXP_attrs);
    cr_expect(((struct ss_fxp_attrs *)reply.body)->attrs.permissions == 0120777);
    cr_expect(ss_span_is(name_of(ask(&bench, SS_FXP_readlink, &body)), "f"));
    cr_expect(by_path(&bench, SS_FXP_readlink, "f") == SS_FX_FAILURE);
    cr_expect(two(&bench, SS_FXP_symlink, "nowhere", "dangling") == SS_FX_OK);
    cr_expect(by_path(&bench, SS_FXP_stat, "dangling") == SS_FX_NO_SUCH_FILE);
    cr_expect(by_path(&bench, SS_FXP_lstat, "dangling") == SS_FX_OK);
    cr_expect(two(&bench, SS_FXP_symlink, "x", "f") == SS_FX_FAILURE);
    cr_expect(two(&bench, SS_FXP_symlink, "", "y") == SS_FX_NO_SUCH_FILE);
    bench_close(&bench);
}

/* rule: SFTP02-6.11-realpath-name */
Test(call_name, a_real_path_is_absolute)
{
    static const struct {
        const char *path, *real; /* null: NO_SUCH_FILE */
    } rows[] = {{"", "/"},      {".", "/"},   {"d/..//d/", "/d"}, {"new", "/new"},
                {"no/x", NULL}, {"..", NULL}, {"d/../..", NULL}};
    struct ss_fxp_mkdir mkdir = {.path = ss_span_of("d")};
    struct bench bench;

    bench_open(&bench, NULL);
    cr_expect(ask_status(&bench, SS_FXP_mkdir, &mkdir) == SS_FX_OK);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_fxp_realpath body = {.path = ss_span_of(rows[i].path)};
        struct ss_msg reply = ask(&bench, SS_FXP_realpath, &body);

        if (rows[i].real == NULL)
            cr_expect(status_of(reply) == SS_FX_NO_SUCH_FILE, "%s", rows[i].path);
        else
            cr_expect(ss_span_is(name_of(reply), rows[i].real), "%s", rows[i].path);
    }
    bench_close(&bench);
}

/* rule: SFTP02-6.9-setstat-size */
Test(call_name, attributes_are_set_by_path)
{
    struct ss_fxp_setstat set = {.path = ss_span_of("f"),
                                 .attrs = {.flags = SS_ATTR_SIZE, .size = 2}};
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    cr_expect(ask_status(&bench, SS_FXP_setstat, &set) == SS_FX_OK && holds(&bench, "f", "ab"));
    set.path = ss_span_of("no");
    cr_expect(ask_status(&bench, SS_FXP_setstat, &set) == SS_FX_NO_SUCH_FILE);
    set.path = ss_span_of("/");
    cr_expect(ask_status(&bench, SS_FXP_setstat, &set) == SS_FX_FAILURE);
    bench_close(&bench);
}
