/* SPDX-License-Identifier: Apache-2.0 */
/* test_server.c - the beginning of a session, what cannot be read, what is refused for all. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(server, .fini = test_counted_check);

/* A server that has not seen INIT, and what it says to a payload. */
struct fresh {
    struct ss_mem_fs *mem;
    struct ss_sftp_server server;
    struct ss_buf out;
};

static void fresh_open(struct fresh *fresh, const struct ss_sftp_server_options *options)
{
    const struct ss_env *env = &test_counted()->env;

    cr_assert(ss_mem_fs_new(env, NULL, &fresh->mem) == SS_OK);
    cr_assert(ss_sftp_server_init(&fresh->server, env, ss_mem_fs_fs(fresh->mem), options) == SS_OK);
    ss_buf_init(&fresh->out, env, 1 << 20);
}

static void fresh_close(struct fresh *fresh)
{
    ss_sftp_server_fini(&fresh->server);
    ss_buf_fini(&fresh->out);
    ss_mem_fs_free(&fresh->mem);
}

static ss_err say(struct fresh *fresh, const char *hex)
{
    ss_buf_clear(&fresh->out);
    return ss_sftp_server_take(&fresh->server, test_guarded(test_hex(hex)), &fresh->out);
}

/* rule: SFTP02-4-version-lowest, SFTP02-4-extensions-unknown-ignored */
Test(server, version_is_the_lower_of_both)
{
    static const struct {
        const char *init;
        uint32_t version;
    } rows[] = {
        {"01 00000003", 3},
        {"01 00000002", 2},
        {"01 00000001", 1},
        {"01 00000000", 0},
        {"01 00000004", 3},
        {"01 ffffffff", 3},
        {"01 00000003 00000001 78 00000000 00000002 7979 00000003 010203", 3},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct fresh fresh;
        const uint8_t *at;

        fresh_open(&fresh, NULL);
        cr_assert(say(&fresh, rows[i].init) == SS_OK, "%s", rows[i].init);
        at = ss_buf_at(&fresh.out);
        cr_expect(at[4] == 2 && ss_load_u32(at + 5) == rows[i].version, "%s", rows[i].init);
        cr_expect(fresh.server.version == rows[i].version);
        fresh_close(&fresh);
    }
}

/* rule: SFTP02-4-init-first, SFTP02-4-init-repeated */
Test(server, init_comes_first_and_once)
{
    struct fresh fresh;

    fresh_open(&fresh, NULL);
    cr_assert(say(&fresh, "11 00000009 00000001 2f") == SS_OK);
    cr_expect(ss_load_u32(ss_buf_at(&fresh.out) + 5) == 9);
    cr_expect(ss_load_u32(ss_buf_at(&fresh.out) + 9) == SS_FX_BAD_MESSAGE);
    cr_assert(say(&fresh, "01 00000003") == SS_OK);
    cr_assert(say(&fresh, "11 00000009 00000001 2f") == SS_OK);
    cr_expect(ss_buf_at(&fresh.out)[4] == ss_msgdef_of(SS_FXP_attrs)->number);
    cr_expect(say(&fresh, "01 00000003") == SS_E_unexpected_message);
    cr_expect(ss_buf_size(&fresh.out) == 0);
    fresh_close(&fresh);
}

Test(server, extensions_are_announced_in_pairs_or_not_at_all)
{
    struct ss_sftp_server_options options = {.no_extensions = true};
    struct fresh fresh;
    struct ss_arena arena;
    struct ss_msg msg;

    ss_arena_init(&arena, &test_counted()->env, 1 << 16);
    fresh_open(&fresh, NULL);
    cr_assert(say(&fresh, "01 00000003") == SS_OK);
    cr_assert(ss_sftp_decode(&arena, ss_span_part(ss_buf_span(&fresh.out), 4, SIZE_MAX), &msg, NULL,
                             NULL) == SS_OK);
    cr_expect(((struct ss_fxp_version *)msg.body)->extensions.count == 9);
    fresh_close(&fresh);
    fresh_open(&fresh, &options);
    cr_assert(say(&fresh, "01 00000003") == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&fresh.out), test_hex("00000005 02 00000003")));
    fresh_close(&fresh);
    ss_arena_fini(&arena);
}

/* rule: SFTP02-7-one-response-each, SFTP13-4-unknown-type-unsupported,
 * SFTP02-5-attrs-extended-count-huge, SFTP02-5-attrs-unknown-bits, SFTP13-4-excess-data-ignored */
Test(server, what_cannot_be_done_is_answered_with_the_right_code)
{
    static const struct {
        const char *payload;
        uint32_t code;
    } rows[] = {
        {"15 00000001", SS_FX_OP_UNSUPPORTED},
        {"63 00000001 ffff", SS_FX_OP_UNSUPPORTED},
        {"c7 ffffffff", SS_FX_OP_UNSUPPORTED},
        {"65 00000001 00000000 00000000 00000000", SS_FX_OP_UNSUPPORTED},
        {"66 00000001 00000000", SS_FX_OP_UNSUPPORTED},
        {"11 00000001", SS_FX_BAD_MESSAGE},
        {"11 00000001 000000", SS_FX_BAD_MESSAGE},
        {"11 00000001 ffffffff 61", SS_FX_BAD_MESSAGE},
        {"03 00000001 00000001 66 00000001", SS_FX_BAD_MESSAGE},
        {"09 00000001 00000001 2f 00000010", SS_FX_BAD_MESSAGE},
        {"09 00000001 00000001 2f 80000000 ffffffff", SS_FX_BAD_MESSAGE},
        {"09 00000001 00000001 2f 80000000 00000001 00000001 61 00000000", SS_FX_OK},
        {"09 00000001 00000001 2f 00000000 deadbeef", SS_FX_OK},
        {"c8 00000001 00000011 6e6f2d73756368406578616d706c652e63 ffff", SS_FX_OP_UNSUPPORTED},
        {"c8 00000001", SS_FX_BAD_MESSAGE},
    };
    struct bench bench;

    bench_open(&bench, NULL);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_msg reply = ask_raw(&bench, test_hex(rows[i].payload));
        const struct ss_fxp_status *body = reply.body;

        cr_expect(status_of(reply) == rows[i].code, "%s: %u", rows[i].payload, body->code);
        cr_expect(body->id == ss_load_u32(test_hex(rows[i].payload).data + 1), "%s",
                  rows[i].payload);
    }
    bench_close(&bench);
}

Test(server, without_an_id_there_is_nobody_to_answer)
{
    static const struct {
        const char *payload;
        ss_err err;
    } rows[] = {
        {"", SS_E_truncated},
        {"11", SS_E_truncated},
        {"11 000001", SS_E_truncated},
        {"63 000000", SS_E_truncated},
        {"01 0000", SS_E_truncated},
        {"02 00000003", SS_E_wrong_sender},
        {"01 00000003 00000001 61", SS_E_truncated},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct fresh fresh;

        fresh_open(&fresh, NULL);
        cr_expect(say(&fresh, rows[i].payload) == rows[i].err, "%s", rows[i].payload);
        cr_expect(ss_buf_size(&fresh.out) == 0);
        fresh_close(&fresh);
    }
}

/* Every request that changes something, and OPEN with each flag that does.
 * rule: sftp-openssh-readonly-create */
Test(server, read_only_refuses_what_writes_and_nothing_else)
{
    struct ss_sftp_server_options options = {.read_only = true};
    struct ss_fxp_write write = {.handle = ss_span_of("x")};
    struct ss_fxp_setstat setstat = {.path = ss_span_of("f")};
    struct ss_fxp_fsetstat fsetstat = {.handle = ss_span_of("x")};
    struct ss_fxp_remove remove = {.filename = ss_span_of("f")};
    struct ss_fxp_mkdir mkdir = {.path = ss_span_of("d")};
    struct ss_fxp_rmdir rmdir = {.path = ss_span_of("e")};
    struct ss_fxp_rename rename = {.oldpath = ss_span_of("f"), .newpath = ss_span_of("g")};
    struct ss_fxp_symlink symlink = {.targetpath = ss_span_of("f"), .linkpath = ss_span_of("g")};
    struct ss_tail_extended_posix_rename posix = {.oldpath = ss_span_of("f"),
                                                  .newpath = ss_span_of("g")};
    struct ss_tail_extended_hardlink hard = {.oldpath = ss_span_of("f"),
                                             .newpath = ss_span_of("g")};
    struct ss_tail_extended_lsetstat lset = {.path = ss_span_of("f")};
    struct ss_tail_extended_copy_data copy = {.length = 1};
    const struct {
        enum ss_msgid id;
        void *body;
    } rows[] = {
        {SS_FXP_write, &write},   {SS_FXP_setstat, &setstat}, {SS_FXP_fsetstat, &fsetstat},
        {SS_FXP_remove, &remove}, {SS_FXP_mkdir, &mkdir},     {SS_FXP_rmdir, &rmdir},
        {SS_FXP_rename, &rename}, {SS_FXP_symlink, &symlink},
    };
    const struct {
        enum ss_msgid id;
        void *body;
    } tails[] = {
        {SS_TAIL_extended_posix_rename, &posix},
        {SS_TAIL_extended_hardlink, &hard},
        {SS_TAIL_extended_lsetstat, &lset},
        {SS_TAIL_extended_copy_data, &copy},
    };
    struct bench bench;

    bench_open(&bench, &options);
    plant(&bench, "f", "abc");
    for (size_t i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ask_status(&bench, rows[i].id, rows[i].body) == SS_FX_PERMISSION_DENIED, "%s",
                  ss_msgdef_of(rows[i].id)->name);
    for (size_t i = 0; i < SS_COUNT(tails); i++)
        cr_expect(status_of(ask_extended(&bench, tails[i].id, tails[i].body)) ==
                      SS_FX_PERMISSION_DENIED,
                  "%s", ss_msgdef_of(tails[i].id)->name);
    for (uint32_t pflags = 1; pflags < 64; pflags++) {
        struct ss_fxp_open open = {.filename = ss_span_of("new"), .pflags = pflags};
        bool writes = (pflags & ~(uint32_t)(SS_FXF_READ | SS_FXF_EXCL)) != 0;
        uint32_t code = ask_status(&bench, SS_FXP_open, &open);

        cr_expect((code == SS_FX_PERMISSION_DENIED) == writes, "flags %u", pflags);
    }
    cr_expect(close_handle(&bench, open_file(&bench, "f", SS_FXF_READ)) == SS_FX_OK);
    cr_expect(close_handle(&bench, open_dir(&bench, "/")) == SS_FX_OK);
    cr_expect(holds(&bench, "f", "abc") && !holds(&bench, "new", ""));
    bench_close(&bench);
}

/* A file system with nothing but OPEN and CLOSE. */
Test(server, what_the_file_system_cannot_do_is_unsupported)
{
    struct ss_fs_ops few = {0};
    struct ss_fxp_stat stat = {.path = ss_span_of("f")};
    struct ss_fxp_symlink symlink = {.targetpath = ss_span_of("f")};
    struct ss_tail_extended_statvfs statvfs = {.path = ss_span_of("f")};
    struct bench bench;

    bench_open(&bench, NULL);
    few.open = bench.fs->ops->open;
    few.close = bench.fs->ops->close;
    bench.fs->ops = &few;
    cr_expect(ask_status(&bench, SS_FXP_stat, &stat) == SS_FX_OP_UNSUPPORTED);
    cr_expect(ask_status(&bench, SS_FXP_symlink, &symlink) == SS_FX_OP_UNSUPPORTED);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_statvfs, &statvfs)) ==
              SS_FX_OP_UNSUPPORTED);
    bench_close(&bench);
}

/* rule: SFTP02-6.2-nul-in-path */
Test(server, no_request_takes_a_path_with_a_zero_byte)
{
    const ss_span bad = ss_span_make("f\0g", 3), good = ss_span_of("x");
    struct ss_fxp_open open = {.filename = bad, .pflags = SS_FXF_READ};
    struct ss_fxp_stat stat = {.path = bad};
    struct ss_fxp_rename from = {.oldpath = bad, .newpath = good};
    struct ss_fxp_rename to = {.oldpath = ss_span_of("f"), .newpath = bad};
    struct ss_fxp_symlink target = {.targetpath = bad, .linkpath = good};
    struct ss_fxp_symlink link = {.targetpath = good, .linkpath = bad};
    struct ss_tail_extended_hardlink hard = {.oldpath = ss_span_of("f"), .newpath = bad};
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    cr_expect(ask_status(&bench, SS_FXP_open, &open) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_stat, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_lstat, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_opendir, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_remove, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_rmdir, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_realpath, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_readlink, &stat) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_rename, &from) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_rename, &to) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_symlink, &target) == SS_FX_NO_SUCH_FILE);
    cr_expect(ask_status(&bench, SS_FXP_symlink, &link) == SS_FX_NO_SUCH_FILE);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_hardlink, &hard)) ==
              SS_FX_NO_SUCH_FILE);
    cr_expect(holds(&bench, "f", "abc"));
    bench_close(&bench);
}

Test(server, a_reply_that_does_not_fit_leaves_nothing_behind)
{
    struct ss_fxp_open open = {.id = 1, .filename = ss_span_of("f"), .pflags = SS_FXF_READ};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_open), .body = &open};
    struct bench bench;
    struct ss_buf small;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    ss_buf_init(&small, bench.env, 10);
    cr_expect(ss_sftp_server_answer(&bench.server, &msg, &small) == SS_E_ceiling);
    cr_expect(ss_buf_size(&small) == 0 && bench.server.open_handles == 0);
    ss_buf_fini(&small);
    bench_close(&bench);
}
