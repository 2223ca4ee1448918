/* SPDX-License-Identifier: Apache-2.0 */
/* kex.c - key exchange: the peer's public value and our private one, as client and as server.
 *
 * Owns: nothing.
 * Not here: the table that names these (main.c).
 * Called by: main.c.
 * Follows: RFC 5656 section 4, RFC 8731 section 3. */
#include "tests/vectors/vectors.h"

#include <stdlib.h>

enum { PUBLIC, PRIVATE, SHARED }; /* fields */

struct side {
    const struct ss_kex_alg *alg;
    void *state;
    struct ss_buf ours;
    struct ss_secret shared;
    ss_err err;
};

static void side_init(struct side *side, const struct ss_kex_alg *alg)
{
    side->alg = alg;
    side->state = calloc(1, alg->state_size);
    side->err = side->state != NULL ? SS_OK : SS_E_no_memory;
    ss_buf_init(&side->ours, &vectors_env, 4096);
    ss_secret_init(&side->shared);
}

static void side_fini(struct side *side)
{
    side->alg->fini(side->state);
    free(side->state);
    ss_buf_fini(&side->ours);
    ss_secret_fini(&side->shared);
}

static void as_server(struct side *side, ss_span draw, ss_span peer)
{
    struct drawn drawn;

    drawn_init(&drawn, draw);
    if (side->err == SS_OK)
        side->err = side->alg->respond(side->alg, side->state, &drawn.env, peer, &side->ours,
                                       &side->shared);
}

static void as_client(struct side *side, ss_span draw, ss_span peer)
{
    struct drawn drawn;

    drawn_init(&drawn, draw);
    if (side->err == SS_OK)
        side->err = side->alg->start(side->alg, side->state, &drawn.env, &side->ours);
    if (side->err == SS_OK)
        side->err = side->alg->finish(side->alg, side->state, peer, &side->shared);
}

static bool all_zero(ss_span bytes)
{
    size_t i;

    for (i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

static struct verdict ask(const struct ss_kex_alg *alg, ss_span draw, const struct vector *vector)
{
    struct side server, client;
    struct verdict verdict;

    side_init(&server, alg);
    side_init(&client, alg);
    as_server(&server, draw, vector->field[PUBLIC]);
    as_client(&client, draw, vector->field[PUBLIC]);
    verdict = judge(server.err, SS_E_bad_public_value, SS_E_bad_public_value);
    if (server.err != client.err)
        verdict = wrong("client and server do not agree");
    else if (verdict.answer == REFUSED && (server.shared.size != 0 || client.shared.size != 0))
        verdict = wrong("refused, with a secret all the same");
    else if (verdict.answer == ACCEPTED &&
             (!ss_span_eq(ss_secret_span(&server.shared), vector->field[SHARED]) ||
              !ss_span_eq(ss_secret_span(&client.shared), vector->field[SHARED])))
        verdict = wrong("another secret");
    side_fini(&server);
    side_fini(&client);
    return verdict;
}

/* A scalar is drawn by reducing eight bytes more than it has, and adding one. */
struct verdict run_ecdh(const struct file *file, const struct vector *vector)
{
    const struct ss_kex_alg *alg = file->param;
    ss_span scalar = vector->field[PRIVATE];
    size_t width = alg == &ss_kex_ecdh_nistp256 ? 32 : alg == &ss_kex_ecdh_nistp384 ? 48 : 66;
    uint8_t draw[80] = {0};
    size_t i = 8 + width;

    while (scalar.size > 0 && scalar.data[0] == 0)
        scalar = ss_span_part(scalar, 1, scalar.size);
    if (scalar.size == 0 || scalar.size > width)
        return inexpressible("a private key that no curve has");
    memcpy(draw + i - scalar.size, scalar.data, scalar.size);
    while (draw[--i]-- == 0)
        continue;
    return ask(alg, ss_span_make(draw, 8 + width), vector);
}

struct verdict run_montgomery(const struct file *file, const struct vector *vector)
{
    struct verdict verdict = ask(file->param, vector->field[PRIVATE], vector);

    /* rule: RFC8731-3-x25519-allzero */
    if (verdict.answer == ACCEPTED && all_zero(vector->field[SHARED]))
        return wrong("a secret of zeros");
    return verdict;
}
