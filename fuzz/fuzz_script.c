/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_script.c - any bytes as a scenario: read, told what is wrong, formatted.
 *
 * Owns: the oracles: a text parses, or one diagnostic says where and what; the same text gives the
 *   same; what was formatted stays as it is, and means what it meant; nothing is left in memory.
 * Not here: running scenarios.
 * Follows: testserver/script.
 *
 * Input: the text, up to a NUL; what follows is the text of every fragment. Link with
 * -fsanitize=fuzzer. */
#include "sshspec/text.h"
#include "testserver/script/lexer.h"

#include <stdlib.h>

enum { BUFFER = 64 << 20 };

struct bench {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct scn_loader loader;
    ss_span fragment;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static ss_err load(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    const struct bench *bench = SS_CONTAINER_OF(self, struct bench, loader);

    (void)name;
    return bench->fragment.size > 0 ? ss_buf_put(out_text, bench->fragment) : SS_E_not_found;
}

/* A place in the text, or just behind it, and words that a terminal may get. */
static void look_at(struct bench *bench, ss_span text, const struct scn_diagnostic *diagnostic)
{
    struct ss_buf out;
    uint32_t lines = 1;

    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    must(diagnostic->at.line >= 1 && diagnostic->at.line <= lines);
    must(diagnostic->at.column >= 1 && diagnostic->at.column <= text.size + 1);
    must(diagnostic->length >= 1 && diagnostic->text[0] != '\0');
    must(memchr(diagnostic->text, 0, sizeof diagnostic->text) != NULL);
    must(memchr(diagnostic->suggestion, 0, sizeof diagnostic->suggestion) != NULL);
    for (const char *c = diagnostic->text; *c != '\0'; c++)
        must((uint8_t)*c >= 0x20 && *c != 0x7f);
    ss_buf_init(&out, &bench->counted.env, BUFFER);
    must(scn_explain(&out, ss_span_of("fuzz.scn"), text, diagnostic) == SS_OK);
    ss_buf_fini(&out);
}

static ss_err parse(struct bench *bench, ss_span text, struct scn_diagnostic *diagnostic)
{
    struct scn_file *file = NULL;
    ss_err err = scn_parse(&bench->counted.env, ss_span_of("fuzz.scn"), text, &bench->loader, &file,
                           diagnostic);

    must(err == SS_OK || err == SS_E_bad_value);
    must((err == SS_OK) == (file != NULL));
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

    must(scn_lexer_init(&one, before, &left, &diagnostic) == SS_OK);
    must(scn_lexer_init(&two, after, &left, &diagnostic) == SS_OK);
    do {
        must(scn_lexer_next(&one, &a) == SS_OK && scn_lexer_next(&two, &b) == SS_OK);
        must(a.kind == b.kind && ss_span_eq(a.text, b.text));
        must((a.newlines > 0) == (b.newlines > 0));
    } while (a.kind != TOK_END);
}

static void format(struct bench *bench, ss_span text, ss_err parsed)
{
    struct scn_diagnostic diagnostic;
    struct ss_buf once, twice;
    ss_err err;

    ss_buf_init(&once, &bench->counted.env, BUFFER);
    ss_buf_init(&twice, &bench->counted.env, BUFFER);
    err = scn_format(&bench->counted.env, text, &once, &diagnostic);
    if (err == SS_OK && ss_buf_size(&once) <= SCN_TEXT_MAX) {
        must(scn_format(&bench->counted.env, ss_buf_span(&once), &twice, &diagnostic) == SS_OK);
        must(ss_span_eq(ss_buf_span(&once), ss_buf_span(&twice)));
        same_words(text, ss_buf_span(&once));
        must(parse(bench, ss_buf_span(&once), &diagnostic) == parsed);
    } else if (err != SS_OK) {
        must(err == SS_E_bad_value && parsed == SS_E_bad_value);
        look_at(bench, text, &diagnostic);
    }
    ss_buf_fini(&once);
    ss_buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    ss_span all = ss_span_make(data, size), text = all;
    struct scn_diagnostic diagnostic, again;
    struct bench bench;
    ss_err err;

    ss_seeded_init(&bench.seeded, 1);
    ss_counted_init(&bench.counted, &bench.seeded.env);
    bench.loader.load = load;
    bench.fragment = ss_span_make(NULL, 0);
    if (end != NULL) {
        text.size = (size_t)(end - data);
        bench.fragment = ss_span_part(all, text.size + 1, size);
    }
    err = parse(&bench, text, &diagnostic);
    must(parse(&bench, text, &again) == err);
    if (err == SS_E_bad_value) {
        must(memcmp(&diagnostic, &again, sizeof diagnostic) == 0);
        look_at(&bench, text, &diagnostic);
    }
    format(&bench, text, err);
    must(bench.counted.blocks == 0);
    return 0;
}
