/* SPDX-License-Identifier: Apache-2.0 */
/* packet_form.c - a suite by a number: every cipher with every MAC it takes, and none.
 *
 * Owns: the order of the suites, the keys. The first cipher that takes a MAC is met with every MAC,
 *   the others with every fifth, so that a byte reaches them all.
 * Not here: packets.
 * Called by: fuzz_packet.c, seed_packet.c. */
#include "fuzz/packet_form.h"

#include "fuzz/oracle.h"

enum { STEP = 5 };

static bool is_aead(const struct ss_cipher_alg *cipher)
{
    return (cipher->flags & SS_CIPHER_AEAD) != 0;
}

/* Names that stand for the cipher's own tag are no MACs. */
static bool meets(const struct ss_cipher_alg *cipher, const struct ss_mac_alg *mac, size_t turn,
                  size_t m)
{
    if (is_aead(cipher))
        return true; /* with none of them, once */
    return (mac->flags & SS_MAC_OF_CIPHER) == 0 && (turn == 0 || m % STEP == turn % STEP);
}

/* Counts down from *choice through the suites; gives how many there were when it does not end. */
static unsigned walk(unsigned choice, const struct ss_cipher_alg **cipher,
                     const struct ss_mac_alg **mac)
{
    const struct ss_registry *registry = ss_registry_standard();
    unsigned n = 1;
    size_t turn = 0;

    *cipher = NULL;
    *mac = NULL;
    if (choice == 0)
        return n;
    for (size_t c = 0; registry->cipher[c] != NULL; c++) {
        for (size_t m = 0; registry->mac[m] != NULL; m++) {
            if (!meets(registry->cipher[c], registry->mac[m], turn, m))
                continue;
            *cipher = registry->cipher[c];
            *mac = is_aead(*cipher) ? NULL : registry->mac[m];
            if (n++ == choice)
                return n;
            if (*mac == NULL)
                break;
        }
        turn += is_aead(registry->cipher[c]) ? 0 : 1;
    }
    return n;
}

unsigned fuzz_packet_suites(void)
{
    const struct ss_cipher_alg *cipher;
    const struct ss_mac_alg *mac;

    return walk(UINT32_MAX, &cipher, &mac);
}

void fuzz_packet_install(struct ss_packet_in *in, struct ss_packet_out *out, unsigned choice)
{
    static const uint8_t key[256] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct ss_cipher_alg *cipher;
    const struct ss_mac_alg *mac;
    struct ss_suite made;

    (void)walk(choice % fuzz_packet_suites(), &cipher, &mac);
    if (cipher == NULL)
        return;
    MUST(ss_suite_init(&made, in->env, cipher, mac, key, key + 64, key + 128, SS_OPEN) == SS_OK);
    ss_packet_in_install(in, &made);
    MUST(ss_suite_init(&made, out->env, cipher, mac, key, key + 64, key + 128, SS_SEAL) == SS_OK);
    ss_packet_out_install(out, &made);
}
