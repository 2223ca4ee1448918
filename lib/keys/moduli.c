/* SPDX-License-Identifier: Apache-2.0 */
/* moduli.c - groups for group exchanges: read from text, kept, chosen from.
 *
 * Owns: struct ss_moduli; what makes a line of a moduli file good enough.
 * Not here: the exchange (transport/kex_gex.c), the primes that have a name (crypto).
 * Called by: programs that read such a file; transport.
 * Follows: moduli(5); RFC 4419 section 3. */
#include "sshspec/moduli.h"

#include "sshspec/text.h"

enum {
    BYTES_MAX = 16 * 1024 * 1024, /* of all groups of a list */
    HEX_MAX = 2 * SS_DH_SIZE_MAX, /* digits of one number */
    NAMED_LEAST = 2048            /* rule: RFC4419-3-group-at-least-2048 */
};

static const ss_span two = {(const uint8_t *)"\2", 1};

struct group {
    unsigned bits;
    size_t at, p_size, g_size; /* in bytes: p, then g */
};

struct ss_moduli {
    const struct ss_env *env;
    struct ss_buf bytes;
    struct group *groups;
    size_t count, room;
};

ss_err ss_moduli_new(const struct ss_env *env, struct ss_moduli **out)
{
    struct ss_moduli *moduli = ss_alloc(env, sizeof *moduli);

    if (moduli == NULL)
        return SS_E_no_memory;
    moduli->env = env;
    ss_buf_init(&moduli->bytes, env, BYTES_MAX);
    *out = moduli;
    return SS_OK;
}

void ss_moduli_free(struct ss_moduli **moduli)
{
    struct ss_moduli *old = *moduli;

    *moduli = NULL;
    if (old == NULL)
        return;
    ss_free(old->env, old->groups, old->room * sizeof *old->groups);
    ss_buf_fini(&old->bytes);
    ss_free(old->env, old, sizeof *old);
}

/* ---- adding ---- */

static ss_err make_room(struct ss_moduli *moduli)
{
    size_t room = moduli->room == 0 ? 16 : moduli->room * 2;
    struct group *groups;

    if (moduli->count < moduli->room)
        return SS_OK;
    groups = ss_resize(moduli->env, moduli->groups, moduli->room * sizeof *groups,
                       room * sizeof *groups);
    if (groups == NULL)
        return SS_E_no_memory;
    moduli->groups = groups;
    moduli->room = room;
    return SS_OK;
}

ss_err ss_moduli_add(struct ss_moduli *moduli, ss_span p, ss_span g)
{
    struct group group = {.bits = ss_dh_bits(p), .at = ss_buf_size(&moduli->bytes)};
    ss_err err;

    SS_TRY(ss_dh_check_group(p, g));
    SS_TRY(make_room(moduli));
    group.p_size = (group.bits + 7) / 8;
    group.g_size = (ss_dh_bits(g) + 7) / 8;
    err = ss_buf_put(&moduli->bytes, ss_span_part(p, p.size - group.p_size, p.size));
    if (err == SS_OK)
        err = ss_buf_put(&moduli->bytes, ss_span_part(g, g.size - group.g_size, g.size));
    if (err != SS_OK) {
        ss_buf_truncate(&moduli->bytes, group.at);
        return err;
    }
    moduli->groups[moduli->count++] = group;
    return SS_OK;
}

ss_err ss_moduli_add_named(struct ss_moduli *moduli)
{
    struct ss_buf prime;
    unsigned bits;
    ss_err err = SS_OK;

    ss_buf_init(&prime, moduli->env, SS_DH_SIZE_MAX);
    for (bits = NAMED_LEAST; err == SS_OK && bits <= SS_DH_BITS_MAX; bits += 1024) {
        ss_buf_clear(&prime);
        err = ss_dh_prime(bits, &prime);
        if (err == SS_OK)
            err = ss_moduli_add(moduli, ss_buf_span(&prime), two);
        else if (err == SS_E_not_found)
            err = SS_OK;
    }
    ss_buf_fini(&prime);
    return err;
}

/* ---- a file ---- */

enum field { TIME, TYPE, TESTS, TRIALS, SIZE, GENERATOR, MODULUS, FIELD_COUNT };

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static ss_span next_word(ss_span *rest)
{
    ss_span word = *rest;
    size_t n = 0;

    while (word.size > 0 && is_blank(word.data[0]))
        word = ss_span_part(word, 1, word.size);
    while (n < word.size && !is_blank(word.data[n]))
        n++;
    *rest = ss_span_part(word, n, word.size);
    return ss_span_part(word, 0, n);
}

static ss_span next_line(ss_span *rest)
{
    size_t end = 0;
    ss_span line;

    while (end < rest->size && rest->data[end] != '\n')
        end++;
    line = ss_span_part(*rest, 0, end);
    *rest = ss_span_part(*rest, end < rest->size ? end + 1 : end, rest->size);
    return line;
}

static bool read_number(ss_span word, unsigned long *out)
{
    unsigned long n = 0;
    size_t i;

    if (word.size == 0 || word.size > 9)
        return false;
    for (i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
        n = n * 10 + (unsigned long)(word.data[i] - '0');
    }
    *out = n;
    return true;
}

/* Hex digits, which may be odd in number. SS_E_bad_value for anything else. */
static ss_err read_hex(ss_span word, struct ss_buf *out)
{
    ss_err err = SS_OK;

    ss_buf_clear(out);
    if (word.size == 0 || word.size > HEX_MAX)
        return SS_E_bad_value;
    if (word.size % 2 != 0) {
        const uint8_t head[2] = {'0', word.data[0]};

        err = ss_hex_decode(out, ss_span_make(head, sizeof head));
        word = ss_span_part(word, 1, word.size);
    }
    if (err == SS_OK)
        err = ss_hex_decode(out, word);
    return err == SS_E_bad_text ? SS_E_bad_value : err;
}

enum { TESTED_COMPOSITE = 1, TESTED_MILLER_RABIN = 4, TESTED_FURTHER = 8, TYPE_SAFE = 2 };

static bool is_prime_enough(const ss_span *fields)
{
    unsigned long type, tests, trials;

    if (!read_number(fields[TYPE], &type) || !read_number(fields[TESTS], &tests) ||
        !read_number(fields[TRIALS], &trials))
        return false;
    if (type < TYPE_SAFE || (tests & TESTED_COMPOSITE) != 0 || tests < TESTED_MILLER_RABIN)
        return false;
    return tests >= TESTED_FURTHER || trials >= 100;
}

/* Some writers count the bits from 0. */
static bool is_size(ss_span said, unsigned bits)
{
    unsigned long size;

    return read_number(said, &size) && (bits == size || bits == size + 1);
}

/* SS_E_bad_value: the line is passed over. */
static ss_err add_line(struct ss_moduli *moduli, ss_span line, struct ss_buf *p, struct ss_buf *g)
{
    ss_span fields[FIELD_COUNT];
    ss_err err;
    size_t i;

    for (i = 0; i < FIELD_COUNT; i++)
        fields[i] = next_word(&line);
    if (fields[MODULUS].size == 0 || next_word(&line).size > 0 || !is_prime_enough(fields))
        return SS_E_bad_value;
    SS_TRY(read_hex(fields[MODULUS], p));
    SS_TRY(read_hex(fields[GENERATOR], g));
    if (!is_size(fields[SIZE], ss_dh_bits(ss_buf_span(p))))
        return SS_E_bad_value;
    if (ss_dh_bits(ss_buf_span(g)) == 0) {
        ss_buf_clear(g);
        SS_TRY(ss_buf_put(g, two));
    }
    err = ss_moduli_add(moduli, ss_buf_span(p), ss_buf_span(g));
    return err == SS_E_bad_public_value ? SS_E_bad_value : err;
}

static bool is_empty(ss_span line)
{
    ss_span word = next_word(&line);

    return word.size == 0 || word.data[0] == '#';
}

ss_err ss_moduli_read(struct ss_moduli *moduli, ss_span text, struct ss_moduli_report *out_report)
{
    struct ss_moduli_report report = {0, 0, 0};
    struct ss_buf p, g;
    ss_err err = SS_OK;
    size_t number;

    ss_buf_init(&p, moduli->env, SS_DH_SIZE_MAX);
    ss_buf_init(&g, moduli->env, SS_DH_SIZE_MAX);
    for (number = 1; err == SS_OK && text.size > 0; number++) {
        ss_span line = next_line(&text);

        if (is_empty(line))
            continue;
        err = add_line(moduli, line, &p, &g);
        if (err == SS_OK)
            report.taken++;
        if (err != SS_E_bad_value)
            continue;
        err = SS_OK;
        if (report.refused++ == 0)
            report.line = number;
    }
    ss_buf_fini(&p);
    ss_buf_fini(&g);
    if (err == SS_OK)
        *out_report = report;
    return err;
}

/* ---- choosing ---- */

size_t ss_moduli_count(const struct ss_moduli *moduli)
{
    return moduli->count;
}

void ss_moduli_at(const struct ss_moduli *moduli, size_t i, struct ss_modulus *out)
{
    const struct group *group = &moduli->groups[i];
    ss_span both =
        ss_span_make(ss_buf_at(&moduli->bytes) + group->at, group->p_size + group->g_size);

    out->bits = group->bits;
    out->p = ss_span_part(both, 0, group->p_size);
    out->g = ss_span_part(both, group->p_size, both.size);
}

struct wish {
    unsigned min, n, max;
};

static unsigned distance(const struct wish *wish, unsigned bits)
{
    if (bits < wish->min)
        return wish->min - bits;
    return bits > wish->max ? bits - wish->max : 0;
}

/* rule: RFC4419-3-server-smallest-larger */
static bool is_better(const struct wish *wish, unsigned bits, unsigned than)
{
    unsigned far = distance(wish, bits), than_far = distance(wish, than);

    if (far != than_far)
        return far < than_far;
    if (bits < wish->n || than < wish->n)
        return bits > than;
    return bits < than;
}

static size_t count_of(const struct ss_moduli *moduli, unsigned bits)
{
    size_t i, n = 0;

    for (i = 0; i < moduli->count; i++)
        n += moduli->groups[i].bits == bits ? 1 : 0;
    return n;
}

ss_err ss_moduli_choose(const struct ss_moduli *moduli, const struct ss_env *env, unsigned min,
                        unsigned n, unsigned max, struct ss_modulus *out)
{
    const struct wish wish = {min, n, max};
    uint8_t drawn[4];
    size_t i, chance;
    unsigned bits;

    if (moduli->count == 0)
        return SS_E_not_found;
    bits = moduli->groups[0].bits;
    for (i = 1; i < moduli->count; i++) {
        if (is_better(&wish, moduli->groups[i].bits, bits))
            bits = moduli->groups[i].bits;
    }
    SS_TRY(ss_random(env, drawn, sizeof drawn));
    chance = ((size_t)drawn[0] << 24 | (size_t)drawn[1] << 16 | (size_t)drawn[2] << 8 | drawn[3]) %
             count_of(moduli, bits);
    for (i = 0; moduli->groups[i].bits != bits || chance-- > 0; i++)
        continue;
    ss_moduli_at(moduli, i, out);
    return SS_OK;
}
