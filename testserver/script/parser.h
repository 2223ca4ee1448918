/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h - what the parse and check files share.
 *
 * Owns: struct scn_parser, which lives for one scn_parse.
 * Not here: the tree (script.h), words (lexer.h).
 * Called by: files of testserver/script/ whose names start with parse_, check_, scope, fragment.
 * Follows: docs/scenario-language.md.
 *
 * The first thing that is wrong pins itself: parser->err is set, the diagnostic is filled, and the
 * current token is TOK_END from then on, so that every loop ends. What the calls return after that
 * may be read but means nothing. Expressions are never null. */
#ifndef SSHSPEC_SCRIPT_PARSER_H
#define SSHSPEC_SCRIPT_PARSER_H

#include "testserver/script/lexer.h"

enum { SCN_LIST_MAX = 10000, SCN_SLOTS_MAX = 10000, SCN_EXPR_DEPTH_MAX = 2000 };

/* An expression with what only the checker wants to know about it. */
struct scn_node {
    struct scn_expr expr;
    struct scn_pos start; /* where it stands, also inside a fragment */
    uint32_t length;
    uint32_t depth;                     /* of the tree below: who walks it recurses */
    const struct ss_msgdef *def, *tail; /* of a message */
    const struct ss_msgdef *group;      /* of a list: its elements are groups of this */
    enum scn_type element;              /* of a list: type of its elements */
    const struct ss_nametable *numbers; /* names that its numbers have */
};

struct scn_variable {
    ss_span name;
    uint32_t slot;
    struct scn_pos at;
    unsigned scope;
    bool reaction;        /* bound by a judgement that the twin leaves out */
    struct scn_node node; /* what is known about its value */
    struct scn_variable *up;
};

struct scn_vec { /* grows in the arena; zero it to start */
    void *items;
    size_t count, cap;
};

enum scn_seat_kind { SCN_IN_CLIENT = 1, SCN_IN_SERVER = 2, SCN_IN_RELAY = 4, SCN_IN_ANY = 7 };

struct scn_frame { /* a fragment that is being read */
    ss_span name;
    const struct scn_frame *up;
};

struct scn_parser {
    const struct ss_env *env;
    struct scn_loader *loader;
    struct scn_file *file;
    struct scn_diagnostic *diagnostic;
    ss_err err;
    struct scn_lexer lexer;
    struct scn_token token;
    struct scn_pos end; /* just behind the token before */
    size_t tokens;      /* how many may still come, fragments included */
    unsigned nest;      /* open brackets in which line ends mean nothing */
    unsigned depth;     /* of the recursion */
    struct scn_variable *names;
    unsigned scope;
    struct scn_vec slot_names;
    const struct scn_variable *condition; /* the message whose fields are names here, or null */
    const struct ss_nametable *numbers;   /* names that may stand for numbers here, or null */
    enum scn_seat_kind seat;
    bool after_fault; /* nothing acted since the last fault */
    bool judging;     /* inside a judgement that the twin leaves out */
    unsigned in_fault, in_on;
    uint64_t within; /* deadlines of the present body, added up */
    const struct scn_frame *frames;
    unsigned in_use;       /* fragments that are being read because of a use */
    struct scn_pos use_at; /* of the outermost use */
    struct scn_node spare; /* stands in when memory is out */
};

/* ---- parse.c: tokens, errors, memory ---- */
void scn_advance(struct scn_parser *p);
void scn_advance_on(struct scn_parser *p); /* and the line may end before the next token */
/* Pins an error. suggestion may be null. */
void scn_fail(struct scn_parser *p, struct scn_pos at, size_t length, const char *suggestion,
              const char *format, ...) SS_PRINTF(5, 6);
void scn_fail_token(struct scn_parser *p, const struct scn_token *token, const char *suggestion,
                    const char *format, ...) SS_PRINTF(4, 5);
/* "expected X", at the present token or, when the line is over, behind the last one. */
void scn_expected(struct scn_parser *p, const char *what);
void scn_out_of_memory(struct scn_parser *p);
bool scn_ended(const struct scn_parser *p); /* the statement cannot go on here */
bool scn_is(const struct scn_parser *p, enum scn_token_kind kind);
bool scn_is_word(const struct scn_parser *p, const char *word);
bool scn_take(struct scn_parser *p, enum scn_token_kind kind); /* takes it when it is there */
bool scn_take_word(struct scn_parser *p, const char *word);
void scn_want(struct scn_parser *p, enum scn_token_kind kind, const char *what);
void scn_want_word(struct scn_parser *p, const char *word);
/* The index of the present word in words (null-terminated), which is taken; else an error that
 * says "expected WHAT" and suggests; then the result is 0. */
size_t scn_want_one_of(struct scn_parser *p, const char *const *words, const char *what);
ss_span scn_want_string(struct scn_parser *p, const char *what);
ss_span scn_want_name(struct scn_parser *p, const char *what); /* a lower-case word */
void *scn_new(struct scn_parser *p, size_t size);              /* null: pinned */
/* Room for one more item at the end, zeroed; null when memory is out. */
void *scn_push(struct scn_parser *p, struct scn_vec *vec, size_t size);
/* Where the tree says that token stands. */
struct scn_pos scn_here(const struct scn_parser *p, struct scn_pos at);
bool scn_deeper(struct scn_parser *p);                         /* counts recursion; false: pinned */
int scn_shown(ss_span s);                                      /* for %.*s: at most 48 */
const char *scn_upper(struct scn_parser *p, const char *name); /* as messages are written */

/* ---- scope.c ---- */
unsigned scn_scope_open(struct scn_parser *p);
void scn_scope_close(struct scn_parser *p, unsigned mark);
const struct scn_variable *scn_scope_find(const struct scn_parser *p, ss_span name);
/* Takes a lower-case name and binds it in the present scope to a fresh slot. */
struct scn_variable *scn_bind(struct scn_parser *p, enum scn_type type);
/* The same for a name that was read already; slot UINT32_MAX: a fresh one. */
struct scn_variable *scn_bind_name(struct scn_parser *p, ss_span name, struct scn_pos at,
                                   enum scn_type type, uint32_t slot);
uint32_t scn_fresh_slot(struct scn_parser *p, ss_span name);
/* A variable by the present word, which is taken; null when there is none (pinned). */
const struct scn_variable *scn_use_variable(struct scn_parser *p);
/* The same, and it must be a channel: its slot. */
uint32_t scn_use_channel(struct scn_parser *p);
void scn_unknown_name(struct scn_parser *p, const struct scn_token *token);

/* ---- parse_expr.c, parse_operand.c ---- */
struct scn_node *scn_parse_expr(struct scn_parser *p);
struct scn_node *scn_parse_unary(struct scn_parser *p);
struct scn_node *scn_parse_typed(struct scn_parser *p, enum scn_type type, const char *what);
struct scn_node *scn_new_node(struct scn_parser *p, enum scn_expr_kind kind, struct scn_pos start);
/* Its length: up to here; its depth. */
void scn_end_node(struct scn_parser *p, struct scn_node *node);
struct scn_node *scn_node_of(const struct scn_expr *expr);

/* ---- check_type.c ---- */
bool scn_fits(const struct scn_node *node, enum scn_type type);
const char *scn_type_said(enum scn_type type); /* "a number" */
void scn_want_type(struct scn_parser *p, const struct scn_node *node, enum scn_type type,
                   const char *what);
void scn_check_binary(struct scn_parser *p, struct scn_node *node);
void scn_check_call(struct scn_parser *p, struct scn_node *node);
const char *scn_function_name(enum scn_function function);
/* The function called name; false: none, *out_suggestion may be set. */
bool scn_function_find(ss_span name, enum scn_function *out, const char **out_suggestion);
/* Is it a number that stands there in digits? */
bool scn_literal_number(const struct scn_node *node, uint64_t *out);

/* ---- check_name.c: facts, members, @names ---- */
bool scn_is_fact_root(ss_span name);
void scn_check_fact(struct scn_parser *p, struct scn_node *node);
void scn_check_member(struct scn_parser *p, struct scn_node *node);
void scn_check_at_name(struct scn_parser *p, struct scn_node *node, const struct scn_token *token);
bool scn_reserved(ss_span name);

/* ---- check_message.c ---- */
/* MESSAGE [TAIL] */
bool scn_parse_message(struct scn_parser *p, struct scn_message *out);
/* Can the peer of this seat send it at all? name is its token. */
void scn_check_sender(struct scn_parser *p, const struct scn_message *message,
                      const struct scn_token *name);
/* A field that may be read; type SCN_ANY when tails disagree. tail null: any tail's. */
bool scn_field_of(const struct ss_msgdef *def, const struct ss_msgdef *tail, ss_span path,
                  const struct ss_fielddef **out);
/* Says what is known about a field's value. */
void scn_describe_field(struct scn_node *node, const struct ss_fielddef *field);
void scn_unknown_field(struct scn_parser *p, const struct ss_msgdef *def,
                       const struct ss_msgdef *tail, ss_span path, struct scn_pos at);
/* May value be assigned to field? */
void scn_check_field_value(struct scn_parser *p, const struct ss_fielddef *field,
                           const struct scn_node *value);
void scn_check_option(struct scn_parser *p, const struct scn_token *name,
                      const struct scn_node *value);
uint32_t scn_want_reason(struct scn_parser *p); /* name of a disconnect reason */
bool scn_is_reason(ss_span name);

/* ---- parse_send.c ---- */
/* A dotted path of field names; it lives in the arena. */
ss_span scn_parse_path(struct scn_parser *p, struct scn_token *out_first);
void scn_parse_fields(struct scn_parser *p, const struct scn_message *message,
                      struct scn_fields *out);
void scn_parse_options(struct scn_parser *p, struct scn_fields *out);
void scn_parse_send(struct scn_parser *p, struct scn_stmt *stmt);
void scn_parse_reply(struct scn_parser *p, struct scn_stmt *stmt);

/* ---- parse_action.c, parse_judge.c, parse_relay.c: one statement; its word is taken ---- */
typedef void scn_statement_fn(struct scn_parser *p, struct scn_stmt *stmt);
scn_statement_fn scn_parse_version, scn_parse_kexinit, scn_parse_kex, scn_parse_rekey,
    scn_parse_service, scn_parse_login, scn_parse_session, scn_parse_request, scn_parse_drain,
    scn_parse_sftp, scn_parse_serve, scn_parse_disconnect, scn_parse_close, scn_parse_release,
    scn_parse_set;
scn_statement_fn scn_parse_expect, scn_parse_never, scn_parse_fence, scn_parse_check,
    scn_parse_needs;
scn_statement_fn scn_parse_inject, scn_parse_drop, scn_parse_flip, scn_parse_cut, scn_parse_alter,
    scn_parse_replace;

/* ---- parse_control.c ---- */
scn_statement_fn scn_parse_let, scn_parse_if, scn_parse_repeat, scn_parse_for, scn_parse_on,
    scn_parse_pass;

/* ---- parse_statement.c ---- */
/* "{" statement* "}" in a scope of its own. */
void scn_parse_block(struct scn_parser *p, struct scn_body *out);
/* The same without opening a scope. */
void scn_parse_statements(struct scn_parser *p, struct scn_body *out);
void scn_end_statement(struct scn_parser *p);

/* ---- fragment.c ---- */
scn_statement_fn scn_parse_use;
void scn_parse_fragment_file(struct scn_parser *p);

/* ---- parse_file.c, parse_header.c, parse_peer.c ---- */
void scn_parse_file(struct scn_parser *p);
/* The tokens of two headers are for later mistakes; they stay as they are when there is none. */
void scn_parse_headers(struct scn_parser *p, struct scn_token *out_against,
                       struct scn_token *out_budget);
bool scn_at_header(const struct scn_parser *p);
void scn_parse_peer(struct scn_parser *p, struct scn_vec *clauses);
void scn_check_file_name(struct scn_parser *p, const struct scn_token *token, ss_span name);

#endif
