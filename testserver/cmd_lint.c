/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_lint.c - `sshspec lint`: are scenario files right, and right together; and peers' recipes.
 *
 * Owns: which files are looked at, the exit status.
 * Not here: the rules (script/lint.c, interop/recipe.c).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "interop/recipe.h"
#include "interop/system.h"
#include "sshspec/net.h"
#include "testserver/script/folder.h"
#include "testserver/script/lexer.h"
#include "testserver/script/lint.h"
#include "testserver/shelf.h"
#include "testserver/verbs.h"

enum { FINDINGS_MAX = 16 << 20 };

struct look {
    struct shelf *shelf;
    struct lint lint;
};

static ss_err look_at_scenario(struct look *look, const char *path)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), SCN_TEXT_MAX + 1);
    err = catalogue_read(path, &text, &look->shelf->why);
    if (err == SS_OK)
        err = lint_text(&look->lint, path, ss_buf_span(&text));
    ss_buf_fini(&text);
    return err;
}

/* ---- recipes of peers ---- */

static ss_err parse_recipe(struct look *look, const char *path, ss_span text)
{
    struct recipe_error wrong;
    struct recipe recipe;
    ss_err err;

    memset(&wrong, 0, sizeof wrong);
    look->lint.files++;
    err = recipe_parse(ss_system_env(), text, &recipe, &wrong);
    if (err == SS_OK)
        recipe_fini(&recipe);
    if (err != SS_E_bad_value)
        return err;
    look->lint.errors++;
    return ss_buf_printf(look->lint.out, "%s:%u:%u: %s\n", path,
                         wrong.line > 0 ? (unsigned)wrong.line : 1,
                         wrong.column > 0 ? (unsigned)wrong.column : 1, wrong.text);
}

static ss_err look_at_recipe(struct look *look, const char *path)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), SCN_TEXT_MAX + 1);
    err = catalogue_read(path, &text, &look->shelf->why);
    if (err == SS_OK)
        err = parse_recipe(look, path, ss_buf_span(&text));
    ss_buf_fini(&text);
    return err;
}

static ss_err look_at(struct look *look, const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash != NULL ? slash + 1 : path, "recipe") == 0 ? look_at_recipe(look, path)
                                                                   : look_at_scenario(look, path);
}

/* Peers lie beside the scenarios, in the repository and where it is installed. A folder of
 * scenarios alone has none. */
static ss_err look_at_peers(struct look *look)
{
    char peers[SYSTEM_PATH_MAX], place[SYSTEM_PATH_MAX], path[SYSTEM_PATH_MAX];
    struct dirent **list = NULL;
    struct stat status;
    ss_err err;
    int count;

    SS_TRY(system_join(peers, look->shelf->catalogue.root, "../interop/peers"));
    err = SS_OK;
    count = scandir(peers, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (err == SS_OK && list[i]->d_name[0] != '.')
            err = system_join(place, peers, list[i]->d_name);
        if (err == SS_OK && list[i]->d_name[0] != '.')
            err = system_join(path, place, "recipe");
        if (err == SS_OK && list[i]->d_name[0] != '.' && stat(path, &status) == 0)
            err = look_at_recipe(look, path);
        free(list[i]);
    }
    free(list);
    return err;
}

/* ---- all of it ---- */

static ss_err visit(void *ctx, const struct folder_file *file)
{
    struct look *look = ctx;

    if (!file->plain) {
        look->lint.errors++;
        SS_TRY(ss_buf_printf(look->lint.out,
                             "%s:1:1: names of files are of a-z, 0-9, '-', '_' and '.'\n",
                             file->path));
    }
    return look_at_scenario(look, file->path);
}

static ss_err look_at_all(struct look *look, const char *const *words, size_t count)
{
    if (count == 0) {
        SS_TRY(folder_walk(look->shelf->catalogue.root, visit, look, &look->shelf->why));
        return look_at_peers(look);
    }
    for (size_t i = 0; i < count; i++)
        SS_TRY(look_at(look, words[i]));
    return SS_OK;
}

static int finish(struct look *look, ss_err err)
{
    int status;

    status = shelf_print(look->lint.out);
    if (err != SS_OK || status != EXIT_AS_EXPECTED)
        return err != SS_OK ? shelf_status(look->shelf, err) : status;
    (void)fprintf(stderr, "%zu file%s, %zu error%s, %zu warning%s\n", look->lint.files,
                  look->lint.files == 1 ? "" : "s", look->lint.errors,
                  look->lint.errors == 1 ? "" : "s", look->lint.warnings,
                  look->lint.warnings == 1 ? "" : "s");
    return look->lint.errors > 0 ? EXIT_USAGE : EXIT_AS_EXPECTED;
}

static int run(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    struct catalogue_loader loader;
    struct look look = {.shelf = shelf};
    struct ss_buf out;
    int status;
    ss_err err = catalogue_load_ledger(&shelf->catalogue, &shelf->why);

    (void)ctx;
    if (err != SS_OK)
        return shelf_status(shelf, err);
    ss_buf_init(&out, ss_system_env(), FINDINGS_MAX);
    catalogue_loader_init(&loader, shelf->catalogue.root);
    lint_init(&look.lint, ss_system_env(), &shelf->catalogue.ledger, &loader.loader, &out);
    status = finish(&look, look_at_all(&look, words, count));
    lint_fini(&look.lint);
    ss_buf_fini(&out);
    return status;
}

int cmd_lint(int argc, char **argv)
{
    static const struct shelf_verb verb = {
        .usage = "[OPTION...] [FILE...]",
        .about =
            "Checks scenario files: that they parse, are in their form, prove requirements that "
            "exist\nand are about the side under test, judge their faults and have titles of "
            "their own; and\nfiles named recipe. Without a file: all scenarios, fragments and "
            "peers. Exit status 2:\nsomething is wrong.",
        .example = "  sshspec lint scenarios/kex/newkeys-early.scn\n",
        .run = run};

    return shelf_main(&verb, argc, argv);
}
