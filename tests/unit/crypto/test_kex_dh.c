/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_dh.c - every group: both sides, the values out of range, and groups that are none.
 *
 * Follows: RFC 8268 section 4, RFC 3526 section 3, RFC 4419 section 3. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_dh, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_dh_group14_sha256;

static const struct ss_kex_alg *const quick[] = {
    &ss_kex_dh_group1_sha1,    &ss_kex_dh_group14_sha1, &ss_kex_dh_group14_sha256,
    &ss_kex_dh_group15_sha512, &ss_kex_dh_gex_sha1,     &ss_kex_dh_gex_sha256,
};
static const struct ss_kex_alg *const slow[] = {
    &ss_kex_dh_group16_sha512,
    &ss_kex_dh_group17_sha512,
    &ss_kex_dh_group18_sha512,
};

/* The prime of a group of that many bits, plus delta, which stays within the last byte. */
static ss_span near(unsigned bits, int delta)
{
    static uint8_t bytes[SS_DH_SIZE_MAX];
    struct ss_buf prime;
    size_t size;

    ss_buf_init(&prime, test_env(), sizeof bytes);
    cr_assert(ss_dh_prime(bits, &prime) == SS_OK);
    size = ss_buf_size(&prime);
    memcpy(bytes, ss_buf_at(&prime), size);
    ss_buf_fini(&prime);
    bytes[size - 1] = (uint8_t)(bytes[size - 1] + delta);
    return ss_span_make(bytes, size);
}

static ss_span near_prime(int delta)
{
    return near(2048, delta);
}

static ss_err respond_to(ss_span value, struct ss_secret *out_shared)
{
    struct ss_seeded seeded;
    struct ss_buf ours;
    void *state = ss_alloc(test_env(), alg->state_size);
    ss_err err;

    ss_seeded_init(&seeded, 5);
    ss_buf_init(&ours, &test_counted()->env, 512);
    err = alg->respond(alg, state, &seeded.env, test_guarded(value), &ours, out_shared);
    alg->fini(state);
    ss_free(test_env(), state, alg->state_size);
    ss_buf_fini(&ours);
    return err;
}

Test(kex_dh, both_sides_meet)
{
    size_t i;

    for (i = 0; i < SS_COUNT(quick); i++)
        kit_kex_meet(quick[i]);
    for (i = 0; i < SS_COUNT(slow); i++)
        kit_kex_meet(slow[i]);
}

/* e and f of 1 and p - 1 are all there is of small order in a group of a safe prime. */
Test(kex_dh, each_group_has_its_own_range)
{
    static const struct {
        const struct ss_kex_alg *alg;
        unsigned bits;
    } rows[] = {
        {&ss_kex_dh_group1_sha1, 1024},    {&ss_kex_dh_group14_sha1, 2048},
        {&ss_kex_dh_group15_sha512, 3072}, {&ss_kex_dh_group16_sha512, 4096},
        {&ss_kex_dh_group17_sha512, 6144}, {&ss_kex_dh_group18_sha512, 8192},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        kit_kex_refuses(rows[i].alg, test_hex("01"), "1");
        kit_kex_refuses(rows[i].alg, near(rows[i].bits, -1), "p - 1");
        kit_kex_refuses(rows[i].alg, near(rows[i].bits, 0), "p");
    }
}

/* ---- a group that was chosen ---- */

static ss_span kit_prime_less(uint8_t less)
{
    static uint8_t bytes[64];

    memcpy(bytes, test_hex(kit_prime).data, sizeof bytes);
    bytes[63] = (uint8_t)(bytes[63] - less);
    return ss_span_make(bytes, sizeof bytes);
}

Test(kex_dh, values_out_of_range_of_a_chosen_group_are_refused)
{
    uint8_t large_value[65] = {1};

    kit_kex_refuses(&ss_kex_dh_gex_sha256, ss_span_make(NULL, 0), "nothing");
    kit_kex_refuses(&ss_kex_dh_gex_sha256, test_hex("01"), "1");
    kit_kex_refuses(&ss_kex_dh_gex_sha256, kit_prime_less(1), "p - 1");
    kit_kex_refuses(&ss_kex_dh_gex_sha256, kit_prime_less(0), "p");
    kit_kex_refuses(&ss_kex_dh_gex_sha256, ss_span_make(large_value, 65), "more bytes than p has");
}

Test(kex_dh, groups_in_which_nobody_can_compute_are_refused)
{
    static uint8_t wide[SS_DH_SIZE_MAX + 1];
    const struct ss_kex_alg *gex = &ss_kex_dh_gex_sha256;
    struct dh {
        const char *what;
        ss_span p, g;
        ss_err err;
    };
    const ss_span p = test_hex(kit_prime);
    const struct dh rows[] = {
        {"as it is", p, test_hex("02"), SS_OK},
        {"zeros in front",
         test_hex("0000e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf"
                  "3407"),
         test_hex("000002"), SS_OK},
        {"a generator of all bytes", p,
         test_hex("8000000000000000000000000000000000000000000000000"
                  "0000000000000000000000000000000000000000000000000"
                  "000000000000000000000000000002"),
         SS_OK},
        {"no p", ss_span_make(NULL, 0), test_hex("02"), SS_E_bad_public_value},
        {"p is 0", test_hex("00"), test_hex("02"), SS_E_bad_public_value},
        {"p is small", test_hex("17"), test_hex("02"), SS_E_bad_public_value},
        {"p has 255 bits",
         test_hex("627f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3407"),
         test_hex("02"), SS_E_bad_public_value},
        {"p is even", test_hex("e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3406"),
         test_hex("02"), SS_E_bad_public_value},
        {"p is too wide", ss_span_make(wide, sizeof wide), test_hex("02"), SS_E_bad_public_value},
        {"no g", p, ss_span_make(NULL, 0), SS_E_bad_public_value},
        {"g is 0", p, test_hex("0000"), SS_E_bad_public_value},
        {"g is 1", p, test_hex("01"), SS_E_bad_public_value},
        {"g is p", p, p, SS_E_bad_public_value},
        {"g is over p", test_hex(kit_prime), near(1024, 0), SS_E_bad_public_value},
    };
    void *state = ss_alloc(test_env(), gex->state_size);
    size_t i;

    wide[0] = 1;
    wide[SS_DH_SIZE_MAX] = 1;
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_err err = gex->set_group(state, test_guarded(rows[i].p), test_guarded(rows[i].g));

        cr_expect(err == rows[i].err, "%s: %s", rows[i].what, ss_err_name(err));
    }
    cr_expect(gex->set_group(state, p, kit_prime_less(1)) == SS_E_bad_public_value, "g is p - 1");
    cr_expect(gex->set_group(state, p, kit_prime_less(2)) == SS_OK, "g is p - 2");
    kit_kex_free(gex, state);
}

Test(kex_dh, without_a_group_there_is_no_exchange)
{
    const struct ss_kex_alg *gex = &ss_kex_dh_gex_sha1;
    void *state = ss_alloc(test_env(), gex->state_size);
    struct ss_secret shared;
    struct ss_buf ours;

    ss_secret_init(&shared);
    ss_buf_init(&ours, &test_counted()->env, 512);
    cr_expect(gex->start(gex, state, test_env(), &ours) == SS_E_usage);
    cr_expect(gex->respond(gex, state, test_env(), test_hex("02"), &ours, &shared) == SS_E_usage);
    cr_assert(gex->set_group(state, test_hex(kit_prime), test_hex("02")) == SS_OK);
    cr_expect(gex->set_group(state, test_hex("17"), test_hex("02")) == SS_E_bad_public_value);
    cr_expect(gex->start(gex, state, test_env(), &ours) == SS_OK, "the group before is still set");
    kit_kex_free(gex, state);
    ss_buf_fini(&ours);
}

/* Twice the hash, unless the prime has less room. */
Test(kex_dh, the_exponent_goes_by_the_hash_and_is_shorter_than_the_prime)
{
    static const struct {
        const struct ss_kex_alg *alg;
        const char *prime;
        size_t size;
    } rows[] = {
        {&ss_kex_dh_group1_sha1, NULL, 40},
        {&ss_kex_dh_group14_sha256, NULL, 64},
        {&ss_kex_dh_group18_sha512, NULL, 128},
        {&ss_kex_dh_gex_sha1, kit_prime, 40},
        {&ss_kex_dh_gex_sha256, kit_prime, 63},
        {&ss_kex_dh_gex_sha1, "e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3407",
         31},
    };
    size_t i, n;

    for (i = 0; i < SS_COUNT(rows); i++) {
        for (n = 20; n <= 130; n++) {
            void *state = ss_alloc(test_env(), rows[i].alg->state_size);
            struct kit_drawn drawn;
            struct ss_buf ours;
            ss_err err;

            if (n != rows[i].size && n != 20 && n != 32 && n != 39 && n != 41)
                continue;
            if (rows[i].prime != NULL)
                cr_assert(rows[i].alg->set_group(state, test_hex(rows[i].prime), test_hex("05")) ==
                          SS_OK);
            kit_drawn_init(&drawn, kit_bytes(n));
            ss_buf_init(&ours, &test_counted()->env, SS_DH_SIZE_MAX);
            err = rows[i].alg->start(rows[i].alg, state, &drawn.env, &ours);
            cr_expect(err == (n == rows[i].size ? SS_OK : SS_E_no_random), "%s: %zu bytes",
                      rows[i].alg->name, n);
            kit_kex_free(rows[i].alg, state);
            ss_buf_fini(&ours);
        }
    }
}

/* ---- group 14 ---- */

Test(kex_dh, values_out_of_range_are_refused)
{
    uint8_t large[257] = {1};

    kit_kex_refuses(alg, ss_span_make(NULL, 0), "nothing");
    kit_kex_refuses(alg, test_hex("00"), "0");
    kit_kex_refuses(alg, test_hex("01"), "1");
    kit_kex_refuses(alg, test_hex("000001"), "1 with zeros before");
    kit_kex_refuses(alg, near_prime(-1), "p - 1");
    kit_kex_refuses(alg, near_prime(0), "p");
    large[256] = 7;
    kit_kex_refuses(alg, ss_span_make(large, sizeof large), "2048 bits and one");
    memset(large, 0xff, sizeof large);
    kit_kex_refuses(alg, ss_span_make(large + 1, 256), "2^2048 - 1");
}

Test(kex_dh, values_at_the_edge_of_the_range_are_taken)
{
    uint8_t wide[300] = {0};
    struct ss_secret two, wide_two, top;

    ss_secret_init(&two);
    ss_secret_init(&wide_two);
    ss_secret_init(&top);
    cr_expect(respond_to(test_hex("02"), &two) == SS_OK);
    cr_expect(respond_to(near_prime(-2), &top) == SS_OK);
    wide[299] = 2;
    cr_expect(respond_to(ss_span_make(wide, sizeof wide), &wide_two) == SS_OK, "leading zeros");
    kit_expect(ss_secret_span(&wide_two), ss_secret_span(&two), "the same number");
    cr_expect(two.size > 0 && two.size <= 256 && two.data[0] != 0, "a magnitude");
}

/* 2^x with the lowest x there can be: 2^511 is the exponent of 64 zero bytes. */
Test(kex_dh, the_exponent_is_512_bits_whatever_is_drawn)
{
    static const uint8_t zero[64];
    struct kit_drawn drawn;
    struct ss_buf ours;
    struct ss_secret shared;
    void *state = ss_alloc(test_env(), alg->state_size);

    kit_drawn_init(&drawn, ss_span_make(zero, sizeof zero));
    ss_buf_init(&ours, &test_counted()->env, 512);
    ss_secret_init(&shared);
    cr_assert(alg->start(alg, state, &drawn.env, &ours) == SS_OK);
    cr_expect(ss_buf_size(&ours) > 200);
    /* The peer's 2 under the same exponent is our own value. */
    cr_assert(alg->finish(alg, state, test_hex("02"), &shared) == SS_OK);
    kit_expect(ss_secret_span(&shared), ss_buf_span(&ours), "2^x");
    alg->fini(state);
    ss_free(test_env(), state, alg->state_size);
    ss_buf_fini(&ours);
}

Test(kex_dh, wrong_use_and_no_memory)
{
    size_t i;

    for (i = 0; i < SS_COUNT(quick); i++)
        kit_kex_misuse(quick[i]);
}
