/* SPDX-License-Identifier: Apache-2.0 */
/* gex_pair.h - a pair whose server has groups of 384 and 512 bits, and whose client takes them.
 *
 * Owns: the list of the groups.
 * Called by: the tests of kex_gex.c. */
#ifndef TESTS_GEX_PAIR_H
#define TESTS_GEX_PAIR_H

#include "layer_pair.h"
#include "sshspec/moduli.h"

/* Safe primes. */
#define P256 "e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3407"
#define P384                                                                                       \
    "e3274cea90336e6e7f409b83b9fae86176463c4dee3c85a7881b5917c9f3aaaac6cd78a15c52c46a4f3215e52e36" \
    "0ddf"
#define P512                                                                                       \
    "9ac0abc118fde71d996785b343ad5df8ff85346098b761b1efa893346afb05f61d2a612e7cc55f778eef416cd4f4" \
    "2f4d85ccd051bdfc6ed993f4f979700c0ee3"
#define GEX "diffie-hellman-group-exchange-sha256"

struct gex {
    struct pair pair;
    struct ss_moduli *moduli;
};

void gex_init(struct gex *gex);
void gex_fini(struct gex *gex);
/* Both KEXINITs have gone and come. The sides go on as by_hand says. */
void gex_agree(struct gex *gex, bool client_by_hand, bool server_by_hand);
ss_err gex_ask(struct gex *gex, uint32_t min, uint32_t n, uint32_t max);
ss_err gex_answer(struct gex *gex, ss_span p, ss_span g);
/* Bits of the group that the server sent; 0 when it sent none. */
unsigned gex_bits_sent(const struct gex *gex);
/* What a side failed with; empty field or rule: none. */
void gex_expect_fault(const struct pair_side *side, ss_err err, const char *field, const char *rule,
                      const char *what);

#endif
