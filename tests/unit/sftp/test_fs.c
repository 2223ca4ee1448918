/* SPDX-License-Identifier: Apache-2.0 */
/* test_fs.c - whole files at once, and texts of status codes. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(fs, .fini = test_counted_check);

Test(fs, every_code_has_its_own_text)
{
    for (uint32_t a = 0; a <= SS_FX_OP_UNSUPPORTED + 1; a++) {
        for (uint32_t b = 0; b < a; b++)
            cr_expect(strcmp(ss_fx_text(a), ss_fx_text(b)) != 0, "%u %u", a, b);
    }
    cr_expect(strcmp(ss_fx_text(99), ss_fx_text(UINT32_MAX)) == 0);
}

Test(fs, a_file_is_put_and_got_whole)
{
    static uint8_t bytes[100000];
    struct ss_mem_fs *mem;
    struct ss_attrs attrs;
    struct ss_buf out;
    struct ss_fs *fs;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 255);
    cr_assert(ss_mem_fs_new(&test_counted()->env, NULL, &mem) == SS_OK);
    fs = ss_mem_fs_fs(mem);
    ss_buf_init(&out, &test_counted()->env, 200000);
    cr_assert(ss_fs_put_file(fs, ss_span_of("f"), ss_span_make(bytes, sizeof bytes), 0600) ==
              SS_FX_OK);
    cr_assert(ss_fs_put_file(fs, ss_span_of("f"), ss_span_make(bytes, sizeof bytes), 0600) ==
              SS_FX_OK);
    cr_expect(fs->ops->stat(fs, ss_span_of("f"), &attrs) == SS_FX_OK);
    cr_expect(attrs.permissions == 0100600 && attrs.size == sizeof bytes);
    cr_assert(ss_fs_get_file(fs, ss_span_of("f"), &out) == SS_FX_OK);
    cr_expect(ss_span_eq(ss_buf_span(&out), ss_span_make(bytes, sizeof bytes)));
    cr_expect(ss_fs_get_file(fs, ss_span_of("f"), &out) == SS_FX_FAILURE, "no room for two");
    cr_expect(ss_buf_size(&out) == sizeof bytes);
    cr_expect(ss_fs_get_file(fs, ss_span_of("no"), &out) == SS_FX_NO_SUCH_FILE);
    cr_expect(ss_fs_put_file(fs, ss_span_of("no/f"), ss_span_of(""), 0) == SS_FX_NO_SUCH_FILE);
    ss_buf_fini(&out);
    ss_mem_fs_free(&mem);
}

Test(fs, a_file_that_does_not_fit_is_told)
{
    static uint8_t bytes[100000];
    struct ss_mem_options options = {.bytes_most = 50000};
    struct ss_mem_fs *mem;

    cr_assert(ss_mem_fs_new(&test_counted()->env, &options, &mem) == SS_OK);
    cr_expect(ss_fs_put_file(ss_mem_fs_fs(mem), ss_span_of("f"), ss_span_make(bytes, sizeof bytes),
                             0) == SS_FX_FAILURE);
    ss_mem_fs_free(&mem);
}
