/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - splitting and filling command lines.
 *
 * Owns: the two quoting rules, and what {name} means.
 * Not here: starting anything (process.c).
 * Called by: recipe.c, and the runner for `--client`.
 * Follows: words.h. */
#include "interop/words.h"

#define WORDS_MAX 256

struct splitter {
    ss_span text;
    size_t at;
    uint8_t *out; /* as long as the text at least */
    size_t size;
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Reads up to the quote that ends it; false when there is none. */
static bool take_quoted(struct splitter *s, uint8_t quote)
{
    while (s->at < s->text.size && s->text.data[s->at] != quote) {
        if (quote == '"' && s->text.data[s->at] == '\\' && s->at + 1 < s->text.size)
            s->at++;
        s->out[s->size++] = s->text.data[s->at++];
    }
    if (s->at == s->text.size)
        return false;
    s->at++;
    return true;
}

static bool take_word(struct splitter *s, size_t *out_bad)
{
    while (s->at < s->text.size && !is_blank(s->text.data[s->at])) {
        uint8_t c = s->text.data[s->at];

        *out_bad = s->at;
        s->at++;
        if (c == '\'' || c == '"') {
            if (!take_quoted(s, c))
                return false;
            continue;
        }
        if (c == '\\') {
            if (s->at == s->text.size)
                return false;
            c = s->text.data[s->at++];
        }
        s->out[s->size++] = c;
    }
    return true;
}

ss_err words_split(struct ss_arena *arena, ss_span text, const char *const **out_words,
                   size_t *out_bad_offset)
{
    const char **words = ss_arena_alloc(arena, (WORDS_MAX + 1) * sizeof *words);
    uint8_t *bytes = ss_arena_alloc(arena, text.size + 1);
    struct splitter s = {text, 0, bytes, 0};
    size_t count = 0;

    if (words == NULL || bytes == NULL)
        return SS_E_no_memory;
    for (;;) {
        while (s.at < text.size && is_blank(text.data[s.at]))
            s.at++;
        if (s.at == text.size)
            break;
        *out_bad_offset = s.at;
        s.size = 0;
        if (count == WORDS_MAX || !take_word(&s, out_bad_offset))
            return SS_E_bad_value;
        words[count] = ss_arena_text(arena, ss_span_make(bytes, s.size));
        if (words[count++] == NULL)
            return SS_E_no_memory;
    }
    words[count] = NULL;
    *out_words = words;
    return SS_OK;
}

/* ---- {name} ---- */

static const struct words_value *find_value(const struct words_value *values, ss_span name)
{
    for (; values->name != NULL; values++) {
        if (ss_span_is(name, values->name))
            return values;
    }
    return NULL;
}

/* A name between braces at the start of text; its size with both braces, or 0. */
static size_t placeholder(const char *text)
{
    size_t n = 1;

    while (text[n] == '_' || (text[n] >= 'a' && text[n] <= 'z'))
        n++;
    return n > 1 && text[n] == '}' ? n + 1 : 0;
}

static ss_err fill_word(const char *word, const struct words_value *values, struct ss_buf *out)
{
    while (*word != '\0') {
        size_t size = *word == '{' ? placeholder(word) : 0;
        const struct words_value *value;

        if (size == 0) {
            SS_TRY(ss_buf_put(out, ss_span_make(word++, 1)));
            continue;
        }
        value = find_value(values, ss_span_make(word + 1, size - 2));
        if (value == NULL)
            return SS_E_bad_value;
        /* A zero byte would end the word early, and so say something else than the value. */
        if (value->value.size > 0 && memchr(value->value.data, 0, value->value.size) != NULL)
            return SS_E_bad_value;
        SS_TRY(ss_buf_put(out, value->value));
        word += size;
    }
    return SS_OK;
}

ss_err words_fill(struct ss_arena *arena, const char *const *words,
                  const struct words_value *values, const char *const **out_words,
                  size_t *out_bad_word)
{
    size_t count = words_count(words), i;
    const char **filled = ss_arena_alloc(arena, (count + 1) * sizeof *filled);
    struct ss_buf text;
    ss_err err = filled != NULL ? SS_OK : SS_E_no_memory;

    ss_buf_init(&text, arena->env, (size_t)1024 * 1024);
    for (i = 0; err == SS_OK && i < count; i++) {
        ss_buf_clear(&text);
        *out_bad_word = i;
        err = fill_word(words[i], values, &text);
        if (err != SS_OK)
            break;
        filled[i] = ss_arena_text(arena, ss_buf_span(&text));
        if (filled[i] == NULL)
            err = SS_E_no_memory;
    }
    ss_buf_fini(&text);
    if (err == SS_OK)
        *out_words = filled;
    return err;
}

size_t words_count(const char *const *words)
{
    size_t n = 0;

    while (words != NULL && words[n] != NULL)
        n++;
    return n;
}

bool words_have(const char *const *words, ss_span word)
{
    for (; words != NULL && *words != NULL; words++) {
        if (ss_span_is(word, *words))
            return true;
    }
    return false;
}
