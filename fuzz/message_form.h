/* SPDX-License-Identifier: Apache-2.0 */
/* message_form.h - what an input of fuzz_message looks like.
 *
 * Owns: the head: one byte that says whether rest is a seed or a payload, two that name the row.
 * Not here: what is done with it (fuzz_message.c).
 * Called by: fuzz_message.c, and the program that writes its seeds. */
#ifndef FUZZ_MESSAGE_FORM_H
#define FUZZ_MESSAGE_FORM_H

#include "sshspec/msg.h"

enum { FUZZ_MESSAGE_HEAD = 3, FUZZ_MESSAGE_BUILD = 1 };

struct fuzz_message {
    bool build; /* rest: eight bytes of a seed, and how many changes; else a payload */
    const struct ss_msgdef *def;
    ss_span rest; /* of a payload: without its message number */
};

static inline void fuzz_message_read(ss_span input, struct fuzz_message *out)
{
    uint8_t head[FUZZ_MESSAGE_HEAD] = {0};

    memcpy(head, input.data, input.size < sizeof head ? input.size : sizeof head);
    out->build = (head[0] & FUZZ_MESSAGE_BUILD) != 0;
    out->def = ss_msgdef_of((enum ss_msgid)(1 + (head[1] << 8 | head[2]) % (SS_MSGID_COUNT - 1)));
    out->rest = ss_span_part(input, sizeof head, input.size);
}

static inline void fuzz_message_head(const struct ss_msgdef *def, bool build,
                                     uint8_t out[FUZZ_MESSAGE_HEAD])
{
    out[0] = build ? FUZZ_MESSAGE_BUILD : 0;
    out[1] = (uint8_t)((def->id - 1) >> 8);
    out[2] = (uint8_t)(def->id - 1);
}

#endif
