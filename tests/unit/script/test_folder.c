/* SPDX-License-Identifier: Apache-2.0 */
/* test_folder.c - which files are scenarios, and in which order they come. */
#include <criterion/criterion.h>

#include "testserver/script/folder.h"
#include "tests/support/support.h"
#include "tests/unit/script/tree.h"

TestSuite(folder, .init = tree_make, .fini = tree_remove);

static ss_err note(void *ctx, const struct folder_file *file)
{
    struct ss_buf *out = ctx;

    cr_expect(strstr(file->path, file->name) != NULL);
    return ss_buf_printf(out, "%s/%s%s%s ", file->area, file->name,
                         file->fragment ? " fragment" : "", file->plain ? "" : " odd");
}

static ss_err stop(void *ctx, const struct folder_file *file)
{
    int *calls = ctx;

    (void)file;
    (*calls)++;
    return SS_E_closed;
}

Test(folder, files_come_by_area_and_name_and_others_are_left_out)
{
    struct ss_buf out, why;

    tree_put("kex/b.scn", "");
    tree_put("kex/a.scn", "");
    tree_put("kex/a.txt", "");
    tree_put("kex/.hidden.scn", "");
    tree_put("kex/.scn", "");
    tree_put("kex/deeper/c.scn", "");
    tree_put("auth/Loud.scn", "");
    tree_put("fragments/f.scn", "");
    tree_put(".git/x.scn", "");
    tree_put("top.scn", "");
    tree_why(&out);
    tree_why(&why);
    cr_expect(folder_walk(tree_root(), note, &out, &why) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out),
                         "auth/Loud.scn odd fragments/f.scn fragment kex/a.scn kex/b.scn "),
              "%.*s", (int)ss_buf_size(&out), (const char *)ss_buf_at(&out));
    ss_buf_fini(&out);
    ss_buf_fini(&why);
}

Test(folder, an_error_of_the_visitor_ends_the_walk)
{
    struct ss_buf why;
    int calls = 0;

    tree_put("kex/a.scn", "");
    tree_put("kex/b.scn", "");
    tree_put("sftp/c.scn", "");
    tree_why(&why);
    cr_expect(folder_walk(tree_root(), stop, &calls, &why) == SS_E_closed);
    cr_expect(calls == 1);
    cr_expect(folder_walk(tree_path("none"), stop, &calls, &why) == SS_E_io);
    cr_expect(tree_says(&why, "/none: "));
    ss_buf_fini(&why);
}
