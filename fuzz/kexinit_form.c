/* SPDX-License-Identifier: Apache-2.0 */
/* kexinit_form.c - bytes to names and back.
 *
 * Owns: the odd names: markers in the list where they count, names that nobody speaks, an empty
 *   name, "none".
 * Not here: the lists' meaning.
 * Called by: fuzz_kexinit.c, seed_kexinit.c. */
#include "fuzz/kexinit_form.h"

enum { NAMES_MOST = 40 };

static const char *const odd[] = {"ext-info-c",
                                  "ext-info-s",
                                  "kex-strict-c-v00@openssh.com",
                                  "kex-strict-s-v00@openssh.com",
                                  "kex-strict-c",
                                  "kex-strict-s",
                                  "none",
                                  "",
                                  "nothing@example.org",
                                  "nothing-else@example.org"};
enum { MARKERS = 6 };

static const char *algorithm(enum ss_slot slot, size_t i)
{
    const struct ss_registry *r = ss_registry_standard();

    switch (slot) {
    case SS_SLOT_KEX:
        return r->kex[i] != NULL ? r->kex[i]->name : NULL;
    case SS_SLOT_HOST_KEY:
        return r->sign[i] != NULL ? r->sign[i]->name : NULL;
    case SS_SLOT_CIPHER_C2S:
    case SS_SLOT_CIPHER_S2C:
        return r->cipher[i] != NULL ? r->cipher[i]->name : NULL;
    case SS_SLOT_MAC_C2S:
    case SS_SLOT_MAC_S2C:
        return r->mac[i] != NULL ? r->mac[i]->name : NULL;
    default:
        return r->comp[i] != NULL ? r->comp[i]->name : NULL;
    }
}

/* A marker is one only in the list of key exchange methods; elsewhere nobody would put it. */
static const char *name_of(enum ss_slot slot, uint8_t byte)
{
    size_t count = 0, at = byte - 1U;

    if (at < SS_COUNT(odd) && (slot == SS_SLOT_KEX || at >= MARKERS))
        return odd[at];
    while (algorithm(slot, count) != NULL)
        count++;
    return algorithm(slot, (at < SS_COUNT(odd) ? at : at - SS_COUNT(odd)) % count);
}

uint8_t fuzz_offer_byte(enum ss_slot slot, ss_span name)
{
    for (unsigned byte = 1; byte < 256; byte++) {
        if (ss_span_is(name, name_of(slot, (uint8_t)byte)))
            return (uint8_t)byte;
    }
    return 0;
}

static size_t fill(struct fuzz_offer *side, ss_span input, size_t at)
{
    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        char *text = side->text[slot];
        size_t size = 0, names = 0;

        for (; at < input.size && input.data[at] != 0 && names < NAMES_MOST; at++, names++) {
            const char *name = name_of((enum ss_slot)slot, input.data[at]);

            if (names > 0)
                text[size++] = ',';
            memcpy(text + size, name, strlen(name));
            size += strlen(name);
        }
        text[size] = 0;
        at++;
        side->offer.lists[slot] = ss_span_make(text, size);
    }
    return at;
}

void fuzz_offers_read(struct fuzz_offers *offers, ss_span input)
{
    size_t at;

    memset(&offers->client.offer, 0, sizeof offers->client.offer);
    memset(&offers->server.offer, 0, sizeof offers->server.offer);
    offers->flags = input.size > 0 ? input.data[0] : 0;
    offers->client.offer.follows = (offers->flags & FUZZ_CLIENT_FOLLOWS) != 0;
    offers->server.offer.follows = (offers->flags & FUZZ_SERVER_FOLLOWS) != 0;
    at = fill(&offers->client, input, 1);
    (void)fill(&offers->server, input, at);
}
