/* SPDX-License-Identifier: Apache-2.0 */
/* lies.c - the `with` part of a send, as the library's lies.
 *
 * Owns: evaluation of the numbers and bytes of lies; the look-up of their fields.
 * Not here: what a lie does (lib/msg/encode.c, lib/transport, lib/engine).
 * Called by: actors.
 * Follows: msg.h, enum ss_lie_kind. */
#include "testserver/script/build.h"

static ss_err one_lie(struct scn_eval *eval, const struct scn_lie *lie, const struct ss_msg *msg,
                      struct ss_lie *out)
{
    struct ss_field field;
    uint64_t n = 0;

    *out = (struct ss_lie){.kind = lie->kind};
    if (lie->path.size > 0) {
        if (msg->def == NULL || !ss_field_find(msg->def, msg->body, lie->path, &field))
            return scn_eval_mistake(eval, lie->at, "%s has no field %.*s here",
                                    msg->def != NULL ? msg->def->name : "a raw payload",
                                    (int)lie->path.size, (const char *)lie->path.data);
        out->field = field.def;
    }
    if (lie->n != NULL)
        SS_TRY(scn_eval_number(eval, lie->n, &n));
    out->n = (int64_t)n;
    if (lie->bytes != NULL)
        SS_TRY(scn_eval_bytes(eval, lie->bytes, &out->bytes));
    return SS_OK;
}

ss_err scn_build_lies(struct scn_eval *eval, const struct scn_lie *lies, size_t count,
                      const struct ss_msg *msg, struct ss_lie **out)
{
    struct ss_lie *made = ss_arena_alloc(&eval->scratch, count * sizeof *made);

    if (made == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < count; i++)
        SS_TRY(one_lie(eval, &lies[i], msg, &made[i]));
    *out = made;
    return SS_OK;
}
