/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.c - "did you mean": edit distance and the closest word.
 *
 * Owns: nothing.
 * Not here: the lists of words (each table has its own).
 * Called by: scenario, option and name look-ups when a word is unknown.
 *
 * The distance is optimal string alignment: change, add, drop, or swap two neighbours, no
 * letter edited twice. */
#include "sshspec/text.h"

#define FAR 255

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void drop_common_ends(ss_span *a, ss_span *b)
{
    while (a->size > 0 && b->size > 0 && a->data[0] == b->data[0]) {
        a->data++, a->size--;
        b->data++, b->size--;
    }
    while (a->size > 0 && b->size > 0 && a->data[a->size - 1] == b->data[b->size - 1]) {
        a->size--;
        b->size--;
    }
}

/* Words whose differing parts are both longer than 255 count as far apart without a look. */
size_t ss_edit_distance(ss_span a, ss_span b)
{
    size_t rows[3][FAR + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t i, j;

    drop_common_ends(&a, &b);
    if (a.size == 0 || b.size == 0)
        return least(a.size + b.size, FAR);
    if (a.size > FAR || b.size > FAR)
        return FAR;
    for (j = 0; j <= b.size; j++)
        above[j] = j;
    for (i = 1; i <= a.size; i++) {
        size_t *spare = before;

        row[0] = i;
        for (j = 1; j <= b.size; j++) {
            size_t change = above[j - 1] + (a.data[i - 1] != b.data[j - 1]);

            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return least(above[b.size], FAR);
}

/* Close means one edit for each three letters, at least one, and never a wholly new word. */
const char *ss_suggest(ss_span word, const char *const *candidates)
{
    size_t limit = word.size / 3 > 0 ? word.size / 3 : 1;
    size_t best = limit + 1;
    const char *found = NULL;

    for (; *candidates != NULL; candidates++) {
        ss_span candidate = ss_span_of(*candidates);
        size_t distance = ss_edit_distance(word, candidate);

        if (distance < best && distance < word.size && distance < candidate.size) {
            best = distance;
            found = *candidates;
        }
    }
    return found;
}
