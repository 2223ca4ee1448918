/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h - named sets of algorithms, and the edits that a list may be written with.
 *
 * Owns: the policies of policies.def; how "+a", "-b", "^c" and "aes*" change a list.
 * Not here: the algorithms (crypto.h), choosing one with a peer (transport).
 * Follows: the list syntax of ssh_config(5): KexAlgorithms, Ciphers, MACs.
 *
 * | written            | means                                                           |
 * |--------------------|-----------------------------------------------------------------|
 * | null               | the policy's list                                               |
 * | "a,b"              | these and no others, letter for letter, unknown names too       |
 * | "+a,b"             | the policy's list, then these                                   |
 * | "^a,b"             | these, then the rest of the policy's list                       |
 * | "-a,b"             | the policy's list without these                                 |
 * | "aes*-ctr", "h?*"  | anywhere above: every name of the registry that matches; cipher |
 * |                    | and MAC "none" never do, they have to be spelled out            |
 *
 * A policy's own list is always without what the registry does not have. Markers (ext-info-c,
 * kex-strict-*) are no names: no list adds or drops them. */
#ifndef SSHSPEC_POLICY_H
#define SSHSPEC_POLICY_H

#include "sshspec/crypto.h"
#include "sshspec/msg.h"

enum ss_names {
    SS_NAMES_KEX,
    SS_NAMES_HOST_KEY, /* also signatures of users */
    SS_NAMES_CIPHER,
    SS_NAMES_MAC,
    SS_NAMES_COMPRESSION,
    SS_NAMES_COUNT
};

struct ss_policy_list {
    const char *of_client, *of_server;
};
struct ss_policy {
    const char *name; /* "modern" */
    const char *text; /* one line for people */
    struct ss_policy_list lists[SS_NAMES_COUNT];
};
extern const struct ss_policy ss_policies[]; /* the default first; ends with a null name */

/* Null when there is none of that name. */
const struct ss_policy *ss_policy_find(ss_span name);
/* The list as it is written, with what no registry has: of a client, or of a server. */
const char *ss_policy_list(const struct ss_policy *policy, enum ss_names kind, enum ss_role role);
/* The registry's names of a kind, one a call: null behind the last. */
const char *ss_names_at(const struct ss_registry *registry, enum ss_names kind, size_t i);
bool ss_names_known(const struct ss_registry *registry, enum ss_names kind, ss_span name);
/* Appends the comma-separated list that wanted stands for, offer being the policy's list; each name
 * once, unless wanted is a plain list, which is taken as it is. */
SS_MUST_USE ss_err ss_names_resolve(const struct ss_registry *registry, enum ss_names kind,
                                    const char *offer, const char *wanted, struct ss_buf *out);

#endif
