/* SPDX-License-Identifier: Apache-2.0 */
/* parse_statement.c - which statement it is, whether it may stand here, and faults.
 *
 * Owns: the table of statements; blocks; which judgements belong to a fault.
 * Not here: what follows a statement's word (the other parse files).
 * Called by: parse_file.c for seats, parse_control.c for bodies, fragment.c.
 * Follows: docs/scenario-language.md, "Grammar" and "fault". */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum sort { ACTION, JUDGEMENT, CONTROL };
enum { ENDPOINT = SCN_IN_CLIENT | SCN_IN_SERVER };

struct row {
    const char *word;
    enum sort sort;
    unsigned seats;
    scn_statement_fn *parse;
    enum scn_kind kind; /* where one function parses several */
    enum ss_msgid tail; /* of scn_parse_request */
};

static const struct row rows[] = {
    {"version", ACTION, ENDPOINT, scn_parse_version, SCN_VERSION, SS_MSGID_NONE},
    {"kexinit", ACTION, ENDPOINT, scn_parse_kexinit, SCN_KEXINIT, SS_MSGID_NONE},
    {"kex", ACTION, ENDPOINT, scn_parse_kex, SCN_KEX, SS_MSGID_NONE},
    {"rekey", ACTION, ENDPOINT, scn_parse_rekey, SCN_REKEY, SS_MSGID_NONE},
    {"service", ACTION, ENDPOINT, scn_parse_service, SCN_SERVICE, SS_MSGID_NONE},
    {"login", ACTION, ENDPOINT, scn_parse_login, SCN_LOGIN, SS_MSGID_NONE},
    {"session", ACTION, ENDPOINT, scn_parse_session, SCN_SESSION, SS_MSGID_NONE},
    {"exec", ACTION, SCN_IN_CLIENT, scn_parse_request, SCN_REQUEST, SS_TAIL_channel_request_exec},
    {"subsystem", ACTION, SCN_IN_CLIENT, scn_parse_request, SCN_REQUEST,
     SS_TAIL_channel_request_subsystem},
    {"shell", ACTION, SCN_IN_CLIENT, scn_parse_request, SCN_REQUEST, SS_TAIL_channel_request_shell},
    {"pty", ACTION, SCN_IN_CLIENT, scn_parse_request, SCN_REQUEST, SS_TAIL_channel_request_pty_req},
    {"env", ACTION, SCN_IN_CLIENT, scn_parse_request, SCN_REQUEST, SS_TAIL_channel_request_env},
    {"drain", ACTION, ENDPOINT, scn_parse_drain, SCN_DRAIN, SS_MSGID_NONE},
    {"sftp", ACTION, ENDPOINT, scn_parse_sftp, SCN_SFTP, SS_MSGID_NONE},
    {"serve", ACTION, SCN_IN_SERVER, scn_parse_serve, SCN_SERVE, SS_MSGID_NONE},
    {"send", ACTION, ENDPOINT, scn_parse_send, SCN_SEND, SS_MSGID_NONE},
    {"reply", ACTION, ENDPOINT, scn_parse_reply, SCN_REPLY, SS_MSGID_NONE},
    {"disconnect", ACTION, ENDPOINT, scn_parse_disconnect, SCN_DISCONNECT, SS_MSGID_NONE},
    {"close", ACTION, ENDPOINT, scn_parse_close, SCN_CLOSE, SS_MSGID_NONE},
    {"release", ACTION, ENDPOINT, scn_parse_release, SCN_RELEASE, SS_MSGID_NONE},
    {"set", ACTION, ENDPOINT, scn_parse_set, SCN_SET_SEQUENCE, SS_MSGID_NONE},
    {"inject", ACTION, SCN_IN_RELAY, scn_parse_inject, SCN_INJECT, SS_MSGID_NONE},
    {"drop", ACTION, SCN_IN_RELAY, scn_parse_drop, SCN_DROP, SS_MSGID_NONE},
    {"duplicate", ACTION, SCN_IN_RELAY, scn_parse_drop, SCN_DUPLICATE, SS_MSGID_NONE},
    {"flip", ACTION, SCN_IN_RELAY, scn_parse_flip, SCN_FLIP, SS_MSGID_NONE},
    {"cut", ACTION, SCN_IN_RELAY, scn_parse_cut, SCN_CUT, SS_MSGID_NONE},
    {"alter", ACTION, SCN_IN_RELAY, scn_parse_alter, SCN_ALTER, SS_MSGID_NONE},
    {"replace", ACTION, SCN_IN_RELAY, scn_parse_replace, SCN_REPLACE_LINE, SS_MSGID_NONE},
    {"expect", JUDGEMENT, SCN_IN_ANY, scn_parse_expect, SCN_EXPECT, SS_MSGID_NONE},
    {"never", JUDGEMENT, SCN_IN_ANY, scn_parse_never, SCN_NEVER, SS_MSGID_NONE},
    {"fence", JUDGEMENT, ENDPOINT, scn_parse_fence, SCN_FENCE, SS_MSGID_NONE},
    {"check", JUDGEMENT, SCN_IN_ANY, scn_parse_check, SCN_CHECK, SS_MSGID_NONE},
    {"should", JUDGEMENT, SCN_IN_ANY, scn_parse_check, SCN_SHOULD, SS_MSGID_NONE},
    /* What the peer can do is asked of the twin too, so it is no judgement of the fault. */
    {"needs", CONTROL, SCN_IN_ANY, scn_parse_needs, SCN_NEEDS, SS_MSGID_NONE},
    {"let", CONTROL, SCN_IN_ANY, scn_parse_let, SCN_LET, SS_MSGID_NONE},
    {"if", CONTROL, SCN_IN_ANY, scn_parse_if, SCN_IF, SS_MSGID_NONE},
    {"repeat", CONTROL, SCN_IN_ANY, scn_parse_repeat, SCN_REPEAT, SS_MSGID_NONE},
    {"for", CONTROL, SCN_IN_ANY, scn_parse_for, SCN_FOR, SS_MSGID_NONE},
    {"on", CONTROL, ENDPOINT, scn_parse_on, SCN_ON, SS_MSGID_NONE},
    {"pass", CONTROL, ENDPOINT, scn_parse_pass, SCN_PASS, SS_MSGID_NONE},
    {"use", CONTROL, SCN_IN_ANY, scn_parse_use, SCN_BLOCK, SS_MSGID_NONE},
};

static const char *seat_name(enum scn_seat_kind seat)
{
    if (seat == SCN_IN_RELAY)
        return "relay";
    return seat == SCN_IN_CLIENT ? "client" : "server";
}

/* Null: pinned. */
static const struct row *want_row(struct scn_parser *p)
{
    const char *words[SS_COUNT(rows) + 2];

    if (!scn_is(p, TOK_WORD)) {
        scn_expected(p, "a statement");
        return NULL;
    }
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        words[i] = rows[i].word;
        if (ss_span_is(p->token.text, rows[i].word))
            return &rows[i];
    }
    words[SS_COUNT(rows)] = "fault";
    words[SS_COUNT(rows) + 1] = NULL;
    scn_fail_token(p, &p->token, ss_suggest(p->token.text, words), "unknown statement %.*s",
                   scn_shown(p->token.text), p->token.text.data);
    return NULL;
}

static void parse_row(struct scn_parser *p, const struct row *row, struct scn_stmt *stmt)
{
    if ((row->seats & p->seat) == 0)
        scn_fail_token(p, &p->token, NULL, "%s cannot stand in the %s seat", row->word,
                       seat_name(p->seat));
    else if ((row->kind == SCN_REPLY || row->kind == SCN_PASS) && p->in_on == 0 &&
             p->seat != SCN_IN_ANY)
        scn_fail_token(p, &p->token, NULL, "%s stands inside on MESSAGE { } only", row->word);
    scn_advance(p);
    if (p->err != SS_OK)
        return;
    stmt->kind = row->kind;
    if (row->tail != SS_MSGID_NONE) {
        stmt->message.at = stmt->at;
        stmt->message.def = ss_msgdef_of(SS_MSG_channel_request);
        stmt->message.tail = ss_msgdef_of(row->tail);
    }
    row->parse(p, stmt);
}

/* What may follow "fault" and "else". */
static void parse_action(struct scn_parser *p, struct scn_stmt *stmt)
{
    const struct row *row;

    stmt->at = scn_here(p, p->token.at);
    if (scn_is(p, TOK_OPEN_BRACE)) {
        stmt->kind = SCN_BLOCK;
        scn_parse_block(p, &stmt->body);
        return;
    }
    if (scn_is_word(p, "fault"))
        scn_fail_token(p, &p->token, NULL, "a fault inside a fault");
    row = want_row(p);
    if (row == NULL)
        return;
    if (row->sort != ACTION)
        scn_fail_token(p, &p->token, NULL, "only an action can be a fault, %s is none", row->word);
    else
        parse_row(p, row, stmt);
}

/* What the twin does instead. A name that the fault binds must be bound here too, and is the same
 * variable, or the twin would not know it. */
static void parse_else(struct scn_parser *p, struct scn_stmt *fault, struct scn_variable *outer)
{
    struct scn_variable *bound = p->names != outer ? p->names : NULL, *here;
    struct scn_stmt *stmt = scn_new(p, sizeof *stmt);

    if (stmt == NULL)
        return;
    stmt->slot = UINT32_MAX;
    p->names = outer;
    p->after_fault = false;
    parse_action(p, stmt);
    if (p->err != SS_OK)
        return;
    here = p->names != outer ? p->names : NULL;
    if (here != NULL && bound != NULL && ss_span_eq(here->name, bound->name)) {
        here->slot = stmt->slot = bound->slot;
    } else if (here != NULL || bound != NULL) {
        if (here == NULL)
            here = bound;
        scn_fail(p, here->at, here->name.size, NULL, "%.*s must be bound by the fault and by else",
                 scn_shown(here->name), here->name.data);
    }
    fault->instead = stmt;
}

static void parse_fault(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_variable *outer = p->names;
    struct scn_pos at = scn_here(p, p->token.at);

    if (p->in_fault > 0)
        scn_fail_token(p, &p->token, NULL, "a fault inside a fault");
    scn_advance(p);
    if (p->err != SS_OK)
        return;
    stmt->fault = true;
    stmt->fault_index = p->file->faults++;
    p->in_fault++;
    p->after_fault = true;
    parse_action(p, stmt);
    p->in_fault--;
    stmt->at = at;
    if (scn_take_word(p, "else"))
        parse_else(p, stmt, outer);
    else if (p->names != outer && p->err == SS_OK)
        p->names->reaction = true;
    p->after_fault = true;
}

static void parse_plain(struct scn_parser *p, struct scn_stmt *stmt)
{
    const struct row *row = want_row(p);

    if (row == NULL)
        return;
    if (row->sort == JUDGEMENT)
        stmt->reaction = p->judging = p->after_fault;
    parse_row(p, row, stmt);
    p->judging = false;
    if ((row->sort == ACTION || row->kind == SCN_PASS) && p->in_fault == 0)
        p->after_fault = false;
}

void scn_end_statement(struct scn_parser *p)
{
    if (p->err == SS_OK && !scn_ended(p) && !scn_is(p, TOK_CLOSE_BRACE))
        scn_expected(p, "the end of the line");
}

static void parse_statement(struct scn_parser *p, struct scn_vec *body)
{
    struct scn_stmt *stmt = scn_new(p, sizeof *stmt);
    const struct scn_stmt **entry = scn_push(p, body, sizeof *entry);

    if (stmt == NULL || entry == NULL)
        return;
    *entry = stmt;
    stmt->at = scn_here(p, p->token.at);
    stmt->slot = UINT32_MAX;
    p->token.newlines = 0;
    if (scn_is_word(p, "fault"))
        parse_fault(p, stmt);
    else
        parse_plain(p, stmt);
    scn_end_statement(p);
}

void scn_parse_statements(struct scn_parser *p, struct scn_body *out)
{
    struct scn_vec body = {NULL, 0, 0};
    struct scn_token brace = p->token;

    scn_want(p, TOK_OPEN_BRACE, "'{'");
    if (!scn_deeper(p))
        return;
    while (p->err == SS_OK && p->token.kind != TOK_CLOSE_BRACE && p->token.kind != TOK_END)
        parse_statement(p, &body);
    if (p->err == SS_OK && p->token.kind == TOK_END)
        scn_fail_token(p, &brace, NULL, "this block is not closed");
    p->depth--;
    p->token.newlines = 0;
    scn_advance(p);
    out->items = body.items;
    out->count = body.count;
}

void scn_parse_block(struct scn_parser *p, struct scn_body *out)
{
    unsigned mark = scn_scope_open(p);

    scn_parse_statements(p, out);
    scn_scope_close(p, mark);
}
