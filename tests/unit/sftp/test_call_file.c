/* SPDX-License-Identifier: Apache-2.0 */
/* test_call_file.c - opening, reading, writing, listing, by message. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "kit.h"

TestSuite(call_file, .fini = test_counted_check);

static struct ss_msg read_at(struct bench *bench, ss_span handle, uint64_t offset, uint32_t length)
{
    struct ss_fxp_read body = {.handle = handle, .offset = offset, .length = length};

    return ask(bench, SS_FXP_read, &body);
}

static uint32_t write_at(struct bench *bench, ss_span handle, uint64_t offset, const char *text)
{
    struct ss_fxp_write body = {.handle = handle, .offset = offset, .data = ss_span_of(text)};

    return ask_status(bench, SS_FXP_write, &body);
}

static ss_span data_of(struct ss_msg reply)
{
    cr_assert(reply.def->id == SS_FXP_data, "answered by %s", reply.def->name);
    return ((struct ss_fxp_data *)reply.body)->data;
}

static uint32_t open_status(struct bench *bench, const char *path, uint32_t pflags)
{
    struct ss_fxp_open body = {.filename = ss_span_of(path), .pflags = pflags};
    struct ss_msg reply = ask(bench, SS_FXP_open, &body);

    return reply.def->id == SS_FXP_handle ? SS_FX_OK : status_of(reply);
}

/* rules: SFTP02-6.4-* */
Test(call_file, reading_gives_what_is_there_and_then_eof)
{
    struct bench bench;
    ss_span handle;

    bench_open(&bench, NULL);
    plant(&bench, "f", "0123456789");
    handle = open_file(&bench, "/f", SS_FXF_READ);
    cr_expect(ss_span_is(data_of(read_at(&bench, handle, 0, 10)), "0123456789"));
    cr_expect(ss_span_is(data_of(read_at(&bench, handle, 3, 4)), "3456"));
    cr_expect(ss_span_is(data_of(read_at(&bench, handle, 8, 100)), "89"));
    cr_expect(ss_span_is(data_of(read_at(&bench, handle, 2, UINT32_MAX)), "23456789"));
    cr_expect(ss_span_is(data_of(read_at(&bench, handle, 9, 0)), ""));
    cr_expect(status_of(read_at(&bench, handle, 10, 1)) == SS_FX_EOF);
    cr_expect(status_of(read_at(&bench, handle, 10, 0)) == SS_FX_EOF);
    cr_expect(status_of(read_at(&bench, handle, UINT64_MAX, 5)) == SS_FX_EOF);
    cr_expect(write_at(&bench, handle, 0, "x") == SS_FX_PERMISSION_DENIED);
    cr_expect(close_handle(&bench, handle) == SS_FX_OK);
    cr_expect(status_of(read_at(&bench, handle, 0, 1)) == SS_FX_FAILURE);
    cr_expect(write_at(&bench, handle, 0, "x") == SS_FX_FAILURE);
    bench_close(&bench);
}

/* rule: SFTP02-6.4-read-large */
Test(call_file, a_large_read_is_cut_not_refused)
{
    struct ss_sftp_server_options options = {.read_most = 1000};
    static char text[3001];
    struct bench bench;
    ss_span handle;

    memset(text, 'a', 3000);
    bench_open(&bench, &options);
    plant(&bench, "f", text);
    handle = open_file(&bench, "f", SS_FXF_READ);
    cr_expect(data_of(read_at(&bench, handle, 0, 1001)).size == 1000);
    cr_expect(data_of(read_at(&bench, handle, 2500, UINT32_MAX)).size == 500);
    bench_close(&bench);
}

/* rules: SFTP02-6.3-open-append, SFTP02-6.4-write-beyond-eof, -write-readonly-handle */
Test(call_file, writing_at_any_offset)
{
    struct bench bench;
    ss_span handle;

    bench_open(&bench, NULL);
    handle = open_file(&bench, "f", SS_FXF_WRITE | SS_FXF_CREAT);
    cr_expect(write_at(&bench, handle, 2, "cd") == SS_FX_OK);
    cr_expect(write_at(&bench, handle, 0, "ab") == SS_FX_OK);
    cr_expect(write_at(&bench, handle, 0, "") == SS_FX_OK);
    cr_expect(status_of(read_at(&bench, handle, 0, 1)) == SS_FX_PERMISSION_DENIED);
    cr_expect(write_at(&bench, handle, UINT64_MAX, "x") == SS_FX_FAILURE);
    cr_expect(holds(&bench, "f", "abcd"));
    handle = open_file(&bench, "f", SS_FXF_WRITE | SS_FXF_APPEND);
    cr_expect(write_at(&bench, handle, 0, "ef") == SS_FX_OK);
    cr_expect(holds(&bench, "f", "abcdef"));
    bench_close(&bench);
}

Test(call_file, flags_that_make_no_sense_are_refused_or_without_effect)
{
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    cr_expect(open_status(&bench, "f", 0) == SS_FX_FAILURE);
    cr_expect(open_status(&bench, "f", SS_FXF_APPEND) == SS_FX_FAILURE);
    cr_expect(open_status(&bench, "f", SS_FXF_READ | SS_FXF_TRUNC) == SS_FX_FAILURE);
    cr_expect(open_status(&bench, "f", SS_FXF_READ | SS_FXF_EXCL) == SS_FX_OK);
    cr_expect(open_status(&bench, "no", SS_FXF_READ) == SS_FX_NO_SUCH_FILE);
    cr_expect(open_status(&bench, "/", SS_FXF_READ) == SS_FX_FAILURE);
    cr_expect(open_status(&bench, "f", SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL) == SS_FX_FAILURE);
    cr_expect(holds(&bench, "f", "abc"));
    cr_expect(open_status(&bench, "f", SS_FXF_WRITE | SS_FXF_TRUNC) == SS_FX_OK);
    cr_expect(holds(&bench, "f", ""));
    bench_close(&bench);
}

/* rule: SFTP02-6.3-open-attrs-applied, SFTP02-5-attrs-unknown-bits */
Test(call_file, a_new_file_has_the_mode_that_open_gives)
{
    struct ss_fxp_open body = {.filename = ss_span_of("f"),
                               .pflags = SS_FXF_WRITE | SS_FXF_CREAT,
                               .attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0600}};
    struct ss_attrs attrs;
    struct bench bench;

    bench_open(&bench, NULL);
    cr_expect(ask(&bench, SS_FXP_open, &body).def->id == SS_FXP_handle);
    cr_assert(bench.fs->ops->stat(bench.fs, ss_span_of("f"), &attrs) == SS_FX_OK);
    cr_expect(attrs.permissions == 0100600);
    body.attrs.flags = 0x10;
    cr_expect(ask_status(&bench, SS_FXP_open, &body) == SS_FX_BAD_MESSAGE);
    bench_close(&bench);
}

Test(call_file, attributes_through_a_handle)
{
    struct ss_fxp_fsetstat set = {
        .attrs = {.flags = SS_ATTR_SIZE | SS_ATTR_PERMISSIONS, .size = 5, .permissions = 0640}};
    struct ss_fxp_fstat get = {.id = 0};
    struct bench bench;
    struct ss_msg reply;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    set.handle = get.handle = open_file(&bench, "f", SS_FXF_WRITE);
    cr_expect(ask_status(&bench, SS_FXP_fsetstat, &set) == SS_FX_OK);
    reply = ask(&bench, SS_FXP_fstat, &get);
    cr_assert(reply.def->id == SS_FXP_attrs);
    cr_expect(((struct ss_fxp_attrs *)reply.body)->attrs.size == 5);
    cr_expect(((struct ss_fxp_attrs *)reply.body)->attrs.permissions == 0100640);
    set.attrs.flags = 0x40;
    cr_expect(ask_status(&bench, SS_FXP_fsetstat, &set) == SS_FX_BAD_MESSAGE);
    set.handle = open_file(&bench, "f", SS_FXF_READ);
    set.attrs.flags = SS_ATTR_SIZE;
    cr_expect(ask_status(&bench, SS_FXP_fsetstat, &set) == SS_FX_PERMISSION_DENIED);
    set.handle = get.handle = open_dir(&bench, "/");
    cr_expect(ask_status(&bench, SS_FXP_fsetstat, &set) == SS_FX_FAILURE);
    cr_expect(ask_status(&bench, SS_FXP_fstat, &get) == SS_FX_FAILURE);
    bench_close(&bench);
}

/* rules: SFTP02-6.7-* */
Test(call_file, a_listing_comes_in_batches_and_ends)
{
    struct ss_sftp_server_options options = {.names_most = 7};
    static bool seen[30];
    struct ss_fxp_readdir body = {.id = 0};
    struct bench bench;
    size_t names = 0;
    struct ss_msg reply;

    bench_open(&bench, &options);
    ss_sftp_server_now(&bench.server, 100);
    ss_mem_fs_now(bench.mem, 60);
    for (char name[3] = "00"; name[0] < '3';
         name[1] == '9' ? (name[0]++, name[1] = '0') : name[1]++)
        plant(&bench, name, name);
    body.handle = open_dir(&bench, "/");
    for (reply = ask(&bench, SS_FXP_readdir, &body); reply.def->id == SS_FXP_name;
         reply = ask(&bench, SS_FXP_readdir, &body)) {
        const struct ss_fxp_name *list = reply.body;
        const struct ss_grp_name_entry *rows = list->names.items;

        cr_expect(list->names.count > 0 && list->names.count <= 7);
        names += list->names.count;
        for (size_t i = 0; i < list->names.count; i++) {
            ss_span line = rows[i].longname, name = rows[i].filename;

            if (name.data[0] == '.')
                continue;
            seen[(name.data[0] - '0') * 10 + name.data[1] - '0'] = true;
            cr_expect(rows[i].attrs.size == 2 && rows[i].attrs.permissions == 0100644);
            cr_expect(ss_span_is(ss_span_part(line, 0, 10), "-rw-r--r--"));
            cr_expect(ss_span_is(ss_span_part(line, line.size - 15, 12), "Jan  1 00:01"));
            cr_expect(ss_span_eq(ss_span_part(line, line.size - 2, 2), name));
        }
    }
    cr_expect(status_of(reply) == SS_FX_EOF && names == 32);
    for (size_t i = 0; i < SS_COUNT(seen); i++)
        cr_expect(seen[i], "%zu", i);
    cr_expect(ask_status(&bench, SS_FXP_readdir, &body) == SS_FX_EOF);
    cr_expect(close_handle(&bench, body.handle) == SS_FX_OK);
    cr_expect(ask_status(&bench, SS_FXP_readdir, &body) == SS_FX_FAILURE);
    bench_close(&bench);
}

Test(call_file, no_batch_of_long_names_is_larger_than_a_strict_client_takes)
{
    struct ss_sftp_server_options options = {.names_most = 5000};
    struct ss_fxp_readdir body = {.id = 0};
    char name[256];
    struct bench bench;
    size_t names = 0;

    bench_open(&bench, &options);
    memset(name, 'n', sizeof name);
    name[255] = 0;
    for (int i = 0; i < 300; i++) {
        name[0] = (char)('a' + i / 26);
        name[1] = (char)('a' + i % 26);
        plant(&bench, name, "");
    }
    body.handle = open_dir(&bench, "/");
    for (;;) {
        struct ss_msg reply = ask(&bench, SS_FXP_readdir, &body);

        if (reply.def->id != SS_FXP_name)
            break;
        cr_expect(ss_buf_size(&bench.out) <= 34000, "%zu", ss_buf_size(&bench.out));
        names += ((struct ss_fxp_name *)reply.body)->names.count;
    }
    cr_expect(names == 302);
    bench_close(&bench);
}

/* rule: SFTP02-6.7-readdir-file-handle, SFTP02-6.7-opendir-nondir */
Test(call_file, a_handle_is_used_for_what_it_is)
{
    struct ss_fxp_opendir opendir = {.path = ss_span_of("f")};
    struct ss_fxp_readdir readdir = {.id = 0};
    struct bench bench;
    ss_span dir;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    readdir.handle = open_file(&bench, "f", SS_FXF_READ);
    dir = open_dir(&bench, "/");
    cr_expect(ask_status(&bench, SS_FXP_readdir, &readdir) == SS_FX_FAILURE);
    cr_expect(status_of(read_at(&bench, dir, 0, 1)) == SS_FX_FAILURE);
    cr_expect(write_at(&bench, dir, 0, "x") == SS_FX_FAILURE);
    cr_expect(ask_status(&bench, SS_FXP_opendir, &opendir) == SS_FX_NO_SUCH_FILE);
    opendir.path = ss_span_of("no");
    cr_expect(ask_status(&bench, SS_FXP_opendir, &opendir) == SS_FX_NO_SUCH_FILE);
    bench_close(&bench);
}
