/* SPDX-License-Identifier: Apache-2.0 */
/* parse_relay.c - what the relay does to packets that pass through it.
 *
 * Owns: places (which packet is meant) and sides.
 * Not here: what the relay can read; it sees messages only before keys are in use.
 * Called by: parse_statement.c; the statement's word has been taken.
 * Follows: docs/scenario-language.md, "Grammar". */
#include "testserver/script/parser.h"

static void parse_side(struct scn_parser *p, enum scn_side *out)
{
    static const char *const sides[] = {"client", "server", NULL};
    size_t i;

    scn_want_word(p, "to");
    i = p->err == SS_OK ? scn_want_one_of(p, sides, "server or client") : 0;
    *out = i == 0 ? SCN_TO_CLIENT : SCN_TO_SERVER;
}

static void parse_index(struct scn_parser *p, struct scn_place *place)
{
    place->index = 1;
    if (scn_take_word(p, "first")) {
        (void)scn_take_word(p, "packet");
        return;
    }
    if (!scn_take_word(p, "packet")) {
        scn_expected(p, "a packet: first packet, packet 3, or the name of a message");
        return;
    }
    if (!scn_is(p, TOK_NUMBER)) {
        scn_expected(p, "the number of a packet");
        return;
    }
    if (p->token.number == 0 || p->token.number > UINT32_MAX)
        scn_fail_token(p, &p->token, NULL, "packets are counted from 1");
    place->index = (uint32_t)p->token.number;
    scn_advance(p);
}

static void parse_place(struct scn_parser *p, struct scn_place *place)
{
    place->at = scn_here(p, p->token.at);
    if (scn_is(p, TOK_NAME)) {
        (void)scn_parse_message(p, &place->message);
        place->index = 1;
        parse_side(p, &place->side);
        return;
    }
    parse_index(p, place);
    parse_side(p, &place->side);
    if (scn_take_word(p, "after"))
        (void)scn_parse_message(p, &place->after);
}

void scn_parse_inject(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_INJECT;
    parse_side(p, &stmt->side);
    if (p->err != SS_OK || !scn_parse_message(p, &stmt->message))
        return;
    scn_parse_fields(p, &stmt->message, &stmt->fields);
    stmt->place.at = scn_here(p, p->token.at);
    stmt->place.side = stmt->side;
    stmt->before = scn_is_word(p, "before");
    if (scn_take_word(p, "before") || scn_take_word(p, "after"))
        (void)scn_parse_message(p, &stmt->place.after);
}

/* drop and duplicate; the kind is set already. */
void scn_parse_drop(struct scn_parser *p, struct scn_stmt *stmt)
{
    parse_place(p, &stmt->place);
    stmt->side = stmt->place.side;
}

void scn_parse_flip(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_FLIP;
    stmt->value = &scn_parse_typed(p, SCN_NUMBER, "the index of a byte")->expr;
    scn_want_word(p, "of");
    scn_parse_drop(p, stmt);
}

void scn_parse_cut(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_CUT;
    scn_parse_drop(p, stmt);
    scn_want_word(p, "at");
    if (p->err == SS_OK)
        stmt->value = &scn_parse_typed(p, SCN_NUMBER, "a number of bytes")->expr;
}

void scn_parse_alter(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_ALTER;
    if (!scn_parse_message(p, &stmt->message))
        return;
    parse_side(p, &stmt->side);
    if (!scn_is(p, TOK_OPEN_BRACE))
        scn_expected(p, "'{' and the fields to alter");
    scn_parse_fields(p, &stmt->message, &stmt->fields);
}

void scn_parse_replace(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_REPLACE_LINE;
    scn_want_word(p, "line");
    parse_side(p, &stmt->side);
    scn_want_word(p, "with");
    if (p->err == SS_OK)
        stmt->value = &scn_parse_typed(p, SCN_BYTES, "the line")->expr;
}
