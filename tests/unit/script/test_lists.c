/* SPDX-License-Identifier: Apache-2.0 */
/* test_lists.c - the lists behind @: every algorithm that stands for itself, once. */
#include <criterion/criterion.h>

#include <string.h>

#include "sshspec/crypto.h"
#include "testserver/script/lists.h"

static bool listed(const char *list, const char *name)
{
    const char *at;
    size_t i;

    for (i = 0; (at = scn_list_at(ss_span_of(list), i)) != NULL; i++) {
        if (strcmp(at, name) == 0)
            return true;
    }
    return false;
}

Test(lists, hold_the_registry)
{
    const struct ss_registry *all = ss_registry_standard();
    size_t i;

    for (i = 0; all->kex[i] != NULL; i++)
        cr_expect_str_eq(scn_list_at(ss_span_of("kex_algorithms"), i), all->kex[i]->name);
    cr_expect(scn_list_count(ss_span_of("kex_algorithms")) == i);
    for (i = 0; all->sign[i] != NULL; i++)
        cr_expect_str_eq(scn_list_at(ss_span_of("hostkey_algorithms"), i), all->sign[i]->name);
    cr_expect(scn_list_count(ss_span_of("hostkey_algorithms")) == i);
    for (i = 0; all->comp[i] != NULL; i++)
        cr_expect_str_eq(scn_list_at(ss_span_of("compressions"), i), all->comp[i]->name);
    cr_expect(scn_list_count(ss_span_of("compressions")) == i);
    cr_expect(listed("ciphers", "aes128-ctr") && listed("macs", "hmac-sha2-256"));
}

Test(lists, leave_out_what_protects_nothing_and_what_is_both)
{
    static const char *const both[] = {"none", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"};
    size_t i;

    for (i = 0; i < SS_COUNT(both); i++) {
        cr_expect(ss_registry_cipher(ss_registry_standard(), ss_span_of(both[i])) != NULL);
        cr_expect_not(listed("ciphers", both[i]));
        cr_expect_not(listed("macs", both[i]));
    }
    cr_expect(scn_list_at(ss_span_of("nothing"), 0) == NULL);
    cr_expect(scn_list_count(ss_span_of("nothing")) == 0);
}
