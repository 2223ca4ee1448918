/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_kexinit.c - two KEXINITs negotiated by the library and by a literal reading of the RFC.
 *
 * Owns: the second negotiator, and the oracles: both agree on every algorithm, on the slot that has
 *   none in common, on guesses and on strict key exchange; a list that is repeated many times gives
 *   the same result, in a time that grows with its length and not faster.
 * Not here: the layer that takes the messages in (kexinit_layer.c).
 * Follows: RFC 4253 section 7; RFC 8308 section 2.1; draft-ietf-sshm-strict-kex section 3.1.
 *
 * Input: see kexinit_form.h. Link with -fsanitize=fuzzer. */
#include "fuzz/kexinit_form.h"
#include "fuzz/oracle.h"

enum { INPUT_MOST = 1000, SAMPLE = 16, LONG_LIST = 4000, COST_BASE = 50000, COST_BYTES = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const fields[] = {
    "kex_algorithms",
    "server_host_key_algorithms",
    "encryption_algorithms_client_to_server",
    "encryption_algorithms_server_to_client",
    "mac_algorithms_client_to_server",
    "mac_algorithms_server_to_client",
    "compression_algorithms_client_to_server",
    "compression_algorithms_server_to_client",
};

/* ---- the literal reading ---- */

struct literal {
    char name[FUZZ_LISTS][FUZZ_LIST_BYTES]; /* chosen; empty: none, or moot */
    struct fuzz_agreement agreement;
    size_t failed; /* the slot, when agreement.err is not SS_OK */
};

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

static bool is_marker(const char *name, size_t n)
{
    return listed("ext-info-c,ext-info-s,kex-strict-c,kex-strict-s,kex-strict-c-v00@openssh.com,"
                  "kex-strict-s-v00@openssh.com",
                  name, n);
}

/* First name of the client's list that is no marker and that the server lists too. */
static bool first_common(const char *client, const char *server, bool markers, char *out)
{
    while (*client != 0) {
        size_t len = strcspn(client, ",");

        if (len > 0 && !(markers && is_marker(client, len)) && listed(server, client, len)) {
            memcpy(out, client, len);
            out[len] = 0;
            return true;
        }
        client += len + (client[len] == ',');
    }
    return false;
}

/* First name of a list, markers left out. */
static ss_span first_name(const char *list)
{
    for (;;) {
        size_t len = strcspn(list, ",");

        if (!is_marker(list, len) || list[len] == 0)
            return ss_span_make(list, is_marker(list, len) ? 0 : len);
        list += len + 1;
    }
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

static bool both_list(const struct fuzz_offer *c, const struct fuzz_offer *s, size_t slot,
                      const char *name)
{
    return listed(c->text[slot], name, strlen(name)) && listed(s->text[slot], name, strlen(name));
}

/* RFC 5647 section 5.1, read literally: if it is selected as the one it is selected as the other.
 * True: settled, for good or not; false: MACs are to be looked at. */
static bool settle_pair(const struct fuzz_offer *c, const struct fuzz_offer *s, size_t mac,
                        struct literal *out)
{
    size_t cipher = mac - SS_SLOT_MAC_C2S + SS_SLOT_CIPHER_C2S;

    if (is_pair(out->name[cipher]) && !both_list(c, s, mac, out->name[cipher])) {
        out->agreement.err = SS_E_no_common_algorithm;
        out->failed = mac;
    }
    return is_aead(out->name[cipher]);
}

/* The same from the other side: the MAC that was chosen has to be the cipher. */
static void settle_mac(const struct fuzz_offer *c, const struct fuzz_offer *s, size_t mac,
                       struct literal *out)
{
    size_t cipher = mac - SS_SLOT_MAC_C2S + SS_SLOT_CIPHER_C2S;

    if (!is_pair(out->name[mac]))
        return;
    if (!both_list(c, s, cipher, out->name[mac])) {
        out->agreement.err = SS_E_no_common_algorithm;
        out->failed = cipher;
        return;
    }
    strcpy(out->name[cipher], out->name[mac]);
    out->name[mac][0] = 0;
}

/* RFC 4253 section 7.1: the first list without a common name ends it; a name in common
 * that is not implemented here is no better. */
static void literal_choice(const struct fuzz_offer *c, const struct fuzz_offer *s,
                           struct literal *out)
{
    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        bool mac = slot == SS_SLOT_MAC_C2S || slot == SS_SLOT_MAC_S2C;
        bool none = slot != SS_SLOT_KEX && slot != SS_SLOT_HOST_KEY;

        if (mac && settle_pair(c, s, slot, out)) {
            if (out->agreement.err != SS_OK)
                return;
            continue;
        }
        if (!first_common(c->text[slot], s->text[slot], slot == SS_SLOT_KEX, out->name[slot]))
            out->agreement.err = SS_E_no_common_algorithm;
        else if (strncmp(out->name[slot], "nothing", 7) == 0 ||
                 (!none && strcmp(out->name[slot], "none") == 0))
            out->agreement.err = SS_E_unsupported;
        out->failed = slot;
        if (mac && out->agreement.err == SS_OK)
            settle_mac(c, s, slot, out);
        if (out->agreement.err != SS_OK)
            return;
    }
}

static bool both(const struct fuzz_offer *c, const struct fuzz_offer *s, const char *of_client,
                 const char *of_server)
{
    return listed(c->text[SS_SLOT_KEX], of_client, strlen(of_client)) &&
           listed(s->text[SS_SLOT_KEX], of_server, strlen(of_server));
}

static void literal(const struct fuzz_offer *c, const struct fuzz_offer *s, struct literal *out)
{
    for (size_t slot = 0; slot < FUZZ_LISTS; slot++)
        out->name[slot][0] = 0;
    out->agreement.err = SS_OK;
    literal_choice(c, s, out);
    out->agreement.strict =
        both(c, s, "kex-strict-c", "kex-strict-s") ||
        both(c, s, "kex-strict-c-v00@openssh.com", "kex-strict-s-v00@openssh.com");
    out->agreement.guess =
        ss_span_eq(first_name(c->text[SS_SLOT_KEX]), first_name(s->text[SS_SLOT_KEX])) &&
        ss_span_eq(first_name(c->text[SS_SLOT_HOST_KEY]), first_name(s->text[SS_SLOT_HOST_KEY]));
}

/* ---- the library ---- */

static void same_mac(const struct ss_mac_alg *got, const char *want)
{
    MUST((got == NULL) == (want[0] == 0)); /* none under a cipher with its own */
    MUST(got == NULL || strcmp(got->name, want) == 0);
}

static void same_choice(const struct ss_negotiated *got, const struct literal *want)
{
    MUST(strcmp(got->kex->name, want->name[SS_SLOT_KEX]) == 0);
    MUST(strcmp(got->host_key->name, want->name[SS_SLOT_HOST_KEY]) == 0);
    MUST(strcmp(got->cipher_c2s->name, want->name[SS_SLOT_CIPHER_C2S]) == 0);
    MUST(strcmp(got->cipher_s2c->name, want->name[SS_SLOT_CIPHER_S2C]) == 0);
    MUST(strcmp(got->comp_c2s->name, want->name[SS_SLOT_COMP_C2S]) == 0);
    MUST(strcmp(got->comp_s2c->name, want->name[SS_SLOT_COMP_S2C]) == 0);
    same_mac(got->mac_c2s, want->name[SS_SLOT_MAC_C2S]);
    same_mac(got->mac_s2c, want->name[SS_SLOT_MAC_S2C]);
}

static void compare(const struct ss_offer *client, const struct ss_offer *server,
                    const struct literal *want)
{
    struct ss_disagreement why;
    struct ss_negotiated got;
    ss_err err;

    memset(&got, 0, sizeof got);
    memset(&why, 0, sizeof why);
    err = ss_negotiate(ss_registry_standard(), client, server, &got, &why);
    MUST(err == want->agreement.err);
    if (err == SS_OK) {
        same_choice(&got, want);
        return;
    }
    MUST(got.kex == NULL); /* nothing is half chosen */
    MUST(strcmp(why.field, fields[want->failed]) == 0);
    MUST(memchr(why.detail, 0, sizeof why.detail) != NULL && why.detail[0] != 0);
    for (const char *c = why.detail; *c != 0; c++)
        MUST(*c >= 0x20 && *c < 0x7f);
}

/* ---- cost ---- */

/* What a peer may send before authentication, filled with its own list over and over. */
static void check_cost(const struct fuzz_offers *offers, const struct literal *want)
{
    static char text[FUZZ_LISTS][LONG_LIST];
    struct ss_offer client = offers->client.offer;
    size_t bytes = 0;
    uint64_t began;

    for (size_t slot = 0; slot < FUZZ_LISTS; slot++) {
        ss_span once = client.lists[slot];
        size_t size = once.size;

        if (once.size == 0)
            continue;
        memcpy(text[slot], once.data, once.size);
        while (size + 1 + once.size <= LONG_LIST) {
            text[slot][size] = ',';
            memcpy(text[slot] + size + 1, once.data, once.size);
            size += 1 + once.size;
        }
        client.lists[slot] = ss_span_make(text[slot], size);
        bytes += size;
    }
    began = fuzz_cpu();
    compare(&client, &offers->server.offer, want);
    MUST(fuzz_cpu() - began <= COST_BASE + bytes * COST_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_offers offers;
    static struct literal want, turned;

    if (size > INPUT_MOST)
        return 0;
    fuzz_offers_read(&offers, ss_span_make(data, size));
    literal(&offers.client, &offers.server, &want);
    compare(&offers.client.offer, &offers.server.offer, &want);
    MUST(ss_negotiate_guess(&offers.client.offer, &offers.server.offer) == want.agreement.guess);
    MUST(ss_negotiate_strict(&offers.client.offer, &offers.server.offer) == want.agreement.strict);
    if (size % SAMPLE == 0)
        check_cost(&offers, &want);
    literal(&offers.server, &offers.client, &turned);
    fuzz_kexinit_layer(&offers, &want.agreement, &turned.agreement, size);
    return 0;
}
