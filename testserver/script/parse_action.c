/* SPDX-License-Identifier: Apache-2.0 */
/* parse_action.c - what a seat does besides sending one message: phases, channels, closing.
 *
 * Owns: one function a statement; its word has been taken.
 * Not here: send and reply (parse_send.c), what the relay does (parse_relay.c).
 * Called by: parse_statement.c.
 * Follows: docs/scenario-language.md, "Grammar" and "What the statements do". */
#include "testserver/script/parser.h"

void scn_parse_version(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_VERSION;
    scn_parse_options(p, &stmt->fields);
}

void scn_parse_kexinit(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_KEXINIT;
    stmt->message.at = stmt->at;
    stmt->message.def = ss_msgdef_of(SS_MSG_kexinit);
    scn_parse_fields(p, &stmt->message, &stmt->fields);
}

void scn_parse_kex(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_KEX;
    scn_parse_options(p, &stmt->fields);
}

void scn_parse_rekey(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_REKEY;
    scn_parse_options(p, &stmt->fields);
}

void scn_parse_service(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_SERVICE;
    stmt->text = scn_want_string(p, "the name of a service in quotes");
}

/* Can an expression start here? */
static bool value_follows(const struct scn_parser *p)
{
    return !scn_ended(p) && !scn_is(p, TOK_CLOSE_BRACE) && !scn_is_word(p, "else");
}

void scn_parse_login(struct scn_parser *p, struct scn_stmt *stmt)
{
    static const char *const methods[] = {"password", "none", "key", NULL};
    static const enum scn_login kinds[] = {SCN_BY_PASSWORD, SCN_BY_NONE, SCN_BY_KEY};

    stmt->kind = SCN_LOGIN;
    if (scn_take_word(p, "as"))
        stmt->text = scn_want_string(p, "a user's name in quotes");
    if (!scn_take_word(p, "by"))
        return;
    stmt->method = kinds[scn_want_one_of(p, methods, "password, none or key")];
    if (stmt->method == SCN_BY_KEY && value_follows(p))
        stmt->value = &scn_parse_typed(p, SCN_KEY, "what one logs in with")->expr;
}

void scn_parse_session(struct scn_parser *p, struct scn_stmt *stmt)
{
    const struct scn_variable *v;

    stmt->kind = SCN_SESSION;
    if (scn_take_word(p, "window"))
        stmt->value = &scn_parse_typed(p, SCN_NUMBER, "a window")->expr;
    if (scn_take_word(p, "max_packet"))
        stmt->value2 = &scn_parse_typed(p, SCN_NUMBER, "max_packet")->expr;
    if (scn_take_word(p, "as")) {
        v = scn_bind(p, SCN_CHANNEL);
        stmt->slot = v != NULL ? v->slot : UINT32_MAX;
    }
}

/* exec, subsystem, shell, pty, env: kind of the request is in message.tail. */
void scn_parse_request(struct scn_parser *p, struct scn_stmt *stmt)
{
    enum ss_msgid tail = stmt->message.tail->id;

    stmt->kind = SCN_REQUEST;
    stmt->slot = scn_use_channel(p);
    if (tail == SS_TAIL_channel_request_exec)
        stmt->text = scn_want_string(p, "a command in quotes");
    else if (tail == SS_TAIL_channel_request_subsystem)
        stmt->text = scn_want_string(p, "the name of a subsystem in quotes");
    else if (tail == SS_TAIL_channel_request_env) {
        stmt->text = scn_want_string(p, "the name of a variable in quotes");
        stmt->text2 = scn_want_string(p, "its value in quotes");
    }
}

void scn_parse_drain(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_DRAIN;
    stmt->slot = scn_use_channel(p);
}

void scn_parse_sftp(struct scn_parser *p, struct scn_stmt *stmt)
{
    const struct scn_variable *v;

    stmt->kind = SCN_SFTP;
    if (scn_take_word(p, "as")) {
        v = scn_bind(p, SCN_CHANNEL);
        stmt->slot = v != NULL ? v->slot : UINT32_MAX;
    }
}

void scn_parse_serve(struct scn_parser *p, struct scn_stmt *stmt)
{
    static const char *const words[] = {"kex", "login", "session", "exec", "sftp", "closed", NULL};
    static const enum scn_until kinds[] = {SCN_UNTIL_KEX,  SCN_UNTIL_LOGIN, SCN_UNTIL_SESSION,
                                           SCN_UNTIL_EXEC, SCN_UNTIL_SFTP,  SCN_UNTIL_CLOSED};

    stmt->kind = SCN_SERVE;
    stmt->until = SCN_UNTIL_CLOSED;
    if (scn_take_word(p, "until"))
        stmt->until = kinds[scn_want_one_of(p, words, "kex, login, session, exec, sftp or closed")];
}

void scn_parse_disconnect(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_DISCONNECT;
    stmt->number = SS_DISCONNECT_BY_APPLICATION;
    if (scn_is(p, TOK_WORD) && !scn_is_word(p, "else"))
        stmt->number = scn_want_reason(p);
}

void scn_parse_close(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_CLOSE;
    stmt->close_how = SCN_CLOSE_FIN;
    if (scn_take_word(p, "rst"))
        stmt->close_how = SCN_CLOSE_RST;
    else if (scn_take_word(p, "half"))
        stmt->close_how = SCN_CLOSE_HALF;
}

void scn_parse_release(struct scn_parser *p, struct scn_stmt *stmt)
{
    (void)p;
    stmt->kind = SCN_RELEASE;
}

void scn_parse_set(struct scn_parser *p, struct scn_stmt *stmt)
{
    static const char *const directions[] = {"in", "out", NULL};

    stmt->kind = SCN_SET_SEQUENCE;
    scn_want_word(p, "sequence");
    stmt->number = scn_want_one_of(p, directions, "in or out") == 0 ? SS_IN : SS_OUT;
    if (p->err == SS_OK)
        stmt->value = &scn_parse_typed(p, SCN_NUMBER, "a sequence number")->expr;
}
