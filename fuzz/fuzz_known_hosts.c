/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_known_hosts.c - known_hosts read, searched, changed, and written again.
 *
 * Owns: a second, slower reading of a line, which shares no code with lib/keys; the oracles: what
 * was read is written byte for byte; both readings agree on who is meant; a change touches the
 * lines it has to and no other; a second time changes nothing; memory stays under a bound. Follows:
 * sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; include/sshspec/known_hosts.h.
 *
 * Input: a mode, then the file. In the file, bytes 1 to 3 stand for a type and key each, so that
 * usable lines are found soon. Link with -fsanitize=fuzzer. */
#include "sshspec/known_hosts.h"
#include "sshspec/text.h"

#include <stdlib.h>

enum { FILE_MOST = 1 << 16, KEYS = 3, PER_LINE = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ss_seeded seeded;
static struct ss_counted counted;
static const char *const names[] = {"h", "a.example", "[h]:22", "b", "xh", "::1"};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct ss_env *env(void)
{
    return &counted.env;
}

/* ---- the slow reading ---- */

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Star and question mark, letters without case. */
static bool slow_glob(const uint8_t *p, size_t pn, const char *t)
{
    uint8_t a, b;

    if (pn == 0)
        return *t == 0;
    if (*p == '*') {
        while (pn > 1 && p[1] == '*') { /* several are one */
            p++;
            pn--;
        }
        return slow_glob(p + 1, pn - 1, t) || (*t != 0 && slow_glob(p, pn, t + 1));
    }
    if (*t == 0)
        return false;
    a = *p >= 'A' && *p <= 'Z' ? (uint8_t)(*p + 32) : *p;
    b = (uint8_t)(*t >= 'A' && *t <= 'Z' ? *t + 32 : *t);
    return (a == b || *p == '?') && slow_glob(p + 1, pn - 1, t + 1);
}

/* A plain host field: some pattern matches and no negated one does. Long ones are left to the
 * library: the reading above may take for ever. */
static bool slow_match(ss_span field, const char *name, bool *out_known)
{
    bool match = false;
    size_t at = 0, stars = 0, i;

    for (i = 0; i < field.size; i++)
        stars += field.data[i] == '*';
    *out_known = stars < 8 && field.size < 200 && field.data[0] != '|';
    while (*out_known && at < field.size) {
        size_t n = 0;
        bool negated = field.data[at] == '!';

        at += negated;
        while (at + n < field.size && field.data[at + n] != ',')
            n++;
        if (n > 0 && slow_glob(field.data + at, n, name)) {
            if (negated)
                return false;
            match = true;
        }
        at += n + 1;
    }
    return match;
}

/* The word of a line, from 0; empty when there are not so many. */
static ss_span slow_word(ss_span line, size_t number)
{
    size_t at = 0, from;

    for (;; number--) {
        while (at < line.size && blank(line.data[at]))
            at++;
        from = at;
        while (at < line.size && !blank(line.data[at]))
            at++;
        if (number == 0 || from == at)
            return ss_span_make(line.data + from, at - from);
    }
}

/* ---- files ---- */

static ss_span line_end_cut(ss_span line)
{
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r'))
        line.size--;
    return line;
}

static void make_file(struct ss_buf *out, struct ss_key *const *keys, ss_span input)
{
    size_t i;

    for (i = 0; i < input.size; i++) {
        uint8_t c = input.data[i];

        if (c == 0 || c > KEYS) {
            must(ss_buf_put(out, ss_span_make(&c, 1)) == SS_OK);
            continue;
        }
        must(ss_buf_printf(out, "%s ", ss_key_type(keys[c - 1])) == SS_OK);
        must(ss_base64_encode(out, ss_key_blob(keys[c - 1])) == SS_OK);
    }
}

static void expect_text(const struct ss_hostkeys *hosts, ss_span want)
{
    struct ss_buf out;

    ss_buf_init(&out, &seeded.env, (size_t)4 * FILE_MOST);
    must(ss_hostkeys_write(hosts, &out) == SS_OK);
    must(ss_span_eq(ss_buf_span(&out), want));
    ss_buf_fini(&out);
}

static struct ss_hostkeys *read_file(ss_span text)
{
    struct ss_hostkeys *hosts = NULL;

    must(ss_hostkeys_new(env(), &hosts) == SS_OK);
    must(ss_hostkeys_read(hosts, text, NULL) == SS_OK);
    return hosts;
}

/* ---- oracles ---- */

/* Each entry stands in its line, and both readings agree on whom it speaks of. */
static void compare(const struct ss_hostkeys *hosts, ss_span text)
{
    struct ss_hostkey_entry entry;
    size_t at = 0, line_at = 0, number = 0, i;
    bool found = true;

    for (;;) {
        must(ss_hostkeys_next(hosts, ss_span_make(NULL, 0), &at, &entry, &found) == SS_OK);
        if (!found)
            return;
        ss_span line = {NULL, 0};

        while (number < entry.line) {
            const uint8_t *start = text.data + line_at;
            const uint8_t *end = memchr(start, '\n', text.size - line_at);
            size_t n = end != NULL ? (size_t)(end - start) + 1 : text.size - line_at;

            line = ss_span_make(start, n);
            line_at += n;
            number++;
        }
        line = line_end_cut(line);
        must(ss_span_eq(slow_word(line, entry.marker != SS_HOSTKEY_MARK_NONE), entry.hosts));
        must(ss_span_eq(slow_word(line, entry.marker != SS_HOSTKEY_MARK_NONE ? 2 : 1), entry.type));
        must((entry.marker != SS_HOSTKEY_MARK_NONE) == (slow_word(line, 0).data[0] == '@'));
        for (i = 0; i < SS_COUNT(names); i++) {
            size_t one = entry.line - 1;
            struct ss_hostkey_entry again;
            bool known, want = slow_match(entry.hosts, names[i], &known);

            must(ss_hostkeys_next(hosts, ss_span_of(names[i]), &one, &again, &found) == SS_OK);
            must(!known || (found && again.line == entry.line) == want);
        }
    }
}

static void hash_all(ss_span text, const struct ss_key *key)
{
    struct ss_hostkeys *plain = read_file(text), *hashed = read_file(text);
    size_t count = 0, skipped = 0, i;

    must(ss_hostkeys_hash(hashed, &count, &skipped) == SS_OK);
    for (i = 0; i < SS_COUNT(names); i++) {
        struct ss_hostkey_answer a, b;

        must(ss_hostkeys_check(plain, ss_span_of(names[i]), key, &a) == SS_OK);
        must(ss_hostkeys_check(hashed, ss_span_of(names[i]), key, &b) == SS_OK);
        must(a.verdict == b.verdict);
    }
    must(ss_hostkeys_hash(hashed, &count, NULL) == SS_OK && count == 0);
    ss_hostkeys_free(&plain);
    ss_hostkeys_free(&hashed);
}

static void remove_one(ss_span text, const char *name)
{
    struct ss_hostkeys *hosts = read_file(text);
    size_t removed = 0, again = 0;

    must(ss_hostkeys_remove(hosts, ss_span_of(name), &removed) == SS_OK);
    if (removed == 0)
        expect_text(hosts, text);
    must(ss_hostkeys_remove(hosts, ss_span_of(name), &again) == SS_OK && again == 0);
    ss_hostkeys_free(&hosts);
}

static void update(ss_span text, const char *name, struct ss_key *const *keys, size_t count,
                   bool hashed)
{
    const struct ss_key *given[KEYS] = {keys[0], keys[1], keys[2]};
    struct ss_hostkeys *hosts = read_file(text);
    struct ss_hostkeys_update plan, done, twice;
    struct ss_hostkey_answer answer;
    ss_span host = ss_span_of(name);
    size_t i;

    must(ss_hostkeys_update(hosts, host, given, count, hashed, SS_HOSTKEYS_PLAN, &plan) == SS_OK);
    expect_text(hosts, text);
    must(ss_hostkeys_update(hosts, host, given, count, hashed, SS_HOSTKEYS_APPLY, &done) == SS_OK);
    must(memcmp(&plan, &done, sizeof plan) == 0);
    for (i = 0; i < count; i++) {
        must(ss_hostkeys_check(hosts, host, given[i], &answer) == SS_OK);
        must(answer.verdict ==
             (done.fates[i] == SS_HOSTKEYS_REVOKED ? SS_HOSTKEY_REVOKED : SS_HOSTKEY_MATCH));
    }
    must(ss_hostkeys_update(hosts, host, given, count, hashed, SS_HOSTKEYS_APPLY, &twice) == SS_OK);
    must(twice.added == 0 && twice.removed == 0 && twice.left == done.left);
    ss_hostkeys_free(&hosts);
}

static void one_file(ss_span text, struct ss_key *const *keys, uint8_t mode)
{
    struct ss_hostkeys *hosts = read_file(text);
    const char *name = names[mode % SS_COUNT(names)];
    size_t lines = 1, i;

    for (i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    must(counted.peak <= 16384 + 8 * text.size + PER_LINE * lines);
    expect_text(hosts, text);
    compare(hosts, text);
    ss_hostkeys_free(&hosts);
    hash_all(text, keys[0]);
    remove_one(text, name);
    update(text, name, keys, 1 + mode / 8 % KEYS, (mode & 0x80) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ss_key *keys[KEYS];
    static struct ss_seeded key_env;
    struct ss_buf text;
    size_t i;

    if (size == 0 || size > 4000)
        return 0;
    if (keys[0] == NULL) {
        ss_seeded_init(&key_env, 7);
        for (i = 0; i < KEYS; i++)
            must(ss_key_generate(&key_env.env, SS_KEY_ED25519, 0, ss_span_of(""), &keys[i]) ==
                 SS_OK);
    }
    ss_seeded_init(&seeded, 1);
    ss_counted_init(&counted, &seeded.env);
    ss_buf_init(&text, &seeded.env, (size_t)128 * FILE_MOST);
    make_file(&text, keys, ss_span_part(ss_span_make(data, size), 1, size));
    if (ss_buf_size(&text) <= FILE_MOST)
        one_file(ss_buf_span(&text), keys, data[0]);
    ss_buf_fini(&text);
    must(counted.bytes == 0 && counted.blocks == 0);
    return 0;
}
