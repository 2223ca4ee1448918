/* SPDX-License-Identifier: Apache-2.0 */
/* lie.c - at which seam a lie acts.
 *
 * Owns: the sorting of lie kinds into seams.
 * Not here: the acting (encode.c for fields, transport for frames and flow).
 * Called by: encode.c, transport, scenarios. */
#include "sshspec/msg.h"

enum ss_seam ss_lie_seam(enum ss_lie_kind kind)
{
    if (kind <= SS_LIE_NUMBER)
        return SS_SEAM_FIELD;
    if (kind <= SS_LIE_CUT)
        return SS_SEAM_FRAME;
    return SS_SEAM_FLOW;
}
