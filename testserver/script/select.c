/* SPDX-License-Identifier: Apache-2.0 */
/* select.c - what the selectors of a command line choose.
 *
 * Owns: the words area: tag: proves: file: last-failed, globs, and single cases.
 * Not here: reading scenarios (catalogue.c), the store that last-failed asks (reports/).
 * Called by: verbs, the runner.
 * Follows: INTERFACE "Selectors". */
#include "testserver/script/select.h"

#include "sshspec/text.h"
#include "testserver/verbs.h"

struct chooser {
    struct catalogue *catalogue;
    struct selection *out;
    struct ss_buf *why;
};

static ss_err push(struct selection *out, const struct selected *item)
{
    if (out->count == out->cap) {
        size_t cap = out->cap > 0 ? out->cap * 2 : 64;
        struct selected *items =
            ss_resize(out->env, out->items, out->cap * sizeof *items, cap * sizeof *items);

        if (items == NULL)
            return SS_E_no_memory;
        out->items = items;
        out->cap = cap;
    }
    out->items[out->count++] = *item;
    return SS_OK;
}

/* All cases of a scenario take the place of single ones. */
static ss_err choose(struct selection *out, const struct catalogue_entry *entry, ss_span only)
{
    struct selected item = {entry, only};
    size_t kept = 0;

    for (size_t i = 0; i < out->count; i++) {
        bool same = out->items[i].entry == entry;

        if (same && (out->items[i].only.size == 0 || ss_span_eq(out->items[i].only, only)))
            return SS_OK;
    }
    for (size_t i = 0; i < out->count && only.size == 0; i++) {
        if (out->items[i].entry != entry)
            out->items[kept++] = out->items[i];
    }
    if (only.size == 0)
        out->count = kept;
    return push(out, &item);
}

static const ss_span all_cases = {NULL, 0};

/* "tag:slow" with prefix "tag:" gives "slow". */
static bool behind(ss_span selector, const char *prefix, ss_span *out)
{
    size_t n = strlen(prefix);

    if (!ss_span_eq(ss_span_part(selector, 0, n), ss_span_of(prefix)))
        return false;
    *out = ss_span_part(selector, n, selector.size);
    return true;
}

static bool is_glob(ss_span selector)
{
    for (size_t i = 0; i < selector.size; i++) {
        if (selector.data[i] == '*' || selector.data[i] == '?')
            return true;
    }
    return false;
}

/* ---- selectors that may choose many ---- */

enum kind { BY_ID, BY_AREA, BY_TAG, BY_PROVES };

/* What a selector of this kind is compared with: the n-th word of an entry. */
static bool word_at(const struct catalogue_entry *entry, enum kind kind, size_t n, ss_span *out)
{
    const struct scn_file *file = entry->file;

    if (kind == BY_TAG || kind == BY_PROVES) {
        if (n >= (kind == BY_TAG ? file->tag_count : file->proves_count))
            return false;
        *out = kind == BY_TAG ? file->tags[n] : file->proves[n];
        return true;
    }
    *out = kind == BY_AREA ? catalogue_area(entry) : ss_span_of(entry->id);
    return n == 0;
}

struct near {
    ss_span word;
    size_t distance;
};

static bool matches(const struct catalogue_entry *entry, enum kind kind, ss_span pattern,
                    struct near *near)
{
    ss_span word;

    for (size_t i = 0; word_at(entry, kind, i, &word); i++) {
        size_t distance = ss_edit_distance(pattern, word);

        if (ss_glob(pattern, word, false))
            return true;
        if (distance < near->distance) {
            near->distance = distance;
            near->word = word;
        }
    }
    return false;
}

static ss_err told_nothing(struct ss_buf *why, ss_span selector, const char *prefix, ss_span near)
{
    SS_TRY(ss_buf_printf(why, "%.*s selects nothing", (int)selector.size,
                         (const char *)selector.data));
    if (near.size > 0)
        SS_TRY(ss_buf_printf(why, "; did you mean %s%.*s?", prefix, (int)near.size,
                             (const char *)near.data));
    SS_TRY(ss_buf_puts(why, "\n"));
    return SS_E_not_found;
}

/* selector: prefix and pattern together. */
static ss_err choose_matching(struct chooser *chooser, enum kind kind, const char *prefix,
                              ss_span selector)
{
    ss_span pattern = ss_span_part(selector, strlen(prefix), selector.size);
    struct near near = {{NULL, 0}, pattern.size / 3 + 2};
    bool any = false;

    for (size_t i = 0; i < chooser->catalogue->count; i++) {
        const struct catalogue_entry *entry = chooser->catalogue->entries[i];

        if (!matches(entry, kind, pattern, &near))
            continue;
        any = true;
        SS_TRY(choose(chooser->out, entry, all_cases));
    }
    return any ? SS_OK : told_nothing(chooser->why, selector, prefix, near.word);
}

/* ---- selectors that choose one ---- */

/* "kex/every-method[curve25519-sha256]" is one case; a name may hold anything but its end. */
static ss_err choose_id(struct chooser *chooser, ss_span selector)
{
    const struct catalogue_entry *entry;
    ss_span id = selector, only = all_cases;
    const uint8_t *open = selector.size > 0 ? memchr(selector.data, '[', selector.size) : NULL;
    const char *suggestion;

    if (open != NULL && selector.data[selector.size - 1] == ']') {
        id.size = (size_t)(open - selector.data);
        only = ss_span_part(selector, id.size + 1, selector.size - id.size - 2);
        if (only.size == 0) {
            SS_TRY(ss_buf_printf(chooser->why, "%.*s names no case\n", (int)selector.size,
                                 (const char *)selector.data));
            return SS_E_bad_value;
        }
    }
    entry = catalogue_find(chooser->catalogue, id);
    if (entry != NULL && (only.size == 0 || entry->file->each != NULL))
        return choose(chooser->out, entry, only);
    suggestion = catalogue_suggest(chooser->catalogue, id);
    if (entry != NULL)
        SS_TRY(ss_buf_printf(chooser->why, "%s has no cases\n", entry->id));
    else if (suggestion != NULL)
        SS_TRY(ss_buf_printf(chooser->why, "there is no scenario %.*s; did you mean %s?\n",
                             (int)id.size, (const char *)id.data, suggestion));
    else
        SS_TRY(ss_buf_printf(chooser->why, "there is no scenario %.*s\n", (int)id.size,
                             (const char *)id.data));
    return SS_E_bad_value;
}

static ss_err choose_file(struct chooser *chooser, ss_span path)
{
    const struct catalogue_entry *entry;
    char *text = ss_strdup(chooser->catalogue->env, path);
    ss_err err;

    if (text == NULL)
        return SS_E_no_memory;
    err = catalogue_file(chooser->catalogue, text, &entry, chooser->why);
    ss_strfree(chooser->catalogue->env, text);
    if (err == SS_E_not_found) /* like an id that does not exist */
        return SS_E_bad_value;
    return err == SS_OK ? choose(chooser->out, entry, all_cases) : err;
}

/* What failed last time and has gone since is no mistake. */
static ss_err choose_failed(void *ctx, ss_span id)
{
    struct chooser *chooser = ctx;
    const struct catalogue_entry *entry = catalogue_find(chooser->catalogue, id);

    return entry != NULL ? choose(chooser->out, entry, all_cases) : SS_OK;
}

static ss_err choose_last_failed(struct chooser *chooser, struct last_failed *failed)
{
    if (failed != NULL)
        return failed->each(failed, choose_failed, chooser);
    SS_TRY(ss_buf_puts(chooser->why, "last-failed needs the store of an earlier run\n"));
    return SS_E_bad_value;
}

static ss_err choose_one(struct chooser *chooser, ss_span selector, struct last_failed *failed)
{
    static const struct {
        const char *prefix;
        enum kind kind;
    } words[] = {{"area:", BY_AREA}, {"tag:", BY_TAG}, {"proves:", BY_PROVES}};
    ss_span rest;

    if (behind(selector, "file:", &rest))
        return choose_file(chooser, rest);
    if (ss_span_is(selector, "last-failed"))
        return choose_last_failed(chooser, failed);
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        if (behind(selector, words[i].prefix, &rest))
            return choose_matching(chooser, words[i].kind, words[i].prefix, selector);
    }
    return is_glob(selector) ? choose_matching(chooser, BY_ID, "", selector)
                             : choose_id(chooser, selector);
}

static bool all_are_files(const char *const *selectors, size_t count)
{
    ss_span path;

    for (size_t i = 0; i < count; i++) {
        if (!behind(ss_span_of(selectors[i]), "file:", &path))
            return false;
    }
    return count > 0;
}

/* Entries of the catalogue come by id, strays behind them in the order they were named. */
static size_t rank(const struct catalogue *catalogue, const struct catalogue_entry *entry)
{
    size_t i;

    for (i = 0; i < catalogue->count; i++) {
        if (catalogue->entries[i] == entry)
            return i;
    }
    for (i = 0; i < catalogue->stray_count && catalogue->strays[i] != entry; i++)
        ;
    return catalogue->count + i;
}

/* Insertion keeps the order of cases of one scenario; most selections come in order anyway. */
static void sort(const struct catalogue *catalogue, struct selection *out)
{
    for (size_t i = 1; i < out->count; i++) {
        struct selected item = out->items[i];
        size_t mine = rank(catalogue, item.entry), k = i;

        for (; k > 0 && rank(catalogue, out->items[k - 1].entry) > mine; k--)
            out->items[k] = out->items[k - 1];
        out->items[k] = item;
    }
}

ss_err catalogue_select(struct catalogue *catalogue, const char *const *selectors, size_t count,
                        struct last_failed *last_failed, struct selection *out, struct ss_buf *why)
{
    struct chooser chooser = {catalogue, out, why};
    ss_err err = SS_OK;

    memset(out, 0, sizeof *out);
    out->env = catalogue->env;
    if (!all_are_files(selectors, count))
        err = catalogue_load(catalogue, why);
    if (err == SS_OK && count == 0)
        err = choose_matching(&chooser, BY_ID, "", ss_span_of("*"));
    for (size_t i = 0; i < count && err == SS_OK; i++)
        err = choose_one(&chooser, ss_span_of(selectors[i]), last_failed);
    if (err == SS_OK && out->count == 0) { /* nothing failed last time, or there is no scenario */
        err = ss_buf_puts(why, "nothing is selected\n");
        err = err == SS_OK ? SS_E_not_found : err;
    }
    if (err != SS_OK) {
        selection_fini(out);
        return err;
    }
    sort(catalogue, out);
    return SS_OK;
}

void selection_fini(struct selection *selection)
{
    if (selection->env == NULL)
        return;
    ss_free(selection->env, selection->items, selection->cap * sizeof *selection->items);
    memset(selection, 0, sizeof *selection);
}

int selection_status(ss_err err)
{
    switch (err) {
    case SS_OK:
        return EXIT_AS_EXPECTED;
    case SS_E_bad_value:
        return EXIT_USAGE;
    case SS_E_not_found:
        return EXIT_NOTHING;
    default:
        return EXIT_ENVIRONMENT;
    }
}
