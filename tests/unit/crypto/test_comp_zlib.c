/* SPDX-License-Identifier: Apache-2.0 */
/* test_comp_zlib.c - payloads through a deflate stream and back.
 *
 * Follows: RFC 4253 section 6.2, RFC 1950, RFC 1951; streams written by hand are explained where
 *   they stand. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(comp_zlib, .fini = test_counted_check);

enum { CEILING = 100000 };

static const struct ss_comp_alg *const alg = &ss_comp_zlib;

static void *stream(enum ss_way way)
{
    void *state = ss_alloc(&test_counted()->env, alg->state_size);

    cr_assert(state != NULL && alg->init(state, &test_counted()->env, way) == SS_OK);
    return state;
}

static void done(void *state)
{
    alg->fini(state);
    alg->fini(state); /* twice is harmless */
    ss_free(&test_counted()->env, state, alg->state_size);
}

struct both {
    void *sealer, *opener;
    struct ss_buf packed, clear;
};

static void both_init(struct both *both)
{
    both->sealer = stream(SS_SEAL);
    both->opener = stream(SS_OPEN);
    ss_buf_init(&both->packed, &test_counted()->env, CEILING);
    ss_buf_init(&both->clear, &test_counted()->env, CEILING);
}

static void both_fini(struct both *both)
{
    done(both->sealer);
    done(both->opener);
    ss_buf_fini(&both->packed);
    ss_buf_fini(&both->clear);
}

/* There and back; gives the bytes it took on the way. */
static size_t trip(struct both *both, ss_span payload)
{
    size_t packed;

    ss_buf_clear(&both->packed);
    ss_buf_clear(&both->clear);
    cr_assert(alg->pass(both->sealer, payload, &both->packed) == SS_OK);
    cr_assert(alg->pass(both->opener, ss_buf_span(&both->packed), &both->clear) == SS_OK);
    cr_assert(ss_span_eq(ss_buf_span(&both->clear), payload), "%zu bytes", payload.size);
    packed = ss_buf_size(&both->packed);
    return packed;
}

/* Each payload comes out whole before the next goes in. rule:
 * RFC4253-6.2-compression-per-packet-flush */
Test(comp_zlib, payloads_of_every_size_come_back_at_once)
{
    static uint8_t bytes[40000];
    struct ss_seeded noise;
    struct both both;

    both_init(&both);
    for (size_t n = 0; n < 600; n++)
        (void)trip(&both, ss_span_make(bytes, n));
    ss_seeded_init(&noise, 1);
    cr_assert(ss_random(&noise.env, bytes, sizeof bytes) == SS_OK);
    for (size_t n = 0; n < 600; n++)
        (void)trip(&both, ss_span_make(bytes + n, n));
    for (size_t n = 4000; n <= sizeof bytes; n += 4000)
        cr_expect(trip(&both, ss_span_make(bytes, n)) < n + n / 100 + 64, "%zu", n);
    both_fini(&both);
}

Test(comp_zlib, what_was_said_before_is_remembered)
{
    static const char said[] = "the quick brown fox jumps over the lazy dog, 0123456789";
    struct both both;
    size_t first;

    both_init(&both);
    first = trip(&both, ss_span_of(said));
    cr_expect(trip(&both, ss_span_of(said)) < first / 4);
    both_fini(&both);
}

Test(comp_zlib, an_empty_payload_is_empty_again)
{
    struct both both;

    both_init(&both);
    (void)trip(&both, ss_span_make(NULL, 0));
    (void)trip(&both, ss_span_make(NULL, 0));
    (void)trip(&both, ss_span_of("x"));
    cr_expect(trip(&both, ss_span_make(NULL, 0)) == 0);
    (void)trip(&both, ss_span_of("x"));
    both_fini(&both);
}

/* Others flush in other ways: RFC 1951 blocks, each with bytes up to a border or not. */
Test(comp_zlib, streams_of_others_are_read)
{
    static const struct {
        const char *packed, *clear;
    } rows[] = {
        /* head, stored block "SSH": 00, its length and the complement */
        {"789c 00 0300 fcff 535348", "SSH"},
        /* the same, and an empty stored block, which is a sync flush */
        {"789c 00 0300 fcff 535348 00 0000 ffff", "SSH"},
        /* fixed codes: 010, "a" 10010001, "b" 10010010, end 0000000, and a sync flush */
        {"789c 4a 4c 02 00 0000 ffff", "ab"},
        /* an empty block of fixed codes, as a partial flush ends */
        {"789c 02 08", ""},
        /* the smallest window that can be asked for, 256 bytes */
        {"081d 00 0300 fcff 535348", "SSH"},
        {"7801 00 0000 ffff", ""},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        void *state = stream(SS_OPEN);
        struct ss_buf out;

        ss_buf_init(&out, &test_counted()->env, 100);
        cr_assert(alg->pass(state, test_hex(rows[i].packed), &out) == SS_OK, "row %zu", i);
        cr_expect(ss_span_is(ss_buf_span(&out), rows[i].clear), "row %zu: %.*s", i,
                  (int)ss_buf_size(&out), (const char *)ss_buf_at(&out));
        done(state);
        ss_buf_fini(&out);
    }
}

/* The stream may be cut anywhere: RFC 4253 does not say that a packet holds whole bytes of it. */
Test(comp_zlib, a_stream_cut_anywhere_gives_the_same_bytes)
{
    static const char text[] = "abcabcabcabcabcabcabcabc-abcabcabcabcabc";
    struct both both;
    ss_span packed;

    both_init(&both);
    cr_assert(alg->pass(both.sealer, ss_span_of(text), &both.packed) == SS_OK);
    packed = ss_buf_span(&both.packed);
    for (size_t at = 0; at <= packed.size; at++) {
        void *state = stream(SS_OPEN);

        ss_buf_clear(&both.clear);
        cr_assert(alg->pass(state, ss_span_part(packed, 0, at), &both.clear) == SS_OK);
        cr_assert(alg->pass(state, ss_span_part(packed, at, SIZE_MAX), &both.clear) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&both.clear), text), "%zu", at);
        done(state);
    }
    both_fini(&both);
}

/* What is there already counts; nothing is left of what did not fit, and the stream is done for. */
Test(comp_zlib, the_ceiling_of_the_output_is_the_end)
{
    static uint8_t zeros[90000];
    static const size_t ceilings[] = {10, 4095, 4096, 4097, 8192, 50000, 89999};
    struct both both;

    both_init(&both);
    cr_assert(alg->pass(both.sealer, ss_span_make(zeros, sizeof zeros), &both.packed) == SS_OK);
    for (size_t i = 0; i < SS_COUNT(ceilings); i++) {
        void *state = stream(SS_OPEN);
        struct ss_buf out;

        ss_buf_init(&out, &test_counted()->env, ceilings[i]);
        cr_assert(ss_buf_puts(&out, "before") == SS_OK);
        cr_expect(alg->pass(state, ss_buf_span(&both.packed), &out) == SS_E_ceiling);
        cr_expect(ss_span_is(ss_buf_span(&out), "before"));
        cr_expect(alg->pass(state, ss_span_of("x"), &out) == SS_E_usage);
        done(state);
        ss_buf_fini(&out);
    }
    both.clear.ceiling = sizeof zeros;
    cr_expect(alg->pass(both.opener, ss_buf_span(&both.packed), &both.clear) == SS_OK,
              "as large as may be");
    both_fini(&both);
}

Test(comp_zlib, sealing_stops_at_the_ceiling_too)
{
    struct ss_seeded noise;
    struct both both;
    uint8_t bytes[500];

    both_init(&both);
    ss_seeded_init(&noise, 1);
    cr_assert(ss_random(&noise.env, bytes, sizeof bytes) == SS_OK);
    both.packed.ceiling = 100;
    cr_expect(alg->pass(both.sealer, ss_span_make(bytes, sizeof bytes), &both.packed) ==
              SS_E_ceiling);
    cr_expect(ss_buf_size(&both.packed) == 0);
    cr_expect(alg->pass(both.sealer, ss_span_of("x"), &both.packed) == SS_E_usage);
    both_fini(&both);
}

Test(comp_zlib, a_flipped_bit_is_refused_or_stays_within_the_ceiling)
{
    static const char text[] = "what do ya want for nothing? what do ya want for nothing?";
    struct both both;
    size_t bits, refused = 0;

    both_init(&both);
    both.clear.ceiling = 1000;
    cr_assert(alg->pass(both.sealer, ss_span_of(text), &both.packed) == SS_OK);
    bits = ss_buf_size(&both.packed) * 8;
    for (size_t bit = 0; bit < bits; bit++) {
        uint8_t *at = ss_buf_at(&both.packed) + bit / 8;
        void *state = stream(SS_OPEN);
        ss_err err;

        *at ^= (uint8_t)(1u << bit % 8);
        ss_buf_clear(&both.clear);
        err = alg->pass(state, ss_buf_span(&both.packed), &both.clear);
        cr_expect(err == SS_E_decompress || err == SS_E_ceiling || err == SS_OK, "bit %zu: %s", bit,
                  ss_err_name(err));
        cr_expect(err == SS_OK || ss_buf_size(&both.clear) == 0, "bit %zu", bit);
        refused += err != SS_OK;
        cr_expect(bit >= 16 || err == SS_E_decompress, "bit %zu of the head", bit);
        *at ^= (uint8_t)(1u << bit % 8);
        done(state);
    }
    cr_expect(refused > 30, "%zu of %zu", refused, bits);
    both_fini(&both);
}

Test(comp_zlib, memory_comes_from_the_env_and_may_lack)
{
    struct ss_counted *counted = test_counted();
    void *state = ss_alloc(&counted->env, alg->state_size);
    size_t n;

    cr_assert(state != NULL);
    for (int way = SS_OPEN; way <= SS_SEAL; way++) {
        ss_err err = SS_E_no_memory;

        for (n = 1; err == SS_E_no_memory; n++) {
            counted->fail_at = counted->calls + n;
            err = alg->init(state, &counted->env, (enum ss_way)way);
            counted->fail_at = 0;
            cr_expect(err == SS_OK || counted->blocks == 1, "%zu", n);
        }
        cr_expect(err == SS_OK && n > 2, "%zu", n);
        cr_expect(counted->blocks > 1);
        alg->fini(state);
        cr_expect(counted->blocks == 1);
    }
    ss_free(&counted->env, state, alg->state_size);
}

/* zlib asks for its window late: the first payload may find no memory either. */
Test(comp_zlib, memory_that_lacks_later_is_told)
{
    struct ss_counted *counted = test_counted();
    struct both both;

    both_init(&both);
    cr_assert(alg->pass(both.sealer, ss_span_of("some text that is long enough"), &both.packed) ==
              SS_OK);
    cr_assert(ss_buf_reserve(&both.clear, 5000) == SS_OK);
    KIT_SCARCE(counted);
    cr_expect(alg->pass(both.opener, ss_buf_span(&both.packed), &both.clear) == SS_E_no_memory);
    KIT_PLENTY(counted);
    cr_expect(ss_buf_size(&both.clear) == 0);
    both_fini(&both);
}

Test(comp_zlib, a_zeroed_state_is_refused_and_may_be_finished)
{
    void *state = ss_alloc(&test_counted()->env, alg->state_size);
    struct ss_buf out;

    ss_buf_init(&out, &test_counted()->env, 100);
    cr_assert(state != NULL);
    cr_expect(alg->pass(state, ss_span_of("x"), &out) == SS_E_usage);
    done(state);
    ss_buf_fini(&out);
}

Test(comp_zlib, the_second_name_only_starts_later)
{
    cr_expect(!ss_comp_zlib.delayed && ss_comp_zlib_delayed.delayed);
    cr_expect(ss_comp_zlib.pass == ss_comp_zlib_delayed.pass);
    cr_expect(ss_comp_zlib.state_size == ss_comp_zlib_delayed.state_size);
}
