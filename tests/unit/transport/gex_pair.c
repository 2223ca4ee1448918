/* SPDX-License-Identifier: Apache-2.0 */
/* gex_pair.c - see gex_pair.h. */
#include "gex_pair.h"

#include <criterion/criterion.h>

void gex_init(struct gex *gex)
{
    struct ss_config *client = &gex->pair.c.config;

    pair_init(&gex->pair, &test_counted()->env);
    cr_assert(ss_moduli_new(test_env(), &gex->moduli) == SS_OK);
    cr_assert(ss_moduli_add(gex->moduli, test_hex(P384), test_hex("02")) == SS_OK);
    cr_assert(ss_moduli_add(gex->moduli, test_hex(P512), test_hex("05")) == SS_OK);
    gex->pair.s.config.moduli = gex->moduli;
    client->kex_algorithms = GEX;
    client->gex_min = client->gex_n = 256;
}

void gex_fini(struct gex *gex)
{
    pair_fini(&gex->pair);
    ss_moduli_free(&gex->moduli);
}

void gex_agree(struct gex *gex, bool client_by_hand, bool server_by_hand)
{
    struct pair *pair = &gex->pair;

    pair->c.by_hand = client_by_hand;
    pair->s.by_hand = server_by_hand;
    cr_assert(pair_start(pair) == SS_OK);
    cr_assert(pair_say(&pair->c, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_say(&pair->s, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_run(pair) == SS_OK);
}

ss_err gex_ask(struct gex *gex, uint32_t min, uint32_t n, uint32_t max)
{
    struct ss_msg msg = pair_compose(&gex->pair.c, SS_MSG_kex_dh_gex_request);

    *(struct ss_msg_kex_dh_gex_request *)msg.body =
        (struct ss_msg_kex_dh_gex_request){.min = min, .n = n, .max = max};
    return pair_send(&gex->pair.c, &msg);
}

ss_err gex_answer(struct gex *gex, ss_span p, ss_span g)
{
    struct ss_msg msg = pair_compose(&gex->pair.s, SS_MSG_kex_dh_gex_group);

    *(struct ss_msg_kex_dh_gex_group *)msg.body = (struct ss_msg_kex_dh_gex_group){.p = p, .g = g};
    return pair_send(&gex->pair.s, &msg);
}

void gex_expect_fault(const struct pair_side *side, ss_err err, const char *field, const char *rule,
                      const char *what)
{
    cr_expect(side->err == err, "%s: %s", what, ss_err_name(side->err));
    cr_expect_str_eq(side->field != NULL ? side->field : "", field, "%s", what);
    cr_expect_str_eq(side->rule != NULL ? side->rule : "", rule, "%s", what);
}

unsigned gex_bits_sent(const struct gex *gex)
{
    struct ss_reader reader;

    ss_reader_init(&reader, pair_sent(&gex->pair.s, 31, 0));
    (void)ss_reader_byte(&reader);
    return ss_dh_bits(ss_reader_mpint(&reader));
}
