/* SPDX-License-Identifier: Apache-2.0 */
/* kexinit_form.h - two KEXINITs as an input of fuzz_kexinit: a name a byte.
 *
 * Owns: the alphabet of names.
 * Not here: what becomes of the lists (fuzz_kexinit.c, kexinit_layer.c).
 * Called by: fuzz_kexinit.c, and the program that writes its seeds.
 *
 * Form: a byte of flags, then the lists of the client's KEXINIT in the order of the message, then
 * the server's. In a list each byte is a name, 0 ends it; what is missing is empty. Bytes 1 to 10
 * are names that are odd, the others the algorithms of the registry, round and round. */
#ifndef FUZZ_KEXINIT_FORM_H
#define FUZZ_KEXINIT_FORM_H

#include "transport/state.h"

enum { FUZZ_LISTS = SS_SLOT_COMP_S2C + 1, FUZZ_LIST_BYTES = 2048 };
enum { /* flags */
       FUZZ_CLIENT_FOLLOWS = 1,
       FUZZ_SERVER_FOLLOWS = 2,
       FUZZ_AS_SERVER = 4, /* which of the two is the layer under test */
       FUZZ_LATE = 8       /* the peer's KEXINIT is not its first packet */
};

struct fuzz_offer {
    char text[FUZZ_LISTS][FUZZ_LIST_BYTES];
    struct ss_offer offer; /* borrows from text */
};
struct fuzz_offers {
    unsigned flags;
    struct fuzz_offer client, server;
};

void fuzz_offers_read(struct fuzz_offers *offers, ss_span input);
/* The byte that stands for a name in a list; 0 when none does. */
uint8_t fuzz_offer_byte(enum ss_slot slot, ss_span name);

/* kexinit_layer.c: what the layer makes of both, in a first exchange and a later one. right: the
 * literal answers. */
struct fuzz_agreement {
    ss_err err; /* of the negotiation */
    bool strict, guess;
};
void fuzz_kexinit_layer(const struct fuzz_offers *offers, const struct fuzz_agreement *first,
                        const struct fuzz_agreement *later, size_t size);

#endif
