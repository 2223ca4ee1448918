/* SPDX-License-Identifier: Apache-2.0 */
/* divergence.c - reading and applying what is known to be otherwise.
 *
 * Owns: the form of a line.
 * Not here: where the files are (run.c).
 * Called by: run.c.
 * Follows: divergence.h; SCENARIOS "Verdicts". */
#include "testserver/runner/divergence.h"

#include <stdio.h>

#include "interop/recipe.h"
#include "interop/system.h"
#include "sshspec/text.h"

#define FILE_CEILING ((size_t)4 * 1024 * 1024)
#define WORDS 7

static ss_err wrong(const struct divergences *list, uint32_t line, size_t column,
                    struct ss_buf *out_why, const char *what)
{
    SS_TRY(ss_buf_printf(out_why, "%s:%u:%zu: %s", list->path, (unsigned)line, column + 1, what));
    return SS_E_bad_value;
}

/* ---- parts of a line ---- */

static bool read_role(const char *word, enum peer_role *out)
{
    int i;

    for (i = PEER_SERVER; i <= PEER_BOTH; i++) {
        if (strcmp(word, peer_role_name((enum peer_role)i)) == 0) {
            *out = (enum peer_role)i;
            return true;
        }
    }
    return false;
}

/* What may be known beforehand: not success, and nothing of ours. */
static bool read_verdict(const char *word, enum verdict *out)
{
    return verdict_from_name(ss_span_of(word), out) &&
           (*out == VERDICT_FAIL || *out == VERDICT_WEAK || *out == VERDICT_CRASH ||
            *out == VERDICT_INCONCLUSIVE);
}

static bool read_range(struct ss_arena *arena, const char *word, struct divergence *out)
{
    const char *dots = strstr(word, "..");

    if (dots == NULL)
        return false;
    out->since = ss_arena_text(arena, ss_span_make(word, (size_t)(dots - word)));
    out->until = dots + 2;
    return out->since != NULL;
}

static bool is_date(const char *word)
{
    static const char form[] = "0000-00-00";
    size_t i;

    if (strlen(word) != strlen(form))
        return false;
    for (i = 0; form[i] != '\0'; i++) {
        bool digit = word[i] >= '0' && word[i] <= '9';

        if (digit != (form[i] == '0'))
            return false;
    }
    return true;
}

static size_t column_of(ss_span line, const char *word)
{
    const uint8_t *at = memmem(line.data, line.size, word, strlen(word));

    return at != NULL ? (size_t)(at - line.data) : 0;
}

static ss_err read_words(struct divergences *list, ss_span line, uint32_t number,
                         const char *const *words, struct divergence *out, struct ss_buf *out_why)
{
    if (words_count(words) != WORDS)
        return wrong(list, number, 0, out_why,
                     "a line is SCENARIO[CASE] ROLE VERDICT SINCE..UNTIL EXPIRY \"REASON\" "
                     "REFERENCE");
    out->name = words[0];
    out->reason = words[5];
    out->reference = words[6];
    out->expiry = words[4];
    out->line = number;
    if (!read_role(words[1], &out->role))
        return wrong(list, number, column_of(line, words[1]), out_why,
                     "a role is server, client or both");
    if (!read_verdict(words[2], &out->verdict))
        return wrong(list, number, column_of(line, words[2]), out_why,
                     "a verdict that can be recorded is FAIL, WEAK, CRASH or INCONCLUSIVE");
    if (!read_range(&list->arena, words[3], out))
        return wrong(list, number, column_of(line, words[3]), out_why,
                     "versions are SINCE..UNTIL, either may be left out");
    if (!is_date(words[4]))
        return wrong(list, number, column_of(line, words[4]), out_why,
                     "the expiry is a date: 2025-06-30");
    return SS_OK;
}

static ss_err add(struct divergences *list, const struct divergence *item)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? list->room * 2 : 32;
        struct divergence *items = ss_resize(list->arena.env, list->items,
                                             list->room * sizeof *items, room * sizeof *items);

        if (items == NULL)
            return SS_E_no_memory;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *item;
    return SS_OK;
}

static ss_err read_line(struct divergences *list, ss_span line, uint32_t number,
                        struct ss_buf *out_why)
{
    const char *const *words = NULL;
    struct divergence item;
    size_t bad = 0;
    ss_err err;

    memset(&item, 0, sizeof item);
    if (line.size > 0 && line.data[0] == '#')
        return SS_OK;
    err = words_split(&list->arena, line, &words, &bad);
    if (err == SS_E_bad_value)
        return wrong(list, number, bad, out_why, "the quote is not closed");
    if (err != SS_OK || words[0] == NULL)
        return err;
    SS_TRY(read_words(list, line, number, words, &item, out_why));
    return add(list, &item);
}

static ss_err read_lines(struct divergences *list, ss_span text, struct ss_buf *out_why)
{
    uint32_t number = 0;

    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t n = end != NULL ? (size_t)(end - text.data) : text.size;

        SS_TRY(read_line(list, ss_span_part(text, 0, n), ++number, out_why));
        text = ss_span_part(text, n + 1, text.size);
    }
    return SS_OK;
}

ss_err divergences_load(const struct ss_env *env, const char *path, struct divergences *out,
                        struct ss_buf *out_why)
{
    struct divergences list = {.count = 0};
    struct ss_buf text;
    ss_err err;

    if (strlen(path) >= sizeof list.path)
        return SS_E_ceiling;
    memcpy(list.path, path, strlen(path) + 1);
    ss_arena_init(&list.arena, env, (size_t)16 * 1024 * 1024);
    ss_buf_init(&text, env, FILE_CEILING);
    err = system_read_file(path, &text);
    if (err == SS_E_not_found)
        err = SS_OK;
    else if (err == SS_OK)
        err = read_lines(&list, ss_buf_span(&text), out_why);
    ss_buf_fini(&text);
    if (err == SS_OK)
        *out = list;
    else
        divergences_fini(&list);
    return err;
}

void divergences_fini(struct divergences *list)
{
    if (list->arena.env == NULL)
        return;
    ss_free(list->arena.env, list->items, list->room * sizeof *list->items);
    ss_arena_fini(&list->arena);
    memset(list, 0, sizeof *list);
}

/* ---- applying ---- */

static bool in_range(const struct divergence *item, ss_span version)
{
    if (item->since[0] != '\0' && recipe_compare_versions(version, ss_span_of(item->since)) < 0)
        return false;
    return item->until[0] == '\0' || recipe_compare_versions(version, ss_span_of(item->until)) <= 0;
}

/* Brackets are part of names, so a pattern's are taken as they are; ss_glob knows only * and ?. */
static bool is_about(const struct divergence *item, const struct result *result)
{
    struct ss_buf name;
    bool about = false;

    if (item->role != result->role || !in_range(item, ss_buf_span(&result->peer_version)))
        return false;
    ss_buf_init(&name, result->why.env, 65536);
    if (ss_buf_put(&name, ss_buf_span(&result->scenario)) == SS_OK &&
        (ss_buf_size(&result->parameter) == 0 ||
         (ss_buf_puts(&name, "[") == SS_OK &&
          ss_buf_put(&name, ss_buf_span(&result->parameter)) == SS_OK &&
          ss_buf_puts(&name, "]") == SS_OK)))
        about = ss_glob(ss_span_of(item->name), ss_buf_span(&name), false);
    ss_buf_fini(&name);
    return about;
}

static bool is_good(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_WEAK;
}

static ss_err apply(const struct divergences *list, const struct divergence *item,
                    const char *today, struct result *result)
{
    const bool happened = result->verdict == item->verdict;

    if (!happened && !is_good(result->verdict))
        return SS_OK;
    if (strcmp(item->expiry, today) < 0) {
        if (!happened)
            return SS_OK;
        return ss_buf_printf(&result->why, "; the record of this divergence (%s:%u) expired on %s",
                             list->path, (unsigned)item->line, item->expiry);
    }
    if (happened) {
        result->verdict = VERDICT_XFAIL;
        return ss_buf_printf(&result->why, "%sknown: %s (%s)",
                             ss_buf_size(&result->why) > 0 ? "; " : "", item->reason,
                             item->reference);
    }
    result->verdict = VERDICT_XPASS;
    return ss_buf_printf(
        &result->why, "%sthe recorded divergence did not happen (%s); line %u of %s can go",
        ss_buf_size(&result->why) > 0 ? "; " : "", item->reason, (unsigned)item->line, list->path);
}

ss_err divergences_apply(const struct divergences *list, const char *today, struct result *result)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (is_about(&list->items[i], result))
            return apply(list, &list->items[i], today, result);
    }
    return SS_OK;
}

ss_err divergence_propose(const struct result *result, const char *expiry, struct ss_buf *out)
{
    ss_span why = ss_buf_span(&result->why);
    size_t i;

    if (result->verdict != VERDICT_FAIL && result->verdict != VERDICT_WEAK &&
        result->verdict != VERDICT_CRASH && result->verdict != VERDICT_INCONCLUSIVE)
        return SS_OK;
    SS_TRY(ss_buf_put(out, ss_buf_span(&result->scenario)));
    if (ss_buf_size(&result->parameter) > 0) {
        SS_TRY(ss_buf_puts(out, "["));
        SS_TRY(ss_buf_put(out, ss_buf_span(&result->parameter)));
        SS_TRY(ss_buf_puts(out, "]"));
    }
    SS_TRY(ss_buf_printf(out, " %s %s %.*s.. %s \"", peer_role_name(result->role),
                         verdict_name(result->verdict), (int)ss_buf_size(&result->peer_version),
                         (const char *)ss_buf_at(&result->peer_version), expiry));
    for (i = 0; i < why.size; i++) {
        uint8_t c = why.data[i];

        SS_TRY(c < 0x20 || c > 0x7e || c == '"' || c == '\\'
                   ? ss_buf_puts(out, "?")
                   : ss_buf_put(out, ss_span_make(&c, 1)));
    }
    return ss_buf_puts(out, "\" reference-wanted\n");
}

bool verdict_is_expected(enum verdict verdict, enum strictness strictness)
{
    switch (verdict) {
    case VERDICT_PASS:
    case VERDICT_XFAIL:
    case VERDICT_UNSUPPORTED:
    case VERDICT_INFO:
        return true;
    case VERDICT_WEAK:
        return strictness == STRICTNESS_USUAL;
    default:
        return false;
    }
}
