/* SPDX-License-Identifier: Apache-2.0 */
/* parse_peer.c - what must be found at the peer when all is over.
 *
 * Owns: outcomes, files and output of the peer.
 * Not here: looking at them (actor/).
 * Called by: parse_file.c.
 * Follows: docs/scenario-language.md, "Grammar". */
#include "testserver/script/parser.h"

/* Files are in the peer's own folder, which nobody may leave. */
void scn_check_file_name(struct scn_parser *p, const struct scn_token *token, ss_span name)
{
    bool dots = ss_span_is(name, ".") || ss_span_is(name, "..");

    if (p->err == SS_OK && (name.size == 0 || dots || memchr(name.data, '/', name.size) != NULL ||
                            memchr(name.data, 0, name.size) != NULL))
        scn_fail_token(p, token, NULL, "a file is named by one name, without a folder");
}

static uint32_t want_status(struct scn_parser *p, const char *what)
{
    uint64_t number = p->token.number;

    if (!scn_is(p, TOK_NUMBER)) {
        scn_expected(p, what);
        return 0;
    }
    if (number > 255)
        scn_fail_token(p, &p->token, NULL, "an exit status is at most 255");
    scn_advance(p);
    return (uint32_t)number;
}

static void parse_outcome(struct scn_parser *p, struct scn_outcome *out)
{
    static const char *const words[] = {"alive", "exit", NULL};

    out->kind = SCN_ALIVE;
    if (scn_want_one_of(p, words, "alive or exit") == 0)
        return;
    if (scn_take_word(p, "nonzero")) {
        out->kind = SCN_EXIT_NONZERO;
    } else if (scn_take_word(p, "any")) {
        out->kind = SCN_EXIT_ANY;
    } else {
        out->kind = SCN_EXIT_IS;
        out->status = want_status(p, "an exit status, nonzero or any");
    }
}

static void parse_outcomes(struct scn_parser *p, struct scn_clause *clause)
{
    struct scn_vec outcomes = {NULL, 0, 0};
    struct scn_outcome *outcome;

    clause->kind = SCN_PEER_OUTCOME;
    for (;;) {
        outcome = scn_push(p, &outcomes, sizeof *outcome);
        if (outcome == NULL)
            return;
        parse_outcome(p, outcome);
        if (p->err != SS_OK || !scn_is_word(p, "or"))
            break;
        scn_advance_on(p);
    }
    clause->outcomes = outcomes.items;
    clause->outcome_count = outcomes.count;
}

static void parse_file_clause(struct scn_parser *p, struct scn_clause *clause)
{
    static const char *const words[] = {"absent", "present", "is", NULL};
    static const enum scn_clause_kind kinds[] = {SCN_FILE_ABSENT, SCN_FILE_PRESENT, SCN_FILE_IS};
    struct scn_token name = p->token;

    clause->file = scn_want_string(p, "the name of a file in quotes");
    scn_check_file_name(p, &name, clause->file);
    clause->kind = kinds[scn_want_one_of(p, words, "absent, present or is")];
    if (clause->kind == SCN_FILE_IS && p->err == SS_OK)
        clause->value = &scn_parse_typed(p, SCN_BYTES, "the content of a file")->expr;
    if (scn_take_word(p, "when")) {
        scn_want_word(p, "exit");
        clause->when_exit = true;
        clause->status = want_status(p, "an exit status");
    }
}

static void parse_output(struct scn_parser *p, struct scn_clause *clause,
                         const enum scn_clause_kind *kinds)
{
    static const char *const words[] = {"is", "contains", NULL};

    clause->kind = kinds[scn_want_one_of(p, words, "is or contains")];
    if (p->err == SS_OK)
        clause->value = &scn_parse_typed(p, SCN_BYTES, "output")->expr;
}

static void parse_clause(struct scn_parser *p, struct scn_clause *clause)
{
    static const char *const words[] = {"expect", "file", "stdout", "stderr", NULL};
    static const enum scn_clause_kind out[] = {SCN_STDOUT_IS, SCN_STDOUT_CONTAINS};
    static const enum scn_clause_kind err[] = {SCN_STDERR_IS, SCN_STDERR_CONTAINS};
    size_t i;

    clause->at = p->token.at;
    i = scn_want_one_of(p, words, "expect, file, stdout or stderr");
    if (p->err != SS_OK)
        return;
    if (i == 0)
        parse_outcomes(p, clause);
    else if (i == 1)
        parse_file_clause(p, clause);
    else
        parse_output(p, clause, i == 2 ? out : err);
}

/* "peer" has been taken. */
void scn_parse_peer(struct scn_parser *p, struct scn_vec *clauses)
{
    struct scn_clause *clause;

    do {
        clause = scn_push(p, clauses, sizeof *clause);
        if (clause == NULL)
            return;
        parse_clause(p, clause);
    } while (p->err == SS_OK && scn_take(p, TOK_SEMICOLON));
    if (p->err == SS_OK && !scn_ended(p))
        scn_expected(p, "';' or the end of the line");
}
