/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c - the policies, and what a written list comes to.
 *
 * Owns: the rows of policies.def; the walk over a list with its edits and patterns.
 * Not here: which field holds which list (config.c), per-key choices of a server (transport).
 * Called by: transport for KEXINIT and server-sig-algs, auth for users' keys, tools.
 * Follows: ssh_config(5), KexAlgorithms. */
#include "sshspec/policy.h"

#include "sshspec/text.h"

const struct ss_policy ss_policies[] = {
#define BOTH(list)                                                                                 \
    {                                                                                              \
        list, list                                                                                 \
    }
#define EACH(of_client, of_server)                                                                 \
    {                                                                                              \
        of_client, of_server                                                                       \
    }
#define POLICY(name, text, kex, host_key, cipher, mac, compression)                                \
    {name, text, {kex, host_key, cipher, mac, compression}},
#include "config/policies.def"
    {NULL, NULL, {{NULL, NULL}}},
};

const struct ss_policy *ss_policy_find(ss_span name)
{
    const struct ss_policy *policy = ss_policies;

    while (policy->name != NULL && !ss_span_is(name, policy->name))
        policy++;
    return policy->name != NULL ? policy : NULL;
}

const char *ss_policy_list(const struct ss_policy *policy, enum ss_names kind, enum ss_role role)
{
    const struct ss_policy_list *list = &policy->lists[kind];

    return role == SS_SERVER ? list->of_server : list->of_client;
}

/* ---- the registry's names ---- */
const char *ss_names_at(const struct ss_registry *registry, enum ss_names kind, size_t i)
{
    switch (kind) {
    case SS_NAMES_KEX:
        return registry->kex[i] != NULL ? registry->kex[i]->name : NULL;
    case SS_NAMES_HOST_KEY:
        return registry->sign[i] != NULL ? registry->sign[i]->name : NULL;
    case SS_NAMES_CIPHER:
        return registry->cipher[i] != NULL ? registry->cipher[i]->name : NULL;
    case SS_NAMES_MAC:
        return registry->mac[i] != NULL ? registry->mac[i]->name : NULL;
    case SS_NAMES_COMPRESSION:
        return registry->comp[i] != NULL ? registry->comp[i]->name : NULL;
    case SS_NAMES_COUNT:
        break;
    }
    return NULL;
}

bool ss_names_known(const struct ss_registry *registry, enum ss_names kind, ss_span name)
{
    const char *at;
    size_t i;

    for (i = 0; (at = ss_names_at(registry, kind, i)) != NULL; i++) {
        if (ss_span_is(name, at))
            return true;
    }
    return false;
}

/* ---- one list ---- */
struct walk {
    const struct ss_registry *registry;
    enum ss_names kind;
    ss_span without; /* patterns that are left out */
    bool known_only;
    struct ss_buf *out;
    size_t start; /* where the list begins in out */
};

static bool is_pattern(ss_span name)
{
    size_t i;

    for (i = 0; i < name.size; i++) {
        if (name.data[i] == '*' || name.data[i] == '?')
            return true;
    }
    return false;
}

static bool is_without(const struct walk *walk, ss_span name)
{
    ss_span rest = walk->without, pattern;

    while (ss_namelist_next(&rest, &pattern)) {
        if (ss_glob(pattern, name, false))
            return true;
    }
    return false;
}

static ss_err add(const struct walk *walk, ss_span name)
{
    size_t size = ss_buf_size(walk->out) - walk->start;
    ss_span so_far = ss_span_part(ss_buf_span(walk->out), walk->start, size);

    if (ss_namelist_has(so_far, name) || is_without(walk, name))
        return SS_OK;
    if (walk->known_only && !ss_names_known(walk->registry, walk->kind, name))
        return SS_OK;
    if (size > 0)
        SS_TRY(ss_buf_puts(walk->out, ","));
    return ss_buf_put(walk->out, name);
}

/* No cipher and no MAC are for tests; who wants them has to say so. */
static bool unprotected(enum ss_names kind, const char *name)
{
    return (kind == SS_NAMES_CIPHER || kind == SS_NAMES_MAC) && strcmp(name, "none") == 0;
}

static ss_err add_matching(const struct walk *walk, ss_span pattern)
{
    const char *name;
    size_t i;

    for (i = 0; (name = ss_names_at(walk->registry, walk->kind, i)) != NULL; i++) {
        if (ss_glob(pattern, ss_span_of(name), false) && !unprotected(walk->kind, name))
            SS_TRY(add(walk, ss_span_of(name)));
    }
    return SS_OK;
}

static ss_err add_list(struct walk *walk, ss_span list, bool known_only)
{
    ss_span name;

    walk->known_only = known_only;
    while (ss_namelist_next(&list, &name)) {
        if (is_pattern(name))
            SS_TRY(add_matching(walk, name));
        else
            SS_TRY(add(walk, name));
    }
    return SS_OK;
}

ss_err ss_names_resolve(const struct ss_registry *registry, enum ss_names kind, const char *offer,
                        const char *wanted, struct ss_buf *out)
{
    struct walk walk = {registry, kind, {NULL, 0}, false, out, ss_buf_size(out)};
    ss_span base = ss_span_of(offer);
    ss_span list;

    if (wanted == NULL)
        return add_list(&walk, base, true);
    list = ss_span_of(wanted);
    if (wanted[0] != '+' && wanted[0] != '-' && wanted[0] != '^')
        return is_pattern(list) ? add_list(&walk, list, false) : ss_buf_put(out, list);
    list = ss_span_part(list, 1, list.size);
    if (wanted[0] == '-') {
        walk.without = list;
        return add_list(&walk, base, true);
    }
    if (wanted[0] == '^')
        SS_TRY(add_list(&walk, list, false));
    SS_TRY(add_list(&walk, base, true));
    if (wanted[0] == '+')
        return add_list(&walk, list, false);
    return SS_OK;
}
