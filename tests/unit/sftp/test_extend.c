/* SPDX-License-Identifier: Apache-2.0 */
/* test_extend.c - EXTENDED requests, by message. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(extend, .fini = test_counted_check);

static uint64_t number(struct ss_msg reply, size_t i, size_t count)
{
    const struct ss_fxp_extended_reply *body = reply.body;
    struct ss_reader reader;

    cr_assert(reply.def->id == SS_FXP_extended_reply, "answered by %s", reply.def->name);
    cr_assert(body->data.size == count * 8);
    ss_reader_init(&reader, ss_span_part(body->data, i * 8, 8));
    return ss_reader_u64(&reader);
}

/* rules: OSSHSFTP-4.3-posix-rename, OSSHSFTP-4.5-hardlink, OSSHSFTP-4.7-lsetstat */
Test(extend, names)
{
    struct ss_tail_extended_posix_rename move = {.oldpath = ss_span_of("f"),
                                                 .newpath = ss_span_of("g")};
    struct ss_tail_extended_hardlink link = {.oldpath = ss_span_of("g"),
                                             .newpath = ss_span_of("h")};
    struct ss_tail_extended_lsetstat set = {.path = ss_span_of("l"),
                                            .attrs = {.flags = SS_ATTR_ACMODTIME, .mtime = 5}};
    struct ss_attrs attrs;
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "f");
    plant(&bench, "g", "g");
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_posix_rename, &move)) == SS_FX_OK);
    cr_expect(holds(&bench, "g", "f") && !holds(&bench, "f", "f"));
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_posix_rename, &move)) ==
              SS_FX_NO_SUCH_FILE);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_hardlink, &link)) == SS_FX_OK);
    cr_expect(holds(&bench, "h", "f"));
    cr_assert(bench.fs->ops->symlink(bench.fs, ss_span_of("h"), ss_span_of("l")) == SS_FX_OK);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_lsetstat, &set)) == SS_FX_OK);
    cr_assert(bench.fs->ops->lstat(bench.fs, ss_span_of("l"), &attrs) == SS_FX_OK);
    cr_expect(attrs.mtime == 5);
    cr_assert(bench.fs->ops->stat(bench.fs, ss_span_of("l"), &attrs) == SS_FX_OK);
    cr_expect(attrs.mtime == 0, "the target is as it was");
    set.attrs.flags = SS_ATTR_SIZE;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_lsetstat, &set)) ==
              SS_FX_BAD_MESSAGE);
    bench_close(&bench);
}

/* rules: OSSHSFTP-4.4-statvfs-layout, OSSHSFTP-4.6-fsync, OSSHSFTP-4.8-limits-values */
Test(extend, numbers)
{
    struct ss_tail_extended_statvfs path = {.path = ss_span_of("/")};
    struct ss_tail_extended_fstatvfs file = {.handle = ss_span_of("none")};
    struct ss_tail_extended_fsync sync = {.handle = ss_span_of("none")};
    struct bench bench;
    struct ss_msg reply;

    bench_open(&bench, NULL);
    plant(&bench, "f", "f");
    cr_expect(number(ask_extended(&bench, SS_TAIL_extended_statvfs, &path), 10, 11) == 255);
    cr_expect(number(ask_extended(&bench, SS_TAIL_extended_statvfs, &path), 0, 11) == 4096);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_fstatvfs, &file)) == SS_FX_FAILURE);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_fsync, &sync)) == SS_FX_FAILURE);
    file.handle = sync.handle = open_file(&bench, "f", SS_FXF_READ);
    cr_expect(number(ask_extended(&bench, SS_TAIL_extended_fstatvfs, &file), 10, 11) == 255);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_fsync, &sync)) == SS_FX_OK);
    path.path = ss_span_of("no");
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_statvfs, &path)) ==
              SS_FX_NO_SUCH_FILE);
    reply = ask_extended(&bench, SS_TAIL_extended_limits, NULL);
    cr_expect(number(reply, 0, 4) == 262144 && number(reply, 1, 4) == 261120);
    cr_expect(number(reply, 2, 4) == 261120 && number(reply, 3, 4) == 256);
    bench_close(&bench);
}

/* rule: OSSHSFTP-4.9-expand-path */
Test(extend, a_tilde_is_the_root_and_nobody_elses)
{
    static const struct {
        const char *path, *real;
    } rows[] = {{"~", "/"}, {"~/", "/"}, {"~/d", "/d"}, {"d", "/d"}, {"", "/"}};
    static const char *const refused[] = {"~root", "~nosuch/x", "~~"};
    struct bench bench;

    bench_open(&bench, NULL);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_tail_extended_expand_path body = {.path = ss_span_of(rows[i].path)};
        struct ss_msg reply = ask_extended(&bench, SS_TAIL_extended_expand_path, &body);
        const struct ss_fxp_name *name = reply.body;

        cr_assert(reply.def->id == SS_FXP_name, "%s", rows[i].path);
        cr_expect(
            ss_span_is(((struct ss_grp_name_entry *)name->names.items)->filename, rows[i].real),
            "%s", rows[i].path);
    }
    for (size_t i = 0; i < SS_COUNT(refused); i++) {
        struct ss_tail_extended_expand_path body = {.path = ss_span_of(refused[i])};

        cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_expand_path, &body)) ==
                  SS_FX_FAILURE);
    }
    bench_close(&bench);
}

/* rule: SFTPEXT-7-copy-data, sftp-openssh-copydata-inode */
Test(extend, data_is_copied_between_files_and_not_within_one)
{
    struct ss_sftp_server_options options = {.copy_most = 100};
    static char text[102];
    struct ss_tail_extended_copy_data body = {.read_offset = 1, .write_offset = 2};
    struct bench bench;
    ss_span twin;

    bench_open(&bench, &options);
    plant(&bench, "from", "0123456789");
    plant(&bench, "to", "abcdef");
    body.read_handle = open_file(&bench, "from", SS_FXF_READ);
    body.write_handle = open_file(&bench, "to", SS_FXF_WRITE);
    twin = open_file(&bench, "from", SS_FXF_WRITE);
    body.length = 3;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_OK);
    cr_expect(holds(&bench, "to", "ab123f"));
    body.length = 0;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_OK);
    cr_expect(holds(&bench, "to", "ab123456789"));
    body.read_offset = 50;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_OK);
    cr_expect(holds(&bench, "to", "ab123456789"));
    body.write_handle = twin;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_FAILURE);
    body.write_handle = body.read_handle;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) ==
              SS_FX_PERMISSION_DENIED);
    body.write_handle = ss_span_of("none");
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_FAILURE);
    body.read_handle = ss_span_of("none");
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_FAILURE);
    memset(text, 'x', 101);
    plant(&bench, "large", text);
    body.read_handle = open_file(&bench, "large", SS_FXF_READ);
    body.write_handle = open_file(&bench, "to", SS_FXF_WRITE);
    body.read_offset = 0;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_FAILURE);
    cr_expect(holds(&bench, "to", "ab123456789"), "not even begun");
    body.read_offset = 1;
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_copy_data, &body)) == SS_FX_OK);
    bench_close(&bench);
}

Test(extend, what_is_switched_off_or_never_was_is_unsupported)
{
    struct ss_sftp_server_options options = {.no_extensions = true};
    struct ss_tail_extended_home_directory home = {.username = ss_span_of("me")};
    struct bench bench;

    bench_open(&bench, &options);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_limits, NULL)) ==
              SS_FX_OP_UNSUPPORTED);
    bench_close(&bench);
    bench_open(&bench, NULL);
    cr_expect(status_of(ask_extended(&bench, SS_TAIL_extended_home_directory, &home)) ==
              SS_FX_OP_UNSUPPORTED);
    bench_close(&bench);
}
