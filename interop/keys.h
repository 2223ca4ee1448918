/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h - the account and all keys of one run, made when it starts and gone when it ends.
 *
 * Concept: nothing that opens a lock outlives the run it was made for. The keys lie in a folder
 *   of the run (mode 0700), in OpenSSH's form, each with its .pub:
 *
 *   host_a_{ed25519,ecdsa,rsa,p384,p521,ed448,mldsa,sk_ed25519,sk_ecdsa,dsa}
 *                                host keys of servers under test and of our server seat; those of
 *                                security keys are software authenticators, which only we can use
 *   host_a_KIND-cert.pub         their certificates, for kinds that have any
 *   host_ca                      who signed these
 *   host_b_{ed25519,ecdsa,rsa}   others, which no client knows
 *   user_{ed25519,ecdsa,rsa}     the account knows these
 *   stranger                     it does not know this one
 *   authorized_keys, password    what the account is let in by
 *
 *   call              does
 *   key_ring_make     generates them into a folder that exists
 *   key_ring_load     reads them in another process
 *   key_ring_known    appends known_hosts lines for a port
 *
 * Owns: a reference to each key. */
#ifndef SSHSPEC_INTEROP_KEYS_H
#define SSHSPEC_INTEROP_KEYS_H

#include "interop/system.h"
#include "sshspec/cert.h"

#define KEY_RING_USER "tester"

enum { KEY_RING_HOST_KEYS = 10 };

struct key_ring {
    char folder[SYSTEM_PATH_MAX];
    struct ss_key *user[3]; /* ed25519, ecdsa, rsa */
    struct ss_key *stranger;
    struct ss_key *host_a[KEY_RING_HOST_KEYS];     /* ed25519, ecdsa, rsa, then the others */
    struct ss_key *host_certs[KEY_RING_HOST_KEYS]; /* of these, private; null for ed448 */
    struct ss_key *host_ca;
    struct ss_key *host_b[3]; /* ed25519, ecdsa, rsa */
    struct ss_buf password;
};

/* env gives the randomness: a seeded one makes the same ed25519 and ecdsa keys each time. */
SS_MUST_USE ss_err key_ring_make(const struct ss_env *env, const char *folder,
                                 struct key_ring *out);
SS_MUST_USE ss_err key_ring_load(const struct ss_env *env, const char *folder,
                                 struct key_ring *out);
void key_ring_fini(struct key_ring *ring);
/* The host_a keys, and host_ca as authority, under the name that 127.0.0.1 and port have in
 * known_hosts. */
SS_MUST_USE ss_err key_ring_known(const struct key_ring *ring, uint16_t port, struct ss_buf *out);

#endif
