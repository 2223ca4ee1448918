/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_dh.c - diffie-hellman-group14-sha256: both sides, and the values out of range.
 *
 * Follows: RFC 8268 section 4, RFC 3526 section 3. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_dh, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_dh_group14_sha256;

static const char prime[] = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
                            "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
                            "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
                            "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"
                            "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"
                            "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
                            "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"
                            "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff";

/* p + delta in 256 bytes; delta stays within the last byte. */
static ss_span near_prime(int delta)
{
    static uint8_t bytes[256];

    memcpy(bytes, test_hex(prime).data, sizeof bytes);
    bytes[255] = (uint8_t)(bytes[255] + delta);
    return ss_span_make(bytes, sizeof bytes);
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
    kit_kex_meet(alg);
}

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
    kit_kex_misuse(alg);
}
