/* SPDX-License-Identifier: Apache-2.0 */
/* starts.h - the states a session can be fuzzed from.
 *
 * Owns: what an honest client sent until each of them, recorded once.
 * Called by: session.c; the program that writes seeds. */
#ifndef FUZZ_STARTS_H
#define FUZZ_STARTS_H

#include "fuzz/server.h"

enum fuzz_start {
    FUZZ_AT_NOTHING,
    FUZZ_AT_IDENT,   /* the client's identification line was sent */
    FUZZ_AT_KEXINIT, /* and its KEXINIT */
    FUZZ_AT_KEYS,    /* and NEWKEYS: new keys are in use both ways */
    FUZZ_AT_SERVICE, /* ssh-userauth was accepted */
    FUZZ_AT_LOGIN,
    FUZZ_AT_CHANNEL, /* a session is open */
    FUZZ_AT_SFTP,    /* and serves SFTP, which was begun */
    FUZZ_AT_REKEY,   /* and a later KEXINIT of the client's was sent */
    FUZZ_STARTS
};

/* Brings a new server there. */
void fuzz_start_at(struct fuzz_server *server, enum fuzz_start start);
/* The payloads that lead from one start to a later one, for seeds: *count of them. FUZZ_STARTS: to
 * the end of the later exchange. */
const ss_span *fuzz_start_between(enum fuzz_start from, enum fuzz_start to, size_t *count);

#endif
