/* SPDX-License-Identifier: Apache-2.0 */
/* glob.c - the pattern match of host names and path components.
 *
 * Owns: nothing.
 * Not here: lists of patterns and negation (keys/ and config/ read those).
 * Called by: known_hosts, permission and selection rules.
 *
 * A star takes as little as it can; after a mismatch only the last star takes one byte more. An
 * earlier star never needs another try, because the part between two stars is best placed as
 * early as possible. So the work is bounded by text size times pattern size, never exponential,
 * and nothing is recursive. */
#include "sshspec/text.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool same(uint8_t pattern, uint8_t text, bool fold)
{
    if (pattern == '?' || pattern == text)
        return true;
    return fold && lower(pattern) == lower(text);
}

bool ss_glob(ss_span pattern, ss_span text, bool fold)
{
    size_t p = 0, t = 0;
    size_t star = SIZE_MAX; /* behind the last star, SIZE_MAX before the first */
    size_t resume = 0;      /* where the text behind that star is tried next */

    while (t < text.size) {
        if (p < pattern.size && pattern.data[p] == '*') {
            star = ++p;
            resume = t;
            /* A last star takes all that is left. */
            if (p == pattern.size)
                return true;
        } else if (p < pattern.size && same(pattern.data[p], text.data[t], fold)) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}
