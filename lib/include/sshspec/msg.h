/* SPDX-License-Identifier: Apache-2.0 */
/* msg.h - every SSH, SFTP and agent message, described once.
 *
 * Owns: the typed structs, the definitions that describe them, decode, encode, printing, legality.
 * Not here: what a message makes an endpoint do (transport, auth, connection, sftp).
 * Follows: the rows of lib/msg/<x>.def, which read like the RFCs they cite.
 *
 * A row MSG(channel_open_failure, ...) gives struct ss_msg_channel_open_failure, the id
 * SS_MSG_channel_open_failure and a struct ss_msgdef. FXP rows give ss_fxp_, AGENT rows ss_agent_,
 * TAIL(parent, name) rows ss_tail_parent_name, GROUP rows ss_grp_.
 *
 * | call             | does                                                        |
 * |------------------|-------------------------------------------------------------|
 * | ss_msg_decode    | payload bytes to a typed struct in an arena                 |
 * | ss_msg_encode    | struct plus lies to payload bytes                           |
 * | ss_msg_legal     | may this message arrive here                                |
 * | ss_msg_print     | one line for people; secrets as lengths                     |
 * | ss_field_find    | a field by its dotted path                                  |
 * | ss_msgdef_find   | a definition by name; ss_msgdef_suggest for a misspelt one  |
 *
 * Ownership: what a decoded message points to lives in the arena and in the payload given. */
#ifndef SSHSPEC_MSG_H
#define SSHSPEC_MSG_H

#include "sshspec/arena.h"
#include "sshspec/trace.h"
#include "sshspec/wire.h"
#include "msg/expand.h"

struct ss_msgdef;

struct ss_list { /* elements of one GROUP, in an array */
    void *items;
    size_t count;
};

struct ss_tail {                 /* laid out by an earlier field of the message */
    const struct ss_msgdef *def; /* null when no row knows the key: then raw holds the bytes */
    void *value;                 /* struct of def, or null */
    ss_span raw;                 /* the bytes as they came; what is encoded when def is null */
};

/* ---- typed structs ---- */
#define GROUP(name, spec, ...)                                                                     \
    struct ss_grp_##name {                                                                         \
        SS_EACH(SS_FIELD_STRUCT, , __VA_ARGS__)                                                    \
        uint8_t end;                                                                               \
    };
#include "msg/all.def"
#define MSG(name, number, context, phases, sender, spec, ...)                                      \
    struct ss_msg_##name {                                                                         \
        SS_EACH(SS_FIELD_STRUCT, , __VA_ARGS__)                                                    \
        uint8_t end;                                                                               \
    };
#define FXP(name, number, sender, spec, ...)                                                       \
    struct ss_fxp_##name {                                                                         \
        SS_EACH(SS_FIELD_STRUCT, , __VA_ARGS__)                                                    \
        uint8_t end;                                                                               \
    };
#define AGENT(name, number, sender, spec, ...)                                                     \
    struct ss_agent_##name {                                                                       \
        SS_EACH(SS_FIELD_STRUCT, , __VA_ARGS__)                                                    \
        uint8_t end;                                                                               \
    };
#define TAIL(parent, name, key, spec, ...)                                                         \
    struct ss_tail_##parent##_##name {                                                             \
        SS_EACH(SS_FIELD_STRUCT, , __VA_ARGS__)                                                    \
        uint8_t end;                                                                               \
    };
#include "msg/all.def"

/* ---- ids ---- */
enum ss_msgid {
    SS_MSGID_NONE,
#define MSG(name, ...) SS_MSG_##name,
#define FXP(name, ...) SS_FXP_##name,
#define AGENT(name, ...) SS_AGENT_##name,
#define TAIL(parent, name, ...) SS_TAIL_##parent##_##name,
#include "msg/all.def"
    SS_MSGID_COUNT
};

enum ss_type {
#define TYPE(word, ctype, text) SS_TYPE_##word,
#include "msg/types.def"
#undef TYPE
    SS_TYPE_COUNT
};

enum ss_proto { SS_PROTO_SSH, SS_PROTO_SFTP, SS_PROTO_AGENT, SS_PROTO_TAIL, SS_PROTO_GROUP };

/* Which meaning of a number that is used more than once (30-49, 60-79). */
enum ss_context {
    SS_CONTEXT_ANY,
    SS_CONTEXT_KEX_DH,
    SS_CONTEXT_KEX_ECDH,
    SS_CONTEXT_KEX_GEX,
    SS_CONTEXT_AUTH_PUBLICKEY,
    SS_CONTEXT_AUTH_PASSWORD,
    SS_CONTEXT_AUTH_KBDINT
};

/* Where a connection stands, seen from the receiver. Bits, so that a row can name several. */
enum ss_phase {
    SS_PHASE_START = 1,      /* before the peer's first KEXINIT */
    SS_PHASE_KEX = 2,        /* from the peer's KEXINIT to its NEWKEYS, first exchange or later */
    SS_PHASE_SERVICE = 4,    /* keys in use, no service accepted yet */
    SS_PHASE_AUTH = 8,       /* ssh-userauth accepted, not authenticated */
    SS_PHASE_CONNECTION = 16 /* authenticated */
};

enum ss_role { SS_CLIENT = 1, SS_SERVER = 2, SS_EITHER = 3 };

struct ss_name { /* a number with a name */
    uint32_t number;
    const char *name;
};
struct ss_nametable {
    const char *name;
    const struct ss_name *rows;
    size_t count;
};

enum ss_cond { SS_COND_ALWAYS, SS_COND_IF, SS_COND_BIT };

struct ss_fielddef {
    const char *name;
    enum ss_type type;
    size_t offset;                    /* into the struct */
    size_t fixed;                     /* SS_TYPE_fixed: how many bytes */
    const struct ss_msgdef *group;    /* group, list, many */
    const struct ss_nametable *names; /* numbers with names, or null */
    size_t key_offset;                /* tail: offset of the span that selects it */
    enum ss_cond cond;
    size_t cond_offset; /* of the boolean or uint32 that decides */
    uint32_t cond_mask;
};

struct ss_msgdef {
    const char *name;     /* "channel_open"; a tail's own name: "pty_req" */
    const char *key;      /* tails: the value of the parent's key field, "pty-req" */
    const char *spec;     /* "RFC4254 5.1" */
    enum ss_msgid id;     /* SS_MSGID_NONE for groups */
    enum ss_msgid parent; /* tails */
    enum ss_proto proto;
    uint8_t number;
    enum ss_context context;
    unsigned phases; /* bits of ss_phase; SSH only */
    enum ss_role sender;
    size_t size; /* bytes of the struct */
    const struct ss_fielddef *fields;
    size_t field_count;
};

/* A message: its definition, its struct, and the payload it came from (empty when built). */
struct ss_msg {
    const struct ss_msgdef *def; /* null: unknown number; payload is all there is */
    void *body;
    ss_span payload; /* message number included */
};

/* ---- definitions ---- */
extern const struct ss_msgdef ss_msgdefs[SS_MSGID_COUNT]; /* by id; entry 0 is empty */
const struct ss_msgdef *ss_msgdef_of(enum ss_msgid id);
/* By number; null when the number means nothing in that context. Contexts: the key exchange
 * family for 30-49, the authentication method for 60-79. */
const struct ss_msgdef *ss_msgdef_by_number(enum ss_proto proto, uint8_t number,
                                            enum ss_context kex, enum ss_context auth);
/* By name in upper or lower case: "KEXINIT", "kexinit"; tails as "channel_request.pty-req". */
const struct ss_msgdef *ss_msgdef_find(enum ss_proto proto, ss_span name);
/* The closest message name, or null. */
const char *ss_msgdef_suggest(enum ss_proto proto, ss_span name);
/* The tail row of parent for a key, or null. */
const struct ss_msgdef *ss_msgdef_tail(enum ss_msgid parent, ss_span key);
const char *ss_nametable_name(const struct ss_nametable *table, uint32_t number);
bool ss_nametable_number(const struct ss_nametable *table, ss_span name, uint32_t *out);

/* ---- fields ---- */
struct ss_field { /* one field of one struct */
    const struct ss_fielddef *def;
    void *base; /* the struct it is in */
};
/* A field by name; looks into the message and, behind a tail, into the tail's own fields, so
 * that "command" finds CHANNEL_REQUEST exec's. Dotted paths step into groups: "attrs.size". */
bool ss_field_find(const struct ss_msgdef *def, void *body, ss_span path, struct ss_field *out);
/* Does its condition hold (is it on the wire)? */
bool ss_field_present(const struct ss_fielddef *def, const void *base);
/* Closest field name, or null. */
const char *ss_field_suggest(const struct ss_msgdef *def, ss_span name);

/* ---- decode and encode ---- */
struct ss_decode_error {
    const struct ss_msgdef *def;
    const char *field; /* name of the field at which it failed, or null */
    size_t offset;     /* into the payload */
};
/* payload: message number first. Errors: SS_E_truncated, SS_E_trailing, SS_E_bad_mpint,
 * SS_E_bad_value, SS_E_too_many, SS_E_no_memory, SS_E_unknown_message (out_msg->def is null
 * then, and payload is set). */
SS_MUST_USE ss_err ss_msg_decode(struct ss_arena *arena, const struct ss_msgdef *def,
                                 ss_span payload, struct ss_msg *out_msg,
                                 struct ss_decode_error *out_error);
/* A zeroed struct for def in the arena; tails chosen by key (null: none). */
SS_MUST_USE ss_err ss_msg_new(struct ss_arena *arena, const struct ss_msgdef *def,
                              const struct ss_msgdef *tail, struct ss_msg *out_msg);
/* A deep copy into arena. */
SS_MUST_USE ss_err ss_msg_copy(struct ss_arena *arena, const struct ss_msg *msg,
                               struct ss_msg *out_msg);

/* A lie is data, applied at one of three seams. Field lies act while encoding. */
enum ss_lie_kind {
    /* field seam */
    SS_LIE_RAW,      /* the field's bytes on the wire are `bytes`, nothing added */
    SS_LIE_LENGTH,   /* the length prefix of the field says n */
    SS_LIE_OMIT,     /* the field is left out */
    SS_LIE_REPEAT,   /* the field is written n more times */
    SS_LIE_TRUNCATE, /* the payload ends after n bytes */
    SS_LIE_APPEND,   /* `bytes` follow the last field */
    SS_LIE_NUMBER,   /* the message number is n */
    /* frame seam */
    SS_LIE_PACKET_LENGTH, /* the length field says n; what is sent keeps its true size */
    SS_LIE_PAD_LENGTH,    /* the padding length byte says n; true padding stays */
    SS_LIE_PADDING,       /* the padding is n bytes long, truly (alignment may break) */
    SS_LIE_PAD_BYTES,     /* the padding repeats `bytes` */
    SS_LIE_MAC_FLIP,      /* one bit of the MAC or tag is flipped; n is which byte */
    SS_LIE_CIPHER_FLIP,   /* one bit of the encrypted bytes is flipped; n is which byte */
    SS_LIE_SEQUENCE,      /* sealed with sequence number n; ours goes on as if honest */
    SS_LIE_NO_ENCRYPT,    /* sent in the clear, without MAC */
    SS_LIE_NO_COMPRESS,   /* the payload goes as it is where it should be compressed */
    SS_LIE_CUT,           /* only the first n bytes of the sealed packet are sent */
    /* flow seam */
    SS_LIE_DROP,      /* not sent, but the sequence number moves on */
    SS_LIE_DUPLICATE, /* the sealed bytes are sent n more times */
    SS_LIE_SPLIT,     /* written to the stream n bytes at a time */
    SS_LIE_HOLD       /* kept back until ss_engine_release */
};
enum ss_seam { SS_SEAM_FIELD, SS_SEAM_FRAME, SS_SEAM_FLOW };
struct ss_lie {
    enum ss_lie_kind kind;
    const struct ss_fielddef *field; /* field seam: which, or null for the whole message */
    int64_t n;
    ss_span bytes; /* borrowed for the call that takes the lie */
};
enum ss_seam ss_lie_seam(enum ss_lie_kind kind);

/* Appends the payload. Only field-seam lies are looked at. */
SS_MUST_USE ss_err ss_msg_encode(struct ss_buf *out, const struct ss_msg *msg,
                                 const struct ss_lie *lies, size_t lie_count);

/* ---- printing ---- */
enum { SS_PRINT_SECRETS = 1 }; /* secrets in full */
/* Appends "channel_open_failure recipient_channel=0 reason=2(connect_failed) ...", no newline.
 * Strings over 64 bytes are cut with their length told. */
SS_MUST_USE ss_err ss_msg_print(struct ss_buf *out, const struct ss_msg *msg, unsigned flags);

/* ---- legality ---- */
enum ss_legal {
    SS_LEGAL_OK,
    SS_LEGAL_UNIMPLEMENTED, /* answer UNIMPLEMENTED and go on (RFC 4253 section 11.4) */
    SS_LEGAL_IGNORED,       /* silently drop: authentication requests after success */
    SS_LEGAL_ERROR          /* disconnect */
};
struct ss_where {
    enum ss_role receiver; /* our role */
    unsigned phase;        /* one ss_phase */
    bool strict_initial;   /* strict kex is agreed and the first exchange is not finished */
    bool rekeying;         /* in SS_PHASE_KEX, and not the first exchange */
    bool we_sent_kexinit;  /* and the peer has not: data in flight is still legal then */
    enum ss_context kex, auth;
};
/* number: the message number; def: its row or null. out_err and out_rule (both may be null) say
 * why when the answer is SS_LEGAL_ERROR. */
enum ss_legal ss_msg_legal(const struct ss_where *where, uint8_t number,
                           const struct ss_msgdef *def, ss_err *out_err, const char **out_rule);

#endif
