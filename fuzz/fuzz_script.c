/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_script.c - any bytes as a scenario: read, told what is wrong, formatted.
 *
 * Owns: the oracles: a text parses, or one diagnostic says where and what; the same text gives the
 *   same; what was formatted stays as it is, and means what it meant; fragments are asked for by
 *   names that cannot leave their folder; memory stays under a bound, and nothing of it is left.
 * Not here: the tree (script_walk.c), running scenarios.
 * Follows: testserver/script.
 *
 * Input: the text, up to a NUL; what follows is the text of every fragment. Link with
 * -fsanitize=fuzzer. */
#include "fuzz/oracle.h"
#include "fuzz/script_walk.h"
#include "testserver/script/lexer.h"

/* A word of the text, two bytes, may be a node of the tree. Words of fragments come on top, as
 * often as they are used. */
enum { BUFFER = 64 << 20, WORD_BYTES = 600, SAMPLE = 4 };

struct bench {
    struct fuzz_memory memory;
    struct scn_loader loader;
    ss_span fragment;
    size_t loads; /* since the parse began */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A word of lower-case letters, digits and _ is no path. */
static void check_name(ss_span name)
{
    MUST(name.size > 0);
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];

        MUST((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
}

static ss_err load(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    struct bench *bench = SS_CONTAINER_OF(self, struct bench, loader);

    check_name(name);
    MUST(++bench->loads <= SCN_TOKENS_MAX);
    return bench->fragment.size > 0 ? ss_buf_put(out_text, bench->fragment) : SS_E_not_found;
}

/* A place in the text, or just behind it, and words that a terminal may get. */
static void look_at(struct bench *bench, ss_span text, const struct scn_diagnostic *diagnostic)
{
    struct ss_buf out;
    uint32_t lines = 1;

    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    MUST(diagnostic->at.line >= 1 && diagnostic->at.line <= lines);
    MUST(diagnostic->at.column >= 1 && diagnostic->at.column <= text.size + 1);
    MUST(diagnostic->length >= 1 && diagnostic->text[0] != '\0');
    MUST(memchr(diagnostic->text, 0, sizeof diagnostic->text) != NULL);
    MUST(memchr(diagnostic->suggestion, 0, sizeof diagnostic->suggestion) != NULL);
    for (const char *c = diagnostic->text; *c != '\0'; c++)
        MUST((uint8_t)*c >= 0x20 && *c != 0x7f);
    ss_buf_init(&out, bench->memory.env, BUFFER);
    MUST(scn_explain(&out, ss_span_of("fuzz.scn"), text, diagnostic) == SS_OK);
    ss_buf_fini(&out);
}

static ss_err parse(struct bench *bench, ss_span text, struct scn_diagnostic *diagnostic)
{
    struct scn_file *file = NULL;
    ss_err err;

    bench->loads = 0;
    err = scn_parse(bench->memory.env, ss_span_of("fuzz.scn"), text, &bench->loader, &file,
                    diagnostic);

    MUST(err == SS_OK || err == SS_E_bad_value);
    MUST((err == SS_OK) == (file != NULL));
    if (file != NULL)
        fuzz_script_walk(file);
    scn_free(&file);
    return err;
}

/* Words, where lines end, and which brackets touch: all that means something. */
static void same_words(ss_span before, ss_span after)
{
    struct scn_diagnostic diagnostic;
    struct scn_lexer one, two;
    struct scn_token a, b;
    size_t left = 2 * SCN_TOKENS_MAX;

    MUST(scn_lexer_init(&one, before, &left, &diagnostic) == SS_OK);
    MUST(scn_lexer_init(&two, after, &left, &diagnostic) == SS_OK);
    do {
        MUST(scn_lexer_next(&one, &a) == SS_OK && scn_lexer_next(&two, &b) == SS_OK);
        MUST(a.kind == b.kind && ss_span_eq(a.text, b.text));
        MUST((a.newlines > 0) == (b.newlines > 0));
    } while (a.kind != TOK_END);
}

static void format(struct bench *bench, ss_span text, ss_err parsed)
{
    struct scn_diagnostic diagnostic;
    struct ss_buf once, twice;
    ss_err err;

    ss_buf_init(&once, bench->memory.env, BUFFER);
    ss_buf_init(&twice, bench->memory.env, BUFFER);
    err = scn_format(bench->memory.env, text, &once, &diagnostic);
    if (err == SS_OK && ss_buf_size(&once) <= SCN_TEXT_MAX) {
        MUST(scn_format(bench->memory.env, ss_buf_span(&once), &twice, &diagnostic) == SS_OK);
        MUST(ss_span_eq(ss_buf_span(&once), ss_buf_span(&twice)));
        same_words(text, ss_buf_span(&once));
        MUST(parse(bench, ss_buf_span(&once), &diagnostic) == parsed);
    } else if (err != SS_OK) {
        MUST(err == SS_E_bad_value && parsed == SS_E_bad_value);
        look_at(bench, text, &diagnostic);
    }
    ss_buf_fini(&once);
    ss_buf_fini(&twice);
}

/* The text up to a NUL, and what follows it. */
static void cut(struct bench *bench, ss_span all, ss_span *text)
{
    const uint8_t *end = all.size > 0 ? memchr(all.data, 0, all.size) : NULL;
    size_t size = end != NULL ? (size_t)(end - all.data) : all.size;

    *text = fuzz_copy(ss_span_part(all, 0, size));
    bench->fragment = fuzz_copy(ss_span_part(all, size + (end != NULL), all.size));
}

static void check_memory(const struct bench *bench, size_t size)
{
    size_t words = bench->loads > 0 ? SCN_TOKENS_MAX : size;

    MUST(bench->memory.counted.blocks == 0);
    MUST(bench->memory.counted.peak <= FUZZ_BASE + words * WORD_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scn_diagnostic diagnostic, again;
    struct bench bench;
    ss_span text;
    ss_err err;

    memset(&bench, 0, sizeof bench);
    fuzz_memory_init(&bench.memory);
    bench.loader.load = load;
    cut(&bench, ss_span_make(data, size), &text);
    err = parse(&bench, text, &diagnostic);
    if (err == SS_E_bad_value)
        look_at(&bench, text, &diagnostic);
    if (size % SAMPLE == 0) {
        MUST(parse(&bench, text, &again) == err);
        MUST(err == SS_OK || memcmp(&diagnostic, &again, sizeof diagnostic) == 0);
    }
    format(&bench, text, err);
    check_memory(&bench, size);
    fuzz_drop(&bench.fragment);
    fuzz_drop(&text);
    return 0;
}
