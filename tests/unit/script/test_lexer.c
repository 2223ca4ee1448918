/* SPDX-License-Identifier: Apache-2.0 */
/* test_lexer.c - words, their places and what they stand for; the limits of a text.
 *
 * Follows: docs/scenario-language.md, "Grammar". */
#include <criterion/criterion.h>

#include "kit.h"
#include "testserver/script/lexer.h"
#include "tests/support/support.h"

TestSuite(lexer, .fini = test_counted_check);

static struct scn_diagnostic diagnostic;
static size_t left;

static struct scn_lexer on(const char *text)
{
    struct scn_lexer lexer;

    left = SCN_TOKENS_MAX;
    cr_assert(scn_lexer_init(&lexer, test_guarded(ss_span_of(text)), &left, &diagnostic) == SS_OK);
    return lexer;
}

Test(lexer, every_kind_of_word_has_its_place)
{
    static const struct {
        enum scn_token_kind kind;
        unsigned line, column;
        const char *text;
        uint64_t number;
        bool blank;
    } rows[] = {
        {TOK_WORD, 1, 1, "proves", 0, false},
        {TOK_ID, 1, 8, "RFC4253-7.3-newkeys_early", 0, true},
        {TOK_COMMA, 1, 33, ",", 0, false},
        {TOK_ID, 2, 4, "A-1", 0, true},
        {TOK_WORD, 3, 1, "word_2", 0, true},
        {TOK_NAME, 3, 8, "NAME_2", 0, true},
        {TOK_STRING, 3, 15, "\"a\\\"b # c\"", 0, true},
        {TOK_HEX, 3, 26, "hex\"00 ff\"", 0, true},
        {TOK_NUMBER, 3, 37, "12", 12, true},
        {TOK_NUMBER, 3, 40, "0xFf", 255, true},
        {TOK_NUMBER, 3, 45, "2K", 2048, true},
        {TOK_NUMBER, 3, 48, "3M", 3145728, true},
        {TOK_NUMBER, 3, 51, "1G", 1073741824, true},
        {TOK_DURATION, 3, 54, "5ms", 5, true},
        {TOK_DURATION, 3, 58, "2s", 2000, true},
        {TOK_AT, 3, 61, "@user", 0, true},
        {TOK_OPEN_BRACE, 4, 1, "{", 0, true},
        {TOK_OPEN_PAREN, 4, 2, "(", 0, false},
        {TOK_OPEN_LIST, 4, 3, "[", 0, false},
        {TOK_CLOSE_LIST, 4, 4, "]", 0, false},
        {TOK_CLOSE_PAREN, 4, 5, ")", 0, false},
        {TOK_CLOSE_BRACE, 4, 6, "}", 0, false},
        {TOK_SEMICOLON, 4, 7, ";", 0, false},
        {TOK_DOT, 4, 8, ".", 0, false},
        {TOK_IS, 4, 10, "=", 0, true},
        {TOK_IS_EQ, 4, 12, "==", 0, true},
        {TOK_IS_NE, 4, 15, "!=", 0, true},
        {TOK_IS_LT, 4, 18, "<", 0, true},
        {TOK_IS_LE, 4, 20, "<=", 0, true},
        {TOK_IS_GT, 4, 23, ">", 0, true},
        {TOK_IS_GE, 4, 25, ">=", 0, true},
        {TOK_PLUS, 4, 28, "+", 0, true},
        {TOK_DASH, 4, 30, "-", 0, true},
        {TOK_STAR, 4, 32, "*", 0, true},
        {TOK_END, 5, 1, "", 0, true},
        {TOK_END, 5, 1, "", 0, false},
    };
    struct scn_lexer lexer = on("proves RFC4253-7.3-newkeys_early,\n   A-1 # - .\r\n"
                                "word_2 NAME_2 \"a\\\"b # c\" hex\"00 ff\" 12 0xFf 2K 3M 1G 5ms 2s "
                                "@user\n{([])};. = == != < <= > >= + - *\n");
    struct scn_token token;

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        cr_assert(scn_lexer_next(&lexer, &token) == SS_OK, "%zu: %s", i, diagnostic.text);
        cr_expect(token.kind == rows[i].kind, "%s", rows[i].text);
        cr_expect(token.at.line == rows[i].line && token.at.column == rows[i].column, "%s at %u:%u",
                  rows[i].text, (unsigned)token.at.line, (unsigned)token.at.column);
        cr_expect(ss_span_is(token.text, rows[i].text), "%s", rows[i].text);
        cr_expect(token.number == rows[i].number, "%s", rows[i].text);
        cr_expect(token.blank == rows[i].blank, "%s", rows[i].text);
        if (token.kind != TOK_END)
            cr_expect((token.newlines > 0) == (i == 0 || rows[i].line != rows[i - 1].line), "%s",
                      rows[i].text);
    }
}

Test(lexer, strings_stand_for_their_bytes)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"\"\"", ""},
        {"\"abc\"", "616263"},
        {"\"\\n\\r\\t\\0\\\"\\\\\"", "0a0d0900225c"},
        {"\"\\x00\\xfF\"", "00ff"},
        {"\"\xc3\xa9\"", "c3a9"},
        {"hex\"\"", ""},
        {"hex\"00ff Aa\"", "00ffaa"},
    };
    struct ss_arena arena;

    ss_arena_init(&arena, &test_counted()->env, 4096);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct scn_lexer lexer = on(rows[i].text);
        struct scn_token token;
        ss_span bytes;

        cr_assert(scn_lexer_next(&lexer, &token) == SS_OK, "%s", rows[i].text);
        cr_assert(scn_token_bytes(&arena, &token, &bytes) == SS_OK);
        cr_expect(ss_span_eq(bytes, test_hex(rows[i].hex)), "%s", rows[i].text);
    }
    ss_arena_fini(&arena);
}

Test(lexer, comments_are_words_only_when_asked_for)
{
    struct scn_lexer lexer = on("a # one\n# two\nb");
    struct scn_token token;

    cr_assert(scn_lexer_next(&lexer, &token) == SS_OK && ss_span_is(token.text, "a"));
    cr_assert(scn_lexer_next(&lexer, &token) == SS_OK && ss_span_is(token.text, "b"));
    cr_expect(token.newlines == 2);
    lexer = on("a # one\n# two\nb");
    lexer.comments = true;
    cr_assert(scn_lexer_next(&lexer, &token) == SS_OK);
    cr_assert(scn_lexer_next(&lexer, &token) == SS_OK && ss_span_is(token.text, "# one"));
    cr_expect(token.kind == TOK_COMMENT && token.newlines == 0);
    cr_assert(scn_lexer_next(&lexer, &token) == SS_OK && ss_span_is(token.text, "# two"));
    cr_expect(token.newlines == 1);
}

Test(lexer, brackets_and_words_have_limits)
{
    struct scn_lexer lexer;
    struct scn_token token;
    char text[80];
    ss_err err = SS_OK;
    size_t n = 0;

    memset(text, '(', sizeof text);
    text[sizeof text - 1] = '\0';
    lexer = on(text);
    while (err == SS_OK && n < sizeof text) {
        err = scn_lexer_next(&lexer, &token);
        n += err == SS_OK;
    }
    cr_expect(err == SS_E_bad_value && n == SCN_DEPTH_MAX);
    cr_expect(diagnostic.at.column == SCN_DEPTH_MAX + 1 && strstr(diagnostic.text, "64 deep"));
    lexer = on("a b c");
    left = 2;
    cr_expect(scn_lexer_next(&lexer, &token) == SS_OK);
    cr_expect(scn_lexer_next(&lexer, &token) == SS_OK);
    cr_expect(scn_lexer_next(&lexer, &token) == SS_E_bad_value);
    cr_expect(diagnostic.at.column == 5 && strstr(diagnostic.text, "200000") != NULL);
}

Test(lexer, a_text_has_a_size)
{
    struct scn_lexer lexer;
    uint8_t *text = ss_alloc(&test_counted()->env, SCN_TEXT_MAX + 1);

    cr_assert(text != NULL);
    cr_expect(scn_lexer_init(&lexer, ss_span_make(text, SCN_TEXT_MAX), &left, &diagnostic) ==
              SS_OK);
    cr_expect(scn_lexer_init(&lexer, ss_span_make(text, SCN_TEXT_MAX + 1), &left, &diagnostic) ==
              SS_E_bad_value);
    cr_expect(diagnostic.at.line == 1 && strstr(diagnostic.text, "1 MiB") != NULL);
    ss_free(&test_counted()->env, text, SCN_TEXT_MAX + 1);
}
