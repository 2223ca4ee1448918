/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.c - every scenario below a folder, read and checked.
 *
 * Owns: how files become ids, where fragments and the ledger lie.
 * Not here: selectors (select.c), what is wrong in a file (the parser).
 * Called by: verbs, the runner.
 * Follows: SCENARIOS rules 3 and 9: a file that does not parse stops everything; the id of a
 *   scenario is its path. */
#include "testserver/script/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "interop/system.h"
#include "sshspec/net.h"
#include "sshspec/text.h"
#include "testserver/script/folder.h"
#include "testserver/script/lexer.h"
#include "testserver/script/lists.h"

enum { PATH_SIZE = 4096, MISTAKES_TOLD = 20 };

/* ---- files ---- */

const char *catalogue_root(void)
{
    static char found[SYSTEM_PATH_MAX];
    struct stat status;

    if (stat("scenarios", &status) == 0 && S_ISDIR(status.st_mode))
        return "scenarios";
    if (system_find_data("scenarios", NULL, found) == SS_OK)
        return found;
    return SSHSPEC_DATADIR "/scenarios";
}

ss_err catalogue_read(const char *path, struct ss_buf *out, struct ss_buf *why)
{
    struct stat status;
    ss_err err;

    /* To open a pipe would wait for somebody to write into it. */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        err = why != NULL ? ss_buf_printf(why, "%s: not a file\n", path) : SS_OK;
        return err != SS_OK ? err : SS_E_io;
    }
    return ss_file_read(path, SCN_TEXT_MAX, out, why);
}

/* The name is a word of the language, so it has neither '/' nor '.'. */
static ss_err load_fragment(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    struct catalogue_loader *loader = SS_CONTAINER_OF(self, struct catalogue_loader, loader);
    char path[PATH_SIZE];
    struct stat status;
    int n = snprintf(path, sizeof path, "%s/fragments/%.*s.scn", loader->root, (int)name.size,
                     (const char *)name.data);

    if (n < 0 || (size_t)n >= sizeof path || stat(path, &status) != 0)
        return SS_E_not_found;
    return catalogue_read(path, out_text, NULL);
}

void catalogue_loader_init(struct catalogue_loader *loader, const char *root)
{
    loader->loader.load = load_fragment;
    loader->root = root;
}

/* ---- entries ---- */

static void entry_free(const struct ss_env *env, struct catalogue_entry *entry)
{
    if (entry == NULL)
        return;
    scn_free(&entry->file);
    ss_buf_fini(&entry->text);
    ss_strfree(env, entry->id);
    ss_strfree(env, entry->path);
    ss_free(env, entry, sizeof *entry);
}

static ss_err push(const struct ss_env *env, struct catalogue_entry ***entries, size_t *count,
                   size_t *cap, struct catalogue_entry *entry)
{
    if (*count == *cap) {
        size_t more = *cap > 0 ? *cap * 2 : 64;
        struct catalogue_entry **grown =
            ss_resize(env, *entries, *cap * sizeof *grown, more * sizeof *grown);

        if (grown == NULL)
            return SS_E_no_memory;
        *entries = grown;
        *cap = more;
    }
    (*entries)[(*count)++] = entry;
    return SS_OK;
}

static ss_err parse_text(const struct catalogue *catalogue, const char *path, ss_span text,
                         struct scn_file **out, struct ss_buf *why)
{
    struct catalogue_loader loader;
    struct scn_diagnostic diagnostic;
    ss_err err;

    catalogue_loader_init(&loader, catalogue->root);
    err = scn_parse(catalogue->env, ss_span_of(path), text, &loader.loader, out, &diagnostic);
    if (err == SS_E_bad_value)
        SS_TRY(scn_explain(why, ss_span_of(path), text, &diagnostic));
    return err;
}

/* SS_E_bad_value: what is wrong has been told. */
static ss_err read_and_parse(const struct catalogue *catalogue, struct catalogue_entry *entry,
                             struct ss_buf *why)
{
    ss_err err = catalogue_read(entry->path, &entry->text, why);

    if (err == SS_E_ceiling) /* it has been told */
        return SS_E_bad_value;
    if (err != SS_OK)
        return err;
    return parse_text(catalogue, entry->path, ss_buf_span(&entry->text), &entry->file, why);
}

static ss_err make_entry(const struct catalogue *catalogue, ss_span id, const char *path,
                         struct catalogue_entry **out, struct ss_buf *why)
{
    struct catalogue_entry *entry = ss_alloc(catalogue->env, sizeof *entry);
    ss_err err = SS_E_no_memory;

    if (entry == NULL)
        return err;
    ss_buf_init(&entry->text, catalogue->env, SCN_TEXT_MAX + 1);
    entry->id = ss_strdup(catalogue->env, id);
    entry->path = ss_strdup(catalogue->env, ss_span_of(path));
    if (entry->id != NULL && entry->path != NULL)
        err = read_and_parse(catalogue, entry, why);
    if (err == SS_OK && entry->file->is_fragment) {
        err = ss_buf_printf(why, "%s: a fragment is no scenario\n", path);
        err = err == SS_OK ? SS_E_bad_value : err;
    }
    if (err == SS_OK)
        *out = entry;
    else
        entry_free(catalogue->env, entry);
    return err;
}

/* ---- loading ---- */

struct loading {
    struct catalogue *catalogue;
    struct ss_buf *why;
    size_t mistakes;
};

static ss_err add_file(void *ctx, const struct folder_file *file)
{
    struct loading *loading = ctx;
    struct catalogue *catalogue = loading->catalogue;
    struct catalogue_entry *entry = NULL;
    char id[PATH_SIZE];
    ss_err err;

    if (file->fragment || loading->mistakes == MISTAKES_TOLD)
        return SS_OK;
    if (!file->plain) {
        loading->mistakes++;
        return ss_buf_printf(loading->why, "%s: names are of a-z, 0-9, '-', '_' and '.'\n",
                             file->path);
    }
    (void)snprintf(id, sizeof id, "%s/%.*s", file->area, (int)(strlen(file->name) - 4), file->name);
    err = make_entry(catalogue, ss_span_of(id), file->path, &entry, loading->why);
    if (err == SS_E_bad_value) {
        loading->mistakes++;
        return SS_OK;
    }
    if (err != SS_OK)
        return err;
    err = push(catalogue->env, &catalogue->entries, &catalogue->count, &catalogue->cap, entry);
    if (err != SS_OK)
        entry_free(catalogue->env, entry);
    return err;
}

static int by_id(const void *a, const void *b)
{
    const struct catalogue_entry *const *left = a, *const *right = b;

    return strcmp((*left)->id, (*right)->id);
}

/* ---- the catalogue ---- */

ss_err catalogue_init(struct catalogue *catalogue, const struct ss_env *env, const char *root)
{
    memset(catalogue, 0, sizeof *catalogue);
    catalogue->env = env;
    catalogue->root = ss_strdup(env, ss_span_of(root));
    return catalogue->root != NULL ? SS_OK : SS_E_no_memory;
}

static void free_entries(const struct ss_env *env, struct catalogue_entry **entries, size_t count,
                         size_t cap)
{
    for (size_t i = 0; i < count; i++)
        entry_free(env, entries[i]);
    ss_free(env, entries, cap * sizeof(struct catalogue_entry *));
}

void catalogue_fini(struct catalogue *catalogue)
{
    if (catalogue->env == NULL)
        return;
    free_entries(catalogue->env, catalogue->entries, catalogue->count, catalogue->cap);
    free_entries(catalogue->env, catalogue->strays, catalogue->stray_count, catalogue->stray_cap);
    ledger_fini(&catalogue->ledger);
    ss_strfree(catalogue->env, catalogue->root);
    memset(catalogue, 0, sizeof *catalogue);
}

ss_err catalogue_load_ledger(struct catalogue *catalogue, struct ss_buf *why)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/requirements.tsv", catalogue->root);
    ss_err err;

    if (catalogue->ledger.env != NULL)
        return SS_OK;
    if (n < 0 || (size_t)n >= sizeof path) {
        SS_TRY(ss_buf_printf(why, "%s: the path is too long\n", catalogue->root));
        return SS_E_io;
    }
    err = ledger_load(&catalogue->ledger, catalogue->env, path, why);
    return err == SS_E_not_found ? SS_E_io : err; /* a folder without it is no catalogue */
}

ss_err catalogue_load(struct catalogue *catalogue, struct ss_buf *why)
{
    struct loading loading = {catalogue, why, 0};

    if (catalogue->loaded)
        return SS_OK;
    SS_TRY(catalogue_load_ledger(catalogue, why));
    SS_TRY(folder_walk(catalogue->root, add_file, &loading, why));
    if (loading.mistakes > 0)
        return SS_E_bad_value;
    catalogue->loaded = true;
    if (catalogue->count > 0)
        qsort(catalogue->entries, catalogue->count, sizeof(struct catalogue_entry *), by_id);
    return SS_OK;
}

const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, ss_span id)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (ss_span_is(id, catalogue->entries[i]->id))
            return catalogue->entries[i];
    }
    return NULL;
}

const char *catalogue_suggest(const struct catalogue *catalogue, ss_span id)
{
    size_t best = id.size / 3 + 2, names = 0;
    const char *found = NULL, *named = NULL;

    for (size_t i = 0; i < catalogue->count; i++) {
        const char *other = catalogue->entries[i]->id;
        size_t distance = ss_edit_distance(id, ss_span_of(other));

        if (ss_span_is(id, strchr(other, '/') + 1)) {
            names++;
            named = other;
        }
        if (distance < best) {
            best = distance;
            found = other;
        }
    }
    return names == 1 ? named : found;
}

/* ---- single files ---- */

static bool same_file(const char *a, const char *b)
{
    struct stat left, right;

    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

ss_err catalogue_file(struct catalogue *catalogue, const char *path,
                      const struct catalogue_entry **out, struct ss_buf *why)
{
    struct catalogue_entry *entry = NULL;
    ss_span id = ss_span_of(path);
    ss_err err;

    for (size_t i = 0; i < catalogue->count + catalogue->stray_count; i++) {
        const struct catalogue_entry *old =
            i < catalogue->count ? catalogue->entries[i] : catalogue->strays[i - catalogue->count];

        if (same_file(old->path, path)) {
            *out = old;
            return SS_OK;
        }
    }
    if (folder_is_scenario(path))
        id.size -= 4;
    SS_TRY(make_entry(catalogue, id, path, &entry, why));
    entry->stray = true;
    err = push(catalogue->env, &catalogue->strays, &catalogue->stray_count, &catalogue->stray_cap,
               entry);
    if (err != SS_OK) {
        entry_free(catalogue->env, entry);
        return err;
    }
    *out = entry;
    return SS_OK;
}

ss_span catalogue_area(const struct catalogue_entry *entry)
{
    const char *slash = entry->stray ? NULL : strchr(entry->id, '/');

    return ss_span_make(entry->id, slash != NULL ? (size_t)(slash - entry->id) : 0);
}

/* ---- cases ---- */

static uint32_t count(const struct scn_expr *list)
{
    if (list->kind == SCN_BINARY)
        return count(list->left) + count(list->right);
    return list->kind == SCN_AT_NAME ? (uint32_t)scn_list_count(list->bytes)
                                     : (uint32_t)list->count;
}

/* The checker lets nothing else stand behind `each NAME in`. */
uint32_t catalogue_cases(const struct scn_file *file)
{
    return file->each != NULL ? count(file->each) : 1;
}
