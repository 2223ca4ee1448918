/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_fmt.c - `sshspec fmt`: scenario files in their one form.
 *
 * Owns: which files are written.
 * Not here: the form (script/format.c).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "interop/system.h"
#include "sshspec/net.h"
#include "testserver/script/folder.h"
#include "testserver/script/lexer.h"
#include "testserver/shelf.h"
#include "testserver/verbs.h"

enum { FORMATTED_MAX = 64 << 20 };

struct fmt {
    struct shelf *shelf;
    bool check;
    bool differ; /* some file is not in its form */
    bool wrong;  /* some file cannot be formatted */
};

/* In one step, and with the mode it had; a link stays a link. */
static ss_err replace(const char *path, ss_span text, struct ss_buf *why)
{
    char *real = realpath(path, NULL);
    struct stat status;
    ss_err err = SS_E_io;

    if (real != NULL && stat(real, &status) == 0)
        err = system_write_file(real, text, status.st_mode & 07777);
    free(real);
    if (err == SS_OK)
        return SS_OK;
    SS_TRY(ss_buf_printf(why, "%s: cannot be written\n", path));
    return err;
}

/* text is what path holds. */
static ss_err format(struct fmt *fmt, const char *path, ss_span text, struct ss_buf *out)
{
    struct scn_diagnostic diagnostic;
    ss_err err = scn_format(ss_system_env(), text, out, &diagnostic);

    if (err == SS_E_bad_value) {
        fmt->wrong = true;
        return scn_explain(&fmt->shelf->why, ss_span_of(path), text, &diagnostic);
    }
    if (err != SS_OK || ss_span_eq(text, ss_buf_span(out)))
        return err;
    fmt->differ = true;
    if (printf("%s\n", path) < 0)
        return SS_E_io;
    if (fmt->check)
        return SS_OK;
    return replace(path, ss_buf_span(out), &fmt->shelf->why);
}

static ss_err format_path(struct fmt *fmt, const char *path)
{
    struct ss_buf text, out;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), SCN_TEXT_MAX + 1);
    ss_buf_init(&out, ss_system_env(), FORMATTED_MAX);
    err = catalogue_read(path, &text, &fmt->shelf->why);
    if (err == SS_OK)
        err = format(fmt, path, ss_buf_span(&text), &out);
    ss_buf_fini(&text);
    ss_buf_fini(&out);
    return err;
}

static ss_err visit(void *ctx, const struct folder_file *file)
{
    return format_path(ctx, file->path);
}

static int run(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    struct fmt *fmt = ctx;
    ss_err err = SS_OK;
    int status;

    fmt->shelf = shelf;
    for (size_t i = 0; i < count && err == SS_OK; i++)
        err = format_path(fmt, words[i]);
    if (count == 0)
        err = folder_walk(fmt->shelf->catalogue.root, visit, fmt, &fmt->shelf->why);
    status = shelf_status(fmt->shelf, err);
    if (status != EXIT_AS_EXPECTED || fflush(stdout) != 0)
        return status != EXIT_AS_EXPECTED ? status : EXIT_ENVIRONMENT;
    if (fmt->wrong)
        return EXIT_USAGE;
    return fmt->check && fmt->differ ? EXIT_NOT_AS_EXPECTED : EXIT_AS_EXPECTED;
}

int cmd_fmt(int argc, char **argv)
{
    struct fmt fmt = {NULL, false, false, false};
    const struct option options[] = {
        {"check", OPTION_FLAG, &fmt.check, NULL,
         "write nothing; exit status 1 when a file differs"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct shelf_verb verb = {
        .usage = "[OPTION...] [FILE...]",
        .about = "Puts scenario files into their one form and names those that it changed.\n"
                 "Without a file: all scenarios and fragments.",
        .example = "  sshspec fmt --check scenarios/kex/newkeys-early.scn\n",
        .options = options,
        .run = run,
        .ctx = &fmt};

    return shelf_main(&verb, argc, argv);
}
