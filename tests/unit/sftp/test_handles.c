/* SPDX-License-Identifier: Apache-2.0 */
/* test_handles.c - handles are checked, capped, and dead once closed. */
#include <criterion/criterion.h>

#include "kit.h"
#include "sftp/handles.h"

TestSuite(handles, .fini = test_counted_check);

static uint32_t fstat_status(struct bench *bench, ss_span handle)
{
    struct ss_fxp_fstat body = {.handle = handle};
    struct ss_msg reply = ask(bench, SS_FXP_fstat, &body);

    return reply.def->id == SS_FXP_attrs ? SS_FX_OK : status_of(reply);
}

/* rule: SFTP02-6-handle-validity, SFTP02-6.3-close-status */
Test(handles, a_closed_handle_names_nothing_even_when_its_slot_is_used_again)
{
    struct bench bench;
    ss_span first, second;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    first = open_file(&bench, "f", SS_FXF_READ);
    cr_expect(fstat_status(&bench, first) == SS_FX_OK);
    cr_expect(close_handle(&bench, first) == SS_FX_OK);
    cr_expect(close_handle(&bench, first) == SS_FX_FAILURE);
    second = open_file(&bench, "f", SS_FXF_READ);
    cr_expect(memcmp(first.data, second.data, 4) == 0, "the same slot");
    cr_expect(!ss_span_eq(first, second));
    cr_expect(fstat_status(&bench, first) == SS_FX_FAILURE);
    cr_expect(fstat_status(&bench, second) == SS_FX_OK);
    bench_close(&bench);
}

Test(handles, no_bytes_but_the_right_ones_are_a_handle)
{
    struct bench bench;
    uint8_t bytes[300];
    ss_span handle;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    handle = open_file(&bench, "f", SS_FXF_READ);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, handle.data, handle.size);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        if (n != handle.size)
            cr_expect(fstat_status(&bench, ss_span_make(bytes, n)) == SS_FX_FAILURE, "%zu", n);
    }
    for (size_t bit = 0; bit < handle.size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_expect(fstat_status(&bench, ss_span_make(bytes, handle.size)) == SS_FX_FAILURE,
                  "bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_expect(fstat_status(&bench, handle) == SS_FX_OK);
    bench_close(&bench);
}

Test(handles, as_many_as_allowed_are_open_and_not_one_more)
{
    struct ss_fxp_open open = {.filename = ss_span_of("f"), .pflags = SS_FXF_READ};
    struct ss_fxp_opendir opendir = {.path = ss_span_of("/")};
    uint8_t one[SS_HANDLE_SIZE];
    struct bench bench;

    bench_open(&bench, NULL);
    plant(&bench, "f", "abc");
    for (int i = 0; i < 256; i++) {
        struct ss_msg reply =
            i % 2 == 0 ? ask(&bench, SS_FXP_open, &open) : ask(&bench, SS_FXP_opendir, &opendir);

        cr_assert(reply.def->id == SS_FXP_handle, "%d", i);
        memcpy(one, ((struct ss_fxp_handle *)reply.body)->handle.data, sizeof one);
    }
    cr_expect(bench.server.open_handles == 256);
    cr_expect(ask_status(&bench, SS_FXP_open, &open) == SS_FX_FAILURE);
    cr_expect(ask_status(&bench, SS_FXP_opendir, &opendir) == SS_FX_FAILURE);
    cr_expect(close_handle(&bench, ss_span_make(one, sizeof one)) == SS_FX_OK);
    cr_expect(ask(&bench, SS_FXP_open, &open).def->id == SS_FXP_handle);
    bench_close(&bench); /* closes the rest, or the tree would not be freed */
}

Test(handles, those_of_another_session_are_worth_nothing)
{
    struct bench a, b;
    ss_span handle;

    bench_open(&a, NULL);
    bench_open(&b, NULL);
    plant(&a, "f", "abc");
    plant(&b, "f", "abc");
    handle = open_file(&a, "f", SS_FXF_READ);
    (void)open_file(&b, "f", SS_FXF_READ);
    cr_expect(fstat_status(&b, handle) == SS_FX_FAILURE);
    bench_close(&a);
    bench_close(&b);
}

static ss_err no_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    (void)out;
    (void)n;
    return SS_E_no_random;
}

Test(handles, a_server_needs_randomness_and_memory)
{
    struct ss_counted *counted = test_counted();
    struct ss_env env = counted->env;
    struct ss_sftp_server server;
    struct ss_mem_fs *mem;

    cr_assert(ss_mem_fs_new(&counted->env, NULL, &mem) == SS_OK);
    env.random = no_random;
    cr_expect(ss_sftp_server_init(&server, &env, ss_mem_fs_fs(mem), NULL) == SS_E_no_random);
    ss_sftp_server_fini(&server);
    counted->calls = 0;
    counted->fail_at = 1;
    cr_expect(ss_sftp_server_init(&server, &counted->env, ss_mem_fs_fs(mem), NULL) ==
              SS_E_no_memory);
    counted->fail_at = 0;
    ss_sftp_server_fini(&server);
    ss_mem_fs_free(&mem);
}
