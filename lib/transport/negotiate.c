/* SPDX-License-Identifier: Apache-2.0 */
/* negotiate.c - two KEXINITs in, the algorithms of the exchange out.
 *
 * Owns: the choice, the comparison of guesses, the markers that stand in the list of key exchange
 *   methods and are none.
 * Not here: composing and parsing KEXINIT (kexinit.c), what a choice makes the layer do.
 * Called by: kexinit.c when both KEXINITs are known.
 * Follows: RFC 4253 section 7.1; RFC 8308 section 2.1; draft-ietf-sshm-strict-kex section 3.1;
 *   OpenSSH PROTOCOL 1.6: under an AEAD cipher no MAC is negotiated; RFC 5647 section 5.1. */
#include "state.h"

#include "sshspec/text.h"

struct slot { /* one row a list that is negotiated */
    const char *field;
    const char *rule;
};

static const struct slot slots[] = {
    {"kex_algorithms", "RFC4253-7.1-no-common-kex-disconnect"},
    {"server_host_key_algorithms", "RFC4253-7.1-no-common-hostkey-disconnect"},
    {"encryption_algorithms_client_to_server", "RFC4253-7.1-no-common-cipher-disconnect"},
    {"encryption_algorithms_server_to_client", "RFC4253-7.1-no-common-cipher-disconnect"},
    {"mac_algorithms_client_to_server", "RFC4253-7.1-no-common-mac-disconnect"},
    {"mac_algorithms_server_to_client", "RFC4253-7.1-no-common-mac-disconnect"},
    {"compression_algorithms_client_to_server", "RFC4253-7.1-no-common-compression-disconnect"},
    {"compression_algorithms_server_to_client", "RFC4253-7.1-no-common-compression-disconnect"},
};

/* The name of the draft first; the other is what everybody spoke before it. */
static const char *const strict_c[] = {"kex-strict-c", "kex-strict-c-v00@openssh.com", NULL};
static const char *const strict_s[] = {"kex-strict-s", "kex-strict-s-v00@openssh.com", NULL};

const char *ss_marker_ext_info(enum ss_role role)
{
    return role == SS_CLIENT ? "ext-info-c" : "ext-info-s";
}

const char *ss_marker_strict(enum ss_role role, size_t i)
{
    return role == SS_CLIENT ? strict_c[i] : strict_s[i];
}

/* rule: STRICTKEX-3.1-markers-not-negotiable, RFC8308-2.2-indicator-negotiated-disconnect */
static bool is_marker(ss_span name)
{
    size_t i;

    for (i = 0; strict_c[i] != NULL; i++) {
        if (ss_span_is(name, strict_c[i]) || ss_span_is(name, strict_s[i]))
            return true;
    }
    return ss_span_is(name, ss_marker_ext_info(SS_CLIENT)) ||
           ss_span_is(name, ss_marker_ext_info(SS_SERVER));
}

/* rule: RFC4253-7.1-client-preference-wins. Empty when there is none; an empty name, which a list
 * may hold by mistake, is nobody's algorithm. */
static ss_span choose(ss_span client, ss_span server)
{
    ss_span name;

    while (ss_namelist_next(&client, &name)) {
        if (name.size > 0 && !is_marker(name) && ss_namelist_has(server, name))
            return name;
    }
    return ss_span_make(NULL, 0);
}

/* ---- the text of a disagreement ---- */
static void say(char *detail, ss_span text, size_t room)
{
    size_t at = strlen(detail);
    size_t cut = text.size > room ? room - 3 : text.size;
    size_t i;

    for (i = 0; i < cut && at < SS_DETAIL_MAX - 1; i++) {
        bool plain = text.data[i] >= 0x20 && text.data[i] < 0x7f;

        detail[at++] = (char)(plain ? text.data[i] : '?');
    }
    for (i = 0; cut < text.size && i < 3 && at < SS_DETAIL_MAX - 1; i++)
        detail[at++] = '.';
    detail[at] = 0;
}

static void say_text(char *detail, const char *text)
{
    say(detail, ss_span_of(text), SS_DETAIL_MAX);
}

/* The longest field name and the words leave 48 bytes for each list. */
static ss_err nothing_common(enum ss_slot slot, const struct ss_offer *client,
                             const struct ss_offer *server, struct ss_disagreement *why)
{
    why->field = slots[slot].field;
    why->rule = slots[slot].rule;
    why->detail[0] = 0;
    say_text(why->detail, slots[slot].field);
    say_text(why->detail, ": client ");
    say(why->detail, client->lists[slot], 48);
    say_text(why->detail, "; server ");
    say(why->detail, server->lists[slot], 48);
    return SS_E_no_common_algorithm;
}

static ss_err unknown(enum ss_slot slot, ss_span name, struct ss_disagreement *why)
{
    why->field = slots[slot].field;
    why->rule = NULL;
    why->detail[0] = 0;
    say_text(why->detail, slots[slot].field);
    say_text(why->detail, ": both sides named ");
    say(why->detail, name, 48);
    say_text(why->detail, ", which is not known here");
    return SS_E_unsupported;
}

/* ---- slot by slot ---- */
static const void *find(const struct ss_registry *registry, enum ss_slot slot, ss_span name)
{
    switch (slot) {
    case SS_SLOT_KEX:
        return ss_registry_kex(registry, name);
    case SS_SLOT_HOST_KEY:
        return ss_registry_sign(registry, name);
    case SS_SLOT_CIPHER_C2S:
    case SS_SLOT_CIPHER_S2C:
        return ss_registry_cipher(registry, name);
    default:
        return ss_registry_comp(registry, name);
    }
}

/* ---- MACs ---- */

/* A cipher and a MAC that can only be had together, and one of them is not there. */
static ss_err half_a_pair(enum ss_slot slot, const char *name, struct ss_disagreement *why)
{
    why->field = slots[slot].field;
    why->rule = "RFC5647-5.1-gcm-cipher-implies-mac";
    why->detail[0] = 0;
    say_text(why->detail, slots[slot].field);
    say_text(why->detail, ": ");
    say_text(why->detail, name);
    say_text(why->detail, " is both cipher and MAC, and one list lacks it");
    return SS_E_no_common_algorithm;
}

static bool both_have(enum ss_slot slot, const struct ss_offer *client,
                      const struct ss_offer *server, const char *name)
{
    return ss_namelist_has(client->lists[slot], ss_span_of(name)) &&
           ss_namelist_has(server->lists[slot], ss_span_of(name));
}

/* Ciphers come before MACs in the order of the slots. Under a cipher with a tag of its own the
 * lists may be anything, also empty, unless it has one of the names of RFC 5647: that has to be
 * agreed on as the MAC too, and as the cipher when it is agreed on as the MAC, whatever else comes
 * before it. rule: AESGCM-2-aead-skips-mac, RFC5647-5.1-gcm-cipher-implies-mac */
static ss_err choose_mac(const struct ss_registry *registry, enum ss_slot slot,
                         const struct ss_offer *client, const struct ss_offer *server,
                         const void **found, struct ss_disagreement *why)
{
    enum ss_slot of_cipher = slot == SS_SLOT_MAC_C2S ? SS_SLOT_CIPHER_C2S : SS_SLOT_CIPHER_S2C;
    const struct ss_cipher_alg *cipher = found[of_cipher];
    const struct ss_mac_alg *mac;
    ss_span name;

    if ((cipher->flags & SS_CIPHER_NAMES_MAC) != 0)
        return both_have(slot, client, server, cipher->name) ? SS_OK
                                                             : half_a_pair(slot, cipher->name, why);
    if ((cipher->flags & SS_CIPHER_AEAD) != 0)
        return SS_OK;
    name = choose(client->lists[slot], server->lists[slot]);
    if (name.size == 0)
        return nothing_common(slot, client, server, why);
    mac = ss_registry_mac(registry, name);
    if (mac == NULL)
        return unknown(slot, name, why);
    if ((mac->flags & SS_MAC_OF_CIPHER) == 0) {
        found[slot] = mac;
        return SS_OK;
    }
    if (!both_have(of_cipher, client, server, mac->name))
        return half_a_pair(of_cipher, mac->name, why);
    found[of_cipher] = ss_registry_cipher(registry, name);
    return found[of_cipher] != NULL ? SS_OK : unknown(of_cipher, name, why);
}

/* ---- all of them ---- */

static ss_err choose_slot(const struct ss_registry *registry, enum ss_slot slot,
                          const struct ss_offer *client, const struct ss_offer *server,
                          const void **found, struct ss_disagreement *why)
{
    ss_span name;

    if (slot == SS_SLOT_MAC_C2S || slot == SS_SLOT_MAC_S2C)
        return choose_mac(registry, slot, client, server, found, why);
    name = choose(client->lists[slot], server->lists[slot]);
    if (name.size == 0)
        return nothing_common(slot, client, server, why);
    found[slot] = find(registry, slot, name);
    return found[slot] != NULL ? SS_OK : unknown(slot, name, why);
}

/* rule: RFC4253-7.1-kex-needs-usable-hostkey: every method of ours needs a host key that signs and
 * every host key algorithm of ours does, so the methods need no second look. */
ss_err ss_negotiate(const struct ss_registry *registry, const struct ss_offer *client,
                    const struct ss_offer *server, struct ss_negotiated *out,
                    struct ss_disagreement *out_why)
{
    const void *found[SS_COUNT(slots)] = {NULL};

    for (size_t i = 0; i < SS_COUNT(slots); i++)
        SS_TRY(choose_slot(registry, (enum ss_slot)i, client, server, found, out_why));
    out->kex = found[SS_SLOT_KEX];
    out->host_key = found[SS_SLOT_HOST_KEY];
    out->cipher_c2s = found[SS_SLOT_CIPHER_C2S];
    out->cipher_s2c = found[SS_SLOT_CIPHER_S2C];
    out->mac_c2s = found[SS_SLOT_MAC_C2S];
    out->mac_s2c = found[SS_SLOT_MAC_S2C];
    out->comp_c2s = found[SS_SLOT_COMP_C2S];
    out->comp_s2c = found[SS_SLOT_COMP_S2C];
    return SS_OK;
}

ss_span ss_negotiate_first(ss_span list)
{
    ss_span name;

    while (ss_namelist_next(&list, &name)) {
        if (!is_marker(name))
            return name;
    }
    return ss_span_make(NULL, 0);
}

/* rule: RFC4253-7-guess-wrong-hostkey, RFC4253-7-guess-wrong-unknown-alg: the first names as they
 * were sent, known or not. A marker is no method, so it is not the first one either. */
bool ss_negotiate_guess(const struct ss_offer *client, const struct ss_offer *server)
{
    return ss_span_eq(ss_negotiate_first(client->lists[SS_SLOT_KEX]),
                      ss_negotiate_first(server->lists[SS_SLOT_KEX])) &&
           ss_span_eq(ss_negotiate_first(client->lists[SS_SLOT_HOST_KEY]),
                      ss_negotiate_first(server->lists[SS_SLOT_HOST_KEY]));
}

/* rule: STRICTKEX-3.1-enable-standard, STRICTKEX-3.1-enable-v00, STRICTKEX-3.1-no-mixed-enable */
bool ss_negotiate_strict(const struct ss_offer *client, const struct ss_offer *server)
{
    size_t i;

    for (i = 0; strict_c[i] != NULL; i++) {
        if (ss_namelist_has(client->lists[SS_SLOT_KEX], ss_span_of(strict_c[i])) &&
            ss_namelist_has(server->lists[SS_SLOT_KEX], ss_span_of(strict_s[i])))
            return true;
    }
    return false;
}
