/* SPDX-License-Identifier: Apache-2.0 */
/* test_mac_hmac.c - HMAC over sequence number and packet, whole and cut.
 *
 * Follows: RFC 4231 section 4, RFC 2202 sections 2 and 3. A short key is the same key with zeros
 * behind it; the first four bytes of a vector's data are given as the sequence number. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(mac_hmac, .fini = test_counted_check);

static const struct ss_mac_alg *const algs[] = {
    &ss_mac_hmac_sha2_256,     &ss_mac_hmac_sha2_256_etm, &ss_mac_hmac_sha2_512,
    &ss_mac_hmac_sha2_512_etm, &ss_mac_hmac_sha1,         &ss_mac_hmac_sha1_etm,
    &ss_mac_hmac_sha1_96,      &ss_mac_hmac_sha1_96_etm,  &ss_mac_hmac_md5,
    &ss_mac_hmac_md5_etm,      &ss_mac_hmac_md5_96,       &ss_mac_hmac_md5_96_etm};
enum { SHA2 = 4 }; /* of them */

static void *keyed(const struct ss_mac_alg *alg, ss_span key)
{
    uint8_t full[SS_HASH_MAX] = {0};
    void *state = ss_alloc(&test_counted()->env, alg->state_size);

    cr_assert(state != NULL && key.size <= alg->key);
    memcpy(full, key.data, key.size);
    cr_assert(alg->init(alg, state, full) == SS_OK);
    return state;
}

static void done(const struct ss_mac_alg *alg, void *state)
{
    alg->fini(state);
    ss_free(&test_counted()->env, state, alg->state_size);
}

static void compute(const struct ss_mac_alg *alg, void *state, ss_span data, uint8_t *out)
{
    uint32_t sequence = (uint32_t)data.data[0] << 24 | (uint32_t)data.data[1] << 16 |
                        (uint32_t)data.data[2] << 8 | data.data[3];

    cr_assert(alg->compute(state, sequence, ss_span_part(data, 4, data.size), out) == SS_OK);
}

struct row {
    const char *key, *data, *sha256, *sha512;
};

static const struct row rows[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
     "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
     "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
     "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"},
};

Test(mac_hmac, the_vectors_of_rfc_4231)
{
    size_t i, k;

    for (k = 0; k < SHA2; k++) {
        for (i = 0; i < SS_COUNT(rows); i++) {
            void *state = keyed(algs[k], test_hex(rows[i].key));
            uint8_t mac[SS_HASH_MAX];

            compute(algs[k], state, test_hex(rows[i].data), mac);
            kit_expect(ss_span_make(mac, algs[k]->size),
                       test_hex(algs[k]->size == 32 ? rows[i].sha256 : rows[i].sha512),
                       algs[k]->name);
            done(algs[k], state);
        }
    }
}

/* RFC 2202: cases 1 to 5 of either hash; the keys are as long as the digest at most. */
static const struct old_row {
    const char *key, *data, *digest;
} sha1_rows[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b617318655057264e28bc0b6fb378c8ef146be00"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
    {"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
     "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"},
};
static const struct old_row md5_rows[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "9294727a3638bb1c13f48ef8158bfc9d"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "750c783e6ab0b503eaa86e310a5db738"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "56be34521d144c88dbb8c733f0e8b3f6"},
    {"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
     "56461ef2342edc00f9bab995690efd4c"},
};

/* The cut ones are the left 96 bits. */
Test(mac_hmac, the_vectors_of_rfc_2202)
{
    for (size_t k = SHA2; k < SS_COUNT(algs); k++) {
        bool sha1 = algs[k]->key == 20;

        for (size_t i = 0; i < SS_COUNT(sha1_rows); i++) {
            const struct old_row *row = sha1 ? &sha1_rows[i] : &md5_rows[i];
            void *state = keyed(algs[k], test_hex(row->key));
            uint8_t mac[SS_HASH_MAX];

            memset(mac, 0xee, sizeof mac);
            compute(algs[k], state, test_hex(row->data), mac);
            kit_expect(ss_span_make(mac, algs[k]->size),
                       ss_span_part(test_hex(row->digest), 0, algs[k]->size), algs[k]->name);
            cr_expect(mac[algs[k]->size] == 0xee, "%s writes past its end", algs[k]->name);
            done(algs[k], state);
        }
    }
}

Test(mac_hmac, one_state_serves_many_packets)
{
    size_t k, round;

    for (k = 0; k < SS_COUNT(algs); k++) {
        void *state = keyed(algs[k], test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"));
        uint8_t first[SS_HASH_MAX], other[SS_HASH_MAX], again[SS_HASH_MAX];

        cr_assert(algs[k]->compute(state, 1, ss_span_of("packet"), first) == SS_OK);
        for (round = 0; round < 50; round++) {
            cr_assert(algs[k]->compute(state, (uint32_t)round + 2, kit_bytes(round), other) ==
                      SS_OK);
            cr_assert(algs[k]->compute(state, 1, ss_span_of("packet"), again) == SS_OK);
            kit_expect(ss_span_make(again, algs[k]->size), ss_span_make(first, algs[k]->size),
                       algs[k]->name);
            cr_expect(memcmp(other, first, algs[k]->size) != 0);
        }
        done(algs[k], state);
    }
}

Test(mac_hmac, the_sequence_number_is_part_of_it)
{
    void *state = keyed(algs[0], test_hex(rows[0].key));
    uint8_t a[32], b[32];
    unsigned bit;

    cr_assert(algs[0]->compute(state, 0, ss_span_of("x"), a) == SS_OK);
    for (bit = 0; bit < 32; bit++) {
        cr_assert(algs[0]->compute(state, UINT32_C(1) << bit, ss_span_of("x"), b) == SS_OK);
        cr_expect(memcmp(a, b, 32) != 0, "bit %u", bit);
    }
    done(algs[0], state);
}

Test(mac_hmac, only_the_etm_names_carry_the_flag)
{
    for (size_t k = 0; k < SS_COUNT(algs); k++) {
        bool etm = strstr(algs[k]->name, "-etm@openssh.com") != NULL;

        cr_expect(algs[k]->flags == (etm ? SS_MAC_ETM : 0), "%s", algs[k]->name);
        cr_expect(etm == (k % 2 == 1));
    }
}

Test(mac_hmac, a_zeroed_state_is_refused_and_may_be_finished)
{
    void *state = ss_alloc(&test_counted()->env, algs[0]->state_size);
    uint8_t mac[32];

    cr_assert(state != NULL);
    cr_expect(algs[0]->compute(state, 0, ss_span_of("x"), mac) == SS_E_usage);
    done(algs[0], state);
}
