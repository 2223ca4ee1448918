/* SPDX-License-Identifier: Apache-2.0 */
/* check_name.c - names that the language itself knows: facts, members of channels, @names.
 *
 * Owns: their tables, with the types of their values.
 * Not here: variables (scope.c), fields of messages (check_message.c).
 * Called by: parse_operand.c, parse_header.c.
 * Follows: docs/scenario-language.md, "Values". */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { CANDIDATES_MAX = 64 };

struct known {
    const char *name;
    enum scn_type type;
    enum scn_type element; /* of a list */
};

static const struct known facts[] = {
    {"peer.ident", SCN_BYTES, SCN_ANY},
    {"peer.sig_algs", SCN_LIST, SCN_BYTES},
    {"kex.algorithm", SCN_BYTES, SCN_ANY},
    {"kex.hostkey", SCN_BYTES, SCN_ANY},
    {"kex.cipher_c2s", SCN_BYTES, SCN_ANY},
    {"kex.cipher_s2c", SCN_BYTES, SCN_ANY},
    {"kex.mac_c2s", SCN_BYTES, SCN_ANY},
    {"kex.mac_s2c", SCN_BYTES, SCN_ANY},
    {"kex.strict", SCN_BOOL, SCN_ANY},
    {"kex.epoch", SCN_NUMBER, SCN_ANY},
    {"kex.signature.algorithm", SCN_BYTES, SCN_ANY},
    {"kex.session_id", SCN_BYTES, SCN_ANY},
    {"kex.blob", SCN_BYTES, SCN_ANY},
    {"sent.sequence", SCN_NUMBER, SCN_ANY},
    {"auth.methods", SCN_LIST, SCN_BYTES},
    {"auth.user", SCN_BYTES, SCN_ANY},
};

static const struct known channel_members[] = {
    {"ours", SCN_NUMBER, SCN_ANY},      {"peer", SCN_NUMBER, SCN_ANY},
    {"window_in", SCN_NUMBER, SCN_ANY}, {"window_out", SCN_NUMBER, SCN_ANY},
    {"max_out", SCN_NUMBER, SCN_ANY},   {"data", SCN_BYTES, SCN_ANY},
    {"stderr", SCN_BYTES, SCN_ANY},     {"exit", SCN_NUMBER, SCN_ANY},
    {"open", SCN_BOOL, SCN_ANY},
};

static const struct known at_names[] = {
    {"user", SCN_KEY, SCN_ANY},
    {"user_ecdsa", SCN_KEY, SCN_ANY},
    {"user_rsa", SCN_KEY, SCN_ANY},
    {"stranger", SCN_KEY, SCN_ANY},
    {"ed25519_a", SCN_KEY, SCN_ANY},
    {"ed25519_b", SCN_KEY, SCN_ANY},
    {"ecdsa_a", SCN_KEY, SCN_ANY},
    {"ecdsa_b", SCN_KEY, SCN_ANY},
    {"rsa_a", SCN_KEY, SCN_ANY},
    {"rsa_b", SCN_KEY, SCN_ANY},
    {"kex_algorithms", SCN_LIST, SCN_BYTES},
    {"hostkey_algorithms", SCN_LIST, SCN_BYTES},
    {"ciphers", SCN_LIST, SCN_BYTES},
    {"macs", SCN_LIST, SCN_BYTES},
    {"compressions", SCN_LIST, SCN_BYTES},
    {"password", SCN_BYTES, SCN_ANY},
};

static const char *const reserved[] = {"true", "false",  "and",    "or",    "not",  "in",   "as",
                                       "by",   "to",     "of",     "at",    "with", "else", "when",
                                       "hex",  "peer",   "within", "until", "auth", "sent", "weak",
                                       "kex",  "before", "after",  NULL};

bool scn_reserved(ss_span name)
{
    for (size_t i = 0; reserved[i] != NULL; i++) {
        if (ss_span_is(name, reserved[i]))
            return true;
    }
    return false;
}

static const struct known *find(const struct known *rows, size_t count, ss_span name)
{
    for (size_t i = 0; i < count; i++) {
        if (ss_span_is(name, rows[i].name))
            return &rows[i];
    }
    return NULL;
}

static const char *suggest(const struct known *rows, size_t count, ss_span name)
{
    const char *candidates[CANDIDATES_MAX];
    size_t i;

    for (i = 0; i < count && i < CANDIDATES_MAX - 1; i++)
        candidates[i] = rows[i].name;
    candidates[i] = NULL;
    return ss_suggest(name, candidates);
}

static void describe(struct scn_node *node, const struct known *row)
{
    node->expr.type = row->type;
    node->element = row->element;
}

/* ---- facts ---- */

bool scn_is_fact_root(ss_span name)
{
    return ss_span_is(name, "peer") || ss_span_is(name, "kex") || ss_span_is(name, "auth") ||
           ss_span_is(name, "sent");
}

/* peer.kexinit.X is a field of the peer's KEXINIT. */
static bool check_kexinit(struct scn_parser *p, struct scn_node *node)
{
    const struct ss_msgdef *def = ss_msgdef_of(SS_MSG_kexinit);
    ss_span head = ss_span_of("peer.kexinit."), path = node->expr.bytes, name;
    const struct ss_fielddef *field;

    if (!ss_span_eq(ss_span_part(path, 0, head.size), head))
        return false;
    name = ss_span_part(path, head.size, path.size);
    if (scn_field_of(def, NULL, name, &field))
        scn_describe_field(node, field);
    else
        scn_fail(p, node->start, node->length, ss_field_suggest(def, name),
                 "KEXINIT has no field %.*s", scn_shown(name), name.data);
    return true;
}

void scn_check_fact(struct scn_parser *p, struct scn_node *node)
{
    ss_span path = node->expr.bytes;
    const struct known *row;

    if (check_kexinit(p, node))
        return;
    row = find(facts, SS_COUNT(facts), path);
    if (row != NULL)
        describe(node, row);
    else
        scn_fail(p, node->start, node->length, suggest(facts, SS_COUNT(facts), path),
                 "there is no fact %.*s", scn_shown(path), path.data);
}

/* ---- members ---- */

static void check_channel_member(struct scn_parser *p, struct scn_node *node)
{
    ss_span name = node->expr.bytes;
    const struct known *row = find(channel_members, SS_COUNT(channel_members), name);

    if (row != NULL)
        describe(node, row);
    else
        scn_fail(p, node->start, node->length,
                 suggest(channel_members, SS_COUNT(channel_members), name), "a channel has no %.*s",
                 scn_shown(name), name.data);
}

void scn_check_member(struct scn_parser *p, struct scn_node *node)
{
    const struct scn_node *left = scn_node_of(node->expr.left);
    const struct ss_fielddef *field;
    ss_span path = node->expr.bytes;

    if (left->expr.type == SCN_CHANNEL) {
        check_channel_member(p, node);
        return;
    }
    if (left->expr.type == SCN_ANY) /* a fragment by itself does not know its arguments */
        return;
    if (left->expr.type != SCN_MESSAGE || left->def == NULL) {
        scn_fail(p, left->start, left->length, NULL, "%s has no fields",
                 scn_type_said(left->expr.type));
        return;
    }
    if (ss_span_is(path, "sequence") && left->def->proto != SS_PROTO_GROUP) {
        node->expr.type = SCN_NUMBER;
        return;
    }
    if (ss_span_is(path, "payload") && left->def->proto != SS_PROTO_GROUP) {
        node->expr.type = SCN_BYTES;
        return;
    }
    if (scn_field_of(left->def, left->tail, path, &field))
        scn_describe_field(node, field);
    else
        scn_unknown_field(p, left->def, left->tail, path, node->start);
}

/* ---- @names ---- */

void scn_check_at_name(struct scn_parser *p, struct scn_node *node, const struct scn_token *token)
{
    ss_span name = ss_span_part(token->text, 1, token->text.size);
    const struct known *row = find(at_names, SS_COUNT(at_names), name);
    const char *near;
    char suggestion[40] = "@";

    node->expr.bytes = name;
    if (row != NULL) {
        describe(node, row);
        return;
    }
    near = suggest(at_names, SS_COUNT(at_names), name);
    if (near != NULL)
        strncat(suggestion, near, sizeof suggestion - 2);
    scn_fail_token(p, token, near != NULL ? suggestion : NULL, "there is no key or list %.*s",
                   scn_shown(token->text), token->text.data);
}
