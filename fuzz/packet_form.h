/* SPDX-License-Identifier: Apache-2.0 */
/* packet_form.h - what an input of fuzz_packet looks like, and the keys it is opened with.
 *
 * Owns: the places in the head of an input; the choice of a suite by a byte.
 * Not here: the oracles (fuzz_packet.c).
 * Called by: fuzz_packet.c, and the program that writes its seeds. */
#ifndef FUZZ_PACKET_FORM_H
#define FUZZ_PACKET_FORM_H

#include "sshspec/transport.h"

enum { /* bytes of the head */
       FUZZ_PACKET_SUITE = 0,
       FUZZ_PACKET_MODE = 1,
       FUZZ_PACKET_PIECE = 2,
       FUZZ_PACKET_PLACE = 3, /* two */
       FUZZ_PACKET_HEAD = 5
};
enum {
    FUZZ_PACKET_HONEST,
    FUZZ_PACKET_FLIPPED,
    FUZZ_PACKET_ANYTHING,
    FUZZ_PACKET_LIED,
    FUZZ_PACKET_MODES
};

/* Suites, none among them: choices from 0 up to this. */
unsigned fuzz_packet_suites(void);
/* The same keys both ways. */
void fuzz_packet_install(struct ss_packet_in *in, struct ss_packet_out *out, unsigned choice);

#endif
