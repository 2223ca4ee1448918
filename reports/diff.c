/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - two runs side by side.
 *
 * Owns: which change counts as worse.
 * Not here: reading runs (store_load.c).
 * Called by: `sshspec diff`.
 * Follows: diff.h. */
#include "reports/diff.h"

static bool same_place(const struct result *a, const struct result *b)
{
    return a->role == b->role && ss_span_eq(ss_buf_span(&a->scenario), ss_buf_span(&b->scenario)) &&
           ss_span_eq(ss_buf_span(&a->parameter), ss_buf_span(&b->parameter)) &&
           ss_span_eq(ss_buf_span(&a->peer), ss_buf_span(&b->peer));
}

static const struct result *find(const struct report *report, const struct result *like)
{
    size_t low = 0, high = report->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = report_compare(&report->items[middle], like);

        if (order == 0 && same_place(&report->items[middle], like))
            return &report->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static ss_err put_change(struct ss_buf *out, const char *mark, const char *before,
                         const char *after, const struct result *item)
{
    struct ss_buf name;
    ss_err err;

    SS_TRY(ss_buf_printf(out, "%-7s %12s -> %-12s ", mark, before, after));
    ss_buf_init(&name, out->env, out->ceiling);
    err = report_put_name(&name, item);
    if (err == SS_OK)
        err = report_put_plain(out, ss_buf_span(&name), false);
    ss_buf_fini(&name);
    SS_TRY(err);
    SS_TRY(ss_buf_puts(out, "  "));
    SS_TRY(report_put_plain(out, ss_buf_span(&item->peer), false));
    return ss_buf_printf(out, " %s\n", peer_role_name(item->role));
}

static ss_err compare_one(const struct result *old, const struct result *new, struct ss_buf *out,
                          struct report_changes *changes)
{
    const char *mark = "changed";

    if (old->verdict == new->verdict && old->expected == new->expected) {
        changes->same++;
        return SS_OK;
    }
    if (old->expected && !new->expected) {
        changes->worse++;
        mark = "worse";
    } else if (!old->expected && new->expected) {
        changes->better++;
        mark = "better";
    } else {
        changes->other++;
    }
    return put_change(out, mark, verdict_name(old->verdict), verdict_name(new->verdict), new);
}

ss_err report_diff(const struct report *before, const struct report *after, struct ss_buf *out,
                   struct report_changes *out_changes)
{
    struct report_changes changes = {0};
    size_t i;

    for (i = 0; i < after->count; i++) {
        const struct result *new = &after->items[i];
        const struct result *old = find(before, new);

        if (old != NULL) {
            SS_TRY(compare_one(old, new, out, &changes));
            continue;
        }
        changes.added++;
        SS_TRY(put_change(out, "new", "-", verdict_name(new->verdict), new));
    }
    for (i = 0; i < before->count; i++) {
        if (find(after, &before->items[i]) != NULL)
            continue;
        changes.gone++;
        SS_TRY(put_change(out, "gone", verdict_name(before->items[i].verdict), "-",
                          &before->items[i]));
    }
    *out_changes = changes;
    return SS_OK;
}
