/* SPDX-License-Identifier: Apache-2.0 */
/* parse_file.c - a file as a whole: title, headers, seats, what the peer must show at the end; and
 * whether these fit each other.
 *
 * Owns: which seats and which headers belong together.
 * Not here: the lines themselves.
 * Called by: parse.c.
 * Follows: docs/scenario-language.md, "Grammar". */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { BUDGET_DEFAULT = 30000 };

struct marks { /* tokens that later mistakes point at */
    struct scn_token scenario, against, budget;
};

/* ---- seats ---- */

static void parse_seat(struct scn_parser *p, struct scn_seat *seat, enum scn_seat_kind kind,
                       uint64_t *within)
{
    if (seat->present)
        scn_fail_token(p, &p->token, NULL, "there is a %.*s seat already, in line %u",
                       scn_shown(p->token.text), p->token.text.data, (unsigned)seat->at.line);
    seat->present = true;
    seat->at = p->token.at;
    scn_advance(p);
    p->seat = kind;
    p->within = 0;
    p->after_fault = false;
    scn_parse_block(p, &seat->body);
    p->seat = SCN_IN_ANY;
    if (p->within > *within)
        *within = p->within;
    if (p->err == SS_OK && !scn_ended(p))
        scn_expected(p, "the end of the line");
}

static bool parse_part(struct scn_parser *p, struct scn_vec *clauses, uint64_t *within)
{
    if (scn_is_word(p, "client")) {
        parse_seat(p, &p->file->client, SCN_IN_CLIENT, within);
    } else if (scn_is_word(p, "server")) {
        parse_seat(p, &p->file->server, SCN_IN_SERVER, within);
    } else if (scn_is_word(p, "relay")) {
        parse_seat(p, &p->file->relay, SCN_IN_RELAY, within);
    } else if (scn_is_word(p, "peer")) {
        scn_advance(p);
        scn_parse_peer(p, clauses);
    } else {
        return false;
    }
    return true;
}

static void unknown_part(struct scn_parser *p, bool seats)
{
    static const char *const words[] = {"client", "server", "relay",  "peer", "proves", "against",
                                        "level",  "tags",   "action", "each", "budget", NULL};

    if (seats && scn_at_header(p))
        scn_fail_token(p, &p->token, NULL, "%.*s belongs above the seats", scn_shown(p->token.text),
                       p->token.text.data);
    scn_fail_token(p, &p->token, ss_suggest(p->token.text, words),
                   "expected a header, a seat or peer, not %.*s", scn_shown(p->token.text),
                   p->token.text.data);
}

static uint64_t parse_parts(struct scn_parser *p)
{
    struct scn_vec clauses = {NULL, 0, 0};
    uint64_t within = 0;
    bool seats = false;

    while (p->err == SS_OK && p->token.kind != TOK_END) {
        p->token.newlines = 0;
        if (scn_is_word(p, "peer") && !seats)
            scn_fail_token(p, &p->token, NULL, "peer belongs below the seats");
        else if (!parse_part(p, &clauses, &within))
            unknown_part(p, seats);
        seats = true;
    }
    p->file->peer = clauses.items;
    p->file->peer_count = clauses.count;
    return within;
}

/* ---- do the parts fit ---- */

static void check_seats(struct scn_parser *p, const struct marks *marks)
{
    const struct scn_file *file = p->file;
    bool client = file->client.present, server = file->server.present;
    bool relay = file->relay.present;
    const char *want = NULL;

    if (file->against == SCN_AGAINST_SERVER && (!client || server || relay))
        want = "against server takes a client seat and no other";
    else if (file->against == SCN_AGAINST_CLIENT && (client || !server || relay))
        want = "against client takes a server seat and no other";
    else if (file->against == SCN_AGAINST_BOTH && (relay ? client || server : !client || !server))
        want = "against both takes a relay seat, or a client and a server seat";
    if (want != NULL)
        scn_fail_token(p, &marks->against, NULL, "%s", want);
}

static void check_action(struct scn_parser *p, const struct marks *marks)
{
    bool given = p->file->action.kind != SCN_NO_ACTION;

    if (p->file->against == SCN_AGAINST_SERVER && given)
        scn_fail(p, p->file->action.at, 1, NULL, "only a client under test takes an action");
    if (p->file->against != SCN_AGAINST_SERVER && !given)
        scn_fail_token(p, &marks->against, NULL,
                       "a client under test needs an action, such as action exec \"true\"");
}

static void check_budget(struct scn_parser *p, const struct marks *marks, uint64_t within)
{
    const struct scn_token *at = marks->budget.text.size > 0 ? &marks->budget : &marks->scenario;

    if (within > p->file->budget)
        scn_fail_token(p, at, NULL, "the deadlines add up to %llu ms, the budget is %llu ms",
                       (unsigned long long)within, (unsigned long long)p->file->budget);
}

static void parse_scenario(struct scn_parser *p)
{
    struct marks marks;
    uint64_t within;

    memset(&marks, 0, sizeof marks);
    marks.scenario = p->token;
    p->file->title_at = p->token.at;
    p->file->budget = BUDGET_DEFAULT;
    scn_advance(p);
    p->file->title = scn_want_string(p, "the title in quotes");
    if (p->err == SS_OK && p->file->title.size == 0)
        scn_fail_token(p, &marks.scenario, NULL, "the title is empty");
    if (p->err == SS_OK && !scn_ended(p))
        scn_expected(p, "the end of the line");
    scn_parse_headers(p, &marks.against, &marks.budget);
    within = parse_parts(p);
    if (p->err != SS_OK)
        return;
    if (marks.against.text.size == 0)
        scn_fail_token(p, &marks.scenario, NULL,
                       "say what is under test: against server, client "
                       "or both");
    check_seats(p, &marks);
    check_action(p, &marks);
    check_budget(p, &marks, within);
}

void scn_parse_file(struct scn_parser *p)
{
    static const char *const words[] = {"scenario", "fragment", NULL};

    p->file->each_slot = UINT32_MAX;
    if (p->token.kind != TOK_END)
        p->token.newlines = 0;
    if (scn_is_word(p, "scenario"))
        parse_scenario(p);
    else if (scn_is_word(p, "fragment"))
        scn_parse_fragment_file(p);
    else if (scn_is(p, TOK_WORD))
        scn_fail_token(p, &p->token, ss_suggest(p->token.text, words),
                       "a file starts with scenario or fragment");
    else
        scn_fail_token(p, &p->token, NULL, "a file starts with scenario or fragment");
    p->file->slot_names = p->slot_names.items;
}
