/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_moduli.c - moduli files: what was taken can be written down and is taken again.
 *
 * Owns: the oracles: no more groups than lines, each of them one that can be computed in, the same
 *   list from the same groups in a form of our own, and a choice that is in the list.
 * Not here: whether the moduli are primes.
 * Follows: lib/keys/moduli.c; moduli(5).
 *
 * Input: the text of a file; its first six bytes also choose a request. Link with
 * -fsanitize=fuzzer. */
#include "sshspec/moduli.h"

#include <stdlib.h>

#include "sshspec/net.h"
#include "sshspec/text.h"

enum { TEXT_MOST = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static size_t lines_of(ss_span text)
{
    size_t n = 1;

    for (size_t i = 0; i < text.size; i++)
        n += text.data[i] == '\n' ? 1 : 0;
    return n;
}

static struct ss_moduli *read_all(ss_span text, struct ss_moduli_report *out_report)
{
    struct ss_moduli *moduli = NULL;

    must(ss_moduli_new(ss_system_env(), &moduli) == SS_OK);
    must(ss_moduli_read(moduli, text, out_report) == SS_OK);
    return moduli;
}

static void write_down(const struct ss_moduli *moduli, struct ss_buf *out)
{
    for (size_t i = 0; i < ss_moduli_count(moduli); i++) {
        struct ss_modulus group;

        ss_moduli_at(moduli, i, &group);
        must(ss_dh_check_group(group.p, group.g) == SS_OK && ss_dh_bits(group.p) == group.bits);
        must(ss_buf_printf(out, "0 2 6 100 %u ", group.bits) == SS_OK);
        must(ss_hex_encode(out, group.g) == SS_OK && ss_buf_puts(out, " ") == SS_OK);
        must(ss_hex_encode(out, group.p) == SS_OK && ss_buf_puts(out, "\n") == SS_OK);
    }
}

static void compare(const struct ss_moduli *a, const struct ss_moduli *b)
{
    must(ss_moduli_count(a) == ss_moduli_count(b));
    for (size_t i = 0; i < ss_moduli_count(a); i++) {
        struct ss_modulus x, y;

        ss_moduli_at(a, i, &x);
        ss_moduli_at(b, i, &y);
        must(x.bits == y.bits && ss_span_eq(x.p, y.p) && ss_span_eq(x.g, y.g));
    }
}

/* What is chosen is a group of the list, and lies in the range if any does. */
static void choose(const struct ss_moduli *moduli, const uint8_t *head)
{
    unsigned min = head[0] * 256u + head[1], n = head[2] * 256u + head[3];
    unsigned max = head[4] * 256u + head[5];
    struct ss_modulus chosen, group;
    bool there = false, any = false;
    struct ss_seeded seeded;

    ss_seeded_init(&seeded, 1);
    if (ss_moduli_choose(moduli, &seeded.env, min, n, max, &chosen) != SS_OK) {
        must(ss_moduli_count(moduli) == 0);
        return;
    }
    for (size_t i = 0; i < ss_moduli_count(moduli); i++) {
        ss_moduli_at(moduli, i, &group);
        there = there || (ss_span_eq(group.p, chosen.p) && ss_span_eq(group.g, chosen.g));
        any = any || (group.bits >= min && group.bits <= max);
    }
    must(there && (!any || (chosen.bits >= min && chosen.bits <= max)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ss_moduli_report first, second;
    struct ss_moduli *moduli, *again;
    ss_span text = ss_span_make(data, size);
    struct ss_buf ours;

    if (size < 6 || size > 100000)
        return 0;
    moduli = read_all(text, &first);
    must(first.taken + first.refused <= lines_of(text) && first.line <= lines_of(text));
    must((first.refused > 0) == (first.line > 0) && first.taken == ss_moduli_count(moduli));
    ss_buf_init(&ours, ss_system_env(), TEXT_MOST);
    write_down(moduli, &ours);
    again = read_all(ss_buf_span(&ours), &second);
    must(second.refused == 0);
    compare(moduli, again);
    choose(moduli, data);
    ss_buf_fini(&ours);
    ss_moduli_free(&again);
    ss_moduli_free(&moduli);
    return 0;
}
