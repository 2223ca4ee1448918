/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_kexinit.c - two KEXINITs negotiated by the library and by a literal reading of the RFC.
 *
 * Owns: the second negotiator, and the oracle that both agree.
 * Not here: the rest of the exchange.
 * Follows: RFC 4253 section 7.1; RFC 8308 section 2.1; RFC 5647 section 5.1;
 *   draft-ietf-sshm-strict-kex section 3.1.
 *
 * Input: lists of both sides, a name a byte: names we speak, names we do not, markers; 0 ends a
 * list. Link with -fsanitize=fuzzer. */
#include "transport/state.h"

#include <stdlib.h>

enum { LISTS = SS_SLOT_COMP_S2C + 1, NAMES_MOST = 24, LIST_BYTES = 2048, POOL = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct side {
    char text[LISTS][LIST_BYTES];
    struct ss_offer offer;
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const char *known(size_t slot, size_t i)
{
    const struct ss_registry *r = ss_registry_standard();
    size_t n;

    switch (slot) {
    case SS_SLOT_KEX:
        for (n = 0; r->kex[n] != NULL; n++) {
        }
        return r->kex[i % n]->name;
    case SS_SLOT_HOST_KEY:
        for (n = 0; r->sign[n] != NULL; n++) {
        }
        return r->sign[i % n]->name;
    case SS_SLOT_CIPHER_C2S:
    case SS_SLOT_CIPHER_S2C:
        for (n = 0; r->cipher[n] != NULL; n++) {
        }
        return r->cipher[i % n]->name;
    case SS_SLOT_MAC_C2S:
    case SS_SLOT_MAC_S2C:
        for (n = 0; r->mac[n] != NULL; n++) {
        }
        return r->mac[i % n]->name;
    default:
        for (n = 0; r->comp[n] != NULL; n++) {
        }
        return r->comp[i % n]->name;
    }
}

static const char *name_of(size_t slot, uint8_t byte)
{
    static const char *const odd[] = {"ext-info-c",
                                      "ext-info-s",
                                      "kex-strict-c-v00@openssh.com",
                                      "kex-strict-s-v00@openssh.com",
                                      "kex-strict-c",
                                      "nothing@example.org"};

    if (byte % POOL < SS_COUNT(odd))
        return odd[byte % POOL];
    return known(slot, byte / POOL);
}

static size_t fill(struct side *side, const uint8_t *data, size_t size)
{
    size_t at = 0;

    memset(side, 0, sizeof *side);
    for (size_t slot = 0; slot < LISTS; slot++) {
        char *text = side->text[slot];
        size_t names = 0;

        for (; at < size && data[at] != 0 && names < NAMES_MOST; at++, names++) {
            const char *name = name_of(slot, data[at]);

            if (names > 0)
                strncat(text, ",", LIST_BYTES - strlen(text) - 1);
            strncat(text, name, LIST_BYTES - strlen(text) - 1);
        }
        at++;
        side->offer.lists[slot] = ss_span_of(text);
    }
    return at < size ? at : size;
}

/* ---- the literal reading ---- */

static bool listed(const char *list, const char *name, size_t n)
{
    while (*list != 0) {
        size_t len = strcspn(list, ",");

        if (len == n && strncmp(list, name, n) == 0)
            return true;
        list += len + (list[len] == ',');
    }
    return false;
}

/* First name of the client's list that is no marker and that the server lists too. */
static bool first_common(const char *client, const char *server, bool markers, char *out)
{
    while (*client != 0) {
        size_t len = strcspn(client, ",");
        bool marker = markers && (strncmp(client, "ext-info-", 9) == 0 ||
                                  strncmp(client, "kex-strict-", 11) == 0);

        if (!marker && len > 0 && listed(server, client, len)) {
            memcpy(out, client, len);
            out[len] = 0;
            return true;
        }
        client += len + (client[len] == ',');
    }
    return false;
}

static bool expect_one(const struct side *c, const struct side *s, size_t slot, char *out)
{
    return first_common(c->text[slot], s->text[slot], slot == SS_SLOT_KEX, out);
}

/* A name of RFC 5647, in either list. */
static bool is_pair(const char *name)
{
    return strncmp(name, "AEAD_", 5) == 0;
}

static bool is_aead(const char *cipher)
{
    return strstr(cipher, "gcm") != NULL || strstr(cipher, "chacha") != NULL || is_pair(cipher);
}

static bool both_list(const struct side *c, const struct side *s, size_t slot, const char *name)
{
    return listed(c->text[slot], name, strlen(name)) && listed(s->text[slot], name, strlen(name));
}

/* RFC 5647 section 5.1, read literally: if it is selected as the one it is selected as the other;
 * then a tag is had, or a MAC. False: what was selected cannot be had. */
static bool settle_mac(const struct side *c, const struct side *s, size_t mac, char *cipher,
                       bool have_mac, const char *name)
{
    if (is_pair(cipher))
        return both_list(c, s, mac, cipher);
    if (is_aead(cipher))
        return true;
    if (!have_mac || !is_pair(name))
        return have_mac;
    strcpy(cipher, name);
    return both_list(c, s, mac - SS_SLOT_MAC_C2S + SS_SLOT_CIPHER_C2S, name);
}

/* Both named what nobody speaks: any refusal is right. */
static bool spoken_by_nobody(const char *name)
{
    return strcmp(name, "nothing@example.org") == 0 || strncmp(name, "ext-info-", 9) == 0 ||
           strncmp(name, "kex-strict-", 11) == 0;
}

static void compare(const struct side *c, const struct side *s, ss_err err,
                    const struct ss_negotiated *got)
{
    char want[LISTS][LIST_BYTES];
    bool have[LISTS], whole = true, odd = false;

    for (size_t slot = 0; slot < LISTS; slot++) {
        have[slot] = expect_one(c, s, slot, want[slot]);
        odd = odd || (have[slot] && spoken_by_nobody(want[slot]));
    }
    for (size_t slot = 0; slot < LISTS; slot++) {
        size_t cipher = slot == SS_SLOT_MAC_C2S ? SS_SLOT_CIPHER_C2S : SS_SLOT_CIPHER_S2C;

        if (slot != SS_SLOT_MAC_C2S && slot != SS_SLOT_MAC_S2C)
            whole = whole && have[slot];
        else if (have[cipher])
            whole = whole && settle_mac(c, s, slot, want[cipher], have[slot], want[slot]);
    }
    if (odd)
        return;
    must((err == SS_OK) == whole);
    if (err != SS_OK)
        return;
    must(strcmp(got->kex->name, want[SS_SLOT_KEX]) == 0);
    must(strcmp(got->host_key->name, want[SS_SLOT_HOST_KEY]) == 0);
    must(strcmp(got->cipher_c2s->name, want[SS_SLOT_CIPHER_C2S]) == 0);
    must(strcmp(got->cipher_s2c->name, want[SS_SLOT_CIPHER_S2C]) == 0);
    must((got->mac_c2s == NULL) == is_aead(want[SS_SLOT_CIPHER_C2S]));
    if (got->mac_c2s != NULL)
        must(strcmp(got->mac_c2s->name, want[SS_SLOT_MAC_C2S]) == 0);
    must(strcmp(got->comp_c2s->name, want[SS_SLOT_COMP_C2S]) == 0);
    must(strcmp(got->comp_s2c->name, want[SS_SLOT_COMP_S2C]) == 0);
}

static bool both_strict(const struct side *c, const struct side *s)
{
    static const char cv[] = "kex-strict-c-v00@openssh.com", sv[] = "kex-strict-s-v00@openssh.com";

    return listed(c->text[0], cv, sizeof cv - 1) && listed(s->text[0], sv, sizeof sv - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct side client, server;
    struct ss_disagreement why;
    struct ss_negotiated got;
    size_t used;
    ss_err err;

    if (size > 1000)
        return 0;
    used = fill(&client, data, size);
    (void)fill(&server, data + used, size - used);
    memset(&got, 0, sizeof got);
    memset(&why, 0, sizeof why);
    err = ss_negotiate(ss_registry_standard(), &client.offer, &server.offer, &got, &why);
    must(err == SS_OK || why.field != NULL || err == SS_E_unsupported);
    compare(&client, &server, err, &got);
    must(ss_negotiate_strict(&client.offer, &server.offer) == both_strict(&client, &server));
    return 0;
}
