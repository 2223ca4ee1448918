/* SPDX-License-Identifier: Apache-2.0 */
/* test_krl.c - key revocation lists: what is refused, and where.
 *
 * Follows: OpenSSH PROTOCOL.krl. Lists are hex: a header, then sections. */
#include <criterion/criterion.h>

#include "sshspec/krl.h"
#include "tests/unit/keys/kit.h"

TestSuite(krl, .fini = test_counted_check);

/* magic, format 1, version 7, date, flags, reserved "", comment "hi": 46 bytes. */
#define HEAD                                                                                       \
    "5353484b524c0a00 00000001 0000000000000007 00000000 65000000 0000000000000000 00000000 "      \
    "00000002 6869"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static ss_err read(ss_span bytes, struct ss_key_error *error)
{
    struct ss_krl *krl = NULL;
    ss_err err = ss_krl_read(env(), test_guarded(bytes), &krl, error);

    cr_expect((err == SS_OK) == (krl != NULL));
    ss_krl_free(&krl);
    return err;
}

Test(krl, the_head_is_told)
{
    struct ss_krl *krl = NULL;
    struct ss_krl_head head;

    cr_assert(ss_krl_read(env(), test_hex(HEAD), &krl, NULL) == SS_OK);
    ss_krl_head(krl, &head);
    cr_expect(head.version == 7 && head.generated == 0x65000000 && head.flags == 0);
    cr_expect(ss_span_is(head.comment, "hi") && head.signatures == 0);
    ss_krl_free(&krl);
    cr_expect(krl == NULL);
}

Test(krl, mistakes_are_named)
{
    static const struct {
        const char *list;
        ss_err want;
        size_t offset;
        const char *field;
    } rows[] = {
        {"", SS_E_bad_key_file, 0, "magic"},
        {"5353484b524c0a01 00000001", SS_E_bad_key_file, 0, "magic"},
        {"5353484b524c0a00 00000002", SS_E_unsupported, 8, "format version"},
        {"5353484b524c0a00 000000", SS_E_bad_key_file, 8, "format version"},
        {HEAD "07 00000000", SS_E_unsupported, 46, "section"},
        {HEAD "01", SS_E_bad_key_file, 47, "section"},
        {HEAD "02 00000005 00000000 ff", SS_E_bad_key_file, 51, "key"},
        {HEAD "02 00000005 00000002 ff", SS_E_bad_key_file, 51, "key"},
        {HEAD "03 00000005 00000001 ff", SS_E_bad_key_file, 51, "SHA-1 digest"},
        {HEAD "05 00000005 00000001 ff", SS_E_bad_key_file, 51, "SHA-256 digest"},
        {HEAD "01 00000004 00000000", SS_E_bad_key_file, 55, "reserved"},
        {HEAD "01 0000000d 00000000 00000000 24 00000000", SS_E_unsupported, 59,
         "certificate section"},
        {HEAD "01 0000000f 00000000 00000000 20 00000002 0102", SS_E_bad_key_file, 64, "serial"},
        {HEAD "01 00000015 00000000 00000000 20 00000008 0000000000000000", SS_E_bad_key_file, 64,
         "serial"},
        {HEAD "01 0000001d 00000000 00000000 21 00000010 0000000000000000 0000000000000001",
         SS_E_bad_key_file, 64, "serial range"},
        {HEAD "01 0000001d 00000000 00000000 21 00000010 0000000000000002 0000000000000001",
         SS_E_bad_key_file, 64, "serial range"},
        {HEAD "01 0000001e 00000000 00000000 21 00000011 0000000000000001 0000000000000001 00",
         SS_E_bad_key_file, 80, "serial range"},
        {HEAD "01 0000001a 00000000 00000000 22 0000000d 0000000000000000 00000001 01",
         SS_E_bad_key_file, 64, "serial bitmap"},
        {HEAD "01 0000001a 00000000 00000000 22 0000000d ffffffffffffffff 00000001 02",
         SS_E_bad_key_file, 64, "serial bitmap"},
        {HEAD "01 0000001a 00000000 00000000 22 0000000d 0000000000000001 00000001 80",
         SS_E_bad_key_file, 72, "serial bitmap"},
        {HEAD "01 00000013 00000000 00000000 23 00000006 00000002 6100", SS_E_bad_key_file, 64,
         "key id"},
        {HEAD "ff 0000000a 00000001 78 01 00000000", SS_E_unsupported, 61, "extension contents"},
        {HEAD "ff 0000000b 00000001 78 00 00000000 00", SS_E_bad_key_file, 61,
         "extension contents"},
        {HEAD "04 00000001 78", SS_E_bad_key_file, 52, "signature"},
        {HEAD "04 00000001 78 00000000 02 00000000", SS_E_bad_key_file, 56, "section"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, 1, "none"};
        ss_err err = read(test_hex(rows[i].list), &error);

        cr_expect(err == rows[i].want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(error.offset == rows[i].offset && error.line == 0, "row %zu: %zu", i,
                  error.offset);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}

Test(krl, what_only_looks_wrong_is_taken)
{
    static const char *const lists[] = {
        HEAD "02 00000000",
        HEAD "01 00000008 00000000 00000000",
        HEAD "01 0000000d 00000000 00000000 20 00000000",
        HEAD "01 0000001a 00000000 00000000 22 0000000d fffffffffffffff8 00000001 7f",
        HEAD "01 00000019 00000000 00000000 22 0000000c 0000000000000000 00000000",
        HEAD "ff 0000000a 00000001 78 00 00000000",
        HEAD "01 00000017 00000000 00000000 39 0000000a 00000001 78 00 00000000",
        HEAD "04 00000001 78 00000000 04 00000001 79 00000000",
    };
    struct ss_key_error error = {0, 0, NULL};
    size_t i;

    for (i = 0; i < SS_COUNT(lists); i++)
        cr_expect(read(test_hex(lists[i]), &error) == SS_OK, "row %zu: %s at %zu", i, error.field,
                  error.offset);
}

Test(krl, every_prefix_but_a_whole_section_is_refused)
{
    static const char list[] = HEAD "02 00000005 00000001 ff"
                                    "01 0000001d 00000000 00000000 21 00000010"
                                    "0000000000000002 0000000000000003"
                                    "04 00000001 78 00000001 79";
    ss_span whole = test_hex(list);
    size_t n;

    for (n = 0; n < whole.size; n++) {
        struct ss_key_error error = {SIZE_MAX, 0, NULL};
        bool at_section = n == 46 || n == 56 || n == 90;
        ss_err err = read(ss_span_part(whole, 0, n), &error);

        cr_expect(err == (at_section ? SS_OK : SS_E_bad_key_file), "prefix %zu: %s", n,
                  ss_err_name(err));
        cr_expect(at_section || (error.field != NULL && error.offset <= n), "prefix %zu", n);
    }
}

Test(krl, a_list_takes_its_own_size_and_little_more)
{
    static uint8_t huge[SS_KRL_MAX + 1];
    struct ss_counted *counted = test_counted();
    struct ss_key_error error = {0, 0, NULL};
    ss_span head = test_hex(HEAD);
    size_t left = SS_KRL_MAX - head.size - 5, n;
    struct ss_krl *krl = NULL;

    memcpy(huge, head.data, head.size);
    huge[head.size] = 2;
    ss_store_u32(huge + head.size + 1, (uint32_t)left);
    ss_store_u32(huge + head.size + 5, (uint32_t)left - 4);
    cr_expect(ss_krl_read(env(), ss_span_make(huge, SS_KRL_MAX), &krl, &error) == SS_OK);
    cr_expect(counted->peak <= SS_KRL_MAX + 4096, "%zu", counted->peak);
    ss_krl_free(&krl);
    cr_expect(ss_krl_read(env(), ss_span_make(huge, sizeof huge), &krl, &error) ==
              SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "file size");
    for (n = 1; n < 3; n++) {
        kit_scarce(n);
        cr_expect(ss_krl_read(env(), head, &krl, &error) == SS_E_no_memory);
        kit_scarce(0);
    }
}
