/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c - walking the two levels of a scenario folder.
 *
 * Owns: order, hidden files, names.
 * Not here: reading files (catalogue.c).
 * Called by: catalogue.c, cmd_lint.c, cmd_fmt.c.
 * Follows: HOUSE "The tree": scenarios/<area>/<name>.scn. */
#include "testserver/script/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096 };

struct walk {
    folder_visit *visit;
    void *ctx;
    struct ss_buf *why;
};

/* Ids stand in shell commands and selectors, so they are plain. */
static bool is_plain(const char *name)
{
    return name[0] != '.' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0';
}

bool folder_is_scenario(const char *name)
{
    size_t size = strlen(name);

    return size > 4 && strcmp(name + size - 4, ".scn") == 0;
}

static ss_err unreadable(struct ss_buf *why, const char *path, const char *what)
{
    SS_TRY(ss_buf_printf(why, "%s: %s\n", path, what));
    return SS_E_io;
}

/* Calls step for each name of a folder that is not hidden, in order. */
static ss_err each_name(struct walk *walk, const char *folder, const char *area,
                        ss_err (*step)(struct walk *walk, const char *area, const char *name,
                                       const char *path))
{
    struct dirent **list = NULL;
    char path[PATH_SIZE];
    int count = scandir(folder, &list, NULL, alphasort);
    ss_err err = SS_OK;

    if (count < 0)
        return unreadable(walk->why, folder, "the folder cannot be read");
    for (int i = 0; i < count; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);

        if (err == SS_OK && (n < 0 || (size_t)n >= sizeof path))
            err = unreadable(walk->why, folder, "a path is too long");
        if (err == SS_OK && list[i]->d_name[0] != '.')
            err = step(walk, area, list[i]->d_name, path);
        free(list[i]);
    }
    free(list);
    return err;
}

static ss_err visit_file(struct walk *walk, const char *area, const char *name, const char *path)
{
    struct folder_file file = {area, name, path, strcmp(area, "fragments") == 0, false};

    if (!folder_is_scenario(name))
        return SS_OK;
    file.plain = is_plain(area) && is_plain(name);
    return walk->visit(walk->ctx, &file);
}

static ss_err visit_area(struct walk *walk, const char *area, const char *name, const char *path)
{
    struct stat status;

    (void)area;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return SS_OK;
    return each_name(walk, path, name, visit_file);
}

ss_err folder_walk(const char *root, folder_visit *visit, void *ctx, struct ss_buf *why)
{
    struct walk walk = {visit, ctx, why};

    return each_name(&walk, root, NULL, visit_area);
}
