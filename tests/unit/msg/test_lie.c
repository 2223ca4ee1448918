/* SPDX-License-Identifier: Apache-2.0 */
/* test_lie.c - each kind of lie belongs to one seam. */
#include "kit.h"

#include <criterion/criterion.h>

Test(lie, every_kind_has_its_seam)
{
    static const enum ss_lie_kind field[] = {SS_LIE_RAW,    SS_LIE_LENGTH,   SS_LIE_OMIT,
                                             SS_LIE_REPEAT, SS_LIE_TRUNCATE, SS_LIE_APPEND,
                                             SS_LIE_NUMBER};
    static const enum ss_lie_kind frame[] = {
        SS_LIE_PACKET_LENGTH, SS_LIE_PAD_LENGTH,  SS_LIE_PADDING,  SS_LIE_PAD_BYTES,
        SS_LIE_MAC_FLIP,      SS_LIE_CIPHER_FLIP, SS_LIE_SEQUENCE, SS_LIE_NO_ENCRYPT,
        SS_LIE_NO_COMPRESS,   SS_LIE_CUT};
    static const enum ss_lie_kind flow[] = {SS_LIE_DROP, SS_LIE_DUPLICATE, SS_LIE_SPLIT,
                                            SS_LIE_HOLD};

    cr_assert_eq(SS_COUNT(field) + SS_COUNT(frame) + SS_COUNT(flow), SS_LIE_HOLD + 1);
    for (size_t i = 0; i < SS_COUNT(field); i++)
        cr_expect_eq(ss_lie_seam(field[i]), SS_SEAM_FIELD, "%d", (int)field[i]);
    for (size_t i = 0; i < SS_COUNT(frame); i++)
        cr_expect_eq(ss_lie_seam(frame[i]), SS_SEAM_FRAME, "%d", (int)frame[i]);
    for (size_t i = 0; i < SS_COUNT(flow); i++)
        cr_expect_eq(ss_lie_seam(flow[i]), SS_SEAM_FLOW, "%d", (int)flow[i]);
}
