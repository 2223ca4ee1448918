/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_kem.c - key encapsulation with keys and ciphertexts from anywhere.
 *
 * Owns: the oracles: a key is refused or encapsulated to; an honest key round-trips whatever is
 *   drawn; a changed ciphertext gives another secret and never an error; only bytes of the length
 *   are a ciphertext.
 * Not here: key exchange messages (fuzz_session.c).
 * Follows: lib/crypto/kem.h.
 *
 * Input: mechanism, mode, then a key, a ciphertext, or a draw. Unless the mode's top bit says that
 * the length is as it comes, it is repeated up to the right one. Link with -fsanitize=fuzzer. */
#include "crypto/kem.h"

#include <stdlib.h>

enum { HEAD = 2, AS_IT_COMES = 0x80 };
enum { ANY_KEY, ANY_CIPHERTEXT, CHANGED, ANY_SECRET, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The input's bytes first, then others. */
struct drawn {
    struct ss_env env;
    struct ss_seeded seeded;
    ss_span bytes;
};

static void *drawn_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    struct drawn *drawn = ctx;

    return ss_resize(&drawn->seeded.env, p, old_size, size);
}

static ss_err drawn_random(void *ctx, uint8_t *out, size_t n)
{
    struct drawn *drawn = ctx;
    ss_span first = ss_span_part(drawn->bytes, 0, n);

    drawn->bytes = ss_span_part(drawn->bytes, first.size, SIZE_MAX);
    SS_TRY(ss_random(&drawn->seeded.env, out, n));
    if (first.size > 0)
        memcpy(out, first.data, first.size);
    return SS_OK;
}

struct bench {
    const struct ss_kem_alg *alg;
    struct drawn drawn;
    bool as_it_comes;
    uint8_t input[SS_KEM_SECRET_MAX];
    uint8_t public_key[SS_KEM_PUBLIC_MAX], secret_key[SS_KEM_SECRET_MAX];
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED], again[SS_KEM_SHARED];
};

static void bench_init(struct bench *bench, uint8_t choice, ss_span bytes)
{
    static const struct ss_kem_alg *const algs[] = {&ss_kem_mlkem768, &ss_kem_mlkem1024,
                                                    &ss_kem_sntrup761};

    memset(bench, 0, sizeof *bench);
    bench->alg = algs[choice % SS_COUNT(algs)];
    ss_seeded_init(&bench->drawn.seeded, choice);
    bench->drawn.env = (struct ss_env){drawn_resize, drawn_random, &bench->drawn, true};
    bench->drawn.bytes = bytes;
}

static ss_err decaps(struct bench *bench, ss_span ciphertext)
{
    const struct ss_kem_alg *alg = bench->alg;

    return alg->decaps(alg, ss_span_make(bench->secret_key, alg->secret_key), ciphertext,
                       bench->again);
}

static bool same(const struct bench *bench)
{
    return memcmp(bench->shared, bench->again, sizeof bench->again) == 0;
}

/* A draw may make sntrup761 try in vain, if it goes on for long enough. */
static bool make_keys(struct bench *bench)
{
    const struct ss_kem_alg *alg = bench->alg;
    ss_err err = alg->keygen(alg, &bench->drawn.env, bench->public_key, bench->secret_key);

    must(err == SS_OK || err == SS_E_no_random);
    return err == SS_OK;
}

static void make_ciphertext(struct bench *bench)
{
    const struct ss_kem_alg *alg = bench->alg;

    must(alg->encaps(alg, &bench->drawn.env, ss_span_make(bench->public_key, alg->public_key),
                     bench->ciphertext, bench->shared) == SS_OK);
    must(decaps(bench, ss_span_make(bench->ciphertext, alg->ciphertext)) == SS_OK);
    must(same(bench));
}

static ss_span fitted(struct bench *bench, ss_span bytes, size_t size)
{
    size_t i;

    if (bench->as_it_comes)
        return bytes;
    for (i = 0; i < size; i++)
        bench->input[i] = bytes.data[i % bytes.size];
    return ss_span_make(bench->input, size);
}

static void any_key(struct bench *bench, ss_span key)
{
    const struct ss_kem_alg *alg = bench->alg;
    ss_err checked = alg->check(alg, key);
    ss_err err = alg->encaps(alg, &bench->drawn.env, key, bench->ciphertext, bench->shared);

    must(checked == err && (err == SS_OK || err == SS_E_bad_public_value));
    must(err != SS_OK || key.size == alg->public_key);
}

static void any_ciphertext(struct bench *bench, ss_span ciphertext)
{
    bench->drawn.bytes = ss_span_make(NULL, 0);
    must(make_keys(bench));
    must(decaps(bench, ciphertext) ==
         (ciphertext.size == bench->alg->ciphertext ? SS_OK : SS_E_bad_public_value));
}

/* The first two bytes say where, the rest is drawn. */
static void changed(struct bench *bench, ss_span bytes)
{
    size_t at = (size_t)(bytes.data[0] << 8 | bytes.data[1]);

    bench->drawn.bytes = ss_span_part(bytes, 2, SIZE_MAX);
    if (!make_keys(bench))
        return;
    make_ciphertext(bench);
    bench->ciphertext[at % bench->alg->ciphertext] ^= (uint8_t)(1 << at % 8);
    must(decaps(bench, ss_span_make(bench->ciphertext, bench->alg->ciphertext)) == SS_OK);
    must(!same(bench));
}

static void any_secret(struct bench *bench, ss_span key)
{
    const struct ss_kem_alg *alg = bench->alg;
    ss_err err =
        alg->decaps(alg, key, ss_span_make(bench->ciphertext, alg->ciphertext), bench->again);

    must(err == SS_OK || err == SS_E_bad_key);
    must(err != SS_OK || key.size == alg->secret_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bench bench;
    ss_span bytes;

    if (size < HEAD + 2 || size > 16384)
        return 0;
    bytes = ss_span_make(data + HEAD, size - HEAD);
    bench_init(&bench, data[0], bytes);
    bench.as_it_comes = (data[1] & AS_IT_COMES) != 0;
    if (data[1] % MODES == ANY_KEY)
        any_key(&bench, fitted(&bench, bytes, bench.alg->public_key));
    else if (data[1] % MODES == ANY_CIPHERTEXT)
        any_ciphertext(&bench, fitted(&bench, bytes, bench.alg->ciphertext));
    else if (data[1] % MODES == CHANGED)
        changed(&bench, bytes);
    else
        any_secret(&bench, fitted(&bench, bytes, bench.alg->secret_key));
    return 0;
}
