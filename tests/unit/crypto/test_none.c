/* SPDX-License-Identifier: Apache-2.0 */
/* test_none.c - methods that leave bytes as they are. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

Test(none, the_cipher_changes_nothing_and_needs_no_state)
{
    uint8_t data[16];

    memcpy(data, kit_bytes(16).data, 16);
    cr_expect(ss_cipher_none.state_size == 0 && ss_cipher_none.key == 0 && ss_cipher_none.iv == 0);
    cr_expect(ss_cipher_none.block == 8 && ss_cipher_none.tag == 0 && ss_cipher_none.flags == 0);
    cr_assert(ss_cipher_none.init(&ss_cipher_none, NULL, NULL, NULL, SS_SEAL) == SS_OK);
    cr_assert(ss_cipher_none.crypt(NULL, data, 16) == SS_OK);
    kit_expect(ss_span_make(data, 16), kit_bytes(16), "data");
    ss_cipher_none.fini(NULL);
}

Test(none, the_mac_has_no_bytes)
{
    uint8_t mac[1] = {0xee};

    cr_expect(ss_mac_none.state_size == 0 && ss_mac_none.key == 0 && ss_mac_none.size == 0);
    cr_assert(ss_mac_none.init(&ss_mac_none, NULL, NULL) == SS_OK);
    cr_assert(ss_mac_none.compute(NULL, 7, ss_span_of("data"), mac) == SS_OK);
    cr_expect(mac[0] == 0xee);
    ss_mac_none.fini(NULL);
}

Test(none, the_compression_is_never_called)
{
    cr_expect(ss_comp_none.state_size == 0 && !ss_comp_none.delayed);
    cr_expect(ss_comp_none.init == NULL && ss_comp_none.pass == NULL);
}
