/* SPDX-License-Identifier: Apache-2.0 */
/* responder.c - the built-in commands of a server that never runs a program.
 *
 * Owns: splitting a command line into words, the commands, their output.
 * Not here: who may ask for one (serving.c).
 * Called by: serving.c.
 * Follows: sshspec/serving.h, which lists the commands; sh(1) for status 127. */
#include "responder.h"

#include "sshspec/text.h"

enum { WORDS_MAX = 64, WORD_BYTES = 32768, WAITING_MAX = 4 << 20, NOT_FOUND = 127 };

static const uint8_t zeroes[32768];

struct words {
    size_t count;
    ss_span word[WORDS_MAX];
    struct ss_buf text; /* the words' bytes, one after another */
};

/* ---- words ---- */

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Length of the word that starts at line, and its bytes without quotes appended to out. */
static size_t take_word(ss_span line, struct ss_buf *out, ss_err *err)
{
    uint8_t quote = 0;
    size_t i;

    for (i = 0; i < line.size; i++) {
        uint8_t c = line.data[i];

        if (quote == 0 && blank(c))
            break;
        if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            continue;
        }
        if (quote != 0 && c == quote) {
            quote = 0;
            continue;
        }
        if (*err == SS_OK)
            *err = ss_buf_put(out, ss_span_make(&c, 1));
    }
    return i;
}

/* Words past the last place are dropped: no built-in command takes that many. */
static ss_err split(struct words *words, ss_span line)
{
    size_t ends[WORDS_MAX];
    size_t start = 0;
    ss_err err = SS_OK;

    words->count = 0;
    while (words->count < WORDS_MAX && err == SS_OK) {
        size_t n;

        while (line.size > 0 && blank(line.data[0]))
            line = ss_span_part(line, 1, line.size);
        if (line.size == 0)
            break;
        n = take_word(line, &words->text, &err);
        line = ss_span_part(line, n, line.size);
        ends[words->count++] = ss_buf_size(&words->text);
    }
    for (size_t i = 0; i < words->count; i++) {
        words->word[i] = ss_span_part(ss_buf_span(&words->text), start, ends[i] - start);
        start = ends[i];
    }
    return err;
}

static bool number(ss_span word, uint64_t *out)
{
    uint64_t v = 0;

    if (word.size == 0 || word.size > 18)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(word.data[i] - '0');
    }
    *out = v;
    return true;
}

/* ---- commands ---- */

static ss_err end(struct responder *r, uint32_t status)
{
    r->kind = RESPONDER_FIXED;
    r->ended = true;
    r->status = status;
    return SS_OK;
}

static ss_err say(struct ss_buf *out, const struct words *words)
{
    for (size_t i = 1; i < words->count; i++) {
        if (i > 1)
            SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(ss_buf_put(out, words->word[i]));
    }
    return ss_buf_puts(out, "\n");
}

static ss_err run_true(struct responder *r, const struct words *words)
{
    (void)words;
    return end(r, 0);
}

static ss_err run_false(struct responder *r, const struct words *words)
{
    (void)words;
    return end(r, 1);
}

static ss_err run_exit(struct responder *r, const struct words *words)
{
    uint64_t status = 0;

    if (words->count > 1 && !number(words->word[1], &status))
        status = 2;
    return end(r, (uint32_t)(status & 0xff));
}

static ss_err run_echo(struct responder *r, const struct words *words)
{
    SS_TRY(say(&r->out, words));
    return end(r, 0);
}

static ss_err run_stderr(struct responder *r, const struct words *words)
{
    SS_TRY(say(&r->err, words));
    return end(r, 0);
}

static ss_err run_cat(struct responder *r, const struct words *words)
{
    (void)words;
    r->kind = RESPONDER_CAT;
    return SS_OK;
}

static ss_err run_wc(struct responder *r, const struct words *words)
{
    if (words->count != 2 || !ss_span_is(words->word[1], "-c")) {
        SS_TRY(ss_buf_puts(&r->err, "wc: only -c is built in\n"));
        return end(r, 2);
    }
    r->kind = RESPONDER_COUNT;
    return SS_OK;
}

static ss_err run_head(struct responder *r, const struct words *words)
{
    uint64_t n = 0;

    if (words->count != 4 || !ss_span_is(words->word[1], "-c") || !number(words->word[2], &n) ||
        !ss_span_is(words->word[3], "/dev/zero")) {
        SS_TRY(ss_buf_puts(&r->err, "head: only head -c N /dev/zero is built in\n"));
        return end(r, 2);
    }
    r->kind = RESPONDER_ZEROES;
    r->left = n;
    r->ended = n == 0;
    return SS_OK;
}

static ss_err run_signal(struct responder *r, const struct words *words)
{
    ss_span name = words->count > 1 ? words->word[1] : ss_span_of("TERM");

    if (name.size >= sizeof(r->signal))
        return end(r, 2);
    memcpy(r->signal, name.data, name.size);
    return end(r, 0);
}

static ss_err run_touch(struct responder *r, const struct words *words)
{
    if (words->count != 2 || words->word[1].size == 0 || words->word[1].size >= sizeof(r->touch)) {
        SS_TRY(ss_buf_puts(&r->err, "touch: one short name is needed\n"));
        return end(r, 2);
    }
    memcpy(r->touch, words->word[1].data, words->word[1].size);
    return end(r, 0);
}

static const struct {
    const char *name;
    ss_err (*run)(struct responder *r, const struct words *words);
} commands[] = {
    {"true", run_true},   {"false", run_false},   {"exit", run_exit}, {"echo", run_echo},
    {"cat", run_cat},     {"wc", run_wc},         {"head", run_head}, {"stderr", run_stderr},
    {"touch", run_touch}, {"signal", run_signal},
};

static ss_err run_words(struct responder *r, const struct words *words)
{
    if (words->count == 0)
        return end(r, 0);
    for (size_t i = 0; i < SS_COUNT(commands); i++) {
        if (ss_span_is(words->word[0], commands[i].name))
            return commands[i].run(r, words);
    }
    SS_TRY(ss_escape(&r->err, words->word[0]));
    SS_TRY(ss_buf_puts(&r->err, ": not found\n"));
    return end(r, NOT_FOUND);
}

static ss_err run_line(struct responder *r, ss_span line)
{
    struct words words;
    ss_err err;

    words.count = 0;
    ss_buf_init(&words.text, r->out.env, WORD_BYTES);
    err = split(&words, line);
    if (err == SS_E_ceiling) {
        err = ss_buf_puts(&r->err, "command line too long\n");
        if (err == SS_OK)
            err = end(r, 2);
    } else if (err == SS_OK) {
        err = run_words(r, &words);
    }
    ss_buf_fini(&words.text);
    return err;
}

/* ---- a shell: one line at a time ---- */

/* Runs complete lines until one of them ends the shell. A command that would read input ends at
 * once with none: the lines are the shell's. */
static ss_err shell_lines(struct responder *r)
{
    ss_err err = SS_OK;

    while (err == SS_OK && r->kind == RESPONDER_SHELL && !r->ended) {
        ss_span waiting = ss_buf_span(&r->line);
        const uint8_t *stop = waiting.size > 0 ? memchr(waiting.data, '\n', waiting.size) : NULL;
        size_t n;
        bool leave;

        if (stop == NULL)
            break;
        n = (size_t)(stop - waiting.data);
        leave =
            n >= 4 && memcmp(waiting.data, "exit", 4) == 0 && (n == 4 || blank(waiting.data[4]));
        err = run_line(r, ss_span_part(waiting, 0, n));
        ss_buf_consume(&r->line, n + 1);
        if (err == SS_OK && !leave && r->signal[0] == 0) {
            r->kind = RESPONDER_SHELL;
            r->ended = false;
        }
    }
    return err;
}

/* ---- calls ---- */

static void empty(struct responder *r, const struct ss_env *env)
{
    memset(r, 0, sizeof(*r));
    ss_buf_init(&r->out, env, WAITING_MAX);
    ss_buf_init(&r->err, env, WAITING_MAX);
    ss_buf_init(&r->line, env, WORD_BYTES);
}

ss_err responder_init(struct responder *r, const struct ss_env *env, ss_span command)
{
    ss_err err;

    empty(r, env);
    err = run_line(r, command);
    if (err != SS_OK)
        responder_fini(r);
    return err;
}

ss_err responder_init_shell(struct responder *r, const struct ss_env *env)
{
    empty(r, env);
    r->kind = RESPONDER_SHELL;
    return SS_OK;
}

void responder_fini(struct responder *r)
{
    ss_buf_fini(&r->out);
    ss_buf_fini(&r->err);
    ss_buf_fini(&r->line);
}

ss_err responder_input(struct responder *r, ss_span data)
{
    switch (r->kind) {
    case RESPONDER_CAT:
        return ss_buf_put(&r->out, data);
    case RESPONDER_COUNT:
        r->counted += data.size;
        return SS_OK;
    case RESPONDER_SHELL:
        SS_TRY(ss_buf_put(&r->line, data));
        return shell_lines(r);
    default:
        return SS_OK; /* nobody reads it */
    }
}

ss_err responder_input_over(struct responder *r)
{
    if (r->input_over || r->ended)
        return SS_OK;
    r->input_over = true;
    if (r->kind == RESPONDER_COUNT)
        SS_TRY(ss_buf_printf(&r->out, "%llu\n", (unsigned long long)r->counted));
    if (r->kind == RESPONDER_ZEROES)
        return SS_OK;
    r->ended = true;
    return SS_OK;
}

ss_span responder_output(const struct responder *r, size_t room, uint32_t *out_type)
{
    *out_type = 0;
    if (ss_buf_size(&r->err) > 0) {
        *out_type = 1;
        return ss_span_part(ss_buf_span(&r->err), 0, room);
    }
    if (ss_buf_size(&r->out) > 0)
        return ss_span_part(ss_buf_span(&r->out), 0, room);
    if (r->kind == RESPONDER_ZEROES && r->left > 0) {
        size_t n = r->left < sizeof(zeroes) ? (size_t)r->left : sizeof(zeroes);

        return ss_span_make(zeroes, n < room ? n : room);
    }
    return ss_span_make(NULL, 0);
}

void responder_taken(struct responder *r, uint32_t type, size_t n)
{
    if (type == 1) {
        ss_buf_consume(&r->err, n);
    } else if (ss_buf_size(&r->out) > 0) {
        ss_buf_consume(&r->out, n);
    } else {
        r->left -= n;
        r->ended = r->left == 0;
    }
}

bool responder_over(const struct responder *r)
{
    return r->ended && ss_buf_size(&r->out) == 0 && ss_buf_size(&r->err) == 0 &&
           (r->kind != RESPONDER_ZEROES || r->left == 0);
}
