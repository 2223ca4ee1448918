/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c - the algorithms that @kex_algorithms, @hostkey_algorithms, @ciphers, @macs and
 * @compressions stand for.
 *
 * Owns: which algorithms of the registry stand for themselves. Cipher and MAC "none" protect
 *   nothing, so what holds of every cipher does not hold of it; the RFC 5647 names are cipher and
 *   MAC at once and are offered as both. Scenarios of their own name them.
 * Not here: what a peer offers.
 * Called by: eval.c, catalogue.c.
 * Follows: docs/scenario-language.md, "Names behind @". */
#include "testserver/script/lists.h"

#include <string.h>

#include "sshspec/policy.h"

static bool stands_alone(const struct ss_registry *all, enum ss_names kind, size_t i)
{
    if (kind == SS_NAMES_CIPHER)
        return (all->cipher[i]->flags & SS_CIPHER_NAMES_MAC) == 0 &&
               strcmp(all->cipher[i]->name, "none") != 0;
    if (kind == SS_NAMES_MAC)
        return (all->mac[i]->flags & SS_MAC_OF_CIPHER) == 0 &&
               strcmp(all->mac[i]->name, "none") != 0;
    return true;
}

static enum ss_names kind_of(ss_span list)
{
    static const struct {
        const char *name;
        enum ss_names kind;
    } rows[] = {{"kex_algorithms", SS_NAMES_KEX},
                {"hostkey_algorithms", SS_NAMES_HOST_KEY},
                {"ciphers", SS_NAMES_CIPHER},
                {"macs", SS_NAMES_MAC},
                {"compressions", SS_NAMES_COMPRESSION}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        if (ss_span_is(list, rows[i].name))
            return rows[i].kind;
    }
    return SS_NAMES_COUNT;
}

const char *scn_list_at(ss_span list, size_t i)
{
    const struct ss_registry *all = ss_registry_standard();
    enum ss_names kind = kind_of(list);
    const char *name;
    size_t at;

    for (at = 0; (name = ss_names_at(all, kind, at)) != NULL; at++) {
        if (stands_alone(all, kind, at) && i-- == 0)
            return name;
    }
    return NULL;
}

size_t scn_list_count(ss_span list)
{
    size_t n = 0;

    while (scn_list_at(list, n) != NULL)
        n++;
    return n;
}
