/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - the message rows as constant definitions.
 *
 * Owns: one struct ss_msgdef a row, the field rows, the tables of named numbers.
 * Not here: look-ups (find.c), anything that reads or writes bytes.
 * Called by: everything in msg/, through ss_msgdefs.
 * Follows: the .def files. */
#include "sshspec/msg.h"

/* ---- numbers with names ---- */
#define NAME_ROW(c, number, name, ...) {number, #name},
#define NAMES(table, ...)                                                                          \
    static const struct ss_name rows_##table[] = {SS_EACH(NAME_ROW, , __VA_ARGS__)};               \
    static const struct ss_nametable names_##table = {#table, rows_##table, SS_COUNT(rows_##table)};
#include "msg/names.def"
#undef NAMES

/* ---- groups, in the order in which they may use one another ---- */
#define FIELD_END                                                                                  \
    {                                                                                              \
        NULL, SS_TYPE_byte, 0, 0, NULL, NULL, 0, SS_COND_ALWAYS, 0, 0                              \
    }
#define FIELDS(tag, type, ...)                                                                     \
    static const struct ss_fielddef fields_##tag[] = {                                             \
        SS_EACH(SS_FIELD_ROW, struct type, __VA_ARGS__) FIELD_END};

#define GROUP(name, spec, ...)                                                                     \
    FIELDS(ss_grp_##name, ss_grp_##name, __VA_ARGS__)                                              \
    static const struct ss_msgdef groupdef_##name = {#name,                                        \
                                                     NULL,                                         \
                                                     spec,                                         \
                                                     SS_MSGID_NONE,                                \
                                                     SS_MSGID_NONE,                                \
                                                     SS_PROTO_GROUP,                               \
                                                     0,                                            \
                                                     SS_CONTEXT_ANY,                               \
                                                     0,                                            \
                                                     SS_EITHER,                                    \
                                                     sizeof(struct ss_grp_##name),                 \
                                                     fields_ss_grp_##name,                         \
                                                     SS_COUNT(fields_ss_grp_##name) - 1};
#include "msg/all.def"

/* ---- field rows ---- */
#define MSG(name, number, context, phases, sender, spec, ...)                                      \
    FIELDS(ss_msg_##name, ss_msg_##name, __VA_ARGS__)
#define FXP(name, number, sender, spec, ...) FIELDS(ss_fxp_##name, ss_fxp_##name, __VA_ARGS__)
#define AGENT(name, number, sender, spec, ...) FIELDS(ss_agent_##name, ss_agent_##name, __VA_ARGS__)
#define TAIL(parent, name, key, spec, ...)                                                         \
    FIELDS(ss_tail_##parent##_##name, ss_tail_##parent##_##name, __VA_ARGS__)
#include "msg/all.def"

/* ---- definitions ---- */
#define PH_START SS_PHASE_START
#define PH_KEX SS_PHASE_KEX
#define PH_SERVICE SS_PHASE_SERVICE
#define PH_AUTH SS_PHASE_AUTH
#define PH_CONNECTION SS_PHASE_CONNECTION
#define EVERY                                                                                      \
    (SS_PHASE_START | SS_PHASE_KEX | SS_PHASE_SERVICE | SS_PHASE_AUTH | SS_PHASE_CONNECTION)
#define CLIENT SS_CLIENT
#define SERVER SS_SERVER
#define EITHER SS_EITHER
#define PARENT_userauth_request SS_MSG_userauth_request
#define PARENT_global_request SS_MSG_global_request
#define PARENT_channel_open SS_MSG_channel_open
#define PARENT_channel_request SS_MSG_channel_request
#define PARENT_extended SS_FXP_extended
#define PARENT_extension SS_AGENT_extension

#define DEF(id, name, key, spec, parent, proto, number, context, phases, sender, type)             \
    [id] = {name,                                                                                  \
            key,                                                                                   \
            spec,                                                                                  \
            id,                                                                                    \
            parent,                                                                                \
            proto,                                                                                 \
            number,                                                                                \
            context,                                                                               \
            phases,                                                                                \
            sender,                                                                                \
            sizeof(struct type),                                                                   \
            fields_##type,                                                                         \
            SS_COUNT(fields_##type) - 1},

const struct ss_msgdef ss_msgdefs[SS_MSGID_COUNT] = {
#define MSG(name, number, context, phases, sender, spec, ...)                                      \
    DEF(SS_MSG_##name, #name, NULL, spec, SS_MSGID_NONE, SS_PROTO_SSH, number,                     \
        SS_CONTEXT_##context, phases, sender, ss_msg_##name)
#define FXP(name, number, sender, spec, ...)                                                       \
    DEF(SS_FXP_##name, #name, NULL, spec, SS_MSGID_NONE, SS_PROTO_SFTP, number, SS_CONTEXT_ANY, 0, \
        sender, ss_fxp_##name)
#define AGENT(name, number, sender, spec, ...)                                                     \
    DEF(SS_AGENT_##name, #name, NULL, spec, SS_MSGID_NONE, SS_PROTO_AGENT, number, SS_CONTEXT_ANY, \
        0, sender, ss_agent_##name)
#define TAIL(parent, name, key, spec, ...)                                                         \
    DEF(SS_TAIL_##parent##_##name, #name, key, spec, PARENT_##parent, SS_PROTO_TAIL, 0,            \
        SS_CONTEXT_ANY, 0, SS_EITHER, ss_tail_##parent##_##name)
#include "msg/all.def"
};
