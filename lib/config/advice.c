/* SPDX-License-Identifier: Apache-2.0 */
/* advice.c - what the standards say about having an algorithm.
 *
 * Owns: the rows of advice.def, and the search in them.
 * Not here: policies (policy.c).
 * Called by: `sshspec algorithms`, `sshspec peers --algorithms`.
 * Follows: config/advice.def names the text of each row. */
#include "sshspec/advice.h"

#include "sshspec/text.h"

struct row {
    enum ss_names kind;
    const char *name;
    enum ss_advice_level level;
    const char *source, *note;
};

static const struct row rows[] = {
#define ADVICE(kind, name, level, source, note)                                                    \
    {SS_NAMES_##kind, name, SS_ADVICE_##level, source, note},
#include "config/advice.def"
};

/* Whole names stand before patterns that would take them too. */
struct ss_advice ss_advice_of(enum ss_names kind, ss_span name)
{
    struct ss_advice advice = {SS_ADVICE_NONE, "", ""};
    size_t i = 0;

    while (i < SS_COUNT(rows) &&
           (rows[i].kind != kind || !ss_glob(ss_span_of(rows[i].name), name, false)))
        i++;
    if (i < SS_COUNT(rows)) {
        advice.level = rows[i].level;
        advice.source = rows[i].source;
        advice.note = rows[i].note != NULL ? rows[i].note : "";
    }
    return advice;
}

const char *ss_advice_word(enum ss_advice_level level)
{
    static const char *const words[] = {
        [SS_ADVICE_NONE] = "-",    [SS_ADVICE_MUST_NOT] = "MUST NOT",
        [SS_ADVICE_MAY] = "MAY",   [SS_ADVICE_SHOULD_NOT] = "SHOULD NOT",
        [SS_ADVICE_MUST] = "MUST", [SS_ADVICE_SHOULD] = "SHOULD",
    };

    return words[level];
}
