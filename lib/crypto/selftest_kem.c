/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_kem.c - known answers: key exchange with a post-quantum half.
 *
 * Owns: an env that draws what a row says.
 * Not here: other key exchange (selftest_key.c, selftest_dh.c).
 * Called by: selftest.c.
 * Follows: ML-KEM: the first vector made of the official seeds of round 3, as Wycheproof has it.
 *   sntrup761: answer 0 of NIST's round 3. X25519: RFC 7748 section 6.1. P-256 and P-384: RFC 5903
 *   sections 8.1 and 8.2. What both sides send and the secret were put together of these apart from
 *   any code here; values that are sent stand as their SHA-256 digests. */
#include "crypto/selftest.h"

/* ---- NIST's randomness ---- */

static void next_counter(uint8_t *counter)
{
    size_t i = 16;

    do
        counter[--i]++;
    while (counter[i] == 0 && i > 0);
}

/* n bytes, and 48 more that are the next key and counter. */
static ss_err generate(struct ss_drbg *drbg, void *state, uint8_t *out, size_t n)
{
    const struct ss_cipher_alg *aes = &ss_cipher_aes256_ctr;
    size_t whole = n - n % 16;
    uint8_t rest[16] = {0}, next[48] = {0};

    next_counter(drbg->counter);
    SS_TRY(aes->init(aes, state, drbg->key, drbg->counter, SS_SEAL));
    if (n > 0)
        memset(out, 0, n);
    if (whole > 0)
        SS_TRY(aes->crypt(state, out, whole));
    if (whole < n) {
        SS_TRY(aes->crypt(state, rest, sizeof rest));
        memcpy(out + whole, rest, n - whole);
    }
    SS_TRY(aes->crypt(state, next, sizeof next));
    memcpy(drbg->key, next, sizeof drbg->key);
    memcpy(drbg->counter, next + sizeof drbg->key, sizeof drbg->counter);
    return SS_OK;
}

static ss_err drbg_random(void *ctx, uint8_t *out, size_t n)
{
    const struct ss_cipher_alg *aes = &ss_cipher_aes256_ctr;
    struct ss_drbg *drbg = ctx;
    void *state = ss_alloc(drbg->inner, aes->state_size);
    ss_err err;

    if (state == NULL)
        return SS_E_no_memory;
    err = generate(drbg, state, out, n);
    aes->fini(state);
    ss_free(drbg->inner, state, aes->state_size);
    return err;
}

static void *drbg_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    const struct ss_drbg *drbg = ctx;

    return drbg->inner->resize(drbg->inner->ctx, p, old_size, size);
}

ss_err ss_drbg_init(struct ss_drbg *drbg, const struct ss_env *inner, ss_span seed)
{
    uint8_t nothing[1];
    size_t i;

    memset(drbg, 0, sizeof *drbg);
    drbg->inner = inner;
    drbg->env.resize = drbg_resize;
    drbg->env.random = drbg_random;
    drbg->env.ctx = drbg;
    drbg->env.deterministic = true;
    if (seed.size != sizeof drbg->key + sizeof drbg->counter)
        return SS_E_bad_argument;
    SS_TRY(drbg_random(drbg, nothing, 0));
    for (i = 0; i < sizeof drbg->key; i++)
        drbg->key[i] ^= seed.data[i];
    for (i = 0; i < sizeof drbg->counter; i++)
        drbg->counter[i] ^= seed.data[sizeof drbg->key + i];
    return SS_OK;
}

/* ---- the answers ---- */

struct row {
    const struct ss_kex_alg *alg;
    const char *seed;            /* of the generator, for draws of other sizes than 32 */
    const char *draws[4];        /* one after another */
    const char *client, *server; /* digests of what they send */
    const char *shared;
};

#define ALICE "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ac177fba51db92c2a"
#define BOB "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define D_AND_Z                                                                                    \
    "7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d8626ed79d451140800e03b59b956" \
    "f8210e556067407d13dc90fa9e8b872bfb8f"
#define M "147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615"
#define SNTRUP_ANSWER                                                                              \
    .seed =                                                                                        \
        "061550234d158c5ec95595fe04ef7a25767f2e24cc2bc479d09d86dc9abcfde7056a8c266f9ef97ed08541db" \
        "d2e1ffa1",                                                                                \
    .draws = {ALICE, BOB},                                                                         \
    .client = "866a374f964d07281c06aaf50ea8cdee72031d1cf3e26829f7becac01bf1c091",                  \
    .server = "91f0b6b85cbcf36e5971130e8343d869ae85670c8c03e42b66018084bb1fe23f",                  \
    .shared = "46a6bd0444f33b7a03771e4689cf9e2201510020a5fe7f43b902ca761bb0e7903637847e055661f1f6" \
              "e05773c2d4dc5e206449e8986ee0d94815c7459084bf5e"

static const struct row rows[] = {
    {
        .alg = &ss_kex_mlkem768x25519,
        .draws = {D_AND_Z, ALICE, M, BOB},
        .client = "897a0040228e19db65453e26d7339d716b804566b07168223bd19082e0ba391d",
        .server = "23ea2f595412ee577de4daf2cf0da87fcf4ed1848bbad4240b4b502f6b0c336a",
        .shared = "84307dd300e019e89efaa62531559c1cc1f2bdf6f2bac9d8358d017cc64e8649",
    },
    {
        .alg = &ss_kex_mlkem768nistp256, /* a scalar is drawn with 64 bits in front, less one */
        .draws = {D_AND_Z,
                  "0000000000000000c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d143"
                  "2",
                  M,
                  "0000000000000000c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee5"
                  "2"},
        .client = "7400fa4355c5e96023bce5b7f1f532fad32cc0c220c9bea6daf9d20de055e6b5",
        .server = "5ab8b3901fcdc02772b10e3a69198a7db94f7c6d3a4301bbeb05a1e61af98e3c",
        .shared = "7345a9b27221c9ed1b4403fd57bc789e10f856f30efc23de50b7cec7a198b3fe",
    },
    {
        .alg = &ss_kex_mlkem1024nistp384,
        .draws = {D_AND_Z,
                  "0000000000000000099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce65"
                  "5e35b538041e649ee3faef896783ab193",
                  M,
                  "000000000000000041cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa294"
                  "2e0308312916b8ed2960e4bd55a7448fb"},
        .client = "8c0cc63a7d72d117567f504670df267f0cdce0594eb4ea74f0b25a962d2610e1",
        .server = "e118c11d50de638df4fdfb30f16448286fe532b59932ca8efda63916af299e92",
        .shared = "7e92245546f9f26f3e23d6456d6bf7ff32b925eee61c261a68e84b99f36f3cd9e5fba6876e431f1d"
                  "a186dccd35dbde3d",
    },
    {.alg = &ss_kex_sntrup761x25519, SNTRUP_ANSWER},
    {.alg = &ss_kex_sntrup761x25519_openssh, SNTRUP_ANSWER},
};

/* ---- an env that draws what the row says ---- */

struct scripted {
    struct ss_env env;
    struct ss_drbg drbg;
    const struct row *row;
    size_t next;
};

static ss_err scripted_random(void *ctx, uint8_t *out, size_t n)
{
    struct scripted *scripted = ctx;
    const struct row *row = scripted->row;
    uint8_t bytes[SS_SELFTEST_MAX];

    if (row->seed != NULL && n != 32)
        return ss_random(&scripted->drbg.env, out, n);
    if (scripted->next == SS_COUNT(row->draws) || row->draws[scripted->next] == NULL ||
        ss_selftest_hex(row->draws[scripted->next++], bytes) != n)
        return SS_E_no_random;
    memcpy(out, bytes, n);
    return SS_OK;
}

static void *scripted_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    struct scripted *scripted = ctx;

    return drbg_resize(&scripted->drbg, p, old_size, size);
}

static ss_err scripted_init(struct scripted *scripted, const struct ss_env *inner,
                            const struct row *row)
{
    uint8_t seed[SS_SELFTEST_MAX] = {0};
    size_t n = 48;

    scripted->env.resize = scripted_resize;
    scripted->env.random = scripted_random;
    scripted->env.ctx = scripted;
    scripted->env.deterministic = true;
    scripted->row = row;
    scripted->next = 0;
    if (row->seed != NULL)
        n = ss_selftest_hex(row->seed, seed);
    return ss_drbg_init(&scripted->drbg, inner, ss_span_make(seed, n));
}

/* ---- the test ---- */

static bool sent(const struct ss_buf *value, const char *digest)
{
    ss_span span = ss_buf_span(value);
    uint8_t got[32];

    return ss_hash_sha256.digest(&span, 1, got) == SS_OK &&
           ss_selftest_same(ss_span_make(got, sizeof got), digest);
}

struct sides {
    void *client, *server;
    struct ss_buf from_client, from_server;
    struct ss_secret secret;
};

static ss_err run(const struct row *row, const struct ss_env *env, struct sides *sides)
{
    const struct ss_kex_alg *alg = row->alg;

    SS_TRY(alg->start(alg, sides->client, env, &sides->from_client));
    if (!sent(&sides->from_client, row->client))
        return SS_E_crypto;
    SS_TRY(alg->respond(alg, sides->server, env, ss_buf_span(&sides->from_client),
                        &sides->from_server, &sides->secret));
    if (!sent(&sides->from_server, row->server) ||
        !ss_selftest_same(ss_secret_span(&sides->secret), row->shared))
        return SS_E_crypto;
    ss_secret_fini(&sides->secret);
    SS_TRY(alg->finish(alg, sides->client, ss_buf_span(&sides->from_server), &sides->secret));
    return ss_selftest_same(ss_secret_span(&sides->secret), row->shared) ? SS_OK : SS_E_crypto;
}

static ss_err test_row(const struct ss_env *env, const struct row *row)
{
    const struct ss_kex_alg *alg = row->alg;
    struct scripted scripted;
    struct sides sides;
    ss_err err = scripted_init(&scripted, env, row);

    if (err != SS_OK)
        return err;
    sides.client = ss_alloc(env, alg->state_size);
    sides.server = ss_alloc(env, alg->state_size);
    ss_buf_init(&sides.from_client, env, SS_SELFTEST_MAX * 2);
    ss_buf_init(&sides.from_server, env, SS_SELFTEST_MAX * 2);
    ss_secret_init(&sides.secret);
    err = sides.client == NULL || sides.server == NULL ? SS_E_no_memory
                                                       : run(row, &scripted.env, &sides);
    if (sides.client != NULL)
        alg->fini(sides.client);
    if (sides.server != NULL)
        alg->fini(sides.server);
    ss_free(env, sides.client, alg->state_size);
    ss_free(env, sides.server, alg->state_size);
    ss_buf_fini(&sides.from_client);
    ss_buf_fini(&sides.from_server);
    ss_secret_fini(&sides.secret);
    return err;
}

ss_err ss_selftest_kems(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < SS_COUNT(rows); i++) {
        *out_name = rows[i].alg->name;
        err = test_row(env, &rows[i]);
    }
    return err;
}

const void *ss_selftest_kems_alg(size_t i)
{
    return i < SS_COUNT(rows) ? rows[i].alg : NULL;
}
