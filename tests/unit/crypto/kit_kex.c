/* SPDX-License-Identifier: Apache-2.0 */
/* kit_kex.c - questions put to any key exchange primitive.
 *
 * Owns: nothing. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

const char kit_prime[] = "9ac0abc118fde71d996785b343ad5df8ff85346098b761b1efa893346afb05f6"
                         "1d2a612e7cc55f778eef416cd4f42f4d85ccd051bdfc6ed993f4f979700c0ee3";

static void set_group(const struct ss_kex_alg *alg, void *state)
{
    if (alg->family == SS_KEX_GEX)
        cr_assert(alg->set_group(state, test_hex(kit_prime), test_hex("02")) == SS_OK);
}

void *kit_kex_state(const struct ss_kex_alg *alg)
{
    void *state = ss_alloc(test_env(), alg->state_size);

    cr_assert(state != NULL);
    set_group(alg, state);
    return state;
}

void kit_kex_free(const struct ss_kex_alg *alg, void *state)
{
    alg->fini(state);
    ss_free(test_env(), state, alg->state_size);
}

struct side {
    const struct ss_kex_alg *alg;
    void *state;
    struct ss_buf ours;
    struct ss_secret shared;
};

static void side_init(struct side *side, const struct ss_kex_alg *alg)
{
    side->alg = alg;
    side->state = kit_kex_state(alg);
    ss_buf_init(&side->ours, &test_counted()->env, 4096);
    ss_secret_init(&side->shared);
}

static void side_fini(struct side *side)
{
    kit_kex_free(side->alg, side->state);
    ss_buf_fini(&side->ours);
    ss_secret_fini(&side->shared);
}

static void run(struct side *client, struct side *server, uint64_t seed)
{
    const struct ss_kex_alg *alg = client->alg;
    struct ss_seeded seeded;

    ss_seeded_init(&seeded, seed);
    cr_assert(alg->start(alg, client->state, &seeded.env, &client->ours) == SS_OK);
    cr_assert(alg->respond(alg, server->state, &seeded.env, ss_buf_span(&client->ours),
                           &server->ours, &server->shared) == SS_OK);
    cr_assert(alg->finish(alg, client->state, ss_buf_span(&server->ours), &client->shared) ==
              SS_OK);
    kit_expect(ss_secret_span(&client->shared), ss_secret_span(&server->shared), alg->name);
    cr_assert(client->shared.size > 0);
}

void kit_kex_meet(const struct ss_kex_alg *alg)
{
    struct side client[2], server[2];
    uint64_t seed;
    size_t i;

    for (seed = 1; seed <= 5; seed++) {
        for (i = 0; i < 2; i++) {
            side_init(&client[i], alg);
            side_init(&server[i], alg);
            run(&client[i], &server[i], seed);
        }
        kit_expect(ss_buf_span(&client[0].ours), ss_buf_span(&client[1].ours), "client's value");
        kit_expect(ss_buf_span(&server[0].ours), ss_buf_span(&server[1].ours), "server's value");
        kit_expect(ss_secret_span(&client[0].shared), ss_secret_span(&client[1].shared), "secret");
        cr_expect(!ss_span_eq(ss_buf_span(&client[0].ours), ss_buf_span(&server[0].ours)));
        for (i = 0; i < 2; i++) {
            side_fini(&client[i]);
            side_fini(&server[i]);
        }
    }
}

void kit_kex_refuses(const struct ss_kex_alg *alg, ss_span peer_public, const char *what)
{
    struct side side;
    struct ss_seeded seeded;
    size_t before;
    ss_err err;

    ss_seeded_init(&seeded, 9);
    side_init(&side, alg);
    cr_assert(alg->start(alg, side.state, &seeded.env, &side.ours) == SS_OK);
    before = ss_buf_size(&side.ours);
    err = alg->finish(alg, side.state, test_guarded(peer_public), &side.shared);
    cr_expect(err == SS_E_bad_public_value, "%s: finish says %s to %s", alg->name, ss_err_name(err),
              what);
    err = alg->respond(alg, side.state, &seeded.env, test_guarded(peer_public), &side.ours,
                       &side.shared);
    cr_expect(err == SS_E_bad_public_value, "%s: respond says %s to %s", alg->name,
              ss_err_name(err), what);
    cr_expect(side.shared.size == 0 && ss_buf_size(&side.ours) == before,
              "%s: written in spite of %s", alg->name, what);
    side_fini(&side);
}

void kit_kex_answer(const struct ss_kex_alg *alg, ss_span bytes, ss_span peer_public,
                    const char *shared, const char *what)
{
    struct kit_drawn drawn;
    struct side side;
    ss_err err;

    kit_drawn_init(&drawn, bytes);
    side_init(&side, alg);
    err = alg->respond(alg, side.state, &drawn.env, test_guarded(peer_public), &side.ours,
                       &side.shared);
    if (shared != NULL) {
        cr_assert(err == SS_OK, "%s %s: %s", alg->name, what, ss_err_name(err));
        kit_expect(ss_secret_span(&side.shared), test_hex(shared), what);
    } else {
        cr_expect(err == SS_E_bad_public_value, "%s %s: %s", alg->name, what, ss_err_name(err));
        cr_expect(side.shared.size == 0 && ss_buf_size(&side.ours) == 0, "%s", what);
    }
    side_fini(&side);
}

void kit_kex_misuse(const struct ss_kex_alg *alg)
{
    struct ss_counted *counted = test_counted();
    struct side side, peer;
    struct ss_seeded seeded;
    struct kit_drawn no_random;

    ss_seeded_init(&seeded, 3);
    kit_drawn_init(&no_random, ss_span_make(NULL, 0));
    side_init(&peer, alg);
    cr_assert(alg->start(alg, peer.state, &seeded.env, &peer.ours) == SS_OK);

    side_init(&side, alg);
    alg->fini(side.state);
    cr_expect(alg->finish(alg, side.state, ss_buf_span(&peer.ours), &side.shared) == SS_E_usage);
    set_group(alg, side.state);
    cr_expect(alg->finish(alg, side.state, ss_buf_span(&peer.ours), &side.shared) == SS_E_usage);
    cr_expect(alg->start(alg, side.state, &no_random.env, &side.ours) == SS_E_no_random);
    KIT_SCARCE(counted);
    cr_expect(alg->start(alg, side.state, &seeded.env, &side.ours) == SS_E_no_memory);
    KIT_SCARCE(counted);
    cr_expect(alg->respond(alg, side.state, &seeded.env, ss_buf_span(&peer.ours), &side.ours,
                           &side.shared) == SS_E_no_memory);
    KIT_PLENTY(counted);
    cr_expect(ss_buf_size(&side.ours) == 0 && side.shared.size == 0);
    side_fini(&side);
    side_fini(&peer);
}
