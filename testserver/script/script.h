/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - a scenario as a checked tree.
 *
 * Owns: the tree (in an arena of its own), diagnostics.
 * Not here: running it (actor/), choosing what runs (catalogue.h).
 * Follows: docs/scenario-language.md, which has the grammar on one page.
 *
 * scn_parse gives a tree only when the whole text is right: every message, field, function, key
 * and word is known, every name is bound before use, types fit. Everything in the tree lives as
 * long as the struct scn_file. Message and field names are resolved to rows of msg.h. */
#ifndef SSHSPEC_SCRIPT_H
#define SSHSPEC_SCRIPT_H

#include "sshspec/config.h"

struct scn_pos {
    uint32_t line, column; /* from 1; column counts bytes */
};

enum scn_type { /* of an expression, as far as the checker knows */
                SCN_ANY,
                SCN_BOOL,
                SCN_NUMBER,
                SCN_BYTES,
                SCN_LIST,
                SCN_KEY,
                SCN_MESSAGE,
                SCN_CHANNEL
};

/* ---- expressions ---- */
enum scn_expr_kind {
    SCN_LIT_BOOL,   /* number is 0 or 1 */
    SCN_LIT_NUMBER, /* number */
    SCN_LIT_BYTES,  /* bytes */
    SCN_LIT_LIST,   /* items */
    SCN_AT_NAME,    /* bytes: the name without @: a key, a list of names or @password */
    SCN_VARIABLE,   /* slot */
    SCN_FACT,       /* peer.x, kex.x, auth.x: bytes: the whole dotted path */
    SCN_MEMBER,     /* left . bytes (a dotted path below it) */
    SCN_INDEX,      /* left [ right ] */
    SCN_CALL,       /* function, items */
    SCN_NOT,        /* left */
    SCN_MINUS,      /* left */
    SCN_BINARY      /* op, left, right */
};
enum scn_op {
    SCN_OR,
    SCN_AND,
    SCN_EQ,
    SCN_NE,
    SCN_LT,
    SCN_LE,
    SCN_GT,
    SCN_GE,
    SCN_IN,
    SCN_ADD,
    SCN_SUB,
    SCN_MUL
};
enum scn_function {
#define SCN_FUNCTION(name, least, most, type) SCN_FN_##name,
#include "testserver/script/functions.def"
    SCN_FN_COUNT
};
struct scn_expr {
    enum scn_expr_kind kind;
    struct scn_pos at;
    enum scn_type type;
    uint64_t number;
    ss_span bytes;
    uint32_t slot;
    enum scn_op op;
    enum scn_function function;
    const struct scn_expr *left, *right;
    const struct scn_expr **items;
    size_t count;
};

/* ---- parts of statements ---- */
struct scn_field_set { /* name = value inside { } */
    struct scn_pos at;
    ss_span path; /* message field path, or a config option name, or "host_key" */
    const struct scn_expr *value;
};
struct scn_fields {
    const struct scn_field_set *items;
    size_t count;
};
struct scn_lie {
    struct scn_pos at;
    enum ss_lie_kind kind;
    ss_span path;                 /* field seam, else empty */
    const struct scn_expr *n;     /* number, or null */
    const struct scn_expr *bytes; /* RAW, APPEND, PAD_BYTES */
};
struct scn_message { /* which message is meant */
    struct scn_pos at;
    const struct ss_msgdef *def;
    const struct ss_msgdef *tail; /* or null: any */
};

enum scn_close_class {
    SCN_CLOSED_DISCONNECT, /* with a reason */
    SCN_CLOSED_FIN,
    SCN_CLOSED_RST,
    SCN_CLOSED_HALF,
    SCN_CLOSED_SILENCE,
    SCN_CLOSED_OPEN
};
enum scn_grade { SCN_PASSES, SCN_WEAK, SCN_FAILS };
struct scn_class {
    enum scn_grade grade;
    bool any; /* every way of closing (not silence, not open) */
    enum scn_close_class how;
    uint32_t reason; /* of a disconnect; 0: any reason */
};
struct scn_alternative {
    struct scn_pos at;
    bool weak;
    bool closed; /* else a message */
    struct scn_message message;
    const struct scn_expr **conditions; /* see the message through `slot`: fields of it stand
                                           as SCN_MEMBER on that variable */
    size_t condition_count;
    uint32_t slot;                   /* the message is bound here, also without `as` */
    const struct scn_class *classes; /* closed; none: any passes */
    size_t class_count;
};

enum scn_side { SCN_TO_CLIENT, SCN_TO_SERVER };
struct scn_place { /* a packet seen by the relay */
    struct scn_pos at;
    enum scn_side side;
    uint32_t index;             /* from 1: the n-th packet to side, counted behind `after` */
    struct scn_message after;   /* def null: from the start */
    struct scn_message message; /* def not null: the first packet of this message instead */
};

/* ---- statements ---- */
enum scn_kind {
    SCN_VERSION,
    SCN_KEXINIT,
    SCN_KEX,
    SCN_REKEY,        /* fields */
    SCN_SERVICE,      /* text */
    SCN_LOGIN,        /* text: user or empty; method; value: key or null */
    SCN_SESSION,      /* slot; value: window or null; value2: max_packet or null */
    SCN_REQUEST,      /* message.tail: exec, subsystem, shell, pty_req, env; slot; text, text2 */
    SCN_DRAIN,        /* slot */
    SCN_SFTP,         /* slot */
    SCN_SERVE,        /* until */
    SCN_SEND,         /* message, fields, lies */
    SCN_REPLY,        /* the same */
    SCN_SEND_RAW,     /* value */
    SCN_SEND_PAYLOAD, /* value, lies */
    SCN_DISCONNECT,   /* number: reason */
    SCN_CLOSE,        /* close_how */
    SCN_RELEASE,
    SCN_SET_SEQUENCE, /* number: enum ss_direction; value */
    SCN_EXPECT,       /* alternatives, number: ms */
    SCN_NEVER,        /* messages */
    SCN_FENCE,        /* number: ms */
    SCN_CHECK,
    SCN_SHOULD, /* value, text */
    SCN_NEEDS,  /* need, value or text */
    SCN_LET,    /* slot, value */
    SCN_IF,     /* value, body, orelse */
    SCN_REPEAT, /* value, body */
    SCN_FOR,    /* slot, value, body */
    SCN_ON,     /* message, slot, body */
    SCN_PASS,
    SCN_BLOCK, /* body: after fault or else, or a fragment that was used */
    /* relay */
    SCN_INJECT, /* message, fields, side, place.after with `before` */
    SCN_DROP,
    SCN_DUPLICATE,
    SCN_FLIP,
    SCN_CUT,         /* place; value of FLIP and CUT */
    SCN_ALTER,       /* message, side, fields */
    SCN_REPLACE_LINE /* side, value */
};
enum scn_login { SCN_BY_DEFAULT, SCN_BY_PASSWORD, SCN_BY_NONE, SCN_BY_KEY };
enum scn_until {
    SCN_UNTIL_CLOSED,
    SCN_UNTIL_KEX,
    SCN_UNTIL_LOGIN,
    SCN_UNTIL_SESSION,
    SCN_UNTIL_EXEC,
    SCN_UNTIL_SFTP
};
enum scn_close { SCN_CLOSE_FIN, SCN_CLOSE_RST, SCN_CLOSE_HALF };
enum scn_need {
    SCN_NEED_KEX,
    SCN_NEED_HOSTKEY,
    SCN_NEED_CIPHER,
    SCN_NEED_MAC,
    SCN_NEED_COMPRESSION, /* value */
    SCN_NEED_PING,
    SCN_NEED_STRICT,
    SCN_NEED_EXT_INFO,
    SCN_NEED_SFTP,
    SCN_NEED_FEATURE /* text */
};
struct scn_body {
    const struct scn_stmt *const *items;
    size_t count;
};
struct scn_stmt {
    enum scn_kind kind;
    struct scn_pos at;
    bool fault;
    uint32_t fault_index;           /* faults are numbered from 0 in file order */
    const struct scn_stmt *instead; /* what the twin does, or null */
    bool reaction; /* a judgement that directly follows a fault: the twin leaves it out */
    struct scn_message message;
    struct scn_fields fields;
    const struct scn_lie *lies;
    size_t lie_count;
    const struct scn_expr *value, *value2;
    ss_span text, text2;
    uint64_t number;
    uint32_t slot; /* UINT32_MAX: none */
    enum scn_login method;
    enum scn_until until;
    enum scn_close close_how;
    enum scn_need need;
    const struct scn_alternative *alternatives;
    size_t alternative_count;
    const struct scn_message *messages;
    size_t message_count;
    struct scn_body body, orelse;
    struct scn_place place;
    enum scn_side side;
    bool before; /* INJECT */
};

/* ---- the file ---- */
enum scn_against { SCN_AGAINST_SERVER, SCN_AGAINST_CLIENT, SCN_AGAINST_BOTH };
enum scn_action_kind { SCN_NO_ACTION, SCN_EXEC, SCN_SFTP_GET, SCN_SFTP_PUT, SCN_SFTP_LS };
struct scn_action {
    enum scn_action_kind kind;
    struct scn_pos at;
    ss_span text;    /* command, or remote path */
    ss_span local;   /* sftp get and put: file name in the client's folder */
    ss_span knowing; /* key name without @; "nothing"; empty: all but the b keys */
    bool by_password;
    ss_span input;
    const struct scn_expr *kex, *hostkey, *cipher, *mac; /* bytes, or null */
};
enum scn_outcome_kind { SCN_ALIVE, SCN_EXIT_IS, SCN_EXIT_NONZERO, SCN_EXIT_ANY };
struct scn_outcome {
    enum scn_outcome_kind kind;
    uint32_t status;
};
enum scn_clause_kind {
    SCN_PEER_OUTCOME,
    SCN_FILE_ABSENT,
    SCN_FILE_PRESENT,
    SCN_FILE_IS,
    SCN_STDOUT_IS,
    SCN_STDOUT_CONTAINS,
    SCN_STDERR_IS,
    SCN_STDERR_CONTAINS
};
struct scn_clause {
    enum scn_clause_kind kind;
    struct scn_pos at;
    const struct scn_outcome *outcomes;
    size_t outcome_count;
    ss_span file;
    const struct scn_expr *value;
    bool when_exit;
    uint32_t status;
};
struct scn_seat {
    bool present;
    struct scn_pos at;
    struct scn_body body;
};

struct scn_file {
    ss_span path; /* as given, for messages */
    ss_span title;
    struct scn_pos title_at;
    const ss_span *proves;
    size_t proves_count;
    const struct scn_pos *proves_at;
    enum scn_against against;
    bool info;
    const ss_span *tags;
    size_t tag_count;
    uint32_t each_slot; /* UINT32_MAX: none */
    ss_span each_name;
    const struct scn_expr *each;
    struct scn_action action;
    uint64_t budget; /* ms; 30 s unless said */
    struct scn_seat client, server, relay;
    const struct scn_clause *peer;
    size_t peer_count;
    uint32_t slots; /* variables of the file */
    const ss_span *slot_names;
    uint32_t faults;
    bool is_fragment; /* the file is a fragment: title holds its name, all else is empty */
    struct scn_body fragment;
    struct ss_arena arena;
};

struct scn_diagnostic {
    struct scn_pos at;
    uint32_t length;     /* bytes to underline, at least 1 */
    char text[200];      /* "unknown message KEXINT" */
    char suggestion[80]; /* "KEXINIT", or empty */
};
/* Where fragments come from: gives the text of fragments/NAME.scn or SS_E_not_found. */
struct scn_loader {
    ss_err (*load)(struct scn_loader *self, ss_span name, struct ss_buf *out_text);
};
/* text stays the caller's; what the tree needs of it is copied. loader may be null (no
 * fragments). SS_E_bad_value: out_diagnostic is filled; SS_E_no_memory. */
SS_MUST_USE ss_err scn_parse(const struct ss_env *env, ss_span path, ss_span text,
                             struct scn_loader *loader, struct scn_file **out_file,
                             struct scn_diagnostic *out_diagnostic);
void scn_free(struct scn_file **file);
/* Appends "path:line:column: text", the line, a caret and the suggestion. */
SS_MUST_USE ss_err scn_explain(struct ss_buf *out, ss_span path, ss_span text,
                               const struct scn_diagnostic *diagnostic);
/* Appends the text in canonical form; comments are kept. Needs only tokens to be right:
 * SS_E_bad_value with a diagnostic otherwise. A fixed point: formatting twice changes nothing. */
SS_MUST_USE ss_err scn_format(const struct ss_env *env, ss_span text, struct ss_buf *out,
                              struct scn_diagnostic *out_diagnostic);

#endif
